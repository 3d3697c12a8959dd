/* SPDX-License-Identifier: BSD-2-Clause */
/* The values that all answers are made of. */
#include "api_scene.h"

#include <time.h>

#include "manager/views.h"

#define MOMENT ((time_us)1795430960 * USEC_PER_SEC + 123456)

static void expect_text(json_t *value, const char *expected)
{
    if (expected == NULL)
        assert_true(json_is_null(value));
    else
        assert_string_equal(json_string_value(value), expected);
    json_decref(value);
}

static void times_are_iso_8601_in_utc(void **state)
{
    (void)state;
    expect_text(views_time(MOMENT), "2026-11-23T10:49:20.123456Z");
    expect_text(views_time(1), "1970-01-01T00:00:00.000001Z");
    expect_text(views_time(0), NULL);
    expect_text(views_time(TIME_NEVER), NULL);
}

static void times_can_be_read_back(void **state)
{
    (void)state;
    time_us when = 7;
    assert_int_equal(views_parse_time("2026-11-23T10:49:20.123456Z", &when), 0);
    assert_int_equal(when, MOMENT);
    assert_int_equal(views_parse_time("2026-11-23T10:49:20Z", &when), 0);
    assert_int_equal(when, MOMENT - 123456);
    assert_int_equal(views_parse_time("2026-11-23T10:49:20.5Z", &when), 0);
    assert_int_equal(when, MOMENT - 123456 + 500000);
    assert_int_equal(views_parse_time("2026-11-23T10:49:20.1234567Z", &when),
                     -1);
    assert_int_equal(views_parse_time("1795430960", &when), 0);
    assert_int_equal(when, MOMENT - 123456);
    static const char *const bad[] = {"",
                                      "now",
                                      "-1",
                                      "2026-11-23",
                                      "2026-11-23T10:49:20",
                                      "2026-11-23T10:49:20Zx",
                                      "1e99",
                                      "nan"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(views_parse_time(bad[i], &when), -1);
}

static void spans_are_seconds(void **state)
{
    (void)state;
    json_t *value = views_seconds(90 * USEC_PER_SEC);
    assert_int_equal(json_integer_value(value), 90);
    json_decref(value);
    value = views_seconds(1500000);
    assert_true(json_real_value(value) > 1.49 && json_real_value(value) < 1.51);
    json_decref(value);
    value = views_seconds(TIME_NEVER);
    assert_true(json_is_null(value));
    json_decref(value);
}

static void text_that_is_not_utf8_does_no_harm(void **state)
{
    (void)state;
    expect_text(views_text("M\xc3\xbcnster"), "M\xc3\xbcnster");
    expect_text(views_text("bad \xff\xfe end"), "bad ?? end");
    expect_text(views_text(NULL), NULL);
}

static void nodes_are_listed_by_name(void **state)
{
    struct scene *scene = *state;
    struct views views;
    struct idset nodes;
    views_init(&views, &scene->manager);
    idset_init(&nodes);
    json_t *object = json_object();
    views_put_nodes(object, &views, &nodes);
    assert_string_equal(text_at(object, "nodelist"), "");
    assert_int_equal(json_array_size(at(object, "nodes")), 0);
    idset_add_range(&nodes, 1, 3);
    views_put_nodes(object, &views, &nodes);
    assert_string_equal(text_at(object, "nodelist"), "n[2-4]");
    assert_string_equal(text_at(object, "nodes.2"), "n4");
    json_decref(object);
    idset_release(&nodes);
    views_release(&views);
}

static void clocks_are_local_and_short(void **state)
{
    struct scene *scene = *state;
    struct views views;
    struct strbuf text;
    setenv("TZ", "UTC", 1);
    tzset();
    views_init(&views, &scene->manager);
    views.now = MOMENT;
    strbuf_init(&text);
    views_add_clock(&text, &views, MOMENT + 3600 * USEC_PER_SEC, false);
    assert_string_equal(text.text, "11:49");
    strbuf_reset(&text);
    views_add_clock(&text, &views, MOMENT, true);
    assert_string_equal(text.text, "10:49:20");
    strbuf_reset(&text);
    views_add_clock(&text, &views, MOMENT + 86400 * USEC_PER_SEC, false);
    assert_string_equal(text.text, "Nov 24 10:49");
    strbuf_release(&text);
    views_release(&views);
}

static void one_forecast_serves_a_whole_list(void **state)
{
    struct scene *scene = *state;
    struct views views;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":5,\"walltime\":\"10:00\"}");
    job_started(scene, 1);
    for (int i = 0; i < 3; i++)
        submit(scene,
               "{\"command\":\"a\",\"min_nodes\":5,\"walltime\":\"10:00\"}");
    views_init_list(&views, &scene->manager);
    assert_int_equal(views.first, 2);
    assert_null(views_find_start(&views, 1));
    const struct views_start *last = views_find_start(&views, 4);
    assert_non_null(last);
    assert_int_equal(last->position, 3);
    assert_true(last->start > views.now + 1700 * USEC_PER_SEC);
    views_release(&views);
    views_init(&views, &scene->manager);
    assert_null(views_find_start(&views, 4));
    views_release(&views);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_iso_8601_in_utc),
        cmocka_unit_test(times_can_be_read_back),
        cmocka_unit_test(spans_are_seconds),
        cmocka_unit_test(text_that_is_not_utf8_does_no_harm),
        TEST(nodes_are_listed_by_name),
        TEST(clocks_are_local_and_short),
        TEST(one_forecast_serves_a_whole_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
