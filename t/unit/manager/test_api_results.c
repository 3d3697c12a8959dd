/* SPDX-License-Identifier: BSD-2-Clause */
/* One result per thing, in order, whatever becomes of the others. */
#include "api_scene.h"

#include <event2/http.h>

#include "manager/api_results.h"

struct probe {
    struct scene *scene;
    const char *ids; /* as in the query; NULL: all */
    int64_t seen[10];
    size_t n_seen;
};

static bool is_odd(const struct job *job)
{
    return job->request.id % 2 == 1;
}

/* Odd jobs can be changed, others have an excuse. */
static int change(struct manager *manager, int64_t id, const void *what,
                  struct strbuf *text, struct err *err)
{
    struct probe *probe = (struct probe *)(uintptr_t)what;
    assert_ptr_equal(manager, &probe->scene->manager);
    probe->seen[probe->n_seen++] = id;
    if (id % 2 == 0) {
        err_set(err, ERR_CONFLICT, "%d is even", (int)id);
        return err_hint(err, "take an odd one");
    }
    strbuf_add_fmt(text, "changed %d", (int)id);
    return 0;
}

static void on_probe(struct evhttp_request *http, void *context)
{
    struct probe *probe = context;
    struct api_request *request =
        api_request_create(probe->scene->manager.api, http);
    struct job_ids ids = {.is_all = probe->ids == NULL};
    assert_int_equal(api_request_read(request, NULL), 0);
    if (probe->ids != NULL)
        assert_int_equal(args_param_ids(request, &ids, NULL), 0);
    results_of_jobs(request, &ids, is_odd, change, probe);
}

static json_t *run(struct probe *probe)
{
    struct strbuf path;
    strbuf_init(&path);
    strbuf_add_fmt(&path, "/probe?ids=%s", probe->ids ? probe->ids : "");
    evhttp_set_cb(probe->scene->manager.api->http, "/probe", on_probe, probe);
    json_t *answer = ask_json(probe->scene, 200, "GET", path.text, NULL);
    evhttp_del_cb(probe->scene->manager.api->http, "/probe");
    strbuf_release(&path);
    return answer;
}

static void each_has_its_result_in_the_order_asked(void **state)
{
    struct probe probe = {.scene = *state, .ids = "3,2,1"};
    json_t *answer = run(&probe);
    assert_int_equal(json_array_size(at(answer, "results")), 3);
    assert_int_equal(int_at(answer, "results.0.id"), 3);
    assert_true(json_is_true(at(answer, "results.0.ok")));
    assert_string_equal(text_at(answer, "results.0.text"), "changed 3");
    assert_null(json_object_get(at(answer, "results.0"), "code"));
    assert_true(json_is_false(at(answer, "results.1.ok")));
    assert_string_equal(text_at(answer, "results.1.code"), "ERR_CONFLICT");
    assert_string_equal(text_at(answer, "results.1.text"), "2 is even");
    assert_string_equal(text_at(answer, "results.1.hint"), "take an odd one");
    assert_int_equal(int_at(answer, "results.2.id"), 1);
    json_decref(answer);
}

static void all_means_those_for_which_it_makes_sense(void **state)
{
    struct probe probe = {.scene = *state};
    for (int i = 0; i < 5; i++)
        submit(probe.scene, "{\"command\":\"a\"}");
    json_t *answer = run(&probe);
    assert_int_equal(probe.n_seen, 3);
    assert_int_equal(probe.seen[0], 1);
    assert_int_equal(probe.seen[2], 5);
    assert_int_equal(json_array_size(at(answer, "results")), 3);
    json_decref(answer);
}

static void nothing_to_do_is_no_error(void **state)
{
    struct probe probe = {.scene = *state};
    json_t *answer = run(&probe);
    assert_int_equal(json_array_size(at(answer, "results")), 0);
    json_decref(answer);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_has_its_result_in_the_order_asked),
        TEST(all_means_those_for_which_it_makes_sense),
        TEST(nothing_to_do_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
