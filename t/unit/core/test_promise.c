/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Promises: with EASY, a job that is the head starts no later than it was first
 * promised (invariant I9), whatever ends early, is backfilled, grows, shrinks
 * or refuses to.
 */
#include "sim.h"
#include "support.h"

#define N_JOBS 300

struct totals {
    int late, backfilled, grows, shrinks, promises, granted;
    int64_t latest; /* seconds */
};

static void run_loads(const struct sched_config *config, uint64_t n_seeds,
                      bool is_elastic, bool is_wishing, struct totals *totals)
{
    *totals = (struct totals){.late = 0};
    for (uint64_t seed = 1; seed <= n_seeds; seed++) {
        uint64_t random = seed;
        uint32_t n_nodes = 2 + random_below(&random, 31);
        struct sim_job jobs[N_JOBS];
        struct sim sim = {.random = seed, .is_wishing = is_wishing};

        sim_make_jobs(&random, n_nodes, is_elastic, jobs, N_JOBS);
        sim_run(&sim, config, n_nodes, jobs, N_JOBS);
        totals->late += sim.n_late;
        totals->backfilled += sim.n_backfilled;
        totals->grows += sim.n_grows;
        totals->shrinks += sim.n_shrinks;
        totals->granted += sim.n_granted;
        if (sim.latest > totals->latest)
            totals->latest = sim.latest;
        for (size_t i = 0; i < N_JOBS; i++)
            totals->promises += jobs[i].promise >= 0;
    }
}

static void rigid_jobs_start_as_promised(void **state)
{
    struct sched_config config;
    struct totals totals;

    (void)state;
    sched_config_init(&config);
    config.mode = MODE_RIGID;
    run_loads(&config, 40, false, false, &totals);
    assert_int_equal(totals.late, 0);
    assert_true(totals.promises > 2000);
    assert_true(totals.backfilled > 1000);
}

static void growing_and_shrinking_break_no_promise(void **state)
{
    struct sched_config config;
    struct totals totals;

    (void)state;
    sched_config_init(&config);
    run_loads(&config, 40, true, false, &totals);
    assert_int_equal(totals.late, 0);
    assert_true(totals.grows > 100);
    assert_true(totals.shrinks > 200);
    config.sizing = SIZING_MIN;
    run_loads(&config, 40, true, false, &totals);
    assert_int_equal(totals.late, 0);
    config.start_at_max = true;
    config.expand = strategy_expand("fcfs");
    config.shrink = strategy_shrink("fcfs");
    run_loads(&config, 40, true, false, &totals);
    assert_int_equal(totals.late, 0);
    assert_true(totals.grows > 400);
    assert_true(totals.shrinks > 200);
}

/* Grants to jobs that ask for more delay nobody; or nobody by more than they
 * may, all together. */
static void wishes_break_no_promise_by_more_than_they_may(void **state)
{
    struct sched_config config;
    struct totals totals;

    (void)state;
    sched_config_init(&config);
    run_loads(&config, 40, true, true, &totals);
    assert_int_equal(totals.late, 0);
    assert_true(totals.granted > 400);
    config.mode = MODE_EVOLVING;
    config.sizing = SIZING_MIN;
    config.evolving_delay = sec(30);
    run_loads(&config, 40, true, true, &totals);
    assert_true(totals.late > 10);
    assert_true(totals.latest > 20 && totals.latest <= 30);
}

static void nobody_passes_without_backfilling(void **state)
{
    struct sched_config config;
    struct totals totals;

    (void)state;
    sched_config_init(&config);
    config.mode = MODE_RIGID;
    config.backfill = BACKFILL_NONE;
    run_loads(&config, 10, false, false, &totals);
    assert_int_equal(totals.backfilled, 0);
    assert_int_equal(totals.late, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rigid_jobs_start_as_promised),
        cmocka_unit_test(growing_and_shrinking_break_no_promise),
        cmocka_unit_test(wishes_break_no_promise_by_more_than_they_may),
        cmocka_unit_test(nobody_passes_without_backfilling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
