/* SPDX-License-Identifier: BSD-2-Clause */
/* GET /v1/history. */
#include "api_scene.h"

#include "manager/turn.h"

static void run(struct scene *scene, const char *spec, int code)
{
    int64_t id = submit(scene, spec);
    job_started(scene, id);
    job_exited(scene, id, code);
}

static void ended_jobs_come_newest_first_with_their_sums(void **state)
{
    struct scene *scene = *state;
    run(scene, "{\"command\":\"a\",\"min_nodes\":2}", 0);
    run(scene, "{\"command\":\"b\",\"min_nodes\":1}", 1);
    submit(scene, "{\"command\":\"c\",\"hold\":true}");
    json_decref(
        ask_json(scene, 200, "POST", "/v1/jobs/cancel", "{\"ids\":[3]}"));
    submit(scene, "{\"command\":\"still here\"}");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/history", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs")), 3);
    assert_int_equal(int_at(answer, "jobs.0.id"), 3);
    assert_true(is_null_at(answer, "jobs.0.wait"));
    assert_true(is_null_at(answer, "jobs.0.exit_code"));
    assert_string_equal(text_at(answer, "jobs.2.command"), "a");
    assert_true(json_is_real(at(answer, "jobs.2.node_seconds")));
    assert_true(json_number_value(at(answer, "jobs.2.wait")) >= 0);
    assert_int_equal(int_at(answer, "summary.jobs"), 3);
    assert_int_equal(int_at(answer, "summary.completed"), 1);
    assert_int_equal(int_at(answer, "summary.failed"), 1);
    assert_int_equal(int_at(answer, "summary.cancelled"), 1);
    assert_true(json_number_value(at(answer, "summary.makespan")) > 0);
    double used = json_number_value(at(answer, "summary.utilisation"));
    assert_true(used > 0 && used <= 1);
    json_decref(answer);
}

static void phases_are_added_when_asked_for(void **state)
{
    struct scene *scene = *state;
    run(scene, "{\"command\":\"a\",\"min_nodes\":2}", 0);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/history?phases=1", NULL);
    assert_string_equal(text_at(answer, "jobs.0.phases.0.nodelist"), "n[1-2]");
    assert_int_equal(int_at(answer, "jobs.0.phases.0.phase"), 1);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/history?phases=0", NULL);
    assert_null(json_object_get(at(answer, "jobs.0"), "phases"));
    json_decref(answer);
}

static void it_can_be_chosen_from(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 4; i++)
        run(scene, "{\"command\":\"a\"}", 0);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/history?limit=2", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs")), 2);
    assert_int_equal(int_at(answer, "summary.jobs"), 4);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET", "/v1/history?ids=1,3", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs")), 2);
    assert_int_equal(int_at(answer, "jobs.1.id"), 1);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET",
                      "/v1/history?since=2000-01-01T00:00:00Z", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs")), 4);
    json_decref(answer);
    answer = ask_json(scene, 200, "GET",
                      "/v1/history?since=2999-01-01T00:00:00.5Z", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs")), 0);
    assert_true(is_null_at(answer, "summary.makespan"));
    assert_true(is_null_at(answer, "summary.utilisation"));
    assert_true(is_null_at(answer, "summary.mean_wait"));
    json_decref(answer);
    json_decref(ask_json(scene, 400, "GET", "/v1/history?since=now", NULL));
    json_decref(ask_json(scene, 400, "GET", "/v1/history?limit=x", NULL));
}

static void a_resize_makes_phases_and_counts(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":1,\"max_nodes\":3,"
                  "\"type\":\"evolving\"}");
    job_started(scene, 1);
    json_decref(ask_json(scene, 200, "POST", "/v1/jobs/resize",
                         "{\"ids\":[1],\"op\":\"expand\",\"n\":2}"));
    job_answers(scene, 1, EV_DONE);
    job_exited(scene, 1, 0);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/history?phases=1", NULL);
    assert_int_equal(json_array_size(at(answer, "jobs.0.phases")), 2);
    assert_string_equal(text_at(answer, "jobs.0.phases.1.why"), "grow");
    assert_int_equal(int_at(answer, "jobs.0.phases.1.n_nodes"), 3);
    assert_string_equal(text_at(answer, "jobs.0.nodelist"), "n[1-3]");
    assert_int_equal(int_at(answer, "summary.expands"), 1);
    assert_int_equal(int_at(answer, "summary.shrinks"), 0);
    assert_int_equal(int_at(answer, "summary.resizes.done"), 1);
    assert_int_equal(int_at(answer, "summary.resizes.expired"), 0);
    assert_false(is_null_at(answer, "summary.resizes.mean"));
    assert_string_equal(text_at(answer, "jobs.0.resizes.0.op"), "grow");
    assert_string_equal(text_at(answer, "jobs.0.resizes.0.state"), "done");
    json_decref(answer);
}

static void a_refusal_is_told_with_its_reason(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":1,\"max_nodes\":3,"
                  "\"type\":\"evolving\"}");
    job_started(scene, 1);
    json_decref(ask_json(scene, 200, "POST", "/v1/jobs/resize",
                         "{\"ids\":[1],\"op\":\"expand\",\"n\":2}"));
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs/1", NULL);
    assert_string_equal(text_at(answer, "resizes.0.state"), "offered");
    assert_string_equal(text_at(answer, "resizes.0.note"), "");
    assert_true(is_null_at(answer, "resizes.0.ended"));
    assert_true(is_null_at(answer, "resizes.0.took"));
    turn_add_directive_note(scene->manager.turn, 1,
                            (uint64_t)int_at(answer, "resizes.0.seq"),
                            "in a checkpoint");
    json_decref(answer);
    job_answers(scene, 1, EV_REFUSED);
    answer = ask_json(scene, 200, "GET", "/v1/jobs/1", NULL);
    assert_int_equal(json_array_size(at(answer, "resizes")), 1);
    assert_string_equal(text_at(answer, "resizes.0.op"), "grow");
    assert_string_equal(text_at(answer, "resizes.0.asked_by"), "user");
    assert_true(is_null_at(answer, "resizes.0.for_job"));
    assert_string_equal(text_at(answer, "resizes.0.nodelist"), "n[2-3]");
    assert_string_equal(text_at(answer, "resizes.0.state"), "refused");
    assert_string_equal(text_at(answer, "resizes.0.note"), "in a checkpoint");
    assert_false(is_null_at(answer, "resizes.0.ended"));
    assert_false(is_null_at(answer, "resizes.0.took"));
    assert_true(is_null_at(answer, "resizes.0.retry_after"));
    json_decref(answer);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ended_jobs_come_newest_first_with_their_sums),
        TEST(phases_are_added_when_asked_for),
        TEST(it_can_be_chosen_from),
        TEST(a_resize_makes_phases_and_counts),
        TEST(a_refusal_is_told_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
