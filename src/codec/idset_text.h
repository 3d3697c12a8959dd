/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of numbers as text: "0-3,7"; "" is the empty set. */
#ifndef ERM_CODEC_IDSET_TEXT_H
#define ERM_CODEC_IDSET_TEXT_H

#include "base/err.h"
#include "base/idset.h"
#include "base/strbuf.h"

/* Larger numbers are refused: a damaged text must not eat all memory. */
#define IDSET_TEXT_MAX 9999999

void idset_format(const struct idset *set, struct strbuf *out);
/* Fills OUT (initialised; replaced). -1 and ERR (ERR_INPUT), OUT unchanged,
 * unless the numbers rise, as idset_format() writes them. */
int idset_parse(const char *text, struct idset *out, struct err *err);

#endif
