/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/time_text.h"

#define NOW (1795430960 * USEC_PER_SEC + 123456) /* 2026-11-23T10:49:20Z */

static void test_instants_are_read(void **state)
{
    (void)state;
    time_us t;
    assert_int_equal(time_text_parse("2026-11-23T10:49:20.123456Z", &t), 0);
    assert_true(t == NOW);
    assert_int_equal(time_text_parse("2026-11-23T10:49:20Z", &t), 0);
    assert_true(t == NOW - 123456);
    assert_int_equal(time_text_parse("2026-11-23T10:49:20.5Z", &t), 0);
    assert_true(t == NOW - 123456 + 500000);
    assert_int_equal(time_text_parse("1970-01-01T00:00:00Z", &t), 0);
    assert_true(t == 0);
}

static void test_what_is_no_instant(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "now",
                                      "2026-11-23",
                                      "2026-11-23T10:49:20",
                                      "2026-11-23T10:49:20+01:00",
                                      "2026-13-23T10:49:20Z"};
    time_us t = 7;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(time_text_parse(bad[i], &t), -1);
    assert_int_equal(time_text_parse(NULL, &t), -1);
    assert_true(t == 7);
}

static void test_instants_are_written(void **state)
{
    (void)state;
    char text[TIME_TEXT_MAX];
    assert_string_equal(time_text_iso(NOW, text),
                        "2026-11-23T10:49:20.123456Z");
    assert_string_equal(time_text_iso(0, text), "1970-01-01T00:00:00.000000Z");
}

static void test_people_read_the_clock(void **state)
{
    (void)state;
    char text[TIME_TEXT_MAX];
    assert_string_equal(time_text_clock(NOW, NOW, text), "10:49:20");
    assert_string_equal(time_text_clock(NOW + 3600 * USEC_PER_SEC, NOW, text),
                        "11:49:20");
    assert_string_equal(
        time_text_clock(NOW - 48 * 3600 * USEC_PER_SEC, NOW, text),
        "Nov 21 10:49");
}

static void test_since(void **state)
{
    (void)state;
    time_us t;
    struct err err;
    assert_int_equal(time_text_since("-1d", NOW, &t, &err), 0);
    assert_true(t == NOW - 86400 * USEC_PER_SEC);
    assert_int_equal(time_text_since("30m", NOW, &t, &err), 0);
    assert_true(t == NOW - 1800 * USEC_PER_SEC);
    assert_int_equal(time_text_since("today", NOW, &t, &err), 0);
    assert_true(t == NOW - (10 * 3600 + 49 * 60 + 20) * USEC_PER_SEC - 123456);
    assert_int_equal(time_text_since("2026-11-23T00:00:00Z", NOW, &t, &err), 0);
    assert_int_equal(time_text_since("monday", NOW, &t, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.hint, "-1d"));
}

static void expect_at(const char *text, const char *expected)
{
    char buf[TIME_TEXT_MAX];
    time_us t;
    struct err err;
    if (time_text_at("--ends-at", text, NOW, &t, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(time_text_iso(t, buf), expected);
}

/* NOW is 2026-11-23 10:49:20, and the zone is UTC. */
static void test_times_to_come(void **state)
{
    (void)state;
    time_us t;
    struct err err;
    expect_at("18:00", "2026-11-23T18:00:00.000000Z");
    expect_at("10:49:21", "2026-11-23T10:49:21.000000Z");
    expect_at("10:49", "2026-11-24T10:49:00.000000Z");
    expect_at("10:49:20", "2026-11-24T10:49:20.000000Z");
    expect_at("2026-11-30T07:05", "2026-11-30T07:05:00.000000Z");
    expect_at("2026-11-30 07:05:09", "2026-11-30T07:05:09.000000Z");
    expect_at("2026-11-23T18:00:00.5Z", "2026-11-23T18:00:00.500000Z");
    assert_int_equal(
        time_text_at("--ends-at", "2026-11-23T10:49", NOW, &t, &err), -1);
    assert_string_equal(err.text, "--ends-at: 2026-11-23T10:49 is over");
    static const char *const bad[] = {"",       "25:00", "18",
                                      "18:00x", "noon",  "2026-13-01T00:00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(time_text_at("--ends-at", bad[i], NOW, &t, &err), -1);
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.text, "is not a time"));
    }
}

static void test_spans_in_options_are_seconds_if_nothing_is_said(void **state)
{
    (void)state;
    dur_us span;
    struct err err;
    assert_int_equal(time_text_span("--grace", "30", &span, &err), 0);
    assert_true(span == 30 * USEC_PER_SEC);
    assert_int_equal(time_text_span("--grace", "5m", &span, &err), 0);
    assert_true(span == 300 * USEC_PER_SEC);
    assert_int_equal(time_text_span("--grace", "inf", &span, &err), 0);
    assert_true(span == TIME_NEVER);
    assert_int_equal(time_text_span("--grace", "long", &span, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_int_equal(strncmp(err.text, "--grace: ", 9), 0);
    assert_int_equal(time_text_span("--grace", "0", &span, &err), -1);
    assert_int_equal(time_text_span_or_none("-t", "0", &span, &err), 0);
    assert_true(span == 0);
    assert_int_equal(time_text_span_or_none("-t", "0s", &span, &err), 0);
    assert_int_equal(time_text_span_or_none("-t", "5s", &span, &err), 0);
    assert_true(span == 5 * USEC_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instants_are_read),
        cmocka_unit_test(test_what_is_no_instant),
        cmocka_unit_test(test_instants_are_written),
        cmocka_unit_test(test_people_read_the_clock),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_times_to_come),
        cmocka_unit_test(test_spans_in_options_are_seconds_if_nothing_is_said),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
