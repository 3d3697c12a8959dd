/* SPDX-License-Identifier: BSD-2-Clause */
/* "did you mean": the nearest known word (Damerau-Levenshtein distance). */
#ifndef ERM_BASE_SUGGEST_H
#define ERM_BASE_SUGGEST_H

#include <stddef.h>

/* The word of WORDS nearest to TEXT, or NULL when none is near enough (at most
 * a third of its letters, at least one, wrong). Borrowed from WORDS. */
const char *suggest(const char *text, const char *const *words, size_t n);

#endif
