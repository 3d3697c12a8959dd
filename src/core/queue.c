/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue in order, with minima and one maximum over subtrees. queue_find()
 * goes down only where some job may fit: a subtree is left out when its
 * smallest size or its shortest walltime rules it out.
 */
#include "core/queue.h"

#include <assert.h>

#define JOB_OF(tree_node) TREE_ENTRY(tree_node, struct job, queue_node)

static int compare(const struct tree_node *x, const struct tree_node *y)
{
    const struct job *a = JOB_OF(x), *b = JOB_OF(y);

    if (a->request.priority != b->request.priority)
        return a->request.priority > b->request.priority ? -1 : 1;
    if (a->arrival != b->arrival)
        return a->arrival < b->arrival ? -1 : 1;
    return 0;
}

/* Takes over what CHILD's subtree has at the outside. */
static void extend(struct job *job, const struct tree_node *child)
{
    const struct job *other;

    if (child == NULL)
        return;
    other = JOB_OF(child);
    if (other->queue_min_nodes < job->queue_min_nodes)
        job->queue_min_nodes = other->queue_min_nodes;
    if (other->queue_min_walltime < job->queue_min_walltime)
        job->queue_min_walltime = other->queue_min_walltime;
    if (other->queue_max_needs > job->queue_max_needs)
        job->queue_max_needs = other->queue_max_needs;
}

static void update(struct tree_node *node)
{
    struct job *job = JOB_OF(node);

    job->queue_min_nodes = job->request.min_nodes;
    job->queue_min_walltime = job->request.walltime;
    job->queue_max_needs = job->needs;
    extend(job, node->left);
    extend(job, node->right);
}

void queue_init(struct queue *queue)
{
    tree_init(&queue->tree, compare, update);
}

void queue_add(struct queue *queue, struct job *job)
{
    assert(!job->is_queued);
    tree_insert(&queue->tree, &job->queue_node, job->arrival);
    job->is_queued = true;
}

void queue_remove(struct queue *queue, struct job *job)
{
    assert(job->is_queued);
    tree_remove(&queue->tree, &job->queue_node);
    job->is_queued = false;
}

struct job *queue_first(const struct queue *queue)
{
    struct tree_node *node = tree_first(&queue->tree);

    return node == NULL ? NULL : JOB_OF(node);
}

struct job *queue_next(const struct job *job)
{
    struct tree_node *node = tree_next(&job->queue_node);

    return node == NULL ? NULL : JOB_OF(node);
}

struct job *queue_prev(const struct job *job)
{
    struct tree_node *node = tree_prev(&job->queue_node);

    return node == NULL ? NULL : JOB_OF(node);
}

size_t queue_count(const struct queue *queue)
{
    return tree_count(&queue->tree);
}

size_t queue_rank(const struct job *job)
{
    return tree_rank(&job->queue_node);
}

uint32_t queue_min_nodes(const struct queue *queue)
{
    const struct tree_node *root = queue->tree.root;

    return root == NULL ? UINT32_MAX : JOB_OF(root)->queue_min_nodes;
}

dur_us queue_max_needs(const struct queue *queue)
{
    const struct tree_node *root = queue->tree.root;

    return root == NULL ? -1 : JOB_OF(root)->queue_max_needs;
}

struct job *queue_find_longer(const struct queue *queue, dur_us than)
{
    const struct tree_node *node = queue->tree.root;

    while (node != NULL && JOB_OF(node)->queue_max_needs > than) {
        if (JOB_OF(node)->needs > than)
            return JOB_OF(node);
        if (node->left != NULL && JOB_OF(node->left)->queue_max_needs > than)
            node = node->left;
        else
            node = node->right;
    }
    return NULL;
}

static bool fits(uint32_t min_nodes, dur_us walltime,
                 const struct queue_hole *hole)
{
    return min_nodes <= hole->n_free &&
           (walltime <= hole->longest || min_nodes <= hole->n_extra);
}

static bool job_fits(const struct job *job, const struct queue_hole *hole)
{
    return fits(job->request.min_nodes, job->request.walltime, hole);
}

/* The first job of the subtree that fits. */
static struct job *find_below(const struct tree_node *node,
                              const struct queue_hole *hole)
{
    while (node != NULL) {
        struct job *job = JOB_OF(node), *found;

        if (!fits(job->queue_min_nodes, job->queue_min_walltime, hole))
            return NULL;
        found = find_below(node->left, hole);
        if (found != NULL)
            return found;
        if (job_fits(job, hole))
            return job;
        node = node->right;
    }
    return NULL;
}

struct job *queue_find(const struct queue *queue, const struct job *after,
                       const struct queue_hole *hole)
{
    const struct tree_node *node;
    struct job *found;

    if (after == NULL)
        return find_below(queue->tree.root, hole);
    node = &after->queue_node;
    found = find_below(node->right, hole);
    for (; found == NULL && node->parent != NULL; node = node->parent) {
        if (node != node->parent->left)
            continue;
        if (job_fits(JOB_OF(node->parent), hole))
            return JOB_OF(node->parent);
        found = find_below(node->parent->right, hole);
    }
    return found;
}
