/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A launcher on a loop of its own in a temporary folder, with a record of
 * what it reported; and the tests that every launcher must pass.
 */
#ifndef ERM_T_LAUNCH_RIG_H
#define ERM_T_LAUNCH_RIG_H

#include "../shepherd/sandbox.h"
#include "launch/launcher.h"

#define RIG_REPORTS 256
#define RIG_NODES 2
#define RIG_KEY(id) (&(struct launch_key){.job_id = (id), .attempt = 1})

typedef struct launcher *rig_create_f(const struct launcher_config *config,
                                      struct err *err);

struct rig {
    struct sandbox box;
    struct event_base *loop;
    struct log log;
    struct launcher_config config;
    struct launcher *launcher;
    struct launch_report reports[RIG_REPORTS]; /* text is owned */
    size_t n;
    const char *then_start;        /* started from inside the first report */
    struct launch_request request; /* what rig_start() changes and sends */
    struct idset nodes;
    char out[SANDBOX_PATH];
    char **env;                  /* owned */
    bool has_dvm;                /* jobs get a DVM of their own */
    const struct idset *present; /* nodes of all jobs now; NULL: as started */
    struct launch_dvm dvm;
    char job_dir[SANDBOX_PATH], node_file[SANDBOX_PATH];
    size_t n_up, n_down; /* reports about nodes */
    size_t n_at_down;    /* how many about jobs came before the last "down" */
};

/* Makes and stores a rig in *STATE (cmocka's setup); its opposite. */
int rig_setup(void **state, rig_create_f *create);
int rig_teardown(void **state);
/* Another launcher on the same folder, as after a restart. */
void rig_restart(struct rig *rig, rig_create_f *create);
/* Starts attempt 1 of job ID; expects that it is accepted. */
void rig_start(struct rig *rig, int64_t id, const char *command);
/* Runs the loop once. */
void rig_turn(struct rig *rig);
/* Runs the loop until N reports are there; fails after a while. */
void rig_await(struct rig *rig, size_t n);
/* Runs the loop until the file "out" has text in it. */
void rig_await_output(struct rig *rig);
/* Start, wait for both reports; the exit record. */
struct exit_record rig_run(struct rig *rig, int64_t id, const char *command);
/* Was it ended by SIGNAL? A wrapper tells that as a shell does. */
void rig_assert_signal(const struct rig *rig, const struct exit_record *exit,
                       int signal);
void rig_assert_report(const struct rig *rig, size_t i, int64_t id, int what);

/* Tests of the contract in launcher.h; *STATE is a rig. */
extern const struct CMUnitTest contract_tests[];
extern const size_t n_contract_tests;
/* Runs the contract and TESTS (N of them), each on a new rig. */
int rig_run_tests(const struct CMUnitTest *tests, size_t n,
                  int (*setup)(void **state), int (*teardown)(void **state));

#endif
