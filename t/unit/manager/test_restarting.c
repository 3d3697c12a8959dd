/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs that are resized by a signal, exit code 85 and another start. */
#include "stage.h"

#include "manager/resizing.h"
#include "manager/restarting.h"

#define JOB(command)                                                      \
    "{\"command\": \"" command "\", \"elastic\": true, \"min_nodes\": 2," \
    " \"max_nodes\": 3, \"resize\": \"restart\", \"accept_within\": 1,"   \
    " \"walltime\": \"1:00:00\"}"

static const struct job *job_1(const struct stage *stage)
{
    return sched_job(stage->manager->sched, 1);
}

/* The third node is offered at once. */
static void start_with_offer(struct stage *stage, const char *spec)
{
    stage_start(stage);
    stage_submit(stage, spec);
    stage_expect_log(stage, "expand 2 -> 3 (node3) offered");
}

static bool is_accepted(void *context)
{
    const struct job *job = job_1(context);

    return job != NULL && job->directive.state == DIRECTIVE_ACCEPTED;
}

static void test_a_signal_is_the_offer(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage, JOB("sleep 60; : on-signal 85"));
    assert_true(stage_until(stage, is_accepted, stage, 5000));
    assert_true(job_1(stage)->directive.shown);
}

static bool is_grown(void *context)
{
    const struct job *job = job_1(context);

    return job != NULL && job->attempt == 2 && job->state == JOB_RUNNING &&
           idset_count(&job->nodes) == 3;
}

static void test_it_runs_again_on_the_nodes_that_it_is_to_have(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage, JOB("sleep 60; : on-signal 85"));
    if (!stage_until(stage, is_grown, stage, 5000))
        fail_msg("it did not run again");
    assert_true(file_has(".erm/nodes/1.2", "node3"));
}

/* It would end of the signal; so it keeps its size, and lives. */
static void test_a_program_without_a_handler_gets_none(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage, JOB("sleep 60"));
    stage_expect_log(stage, "expand 2 -> 3 (node3) expired");
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    assert_int_equal(stage_size(stage, 1), 2);
}

static void test_offered_twice_signalled_once(void **state)
{
    struct stage *stage = *state;
    struct action action = {.type = ACT_OFFER, .job = 1};

    start_with_offer(stage, JOB("sleep 60"));
    action.seq = job_1(stage)->directive.seq;
    restart_way.offer(stage->manager, &action);
    restart_way.offer(stage->manager, &action);
    stage_expect_log(stage, "expand 2 -> 3 (node3) expired");
}

static void test_a_job_that_ends_before_it_is_told(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage, JOB("sleep 60"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    stage_wait(stage, 300); /* the next look finds nobody */
}

static void test_the_manager_stops_before_it_is_told(void **state)
{
    start_with_offer(*state, JOB("sleep 60"));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_signal_is_the_offer),
        STORY(test_it_runs_again_on_the_nodes_that_it_is_to_have),
        STORY(test_a_program_without_a_handler_gets_none),
        STORY(test_offered_twice_signalled_once),
        STORY(test_a_job_that_ends_before_it_is_told),
        STORY(test_the_manager_stops_before_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
