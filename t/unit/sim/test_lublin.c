/* SPDX-License-Identifier: BSD-2-Clause */
/* The expected figures are integrals of the paper's distributions. */
#include "support.h"

#include <math.h>
#include <stdbool.h>

#include "sim/lublin.h"

#define N 50000
#define N_NODES 128

static void generate(struct swf *swf, size_t n, uint32_t n_nodes, double load,
                     uint64_t seed)
{
    const struct lublin_options options = {
        .n_jobs = n, .n_nodes = n_nodes, .load = load, .seed = seed};
    struct err err = {.code = ERR_NONE};

    swf_init(swf);
    if (lublin_generate(swf, &options, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(swf->n, n);
}

/* The same for all tests but those of the options. */
static struct swf trace;

static int make_trace(void **state)
{
    (void)state;
    generate(&trace, N, N_NODES, 0, 1);
    return 0;
}

static int release_trace(void **state)
{
    (void)state;
    swf_release(&trace);
    return 0;
}

static void test_nothing_is_dropped(void **state)
{
    struct swf_filtered filtered;
    struct swf swf;
    (void)state;

    generate(&swf, 5000, 100, 0.9, 3);
    assert_int_equal(swf_machine(&swf), 100);
    assert_int_equal(swf.jobs[0].id, 1);
    for (size_t i = 1; i < swf.n; i++) {
        assert_int_equal(swf.jobs[i].id, swf.jobs[i - 1].id + 1);
        assert_true(swf.jobs[i].submit >= swf.jobs[i - 1].submit);
    }
    swf_normalise(&swf, 100, &filtered);
    assert_int_equal(filtered.n_kept, 5000);
    assert_int_equal(filtered.n_raised, 0);
    swf_release(&swf);
}

static void test_same_seed_same_bytes(void **state)
{
    struct strbuf one, two, other;
    struct swf swf;
    (void)state;

    strbuf_init(&one);
    strbuf_init(&two);
    strbuf_init(&other);
    generate(&swf, 1000, 64, 1, 7);
    swf_write(&swf, &one);
    swf_release(&swf);
    generate(&swf, 1000, 64, 1, 7);
    swf_write(&swf, &two);
    swf_release(&swf);
    generate(&swf, 1000, 64, 1, 8);
    swf_write(&swf, &other);
    swf_release(&swf);
    assert_string_equal(one.text, two.text);
    assert_string_not_equal(one.text, other.text);
    strbuf_release(&one);
    strbuf_release(&two);
    strbuf_release(&other);
}

static double share_of(bool (*has)(const struct swf_job *))
{
    size_t n = 0;

    for (size_t i = 0; i < trace.n; i++)
        n += has(&trace.jobs[i]);
    return (double)n / (double)trace.n;
}

static bool is_serial(const struct swf_job *job)
{
    return job->procs_requested == 1;
}

static bool is_parallel_power_of_two(const struct swf_job *job)
{
    int64_t size = job->procs_requested;

    return size > 1 && (size & (size - 1)) == 0;
}

static bool has_4_nodes(const struct swf_job *job)
{
    return job->procs_requested == 4;
}

static bool has_most_nodes(const struct swf_job *job)
{
    return job->procs_requested == N_NODES;
}

/* Of a job of a power of two nodes (0.6686 of all) the exponent is 2 when x in
 * 1.5..2.5 of 1.2..5 was drawn, with probability 0.875; others are rounded to
 * a power of two now and then. */
static void test_sizes(void **state)
{
    (void)state;
    assert_near(share_of(is_serial), 0.2927, 0.006);
    assert_near(share_of(is_parallel_power_of_two), 0.6686 + 0.007, 0.008);
    assert_near(share_of(has_4_nodes), 0.6686 * 0.875 / 3.8 + 0.003, 0.006);
    assert_near(share_of(has_most_nodes), 0.6686 * 0.125 / 4, 0.003);
}

/* Mean of the logarithm of the run times of jobs of FROM to TO nodes. */
static double mean_log_run(int64_t from, int64_t to)
{
    double sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < trace.n; i++) {
        const struct swf_job *job = &trace.jobs[i];
        if (job->procs_requested < from || job->procs_requested > to)
            continue;
        sum += log((double)job->run);
        n++;
    }
    return sum / (double)n;
}

/* 5.355 of short jobs, 9.970 of long ones; 0.7 of those on one node are short,
 * and 0.5 of those on 64. */
static void test_run_times_grow_with_the_size(void **state)
{
    (void)state;
    assert_near(mean_log_run(1, 1), 6.760, 0.06);
    assert_near(mean_log_run(64, 64), 7.632, 0.18);
    assert_near(mean_log_run(128, 128), 8.518, 0.25);
    for (size_t i = 0; i < trace.n; i++)
        assert_true(trace.jobs[i].run >= 1 && trace.jobs[i].run <= 162754);
}

static bool comes_by_day(const struct swf_job *job)
{
    int64_t hour = job->submit / 3600 % 24;

    return hour >= 8 && hour < 18;
}

static bool comes_by_night(const struct swf_job *job)
{
    return job->submit / 3600 % 24 < 6;
}

static void test_arrivals(void **state)
{
    (void)state;
    assert_near((double)trace.jobs[N - 1].submit / N, 3517, 120);
    assert_near(share_of(comes_by_day), 0.6156, 0.02);
    assert_near(share_of(comes_by_night), 0.0948, 0.012);
}

static bool asks_for_minutes(const struct swf_job *job)
{
    return job->requested_time % 60 == 0 &&
           job->requested_time <= 48 * (int64_t)3600;
}

static bool asks_for_much_more(const struct swf_job *job)
{
    return job->requested_time > 2 * job->run;
}

static void test_estimates(void **state)
{
    (void)state;
    assert_near(share_of(asks_for_minutes), 1, 0);
    assert_near(share_of(asks_for_much_more), 0.66, 0.1);
}

static void expect_load(uint32_t n_nodes, double load)
{
    struct swf swf;
    double work = 0;

    generate(&swf, 20000, n_nodes, load, 11);
    for (size_t i = 0; i < swf.n; i++)
        work += (double)swf.jobs[i].run * (double)swf.jobs[i].procs_requested;
    work /= (double)swf.jobs[swf.n - 1].submit * n_nodes;
    assert_near(work, load, 0.03 * load);
    swf_release(&swf);
}

static void test_load(void **state)
{
    (void)state;
    expect_load(128, 0.7);
    expect_load(1000, 1.2);
    expect_load(100000, 0.5);
}

static void test_small_machines(void **state)
{
    (void)state;
    for (uint32_t n_nodes = 1; n_nodes <= 9; n_nodes++) {
        struct swf swf;
        int64_t most = 0;

        generate(&swf, 2000, n_nodes, 0, 5);
        for (size_t i = 0; i < swf.n; i++)
            if (swf.jobs[i].procs_requested > most)
                most = swf.jobs[i].procs_requested;
        assert_true(most <= n_nodes && 2 * most >= n_nodes);
        swf_release(&swf);
    }
}

static void test_bad_options(void **state)
{
    static const struct {
        struct lublin_options options;
        const char *problem;
    } cases[] = {
        {{.n_jobs = 0, .n_nodes = 1}, "1 to 9999999 jobs"},
        {{.n_jobs = 10000000, .n_nodes = 1}, "1 to 9999999 jobs"},
        {{.n_jobs = 1, .n_nodes = 0}, "at least one node"},
        {{.n_jobs = 1, .n_nodes = 1, .load = -1}, "from 0.01 to 100"},
        {{.n_jobs = 1, .n_nodes = 1, .load = 101}, "from 0.01 to 100"},
        {{.n_jobs = 1, .n_nodes = 1, .load = NAN}, "from 0.01 to 100"},
    };
    (void)state;

    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err err = {.code = ERR_NONE};
        struct swf swf;

        swf_init(&swf);
        assert_int_equal(lublin_generate(&swf, &cases[i].options, &err), -1);
        assert_int_equal(err.code, ERR_INPUT);
        assert_contains(err.text, cases[i].problem);
        assert_int_equal(swf.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_dropped),
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_run_times_grow_with_the_size),
        cmocka_unit_test(test_arrivals),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_small_machines),
        cmocka_unit_test(test_bad_options),
    };
    return cmocka_run_group_tests_name("sim/lublin", tests, make_trace,
                                       release_trace);
}
