/* SPDX-License-Identifier: BSD-2-Clause */
/* Which handler gets a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "manager/api_handlers.h"
#include "manager/api_route.h"

static const struct api_route *find(const char *method, const char *path,
                                    int64_t *id, int *status, struct err *err)
{
    *status = 0;
    *err = (struct err){0};
    return api_route_find(method, path, id, status, err);
}

static void a_path_and_a_method_lead_to_a_handler(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        api_handler_f *handler;
        int64_t id;
        bool is_change;
    } table[] = {
        {"GET", "/v1/status", api_get_status, 0, false},
        {"GET", "/v1/jobs", api_get_jobs, 0, false},
        {"POST", "/v1/jobs", api_post_jobs, 0, true},
        {"GET", "/v1/jobs/wait", api_get_wait, 0, false},
        {"GET", "/v1/jobs/17", api_get_job, 17, false},
        {"GET", "/v1/jobs/17/why", api_get_why, 17, false},
        {"POST", "/v1/jobs/cancel", api_post_cancel, 0, true},
        {"POST", "/v1/jobs/resize", api_post_resize, 0, true},
        {"GET", "/v1/nodes", api_get_nodes, 0, false},
        {"POST", "/v1/nodes/drain", api_post_drain, 0, true},
        {"GET", "/v1/events", api_get_events, 0, false},
        {"GET", "/v1/history", api_get_history, 0, false},
        {"GET", "/v1/learned", api_get_learned, 0, false},
        {"POST", "/v1/stop", api_post_stop, 0, false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t id = -1;
        int status;
        struct err err;
        const struct api_route *route =
            find(table[i].method, table[i].path, &id, &status, &err);
        assert_non_null(route);
        assert_ptr_equal(route->handler, table[i].handler);
        assert_int_equal(id, table[i].id);
        assert_int_equal(route->is_change, table[i].is_change);
    }
}

static void an_unknown_path_gets_a_hint(void **state)
{
    (void)state;
    static const char *const paths[] = {"",
                                        "/",
                                        "/v2/status",
                                        "/v1/jobs/",
                                        "/v1/jobs/x/why",
                                        "/v1/jobs/7/",
                                        "/v1/jobs/-7"};
    int64_t id;
    int status;
    struct err err;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_null(find("GET", paths[i], &id, &status, &err));
        assert_int_equal(status, 404);
        assert_int_equal(err.code, ERR_NOT_FOUND);
        assert_true(err.hint[0] != '\0');
    }
    find("GET", "/v1/statsu", &id, &status, &err);
    assert_string_equal(err.hint, "did you mean /v1/status?");
    find("POST", "/v1/node/drain", &id, &status, &err);
    assert_string_equal(err.hint, "did you mean /v1/nodes/drain?");
}

static void a_wrong_method_is_told_the_right_one(void **state)
{
    (void)state;
    int64_t id;
    int status;
    struct err err;
    assert_null(find("POST", "/v1/status", &id, &status, &err));
    assert_int_equal(status, 405);
    assert_string_equal(err.hint, "use GET");
    assert_null(find("GET", "/v1/jobs/cancel", &id, &status, &err));
    assert_int_equal(status, 405);
    assert_string_equal(err.hint, "use POST");
    assert_null(find("DELETE", "/v1/jobs/3", &id, &status, &err));
    assert_int_equal(status, 405);
}

static void a_number_beyond_all_ids_is_no_overflow(void **state)
{
    (void)state;
    int64_t id;
    int status;
    struct err err;
    const struct api_route *route = find(
        "GET", "/v1/jobs/99999999999999999999999999/why", &id, &status, &err);
    assert_non_null(route);
    assert_true(id > 9999999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_and_a_method_lead_to_a_handler),
        cmocka_unit_test(an_unknown_path_gets_a_hint),
        cmocka_unit_test(a_wrong_method_is_told_the_right_one),
        cmocka_unit_test(a_number_beyond_all_ids_is_no_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
