/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every command is handed: where to write, how, and the way to the
 * manager. Also the shape of a command itself.
 *
 * Rules of output (UX): data on stdout, words on stderr, colours and cutting
 * only on a terminal.
 */
#ifndef ERM_CLI_CLI_H
#define ERM_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/err.h"
#include "cli/options.h"
#include "client/client.h"

struct cli {
    FILE *out, *err; /* borrowed */
    bool out_is_tty, err_is_tty;
    unsigned width; /* of the terminal on stdout; 0 = do not cut */
    struct common_options common;
    struct client client; /* once is_connected */
    bool is_connected;
};

/*
 * Runs a command; argv[0] is its name. Returns the exit status, or -1 with
 * ERR; -1 with ERR_NONE asks for the command's help.
 */
typedef int command_f(struct cli *cli, int argc, char **argv, struct err *err);

enum command_group {
    GROUP_MANAGER,
    GROUP_JOBS,
    GROUP_LOOK,
    GROUP_RESIZE,
    GROUP_NODES,
    GROUP_OTHER,
};

struct command {
    const char *name;
    const char *aliases; /* "jobs squeue", or NULL */
    enum command_group group;
    const char *usage; /* what follows "erm name "; lines split by \n */
    const char *help;  /* one line */
    const char *more;  /* paragraphs for --help and the man page, or NULL */
    const struct option_row *options;
    command_f *run;
    /* "erm NAME VERB": commands whose names are "NAME VERB"; NULL at the end.
     * NULL when it has none. */
    const struct command *const *verbs;
};

void cli_init(struct cli *cli);
void cli_release(struct cli *cli);

/* Are colours wanted on stdout (--color, NO_COLOR, a terminal)? */
bool cli_has_color(const struct cli *cli);
/* Finds the manager's socket (once). -1 and ERR (ERR_NO_MANAGER). */
int cli_connect(struct cli *cli, struct err *err);
/* client_request to the manager, connecting first. */
int cli_request(struct cli *cli, const char *method, const char *path,
                const json_t *body, json_t **answer, struct err *err);
/* The same with a formatted GET path. */
int cli_get(struct cli *cli, json_t **answer, struct err *err,
            const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Writes one JSON document and a line end to stdout. */
void cli_print_json(const struct cli *cli, const json_t *json);
/* Writes "erm: text" and the hint to stderr; returns the exit status. */
int cli_print_error(const struct cli *cli, const struct err *err);
/* A sentence for people on stderr, only when that is a terminal. */
void cli_tell(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Writes the results of a request about several jobs or nodes: texts on
 * stdout, failures on stderr. Returns the exit status: 0 when all are ok,
 * else that of the first failure. Takes ANSWER.
 */
int cli_print_results(const struct cli *cli, json_t *answer, bool as_json,
                      bool is_quiet);
/* Milliseconds of sleep between two looks at something that changes. */
void cli_sleep_ms(unsigned ms);

#endif
