/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An intrusive, ordered, augmented tree (a treap; Seidel and Aragon, 1996).
 *
 * The caller embeds a `struct tree_node`, gives the order by `compare` and may
 * keep a summary of each subtree (a sum, a minimum) by `update`, which is
 * called for a node whenever its children changed. Heights are random by a
 * hash of the caller's key, so the shape is the same in every run.
 */
#ifndef ERM_BASE_TREE_H
#define ERM_BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree_node {
    struct tree_node *left;
    struct tree_node *right;
    struct tree_node *parent;
    uint32_t height_hash; /* heap order of the treap, from the caller's key */
    uint32_t n;           /* nodes in this subtree, kept by the tree */
};

typedef int tree_compare_f(const struct tree_node *a,
                           const struct tree_node *b);
typedef void tree_update_f(struct tree_node *node);

struct tree {
    struct tree_node *root;
    tree_compare_f *compare; /* a total order: 0 only for the same node */
    tree_update_f *update;   /* may be NULL */
};

#define TREE_ENTRY(node, type, member) \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

void tree_init(struct tree *tree, tree_compare_f *compare,
               tree_update_f *update);
/* Inserts NODE (borrowed until removed); KEY seeds its height. O(log n). */
void tree_insert(struct tree *tree, struct tree_node *node, uint64_t key);
/* Removes NODE, which must be in TREE. O(log n). */
void tree_remove(struct tree *tree, struct tree_node *node);
/* Calls `update` on NODE and its ancestors after NODE's own values changed
 * (its place in the order must not have). O(log n). */
void tree_refresh(struct tree *tree, struct tree_node *node);
struct tree_node *tree_first(const struct tree *tree);
struct tree_node *tree_last(const struct tree *tree);
struct tree_node *tree_next(const struct tree_node *node);
struct tree_node *tree_prev(const struct tree_node *node);
/* How many nodes come before NODE. O(log n). */
size_t tree_rank(const struct tree_node *node);
size_t tree_count(const struct tree *tree);

#endif
