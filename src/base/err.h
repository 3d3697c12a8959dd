/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors for people: one code, one sentence, one hint.
 *
 * A function that can fail for a reason outside the program returns 0 or -1
 * (or a pointer or NULL) and takes `struct err *` last, which may be NULL.
 * Programming mistakes are assert()ed instead and never reach this type.
 */
#ifndef ERM_BASE_ERR_H
#define ERM_BASE_ERR_H

/* X-macro: code, exit status of the command line, text where none is given */
#define ERR_CODES(X)                                 \
    X(ERR_NONE, 0, "no error")                       \
    X(ERR_REQUEST, 1, "the request failed")          \
    X(ERR_USAGE, 2, "wrong usage")                   \
    X(ERR_NO_MANAGER, 3, "no manager is running")    \
    X(ERR_NOT_FOUND, 4, "no such thing")             \
    X(ERR_INPUT, 1, "bad input")                     \
    X(ERR_CONFLICT, 1, "not possible in this state") \
    X(ERR_DENIED, 1, "not allowed")                  \
    X(ERR_SYSTEM, 1, "the system refused")           \
    X(ERR_FULL, 1, "no space left")                  \
    X(ERR_BUSY, 75, "in use by another process")     \
    X(ERR_REFUSED, 75, "not now")                    \
    X(ERR_TIMEOUT, 124, "timed out")

#define ERR_ENUM(code, exit_status, text) code,
enum err_code { ERR_CODES(ERR_ENUM) };
#undef ERR_ENUM

struct err {
    enum err_code code;
    char text[512];
    char hint[256]; /* "" when there is none */
};

/* Fills ERR (may be NULL); always returns -1, so `return err_set(...)`. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set with ERR_SYSTEM and ": strerror(errno)" appended; ENOSPC and
 * EDQUOT give ERR_FULL. Keeps errno. */
int err_set_errno(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a hint to an error that is set; always returns -1. */
int err_hint(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void err_clear(struct err *err);
/* Name ("ERR_INPUT"), exit status and default text of a code. Borrowed. */
const char *err_code_name(enum err_code code);
int err_exit_status(enum err_code code);
const char *err_code_text(enum err_code code);

#endif
