/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>

#include "base/idset.h"

#define LIMIT 300 /* ids of the random tests: several words, and a part */

/* Makes SET hold the ids of a list that ends with IDSET_NONE. */
static void fill(struct idset *set, const uint32_t *ids)
{
    idset_init(set);
    for (; *ids != IDSET_NONE; ids++)
        idset_add(set, *ids);
}
#define FILL(set, ...) fill(set, (const uint32_t[]){__VA_ARGS__, IDSET_NONE})

/* SET is exactly the ids of a list, by every way of looking at it. */
static void expect(const struct idset *set, const uint32_t *ids)
{
    uint32_t n = 0;
    IDSET_EACH (set, id) {
        assert_int_equal(id, ids[n]);
        assert_true(idset_has(set, id));
        n++;
    }
    assert_int_equal(ids[n], IDSET_NONE);
    assert_int_equal(idset_count(set), n);
    assert_int_equal(idset_is_empty(set), n == 0);
    assert_int_equal(idset_first(set), ids[0]);
    assert_int_equal(idset_last(set), n > 0 ? ids[n - 1] : IDSET_NONE);
}
#define EXPECT(set, ...) \
    expect(set, (const uint32_t[]){__VA_ARGS__, IDSET_NONE})
#define EXPECT_EMPTY(set) expect(set, (const uint32_t[]){IDSET_NONE})

static void test_zero_is_empty(void **state)
{
    (void)state;
    struct idset set = {0};
    EXPECT_EMPTY(&set);
    assert_false(idset_has(&set, 0));
    assert_false(idset_has(&set, 1000000));
    assert_int_equal(idset_next(&set, 0), IDSET_NONE);
    idset_remove(&set, 5);
    idset_clear(&set);
    EXPECT_EMPTY(&set);
    assert_int_equal(set.n_words, 0);
    idset_release(&set);
    idset_release(NULL);
}

static void test_add_and_remove(void **state)
{
    (void)state;
    struct idset set;
    FILL(&set, 64, 0, 63, 1000, 64);
    EXPECT(&set, 0, 63, 64, 1000);
    assert_false(idset_has(&set, 1));
    assert_false(idset_has(&set, 65));
    assert_false(idset_has(&set, IDSET_NONE));
    idset_remove(&set, 63);
    idset_remove(&set, 63);
    idset_remove(&set, 7);
    idset_remove(&set, 1000);
    EXPECT(&set, 0, 64);
    idset_clear(&set);
    EXPECT_EMPTY(&set);
    idset_add(&set, 3);
    EXPECT(&set, 3);
    idset_release(&set);
    EXPECT_EMPTY(&set);
}

static void test_small_sets_allocate_nothing(void **state)
{
    (void)state;
    struct idset small, grown, copy;
    FILL(&small, 0, 127);
    grown = small;
    idset_add(&grown, 128);
    EXPECT(&grown, 0, 127, 128);
    EXPECT(&small, 0, 127);
    idset_init(&copy);
    idset_copy(&copy, &grown);
    idset_release(&grown);
    EXPECT(&copy, 0, 127, 128);
    idset_copy(&copy, &small);
    EXPECT(&copy, 0, 127);
    idset_move(&copy, &small);
    EXPECT(&copy, 0, 127); /* and nothing of SMALL is left to release */
}

static void test_next(void **state)
{
    (void)state;
    struct idset set;
    FILL(&set, 5, 63, 64, 191);
    assert_int_equal(idset_next(&set, 0), 5);
    assert_int_equal(idset_next(&set, 5), 63);
    assert_int_equal(idset_next(&set, 63), 64);
    assert_int_equal(idset_next(&set, 64), 191);
    assert_int_equal(idset_next(&set, 191), IDSET_NONE);
    assert_int_equal(idset_next(&set, 5000), IDSET_NONE);
    assert_int_equal(idset_next(&set, IDSET_NONE), IDSET_NONE);
    idset_release(&set);
}

static void test_ranges_of_every_place(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 140; first += 7) {
        for (uint32_t last = first; last < 200; last++) {
            struct idset set = {0};
            idset_add_range(&set, first, last);
            assert_int_equal(idset_count(&set), last - first + 1);
            assert_int_equal(idset_first(&set), first);
            assert_int_equal(idset_last(&set), last);
            idset_release(&set);
        }
    }
}

static void test_range_over_what_is_there(void **state)
{
    (void)state;
    struct idset set;
    FILL(&set, 1, 3, 9);
    idset_add_range(&set, 2, 4);
    EXPECT(&set, 1, 2, 3, 4, 9);
    idset_release(&set);
}

static void test_copy_and_move(void **state)
{
    (void)state;
    struct idset a, b, empty = {0};
    FILL(&a, 1, 70);
    FILL(&b, 500, 2);
    idset_copy(&b, &a); /* the old high ids are gone */
    EXPECT(&b, 1, 70);
    idset_add(&b, 3);
    EXPECT(&a, 1, 70);
    idset_copy(&a, &a);
    EXPECT(&a, 1, 70);
    idset_move(&a, &b);
    EXPECT(&a, 1, 3, 70);
    EXPECT_EMPTY(&b);
    idset_move(&a, &a);
    EXPECT(&a, 1, 3, 70);
    idset_copy(&a, &empty);
    EXPECT_EMPTY(&a);
    idset_release(&a);
    idset_release(&b);
}

static void test_operations_on_two(void **state)
{
    (void)state;
    struct idset a, b;
    FILL(&a, 1, 2, 64);
    FILL(&b, 2, 64, 300);
    assert_int_equal(idset_count_common(&a, &b), 2);
    assert_true(idset_has_common(&a, &b));
    idset_unite(&a, &b);
    EXPECT(&a, 1, 2, 64, 300);
    assert_true(idset_is_subset(&b, &a));
    assert_false(idset_is_subset(&a, &b));
    idset_subtract(&a, &b);
    EXPECT(&a, 1);
    assert_false(idset_has_common(&a, &b));
    idset_intersect(&b, &a);
    EXPECT_EMPTY(&b);
    assert_true(idset_is_subset(&b, &a));
    idset_release(&a);
    idset_release(&b);
}

static void test_operations_on_one(void **state)
{
    (void)state;
    struct idset set;
    FILL(&set, 1, 2, 64);
    idset_unite(&set, &set);
    idset_intersect(&set, &set);
    EXPECT(&set, 1, 2, 64);
    assert_true(idset_is_equal(&set, &set));
    assert_true(idset_is_subset(&set, &set));
    idset_subtract(&set, &set);
    EXPECT_EMPTY(&set);
    idset_release(&set);
}

/* The memory of a set does not matter, only its ids. */
static void test_equal_with_other_memory(void **state)
{
    (void)state;
    struct idset a, b, none = {0};
    FILL(&a, 1, 2, 5000);
    FILL(&b, 1, 2);
    assert_false(idset_is_equal(&a, &b));
    idset_remove(&a, 5000);
    assert_true(idset_is_equal(&a, &b));
    assert_true(idset_is_equal(&b, &a));
    assert_true(idset_is_subset(&a, &b));
    idset_remove(&a, 2);
    idset_add(&a, 3);
    assert_false(idset_is_equal(&a, &b));
    idset_clear(&a);
    assert_true(idset_is_equal(&a, &none));
    assert_true(idset_is_equal(&none, &a));
    idset_release(&a);
    idset_release(&b);
}

static void test_take_first_and_last(void **state)
{
    (void)state;
    struct idset from, to;
    FILL(&from, 1, 2, 3, 63, 64, 65, 200, 201);
    FILL(&to, 9);
    idset_take_first(&from, 2, &to);
    EXPECT(&to, 1, 2, 9);
    idset_take_last(&from, 3, &to);
    EXPECT(&to, 1, 2, 9, 65, 200, 201);
    EXPECT(&from, 3, 63, 64);
    idset_take_first(&from, 0, &to);
    idset_take_last(&from, 0, &to);
    EXPECT(&from, 3, 63, 64);
    idset_take_first(&from, 3, &to);
    EXPECT_EMPTY(&from);
    EXPECT(&to, 1, 2, 3, 9, 63, 64, 65, 200, 201);
    idset_release(&from);
    idset_release(&to);
}

static void test_take_what_is_in_both(void **state)
{
    (void)state;
    struct idset from, to;
    FILL(&from, 1, 2, 3);
    FILL(&to, 2);
    idset_take_first(&from, 2, &to);
    EXPECT(&to, 1, 2);
    EXPECT(&from, 3);
    idset_release(&from);
    idset_release(&to);
}

static void add_none(void)
{
    struct idset set = {0};
    idset_add(&set, IDSET_NONE);
}

static void take_too_many(void)
{
    struct idset from = {0}, to = {0};
    idset_take_first(&from, 1, &to);
}

static void add_range_downwards(void)
{
    struct idset set = {0};
    idset_add_range(&set, 5, 4);
}

static void test_mistakes_abort(void **state)
{
    (void)state;
    assert_true(aborts(add_none));
    assert_true(aborts(take_too_many));
    assert_true(aborts(add_range_downwards));
}

/* --- against a naive model ---------------------------------------------- */

struct model {
    bool has[LIMIT];
};

static uint32_t model_count(const struct model *model)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < LIMIT; i++)
        n += model->has[i];
    return n;
}

static void expect_model(const struct idset *set, const struct model *model)
{
    uint32_t next = idset_first(set);
    for (uint32_t i = 0; i < LIMIT; i++) {
        assert_int_equal(idset_has(set, i), model->has[i]);
        if (!model->has[i])
            continue;
        assert_int_equal(next, i);
        next = idset_next(set, i);
    }
    assert_int_equal(next, IDSET_NONE);
    assert_int_equal(idset_count(set), model_count(model));
}

static void expect_pair(const struct idset *a, const struct idset *b,
                        const struct model *ma, const struct model *mb)
{
    uint32_t common = 0, only_a = 0, only_b = 0;
    for (uint32_t i = 0; i < LIMIT; i++) {
        common += ma->has[i] && mb->has[i];
        only_a += ma->has[i] && !mb->has[i];
        only_b += !ma->has[i] && mb->has[i];
    }
    assert_int_equal(idset_count_common(a, b), common);
    assert_int_equal(idset_has_common(a, b), common > 0);
    assert_int_equal(idset_is_subset(a, b), only_a == 0);
    assert_int_equal(idset_is_equal(a, b), only_a + only_b == 0);
}

static void take(struct idset *from, struct idset *to, struct model *mfrom,
                 struct model *mto, uint32_t n, bool is_first)
{
    if (is_first)
        idset_take_first(from, n, to);
    else
        idset_take_last(from, n, to);
    for (uint32_t i = 0; i < LIMIT && n > 0; i++) {
        uint32_t id = is_first ? i : LIMIT - 1 - i;
        if (!mfrom->has[id])
            continue;
        mfrom->has[id] = false;
        mto->has[id] = true;
        n--;
    }
}

static void combine(struct idset *a, const struct idset *b, struct model *ma,
                    const struct model *mb, uint32_t op)
{
    if (op == 0)
        idset_unite(a, b);
    else if (op == 1)
        idset_intersect(a, b);
    else
        idset_subtract(a, b);
    for (uint32_t i = 0; i < LIMIT; i++) {
        bool x = ma->has[i], y = mb->has[i];
        ma->has[i] = op == 0 ? x || y : op == 1 ? x && y : x && !y;
    }
}

static void change_one(struct idset *set, struct model *model, uint32_t id,
                       uint32_t op)
{
    uint32_t last = id + 80 < LIMIT ? id + 80 : LIMIT - 1;
    if (op == 0) {
        idset_remove(set, id);
        model->has[id] = false;
    } else if (op == 1) {
        idset_add_range(set, id, last);
        for (uint32_t i = id; i <= last; i++)
            model->has[i] = true;
    } else {
        idset_add(set, id);
        model->has[id] = true;
    }
}

/* SET is small again. */
static void forget(struct idset *set, struct model *model)
{
    idset_release(set);
    *model = (struct model){0};
}

static void test_random_against_array(void **state)
{
    (void)state;
    uint64_t seed = 4711;
    struct idset sets[3] = {0};
    struct model models[3] = {0};

    for (int step = 0; step < 20000; step++) {
        uint32_t a = random_below(&seed, 3), b = (a + 1) % 3;
        uint32_t op = random_below(&seed, 20);
        uint32_t id = random_below(&seed, step % 2 ? LIMIT : LIMIT / 3);
        if (step % 32 == 0)
            forget(&sets[a], &models[a]);
        if (op < 3)
            combine(&sets[a], &sets[b], &models[a], &models[b], op);
        else if (op < 6)
            take(&sets[a], &sets[b], &models[a], &models[b],
                 random_below(&seed, idset_count(&sets[a]) + 1), op < 5);
        else
            change_one(&sets[a], &models[a], id, op - 6);
        expect_model(&sets[a], &models[a]);
        expect_model(&sets[b], &models[b]);
        expect_pair(&sets[a], &sets[b], &models[a], &models[b]);
    }
    for (size_t i = 0; i < N_OF(sets); i++)
        idset_release(&sets[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_is_empty),
        cmocka_unit_test(test_add_and_remove),
        cmocka_unit_test(test_small_sets_allocate_nothing),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_ranges_of_every_place),
        cmocka_unit_test(test_range_over_what_is_there),
        cmocka_unit_test(test_copy_and_move),
        cmocka_unit_test(test_operations_on_two),
        cmocka_unit_test(test_operations_on_one),
        cmocka_unit_test(test_equal_with_other_memory),
        cmocka_unit_test(test_take_first_and_last),
        cmocka_unit_test(test_take_what_is_in_both),
        cmocka_unit_test(test_mistakes_abort),
        cmocka_unit_test(test_random_against_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
