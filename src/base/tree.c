/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A treap without rotations: an insert splits the subtree that it displaces,
 * a remove merges the two subtrees that are left. Both change one path, and
 * the summaries along it are then made anew from the bottom up, each once.
 *
 * Invariants: in order by `compare`; no child has a greater height_hash than
 * its parent; parent links match; n = 1 + n of both children. Allocates
 * nothing and does not own the nodes.
 */
#include "base/tree.h"

#include <assert.h>

/* The finaliser of splitmix64: neighbouring keys get unrelated heights. */
static uint32_t hash_key(uint64_t key)
{
    key += 0x9e3779b97f4a7c15;
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
    key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
    return (uint32_t)((key ^ (key >> 31)) >> 32);
}

static uint32_t count_below(const struct tree_node *node)
{
    return node ? node->n : 0;
}

/* Makes the summaries anew from NODE upwards, END not included. */
static void update_up(struct tree *tree, struct tree_node *node,
                      const struct tree_node *end)
{
    for (; node != end; node = node->parent) {
        node->n = 1 + count_below(node->left) + count_below(node->right);
        if (tree->update)
            tree->update(node);
    }
}

/* Where the pointer to NODE is kept. */
static struct tree_node **find_link(struct tree *tree,
                                    const struct tree_node *node)
{
    struct tree_node *parent = node->parent;
    if (!parent)
        return &tree->root;
    return parent->left == node ? &parent->left : &parent->right;
}

static bool goes_left(const struct tree *tree, const struct tree_node *node,
                      const struct tree_node *at)
{
    int order = tree->compare(node, at);
    assert(order != 0);
    return order < 0;
}

void tree_init(struct tree *tree, tree_compare_f *compare,
               tree_update_f *update)
{
    *tree = (struct tree){.compare = compare, .update = update};
}

/* Hangs the nodes of the subtree AT that come before NODE on its left and the
 * others on its right, with their summaries. */
static void split_below(struct tree *tree, struct tree_node *node,
                        struct tree_node *at)
{
    struct tree_node **left = &node->left, **right = &node->right;
    struct tree_node *left_end = node, *right_end = node;

    while (at) {
        if (goes_left(tree, node, at)) {
            *right = at;
            at->parent = right_end;
            right_end = at;
            right = &at->left;
            at = at->left;
        } else {
            *left = at;
            at->parent = left_end;
            left_end = at;
            left = &at->right;
            at = at->right;
        }
    }
    *left = NULL;
    *right = NULL;
    update_up(tree, left_end, node);
    update_up(tree, right_end, node);
}

void tree_insert(struct tree *tree, struct tree_node *node, uint64_t key)
{
    struct tree_node **link = &tree->root;
    struct tree_node *parent = NULL;

    node->height_hash = hash_key(key);
    while (*link && (*link)->height_hash >= node->height_hash) {
        parent = *link;
        link = goes_left(tree, node, parent) ? &parent->left : &parent->right;
    }
    split_below(tree, node, *link);
    *link = node;
    node->parent = parent;
    update_up(tree, node, NULL);
}

void tree_remove(struct tree *tree, struct tree_node *node)
{
    struct tree_node **link = find_link(tree, node);
    struct tree_node *parent = node->parent;
    struct tree_node *left = node->left, *right = node->right;

    assert(*link == node);
    while (left && right) {
        bool is_left = left->height_hash >= right->height_hash;
        struct tree_node *higher = is_left ? left : right;
        *link = higher;
        higher->parent = parent;
        parent = higher;
        link = is_left ? &higher->right : &higher->left;
        if (is_left)
            left = left->right;
        else
            right = right->left;
    }
    *link = left ? left : right;
    if (*link)
        (*link)->parent = parent;
    update_up(tree, parent, NULL);
    *node = (struct tree_node){0};
}

void tree_refresh(struct tree *tree, struct tree_node *node)
{
    update_up(tree, node, NULL);
}

static struct tree_node *leftmost(struct tree_node *node)
{
    while (node && node->left)
        node = node->left;
    return node;
}

static struct tree_node *rightmost(struct tree_node *node)
{
    while (node && node->right)
        node = node->right;
    return node;
}

struct tree_node *tree_first(const struct tree *tree)
{
    return leftmost(tree->root);
}

struct tree_node *tree_last(const struct tree *tree)
{
    return rightmost(tree->root);
}

struct tree_node *tree_next(const struct tree_node *node)
{
    if (node->right)
        return leftmost(node->right);
    while (node->parent && node->parent->right == node)
        node = node->parent;
    return node->parent;
}

struct tree_node *tree_prev(const struct tree_node *node)
{
    if (node->left)
        return rightmost(node->left);
    while (node->parent && node->parent->left == node)
        node = node->parent;
    return node->parent;
}

size_t tree_rank(const struct tree_node *node)
{
    size_t rank = count_below(node->left);
    for (; node->parent; node = node->parent) {
        if (node->parent->right == node)
            rank += 1 + (size_t)count_below(node->parent->left);
    }
    return rank;
}

size_t tree_count(const struct tree *tree)
{
    return count_below(tree->root);
}
