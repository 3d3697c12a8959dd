/* SPDX-License-Identifier: BSD-2-Clause */
/* Small workloads whose schedules can be told by hand. */
#include "support.h"

#include "sim/metrics.h"
#include "sim/schedule_text.h"

#define SEC USEC_PER_SEC

struct scene {
    struct workload workload;
    struct sim_options options;
    struct sim_result result;
};

static int enter(void **state)
{
    static struct scene scene;

    scene = (struct scene){.result = {.jobs = NULL}};
    workload_init(&scene.workload, 4);
    sim_options_init(&scene.options);
    *state = &scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;

    sim_result_release(&scene->result);
    workload_release(&scene->workload);
    return 0;
}

/* All in seconds. */
static struct sim_job *add(struct scene *scene, int submit, uint32_t size,
                           int run, int walltime)
{
    workload_add(&scene->workload,
                 &(struct sim_job){.id = (int64_t)scene->workload.n + 1,
                                   .submit = submit * SEC,
                                   .run = run * SEC,
                                   .requested = walltime * SEC,
                                   .walltime = walltime * SEC,
                                   .min = size,
                                   .pref = size,
                                   .max = size,
                                   .kind = JOB_RIGID});
    return &scene->workload.jobs[scene->workload.n - 1];
}

static void run(struct scene *scene)
{
    struct err err;

    sim_result_release(&scene->result);
    assert_int_equal(
        sim_run(&scene->workload, &scene->options, &scene->result, &err), 0);
}

static long start_of(const struct scene *scene, size_t i)
{
    time_us start = scene->result.jobs[i].start;

    return start == TIME_NEVER ? -1 : (long)(start / SEC);
}

static long end_of(const struct scene *scene, size_t i)
{
    time_us end = scene->result.jobs[i].end;

    return end == TIME_NEVER ? -1 : (long)(end / SEC);
}

/* The short one goes before the head, which is not delayed. */
static void test_backfilling(void **state)
{
    struct scene *scene = *state;

    add(scene, 0, 3, 100, 100);
    add(scene, 1, 4, 50, 50);
    add(scene, 2, 1, 98, 98);
    add(scene, 3, 1, 98, 98);
    run(scene);
    assert_int_equal(start_of(scene, 0), 0);
    assert_int_equal(start_of(scene, 1), 100);
    assert_int_equal(start_of(scene, 2), 2);
    assert_int_equal(start_of(scene, 3), 150);
    scene->options.sched.backfill = BACKFILL_NONE;
    run(scene);
    assert_int_equal(start_of(scene, 2), 150);
}

/* At 10 s two jobs end, earlier than planned. In one pass after both the head
 * fits; with a pass after each the short one behind it comes first. */
static void test_orders_of_one_instant(void **state)
{
    struct scene *scene = *state;

    add(scene, 0, 2, 10, 100);
    add(scene, 0, 2, 10, 100);
    add(scene, 5, 4, 50, 50);
    add(scene, 6, 2, 20, 20);
    run(scene);
    assert_int_equal(start_of(scene, 2), 10);
    assert_int_equal(start_of(scene, 3), 60);
    scene->options.order = SIM_PYSS;
    run(scene);
    assert_int_equal(start_of(scene, 3), 10);
    assert_int_equal(start_of(scene, 2), 30);
}

static void test_a_job_is_ended_at_its_walltime(void **state)
{
    struct scene *scene = *state;

    add(scene, 0, 1, 100, 60);
    run(scene);
    assert_int_equal(end_of(scene, 0), 100);
    scene->options.is_killed_at_walltime = true;
    run(scene);
    assert_int_equal(end_of(scene, 0), 60);
    assert_int_equal(scene->result.jobs[0].state, JOB_TIMEOUT);
}

static void test_until(void **state)
{
    struct scene *scene = *state;

    add(scene, 0, 4, 100, 100);
    add(scene, 1, 4, 100, 100);
    scene->options.until = 50 * SEC;
    run(scene);
    assert_int_equal(scene->result.n_ended, 0);
    assert_int_equal(scene->result.jobs[0].node_us, 200 * SEC);
    assert_int_equal(scene->result.jobs[0].state, JOB_RUNNING);
    assert_int_equal(scene->result.jobs[1].state, JOB_PENDING);
    assert_int_equal(end_of(scene, 0), -1);
}

static struct sim_job *add_elastic(struct scene *scene, int submit, int run)
{
    struct sim_job *job = add(scene, submit, 2, run, 10 * run);

    job->kind = JOB_ELASTIC;
    job->min = 1;
    job->max = 4;
    return job;
}

/* It grows into what is idle, at once; a linear one uses what it would have
 * used at its own size. */
static void test_an_elastic_job_grows(void **state)
{
    struct scene *scene = *state;

    add_elastic(scene, 0, 1000);
    scene->options.sched.cooldown = 0;
    scene->options.sched.sizing = SIZING_MIN;
    run(scene);
    assert_int_equal(end_of(scene, 0), 500);
    assert_int_equal(scene->result.jobs[0].n_grows, 1);
    assert_int_equal(scene->result.jobs[0].last_nodes, 4);
    assert_int_equal(scene->result.jobs[0].node_us, 2000 * SEC);
    scene->options.malleable_as = JOB_RIGID;
    run(scene);
    assert_int_equal(end_of(scene, 0), 1000);
    assert_int_equal(scene->result.jobs[0].n_nodes, 2);
}

static void test_one_that_refuses_keeps_its_size(void **state)
{
    struct scene *scene = *state;

    add_elastic(scene, 0, 1000);
    scene->options.sched.sizing = SIZING_MIN;
    scene->options.app.refuses = 100;
    run(scene);
    assert_int_equal(scene->result.jobs[0].n_grows, 0);
    assert_true(scene->result.n_refused > 0);
    scene->options.app = (struct app_options){.stalls = 100};
    run(scene);
    assert_int_equal(scene->result.jobs[0].n_grows, 0);
    assert_true(scene->result.n_expired > 0);
    scene->options.app = (struct app_options){.dies = 100};
    run(scene);
    assert_int_equal(scene->result.jobs[0].state, JOB_FAILED);
}

/* The third job of a user is thought to be as short as the two before it, and
 * is backfilled where its walltime would not let it. */
static void test_run_times_are_foretold(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 2; i++)
        add(scene, 0, 1, 10, 1000);
    add(scene, 20, 3, 100, 100);
    add(scene, 21, 4, 100, 100);
    add(scene, 22, 1, 10, 1000);
    for (size_t i = 0; i < scene->workload.n; i++)
        scene->workload.jobs[i].like = i == 2 || i == 3 ? 0 : 1;
    run(scene);
    assert_int_equal(start_of(scene, 4), 220);
    scene->options.sched.estimates = ESTIMATES_PREDICTED;
    run(scene);
    assert_int_equal(start_of(scene, 3), 120);
    assert_int_equal(start_of(scene, 4), 22);
}

/* Every node fails some time; all jobs come to an end all the same. */
static void test_nodes_that_fail(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 20; i++)
        add(scene, i, 1, 100, 200);
    scene->options.node_mtbf = 300 * SEC;
    scene->options.node_repair = 10 * SEC;
    run(scene);
    assert_true(scene->result.n_failures > 0);
    assert_int_equal(scene->result.n_ended, 20);
}

/* wait 0 and 90, turnaround 100 and 190, slowdown 1 and 1.9 */
static void test_metrics(void **state)
{
    struct scene *scene = *state;
    struct sim_result baseline;
    struct metrics metrics;

    add(scene, 0, 4, 100, 100);
    add(scene, 10, 2, 100, 100);
    run(scene);
    baseline = scene->result;
    baseline.jobs[1].end -= 70 * SEC;
    scene->result = (struct sim_result){.jobs = NULL};
    run(scene);
    metrics_make(&scene->workload, &scene->result, &baseline, &metrics);
    assert_true(metrics.all.spreads[METRIC_WAIT].mean == 45);
    assert_true(metrics.all.spreads[METRIC_WAIT].p50 == 0);
    assert_true(metrics.all.spreads[METRIC_TURNAROUND].p95 == 190);
    assert_true(metrics.all.spreads[METRIC_SLOWDOWN].mean == 1.45);
    assert_true(metrics.makespan == 200);
    assert_true(metrics.allocated == 0.75);
    assert_true(metrics.useful == 0.75);
    assert_int_equal(metrics.all.n_slower, 1);
    assert_int_equal(metrics.rigid.n, 2);
    assert_int_equal(metrics.malleable.n, 0);
    sim_result_release(&baseline);
}

static void test_text(void **state)
{
    struct scene *scene = *state;
    struct strbuf text;

    add(scene, 0, 4, 100, 120);
    add(scene, 10, 2, 0, 60);
    scene->workload.jobs[1].run = SEC / 4;
    run(scene);
    strbuf_init(&text);
    schedule_text_csv(&scene->workload, &scene->result, &text);
    assert_string_equal(text.text,
                        "job,submit,start,end,procs,run,req,nodes,last_nodes,"
                        "grows,shrinks,node_seconds,state\n"
                        "1,0,0,100,4,100,120,4,4,0,0,400,completed\n"
                        "2,10,100,100.25,2,0.25,60,2,2,0,0,0.5,completed\n");
    strbuf_reset(&text);
    schedule_text_swf(&scene->workload, &scene->result, &text);
    assert_non_null(strstr(text.text, "\n1 0 0 100 4 "));
    assert_non_null(strstr(text.text, "\n2 10 90 0 2 "));
    strbuf_reset(&text);
    schedule_text_batsim(&scene->workload, &scene->result, &text);
    assert_non_null(strstr(text.text, "\n1,w0,1,0,4,120,1,"
                                      "COMPLETED_SUCCESSFULLY,0,100,100,0,"
                                      "100,1\n"));
    strbuf_release(&text);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_backfilling),
        STORY(test_orders_of_one_instant),
        STORY(test_a_job_is_ended_at_its_walltime),
        STORY(test_until),
        STORY(test_an_elastic_job_grows),
        STORY(test_one_that_refuses_keeps_its_size),
        STORY(test_run_times_are_foretold),
        STORY(test_nodes_that_fail),
        STORY(test_metrics),
        STORY(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
