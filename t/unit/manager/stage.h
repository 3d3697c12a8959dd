/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole manager in a folder of its own, in this process: with the fake
 * launcher unless a test wants real processes. It can be stopped and started
 * again.
 */
#ifndef ERM_T_MANAGER_STAGE_H
#define ERM_T_MANAGER_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/context.h"

struct stage {
    char path[256]; /* of the folder, which is the working folder */
    struct manager_options options; /* to be set before stage_start() */
    struct manager *manager;
    FILE *log; /* what the manager logs */
};

/* cmocka's set-up and tear-down; the manager is not started yet. */
int stage_enter(void **state);
int stage_leave(void **state);
/* Starts it; fails the test when it cannot. */
void stage_start(struct stage *stage);
/* The same, and it must fail: with the error. */
struct err stage_start_fails(struct stage *stage);
void stage_stop(struct stage *stage);

/* Turns the loop until UNTIL(CONTEXT) is true; false after MILLISECONDS. */
bool stage_until(struct stage *stage, loop_until_f *until, void *context,
                 long milliseconds);
void stage_wait(struct stage *stage, long milliseconds);
/* Waits until JOB is in STATE; fails the test after ten seconds. */
void stage_expect(struct stage *stage, int64_t job, enum job_state state);
/* Waits until the log has TEXT. */
void stage_expect_log(struct stage *stage, const char *text);
/* Waits until file NAME has (has no more) TEXT. */
void stage_expect_file(struct stage *stage, const char *name, const char *text);
void stage_expect_no(struct stage *stage, const char *name, const char *text);

/* From now on the launcher refuses to start any part of a job from number
 * LEAST on (0: the job's own program), for what is wrong with the job. */
void stage_refuse(struct stage *stage, uint32_t least);
/* Submits an entry of a jobs file; its id. */
int64_t stage_submit(struct stage *stage, const char *spec);
/* The same, and it must fail: with the error. */
struct err stage_submit_fails(struct stage *stage, const char *spec);
/* Sends an event about JOB. */
int stage_send(struct stage *stage, enum event_type type, int64_t job);
enum job_state stage_state(const struct stage *stage, int64_t job);
uint32_t stage_size(const struct stage *stage, int64_t job);
/* Has the log TEXT? How often? */
int stage_count_log(const struct stage *stage, const char *text);

#endif
