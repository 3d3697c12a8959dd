/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job of the API (doc/api.md, JOB) as people see it: its state's short
 * name, its exit status. Columns of tables: view_format.h.
 */
#ifndef ERM_CLI_JOB_VIEW_H
#define ERM_CLI_JOB_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/strbuf.h"

/* Members of an object: "" or 0 when missing or of another type. Borrowed. */
const char *view_text(const json_t *object, const char *key);
int64_t view_integer(const json_t *object, const char *key);
double view_number(const json_t *object, const char *key);
bool view_is_null(const json_t *object, const char *key);

/* "PD", "R", "R>"...; borrowed. */
const char *job_view_state(const json_t *job);
/* Has it ended? */
bool job_view_is_ended(const json_t *job);
/* What a command that waited for it exits with: its own code, 128 + signal,
 * 124 for its walltime, 1 when it was cancelled or never ran. */
int job_view_exit_status(const json_t *job);
/* "pending,running" from words or short names in any case ("PD,R"). Appends;
 * -1 and ERR (ERR_USAGE). */
int job_view_parse_states(const char *text, struct strbuf *out,
                          struct err *err);

#endif
