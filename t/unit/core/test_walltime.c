/* SPDX-License-Identifier: BSD-2-Clause */
/* Walltimes that follow the size. */
#include "core/walltime.h"
#include "support.h"

static struct job_request linear(uint32_t min, uint32_t pref, uint32_t max)
{
    struct job_request request;

    job_request_init(&request);
    request.min_nodes = min;
    request.pref_nodes = pref;
    request.max_nodes = max;
    request.walltime = sec(1000);
    request.serial_fraction = 0;
    request.walltime_scales = true;
    return request;
}

static void without_the_flag_it_is_the_same_at_any_size(void **state)
{
    struct job_request request = linear(1, 2, 4);

    (void)state;
    request.walltime_scales = false;
    for (uint32_t n = 1; n <= 4; n++)
        assert_int_equal(walltime_at(&request, n), sec(1000));
    assert_int_equal(walltime_shortest(&request, request.max_nodes), sec(1000));
    assert_int_equal(walltime_longest(&request), sec(1000));
}

static void it_is_meant_at_the_preferred_size(void **state)
{
    struct job_request request = linear(1, 2, 4);

    (void)state;
    assert_int_equal(walltime_at(&request, 1), sec(2000));
    assert_int_equal(walltime_at(&request, 2), sec(1000));
    assert_int_equal(walltime_at(&request, 4), sec(500));
    assert_int_equal(walltime_shortest(&request, request.max_nodes), sec(500));
    assert_int_equal(walltime_longest(&request), sec(2000));
    request.pref_nodes = 0;
    assert_int_equal(walltime_at(&request, 1), sec(1000));
    request.walltime = TIME_NEVER;
    assert_int_equal(walltime_at(&request, 4), TIME_NEVER);
    assert_int_equal(walltime_shortest(&request, request.max_nodes),
                     TIME_NEVER);
}

/* At efficiency 0.8 on 5 nodes: a sixteenth of it is serial. */
static void it_follows_amdahl(void **state)
{
    struct job_request request = linear(1, 5, 9);

    (void)state;
    request.serial_fraction = 0.0625;
    assert_int_equal(walltime_at(&request, 1), sec(4000));
    request.serial_fraction = 1;
    assert_int_equal(walltime_at(&request, 1), sec(1000));
}

static void it_follows_run_times_wherever_they_turn(void **state)
{
    struct job_runtime table[] = {
        {1, sec(100)}, {2, sec(50)}, {3, sec(400)}, {4, sec(80)}};
    struct job_request request = linear(1, 2, 4);

    (void)state;
    request.runtimes = table;
    request.n_runtimes = 4;
    request.walltime = sec(60);
    assert_int_equal(walltime_at(&request, 1), sec(120));
    assert_int_equal(walltime_shortest(&request, request.max_nodes), sec(60));
    assert_int_equal(walltime_longest(&request), sec(480));
}

static void the_longest_does_not_overflow(void **state)
{
    struct job_request request = linear(1, 1000, 1000);

    (void)state;
    request.walltime = TIME_NEVER / 2;
    assert_true(walltime_at(&request, 1) > sec(1000000000));
    assert_true(walltime_at(&request, 1) < TIME_NEVER);
    request.walltime = 1;
    request.pref_nodes = 1;
    assert_int_equal(walltime_at(&request, 1000), 1);
}

static struct job running(struct job_request request, uint32_t n)
{
    struct job job = {.request = request, .started = at(0)};

    idset_add_range(&job.nodes, 0, n - 1);
    job.planned_end = time_add(at(0), walltime_at(&request, n));
    return job;
}

static void what_is_left_is_left_at_the_new_size(void **state)
{
    struct job job = running(linear(1, 2, 4), 2);

    (void)state;
    idset_add_range(&job.nodes, 2, 3);
    assert_true(walltime_follow(&job, 2, 0, at(600)));
    assert_int_equal(job.planned_end, at(800));
    assert_int_equal(walltime_of_run(&job), sec(800));
    /* it has stood still for 30 s, which were 60 s of two nodes */
    idset_remove(&job.nodes, 3);
    idset_remove(&job.nodes, 2);
    assert_true(walltime_follow(&job, 4, sec(30), at(700)));
    assert_int_equal(job.planned_end, at(960));
    idset_release(&job.nodes);
}

static void what_is_over_stays_over(void **state)
{
    struct job job = running(linear(1, 2, 4), 1);

    (void)state;
    assert_false(walltime_follow(&job, 2, sec(30), at(2000)));
    assert_int_equal(job.planned_end, at(2000));
    job.planned_end = TIME_NEVER;
    assert_false(walltime_follow(&job, 2, sec(30), at(2)));
    assert_int_equal(walltime_of_run(&job), TIME_NEVER);
    job.request.walltime_scales = false;
    job.planned_end = at(9);
    assert_false(walltime_follow(&job, 2, sec(30), at(2)));
    idset_release(&job.nodes);
}

static void another_walltime_counts_what_was_done(void **state)
{
    struct job job = running(linear(1, 2, 4), 4);

    (void)state;
    /* 500 s at four nodes, of which 100 s at two are taken off */
    assert_int_equal(walltime_new_end(&job, sec(900)), at(450));
    assert_int_equal(walltime_new_end(&job, TIME_NEVER), TIME_NEVER);
    job.planned_end = TIME_NEVER;
    assert_int_equal(walltime_new_end(&job, sec(900)), at(450));
    job.request.walltime_scales = false;
    assert_int_equal(walltime_new_end(&job, sec(900)), at(900));
    idset_release(&job.nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_flag_it_is_the_same_at_any_size),
        cmocka_unit_test(it_is_meant_at_the_preferred_size),
        cmocka_unit_test(it_follows_amdahl),
        cmocka_unit_test(it_follows_run_times_wherever_they_turn),
        cmocka_unit_test(the_longest_does_not_overflow),
        cmocka_unit_test(what_is_left_is_left_at_the_new_size),
        cmocka_unit_test(what_is_over_stays_over),
        cmocka_unit_test(another_walltime_counts_what_was_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
