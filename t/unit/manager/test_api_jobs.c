/* SPDX-License-Identifier: BSD-2-Clause */
/* GET /v1/jobs, /v1/jobs/ID, /v1/jobs/ID/why. */
#include "api_scene.h"

#define BIG "{\"command\":\"big\",\"min_nodes\":5}"

/* Job 1 runs on all five nodes, 2 and 3 wait, 4 has ended. */
static void fill(struct scene *scene)
{
    int64_t ended = submit(scene, "{\"command\":\"./quick\",\"min_nodes\":1,"
                                  "\"name\":\"quick\",\"cwd\":\"/tmp\"}");
    job_started(scene, ended);
    job_exited(scene, ended, 3);
    int64_t runs = submit(scene, "{\"command\":\"./long\",\"min_nodes\":5,"
                                 "\"walltime\":\"1:00:00\",\"cwd\":\"/tmp\"}");
    job_started(scene, runs);
    submit(scene, BIG);
    submit(scene, "{\"command\":\"./held\",\"min_nodes\":1,\"hold\":true}");
}

static void expect(struct scene *scene, const char *path, const char *states)
{
    json_t *answer = ask_json(scene, 200, "GET", path, NULL);
    struct strbuf got;
    size_t i;
    const json_t *job;
    strbuf_init(&got);
    json_array_foreach(at(answer, "jobs"), i, job)
        strbuf_add_fmt(&got, "%s%d:%s", i ? " " : "", (int)int_at(job, "id"),
                       text_at(job, "state"));
    assert_string_equal(got.text, states);
    strbuf_release(&got);
    json_decref(answer);
}

static void the_list_has_active_jobs_and_counts_the_others(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "/v1/jobs", "2:running 3:pending 4:pending");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs", NULL);
    assert_int_equal(int_at(answer, "counts.running"), 1);
    assert_int_equal(int_at(answer, "counts.pending"), 2);
    assert_int_equal(int_at(answer, "counts.finished_hidden"), 1);
    assert_int_equal(int_at(answer, "nodes.total"), 5);
    assert_int_equal(int_at(answer, "nodes.allocated"), 5);
    assert_string_equal(text_at(answer, "jobs.0.nodelist"), "n[1-5]");
    assert_string_equal(text_at(answer, "jobs.1.reason"), "resources");
    assert_string_equal(text_at(answer, "jobs.2.reason"), "held");
    /* what only the store knows is left out */
    assert_null(json_object_get(at(answer, "jobs.0"), "command"));
    json_decref(answer);
}

static void the_list_can_be_chosen_from(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "/v1/jobs?all=1", "2:running 3:pending 4:pending 1:failed");
    expect(scene, "/v1/jobs?ids=1,3", "3:pending 1:failed");
    expect(scene, "/v1/jobs?ids=1-9&states=running", "2:running");
    expect(scene, "/v1/jobs?states=held", "4:pending");
    expect(scene, "/v1/jobs?states=failed", "1:failed");
    expect(scene, "/v1/jobs?states=running,growing", "2:running");
    expect(scene, "/v1/jobs?states=rejected", "");
    expect(scene, "/v1/jobs?limit=1", "2:running");
    expect(scene, "/v1/jobs?all=1&limit=0", "");
    expect(scene, "/v1/jobs?ids=77", "");
}

static void what_it_cannot_choose_is_told(void **state)
{
    struct scene *scene = *state;
    json_t *error = ask_json(scene, 400, "GET", "/v1/jobs?states=runing", NULL);
    assert_string_equal(text_at(error, "error.text"),
                        "states: no state 'runing'");
    assert_string_equal(text_at(error, "error.hint"), "did you mean running?");
    json_decref(error);
    json_decref(ask_json(scene, 400, "GET", "/v1/jobs?ids=x", NULL));
    json_decref(ask_json(scene, 400, "GET", "/v1/jobs?limit=-1", NULL));
    json_decref(ask_json(scene, 400, "GET", "/v1/jobs?ids=%zz", NULL));
}

static void the_full_list_has_commands(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs?full=1", NULL);
    assert_string_equal(text_at(answer, "jobs.0.command"), "./long");
    assert_string_equal(text_at(answer, "jobs.0.cwd"), "/tmp");
    assert_string_equal(text_at(answer, "jobs.0.stdout"), "/tmp/erm-2.out");
    assert_string_equal(text_at(answer, "jobs.1.command"), "big");
    json_decref(answer);
}

static void one_job_is_shown_with_its_phases(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs/1", NULL);
    assert_string_equal(text_at(answer, "job.state"), "failed");
    assert_string_equal(text_at(answer, "job.name"), "quick");
    assert_string_equal(text_at(answer, "job.command"), "./quick");
    assert_int_equal(int_at(answer, "job.exit_code"), 3);
    assert_int_equal(int_at(answer, "job.n_nodes"), 1);
    assert_string_equal(text_at(answer, "job.nodes.0"), "n1");
    assert_int_equal(json_array_size(at(answer, "phases")), 1);
    assert_string_equal(text_at(answer, "phases.0.why"), "start");
    assert_string_equal(text_at(answer, "phases.0.nodelist"), "n1");
    assert_false(is_null_at(answer, "phases.0.end"));
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/jobs/2", NULL);
    assert_string_equal(text_at(answer, "job.command"), "./long");
    assert_true(is_null_at(answer, "phases.0.end"));
    json_decref(answer);
}

/* Between a step and its commit the core is ahead of the store. */
static void a_job_can_be_seen_before_it_is_stored(void **state)
{
    struct scene *scene = *state;
    struct job_spec spec;
    struct submit_result result;
    struct err err = {0};
    job_spec_init(&spec);
    free(spec.command);
    spec.command = strdup("./new");
    spec.request.hold = true;
    assert_int_equal(
        manager_submit(&scene->manager, &spec, 1, "api", &result, &err), 0);
    job_spec_release(&spec);
    struct peer peer;
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/jobs/1", NULL);
    for (int i = 0; i < 5; i++)
        event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    struct reply reply = peer_reply(&peer, scene);
    assert_int_equal(reply.status, 200);
    assert_string_equal(text_at(reply.json, "job.command"), "./new");
    reply_release(&reply);
    peer_close(&peer);
}

static void why_answers_for_every_state(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs/3/why", NULL);
    assert_string_equal(text_at(answer, "state"), "pending");
    assert_contains(text_at(answer, "text"), "position 1 of 1");
    assert_int_equal(int_at(answer, "why.needs"), 5);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/jobs/2/why", NULL);
    assert_contains(text_at(answer, "text"), "job 2 is running");
    assert_contains(text_at(answer, "text"), "n[1-5]");
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/jobs/1/why", NULL);
    assert_contains(text_at(answer, "text"), "failed (exit code 3)");
    json_decref(answer);
    json_decref(ask_json(scene, 404, "GET", "/v1/jobs/9/why", NULL));
    json_decref(ask_json(scene, 404, "GET", "/v1/jobs/99999999999/why", NULL));
}

static void a_thousand_pending_jobs_are_listed_quickly(void **state)
{
    struct scene *scene = *state;
    struct strbuf body;
    strbuf_init(&body);
    strbuf_add_str(&body, "{\"jobs\":[" BIG);
    for (int i = 1; i < 1001; i++)
        strbuf_add_fmt(&body,
                       ",{\"command\":\"./app --step %d\","
                       "\"name\":\"job-%d\",\"min_nodes\":%d,"
                       "\"walltime\":\"10:00\"}",
                       i, i, 1 + i % 5);
    strbuf_add_str(&body, "]}");
    json_decref(ask_json(scene, 200, "POST", "/v1/jobs", body.text));
    strbuf_release(&body);
    int64_t best = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        int64_t start = clock_boot_us();
        json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs", NULL);
        int64_t took = clock_boot_us() - start;
        best = took < best ? took : best;
        assert_int_equal(json_array_size(at(answer, "jobs")), 1001);
        json_decref(answer);
    }
    print_message("1000 pending jobs: %.1f ms with the client's part\n",
                  (double)best / 1000);
    assert_true(best < 500 * USEC_PER_MSEC);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_list_has_active_jobs_and_counts_the_others),
        TEST(the_list_can_be_chosen_from),
        TEST(what_it_cannot_choose_is_told),
        TEST(the_full_list_has_commands),
        TEST(one_job_is_shown_with_its_phases),
        TEST(a_job_can_be_seen_before_it_is_stored),
        TEST(why_answers_for_every_state),
        TEST(a_thousand_pending_jobs_are_listed_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
