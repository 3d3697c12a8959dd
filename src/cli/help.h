/* SPDX-License-Identifier: BSD-2-Clause */
/* What the table of commands says, in the forms in which it is printed. */
#ifndef ERM_CLI_HELP_H
#define ERM_CLI_HELP_H

#include "base/strbuf.h"
#include "cli/cli.h"

/* `erm help`: all commands, a line each. */
void help_overview(struct strbuf *out);
/* `erm help COMMAND`: usage, options. */
void help_command(const struct command *command, struct strbuf *out);
/* The COMMANDS part of erm(1), in scdoc's markup. */
void help_manual(struct strbuf *out);
/* The completion for bash. */
void help_completion_bash(struct strbuf *out);

#endif
