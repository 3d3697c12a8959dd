/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of strategies, by name. */
#include "core/strategy.h"

#include <stddef.h>
#include <string.h>

#include "core/strategies.h"

#define N_STRATEGIES 8

static const struct strategy *const expands[N_STRATEGIES] = {
    &strategy_expand_fcfs,      &strategy_expand_length,
    &strategy_expand_remaining, &strategy_expand_priority,
    &strategy_expand_scalable,  &strategy_expand_equal,
    &strategy_expand_amdahl,    &strategy_expand_speedup};

static const struct strategy *const shrinks[N_STRATEGIES] = {
    &strategy_shrink_fcfs,      &strategy_shrink_length,
    &strategy_shrink_remaining, &strategy_shrink_priority,
    &strategy_shrink_scalable,  &strategy_shrink_equal,
    &strategy_shrink_amdahl,    &strategy_shrink_speedup};

static const char *const expand_names[] = {
    "fcfs",  "longest", "most_remaining", "priority", "most_scalable",
    "equal", "amdahl",  "speedup",        NULL};

static const char *const shrink_names[] = {
    "fcfs",  "shortest", "least_remaining", "priority", "most_nodes",
    "equal", "amdahl",   "speedup",         NULL};

static char plain(char c)
{
    if (c == '-')
        return '_';
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(const char *a, const char *b)
{
    while (*a != '\0' && plain(*a) == plain(*b))
        a++, b++;
    return *a == '\0' && *b == '\0';
}

static const struct strategy *find(const struct strategy *const *all,
                                   const char *name)
{
    for (int i = 0; i < N_STRATEGIES; i++) {
        if (is_same(all[i]->name, name))
            return all[i];
    }
    return NULL;
}

const struct strategy *strategy_expand(const char *name)
{
    return find(expands, name);
}

const struct strategy *strategy_shrink(const char *name)
{
    return find(shrinks, name);
}

const char *const *strategy_expand_names(void)
{
    return expand_names;
}

const char *const *strategy_shrink_names(void)
{
    return shrink_names;
}
