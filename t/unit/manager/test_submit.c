/* SPDX-License-Identifier: BSD-2-Clause */
/* Submitting: ids, dependencies, begin times, all or none. */
#include "stage.h"

#include "store/history.h"
#include "store/learned.h"
#include "store/resizes.h"

static void test_ids_go_on_where_they_were(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    assert_int_equal(stage_submit(stage, "{\"command\": \"true\"}"), 1);
    assert_int_equal(stage_submit(stage, "{\"command\": \"true\","
                                         " \"id\": 40}"),
                     40);
    assert_int_equal(stage_submit(stage, "{\"command\": \"true\"}"), 41);
    stage_expect(stage, 41, JOB_COMPLETED);
    stage_stop(stage);
    stage_start(stage);
    assert_int_equal(stage_submit(stage, "{\"command\": \"true\"}"), 42);
}

static void test_an_id_is_used_once(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"id\": 5}");
    stage_expect(stage, 5, JOB_COMPLETED);
    err = stage_submit_fails(stage, "{\"command\": \"true\", \"id\": 5}");
    assert_int_equal(err.code, ERR_CONFLICT);
    stage_submit(stage, "{\"command\": \"true\", \"id\": 9999999}");
    err = stage_submit_fails(stage, "{\"command\": \"true\"}");
    assert_int_equal(err.code, ERR_FULL);
}

static void test_dependencies_by_id_name_and_label(void **state)
{
    struct stage *stage = *state;
    const struct job *job;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"name\": \"prepare\"}");
    stage_submit(stage, "{\"command\": \"sleep 60\", \"label\": \"solve\"}");
    stage_submit(stage, "{\"command\": \"true\","
                        " \"after\": [\"prepare\", \"solve\", \"1\"]}");
    job = sched_job(stage->manager->sched, 3);
    assert_int_equal(job->request.n_after, 3);
    assert_int_equal(job->request.after[0].id, 1);
    assert_int_equal(job->request.after[1].id, 2);
    assert_int_equal(job->request.after[2].id, 1);
    assert_int_equal(job->state, JOB_PENDING);
}

static void test_a_name_of_an_ended_job_counts(void **state)
{
    struct stage *stage = *state;
    int64_t job;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"name\": \"prepare\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    job = stage_submit(stage, "{\"command\": \"true\","
                              " \"after\": [\"prepare\"]}");
    stage_expect(stage, job, JOB_COMPLETED);
}

static void test_an_unknown_dependency_is_refused(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage_start(stage);
    err = stage_submit_fails(stage, "{\"command\": \"true\","
                                    " \"after\": [\"nobody\"]}");
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "nobody"));
    err = stage_submit_fails(stage, "{\"command\": \"true\","
                                    " \"after\": [\"17\"]}");
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(sched_max_id(stage->manager->sched), 0);
}

static int submit_two(struct stage *stage, const char *first,
                      const char *second, struct submit_result *results,
                      struct err *err)
{
    struct job_spec specs[2];
    int rc;

    assert_int_equal(job_spec_from_text(first, &specs[0], NULL), 0);
    assert_int_equal(job_spec_from_text(second, &specs[1], NULL), 0);
    rc = manager_submit(stage->manager, specs, 2, "api", results, err);
    job_spec_release(&specs[0]);
    job_spec_release(&specs[1]);
    return rc;
}

static void test_a_batch_is_taken_whole_or_not_at_all(void **state)
{
    struct stage *stage = *state;
    struct submit_result results[2];
    struct err err;

    stage_start(stage);
    assert_int_equal(submit_two(stage, "{\"command\": \"true\"}",
                                "{\"command\": \"true\","
                                " \"after\": [\"nobody\"]}",
                                results, &err),
                     -1);
    assert_int_equal(sched_max_id(stage->manager->sched), 0);
    assert_int_equal(submit_two(stage, "{\"command\": \"true\", \"id\": 3}",
                                "{\"command\": \"true\", \"id\": 3}", results,
                                &err),
                     -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_int_equal(submit_two(stage,
                                "{\"command\": \"true\", \"name\": \"a\"}",
                                "{\"command\": \"true\", \"id\": 7,"
                                " \"after\": [\"a\"]}",
                                results, &err),
                     0);
    assert_int_equal(results[0].id, 8);
    assert_int_equal(results[1].id, 7);
    stage_expect(stage, 7, JOB_COMPLETED);
}

/* By id and by name; not one that comes later. */
static void test_a_batch_knows_the_jobs_before(void **state)
{
    struct stage *stage = *state;
    struct submit_result results[2];
    const struct job *job;
    struct err err;

    stage_start(stage);
    assert_int_equal(submit_two(stage,
                                "{\"command\": \"true\", \"id\": 7,"
                                " \"name\": \"prepare\"}",
                                "{\"command\": \"true\","
                                " \"after\": [\"7\", \"prepare:any\"]}",
                                results, &err),
                     0);
    job = sched_job(stage->manager->sched, 8);
    assert_int_equal(job->request.n_after, 2);
    assert_int_equal(job->request.after[0].id, 7);
    assert_int_equal(job->request.after[1].id, 7);
    assert_int_equal(submit_two(stage,
                                "{\"command\": \"true\","
                                " \"after\": [\"20\"]}",
                                "{\"command\": \"true\", \"id\": 20}", results,
                                &err),
                     -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void test_a_job_larger_than_the_pool_is_warned_about(void **state)
{
    struct stage *stage = *state;
    struct submit_result results[2];

    stage_start(stage);
    assert_int_equal(submit_two(stage,
                                "{\"command\": \"true\", \"min_nodes\": 9}",
                                "{\"command\": \"true\"}", results, NULL),
                     0);
    assert_non_null(
        strstr(results[0].warning, "needs 9 nodes, the pool has 3"));
    assert_string_equal(results[1].warning, "");
}

static void test_what_is_kept_can_be_run_from_anywhere(void **state)
{
    struct stage *stage = *state;
    char *text;
    struct job_spec spec;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"cwd\": \"sub/folder\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    text = store_job_spec(stage->manager->store, 1, NULL);
    assert_int_equal(job_spec_from_text(text, &spec, NULL), 0);
    assert_int_equal(spec.cwd[0], '/');
    assert_non_null(strstr(spec.cwd, "/sub/folder"));
    job_spec_release(&spec);
    free(text);
}

static void test_a_default_walltime_is_given(void **state)
{
    struct stage *stage = *state;

    stage->options.default_walltime = 90 * USEC_PER_SEC;
    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_submit(stage, "{\"command\": \"sleep 60\", \"walltime\": \"1h\"}");
    assert_int_equal(sched_job(stage->manager->sched, 1)->request.walltime,
                     90 * USEC_PER_SEC);
    assert_int_equal(sched_job(stage->manager->sched, 2)->request.walltime,
                     3600 * USEC_PER_SEC);
}

/* Unless it is told, and for jobs that can be resized at all. */
static void test_what_a_resize_costs_is_learned_by_name(void **state)
{
    struct stage *stage = *state;
    const struct directive_row row = {.seq = 99,
                                      .job = 1,
                                      .op = "expand",
                                      .asker = "user",
                                      .state = "done",
                                      .offered = 10 * USEC_PER_SEC,
                                      .nodes = ""};
    const struct sched *sched;

    stage_start(stage);
    sched = stage->manager->sched;
    stage_submit(stage, "{\"command\": \"true\", \"name\": \"heat\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    store_directive(stage->manager->store, &row, NULL);
    store_learn_resize(stage->manager->store, 99, 13 * USEC_PER_SEC, NULL);
#define HEAT "{\"command\": \"sleep 60\", \"name\": \"heat\""
    stage_submit(stage, HEAT ", \"elastic\": true}");
    stage_submit(stage, HEAT ", \"elastic\": true, \"resize_cost\": 20}");
    stage_submit(stage, HEAT "}");
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"name\": \"other\"}");
    assert_int_equal(sched_job(sched, 2)->request.resize_cost,
                     3 * USEC_PER_SEC);
    assert_int_equal(sched_job(sched, 3)->request.resize_cost,
                     20 * USEC_PER_SEC);
    assert_int_equal(sched_job(sched, 4)->request.resize_cost, 0);
    assert_int_equal(sched_job(sched, 5)->request.resize_cost, 0);
}

static void test_nothing_is_taken_while_stopping_or_full(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage->manager->is_read_only = true;
    assert_int_equal(stage_submit_fails(stage, "{\"command\": \"true\"}").code,
                     ERR_FULL);
    stage->manager->is_read_only = false;
    stage->manager->is_draining = true;
    assert_int_equal(stage_submit_fails(stage, "{\"command\": \"true\"}").code,
                     ERR_CONFLICT);
    stage->manager->is_draining = false;
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_ids_go_on_where_they_were),
        STORY(test_an_id_is_used_once),
        STORY(test_dependencies_by_id_name_and_label),
        STORY(test_a_name_of_an_ended_job_counts),
        STORY(test_an_unknown_dependency_is_refused),
        STORY(test_a_batch_is_taken_whole_or_not_at_all),
        STORY(test_a_batch_knows_the_jobs_before),
        STORY(test_a_job_larger_than_the_pool_is_warned_about),
        STORY(test_what_is_kept_can_be_run_from_anywhere),
        STORY(test_a_default_walltime_is_given),
        STORY(test_what_a_resize_costs_is_learned_by_name),
        STORY(test_nothing_is_taken_while_stopping_or_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
