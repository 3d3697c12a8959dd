/* SPDX-License-Identifier: BSD-2-Clause */
/* Directives find the way to their jobs, and answers the way back. */
#include "stage.h"

#include "manager/resizing.h"

#define ELASTIC                                                        \
    "{\"command\": \"sleep 60\", \"elastic\": true, \"min_nodes\": 2," \
    " \"max_nodes\": 3, \"walltime\": \"1:00:00\"}"
#define POLICY ".erm/policy.json"

static const struct directive *directive_of(const struct stage *stage,
                                            int64_t job)
{
    return &sched_job(stage->manager->sched, job)->directive;
}

/* An elastic job of two nodes that is offered the third. */
static int64_t start_with_offer(struct stage *stage)
{
    int64_t job;

    stage_start(stage);
    job = stage_submit(stage, ELASTIC);
    stage_expect_file(stage, POLICY, "\"expand\"");
    stage_expect_log(stage, "expand 2 -> 3 (node3) offered");
    return job;
}

static void test_a_policy_job_learns_by_the_policy_file(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    assert_int_equal(directive_of(stage, job)->state, DIRECTIVE_OFFERED);
    assert_true(directive_of(stage, job)->shown);
}

static void test_answers_of_a_job_move_its_directive(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);
    uint64_t seq = directive_of(stage, job)->seq;

    resizing_accepted(stage->manager, job, seq);
    assert_int_equal(directive_of(stage, job)->state, DIRECTIVE_ACCEPTED);
    resizing_progressed(stage->manager, job, seq);
    assert_int_equal(directive_of(stage, job)->state, DIRECTIVE_ACCEPTED);
    resizing_done(stage->manager, job, seq, NULL);
    stage_expect_log(stage, "expand 2 -> 3 (node3) done");
    assert_int_equal(stage_size(stage, job), 3);
}

static void test_a_refusal_can_ask_for_time(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);
    time_us now = manager_now(stage->manager);

    resizing_refused(stage->manager, job, directive_of(stage, job)->seq,
                     4000 * USEC_PER_SEC);
    stage_expect_log(stage, "expand 2 -> 3 (node3) refused");
    assert_true(sched_job(stage->manager->sched, job)->no_resize_before >=
                now + 4000 * USEC_PER_SEC);
}

static void test_answers_to_a_directive_that_is_over_are_ignored(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);
    uint64_t seq = directive_of(stage, job)->seq;

    resizing_failed(stage->manager, job, seq, "it broke");
    stage_expect_log(stage, "job 1: it broke");
    stage_expect_log(stage, "expand 2 -> 3 (node3) failed");
    resizing_done(stage->manager, job, seq, NULL);
    resizing_done(stage->manager, 99, seq, NULL);
    stage_wait(stage, 20);
    assert_int_equal(stage_size(stage, job), 2);
}

/* The job ended in the same turn: nobody knows any more how it was told. */
static void test_the_entry_of_a_job_that_is_gone_is_taken_back(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    stage_send(stage, EV_CANCEL, job);
    stage_expect(stage, job, JOB_CANCELLED);
    stage_expect_no(stage, POLICY, "expand");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_policy_job_learns_by_the_policy_file),
        STORY(test_answers_of_a_job_move_its_directive),
        STORY(test_a_refusal_can_ask_for_time),
        STORY(test_answers_to_a_directive_that_is_over_are_ignored),
        STORY(test_the_entry_of_a_job_that_is_gone_is_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
