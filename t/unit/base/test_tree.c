/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/tree.h"

struct item {
    struct tree_node node;
    uint32_t key;
    int64_t value;
    int64_t sum; /* of the values of the subtree, kept by update_sum */
    bool is_in;  /* the naive model of the tree */
};

static struct item *item_of(const struct tree_node *node)
{
    return TREE_ENTRY(node, struct item, node);
}

static int compare_keys(const struct tree_node *a, const struct tree_node *b)
{
    uint32_t x = item_of(a)->key, y = item_of(b)->key;
    return x < y ? -1 : x > y;
}

static int64_t sum_of(const struct tree_node *node)
{
    return node ? item_of(node)->sum : 0;
}

static void update_sum(struct tree_node *node)
{
    item_of(node)->sum =
        item_of(node)->value + sum_of(node->left) + sum_of(node->right);
}

static struct item *make_items(uint32_t n)
{
    struct item *items = mem_alloc_array(n, sizeof(*items));
    for (uint32_t i = 0; i < n; i++) {
        items[i].key = i;
        items[i].value = i + 1;
    }
    return items;
}

/* Checks every rule of the treap below NODE; returns how deep it is. */
static uint32_t check_below(const struct tree_node *node)
{
    if (!node)
        return 0;
    const struct tree_node *left = node->left, *right = node->right;
    uint32_t n_left = left ? left->n : 0, n_right = right ? right->n : 0;
    assert_true(!left || left->parent == node);
    assert_true(!right || right->parent == node);
    assert_true(!left || left->height_hash <= node->height_hash);
    assert_true(!right || right->height_hash <= node->height_hash);
    assert_int_equal(node->n, 1 + n_left + n_right);
    assert_true(item_of(node)->sum ==
                item_of(node)->value + sum_of(left) + sum_of(right));
    uint32_t a = check_below(left), b = check_below(right);
    return 1 + (a > b ? a : b);
}

/* The tree holds the items that are in, in their order, and nothing else. */
static void check_tree(const struct tree *tree, struct item *items, uint32_t n)
{
    const struct tree_node *at = tree_first(tree), *last = NULL;
    size_t rank = 0;
    assert_true(!tree->root || !tree->root->parent);
    check_below(tree->root);
    for (uint32_t i = 0; i < n; i++) {
        if (!items[i].is_in)
            continue;
        assert_ptr_equal(at, &items[i].node);
        assert_int_equal(tree_rank(at), rank++);
        assert_ptr_equal(tree_prev(at), last);
        last = at;
        at = tree_next(at);
    }
    assert_null(at);
    assert_ptr_equal(tree_last(tree), last);
    assert_int_equal(tree_count(tree), rank);
}

static void put(struct tree *tree, struct item *item)
{
    tree_insert(tree, &item->node, item->key);
    item->is_in = true;
}

static void drop(struct tree *tree, struct item *item)
{
    tree_remove(tree, &item->node);
    item->is_in = false;
}

static void test_empty(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, compare_keys, NULL);
    assert_null(tree_first(&tree));
    assert_null(tree_last(&tree));
    assert_int_equal(tree_count(&tree), 0);
}

static void test_one_node_comes_and_goes(void **state)
{
    (void)state;
    struct tree tree;
    struct item item = {.key = 7, .value = 70};
    tree_init(&tree, compare_keys, update_sum);
    tree_insert(&tree, &item.node, 7);
    assert_ptr_equal(tree_first(&tree), &item.node);
    assert_ptr_equal(tree_last(&tree), &item.node);
    assert_null(tree_next(&item.node));
    assert_null(tree_prev(&item.node));
    assert_int_equal(tree_rank(&item.node), 0);
    assert_int_equal(tree_count(&tree), 1);
    assert_true(sum_of(tree.root) == 70);
    tree_remove(&tree, &item.node);
    assert_null(tree.root);
    assert_int_equal(item.node.n, 0);
    tree_insert(&tree, &item.node, 8); /* the node can be used again */
    assert_int_equal(tree_count(&tree), 1);
}

static void test_works_without_update(void **state)
{
    (void)state;
    struct tree tree;
    struct item *items = make_items(100);
    tree_init(&tree, compare_keys, NULL);
    for (uint32_t i = 0; i < 100; i++)
        tree_insert(&tree, &items[(i * 37) % 100].node, i);
    tree_remove(&tree, &items[50].node);
    tree_refresh(&tree, &items[3].node);
    assert_int_equal(tree_count(&tree), 99);
    assert_int_equal(tree_rank(&items[51].node), 50);
    assert_ptr_equal(tree_next(&items[49].node), &items[51].node);
    free(items);
}

static void test_refresh_tells_the_ancestors(void **state)
{
    (void)state;
    struct tree tree;
    struct item *items = make_items(64);
    tree_init(&tree, compare_keys, update_sum);
    for (uint32_t i = 0; i < 64; i++)
        put(&tree, &items[i]);
    assert_true(sum_of(tree.root) == 64 * 65 / 2);
    items[20].value += 1000;
    tree_refresh(&tree, &items[20].node);
    assert_true(sum_of(tree.root) == 64 * 65 / 2 + 1000);
    check_tree(&tree, items, 64);
    free(items);
}

/* The same nodes make the same tree, whatever came and went before. */
static void test_shape_does_not_depend_on_history(void **state)
{
    (void)state;
    enum { N = 200 };
    struct tree up, down;
    struct item *a = make_items(N), *b = make_items(N);
    tree_init(&up, compare_keys, update_sum);
    tree_init(&down, compare_keys, update_sum);
    for (uint32_t i = 0; i < N; i++) {
        put(&up, &a[i]);
        put(&down, &b[N - 1 - i]);
    }
    for (uint32_t i = 0; i < N; i += 3) {
        drop(&down, &b[i]);
        put(&down, &b[i]);
    }
    for (uint32_t i = 0; i < N; i++) {
        const struct tree_node *pa = a[i].node.parent, *pb = b[i].node.parent;
        assert_int_equal(pa ? item_of(pa)->key : N, pb ? item_of(pb)->key : N);
    }
    free(a);
    free(b);
}

static void test_rising_keys_make_no_deep_tree(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct tree tree;
    struct item *items = make_items(N);
    tree_init(&tree, compare_keys, update_sum);
    for (uint32_t i = 0; i < N; i++)
        put(&tree, &items[i]);
    assert_true(check_below(tree.root) < 60);
    check_tree(&tree, items, N);
    for (uint32_t i = 0; i < N; i++)
        drop(&tree, &items[i]);
    assert_null(tree.root);
    free(items);
}

/* Every node may have the same height: slow, but right. */
static void test_equal_heights(void **state)
{
    (void)state;
    struct tree tree;
    struct item *items = make_items(50);
    tree_init(&tree, compare_keys, update_sum);
    for (uint32_t i = 0; i < 50; i++) {
        struct item *item = &items[(i * 17) % 50];
        tree_insert(&tree, &item->node, 1);
        item->is_in = true;
    }
    check_tree(&tree, items, 50);
    for (uint32_t i = 0; i < 50; i += 2)
        drop(&tree, &items[i]);
    check_tree(&tree, items, 50);
    free(items);
}

static void test_random_operations(void **state)
{
    (void)state;
    enum { N = 150 };
    uint64_t seed = 97;
    struct tree tree;
    struct item *items = make_items(N);
    tree_init(&tree, compare_keys, update_sum);
    for (int step = 0; step < 10000; step++) {
        struct item *item = &items[random_below(&seed, N)];
        if (!item->is_in) {
            put(&tree, item);
        } else if (random_below(&seed, 4) == 0) {
            item->value = random_below(&seed, 1000);
            tree_refresh(&tree, &item->node);
        } else {
            drop(&tree, item);
        }
        check_tree(&tree, items, N);
    }
    free(items);
}

static void insert_equal(void)
{
    struct tree tree;
    struct item a = {.key = 1}, b = {.key = 1};
    tree_init(&tree, compare_keys, NULL);
    tree_insert(&tree, &a.node, 1);
    tree_insert(&tree, &b.node, 2);
}

static void test_equal_nodes_are_a_mistake(void **state)
{
    (void)state;
    assert_true(aborts(insert_equal));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_one_node_comes_and_goes),
        cmocka_unit_test(test_works_without_update),
        cmocka_unit_test(test_refresh_tells_the_ancestors),
        cmocka_unit_test(test_shape_does_not_depend_on_history),
        cmocka_unit_test(test_rising_keys_make_no_deep_tree),
        cmocka_unit_test(test_equal_heights),
        cmocka_unit_test(test_random_operations),
        cmocka_unit_test(test_equal_nodes_are_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
