/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of the small objects that jobs write into their mailbox. Each is
 * optional and may be null, then OUT stays as it is; an error names the member
 * and what was expected. Inside of the codec only.
 */
#ifndef ERM_CODEC_MAIL_READ_H
#define ERM_CODEC_MAIL_READ_H

#include <jansson.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/hostlist.h"

/* The object that TEXT is; owned, or NULL and ERR. */
json_t *mail_read_object(const char *text, size_t len, struct err *err);
/* A span of 0 or more seconds. */
int mail_read_seconds(const json_t *object, const char *key, dur_us *out,
                      struct err *err);
/* A whole number from LOW to HIGH. */
int mail_read_count(const json_t *object, const char *key, int64_t low,
                    int64_t high, int64_t *out, struct err *err);
/* Names, in a list or in one text with commas; none twice. */
int mail_read_names(const json_t *object, const char *key, struct hostlist *out,
                    struct err *err);
/* One of WORDS (NULL at the end), which must be there: its index, or -1. */
int mail_read_word(const json_t *object, const char *key,
                   const char *const *words, struct err *err);
/* A text for people, on one line; owned, NULL when it is not there. */
char *mail_read_reason(const json_t *object);

#endif
