/* SPDX-License-Identifier: BSD-2-Clause */
/* Workers: as many as there are nodes, whatever happens to either. */
#include "stage.h"

#include <sys/stat.h>

#include "manager/parts.h"
#include "manager/workers.h"

#define RIGID(command, worker)                                   \
    "{\"command\": \"" command "\", \"worker\": \"" worker "\"," \
    " \"min_nodes\": 2, \"grace\": 1, \"walltime\": \"1:00:00\"}"
#define ELASTIC(worker)                                                    \
    "{\"command\": \"sleep 60\", \"worker\": \"" worker "\","              \
    " \"elastic\": true, \"max_nodes\": 3, \"pref_nodes\": 1, \"grace\": " \
    "1, \"cooldown\": 0, \"walltime\": \"1:00:00\"}"

static const struct workers_spans quick = {
    .first_pause = 10 * USEC_PER_MSEC,
    .last_pause = 40 * USEC_PER_MSEC,
    .settled = 60 * USEC_PER_SEC,
};

static void start_quick(struct stage *stage)
{
    stage_start(stage);
    workers_set_spans(stage->manager->workers, &quick);
}

static void start_real(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    start_quick(stage);
}

struct wish {
    const struct stage *stage;
    uint32_t n_nodes, n_workers;
};

static bool is_so(void *context)
{
    const struct wish *wish = context;

    return stage_size(wish->stage, 1) == wish->n_nodes &&
           parts_n_live(wish->stage->manager, 1, 1) == wish->n_workers;
}

static void expect_workers(struct stage *stage, uint32_t n_nodes,
                           uint32_t n_workers)
{
    struct wish wish = {stage, n_nodes, n_workers};

    if (!stage_until(stage, is_so, &wish, 20000))
        fail_msg("%u workers on %u nodes", parts_n_live(stage->manager, 1, 1),
                 stage_size(stage, 1));
}

static void ask(struct stage *stage, enum directive_op op, uint32_t n)
{
    struct event event;

    event_init(&event, EV_RESIZE_ASKED, manager_now(stage->manager));
    event.job = 1;
    event.op = op;
    event.n = n;
    event.asker = ASKED_BY_USER;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
}

static void test_one_for_each_node(void **state)
{
    struct stage *stage = *state;
    struct idset nodes = {.count = 0};
    const struct job *job;

    start_quick(stage);
    stage_submit(stage, RIGID("sleep 60", "sleep 60"));
    expect_workers(stage, 2, 2);
    job = sched_job(stage->manager->sched, 1);
    assert_int_equal(workers_count(stage->manager, job, &job->nodes), 2);
    idset_add(&nodes, 2);
    assert_int_equal(workers_count(stage->manager, job, &nodes), 0);
    idset_release(&nodes);
    assert_false(workers_are_alone(stage->manager, 1));
}

static void test_they_follow_the_nodes(void **state)
{
    struct stage *stage = *state;

    stage->options.sched.mode = "evolving";
    start_quick(stage);
    stage_submit(stage, ELASTIC("sleep 60"));
    expect_workers(stage, 1, 1);
    ask(stage, DIRECTIVE_GROW, 2);
    expect_workers(stage, 3, 3);
    ask(stage, DIRECTIVE_SHRINK, 1);
    expect_workers(stage, 2, 2);
    assert_int_equal(stage_count_log(stage, "had to be ended"), 0);
    ask(stage, DIRECTIVE_GROW, 1);
    expect_workers(stage, 3, 3);
}

static void test_a_lost_node_costs_one(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage->options.sched.mode = "evolving";
    start_quick(stage);
    stage_submit(stage, ELASTIC("sleep 60"));
    expect_workers(stage, 1, 1);
    ask(stage, DIRECTIVE_GROW, 2);
    expect_workers(stage, 3, 3);
    event_init(&event, EV_NODE_DOWN, manager_now(stage->manager));
    idset_add(&event.nodes, 1);
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    expect_workers(stage, 2, 2);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
}

static void test_one_that_has_done_its_work_is_not_started_again(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, RIGID("sleep 60", "true"));
    expect_workers(stage, 2, 0);
    stage_wait(stage, 100);
    expect_workers(stage, 2, 0);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
}

static void test_one_that_dies_is_started_again(void **state)
{
    struct stage *stage = *state;
    struct workers_spans spans = quick;

    spans.settled = 0; /* each has run long enough */
    start_quick(stage);
    workers_set_spans(stage->manager->workers, &spans);
    stage_submit(stage, RIGID("sleep 60", "sleep 0.02; exit 3"));
    stage_expect(stage, 1, JOB_RUNNING);
    stage_wait(stage, 600);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    assert_true(stage_count_log(stage, "the worker on node1 ended with 3; it "
                                       "is started again") > 5);
}

static bool count_turns(void *context)
{
    ++*(int *)context;
    return false;
}

/* While the command takes its time to end, nobody waits for the pause. */
static void test_a_pause_that_ends_while_the_job_ends(void **state)
{
    struct stage *stage = *state;
    struct workers_spans spans = quick;
    int n_turns = 0;

    spans.first_pause = spans.last_pause = 100 * USEC_PER_MSEC;
    start_quick(stage);
    workers_set_spans(stage->manager->workers, &spans);
    stage_submit(stage, RIGID("sleep 60; ignore-term", "exit 3"));
    stage_expect_log(stage, "it is started again");
    stage_send(stage, EV_CANCEL, 1);
    stage_until(stage, count_turns, &n_turns, 400);
    assert_int_equal(stage_state(stage, 1), JOB_COMPLETING);
    assert_in_range(n_turns, 1, 400); /* one each 5 ms, and a few */
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void test_when_none_stays_up_the_job_fails(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, RIGID("sleep 60", "exit 7"));
    stage_expect(stage, 1, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "job 1 failed (exit code 7)"), 1);
    assert_int_equal(stage_count_log(stage, "no worker stays up"), 1);
}

static void test_a_folder_that_is_not_there_is_not_tried_again(void **state)
{
    struct stage *stage = *state;

    start_real(stage);
    stage_submit(stage, "{\"command\": \"true\", \"launch\": \"workers\","
                        " \"cwd\": \"/no/such/folder\"}");
    stage_expect(stage, 1, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "the worker on node1"), 1);
    assert_true(stage_count_log(stage, "/no/such/folder") > 0);
}

/* Beside a command, and alone: on the first node already. */
static void test_one_that_is_refused_is_not_tried_again(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_refuse(stage, 1);
    stage_submit(stage, RIGID("sleep 60", "sleep 60"));
    stage_submit(stage, "{\"command\": \"sleep 60\", \"launch\":"
                        " \"workers\"}");
    stage_expect(stage, 1, JOB_FAILED);
    stage_expect(stage, 2, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "job 1: no worker stays up"), 1);
    assert_int_equal(stage_count_log(stage, "job 2: no worker stays up"), 1);
    assert_int_equal(stage_count_log(stage, "it is started again"), 2);
}

/* There is no folder for its output. */
static void test_a_growth_whose_worker_cannot_be_started_fails(void **state)
{
    struct stage *stage = *state;

    stage->options.sched.mode = "evolving";
    start_real(stage);
    mkdir("main", 0700);
    mkdir("node1", 0700);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"worker\": \"sleep 60\","
                        " \"elastic\": true, \"max_nodes\": 3, \"pref_nodes\": "
                        "1, \"cooldown\": 0, \"stdout\": \"%n/out\"}");
    expect_workers(stage, 1, 1);
    ask(stage, DIRECTIVE_GROW, 1);
    stage_expect_log(stage, "no worker stays up on the new nodes");
    stage_expect_log(stage, "expand 1 -> 2 (node2) failed");
    expect_workers(stage, 1, 1);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
}

/* What is taken back has no workers any more when its nodes go. */
static void test_a_growth_that_comes_too_late(void **state)
{
    struct stage *stage = *state;
    struct event event;

    file_put("slow-shepherd",
             "#!/bin/sh\n"
             "case \" $* \" in *' --part 2 '*) sleep 2;; esac\n"
             "exec " SHEPHERD_PATH " \"$@\"\n");
    chmod("slow-shepherd", 0700);
    stage->options.sched.mode = "evolving";
    stage->options.launcher = "local";
    stage->options.shepherd_path = "./slow-shepherd";
    stage_start(stage);
    stage_submit(stage, ELASTIC("sleep 60"));
    expect_workers(stage, 1, 1);
    event_init(&event, EV_RESIZE_ASKED, manager_now(stage->manager));
    event.job = 1;
    event.op = DIRECTIVE_GROW;
    event.n = 2;
    event.asker = ASKED_BY_USER;
    event.duration = USEC_PER_SEC;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    expect_workers(stage, 1, 3);
    stage_expect_log(stage, "expand 1 -> 3 (node[2-3]) expired");
    assert_int_equal(parts_n_live(stage->manager, 1, 1), 1);
    assert_int_equal(stage_size(stage, 1), 1);
}

static void test_alone_they_are_the_job(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, "{\"command\": \"sleep 0.2\", \"min_nodes\": 2,"
                        " \"launch\": \"workers\"}");
    expect_workers(stage, 2, 2);
    assert_true(workers_are_alone(stage->manager, 1));
    stage_expect(stage, 1, JOB_COMPLETED);
    assert_int_equal(stage_count_log(stage, "job 1 started on"), 1);
}

static void test_alone_and_cancelled_at_once(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2,"
                        " \"launch\": \"workers\"}");
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(parts_n_live(stage->manager, 1, 1), 0);
}

static void test_alone_until_the_walltime(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2,"
                        " \"launch\": \"workers\", \"walltime\": \"1s\"}");
    stage_expect(stage, 1, JOB_TIMEOUT);
}

static void test_alone_and_none_stays_up(void **state)
{
    struct stage *stage = *state;

    start_quick(stage);
    stage_submit(stage, "{\"command\": \"exit 9\", \"min_nodes\": 2,"
                        " \"launch\": \"workers\"}");
    stage_expect(stage, 1, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "job 1 failed (exit code 9)"), 1);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_one_for_each_node),
        STORY(test_they_follow_the_nodes),
        STORY(test_a_lost_node_costs_one),
        STORY(test_one_that_has_done_its_work_is_not_started_again),
        STORY(test_one_that_dies_is_started_again),
        STORY(test_a_pause_that_ends_while_the_job_ends),
        STORY(test_when_none_stays_up_the_job_fails),
        STORY(test_a_folder_that_is_not_there_is_not_tried_again),
        STORY(test_one_that_is_refused_is_not_tried_again),
        STORY(test_a_growth_whose_worker_cannot_be_started_fails),
        STORY(test_a_growth_that_comes_too_late),
        STORY(test_alone_they_are_the_job),
        STORY(test_alone_and_cancelled_at_once),
        STORY(test_alone_until_the_walltime),
        STORY(test_alone_and_none_stays_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
