/* SPDX-License-Identifier: BSD-2-Clause */
/* GET /v1/jobs/wait. */
#include "api_scene.h"

#include <sys/socket.h>

#include "manager/api_request.h"

#define ONE "{\"command\":\"a\",\"min_nodes\":1}"

static void start_two(struct scene *scene)
{
    submit(scene, ONE);
    submit(scene, ONE);
    job_started(scene, 1);
    job_started(scene, 2);
}

static bool is_answered(struct peer *peer, struct scene *scene)
{
    return peer_expect(peer, scene, "\r\n\r\n", 20);
}

static void it_is_answered_when_all_have_ended(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    start_two(scene);
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/jobs/wait?ids=1-2", NULL);
    assert_false(is_answered(&peer, scene));
    job_exited(scene, 1, 0);
    assert_false(is_answered(&peer, scene));
    job_exited(scene, 2, 7);
    struct reply reply = peer_reply(&peer, scene);
    assert_int_equal(reply.status, 200);
    assert_true(json_is_true(at(reply.json, "done")));
    assert_string_equal(text_at(reply.json, "jobs.0.state"), "completed");
    assert_string_equal(text_at(reply.json, "jobs.1.state"), "failed");
    assert_int_equal(int_at(reply.json, "jobs.1.exit_code"), 7);
    reply_release(&reply);
    peer_close(&peer);
}

static void any_one_is_enough_when_asked_so(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    start_two(scene);
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/jobs/wait?ids=1,2&any=1", NULL);
    assert_false(is_answered(&peer, scene));
    job_exited(scene, 2, 0);
    struct reply reply = peer_reply(&peer, scene);
    assert_true(json_is_true(at(reply.json, "done")));
    assert_int_equal(json_array_size(at(reply.json, "jobs")), 1);
    assert_int_equal(int_at(reply.json, "jobs.0.id"), 2);
    reply_release(&reply);
    peer_close(&peer);
}

static void what_ended_long_ago_is_answered_at_once(void **state)
{
    struct scene *scene = *state;
    start_two(scene);
    job_exited(scene, 1, 0);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs/wait?ids=1,1", NULL);
    assert_true(json_is_true(at(answer, "done")));
    assert_int_equal(json_array_size(at(answer, "jobs")), 1);
    assert_string_equal(text_at(answer, "jobs.0.command"), "a");
    json_decref(answer);
}

static void an_end_counts_when_it_is_durable(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    struct event event;
    start_two(scene);
    event_init(&event, EV_EXITED, manager_now(&scene->manager));
    event.job = 1;
    event.attempt = 1;
    assert_int_equal(manager_event(&scene->manager, &event, NULL), 0);
    /* ended for the core, but the turn is still open */
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/jobs/wait?ids=1", NULL);
    for (int i = 0; i < 5; i++)
        event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    assert_non_null(scene->manager.api->waits);
    scene_turn(scene);
    struct reply reply = peer_reply(&peer, scene);
    assert_true(json_is_true(at(reply.json, "done")));
    assert_string_equal(text_at(reply.json, "jobs.0.state"), "completed");
    assert_false(is_null_at(reply.json, "jobs.0.ended"));
    reply_release(&reply);
    peer_close(&peer);
}

static void a_timeout_tells_those_that_ended(void **state)
{
    struct scene *scene = *state;
    start_two(scene);
    job_exited(scene, 1, 0);
    json_t *answer =
        ask_json(scene, 200, "GET", "/v1/jobs/wait?ids=1,2&timeout=0.05", NULL);
    assert_true(json_is_false(at(answer, "done")));
    assert_int_equal(json_array_size(at(answer, "jobs")), 1);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/jobs/wait?ids=2&timeout=0", NULL);
    assert_true(json_is_false(at(answer, "done")));
    json_decref(answer);
    assert_null(scene->manager.api->waits);
}

static void unknown_jobs_are_refused(void **state)
{
    struct scene *scene = *state;
    start_two(scene);
    json_t *error = ask_json(scene, 404, "GET", "/v1/jobs/wait?ids=1,9", NULL);
    assert_string_equal(text_at(error, "error.text"), "no job 9");
    json_decref(error);
    json_decref(ask_json(scene, 400, "GET", "/v1/jobs/wait", NULL));
    json_decref(ask_json(scene, 400, "GET", "/v1/jobs/wait?ids=x", NULL));
    json_decref(
        ask_json(scene, 400, "GET", "/v1/jobs/wait?ids=1&timeout=-1", NULL));
    json_decref(
        ask_json(scene, 400, "GET", "/v1/jobs/wait?ids=1&timeout=nan", NULL));
}

static void a_client_that_goes_is_forgotten(void **state)
{
    struct scene *scene = *state;
    struct peer peers[20];
    start_two(scene);
    for (int i = 0; i < 20; i++) {
        peer_connect(&peers[i], scene);
        peer_ask(&peers[i], "GET", "/v1/jobs/wait?ids=1&timeout=100", NULL);
    }
    for (int i = 0; i < 10; i++)
        scene_turn(scene);
    assert_non_null(scene->manager.api->waits);
    for (int i = 0; i < 19; i++)
        peer_close(&peers[i]);
    for (int i = 0; i < 10; i++)
        scene_turn(scene);
    /* only the last one is left */
    assert_ptr_equal(scene->manager.api->open->next, NULL);
    job_exited(scene, 1, 0);
    struct reply reply = peer_reply(&peers[19], scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peers[19]);
}

/* A client that says it will send no more still wants its answer. */
static void half_a_goodbye_is_no_goodbye(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    start_two(scene);
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/jobs/wait?ids=1", NULL);
    assert_false(is_answered(&peer, scene));
    shutdown(peer.fd, SHUT_WR);
    for (int i = 0; i < 10; i++)
        scene_turn(scene);
    job_exited(scene, 1, 0);
    struct reply reply = peer_reply(&peer, scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_answered_when_all_have_ended),
        TEST(any_one_is_enough_when_asked_so),
        TEST(what_ended_long_ago_is_answered_at_once),
        TEST(an_end_counts_when_it_is_durable),
        TEST(a_timeout_tells_those_that_ended),
        TEST(unknown_jobs_are_refused),
        TEST(a_client_that_goes_is_forgotten),
        TEST(half_a_goodbye_is_no_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
