/* SPDX-License-Identifier: BSD-2-Clause */
/* Strategies: their names, and whom each prefers. What comes of it in a whole
 * pass: t/scenario/expand_*.scn and shrink_*.scn. */
#include "core/strategy.h"
#include "support.h"

static void every_name_is_found_again(void **state)
{
    size_t n = 0;

    (void)state;
    for (const char *const *name = strategy_expand_names(); *name; name++, n++)
        assert_string_equal(strategy_expand(*name)->name, *name);
    for (const char *const *name = strategy_shrink_names(); *name; name++, n++)
        assert_string_equal(strategy_shrink(*name)->name, *name);
    assert_int_equal(n, 16);
}

static void spelling_does_not_matter_words_do(void **state)
{
    (void)state;
    assert_ptr_equal(strategy_expand("most-remaining"),
                     strategy_expand("most_remaining"));
    assert_ptr_equal(strategy_shrink("MOST_Nodes"),
                     strategy_shrink("most-nodes"));
    assert_null(strategy_expand("shortest"));
    assert_null(strategy_shrink("longest"));
    assert_null(strategy_expand(""));
    assert_null(strategy_expand("fcf"));
    assert_null(strategy_expand("fcfsx"));
}

struct pair {
    struct job a, b;
};

/* Two equal jobs of three nodes; a test makes one differ. */
static void make_pair(struct pair *pair)
{
    struct job job = {.state = JOB_RUNNING};

    job_request_init(&job.request);
    job.request.max_nodes = 6;
    job.request.walltime = sec(1000);
    job.arrival = 5;
    job.planned_end = at(1000);
    *pair = (struct pair){job, job};
    idset_add_range(&pair->a.nodes, 0, 2);
    idset_add_range(&pair->b.nodes, 10, 12);
}

static void release_pair(struct pair *pair)
{
    idset_release(&pair->a.nodes);
    idset_release(&pair->b.nodes);
    idset_release(&pair->a.directive.delta);
}

/* Does the strategy serve a before b? */
static bool prefers_a(const struct strategy *strategy, const struct pair *pair)
{
    return strategy->score(&pair->a, at(10)) >
           strategy->score(&pair->b, at(10));
}

static void expect_both(const struct pair *pair, const char *expand,
                        const char *shrink)
{
    assert_true(prefers_a(strategy_expand(expand), pair));
    assert_false(prefers_a(strategy_shrink(shrink), pair));
}

static void who_grows_first_and_shrinks_last(void **state)
{
    struct pair pair;

    (void)state;
    make_pair(&pair);
    pair.a.arrival = 4;
    expect_both(&pair, "fcfs", "fcfs");
    pair.a.request.walltime = TIME_NEVER;
    expect_both(&pair, "longest", "shortest");
    pair.a.planned_end = at(1001);
    expect_both(&pair, "most_remaining", "least_remaining");
    pair.a.request.priority = 1;
    expect_both(&pair, "priority", "priority");
    pair.a.request.serial_fraction = 0.05;
    expect_both(&pair, "amdahl", "amdahl");
    idset_remove(&pair.a.nodes, 1);
    expect_both(&pair, "equal", "equal");
    expect_both(&pair, "most_scalable", "most_nodes");
    release_pair(&pair);
}

/* A job that is offered nodes has them, as far as dealing is concerned. */
static void offered_nodes_count(void **state)
{
    struct pair pair;

    (void)state;
    make_pair(&pair);
    idset_add(&pair.a.directive.delta, 20);
    pair.a.directive.state = DIRECTIVE_OFFERED;
    pair.a.directive.op = DIRECTIVE_GROW;
    assert_false(prefers_a(strategy_expand("most_scalable"), &pair));
    assert_true(prefers_a(strategy_shrink("most_nodes"), &pair));
    release_pair(&pair);
}

static double score_at(const struct strategy *strategy, const struct job *job,
                       uint32_t n)
{
    return strategy->score_at(job, n, strategy->weigh(job, at(10)));
}

/* By the score of the next node. */
static bool prefers_a_now(const struct strategy *strategy,
                          const struct pair *pair)
{
    return score_at(strategy, &pair->a, 0) > score_at(strategy, &pair->b, 0);
}

static void each_node_goes_where_it_brings_most(void **state)
{
    const struct strategy *expand = strategy_expand("speedup");
    const struct strategy *shrink = strategy_shrink("speedup");
    struct pair pair;

    (void)state;
    make_pair(&pair);
    pair.a.planned_end = at(999);
    assert_true(prefers_a_now(expand, &pair));
    assert_false(prefers_a_now(shrink, &pair));
    pair.a.planned_end = TIME_NEVER;
    assert_false(prefers_a_now(expand, &pair));
    assert_true(prefers_a_now(shrink, &pair));
    pair.a.planned_end = at(1000);
    pair.a.request.serial_fraction = 0.05;
    assert_true(prefers_a_now(expand, &pair));
    assert_false(prefers_a_now(shrink, &pair));
    assert_true(score_at(expand, &pair.a, 1) < score_at(expand, &pair.a, 0));
    assert_true(score_at(shrink, &pair.a, 1) < score_at(shrink, &pair.a, 0));
    release_pair(&pair);
}

static void only_equal_deals_round(void **state)
{
    (void)state;
    for (const char *const *name = strategy_expand_names(); *name; name++)
        assert_int_equal(strategy_expand(*name)->is_shared,
                         strcmp(*name, "equal") == 0);
    for (const char *const *name = strategy_shrink_names(); *name; name++)
        assert_int_equal(strategy_shrink(*name)->is_shared,
                         strcmp(*name, "equal") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_found_again),
        cmocka_unit_test(spelling_does_not_matter_words_do),
        cmocka_unit_test(who_grows_first_and_shrinks_last),
        cmocka_unit_test(offered_nodes_count),
        cmocka_unit_test(each_node_goes_where_it_brings_most),
        cmocka_unit_test(only_equal_deals_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
