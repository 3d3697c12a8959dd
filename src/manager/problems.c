/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A short list, searched from the start: files have few problems at a time.
 */
#include "manager/problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* More than this many of one file help nobody and are only counted. */
#define PROBLEMS_MAX 1000

struct problems *problems_create(void)
{
    return mem_alloc(sizeof(struct problems));
}

static void release_problem(struct problem *problem)
{
    free(problem->file);
    free(problem->text);
}

void problems_destroy(struct problems *problems)
{
    if (problems == NULL)
        return;
    for (size_t i = 0; i < problems->n; i++)
        release_problem(&problems->items[i]);
    free(problems->items);
    free(problems);
}

void problems_add(struct problems *problems, const char *file, const char *text)
{
    if (problems->n == PROBLEMS_MAX)
        return;
    if (problems->n == problems->size) {
        problems->size = problems->size == 0 ? 8 : 2 * problems->size;
        problems->items = mem_resize(problems->items, problems->size,
                                     sizeof(*problems->items));
    }
    problems->items[problems->n].file = mem_strdup(file);
    problems->items[problems->n].text = mem_strdup(text);
    problems->n++;
}

void problems_clear(struct problems *problems, const char *file)
{
    size_t n_kept = 0;

    for (size_t i = 0; i < problems->n; i++) {
        if (strcmp(problems->items[i].file, file) == 0)
            release_problem(&problems->items[i]);
        else
            problems->items[n_kept++] = problems->items[i];
    }
    problems->n = n_kept;
}
