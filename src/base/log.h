/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging to stderr: "2026-11-23T10:49:20.123+0000 INFO  text", or with a
 * journald priority prefix ("<6>text") when stderr is the journal.
 *
 * A struct log is a value that its owner passes down; there is no global.
 */
#ifndef ERM_BASE_LOG_H
#define ERM_BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log {
    FILE *stream; /* borrowed; NULL = silent */
    enum log_level level;
    bool is_journald;
};

/* INFO to stderr; journald is recognised by JOURNAL_STREAM. */
void log_init(struct log *log, enum log_level level);
/* LOG may be NULL: silent. One call is one line; control characters in the
 * text are written as '?'. */
void log_write(const struct log *log, enum log_level level, const char *format,
               ...) __attribute__((format(printf, 3, 4)));
/* "error", "warning", "info", "debug" in any case: 0, else -1. */
int log_level_parse(const char *text, enum log_level *out);

#define log_error(log, ...) log_write(log, LOG_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_write(log, LOG_WARNING, __VA_ARGS__)
#define log_info(log, ...) log_write(log, LOG_INFO, __VA_ARGS__)
#define log_debug(log, ...) log_write(log, LOG_DEBUG, __VA_ARGS__)

#endif
