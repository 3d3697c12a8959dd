/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests about nodes. */
#include "api_scene.h"

static void expect(struct scene *scene, const char *verb, const char *body,
                   const char *expected)
{
    char path[64];
    struct strbuf got;
    size_t i;
    const json_t *result;
    snprintf(path, sizeof(path), "/v1/nodes/%s", verb);
    json_t *answer = ask_json(scene, 200, "POST", path, body);
    strbuf_init(&got);
    json_array_foreach(at(answer, "results"), i, result) strbuf_add_fmt(
        &got, "%s%s %s %s", i ? "; " : "", text_at(result, "node"),
        json_is_true(at(result, "ok")) ? "ok" : text_at(result, "code"),
        text_at(result, "text"));
    assert_string_equal(got.text, expected);
    strbuf_release(&got);
    json_decref(answer);
}

/* "n1:idle n2:allocated/1..." */
static void expect_nodes(struct scene *scene, const char *expected)
{
    json_t *answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    struct strbuf got;
    size_t i;
    const json_t *node;
    strbuf_init(&got);
    json_array_foreach(at(answer, "nodes"), i, node)
    {
        strbuf_add_fmt(&got, "%s%s:%s", i ? " " : "", text_at(node, "name"),
                       text_at(node, "state"));
        if (!is_null_at(node, "job"))
            strbuf_add_fmt(&got, "/%d", (int)int_at(node, "job"));
    }
    assert_string_equal(got.text, expected);
    strbuf_release(&got);
    json_decref(answer);
}

static void nodes_show_their_state_and_owner(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":2}");
    expect_nodes(scene, "n1:allocated/1 n2:allocated/1 n3:idle n4:idle "
                        "n5:idle");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    assert_int_equal(int_at(answer, "nodes.0.slots"), 2);
    assert_int_equal(int_at(answer, "nodes.4.number"), 4);
    /* since when it is what it is */
    assert_false(is_null_at(answer, "nodes.0.since"));
    char *since = strdup(text_at(answer, "nodes.0.since"));
    json_decref(answer);
    job_started(scene, 1);
    job_exited(scene, 1, 0);
    answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    assert_true(strcmp(text_at(answer, "nodes.0.since"), since) > 0);
    json_decref(answer);
    free(since);
}

static void drain_keeps_the_reason_and_resume_drops_it(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":2}");
    expect(scene, "drain",
           "{\"nodes\":[\"n[2-3]\",\"zz\"],\"reason\":\"bad dimm\"}",
           "n2 ok drained once job 1 has left it; n3 ok drained; "
           "zz ERR_NOT_FOUND no node zz in the pool");
    expect_nodes(scene, "n1:allocated/1 n2:draining/1 n3:drained n4:idle "
                        "n5:idle");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    assert_string_equal(text_at(answer, "nodes.2.reason"), "bad dimm");
    assert_false(is_null_at(answer, "nodes.2.since"));
    json_decref(answer);
    expect(scene, "resume", "{\"nodes\":\"n[2-3]\"}",
           "n2 ok allocated; n3 ok idle");
    answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    assert_string_equal(text_at(answer, "nodes.2.reason"), "");
    json_decref(answer);
}

static void a_node_that_is_down_can_be_resumed(void **state)
{
    struct scene *scene = *state;
    struct event event;
    event_init(&event, EV_NODE_DOWN, manager_now(&scene->manager));
    idset_add(&event.nodes, 4);
    assert_int_equal(manager_event(&scene->manager, &event, NULL), 0);
    expect_nodes(scene, "n1:idle n2:idle n3:idle n4:idle n5:down");
    expect(scene, "resume", "{\"nodes\":[\"n5\"]}", "n5 ok idle");
}

static void nodes_come_and_go(void **state)
{
    struct scene *scene = *state;
    expect(scene, "add", "{\"nodes\":[\"n[6-7] slots=4\",\"n8\"]}",
           "n6 ok added; n7 ok added; n8 ok added");
    expect_nodes(scene, "n1:idle n2:idle n3:idle n4:idle n5:idle n6:idle "
                        "n7:idle n8:idle");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/nodes", NULL);
    assert_int_equal(int_at(answer, "nodes.6.slots"), 4);
    json_decref(answer);
    expect(scene, "remove", "{\"nodes\":[\"n[1-2]\"]}",
           "n1 ok removed; n2 ok removed");
    int64_t id = submit(scene, "{\"command\":\"a\",\"min_nodes\":1}");
    assert_int_equal(id, 1);
    expect(scene, "remove", "{\"nodes\":[\"n3\"]}",
           "n3 ok leaves when its job has ended");
    expect_nodes(scene, "n3:leaving/1 n4:idle n5:idle n6:idle n7:idle n8:idle");
}

static void bad_names_are_refused(void **state)
{
    struct scene *scene = *state;
    static const char *const bodies[] = {"{}",
                                         "{\"nodes\":[]}",
                                         "{\"nodes\":[\"n[1-\"]}",
                                         "{\"nodes\":[\"-oProxyCommand=x\"]}",
                                         "{\"nodes\":[\"a;b\"]}",
                                         "{\"nodes\":[7]}",
                                         "{\"node\":[\"n1\"]}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        json_decref(ask_json(scene, 400, "POST", "/v1/nodes/drain", bodies[i]));
        json_decref(ask_json(scene, 400, "POST", "/v1/nodes/add", bodies[i]));
    }
    json_decref(ask_json(scene, 400, "POST", "/v1/nodes/add",
                         "{\"nodes\":[\"n6 slots=x\"]}"));
    expect_nodes(scene, "n1:idle n2:idle n3:idle n4:idle n5:idle");
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nodes_show_their_state_and_owner),
        TEST(drain_keeps_the_reason_and_resume_drops_it),
        TEST(a_node_that_is_down_can_be_resumed),
        TEST(nodes_come_and_go),
        TEST(bad_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
