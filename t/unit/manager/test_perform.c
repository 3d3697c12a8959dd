/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions done: starts, ends, and those that cannot be done. */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "launch/engine.h"
#include "manager/perform.h"

static void test_a_start_writes_the_node_file(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2,"
                        " \"slots_per_node\": 4}");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_true(file_has(".erm/nodes/1.1", "node1 slots=4\nnode2 slots=4\n"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(access(".erm/nodes/1.1", F_OK), -1);
}

static void test_a_start_that_can_never_work_fails_the_job(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_refuse(stage, 0);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "job 1 could not be started"), 1);
}

static void test_a_start_that_fails_now_is_tried_again(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    assert_int_equal(rename(".erm/nodes", ".erm/away"), 0);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect_log(stage, "job 1 could not be started");
    stage_expect(stage, 1, JOB_PENDING);
    assert_int_equal(rename(".erm/away", ".erm/nodes"), 0);
    stage_expect(stage, 1, JOB_COMPLETED);
}

static void test_the_walltime_of_a_running_job(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    event_init(&event, EV_UPDATE, manager_now(stage->manager));
    event.job = 1;
    event.update.changes = CHANGE_WALLTIME;
    event.update.walltime = USEC_PER_SEC / 5;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    stage_expect(stage, 1, JOB_TIMEOUT);
}

static void test_the_job_s_own_grace(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"ignore-term sleep 60\","
                        " \"grace\": 1}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_send(stage, EV_CANCEL, 1);
    stage_wait(stage, 300);
    assert_int_equal(stage_state(stage, 1), JOB_COMPLETING);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(stage_count_log(stage, "cancelled (signal 9"), 1);
}

/* Too late with a shrink that a waiting job needs. */
static void test_a_shrink_by_force(void **state)
{
    struct stage *stage = *state;

    stage->options.sched.start_at_max = true;
    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60; : stays\","
                        " \"elastic\": true, \"min_nodes\": 1,"
                        " \"max_nodes\": 3, \"on_deadline\": \"force\","
                        " \"done_within\": 1}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect(stage, 2, JOB_RUNNING);
    assert_int_equal(stage_size(stage, 1), 1);
    stage_expect_log(stage, "1 process had to be ended on node[2-3]");
    stage_expect_log(stage, "shrink 3 -> 1 (node[2-3]) forced");
    stage_expect_no(stage, ".erm/policy.json", "shrink");
}

/* Where one is killed PRRTE ends them all. */
static void test_ranks_are_not_ended_one_by_one(void **state)
{
    struct engine engine = {.mark = (char[]){"abc"}};
    struct stage *stage = *state;

    stage->options.sched.start_at_max = true;
    stage_start(stage);
    stage->manager->engine = &engine; /* the fake needs no PRRTE */
    stage_submit(stage, "{\"command\": \"sleep 60\", \"launch\": \"mpi\","
                        " \"elastic\": true, \"min_nodes\": 1,"
                        " \"max_nodes\": 3, \"on_deadline\": \"force\","
                        " \"done_within\": 1}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect_log(stage, "single ranks of an MPI program cannot be ended");
    stage_expect_log(stage, "shrink 3 -> 1 (node[2-3]) expired");
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    assert_int_equal(stage_size(stage, 1), 3);
    stage->manager->engine = NULL;
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_start_writes_the_node_file),
        STORY(test_a_start_that_can_never_work_fails_the_job),
        STORY(test_a_start_that_fails_now_is_tried_again),
        STORY(test_the_walltime_of_a_running_job),
        STORY(test_the_job_s_own_grace),
        STORY(test_a_shrink_by_force),
        STORY(test_ranks_are_not_ended_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
