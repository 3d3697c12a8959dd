/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of one command of a story: `submit 1 elastic min=1 max=4`. Values
 * are taken by position or by key; what is left over is an error, so that a
 * misspelt key cannot change a test in silence.
 */
#ifndef ERM_T_SCENARIO_WORDS_H
#define ERM_T_SCENARIO_WORDS_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/idset.h"
#include "base/strbuf.h"

#define WORDS_MAX 32

/* The instant that stories call 0. Not zero itself: 0 means "none" in places.
 */
#define STORY_START (1000000 * USEC_PER_SEC)

struct words {
    char text[1024];
    const char *word[WORDS_MAX]; /* into text; NULL once taken */
    int n;
    struct err err; /* the first thing that was wrong */
};

void words_split(struct words *words, const char *command);
/* The next word that was not taken and has no `=`; NULL when there is none. */
const char *words_next(struct words *words);
/* As words_next, as a number; an error when it is none. */
int64_t words_next_number(struct words *words);
/* The value of KEY=, or NULL. */
const char *words_value(struct words *words, const char *key);
/* Takes the word NAME if it is there. */
bool words_has(struct words *words, const char *name);
int64_t words_number(struct words *words, const char *key, int64_t otherwise);
double words_real(struct words *words, const char *key, double otherwise);
/* Seconds, with a fraction or not, or "never". */
dur_us words_span(struct words *words, const char *key, dur_us otherwise);
/* 0, or -1 with the first error, also when words are left. */
int words_end(struct words *words, struct err *err);

/* "0-3,7" and back. */
int set_parse(const char *text, struct idset *out);
void set_add_text(struct strbuf *out, const struct idset *set);
/* Seconds with as many digits as needed, "never" for TIME_NEVER. */
void span_add_text(struct strbuf *out, dur_us span);
int span_parse(const char *text, dur_us *out);

#endif
