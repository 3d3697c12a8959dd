/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of one command: a table from which the parser, --help, the
 * completion and the man page are made. The parsing is getopt_long's.
 */
#ifndef ERM_CLI_OPTIONS_H
#define ERM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <getopt.h>

#include "base/err.h"

struct option_row {
    int key;           /* what options_next returns; a letter is also "-x" */
    const char *name;  /* long name; NULL ends a table */
    const char *value; /* "FILE": needs one; "[=SEC]": may; NULL: takes none */
    const char *help;  /* one line; NULL: another spelling, not shown */
};

/* Keys without a letter start here; those of the common options above. */
enum { OPTION_FIRST_KEY = 256, OPTION_COMMON_KEY = 1024 };

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every command understands: -h, --state-dir, --color. */
struct common_options {
    const char *state_dir; /* borrowed from argv */
    enum color_mode color;
};
extern const struct option_row common_option_rows[];

#define OPTIONS_END (-1)
#define OPTIONS_BAD (-2)

struct options {
    const struct option_row *rows; /* borrowed */
    struct common_options *common; /* borrowed, filled on the way */
    struct option *longs;          /* owned */
    char *shorts;                  /* owned */
    int argc;
    char **argv;       /* borrowed; reordered unless stop_at_operand */
    const char *value; /* of the option just returned; NULL = none */
    int n_operands;    /* after OPTIONS_END */
    char **operands;   /* after OPTIONS_END: borrowed, NULL-ended as argv */
};

/* ARGV[0] is skipped. STOP_AT_OPERAND: options end at the first operand (for
 * commands that take a command line). One at a time: getopt's state is the
 * process's. */
void options_init(struct options *options, const struct option_row *rows,
                  struct common_options *common, int argc, char **argv,
                  bool stop_at_operand);
void options_release(struct options *options);
/*
 * The key of the next option, OPTIONS_END, or OPTIONS_BAD with ERR: ERR_USAGE
 * for a mistake, ERR_NONE when -h or --help was there.
 */
int options_next(struct options *options, struct err *err);
/*
 * For most commands: everything at once. The last value of each option, by
 * its key, and the operands.
 */
#define PARSED_MAX 24
struct parsed {
    const struct option_row *rows;  /* borrowed */
    const char *values[PARSED_MAX]; /* borrowed; "" for a switch */
    int n_operands;
    char **operands; /* borrowed, NULL-ended */
};
/* -1 and ERR as options_next. */
int options_read(struct parsed *parsed, const struct option_row *rows,
                 struct common_options *common, int argc, char **argv,
                 struct err *err);
/* The value of the option KEY, "" when it has none, NULL when not given. */
const char *parsed_value(const struct parsed *parsed, int key);
static inline bool parsed_has(const struct parsed *parsed, int key)
{
    return parsed_value(parsed, key) != NULL;
}
/* Are there between MIN and MAX operands? Else -1 and ERR (ERR_USAGE), which
 * tells that WHAT ("a job's id") is missing. */
int parsed_check_operands(const struct parsed *parsed, int min, int max,
                          const char *what, struct err *err);

#endif
