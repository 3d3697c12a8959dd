/* SPDX-License-Identifier: BSD-2-Clause */
/* What a turn leaves in the store: records and history. */
#include "stage.h"

#include "manager/turn.h"
#include "store/history_view.h"
#include "store/journal.h"
#include "store/resizes.h"

struct row {
    char state[32], ended_by[64], name[32], source[32];
    int code, signal;
    time_us started, ended;
    int64_t node_us;
};

static int keep_row(void *arg, const struct history_job *job)
{
    struct row *row = arg;

    snprintf(row->state, sizeof(row->state), "%s",
             job->state == NULL ? "" : job->state);
    snprintf(row->ended_by, sizeof(row->ended_by), "%s",
             job->ended_by == NULL ? "" : job->ended_by);
    snprintf(row->name, sizeof(row->name), "%s",
             job->name == NULL ? "" : job->name);
    snprintf(row->source, sizeof(row->source), "%s", job->source);
    row->code = job->code;
    row->signal = job->signal;
    row->started = job->started;
    row->ended = job->ended;
    row->node_us = job->node_us;
    return 0;
}

static struct row row_of(struct stage *stage, int64_t job)
{
    struct row row;

    memset(&row, 0, sizeof(row));
    assert_int_equal(
        store_view_job(stage->manager->store, job, keep_row, &row, NULL), 0);
    return row;
}

struct phases {
    int n;
    char nodes[8][64], why[8][16];
    bool is_open[8];
};

static int keep_phase(void *arg, const struct history_phase *phase)
{
    struct phases *phases = arg;
    int i = phases->n++;

    snprintf(phases->nodes[i], sizeof(phases->nodes[i]), "%s", phase->nodes);
    snprintf(phases->why[i], sizeof(phases->why[i]), "%s", phase->why);
    phases->is_open[i] = phase->end == 0;
    return 0;
}

static struct phases phases_of(struct stage *stage, int64_t job)
{
    struct phases phases = {.n = 0};

    assert_int_equal(
        store_each_phase(stage->manager->store, job, keep_phase, &phases, NULL),
        0);
    return phases;
}

static void test_an_end_has_all_that_is_known(void **state)
{
    struct stage *stage = *state;
    struct row row;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 0.1; exit 4\","
                        " \"name\": \"four\", \"min_nodes\": 2}");
    stage_expect(stage, 1, JOB_FAILED);
    row = row_of(stage, 1);
    assert_string_equal(row.state, "failed");
    assert_string_equal(row.name, "four");
    assert_string_equal(row.source, "api");
    assert_string_equal(row.ended_by, "");
    assert_int_equal(row.code, 4);
    assert_true(row.ended - row.started >= 90 * USEC_PER_MSEC);
    assert_true(row.node_us >= 2 * 90 * USEC_PER_MSEC);
}

static void test_who_ended_it(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"name\": \"first\"}");
    stage_submit(stage, "{\"command\": \"true\", \"after\": [\"first\"]}");
    stage_submit(stage, "{\"command\": \"sleep 60\", \"walltime\": \"1s\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    stage_expect(stage, 2, JOB_CANCELLED);
    stage_expect(stage, 3, JOB_TIMEOUT);
    assert_string_equal(row_of(stage, 1).ended_by, "user");
    assert_string_equal(row_of(stage, 2).ended_by, "dependency");
    assert_string_equal(row_of(stage, 3).ended_by, "walltime");
}

static void answer(struct stage *stage, int64_t job, enum event_type type)
{
    const struct job *found = sched_job(stage->manager->sched, job);
    struct event event;

    event_init(&event, type, manager_now(stage->manager));
    event.job = job;
    event.seq = found->directive.seq;
    manager_event(stage->manager, &event, NULL);
    turn_run(stage->manager->turn);
}

static void test_phases_follow_the_size(void **state)
{
    struct stage *stage = *state;
    struct phases phases;
    struct history_summary summary;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 2, \"max_nodes\": 3}");
    stage_expect_log(stage, "offered");
    phases = phases_of(stage, 1);
    assert_int_equal(phases.n, 1);
    assert_string_equal(phases.nodes[0], "node[1-2]");
    assert_string_equal(phases.why[0], "start");
    assert_true(phases.is_open[0]);
    answer(stage, 1, EV_DONE);
    phases = phases_of(stage, 1);
    assert_int_equal(phases.n, 2);
    assert_false(phases.is_open[0]);
    assert_string_equal(phases.nodes[1], "node[1-3]");
    assert_string_equal(phases.why[1], "grow");
    assert_int_equal(
        store_summary(stage->manager->store, 0, TIME_NEVER, &summary, NULL), 0);
    assert_int_equal(summary.expands, 1);
}

static int keep_directive(void *arg, const struct directive_row *row)
{
    char *text = arg;

    snprintf(text, 200, "%s %u:%s by %s for %lld: %s, retry %lld (%s)", row->op,
             row->n, row->nodes, row->asker, (long long)row->for_job,
             row->state, (long long)row->retry,
             row->note == NULL ? "" : row->note);
    assert_true(row->offered > 0);
    assert_int_equal(row->attempt, 1);
    assert_int_equal(row->closed == 0, strstr(text, "offered") != NULL);
    return 0;
}

static void expect_directive(struct stage *stage, int64_t job,
                             const char *expected)
{
    char text[200] = "";

    assert_int_equal(store_each_directive(stage->manager->store, job,
                                          keep_directive, text, NULL),
                     0);
    assert_string_equal(text, expected);
}

static void test_a_resize_is_told_with_its_answer(void **state)
{
    struct stage *stage = *state;
    const struct job *job;
    struct event event;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 2, \"max_nodes\": 3}");
    stage_expect_log(stage, "offered");
    expect_directive(stage, 1,
                     "expand 1:node3 by scheduler for 0: offered,"
                     " retry 0 ()");
    job = sched_job(stage->manager->sched, 1);
    turn_add_directive_note(stage->manager->turn, 1, job->directive.seq,
                            "in a checkpoint");
    assert_true(turn_is_pending(stage->manager->turn));
    event_init(&event, EV_REFUSED, manager_now(stage->manager));
    event.job = 1;
    event.seq = job->directive.seq;
    event.duration = 60;
    manager_event(stage->manager, &event, NULL);
    turn_run(stage->manager->turn);
    expect_directive(stage, 1,
                     "expand 1:node3 by scheduler for 0: refused,"
                     " retry 60 (in a checkpoint)");
}

static void test_a_shrink_tells_for_whom(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 2, \"max_nodes\": 3,"
                        " \"cooldown\": 0}");
    stage_expect_log(stage, "offered");
    answer(stage, 1, EV_DONE);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect_log(stage, "shrink");
    expect_directive(stage, 1,
                     "shrink 1:node3 by scheduler for 2: offered,"
                     " retry 0 ()");
}

static void test_a_requeue_is_a_new_attempt(void **state)
{
    struct stage *stage = *state;
    struct phases phases;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_send(stage, EV_REQUEUE, 1);
    stage_expect_log(stage, "goes back to the queue after attempt 1");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_int_equal(sched_job(stage->manager->sched, 1)->attempt, 2);
    phases = phases_of(stage, 1);
    assert_int_equal(phases.n, 2);
    assert_false(phases.is_open[0]);
    assert_true(phases.is_open[1]);
}

static int count_types(void *arg, const struct record *record)
{
    char *all = arg;

    strcat(all, record->type);
    strcat(all, " ");
    assert_true(record->text[0] == '{');
    assert_true(record->time > 0);
    return 0;
}

static void test_the_journal_has_every_event(void **state)
{
    struct stage *stage = *state;
    char all[1000] = "";

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    assert_int_equal(
        store_each_record(stage->manager->store, 1, 0, count_types, all, NULL),
        0);
    assert_string_equal(all, "pool_changed submit start started exited ");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_an_end_has_all_that_is_known),
        STORY(test_who_ended_it),
        STORY(test_phases_follow_the_size),
        STORY(test_a_resize_is_told_with_its_answer),
        STORY(test_a_shrink_tells_for_whom),
        STORY(test_a_requeue_is_a_new_attempt),
        STORY(test_the_journal_has_every_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
