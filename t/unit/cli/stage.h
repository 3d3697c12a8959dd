/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one command of erm in this process against a manager that gives fixed
 * answers, and keeps what it printed, asked and returned.
 */
#ifndef ERM_T_CLI_STAGE_H
#define ERM_T_CLI_STAGE_H

#include <stddef.h>

#include "base/err.h"
#include "fake_server.h"

struct stage {
    int status;       /* as the process would exit with */
    struct err err;   /* when the command failed */
    char *out, *told; /* owned: stdout and stderr */
    char *requests;   /* owned: all that was asked */
    int is_tty;       /* set before: stdout and stderr are a terminal */
    struct fake_server server;
};

/* Runs LINE ("queue -a", split as a shell does) with ANSWERS, NULL-ended. */
void stage_run(struct stage *stage, const char *line,
               const char *const *answers);
#define STAGE_RUN(stage, line, ...) \
    stage_run(stage, line, (const char *const[]){__VA_ARGS__, NULL})
/* For commands that ask nothing. */
#define STAGE_RUN_ALONE(stage, line) \
    stage_run(stage, line, (const char *const[]){NULL})
void stage_release(struct stage *stage);

/* Fails the test unless TEXT has PART in it. */
void expect_part(const char *text, const char *part);

#endif
