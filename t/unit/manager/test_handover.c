/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes of a job change hands when nothing of it is left there. The fake's
 * `stays` leaves something on nodes that a job gives back. */
#include "stage.h"

#include "manager/handover.h"
#include "manager/resizing.h"
#include "store/resizes.h"

#define JOB(command)                                                       \
    "{\"command\": \"" command "\", \"elastic\": true, \"min_nodes\": 1,"  \
    " \"max_nodes\": 3, \"pref_nodes\": 3, \"grace\": 1, \"cooldown\": 0," \
    " \"walltime\": \"1:00:00\"}"

/* Job 1 has all three nodes and is asked for the last one. */
static uint64_t start_shrink(struct stage *stage, const char *spec)
{
    struct event event;

    stage->options.sched.start_at_max = true;
    stage_start(stage);
    stage_submit(stage, spec);
    stage_expect(stage, 1, JOB_RUNNING);
    assert_int_equal(stage_size(stage, 1), 3);
    event_init(&event, EV_RESIZE_ASKED, manager_now(stage->manager));
    event.job = 1;
    event.op = DIRECTIVE_SHRINK;
    event.n = 1;
    event.asker = ASKED_BY_USER;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    stage_expect_log(stage, "shrink 3 -> 2 (node3) offered");
    return sched_job(stage->manager->sched, 1)->directive.seq;
}

static int find_note(void *arg, const struct directive_row *row)
{
    char *note = arg;

    if (strcmp(row->op, directive_op_name(DIRECTIVE_SHRINK)) == 0)
        snprintf(note, 100, "%s: %s", row->state,
                 row->note == NULL ? "" : row->note);
    return 0;
}

/* What the history says of the shrink; the job is offered to grow again. */
static void expect_note(struct stage *stage, const char *expected)
{
    char note[100] = "";

    store_each_directive(stage->manager->store, 1, find_note, note, NULL);
    assert_string_equal(note, expected);
}

static void test_nothing_was_left(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60"));

    resizing_done(stage->manager, 1, seq, NULL);
    assert_true(handover_is_under_way(stage->manager, 1, seq));
    assert_int_equal(stage_size(stage, 1), 3); /* not yet */
    stage_expect_log(stage, "shrink 3 -> 2 (node3) done");
    assert_false(handover_is_under_way(stage->manager, 1, seq));
    assert_int_equal(stage_count_log(stage, "had to be ended"), 0);
    expect_note(stage, "done: ");
}

static void test_what_was_left_is_ended_and_said(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60; : stays ignore-term"));

    resizing_done(stage->manager, 1, seq, NULL);
    resizing_done(stage->manager, 1, seq, NULL);
    stage_wait(stage, 300); /* within its grace */
    assert_int_equal(stage_size(stage, 1), 3);
    stage_expect_log(stage, "shrink 3 -> 2 (node3) done");
    stage_expect_log(stage, "1 process had to be ended on node3, which it has "
                            "given back");
    expect_note(stage, "done: 1 process had to be ended");
}

static void test_force_needs_no_word_of_the_job(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60; : stays"));
    const struct job *job = sched_job(stage->manager->sched, 1);
    struct err err;

    assert_int_equal(
        handover_begin(stage->manager, job, HANDOVER_FORCED, NULL, &err), 0);
    assert_true(handover_is_under_way(stage->manager, 1, seq));
    stage_expect_log(stage, "1 process had to be ended on node3");
    assert_int_equal(stage_count_log(stage, "given back"), 0);
}

/* It was asked for the third node and gives the second. */
static void test_the_job_chooses(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60"));
    struct idset given = {.count = 0};

    idset_add(&given, 1);
    resizing_done(stage->manager, 1, seq, &given);
    stage_expect_log(stage, "done");
    idset_release(&given);
    assert_int_equal(stage_size(stage, 1), 2);
}

static void test_nodes_that_it_cannot_give(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60"));
    struct idset given = {.count = 0};

    idset_add_range(&given, 0, 1); /* one was asked for */
    resizing_done(stage->manager, 1, seq, &given);
    idset_release(&given);
    stage_expect_log(stage, "names nodes to give that are not its own");
    stage_expect_log(stage, "shrink 3 -> 2 (node3) failed");
    assert_int_equal(stage_size(stage, 1), 3);
}

static void test_a_job_that_ends_meanwhile(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_shrink(stage, JOB("sleep 60; : stays ignore-term"));

    resizing_done(stage->manager, 1, seq, NULL);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_false(handover_is_under_way(stage->manager, 1, seq));
    stage_wait(stage, 50);
    assert_int_equal(stage_count_log(stage, "had to be ended"), 0);
}

static void test_a_report_about_nothing(void **state)
{
    struct stage *stage = *state;
    struct launch_report report = {.what = LAUNCH_CLEARED, .seq = 77};

    stage_start(stage);
    handover_cleared(stage->manager, &report);
    handover_forget(stage->manager, 9, 9);
    assert_false(handover_is_under_way(stage->manager, 0, 77));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_nothing_was_left),
        STORY(test_what_was_left_is_ended_and_said),
        STORY(test_force_needs_no_word_of_the_job),
        STORY(test_the_job_chooses),
        STORY(test_nodes_that_it_cannot_give),
        STORY(test_a_job_that_ends_meanwhile),
        STORY(test_a_report_about_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
