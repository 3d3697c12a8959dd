/* SPDX-License-Identifier: BSD-2-Clause */
/* See view_sort.h. */
#include "cli/view_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct sort_entry {
    json_t *job;       /* owned while sorting */
    const json_t *key; /* borrowed; may be NULL */
    size_t place;      /* keeps the sort stable */
};

/* Missing values are less than all others. */
static int compare_values(const json_t *a, const json_t *b)
{
    bool has_a = a != NULL && !json_is_null(a);
    bool has_b = b != NULL && !json_is_null(b);
    if (!has_a || !has_b)
        return (int)has_a - (int)has_b;
    if (json_is_number(a) && json_is_number(b)) {
        double x = json_number_value(a), y = json_number_value(b);
        return (x > y) - (x < y);
    }
    if (json_is_string(a) && json_is_string(b))
        return strcmp(json_string_value(a), json_string_value(b));
    return 0;
}

/* The place decides between equal ones: qsort alone is not stable. */
static int compare_up(const void *a, const void *b)
{
    const struct sort_entry *x = a, *y = b;
    int order = compare_values(x->key, y->key);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static int compare_down(const void *a, const void *b)
{
    const struct sort_entry *x = a, *y = b;
    int order = compare_values(y->key, x->key);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

void view_sort(json_t *jobs, const char *key)
{
    /* names of columns that are not those of the members */
    static const char *const names[][2] = {{"st", "state"},
                                           {"nodes", "n_nodes"},
                                           {"time", "elapsed"},
                                           {"min", "min_nodes"},
                                           {"max", "max_nodes"},
                                           {"want", "max_nodes"},
                                           {"left", "time_left"},
                                           {"exit", "exit_code"},
                                           {"expected", "expected_start"}};
    bool is_down = *key == '-';
    size_t n = json_array_size(jobs);
    struct sort_entry *entries = mem_alloc_array(n, sizeof(*entries));
    key += is_down;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(key, names[i][0]) == 0)
            key = names[i][1];
    for (size_t i = 0; i < n; i++) {
        json_t *job = json_array_get(jobs, i);
        entries[i] =
            (struct sort_entry){json_incref(job), json_object_get(job, key), i};
    }
    qsort(entries, n, sizeof(*entries), is_down ? compare_down : compare_up);
    json_array_clear(jobs);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(jobs, entries[i].job);
    free(entries);
}
