/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue in order, with minima and one maximum over subtrees. A search goes
 * down only where some job may fit: a subtree is left out when its smallest
 * size or its shortest walltime rules it out.
 */
#include "core/queue.h"

#include <assert.h>
#include <string.h>

#define PLACE_OF(tree_node) TREE_ENTRY(tree_node, struct queue_place, node)
#define JOB_OF(tree_node) (PLACE_OF(tree_node)->job)

static int compare(const struct tree_node *x, const struct tree_node *y)
{
    const struct job *a = JOB_OF(x), *b = JOB_OF(y);

    if (a->request.priority != b->request.priority)
        return a->request.priority > b->request.priority ? -1 : 1;
    if (a->arrival != b->arrival)
        return a->arrival < b->arrival ? -1 : 1;
    return 0;
}

static int compare_walltime(const struct tree_node *x,
                            const struct tree_node *y)
{
    dur_us a = JOB_OF(x)->length, b = JOB_OF(y)->length;

    if (a != b)
        return a < b ? -1 : 1;
    return compare(x, y);
}

/* Takes over what CHILD's subtree has at the outside. */
static void extend(struct queue_place *place, const struct tree_node *child)
{
    const struct queue_place *other;

    if (child == NULL)
        return;
    other = PLACE_OF(child);
    if (other->min_nodes < place->min_nodes)
        place->min_nodes = other->min_nodes;
    if (other->min_walltime < place->min_walltime)
        place->min_walltime = other->min_walltime;
    if (other->max_needs > place->max_needs)
        place->max_needs = other->max_needs;
}

static void update(struct tree_node *node)
{
    struct queue_place *place = PLACE_OF(node);
    const struct job *job = place->job;

    place->min_nodes = job->request.min_nodes;
    place->min_walltime = job->shortest;
    place->max_needs = job->needs;
    extend(place, node->left);
    extend(place, node->right);
}

void queue_init(struct queue *queue)
{
    tree_init(&queue->tree, compare, update);
    tree_init(&queue->shortest, compare_walltime, update);
    for (unsigned i = 0; i < QUEUE_CLASSES; i++)
        tree_init(&queue->classes[i], compare, update);
    memset(queue->used, 0, sizeof queue->used);
    queue->keeps_shortest = false;
}

static unsigned class_of(uint32_t n)
{
    unsigned octave;

    if (n < 16)
        return n;
    octave = 31 - (unsigned)__builtin_clz(n);
    return 16 + (octave - 4) * 8 + ((n >> (octave - 3)) & 7);
}

/* JOB's class is empty no more, or perhaps. */
static void mark_class(struct queue *queue, const struct job *job)
{
    unsigned class = class_of(job->request.min_nodes);
    uint64_t bit = UINT64_C(1) << class % 64;

    if (queue->classes[class].root != NULL)
        queue->used[class / 64] |= bit;
    else
        queue->used[class / 64] &= ~bit;
}

static void enter(struct tree *tree, struct queue_place *place, struct job *job)
{
    place->job = job;
    tree_insert(tree, &place->node, job->arrival);
}

static void leave(struct tree *tree, struct queue_place *place)
{
    tree_remove(tree, &place->node);
    place->job = NULL;
}

void queue_keep_shortest(struct queue *queue, bool keep)
{
    struct job *job = queue_first(queue);

    if (keep == queue->keeps_shortest)
        return;
    queue->keeps_shortest = keep;
    for (; job != NULL; job = queue_next(job)) {
        if (keep)
            enter(&queue->shortest, &job->by_walltime, job);
        else
            leave(&queue->shortest, &job->by_walltime);
    }
}

void queue_add(struct queue *queue, struct job *job)
{
    assert(!job->is_queued);
    enter(&queue->tree, &job->in_order, job);
    enter(&queue->classes[class_of(job->request.min_nodes)], &job->in_class,
          job);
    mark_class(queue, job);
    if (queue->keeps_shortest)
        enter(&queue->shortest, &job->by_walltime, job);
    job->is_queued = true;
}

void queue_remove(struct queue *queue, struct job *job)
{
    assert(job->is_queued);
    leave(&queue->tree, &job->in_order);
    leave(&queue->classes[class_of(job->request.min_nodes)], &job->in_class);
    mark_class(queue, job);
    if (queue->keeps_shortest)
        leave(&queue->shortest, &job->by_walltime);
    job->is_queued = false;
}

struct job *queue_first(const struct queue *queue)
{
    struct tree_node *node = tree_first(&queue->tree);

    return node == NULL ? NULL : JOB_OF(node);
}

struct job *queue_next(const struct job *job)
{
    struct tree_node *node = tree_next(&job->in_order.node);

    return node == NULL ? NULL : JOB_OF(node);
}

struct job *queue_prev(const struct job *job)
{
    struct tree_node *node = tree_prev(&job->in_order.node);

    return node == NULL ? NULL : JOB_OF(node);
}

struct job *queue_prev_shortest(const struct job *job)
{
    struct tree_node *node = tree_prev(&job->by_walltime.node);

    return node == NULL ? NULL : JOB_OF(node);
}

size_t queue_count(const struct queue *queue)
{
    return tree_count(&queue->tree);
}

size_t queue_rank(const struct job *job)
{
    return tree_rank(&job->in_order.node);
}

uint32_t queue_min_nodes(const struct queue *queue)
{
    const struct tree_node *root = queue->tree.root;

    return root == NULL ? UINT32_MAX : PLACE_OF(root)->min_nodes;
}

dur_us queue_max_needs(const struct queue *queue)
{
    const struct tree_node *root = queue->tree.root;

    return root == NULL ? -1 : PLACE_OF(root)->max_needs;
}

struct job *queue_find_longer(const struct queue *queue, dur_us than)
{
    const struct tree_node *node = queue->tree.root;

    while (node != NULL && PLACE_OF(node)->max_needs > than) {
        if (JOB_OF(node)->needs > than)
            return JOB_OF(node);
        if (node->left != NULL && PLACE_OF(node->left)->max_needs > than)
            node = node->left;
        else
            node = node->right;
    }
    return NULL;
}

static bool job_fits(const struct job *job, queue_fits_f *fits,
                     const void *context)
{
    return fits(context, job->request.min_nodes, job->shortest);
}

/* The first job of the subtree that fits. */
static struct job *find_below(const struct tree_node *node, queue_fits_f *fits,
                              const void *context)
{
    while (node != NULL) {
        const struct queue_place *place = PLACE_OF(node);
        struct job *found;

        if (!fits(context, place->min_nodes, place->min_walltime))
            return NULL;
        found = find_below(node->left, fits, context);
        if (found != NULL)
            return found;
        if (job_fits(place->job, fits, context))
            return place->job;
        node = node->right;
    }
    return NULL;
}

/* The first job of the subtree that stands after AFTER and fits. */
static struct job *find_after(const struct tree *tree,
                              const struct tree_node *node,
                              const struct tree_node *after, queue_fits_f *fits,
                              const void *context)
{
    while (node != NULL) {
        struct job *found;

        if (!fits(context, PLACE_OF(node)->min_nodes,
                  PLACE_OF(node)->min_walltime))
            return NULL;
        if (tree->compare(node, after) <= 0) {
            node = node->right;
            continue;
        }
        found = find_after(tree, node->left, after, fits, context);
        if (found != NULL)
            return found;
        if (job_fits(JOB_OF(node), fits, context))
            return JOB_OF(node);
        return find_below(node->right, fits, context);
    }
    return NULL;
}

static struct job *find_in(const struct tree *tree, const struct job *after,
                           queue_fits_f *fits, const void *context)
{
    return after == NULL ? find_below(tree->root, fits, context)
                         : find_after(tree, tree->root, &after->in_order.node,
                                      fits, context);
}

/* Of all classes the one that stands first. */
struct job *queue_find_by(const struct queue *queue, const struct job *after,
                          queue_fits_f *fits, const void *context)
{
    struct job *first = NULL;

    for (unsigned i = 0; i < sizeof queue->used / sizeof *queue->used; i++) {
        for (uint64_t used = queue->used[i]; used != 0; used &= used - 1) {
            unsigned class = 64 * i + (unsigned)__builtin_ctzll(used);
            struct job *job =
                find_in(&queue->classes[class], after, fits, context);

            if (job != NULL &&
                (first == NULL ||
                 compare(&job->in_order.node, &first->in_order.node) < 0))
                first = job;
        }
    }
    return first;
}

static bool fits_hole(const void *context, uint32_t min_nodes, dur_us walltime)
{
    const struct queue_hole *hole = context;

    return min_nodes <= hole->n_free &&
           (walltime <= hole->longest || min_nodes <= hole->n_extra);
}

struct job *queue_find(const struct queue *queue, const struct job *after,
                       const struct queue_hole *hole)
{
    return queue_find_by(queue, after, fits_hole, hole);
}

struct job *queue_find_shortest(const struct queue *queue,
                                const struct job *after,
                                const struct queue_hole *hole)
{
    assert(queue->keeps_shortest);
    return find_in(&queue->shortest, after, fits_hole, hole);
}
