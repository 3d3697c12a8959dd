/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests of real processes share: a temporary folder with a jobs folder
 * in it, shepherds started there, and a mark in the environment by which
 * everything that they leave behind is found.
 */
#ifndef ERM_T_SHEPHERD_SANDBOX_H
#define ERM_T_SHEPHERD_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "shepherd/claim.h"

#define SANDBOX_PATH 256
#define SANDBOX_WAIT_MS 20000 /* a test that waits longer has failed */

struct sandbox {
    char dir[SANDBOX_PATH / 2];
    char jobs[SANDBOX_PATH];
    int jobs_fd;
    int report[2]; /* the pipe that a manager would have */
};

struct run {
    int64_t job;
    const char *script;         /* for /bin/sh -c, or */
    const char *const *argv;    /* the command's words */
    const char *const *options; /* more options, NULL-ended; may be NULL */
    const char *out;            /* name in the folder; NULL = "out" */
    const char *cwd;            /* NULL = the folder */
};

#define SCRIPT(number, text) (&(struct run){.job = (number), .script = (text)})

void sandbox_init(struct sandbox *box);
/* Kills what is left with the mark, and removes the folder. */
void sandbox_release(struct sandbox *box);
char *sandbox_path(const struct sandbox *box, const char *name,
                   char buf[SANDBOX_PATH]);
/* The file's text, owned; "" when there is no such file. */
char *sandbox_read(const struct sandbox *box, const char *name);
bool sandbox_has(const struct sandbox *box, const char *name);
/* "ERM_SANDBOX=<dir>" for the environment. */
char *sandbox_mark(const struct sandbox *box, char buf[SANDBOX_PATH]);
/* How many processes have the mark in their environment. */
int sandbox_count(const struct sandbox *box);

/* Starts a shepherd for attempt 1; returns its pid. */
pid_t sandbox_start(const struct sandbox *box, const struct run *run);
/* Waits for that child's end; its exit status, or 128 + signal. */
int sandbox_wait(pid_t pid);
/* Start, wait, expect status 0 and an exit record. */
struct exit_record sandbox_run(const struct sandbox *box,
                               const struct run *run);
struct claim sandbox_claim(const struct sandbox *box, int64_t job);
/* Until the claim tells the command's pid: the command runs before that. */
void sandbox_await_command(const struct sandbox *box, int64_t job);
void sandbox_signal(pid_t shepherd, int signal, int value);
/* Polls until the file NAME is there (not empty), fails after a while. */
void sandbox_await(const struct sandbox *box, const char *name);
void sandbox_await_count(const struct sandbox *box, int n);
void sandbox_pause(void); /* between two polls */

#endif
