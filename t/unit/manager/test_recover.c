/* SPDX-License-Identifier: BSD-2-Clause */
/* A manager that comes back: what was, what became of it, what to do again. */
#include "stage.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/state_json.h"
#include "manager/node_names.h"
#include "manager/recover.h"
#include "manager/turn.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/state_dir.h"

#define POLICY ".erm/policy.json"

static void be_local(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
}

/* Runs STORY with a manager in another process, which then dies as by
 * kill -9: nothing is closed, saved or told. */
static void die_after(struct stage *stage, void (*story)(struct stage *stage))
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        stage_start(stage);
        story(stage);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static void start_sleepers(struct stage *stage)
{
    stage_submit(stage, "{\"command\": \"sleep 60\", \"name\": \"long\"}");
    stage_submit(stage, "{\"command\": \"echo once >> runs; sleep 0.5\"}");
    stage_submit(stage, "{\"command\": \"echo later >> runs\","
                        " \"min_nodes\": 2}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_expect(stage, 2, JOB_RUNNING);
}

static void test_running_jobs_go_on_and_each_is_accounted_for_once(void **state)
{
    struct stage *stage = *state;
    char *text;

    be_local(stage);
    die_after(stage, start_sleepers);
    usleep(700000); /* job 2 ends while nobody looks */
    stage_start(stage);
    assert_int_equal(stage_count_log(stage, "2 found again, 0 lost, 0 to be"),
                     1);
    stage_expect(stage, 2, JOB_COMPLETED);
    stage_expect(stage, 3, JOB_COMPLETED);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    text = file_get("runs");
    assert_string_equal(text, "once\nlater\n");
    free(text);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(stage_count_log(stage, "job 1 cancelled (signal 15"), 1);
}

/* The commit is done, the effect is not: what a crash between the two leaves */
static void decide_and_die(struct stage *stage)
{
    assert_int_equal(rename(".erm/nodes", ".erm/away"), 0);
    stage_submit(stage, "{\"command\": \"echo once >> runs\"}");
    /* the start is durable, then it fails: its files cannot be written */
    turn_run(stage->manager->turn);
}

static void test_a_start_that_was_not_done_is_done_now(void **state)
{
    struct stage *stage = *state;
    char *text;

    be_local(stage);
    die_after(stage, decide_and_die);
    assert_int_equal(rename(".erm/away", ".erm/nodes"), 0);
    stage_start(stage);
    assert_int_equal(stage_count_log(stage, "0 found again, 0 lost, 1 to be"),
                     1);
    stage_expect(stage, 1, JOB_COMPLETED);
    text = file_get("runs");
    assert_string_equal(text, "once\n");
    free(text);
}

static void start_one(struct stage *stage)
{
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
}

static void test_a_job_without_a_trace_is_lost(void **state)
{
    struct stage *stage = *state;

    die_after(stage, start_one); /* the fake launcher forgets */
    stage_start(stage);
    stage_expect(stage, 1, JOB_LOST);
    assert_int_equal(stage_count_log(stage, "0 found again, 1 lost"), 1);
    assert_int_equal(stage_count_log(stage, "cannot be ended"), 0);
}

static void start_elastic(struct stage *stage)
{
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 2, \"max_nodes\": 3,"
                        " \"name\": \"grows\"}");
    stage_expect_file(stage, POLICY, "expand");
    stage_wait(stage, 50);
}

static bool is_grown(void *context)
{
    return stage_size(context, 1) == 3;
}

static void test_a_directive_answered_meanwhile_is_done(void **state)
{
    struct stage *stage = *state;

    be_local(stage);
    die_after(stage, start_elastic);
    file_put(POLICY, "{\"jobs\": []}");
    stage_start(stage);
    assert_true(stage_until(stage, is_grown, stage, 5000));
    assert_false(file_has(POLICY, "expand"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void test_a_directive_not_answered_stays_as_one_entry(void **state)
{
    struct stage *stage = *state;
    char *text;

    be_local(stage);
    die_after(stage, start_elastic);
    stage_start(stage);
    stage_wait(stage, 300);
    text = file_get(POLICY);
    assert_ptr_equal(strstr(text, "expand"), strrchr(text, 'x') - 1);
    free(text);
    assert_int_equal(stage_size(stage, 1), 2);
    file_put(POLICY, "{\"jobs\": []}");
    assert_true(stage_until(stage, is_grown, stage, 5000));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void submit_many(struct stage *stage)
{
    for (int i = 0; i < 20; i++)
        stage_submit(stage, i % 3 ? "{\"command\": \"true\"}"
                                  : "{\"command\": \"true\", \"hold\": true,"
                                    " \"name\": \"held\"}");
    stage_expect(stage, 20, JOB_COMPLETED);
}

static void test_the_replayed_state_is_the_same(void **state)
{
    struct stage *stage = *state;
    char *before, *after;
    int64_t seq;

    stage_start(stage);
    submit_many(stage);
    stage_wait(stage, 20);
    before = state_to_text(stage->manager->sched);
    stage_stop(stage); /* with a snapshot */
    stage_start(stage);
    after = state_to_text(stage->manager->sched);
    /* all but the time of the last event: it is now */
    assert_string_equal(strstr(before, "\"last_arrival\""),
                        strstr(after, "\"last_arrival\""));
    free(before);
    free(after);
    assert_int_equal(
        store_load_snapshot(stage->manager->store, &seq, &after, NULL), 1);
    assert_int_equal(seq, store_last_seq(stage->manager->store));
    free(after);
}

static void test_without_a_snapshot_the_journal_is_enough(void **state)
{
    struct stage *stage = *state;

    die_after(stage, submit_many);
    stage_start(stage);
    assert_int_equal(stage_state(stage, 20), JOB_COMPLETED);
    assert_int_equal(stage_state(stage, 19), JOB_PENDING);
    assert_int_equal(stage_submit(stage, "{\"command\": \"true\","
                                         " \"after\": [\"held\"]}"),
                     21);
    assert_int_equal(sched_job(stage->manager->sched, 21)->request.after[0].id,
                     19);
}

static void test_a_damaged_journal_is_not_replayed(void **state)
{
    struct stage *stage = *state;
    sqlite3 *db;
    struct err err;

    die_after(stage, submit_many);
    assert_int_equal(sqlite3_open(".erm/erm.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "update journal set text = '{}'"
                                  " where seq = 5",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_INPUT);
}

static void test_the_clock_is_never_behind_the_journal(void **state)
{
    struct stage *stage = *state;
    time_us last;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    last = manager_now(stage->manager);
    stage_stop(stage);
    stage_start(stage);
    assert_true(manager_now(stage->manager) >= last - USEC_PER_SEC);
    assert_true(stage->manager->first_started < last);
    assert_true(stage->manager->started >= stage->manager->first_started);
}

static void test_drained_nodes_stay_drained_with_their_reason(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage_start(stage);
    event_init(&event, EV_DRAIN, manager_now(stage->manager));
    idset_add(&event.nodes, 1);
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    turn_run(stage->manager->turn);
    stage_stop(stage);
    stage_start(stage);
    assert_int_equal(sched_node_state(stage->manager->sched, 1), NODE_DRAINED);
    assert_string_equal(node_names_name(stage->manager->nodes, 1), "node2");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_running_jobs_go_on_and_each_is_accounted_for_once),
        STORY(test_a_start_that_was_not_done_is_done_now),
        STORY(test_a_job_without_a_trace_is_lost),
        STORY(test_a_directive_answered_meanwhile_is_done),
        STORY(test_a_directive_not_answered_stays_as_one_entry),
        STORY(test_the_replayed_state_is_the_same),
        STORY(test_without_a_snapshot_the_journal_is_enough),
        STORY(test_a_damaged_journal_is_not_replayed),
        STORY(test_the_clock_is_never_behind_the_journal),
        STORY(test_drained_nodes_stay_drained_with_their_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
