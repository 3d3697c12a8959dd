/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of commands. What --help, the completion and the man page say
 * comes from it; each command itself is one cmd_*.c.
 */
#ifndef ERM_CLI_COMMANDS_H
#define ERM_CLI_COMMANDS_H

#include <stddef.h>

#include "cli/cli.h"

/* Borrowed, in the order in which help shows them; NULL at the end. */
const struct command *const *commands_all(void);
/* By name or alias; NULL when there is none. */
const struct command *commands_find(const char *name);
/* The verb NAME of COMMAND, or NULL. Borrowed. */
const struct command *command_verb(const struct command *command,
                                   const char *name);
/* The last word of a verb's name. Borrowed. */
const char *command_verb_name(const struct command *verb);
/*
 * The command that ARGV (from its name on) means, and *N_NAMES, how many of its
 * words name it: a verb of a command has two. NULL when there is none.
 */
const struct command *commands_resolve(int argc, char *const *argv,
                                       int *n_names);
/* The known name nearest to NAME, or NULL. Borrowed. */
const char *commands_suggest(const char *name);
const char *command_group_name(enum command_group group);

extern const struct command command_run, command_start, command_stop,
    command_status, command_reload, command_submit, command_wait,
    command_cancel, command_hold, command_release, command_requeue,
    command_update, command_queue, command_show, command_why, command_log,
    command_attach, command_events, command_history, command_nodes,
    command_drain, command_resume, command_expand, command_shrink,
    command_resize, command_app, command_simulate, command_doctor,
    command_check, command_version, command_help, command_completion;

#endif
