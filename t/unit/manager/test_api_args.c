/* SPDX-License-Identifier: BSD-2-Clause */
/* What a request may ask for, and what it is told when it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/queue.h>

#include "manager/api_args.h"
#include "manager/node_names.h"

struct scene {
    struct manager manager;
    struct api api;
    struct api_request request;
    struct err err;
};

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    scene->manager.nodes = node_names_create();
    for (uint32_t i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof(name), "n%u", i + 1);
        node_names_put(scene->manager.nodes, i, name, 2);
    }
    scene->api.manager = &scene->manager;
    scene->request.api = &scene->api;
    TAILQ_INIT(&scene->request.params);
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;
    json_decref(scene->request.body);
    evhttp_clear_headers(&scene->request.params);
    node_names_destroy(scene->manager.nodes);
    free(scene);
    return 0;
}

static struct api_request *with_body(struct scene *scene, const char *text)
{
    json_decref(scene->request.body);
    scene->request.body = json_loads(text, 0, NULL);
    assert_non_null(scene->request.body);
    scene->err = (struct err){0};
    return &scene->request;
}

static struct api_request *with_query(struct scene *scene, const char *text)
{
    evhttp_clear_headers(&scene->request.params);
    assert_int_equal(evhttp_parse_query_str(text, &scene->request.params), 0);
    scene->err = (struct err){0};
    return &scene->request;
}

static void a_misspelt_key_is_told_the_right_one(void **state)
{
    struct scene *scene = *state;
    static const char *const keys[] = {"ids", "priority"};
    struct api_request *request = with_body(scene, "{\"priorty\": 5}");
    assert_int_equal(args_check(request, keys, 2, &scene->err), -1);
    assert_string_equal(scene->err.text, "priorty: unknown key");
    assert_string_equal(scene->err.hint, "did you mean \"priority\"?");
    request = with_body(scene, "{\"schema\": 1, \"ids\": [1]}");
    assert_int_equal(args_check(request, keys, 2, &scene->err), 0);
    scene->request.body = (json_decref(scene->request.body), NULL);
    assert_int_equal(args_check(request, keys, 2, &scene->err), -1);
    assert_string_equal(scene->err.text, "the request needs a JSON body");
}

static void numbers_have_their_range(void **state)
{
    struct scene *scene = *state;
    struct api_request *request =
        with_body(scene, "{\"n\": 5, \"s\": \"5\", \"r\": 5.5, \"z\": null}");
    int64_t n = 77;
    assert_int_equal(args_int(request, "n", 1, 5, &n, &scene->err), 0);
    assert_int_equal(n, 5);
    assert_int_equal(args_int(request, "missing", 1, 5, &n, &scene->err), 0);
    assert_int_equal(args_int(request, "z", 1, 5, &n, &scene->err), 0);
    assert_int_equal(n, 5);
    assert_int_equal(args_int(request, "n", 1, 4, &n, &scene->err), -1);
    assert_string_equal(scene->err.text,
                        "n: a whole number from 1 to 4 expected");
    assert_int_equal(args_int(request, "s", 1, 9, &n, &scene->err), -1);
    assert_int_equal(args_int(request, "r", 1, 9, &n, &scene->err), -1);
}

static void spans_are_seconds(void **state)
{
    struct scene *scene = *state;
    struct api_request *request = with_body(
        scene, "{\"a\": 90, \"b\": 0.25, \"c\": -1, \"d\": 1e9, \"e\": true}");
    dur_us span = 0;
    assert_int_equal(args_seconds(request, "a", 0, &span, &scene->err), 0);
    assert_int_equal(span, 90 * USEC_PER_SEC);
    assert_int_equal(args_seconds(request, "b", 0, &span, &scene->err), 0);
    assert_int_equal(span, 250000);
    assert_int_equal(args_seconds(request, "c", 0, &span, &scene->err), -1);
    assert_int_equal(
        args_seconds(request, "c", -USEC_PER_SEC, &span, &scene->err), 0);
    assert_int_equal(span, -USEC_PER_SEC);
    assert_int_equal(args_seconds(request, "d", 0, &span, &scene->err), -1);
    assert_int_equal(args_seconds(request, "e", 0, &span, &scene->err), -1);
}

static void flags_and_texts_have_their_type(void **state)
{
    struct scene *scene = *state;
    struct api_request *request =
        with_body(scene, "{\"t\": true, \"x\": \"word\", \"n\": null}");
    bool flag = false;
    const char *text = "before";
    assert_int_equal(args_bool(request, "t", &flag, &scene->err), 0);
    assert_true(flag);
    assert_int_equal(args_bool(request, "x", &flag, &scene->err), -1);
    assert_int_equal(args_string(request, "n", &text, &scene->err), 0);
    assert_string_equal(text, "before");
    assert_int_equal(args_string(request, "x", &text, &scene->err), 0);
    assert_string_equal(text, "word");
    assert_int_equal(args_string(request, "t", &text, &scene->err), -1);
}

static void expect_ids(struct scene *scene, const char *body, size_t n,
                       const int64_t *expected)
{
    struct job_ids ids;
    assert_int_equal(args_ids(with_body(scene, body), &ids, &scene->err), 0);
    assert_int_equal(ids.n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(ids.ids[i], expected[i]);
    job_ids_release(&ids);
}

static void ids_are_numbers_ranges_or_all(void **state)
{
    struct scene *scene = *state;
    struct job_ids ids;
    static const int64_t some[] = {3, 7, 8, 9, 2};
    expect_ids(scene, "{\"ids\": [3, \"7-9\", \"2\"]}", 5, some);
    expect_ids(scene, "{\"ids\": 3}", 1, some);
    expect_ids(scene, "{\"ids\": \"3,7-9,2\"}", 5, some);
    expect_ids(scene, "{\"ids\": []}", 0, NULL);
    assert_int_equal(
        args_ids(with_body(scene, "{\"all\": true}"), &ids, &scene->err), 0);
    assert_true(ids.is_all);
    job_ids_release(&ids);
}

static void bad_ids_are_refused(void **state)
{
    struct scene *scene = *state;
    static const char *const bodies[] = {
        "{}",
        "{\"ids\": [1], \"all\": true}",
        "{\"all\": false}",
        "{\"ids\": [0]}",
        "{\"ids\": [-1]}",
        "{\"ids\": [10000000]}",
        "{\"ids\": [1.5]}",
        "{\"ids\": \"1,\"}",
        "{\"ids\": \"3-1\"}",
        "{\"ids\": \"x\"}",
        "{\"ids\": \"1 2\"}",
        "{\"ids\": \"1-9999999\"}",
        "{\"ids\": \"99999999999999999999\"}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct job_ids ids;
        int rc = args_ids(with_body(scene, bodies[i]), &ids, &scene->err);
        if (rc != -1)
            fail_msg("taken: %s", bodies[i]);
        assert_int_equal(scene->err.code, ERR_INPUT);
        job_ids_release(&ids);
    }
}

static void the_query_has_ids_and_numbers(void **state)
{
    struct scene *scene = *state;
    struct api_request *request =
        with_query(scene, "ids=1%2C4-6&limit=10&full=1&any=0&bad=x1");
    struct job_ids ids;
    int64_t limit = 5;
    assert_int_equal(args_param_ids(request, &ids, &scene->err), 0);
    assert_int_equal(ids.n, 4);
    assert_int_equal(ids.ids[3], 6);
    job_ids_release(&ids);
    assert_int_equal(
        args_param_int(request, "limit", 0, 100, &limit, &scene->err), 0);
    assert_int_equal(limit, 10);
    assert_int_equal(args_param_int(request, "bad", 0, 9, &limit, &scene->err),
                     -1);
    assert_true(api_request_flag(request, "full"));
    assert_false(api_request_flag(request, "any"));
    assert_false(api_request_flag(request, "missing"));
    assert_null(api_request_param(request, "missing"));
    assert_int_equal(
        args_param_ids(with_query(scene, "x=1"), &ids, &scene->err), 0);
    assert_int_equal(ids.n, 0);
    job_ids_release(&ids);
}

static void nodes_are_names_and_brackets(void **state)
{
    struct scene *scene = *state;
    struct idset nodes;
    struct hostlist names;
    idset_init(&nodes);
    hostlist_init(&names);
    struct api_request *request =
        with_body(scene, "{\"nodes\": [\"n4\", \"n[1-2]\"]}");
    assert_int_equal(args_nodes(request, "nodes", &nodes, &scene->err), 0);
    assert_int_equal(idset_count(&nodes), 3);
    assert_true(idset_has(&nodes, 3) && idset_has(&nodes, 0));
    assert_int_equal(args_names(request, "nodes", &names, &scene->err), 0);
    assert_string_equal(names.names[0], "n4");
    request = with_body(scene, "{\"nodes\": \"n[1-2],zz\"}");
    assert_int_equal(args_nodes(request, "nodes", &nodes, &scene->err), -1);
    assert_int_equal(scene->err.code, ERR_NOT_FOUND);
    assert_string_equal(scene->err.text, "nodes: no node zz");
    request = with_body(scene, "{\"nodes\": [\"n[1-\"]}");
    assert_int_equal(args_nodes(request, "nodes", &nodes, &scene->err), -1);
    assert_int_equal(scene->err.code, ERR_INPUT);
    request = with_body(scene, "{\"nodes\": [7]}");
    assert_int_equal(args_names(request, "nodes", &names, &scene->err), -1);
    assert_int_equal(
        args_nodes(with_body(scene, "{}"), "nodes", &nodes, &scene->err), 0);
    hostlist_release(&names);
    idset_release(&nodes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_misspelt_key_is_told_the_right_one),
        TEST(numbers_have_their_range),
        TEST(spans_are_seconds),
        TEST(flags_and_texts_have_their_type),
        TEST(ids_are_numbers_ranges_or_all),
        TEST(bad_ids_are_refused),
        TEST(the_query_has_ids_and_numbers),
        TEST(nodes_are_names_and_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
