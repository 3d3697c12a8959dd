/* SPDX-License-Identifier: BSD-2-Clause */
/* jobs.json: what is in it runs once, whatever is done to the file. */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "manager/jobs_watch.h"
#include "manager/problems.h"

#define JOBS "jobs.json"

static void start_with(struct stage *stage, const char *text)
{
    if (text != NULL)
        file_put(JOBS, text);
    stage->options.jobs_file = JOBS;
    stage_start(stage);
}

static bool is_quiet(void *context)
{
    struct stage *stage = context;

    return jobs_watch_is_quiet(stage->manager->jobs_watch);
}

/* Waits until the file as it is now is dealt with. */
static void settle(struct stage *stage)
{
    if (!stage_until(stage, is_quiet, stage, 10000))
        fail_msg("jobs.json does not come to rest");
}

static int64_t n_jobs(const struct stage *stage)
{
    return sched_max_id(stage->manager->sched);
}

static size_t n_problems(const struct stage *stage)
{
    return stage->manager->problems->n;
}

static void test_entries_are_submitted_in_order(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "{\"jobs\": [{\"command\": \"true\", \"name\": \"a\"},"
                      " {\"command\": \"false\", \"name\": \"b\"}]}");
    stage_expect(stage, 1, JOB_COMPLETED);
    stage_expect(stage, 2, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "job 1 (a) submitted"), 1);
    assert_int_equal(stage_count_log(stage, "job 2 (b) submitted"), 1);
}

static void test_nothing_runs_twice_whatever_is_rewritten(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\"}, {\"command\": \"true 2\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
    file_put(JOBS, "{\"jobs\":\n[{\"command\": \"true 2\"},\n"
                   " {\"command\": \"true\"}]}");
    settle(stage);
    file_replace(JOBS, "[{\"command\": \"true 2\", \"status\": \"pending\"}]");
    settle(stage);
    file_put(JOBS, "[{\"command\": \"true\"}, {\"command\": \"true 2\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
}

static void test_equal_entries_are_counted(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\"}, {\"command\": \"true\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
    file_put(JOBS, "[{\"command\": \"true\"}, {\"command\": \"true\"},"
                   " {\"command\": \"true\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 3);
}

static void test_a_restart_remembers(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\"}, {\"command\": \"true\","
                      " \"id\": \"prep\"}]");
    stage_expect(stage, 1, JOB_COMPLETED);
    stage_expect(stage, 2, JOB_COMPLETED);
    stage_stop(stage);
    stage_start(stage);
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
}

static void test_another_file_has_entries_of_its_own(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\", \"id\": \"prep\"}]");
    settle(stage);
    stage_stop(stage);
    file_put("more.json", "[{\"command\": \"true\", \"id\": \"prep\"}]");
    stage->options.jobs_file = "more.json";
    stage_start(stage);
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
}

static void test_good_entries_beside_a_bad_one_run(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "{\"jobs\": [\n  {,\n  \"command\": \"false\"},\n"
                      "  {\"command\": \"true\", \"name\": \"good\"}]}");
    settle(stage);
    assert_int_equal(n_jobs(stage), 1);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(jobs_watch_n_rejected(stage->manager->jobs_watch), 1);
    assert_int_equal(stage_count_log(stage, "jobs.json:2:4: error"), 1);
    assert_string_equal(stage->manager->problems->items[0].file, JOBS);
}

static void test_a_fault_is_told_once_and_goes_away(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\", \"min_nodes\": -1}]");
    settle(stage);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(stage_count_log(stage, "error"), 1);
    jobs_watch_check(stage->manager->jobs_watch);
    file_put(JOBS, "[{\"command\": \"true\", \"min_nodes\": -1}]");
    settle(stage);
    assert_int_equal(stage_count_log(stage, "error"), 1);
    file_put(JOBS, "[{\"command\": \"true\", \"min_nodes\": 1}]");
    settle(stage);
    assert_int_equal(n_problems(stage), 0);
    assert_int_equal(n_jobs(stage), 1);
}

static void test_a_half_written_file_makes_no_noise(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[]");
    settle(stage);
    file_put(JOBS, "[{\"command\": \"true\"}, {\"comm");
    stage_wait(stage, 300);
    file_put(JOBS, "");
    stage_wait(stage, 300);
    file_put(JOBS, "[{\"command\": \"true\"}, {\"command\": \"true 2\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
    assert_int_equal(stage_count_log(stage, "error"), 0);
}

static void
test_a_file_that_stays_broken_is_told_and_loses_nothing(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"sleep 60\"}]");
    settle(stage);
    file_put(JOBS, "[{\"command\": \"sle");
    settle(stage);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
}

static void test_ids_that_are_asked_for_are_kept_free(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\"}, {\"command\": \"true\","
                      " \"id\": 2, \"name\": \"two\"},"
                      " {\"command\": \"true\", \"id\": 1}]");
    settle(stage);
    assert_int_equal(stage_count_log(stage, "job 2 (two) submitted"), 1);
    assert_int_equal(stage_count_log(stage, "job 1 submitted"), 1);
    assert_int_equal(stage_count_log(stage, "job 3 submitted"), 1);
}

static void test_an_id_that_is_taken_is_that_entry_s_error(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\", \"name\": \"first\"}]");
    settle(stage);
    file_put(JOBS, "[{\"command\": \"true\", \"id\": 1},"
                   " {\"command\": \"true\", \"name\": \"new\"}]");
    settle(stage);
    assert_int_equal(n_jobs(stage), 2);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(stage_count_log(stage, "another job has the id 1"), 1);
}

static void test_a_dependency_between_entries(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"false\", \"id\": \"prep\"},"
                      " {\"command\": \"true\", \"after\": [\"prep\"]},"
                      " {\"command\": \"true\", \"after\": [\"nobody\"]}]");
    stage_expect(stage, 1, JOB_FAILED);
    stage_expect(stage, 2, JOB_CANCELLED);
    settle(stage);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(stage_count_log(stage, "no earlier job 'nobody'"), 1);
}

static void test_a_file_may_come_later(void **state)
{
    struct stage *stage = *state;

    start_with(stage, NULL);
    stage_wait(stage, 50);
    assert_int_equal(n_problems(stage), 1);
    file_put(JOBS, "[{\"command\": \"true\"}]");
    stage_expect_log(stage, "job 1 submitted");
    settle(stage);
    assert_int_equal(n_problems(stage), 0);
    unlink(JOBS);
    stage_expect_log(stage, "there is no file");
}

/* However much time there is between the two. */
static void test_gone_and_then_a_folder_are_two_faults(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "[{\"command\": \"true\"}]");
    settle(stage);
    unlink(JOBS);
    stage_expect_log(stage, "there is no file");
    assert_int_equal(mkdir(JOBS, 0700), 0);
    stage_expect_log(stage, "is not a regular file");
    jobs_watch_check(stage->manager->jobs_watch);
    assert_int_equal(stage_count_log(stage, "is not a regular file"), 1);
    assert_int_equal(n_problems(stage), 1);
    assert_int_equal(rmdir(JOBS), 0);
    file_put(JOBS, "[{\"command\": \"true\"}]"); /* as it was */
    settle(stage);
    assert_int_equal(n_problems(stage), 0);
    assert_int_equal(n_jobs(stage), 1);
}

static void test_a_start_delay_counts_from_the_manager_s_start(void **state)
{
    struct stage *stage = *state;
    const struct job *job;

    start_with(stage, "[{\"command\": \"true\", \"start_time\": 3600}]");
    settle(stage);
    job = sched_job(stage->manager->sched, 1);
    assert_non_null(job);
    assert_int_equal(job->request.begin,
                     stage->manager->first_started + 3600 * USEC_PER_SEC);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_entries_are_submitted_in_order),
        STORY(test_nothing_runs_twice_whatever_is_rewritten),
        STORY(test_equal_entries_are_counted),
        STORY(test_a_restart_remembers),
        STORY(test_another_file_has_entries_of_its_own),
        STORY(test_good_entries_beside_a_bad_one_run),
        STORY(test_a_fault_is_told_once_and_goes_away),
        STORY(test_a_half_written_file_makes_no_noise),
        STORY(test_a_file_that_stays_broken_is_told_and_loses_nothing),
        STORY(test_ids_that_are_asked_for_are_kept_free),
        STORY(test_an_id_that_is_taken_is_that_entry_s_error),
        STORY(test_a_dependency_between_entries),
        STORY(test_a_file_may_come_later),
        STORY(test_gone_and_then_a_folder_are_two_faults),
        STORY(test_a_start_delay_counts_from_the_manager_s_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
