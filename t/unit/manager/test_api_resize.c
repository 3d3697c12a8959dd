/* SPDX-License-Identifier: BSD-2-Clause */
/* POST /v1/jobs/resize. */
#include "api_scene.h"

#define ELASTIC                                                    \
    "{\"command\":\"a\",\"min_nodes\":2,\"max_nodes\":4,\"type\":" \
    "\"evolving\"}"

/* The text of the one result. */
static void expect(struct scene *scene, const char *body, const char *code,
                   const char *expected)
{
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs/resize", body);
    assert_string_equal(text_at(answer, "results.0.text"), expected);
    if (json_is_true(at(answer, "results.0.ok")))
        assert_string_equal(code, "ok");
    else
        assert_string_equal(text_at(answer, "results.0.code"), code);
    json_decref(answer);
}

static void run_one(struct scene *scene)
{
    assert_int_equal(submit(scene, ELASTIC), 1);
    job_started(scene, 1);
}

static void expand_tells_what_is_offered(void **state)
{
    struct scene *scene = *state;
    run_one(scene);
    expect(scene, "{\"ids\":[1],\"op\":\"expand\",\"n\":2}", "ok",
           "expand 2 -> 4 (n[3-4]) offered");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/jobs/1", NULL);
    assert_string_equal(text_at(answer, "job.state"), "growing");
    assert_string_equal(text_at(answer, "job.directive.op"), "grow");
    assert_string_equal(text_at(answer, "job.directive.asked_by"), "user");
    assert_string_equal(text_at(answer, "job.directive.nodelist"), "n[3-4]");
    assert_contains(text_at(answer, "job.reason_text"), "expand by 2 (n[3-4])");
    json_decref(answer);
    expect(scene, "{\"ids\":[1],\"op\":\"expand\",\"n\":1}", "ERR_CONFLICT",
           "job 1 is growing already: wait for its answer");
    job_answers(scene, 1, EV_DONE);
    expect(scene, "{\"ids\":[1],\"op\":\"shrink\",\"nodes\":[\"n3\"]}", "ok",
           "shrink 4 -> 3 (n3) offered");
}

static void a_size_is_reached_from_either_side(void **state)
{
    struct scene *scene = *state;
    run_one(scene);
    expect(scene, "{\"ids\":[1],\"op\":\"resize\",\"n\":2}", "ERR_CONFLICT",
           "job 1 has 2 nodes already");
    expect(scene, "{\"ids\":[1],\"n\":3,\"deadline\":60}", "ok",
           "expand 2 -> 3 (n3) offered");
    job_answers(scene, 1, EV_DONE);
    expect(scene, "{\"ids\":[1],\"op\":\"resize\",\"n\":2}", "ok",
           "shrink 3 -> 2 (n3) offered");
}

static void what_the_core_refuses_is_told(void **state)
{
    struct scene *scene = *state;
    run_one(scene);
    submit(scene, "{\"command\":\"a\",\"min_nodes\":1}");
    expect(scene, "{\"ids\":[1],\"op\":\"expand\",\"n\":3}", "ERR_CONFLICT",
           "job 1 has 2 nodes and max_nodes 4");
    expect(scene, "{\"ids\":[1],\"op\":\"shrink\",\"n\":1}", "ERR_CONFLICT",
           "job 1 has 2 nodes and min_nodes 2");
    expect(scene, "{\"ids\":[1],\"op\":\"expand\",\"nodes\":[\"n1\"]}",
           "ERR_CONFLICT", "not all of those nodes are idle");
    expect(scene, "{\"ids\":[2],\"op\":\"expand\",\"n\":1}", "ERR_CONFLICT",
           "job 2 is rigid: its size is fixed");
    expect(scene, "{\"ids\":[9],\"op\":\"expand\",\"n\":1}", "ERR_NOT_FOUND",
           "no job 9");
    expect(scene, "{\"ids\":[9],\"op\":\"resize\",\"n\":1}", "ERR_NOT_FOUND",
           "no job 9");
}

static void a_bad_request_is_refused_as_a_whole(void **state)
{
    struct scene *scene = *state;
    static const struct {
        int status;
        const char *body, *text;
    } table[] = {
        {400, "{\"ids\":[1],\"op\":\"grow\",\"n\":1}",
         "op: \"expand\", \"shrink\" or \"resize\" expected"},
        {400, "{\"ids\":[1],\"op\":\"expand\"}",
         "one of \"n\" and \"nodes\" expected"},
        {400, "{\"ids\":[1],\"op\":\"expand\",\"n\":0}",
         "n: a whole number from 1 to 100000 expected"},
        {400, "{\"ids\":[1],\"op\":\"expand\",\"n\":2,\"nodes\":[\"n3\"]}",
         "n is 2, but 1 nodes are named"},
        {400, "{\"ids\":[1],\"op\":\"resize\",\"nodes\":[\"n3\"]}",
         "nodes: only for \"expand\" and \"shrink\""},
        {404, "{\"ids\":[1],\"op\":\"expand\",\"nodes\":[\"zz\"]}",
         "nodes: no node zz"},
        {400, "{\"op\":\"expand\",\"n\":1}",
         "one of \"ids\" and \"all\": true expected"},
    };
    run_one(scene);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        json_t *error = ask_json(scene, table[i].status, "POST",
                                 "/v1/jobs/resize", table[i].body);
        assert_string_equal(text_at(error, "error.text"), table[i].text);
        json_decref(error);
    }
    assert_false(job_has_open_directive(sched_job(scene->manager.sched, 1)));
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(expand_tells_what_is_offered),
        TEST(a_size_is_reached_from_either_side),
        TEST(what_the_core_refuses_is_told),
        TEST(a_bad_request_is_refused_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
