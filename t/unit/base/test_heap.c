/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static bool is_same(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->when == b->when && a->kind == b->kind && a->id == b->id &&
           a->seq == b->seq;
}

static int compare(const void *pa, const void *pb)
{
    const struct heap_entry *a = pa, *b = pb;
    if (a->when != b->when)
        return a->when < b->when ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static void test_empty(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry out = {.when = 42};
    heap_init(&heap);
    assert_null(heap_top(&heap));
    assert_false(heap_pop(&heap, &out));
    assert_false(heap_pop(&heap, NULL));
    assert_int_equal(out.when, 42);
    heap_clear(&heap);
    heap_release(&heap);
    heap_release(NULL);
}

static void test_earliest_comes_first(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry out;
    heap_init(&heap);
    heap_push(&heap, (struct heap_entry){.when = 30});
    heap_push(&heap, (struct heap_entry){.when = -10});
    heap_push(&heap, (struct heap_entry){.when = TIME_NEVER});
    heap_push(&heap, (struct heap_entry){.when = 20});
    assert_int_equal(heap.n, 4);
    assert_true(heap_top(&heap)->when == -10);
    assert_true(heap_pop(&heap, NULL));
    assert_true(heap_pop(&heap, &out) && out.when == 20);
    assert_true(heap_pop(&heap, &out) && out.when == 30);
    assert_true(heap_pop(&heap, &out) && out.when == TIME_NEVER);
    assert_false(heap_pop(&heap, &out));
    heap_release(&heap);
}

static void test_equal_times_have_an_order(void **state)
{
    (void)state;
    static const struct heap_entry sorted[] = {
        {1, 0, 5, 9}, {1, 1, 2, 7}, {1, 1, 3, 1}, {1, 1, 3, 2}, {2, 0, 0, 0},
    };
    static const size_t push_order[] = {3, 0, 4, 2, 1};
    struct heap heap;
    struct heap_entry out;
    heap_init(&heap);
    for (size_t i = 0; i < N_OF(sorted); i++)
        heap_push(&heap, sorted[push_order[i]]);
    for (size_t i = 0; i < N_OF(sorted); i++) {
        assert_true(heap_pop(&heap, &out));
        assert_true(is_same(&out, &sorted[i]));
    }
    heap_release(&heap);
}

static void test_clear_and_use_again(void **state)
{
    (void)state;
    struct heap heap;
    heap_init(&heap);
    for (uint32_t i = 0; i < 100; i++)
        heap_push(&heap, (struct heap_entry){.when = 100 - i});
    heap_clear(&heap);
    assert_null(heap_top(&heap));
    heap_push(&heap, (struct heap_entry){.when = 7});
    assert_int_equal(heap_top(&heap)->when, 7);
    heap_release(&heap);
    assert_int_equal(heap.n, 0);
    assert_null(heap.entries);
}

/* Pushes and pops at random, against a sorted array. */
static void test_random_against_sorted_array(void **state)
{
    (void)state;
    enum { MAX = 300 };
    struct heap_entry model[MAX];
    size_t n = 0;
    uint64_t seed = 20261123;
    struct heap heap;
    heap_init(&heap);

    for (int step = 0; step < 20000; step++) {
        if (n < MAX && random_below(&seed, 100) < 52) {
            struct heap_entry entry = {
                .when = random_below(&seed, 20),
                .kind = random_below(&seed, 3),
                .id = random_below(&seed, 3),
                .seq = random_below(&seed, 3),
            };
            heap_push(&heap, entry);
            model[n++] = entry;
            qsort(model, n, sizeof(model[0]), compare);
        } else {
            struct heap_entry out;
            assert_int_equal(heap_pop(&heap, &out), n > 0);
            if (n > 0) {
                assert_true(is_same(&out, &model[0]));
                memmove(model, model + 1, --n * sizeof(model[0]));
            }
        }
        assert_int_equal(heap.n, n);
        if (n > 0)
            assert_true(is_same(heap_top(&heap), &model[0]));
    }
    heap_release(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_earliest_comes_first),
        cmocka_unit_test(test_equal_times_have_an_order),
        cmocka_unit_test(test_clear_and_use_again),
        cmocka_unit_test(test_random_against_sorted_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
