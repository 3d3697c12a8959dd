/* SPDX-License-Identifier: BSD-2-Clause */
/* The history's jobs (doc/api.md) in forms that other programs read. */
#ifndef ERM_CLI_HISTORY_TEXT_H
#define ERM_CLI_HISTORY_TEXT_H

#include <jansson.h>

#include "base/strbuf.h"

/* Comma separated, RFC 4180, a heading first. */
void history_text_csv(const json_t *jobs, struct strbuf *out);
/* Tab separated, as GNU parallel's --joblog. */
void history_text_joblog(const json_t *jobs, struct strbuf *out);

#endif
