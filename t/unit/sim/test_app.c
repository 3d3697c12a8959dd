/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "sim/app.h"

#define SEC USEC_PER_SEC

/* A hundred seconds on four nodes. */
static struct sim_job job_of(double serial_fraction)
{
    return (struct sim_job){.id = 1,
                            .run = 100 * SEC,
                            .min = 2,
                            .pref = 4,
                            .max = 8,
                            .kind = JOB_ELASTIC,
                            .serial_fraction = serial_fraction};
}

static void test_at_its_own_size(void **state)
{
    struct sim_job job = job_of(0);
    struct app app = {0};

    (void)state;
    app_start(&app, &job, 4, 10 * SEC);
    assert_int_equal(app.done_at, 110 * SEC);
    app_stop(&app, &job, 110 * SEC);
    assert_true(app.left == 0);
    assert_int_equal(app.node_us, 400 * SEC);
    assert_int_equal(app.n_nodes, 0);
}

/* Half of the work at 4 nodes, the rest at 8: the same node-seconds. */
static void test_linear_speedup_costs_nothing(void **state)
{
    struct sim_job job = job_of(0);
    struct app app = {0};

    (void)state;
    app_start(&app, &job, 4, 0);
    app_resize(&app, &job, 8, 0, 50 * SEC);
    assert_int_equal(app.done_at, 75 * SEC);
    app_stop(&app, &job, 75 * SEC);
    assert_int_equal(app.node_us, 400 * SEC);
}

/* With s = 0.5, one node: 1, four: 0.625, two: 0.75. */
static void test_amdahl(void **state)
{
    struct sim_job job = job_of(0.5);
    struct app app = {0};

    (void)state;
    app_start(&app, &job, 2, 0);
    assert_int_equal(app.done_at, 120 * SEC);
}

static void test_it_stands_still_after_a_resize(void **state)
{
    struct sim_job job = job_of(0);
    struct app app = {0};

    (void)state;
    app_start(&app, &job, 4, 0);
    app_resize(&app, &job, 2, 30 * SEC, 50 * SEC);
    assert_int_equal(app.done_at, 180 * SEC);
    app_resize(&app, &job, 4, 30 * SEC, 60 * SEC); /* while it stands still */
    assert_int_equal(app.done_at, 140 * SEC);
    app_stop(&app, &job, 140 * SEC);
    assert_int_equal(app.node_us, (4 * 50 + 2 * 10 + 4 * 80) * SEC);
}

static void test_a_table_of_run_times(void **state)
{
    struct job_runtime table[] = {{2, 300 * SEC}, {4, 100 * SEC}};
    struct sim_job job = job_of(0);
    struct app app = {0};

    (void)state;
    job.n_runtimes = 2;
    job.runtimes = table;
    app_start(&app, &job, 2, 0);
    assert_int_equal(app.done_at, 300 * SEC);
}

/* The same for the same seed, and as often as was said. */
static void test_answers(void **state)
{
    struct app_options options = {.refuses = 20, .stalls = 10, .dies = 5};
    int n[4] = {0};

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        enum app_answer answer = app_answer(&options, i % 100, i);
        assert_int_equal(app_answer(&options, i % 100, i), answer);
        n[answer]++;
    }
    assert_in_range(n[APP_REFUSES], 1850, 2150);
    assert_in_range(n[APP_STALLS], 900, 1100);
    assert_in_range(n[APP_DIES], 400, 600);
    options = (struct app_options){.seed = 1};
    assert_int_equal(app_answer(&options, 1, 1), APP_DOES_IT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_its_own_size),
        cmocka_unit_test(test_linear_speedup_costs_nothing),
        cmocka_unit_test(test_amdahl),
        cmocka_unit_test(test_it_stands_still_after_a_resize),
        cmocka_unit_test(test_a_table_of_run_times),
        cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
