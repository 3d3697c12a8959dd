/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of the small objects that the manager writes into mailboxes. Inside
 * of the codec, and for lines of events.jsonl. */
#ifndef ERM_CODEC_MAIL_WRITE_H
#define ERM_CODEC_MAIL_WRITE_H

#include <jansson.h>

#include "base/clock.h"
#include "base/hostlist.h"
#include "base/strbuf.h"

/* Sets KEY of OBJECT: an instant or a span in seconds; TIME_NEVER is null. */
void mail_write_time(json_t *object, const char *key, time_us time);
/* TEXT whatever bytes it has: those that are no UTF-8 as '?'. */
void mail_write_text(json_t *object, const char *key, const char *text);
void mail_write_names(json_t *object, const char *key,
                      const struct hostlist *names);
/* Appends OBJECT, which it takes, on one line. */
void mail_write_line(json_t *object, struct strbuf *out);

#endif
