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
        cmocka_unit_test(test_spans_in_options_are_seconds_if_nothing_is_said),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
