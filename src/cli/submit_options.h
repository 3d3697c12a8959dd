/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `erm submit` is asked for: its options as a job's spec (the JSON of
 * doc/jobs.json.md) and a few switches. Pure: no file is read here.
 */
#ifndef ERM_CLI_SUBMIT_OPTIONS_H
#define ERM_CLI_SUBMIT_OPTIONS_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"
#include "cli/options.h"

struct submit_options {
    json_t *spec; /* owned: an object without `command` */
    bool is_wait, is_dry_run, is_json, is_quiet;
    const char *file; /* --file; borrowed from argv, as all below */
    bool is_command;  /* the operands stand behind "--" */
    int n_operands;
    char **operands;
};
extern const struct option_row submit_option_rows[];

void submit_options_init(struct submit_options *submit);
void submit_options_release(struct submit_options *submit);
/*
 * Reads ARGV (argv[0] is skipped) over what SUBMIT has already: later options
 * win, --after and --env add up. -1 and ERR (ERR_USAGE; ERR_NONE asks for
 * help).
 */
int submit_options_parse(struct submit_options *submit,
                         struct common_options *common, int argc, char **argv,
                         struct err *err);
/* Sets `command`, and `name` when none was given: the last part of the path
 * of the command's first word. */
void submit_options_set_command(struct submit_options *submit,
                                const char *command);

#endif
