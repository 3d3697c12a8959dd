/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An event as one line of JSON: a record of the journal, "records" in
 * doc/journal.md. Only the fields that its type uses are written.
 */
#ifndef ERM_CODEC_EVENT_JSON_H
#define ERM_CODEC_EVENT_JSON_H

#include "base/err.h"
#include "base/strbuf.h"
#include "core/event.h"

/* Appends the text of EVENT, without a newline. */
void event_format(const struct event *event, struct strbuf *out);
/* The same, returned owned. */
char *event_to_text(const struct event *event);
/* Back: 0 and OUT to be released, or -1 and ERR (ERR_INPUT), OUT untouched. */
int event_from_text(const char *text, struct event *out, struct err *err);

#endif
