/* SPDX-License-Identifier: BSD-2-Clause */
/* Wishes of jobs in jobrequests.json. */
#include "stage.h"

#include "manager/policy_box.h"

#define REQUESTS "jobrequests.json"
#define POLICY ".erm/policy.json"

/* Three nodes, one evolving job of one node. */
static int64_t start(struct stage *stage)
{
    int64_t job;

    stage->options.requests_file = REQUESTS;
    stage_start(stage);
    job = stage_submit(stage,
                       "{\"command\": \"sleep 60\", \"type\": \"evolving\","
                       " \"min_nodes\": 1, \"max_nodes\": 3}");
    stage_expect(stage, job, JOB_RUNNING);
    return job;
}

static void test_a_wish_becomes_a_directive(void **state)
{
    struct stage *stage = *state;

    start(stage);
    assert_true(file_has(REQUESTS, "\"job_requests\": []"));
    file_put(REQUESTS, "{\"job_requests\": [{\"job_id\": \"1\", \"scale\":"
                       " \"expand\", \"num_nodes\": 2,"
                       " \"status\": \"pending\"}]}");
    stage_expect_no(stage, REQUESTS, "expand");
    stage_expect_file(stage, POLICY, "\"num_nodes\": 2");
    assert_int_equal(stage_count_log(stage, "asked to expand by 2: granted"),
                     1);
    assert_true(file_has(REQUESTS, "\"job_requests\": []"));
}

static void test_a_wish_that_cannot_be_is_refused(void **state)
{
    struct stage *stage = *state;

    start(stage);
    file_put(REQUESTS,
             "{\"job_requests\": [{\"job_id\": \"1\", \"scale\": \"shrink\","
             " \"num_nodes\": 5, \"status\": \"pending\"},"
             "{\"job_id\": \"99\", \"scale\": \"expand\", \"num_nodes\": 1}]}");
    stage_expect_no(stage, REQUESTS, "scale");
    assert_int_equal(stage_count_log(stage, "refused"), 2);
    assert_int_equal(stage_count_log(stage, "no job 99"), 1);
    assert_false(file_has(POLICY, "shrink"));
}

static void test_a_wish_left_by_a_crash_is_asked_again(void **state)
{
    struct stage *stage = *state;

    file_put(REQUESTS, "{\"job_requests\": [{\"job_id\": \"1\", \"scale\":"
                       " \"expand\", \"num_nodes\": 1,"
                       " \"status\": \"arbitrating\"}]}");
    start(stage);
    stage_expect_no(stage, REQUESTS, "expand");
}

static void test_nonsense_is_told_once_and_stays(void **state)
{
    struct stage *stage = *state;

    start(stage);
    file_put(REQUESTS, "{\"job_requests\": [{\"job_id\": \"x\"}]}");
    stage_expect_log(stage, "requests without sense");
    file_put(REQUESTS, "{\"job_requests\": [{\"job_id\": \"x\"} ]}");
    stage_wait(stage, 200);
    assert_int_equal(stage_count_log(stage, "requests without sense"), 1);
    assert_true(file_has(REQUESTS, "\"x\""));
    file_put(REQUESTS, "{\"job_requ");
    stage_wait(stage, 200);
    assert_true(file_has(REQUESTS, "{\"job_requ"));
}

static void test_jobs_are_told_its_path(void **state)
{
    struct stage *stage = *state;
    const char *path;

    start(stage);
    path = policy_box_requests_path(stage->manager->policy);
    assert_int_equal(path[0], '/');
    assert_non_null(strstr(path, "/" REQUESTS));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_wish_becomes_a_directive),
        STORY(test_a_wish_that_cannot_be_is_refused),
        STORY(test_a_wish_left_by_a_crash_is_asked_again),
        STORY(test_nonsense_is_told_once_and_stays),
        STORY(test_jobs_are_told_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
