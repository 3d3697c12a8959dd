/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "stage.h"

#define OFFERED                                                             \
    FAKE_OK("{\"results\":[{\"id\":5,\"ok\":true,\"text\":\"expand 3 -> 5 " \
            "(n[8-9]) offered\"}]}")
#define SIZE(n, directive)                                                  \
    FAKE_OK("{\"job\":{\"id\":5,\"n_nodes\":" n ",\"directive\":" directive \
            "}}")

static void test_expanding(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "expand 5 +2", OFFERED);
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "job 5: expand 3 -> 5 (n[8-9]) offered\n");
    expect_part(s.requests, "POST /v1/jobs/resize HTTP");
    expect_part(s.requests, "{\"ids\":[5],\"op\":\"expand\",\"n\":2}");
    stage_release(&s);
    STAGE_RUN(&s, "expand 5 2 -q", OFFERED);
    expect_part(s.requests, "\"n\":2}");
    assert_string_equal(s.out, "");
    stage_release(&s);
}

static void test_shrinking_with_a_minus(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "shrink 5 -2 --deadline 60s", OFFERED);
    expect_part(s.requests, "\"op\":\"shrink\",\"n\":2,\"deadline\":60.0}");
    stage_release(&s);
    STAGE_RUN(&s, "shrink --deadline 60 5 2", OFFERED);
    expect_part(s.requests, "\"op\":\"shrink\",\"n\":2,\"deadline\":60.0}");
    stage_release(&s);
}

static void test_resizing(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "resize 5 4", OFFERED);
    expect_part(s.requests, "\"op\":\"resize\",\"n\":4}");
    stage_release(&s);
}

static void test_nodes_by_name(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "shrink 5 --nodes 'n[8-9]'", OFFERED);
    expect_part(s.requests, "\"ids\":[5],\"op\":\"shrink\",\"n\":2,"
                            "\"nodes\":[\"n8\",\"n9\"]}");
    stage_release(&s);
    STAGE_RUN(&s, "expand 5 2 --nodes 'n[8-9]'", OFFERED);
    expect_part(s.requests, "\"ids\":[5]");
    stage_release(&s);
}

static void test_waiting_until_it_is_done(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "expand 5 2 --wait", SIZE("3", "null"), OFFERED,
              SIZE("3", "{\"seq\":4}"), SIZE("3", "{\"seq\":4}"),
              SIZE("5", "null"));
    assert_int_equal(s.status, 0);
    expect_part(s.out, "job 5: now 5 nodes\n");
    stage_release(&s);
}

static void test_a_refused_one_is_a_failure(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "expand 5 2 --wait", SIZE("3", "null"), OFFERED,
              SIZE("3", "{\"seq\":4}"), SIZE("3", "{\"seq\":5}"));
    assert_int_equal(s.status, 1);
    expect_part(s.told, "it was to have 5 nodes, but has 3");
    stage_release(&s);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const bad[] = {"expand",
                                      "expand 5",
                                      "expand 5 0",
                                      "expand 5 -2",
                                      "shrink 5 +2",
                                      "resize 5 +2",
                                      "expand 5 x",
                                      "expand x 2",
                                      "expand 5 3 --nodes 'n[8-9]'",
                                      "expand 5 2 --deadline soon",
                                      "expand 5-6 2 --wait",
                                      "expand all 1 --nodes '['"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct stage s = {0};
        STAGE_RUN_ALONE(&s, bad[i]);
        if (s.status != 2 && s.status != 1) {
            print_error("%s gave %d\n", bad[i], s.status);
            fail();
        }
        stage_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expanding),
        cmocka_unit_test(test_shrinking_with_a_minus),
        cmocka_unit_test(test_resizing),
        cmocka_unit_test(test_nodes_by_name),
        cmocka_unit_test(test_waiting_until_it_is_done),
        cmocka_unit_test(test_a_refused_one_is_a_failure),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
