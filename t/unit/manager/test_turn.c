/* SPDX-License-Identifier: BSD-2-Clause */
/* A turn: first durable, then done, then answered. */
#include "stage.h"

#include <sqlite3.h>

#include "manager/turn.h"
#include "store/history.h"
#include "store/journal.h"

struct client {
    struct stage *stage;
    int n_answers;
    bool is_committed;
    int64_t seq; /* of the journal at the answer */
};

static void answered(void *context, bool is_committed)
{
    struct client *client = context;

    client->n_answers++;
    client->is_committed = is_committed;
    client->seq = store_last_seq(client->stage->manager->store);
}

static void test_a_client_is_answered_after_the_commit(void **state)
{
    struct stage *stage = *state;
    struct client client = {.stage = stage};
    struct turn *turn;
    char *text;

    stage_start(stage);
    turn = stage->manager->turn;
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    turn_after_commit(turn, answered, &client);
    assert_int_equal(client.n_answers, 0);
    assert_true(turn_is_pending(turn));
    turn_run(turn);
    assert_int_equal(client.n_answers, 1);
    assert_true(client.is_committed);
    assert_true(client.seq >= 2); /* submit, start */
    text = store_job_spec(stage->manager->store, 1, NULL);
    assert_non_null(text);
    free(text);
}

static void test_with_nothing_to_commit_the_answer_comes_at_once(void **state)
{
    struct stage *stage = *state;
    struct client client = {.stage = stage};

    stage_start(stage);
    stage_wait(stage, 20);
    assert_false(turn_is_pending(stage->manager->turn));
    turn_after_commit(stage->manager->turn, answered, &client);
    assert_int_equal(client.n_answers, 1);
    assert_true(client.is_committed);
}

static void test_a_spec_is_found_before_and_after_the_commit(void **state)
{
    struct stage *stage = *state;
    struct turn *turn;
    char *text;
    struct err err;

    stage_start(stage);
    turn = stage->manager->turn;
    stage_submit(stage, "{\"command\": \"sleep 61\"}");
    for (int i = 0; i < 2; i++) {
        text = turn_job_spec(turn, 1, NULL);
        assert_non_null(strstr(text, "sleep 61"));
        free(text);
        turn_run(turn);
    }
    assert_null(turn_job_spec(turn, 99, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void count_ends(void *context, const struct actions *actions)
{
    int *n = context;

    for (size_t i = 0; i < actions->n; i++)
        *n += actions->items[i].type == ACT_FINISHED;
}

static void test_a_listener_hears_of_every_end(void **state)
{
    struct stage *stage = *state;
    int n = 0;

    stage_start(stage);
    turn_on_news(stage->manager->turn, count_ends, &n);
    for (int i = 0; i < 5; i++)
        stage_submit(stage, "{\"command\": \"true\"}");
    for (int i = 1; i <= 5; i++)
        stage_expect(stage, i, JOB_COMPLETED);
    assert_int_equal(n, 5);
    turn_on_news(stage->manager->turn, NULL, NULL);
}

static void test_the_core_s_timer_rings(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"start_time\": 0.3}");
    stage_wait(stage, 50);
    assert_int_equal(stage_state(stage, 1), JOB_PENDING);
    stage_expect(stage, 1, JOB_COMPLETED);
}

static bool is_read_only(void *context)
{
    struct stage *stage = context;

    return stage->manager->is_read_only;
}

static bool is_writable(void *context)
{
    return !is_read_only(context);
}

/* Stands for a full disk too: both keep the turn for another try. */
static void test_what_cannot_be_committed_is_kept(void **state)
{
    struct stage *stage = *state;
    struct client client = {.stage = stage};
    sqlite3 *db;

    stage_start(stage);
    stage_wait(stage, 20);
    assert_int_equal(sqlite3_open(".erm/erm.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    stage_submit(stage, "{\"command\": \"true\"}");
    turn_after_commit(stage->manager->turn, answered, &client);
    assert_true(stage_until(stage, is_read_only, stage, 20000));
    assert_int_equal(client.n_answers, 1);
    assert_false(client.is_committed);
    assert_int_equal(stage_state(stage, 1), JOB_STARTING);
    assert_int_equal(stage_submit_fails(stage, "{\"command\": \"true\"}").code,
                     ERR_FULL);
    sqlite3_exec(db, "rollback", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_true(stage_until(stage, is_writable, stage, 20000));
    stage_expect(stage, 1, JOB_COMPLETED);
}

static void test_a_snapshot_is_made_now_and_then(void **state)
{
    struct stage *stage = *state;
    int64_t seq;
    char *text;

    stage->options.log_level = LOG_ERROR;
    stage_start(stage);
    for (int i = 0; i < 2600; i++)
        stage_submit(stage, "{\"command\": \"true\", \"hold\": true}");
    for (int i = 1; i <= 2600; i++) {
        for (int k = 0; k < 2; k++) {
            stage_send(stage, EV_RELEASE, i);
            stage_send(stage, EV_HOLD, i);
        }
        if (i % 100 == 0)
            turn_run(stage->manager->turn);
    }
    assert_int_equal(
        store_load_snapshot(stage->manager->store, &seq, &text, NULL), 1);
    assert_true(seq >= 10000);
    free(text);
}

static void test_the_ends_of_a_turn_are_found(void **state)
{
    struct stage *stage = *state;
    struct exit_record exit = {.code = 3};
    struct turn *turn;

    stage_start(stage);
    turn = stage->manager->turn;
    for (int i = 1; i <= 20; i++)
        turn_add_end(turn, i, 1, i % 2 ? &exit : NULL,
                     i == 4 ? strdup("why") : NULL);
    assert_int_equal(turn_find_end(turn, 7)->exit.code, 3);
    assert_true(turn_find_end(turn, 7)->has_exit);
    assert_false(turn_find_end(turn, 4)->has_exit);
    assert_string_equal(turn_find_end(turn, 4)->note, "why");
    assert_null(turn_find_end(turn, 21));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_client_is_answered_after_the_commit),
        STORY(test_with_nothing_to_commit_the_answer_comes_at_once),
        STORY(test_a_spec_is_found_before_and_after_the_commit),
        STORY(test_a_listener_hears_of_every_end),
        STORY(test_the_core_s_timer_rings),
        STORY(test_what_cannot_be_committed_is_kept),
        STORY(test_a_snapshot_is_made_now_and_then),
        STORY(test_the_ends_of_a_turn_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
