/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/alloc.h"
#include "sim/random.h"
#include "sim/workload.h"

#define SEC USEC_PER_SEC

/* A trace of N jobs of sizes 1, 2, 3..., a minute apart. */
static void make_workload(struct workload *workload, size_t n)
{
    workload_init(workload, 1000);
    for (size_t i = 1; i <= n; i++) {
        uint32_t size = (uint32_t)i;
        workload_add(workload,
                     &(struct sim_job){.id = (int64_t)i,
                                       .submit = (time_us)i * 60 * SEC,
                                       .run = 100 * SEC,
                                       .walltime = 300 * SEC,
                                       .min = size,
                                       .pref = size,
                                       .max = size,
                                       .kind = JOB_RIGID});
    }
}

static void test_from_a_trace(void **state)
{
    struct workload workload;
    struct swf swf;
    struct err err;
    (void)state;

    swf_init(&swf);
    swf_add(&swf, &(struct swf_job){.id = 1,
                                    .submit = 60,
                                    .run = 10,
                                    .procs_used = 3,
                                    .procs_requested = 4,
                                    .requested_time = 20});
    swf_add(&swf, &(struct swf_job){.id = 2,
                                    .submit = 50,
                                    .run = 30,
                                    .procs_used = 5,
                                    .procs_requested = -1,
                                    .requested_time = 20});
    swf_add(&swf, &(struct swf_job){.id = 3,
                                    .submit = 50,
                                    .run = 0,
                                    .procs_used = 8,
                                    .procs_requested = 8,
                                    .requested_time = -1});
    workload_init(&workload, 8);
    assert_int_equal(workload_add_swf(&workload, &swf, "t.swf", &err), 0);
    assert_int_equal(workload.n, 3);

    const struct sim_job *job = &workload.jobs[0]; /* sorted, order kept */
    assert_int_equal(job->id, 2);
    assert_int_equal(job->pref, 5);
    assert_int_equal(job->run, 20 * SEC); /* ended at its limit */
    job = &workload.jobs[1];
    assert_int_equal(job->id, 3);
    assert_int_equal(job->run, 0);
    assert_true(job->walltime == TIME_NEVER);
    job = &workload.jobs[2];
    assert_int_equal(job->id, 1);
    assert_int_equal(job->submit, 60 * SEC);
    assert_int_equal(job->run, 10 * SEC);
    assert_int_equal(job->walltime, 20 * SEC);
    assert_int_equal(job->min, 4);
    assert_int_equal(job->pref, 4);
    assert_int_equal(job->max, 4);
    assert_int_equal(job->kind, JOB_RIGID);
    swf_release(&swf);
    workload_release(&workload);
}

static void test_what_cannot_be_replayed(void **state)
{
    static const struct {
        struct swf_job job;
        const char *problem;
    } cases[] = {
        {{.id = 7, .run = 1, .procs_requested = 9, .line = 3},
         "t.swf:3: job 7 needs more processors than the machine has"},
        {{.id = 7, .run = 1, .procs_requested = 0, .line = 3},
         "job 7 has no number of processors"},
        {{.id = 7, .run = -1, .procs_requested = 1}, "job 7 has no run time"},
        {{.id = 7, .run = 1, .procs_requested = 1, .submit = -5},
         "job 7 was submitted before the trace begins"},
    };
    (void)state;

    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err err = {.code = ERR_NONE};
        struct workload workload;
        struct swf swf;

        swf_init(&swf);
        swf_add(&swf, &(struct swf_job){.run = 1, .procs_used = 1});
        swf_add(&swf, &cases[i].job);
        workload_init(&workload, 8);
        assert_int_equal(workload_add_swf(&workload, &swf, "t.swf", &err), -1);
        assert_int_equal(workload.n, 0);
        assert_int_equal(err.code, ERR_INPUT);
        assert_contains(err.text, cases[i].problem);
        assert_contains(err.hint, "strong filter");
        swf_release(&swf);
        workload_release(&workload);
    }
}

static void test_run_times_are_copied(void **state)
{
    struct job_runtime runtimes[] = {{1, 100 * SEC}, {4, 30 * SEC}};
    struct workload workload;
    (void)state;

    workload_init(&workload, 4);
    workload_add(&workload, &(struct sim_job){.min = 1,
                                              .pref = 1,
                                              .max = 4,
                                              .n_runtimes = 2,
                                              .runtimes = runtimes});
    assert_ptr_not_equal(workload.jobs[0].runtimes, runtimes);
    assert_int_equal(workload.jobs[0].runtimes[1].runtime, 30 * SEC);
    workload_release(&workload);
}

static void test_head_and_until(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 10);
    workload_head(&workload, 20);
    assert_int_equal(workload.n, 10);
    workload_head(&workload, 8);
    assert_int_equal(workload.n, 8);
    workload_until(&workload, 5 * 60 * SEC);
    assert_int_equal(workload.n, 4);
    workload_until(&workload, 0);
    assert_int_equal(workload.n, 0);
    workload_release(&workload);
}

static void test_actual_estimates(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 2);
    workload.jobs[1].run = 0;
    workload_use_actual(&workload);
    assert_int_equal(workload.jobs[0].walltime, 100 * SEC);
    assert_int_equal(workload.jobs[1].walltime, 1 * SEC);
    workload_release(&workload);
}

static void test_shake(void **state)
{
    struct workload one, two, other;
    time_us last = 0;
    size_t n_same = 0, n_differ = 0;
    bool is_reordered = false;
    (void)state;

    make_workload(&one, 1000);
    make_workload(&two, 1000);
    make_workload(&other, 1000);
    workload_shake(&one, 90, 5);
    workload_shake(&two, 90, 5);
    workload_shake(&other, 90, 6);
    for (size_t i = 0; i < one.n; i++) {
        const struct sim_job *job = &one.jobs[i];
        time_us moved = job->submit - job->id * 60 * SEC;
        assert_true(job->submit >= last && job->submit >= 0);
        assert_true(moved >= -90 * SEC && moved <= 90 * SEC);
        assert_int_equal(moved % SEC, 0);
        is_reordered |= job->id != (int64_t)i + 1;
        n_same += job->submit == two.jobs[i].submit;
        n_differ += job->submit != other.jobs[i].submit;
        last = job->submit;
    }
    assert_true(is_reordered);
    assert_int_equal(n_same, 1000);
    assert_true(n_differ > 900);
    workload_release(&one);
    workload_release(&two);
    workload_release(&other);
}

static void test_shake_by_nothing(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 100);
    workload_shake(&workload, 0, 5);
    for (size_t i = 0; i < workload.n; i++)
        assert_int_equal(workload.jobs[i].submit,
                         workload.jobs[i].id * 60 * SEC);
    workload_release(&workload);
}

static void expect_sizes(struct workload *workload, size_t pref, uint32_t min,
                         uint32_t max)
{
    const struct sim_job *job = &workload->jobs[pref - 1];

    assert_int_equal(job->pref, pref);
    assert_int_equal(job->min, min);
    assert_int_equal(job->max, max);
    assert_int_equal(job->kind, min < max ? JOB_ELASTIC : JOB_RIGID);
}

static void test_linear_model(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 1000);
    assert_int_equal(workload_make_malleable(&workload, MALLEABLE_L2, 100, 0),
                     1000);
    expect_sizes(&workload, 1, 1, 2);
    expect_sizes(&workload, 2, 1, 4);
    expect_sizes(&workload, 7, 4, 14);
    expect_sizes(&workload, 501, 251, 1000); /* no larger than the machine */
    assert_true(workload.jobs[6].serial_fraction == 0);
    workload_release(&workload);
}

static void test_shrinking_model(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 1000);
    assert_int_equal(
        workload_make_malleable(&workload, MALLEABLE_L2_SHRINK, 100, 0), 999);
    expect_sizes(&workload, 1, 1, 1);
    expect_sizes(&workload, 2, 1, 2);
    expect_sizes(&workload, 7, 4, 7);
    workload_release(&workload);
}

/* At its own size a job is 80 % efficient. */
static void test_amdahl_model(void **state)
{
    struct workload workload;
    (void)state;

    make_workload(&workload, 1000);
    assert_int_equal(workload_make_malleable(&workload, MALLEABLE_E80, 100, 0),
                     999);
    expect_sizes(&workload, 1, 1, 1);
    expect_sizes(&workload, 2, 1, 5);
    expect_sizes(&workload, 6, 2, 21);
    expect_sizes(&workload, 50, 11, 197);
    expect_sizes(&workload, 100, 21, 397);
    expect_sizes(&workload, 300, 63, 1000);
    for (size_t i = 1; i < workload.n; i++) {
        const struct sim_job *job = &workload.jobs[i];
        struct job_request request;
        job_request_init(&request);
        request.serial_fraction = job->serial_fraction;
        assert_near(job_speedup(&request, job->pref) / job->pref, 0.8, 1e-9);
        job_request_release(&request);
    }
    workload_release(&workload);
}

/* Who is malleable hangs on the job's id and the seed alone. */
static void test_share(void **state)
{
    struct workload workload;
    size_t n;
    (void)state;

    make_workload(&workload, 1000);
    assert_int_equal(workload_make_malleable(&workload, MALLEABLE_L2, 0, 3), 0);
    n = workload_make_malleable(&workload, MALLEABLE_L2, 20, 3);
    assert_true(n > 150 && n < 250);
    for (size_t i = 0; i < workload.n; i++) {
        const struct sim_job *job = &workload.jobs[i];
        uint64_t key = (uint64_t)job->id * 1000003 + 3;
        assert_int_equal(job->kind == JOB_ELASTIC, splitmix64(key) % 100 < 20);
    }
    workload_release(&workload);
}

static void test_model_names(void **state)
{
    enum malleable_model model;
    (void)state;

    assert_true(malleable_model_find("l2-SHRINK", &model));
    assert_int_equal(model, MALLEABLE_L2_SHRINK);
    assert_true(malleable_model_find("L2", &model));
    assert_int_equal(model, MALLEABLE_L2);
    assert_false(malleable_model_find("L3", &model));
    assert_string_equal(malleable_model_name(MALLEABLE_E80), "E80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_a_trace),
        cmocka_unit_test(test_what_cannot_be_replayed),
        cmocka_unit_test(test_run_times_are_copied),
        cmocka_unit_test(test_head_and_until),
        cmocka_unit_test(test_actual_estimates),
        cmocka_unit_test(test_shake),
        cmocka_unit_test(test_shake_by_nothing),
        cmocka_unit_test(test_linear_model),
        cmocka_unit_test(test_shrinking_model),
        cmocka_unit_test(test_amdahl_model),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_model_names),
    };
    return cmocka_run_group_tests_name("sim/workload", tests, NULL, NULL);
}
