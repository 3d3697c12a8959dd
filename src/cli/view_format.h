/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The columns in which jobs are listed: a table of fields, some named formats,
 * and the rows made from them. Used by queue and history.
 */
#ifndef ERM_CLI_VIEW_FORMAT_H
#define ERM_CLI_VIEW_FORMAT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "cli/table.h"

struct view_context {
    time_us now;
};
typedef void view_field_f(const json_t *job, const struct view_context *context,
                          struct strbuf *out);

struct view_field {
    const char *name;
    struct table_column column;
    view_field_f *write; /* writes nothing for "-" */
    const char *help;
};

/* Fields of a table, chosen by the name of a format or by names with commas. */
struct view_format {
    const struct view_field **fields; /* owned array */
    struct table_column *columns;     /* owned */
    size_t n;
};
/* -1 and ERR (ERR_USAGE, with a suggestion). */
int view_format_parse(struct view_format *format, const char *text,
                      struct err *err);
void view_format_release(struct view_format *format);
/* Adds one row with a colour by the job's state. */
void view_format_add(const struct view_format *format, struct table *table,
                     const json_t *job, const struct view_context *context);
/* What `--format help` prints. */
void view_format_list(FILE *out);

#endif
