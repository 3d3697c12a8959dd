/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the core share: cmocka with what it wants before it,
 * numbers that are the same in every run, and stories told in a string.
 */
#ifndef ERM_T_CORE_SUPPORT_H
#define ERM_T_CORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sched_state.h"
#include "story.h"
#include "words.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. BELOW - 1 */
static inline uint32_t random_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)(random_next(state) % below);
}

static inline struct idset set_of(const char *text)
{
    struct idset set = {.count = 0};

    assert_int_equal(set_parse(text, &set), 0);
    return set;
}

static inline void assert_set_equal(const struct idset *set, const char *text)
{
    struct strbuf got;

    strbuf_init(&got);
    set_add_text(&got, set);
    assert_string_equal(got.text, text);
    strbuf_release(&got);
}

/* Tells LINE of a story; what comes out must be EXPECTED, a line each. */
static inline void tell(struct story *story, const char *line,
                        const char *expected)
{
    struct err err = {.code = ERR_NONE};
    struct strbuf told;

    strbuf_init(&told);
    if (story_line(story, line, &told, &err) < 0)
        fail_msg("%s: %s", line, err.text);
    assert_string_equal(told.text, expected);
    strbuf_release(&told);
}

/* Tells lines of which only the effect matters, up to a NULL. */
static inline struct story *story_of(const char *const *lines)
{
    struct story *story = story_create();
    struct err err = {.code = ERR_NONE};
    struct strbuf told;

    strbuf_init(&told);
    for (; *lines != NULL; lines++) {
        if (story_line(story, *lines, &told, &err) < 0)
            fail_msg("%s: %s", *lines, err.text);
        if (strstr(told.text, "error:") != NULL)
            fail_msg("%s: %s", *lines, told.text);
    }
    strbuf_release(&told);
    return story;
}

#define STORY(...) story_of((const char *const[]){__VA_ARGS__, NULL})

/* For looking inside; only the core's own tests may. */
static inline struct job *job_of(const struct story *story, int64_t id)
{
    struct job *job = job_table_get(&story->sched->jobs, id);

    assert_non_null(job);
    return job;
}

static inline time_us at(double seconds)
{
    return STORY_START + (time_us)(seconds * (double)USEC_PER_SEC);
}

static inline dur_us sec(int64_t seconds)
{
    return seconds * USEC_PER_SEC;
}

#endif
