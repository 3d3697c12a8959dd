/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of `erm run` and `erm start`, and of the README's line without
 * a command: what a manager is started with.
 */
#ifndef ERM_CLI_RUN_OPTIONS_H
#define ERM_CLI_RUN_OPTIONS_H

#include <stdbool.h>

#include "cli/options.h"
#include "cli/sched_options.h"
#include "manager/manager.h"

struct run_options {
    struct manager_options manager; /* strings borrowed from argv */
    bool is_staying;                /* --stay: no end when all is done */
    bool is_foreground;             /* start --foreground */
    bool is_quiet;
    bool is_command; /* the operands stand behind "--" */
    int n_operands;
    char **operands; /* borrowed */
};
/* Keys of the options that have no letter; the rows are in cmd_run.c. */
enum {
    KEY_REQUESTS = OPTION_FIRST_KEY,
    KEY_GRACE,
    KEY_WALLTIME,
    KEY_LAUNCHER,
    KEY_DVM,
    KEY_RSH,
    KEY_OUTPUT,
    KEY_LOG_LEVEL,
    KEY_UNTIL_IDLE,
    KEY_STAY,
    KEY_FOREGROUND,
    KEY_NODES_FROM,
    KEY_ENDS_IN,
    KEY_ENDS_AT,
    KEY_END_MARGIN,
    KEY_OBSERVE, /* between erm and erm-manager: see observe.h */
};
extern const struct option_row run_option_rows[];

/* Reads ARGV (argv[0] is skipped); the words -jr become --requests in ARGV
 * first. -1 and ERR. */
int run_options_parse(struct run_options *run, struct common_options *common,
                      int argc, char **argv, struct err *err);
/* As manager_run() with these options; but a missing file is no ERR_NOT_FOUND,
 * which the command line keeps for jobs and nodes. */
int run_options_serve(const struct run_options *run,
                      struct manager_summary *summary, struct err *err);

#endif
