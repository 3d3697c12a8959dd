/* SPDX-License-Identifier: BSD-2-Clause */
/* When nodes come back: releases by time with sums over subtrees. */
#include "core/profile.h"

#include <assert.h>

#define RELEASE_OF(tree_node) TREE_ENTRY(tree_node, struct release, node)

static int compare(const struct tree_node *x, const struct tree_node *y)
{
    const struct release *a = RELEASE_OF(x), *b = RELEASE_OF(y);

    if (a->when != b->when)
        return a->when < b->when ? -1 : 1;
    if (a->job != b->job)
        return a->job < b->job ? -1 : 1;
    return 0; /* a job is listed once */
}

static uint64_t sum_of(const struct tree_node *node)
{
    return node == NULL ? 0 : RELEASE_OF(node)->sum;
}

static void update(struct tree_node *node)
{
    struct release *release = RELEASE_OF(node);

    release->sum = release->n + sum_of(node->left) + sum_of(node->right);
}

void profile_init(struct profile *profile)
{
    tree_init(&profile->tree, compare, update);
}

void profile_add(struct profile *profile, struct release *release, time_us when,
                 int64_t job, uint32_t n)
{
    assert(!release->is_listed);
    if (n == 0)
        return;
    *release =
        (struct release){.when = when, .job = job, .n = n, .is_listed = true};
    tree_insert(&profile->tree, &release->node, (uint64_t)job);
}

void profile_remove(struct profile *profile, struct release *release)
{
    if (!release->is_listed)
        return;
    tree_remove(&profile->tree, &release->node);
    release->is_listed = false;
}

/* The earliest time by which N nodes have come back; TIME_NEVER if never. */
static time_us time_of(const struct profile *profile, uint64_t n)
{
    const struct tree_node *node = profile->tree.root;

    while (node != NULL) {
        const struct release *release = RELEASE_OF(node);

        if (sum_of(node->left) >= n) {
            node = node->left;
        } else if (sum_of(node->left) + release->n >= n) {
            return release->when;
        } else {
            n -= sum_of(node->left) + release->n;
            node = node->right;
        }
    }
    return TIME_NEVER;
}

/* How many nodes have come back by WHEN. */
static uint64_t sum_until(const struct profile *profile, time_us when)
{
    const struct tree_node *node = profile->tree.root;
    uint64_t sum = 0;

    while (node != NULL) {
        const struct release *release = RELEASE_OF(node);

        if (release->when <= when) {
            sum += sum_of(node->left) + release->n;
            node = node->right;
        } else {
            node = node->left;
        }
    }
    return sum;
}

struct promise profile_promise(const struct profile *profile, time_us now,
                               uint32_t n_free, uint32_t needs)
{
    struct promise promise = {.shadow = TIME_NEVER};
    uint64_t n;

    assert(needs > n_free);
    promise.shadow = time_of(profile, needs - n_free);
    /* A job past its planned end is about to go; nobody knows when. */
    if (promise.shadow <= now)
        promise.shadow = now + USEC_PER_SEC;
    n = n_free + sum_until(profile, promise.shadow);
    promise.extra = n > needs ? (uint32_t)(n - needs) : 0;
    return promise;
}

const struct release *profile_first(const struct profile *profile)
{
    struct tree_node *node = tree_first(&profile->tree);

    return node == NULL ? NULL : RELEASE_OF(node);
}

const struct release *profile_next(const struct release *release)
{
    struct tree_node *node = tree_next(&release->node);

    return node == NULL ? NULL : RELEASE_OF(node);
}
