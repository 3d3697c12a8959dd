/* SPDX-License-Identifier: BSD-2-Clause */
/* "did you mean": the nearest known word (Damerau-Levenshtein distance). */
#ifndef ERM_BASE_SUGGEST_H
#define ERM_BASE_SUGGEST_H

#include <stddef.h>

#include "base/err.h"

/* The word of WORDS nearest to TEXT, or NULL when none is near enough (at most
 * a third of its letters, at least one, wrong). Borrowed from WORDS. */
const char *suggest(const char *text, const char *const *words, size_t n);
/* ERR_USAGE, always -1: --OPTION has no WORD; the hint is the nearest of NAMES
 * (NULL at the end), or all of them. */
int suggest_unknown(const char *option, const char *word,
                    const char *const *names, struct err *err);

#endif
