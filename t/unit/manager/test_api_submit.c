/* SPDX-License-Identifier: BSD-2-Clause */
/* POST /v1/jobs. */
#include "api_scene.h"

#include <sqlite3.h>
#include <sys/socket.h>

static int64_t count_stored(const struct scene *scene, const char *table)
{
    char path[400], sql[100];
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    snprintf(path, sizeof(path), "%s/.erm/erm.db", scene->path);
    snprintf(sql, sizeof(sql), "select count(*) from %s", table);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void a_job_gets_an_id_and_starts(void **state)
{
    struct scene *scene = *state;
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs",
                              "{\"jobs\":[{\"command\":\"a\"},"
                              "{\"command\":\"b\",\"min_nodes\":5}]}");
    assert_int_equal(int_at(answer, "jobs.0.id"), 1);
    assert_string_equal(text_at(answer, "jobs.0.state"), "starting");
    assert_string_equal(text_at(answer, "jobs.0.warning"), "");
    assert_int_equal(int_at(answer, "jobs.1.id"), 2);
    assert_string_equal(text_at(answer, "jobs.1.state"), "pending");
    assert_contains(text_at(answer, "jobs.1.reason_text"),
                    "needs 5 nodes, 4 free");
    json_decref(answer);
}

static void the_answer_comes_after_the_jobs_are_durable(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_ask(&peer, "POST", "/v1/jobs", "{\"jobs\":[{\"command\":\"a\"}]}");
    for (int i = 0; i < 10; i++)
        event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    /* stepped, but this turn has not ended: nothing stored, no answer */
    assert_int_equal(count_stored(scene, "job"), 0);
    assert_false(peer_expect(&peer, scene, "HTTP", 0));
    char byte;
    assert_int_equal(recv(peer.fd, &byte, 1, MSG_PEEK), -1);
    scene_turn(scene);
    assert_int_equal(count_stored(scene, "job"), 1);
    struct reply reply = peer_reply(&peer, scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
}

static void one_bad_job_refuses_all(void **state)
{
    struct scene *scene = *state;
    json_t *error = ask_json(scene, 400, "POST", "/v1/jobs",
                             "{\"jobs\":[{\"command\":\"a\"},"
                             "{\"command\":\"b\",\"min_node\":2}]}");
    assert_contains(text_at(error, "error.text"), "jobs[1]");
    assert_contains(text_at(error, "error.text"), "min_node");
    assert_contains(text_at(error, "error.text"), "did you mean \"min_nodes\"");
    json_decref(error);
    assert_int_equal(sched_max_id(scene->manager.sched), 0);
    scene_turn(scene);
    assert_int_equal(count_stored(scene, "job"), 0);
}

static void the_body_must_have_jobs(void **state)
{
    struct scene *scene = *state;
    static const char *const bodies[] = {
        "{}",
        "{\"jobs\":[]}",
        "{\"jobs\":{}}",
        "{\"jobs\":[7]}",
        "{\"job\":[{\"command\":\"a\"}]}",
        "{\"jobs\":[{\"command\":\"a\"}],\"dry_run\":1}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        json_decref(ask_json(scene, 400, "POST", "/v1/jobs", bodies[i]));
    assert_int_equal(sched_max_id(scene->manager.sched), 0);
}

static void one_that_is_too_large_is_taken_with_a_warning(void **state)
{
    struct scene *scene = *state;
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs",
                              "{\"jobs\":[{\"command\":\"a\","
                              "\"min_nodes\":9}]}");
    assert_contains(text_at(answer, "jobs.0.warning"), "the pool has 5");
    assert_string_equal(text_at(answer, "jobs.0.state"), "pending");
    assert_string_equal(text_at(answer, "jobs.0.reason_text"),
                        "needs 9 nodes, the pool has 5");
    assert_true(is_null_at(answer, "jobs.0.expected_start"));
    json_decref(answer);
}

static void one_that_is_too_long_is_taken_with_a_warning(void **state)
{
    struct scene *scene = *state;
    struct sched_config config = *sched_config(scene->manager.sched);
    config.ends =
        manager_now(&scene->manager) + 90 * USEC_PER_SEC + 500 * USEC_PER_MSEC;
    sched_set_config(scene->manager.sched, &config);
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs",
                              "{\"jobs\":[{\"command\":\"a\","
                              "\"walltime\":\"2m\"},{\"command\":\"b\","
                              "\"walltime\":\"1m\"}]}");
    assert_string_equal(text_at(answer, "jobs.0.warning"),
                        "needs 00:02:00, the allocation ends in 00:01:30: it "
                        "will wait for another one");
    assert_string_equal(text_at(answer, "jobs.0.state"), "pending");
    assert_string_equal(text_at(answer, "jobs.1.warning"), "");
    json_decref(answer);
    answer = ask_json(scene, 200, "POST", "/v1/jobs",
                      "{\"dry_run\":true,\"jobs\":[{\"command\":\"a\","
                      "\"walltime\":\"2m\"}]}");
    assert_contains(text_at(answer, "jobs.0.warning"),
                    "the allocation ends in 00:01:30");
    json_decref(answer);
}

static void a_dry_run_shows_the_command_and_changes_nothing(void **state)
{
    struct scene *scene = *state;
    json_t *answer = ask_json(
        scene, 200, "POST", "/v1/jobs",
        "{\"dry_run\":true,\"jobs\":[{\"command\":\"./app --nodelist NODES "
        "--id ID\",\"min_nodes\":2,\"cwd\":\"/tmp\",\"env\":{\"MINE\":\"1\"}},"
        "{\"command\":\"b\",\"min_nodes\":9}]}");
    assert_true(is_null_at(answer, "jobs.0.id"));
    assert_contains(text_at(answer, "jobs.0.command"), "n1,n2");
    assert_string_equal(text_at(answer, "jobs.0.nodelist"), "n[1-2]");
    assert_string_equal(text_at(answer, "jobs.0.spec.command"),
                        "./app --nodelist NODES --id ID");
    struct strbuf env;
    size_t i;
    const json_t *line;
    strbuf_init(&env);
    json_array_foreach(at(answer, "jobs.0.env"), i, line)
        strbuf_add_fmt(&env, "%s\n", json_string_value(line));
    assert_contains(env.text, "ERM_JOB_ID=1\n");
    assert_contains(env.text, "MINE=1\n");
    assert_null(strstr(env.text, "PATH="));
    strbuf_release(&env);
    assert_string_equal(text_at(answer, "jobs.0.warning"), "");
    assert_contains(text_at(answer, "jobs.1.warning"), "the pool has 5");
    json_decref(answer);
    assert_int_equal(sched_max_id(scene->manager.sched), 0);
    json_t *error = ask_json(scene, 400, "POST", "/v1/jobs",
                             "{\"dry_run\":true,\"jobs\":[{\"command\":"
                             "\"./app 'open\"}]}");
    json_decref(error);
}

static void many_jobs_come_in_one_request(void **state)
{
    struct scene *scene = *state;
    struct strbuf body;
    strbuf_init(&body);
    strbuf_add_str(&body, "{\"jobs\":[{\"command\":\"a\",\"min_nodes\":5}");
    for (int i = 0; i < 1999; i++)
        strbuf_add_str(&body, ",{\"command\":\"a\",\"min_nodes\":5}");
    strbuf_add_str(&body, "]}");
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs", body.text);
    assert_int_equal(json_array_size(at(answer, "jobs")), 2000);
    assert_int_equal(int_at(answer, "jobs.1999.id"), 2000);
    json_decref(answer);
    strbuf_release(&body);
    assert_int_equal(count_stored(scene, "job"), 2000);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_job_gets_an_id_and_starts),
        TEST(the_answer_comes_after_the_jobs_are_durable),
        TEST(one_bad_job_refuses_all),
        TEST(the_body_must_have_jobs),
        TEST(one_that_is_too_large_is_taken_with_a_warning),
        TEST(one_that_is_too_long_is_taken_with_a_warning),
        TEST(a_dry_run_shows_the_command_and_changes_nothing),
        TEST(many_jobs_come_in_one_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
