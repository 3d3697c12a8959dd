/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/json_scan.h"

static size_t value_end(const char *text)
{
    return scan_value(text, strlen(text), 0).end;
}

static void test_values_end_where_they_should(void **state)
{
    (void)state;
    assert_int_equal(value_end("12,"), 2);
    assert_int_equal(value_end("true}"), 4);
    assert_int_equal(value_end("\"a,b\",1"), 5);
    assert_int_equal(value_end("\"a\\\"b\",1"), 6);
    assert_int_equal(value_end("{\"a\":[1,{}]} "), 12);
    assert_int_equal(value_end("[\"]\"] "), 5);
    assert_int_equal(value_end(""), 0);
}

static void test_a_string_never_crosses_a_line(void **state)
{
    (void)state;
    assert_int_equal(value_end("\"abc\n\"def\""), 4);
    assert_int_equal(value_end("\"abc\\\n\"def\""), 5);
    assert_int_equal(value_end("\"abc"), 4);
}

static void test_a_value_stops_before_a_foreign_bracket(void **state)
{
    const char *text = "{\"a\":1]";
    struct span span = scan_value(text, strlen(text), 0);

    (void)state;
    assert_int_equal(span.end, 6);
    assert_false(span.is_closed);
}

static void test_a_lost_bracket_is_closed_by_the_outer_one(void **state)
{
    const char *text = "{\"a\":[1,2},3";
    struct span span = scan_value(text, strlen(text), 0);

    (void)state;
    assert_true(span.is_closed);
    assert_int_equal(span.end, 10);
}

static void test_an_open_value_goes_to_the_end(void **state)
{
    const char *text = "{\"a\":[1,2";
    struct span span = scan_value(text, strlen(text), 0);

    (void)state;
    assert_false(span.is_closed);
    assert_int_equal(span.end, strlen(text));
}

static void test_very_deep_brackets_are_still_counted(void **state)
{
    char text[403];
    struct span span;

    (void)state;
    memset(text, '[', 200);
    memset(text + 200, ']', 200);
    strcpy(text + 400, ",1");
    span = scan_value(text, strlen(text), 0);
    assert_true(span.is_closed);
    assert_int_equal(span.end, 400);
    assert_int_equal(
        scan_too_deep(text, (struct span){0, strlen(text), true}, 32), 32);
    assert_int_equal(
        scan_too_deep(text, (struct span){0, strlen(text), true}, 200),
        SCAN_NONE);
    assert_int_equal(scan_last_open(text, 300), 63);
}

static void test_brackets_in_strings_do_not_count(void **state)
{
    const char *text = "[\"[[[[\"]";

    (void)state;
    assert_int_equal(scan_too_deep(text, (struct span){0, 8, true}, 1),
                     SCAN_NONE);
    assert_int_equal(scan_last_open(text, 7), 0);
    assert_int_equal(scan_last_open(text, 8), SCAN_NONE);
}

static void test_keys_are_compared_decoded(void **state)
{
    const char *text = "\"min\\u005fnodes\":1";

    (void)state;
    assert_true(scan_string_is(text, strlen(text), 0, "min_nodes"));
    assert_false(scan_string_is(text, strlen(text), 0, "min\\u005fnode"));
    assert_true(scan_string_is("\"a\"", 3, 0, "a"));
    assert_false(scan_string_is("\"a\"", 3, 0, "ab"));
    assert_false(scan_string_is("\"\\x\"", 4, 0, "x"));
}

static void find(struct spans *spans, const char *text)
{
    spans_find(spans, text, strlen(text), "jobs", 100);
}

static void test_elements_of_both_shapes(void **state)
{
    struct spans spans;

    (void)state;
    find(&spans, " [ {}, 12 ,\"x\"] ");
    assert_true(spans.is_found && spans.is_closed);
    assert_int_equal(spans.n, 3);
    assert_int_equal(spans.items[1].start, 7);
    assert_int_equal(spans.items[1].end, 9);
    spans_release(&spans);

    find(&spans, "{\"x\": {\"jobs\": [1]}, \"jobs\" : [{}, {}]}");
    assert_true(spans.is_closed);
    assert_int_equal(spans.n, 2);
    spans_release(&spans);
}

static void test_what_is_no_list(void **state)
{
    static const char *const texts[] = {
        "",
        "  ",
        "12",
        "{}",
        "{\"jobs\":{}}",
        "{\"jobs\"",
        "{\"jobs\":",
        "{\"a\":\"jobs\"}",
    };
    struct spans spans;

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        find(&spans, texts[i]);
        assert_false(spans.is_found);
        assert_int_equal(spans.n, 0);
        spans_release(&spans);
    }
}

static void test_a_list_without_end_is_told(void **state)
{
    struct spans spans;

    (void)state;
    find(&spans, "{\"jobs\":[{\"a\":1},{\"b");
    assert_true(spans.is_found);
    assert_false(spans.is_closed);
    assert_int_equal(spans.n, 2);
    assert_false(spans.items[1].is_closed);
    spans_release(&spans);
}

static void test_it_stops_after_the_limit(void **state)
{
    struct spans spans;

    (void)state;
    spans_find(&spans, "[1,2,3,4,5]", 11, "jobs", 2);
    assert_int_equal(spans.n, 3);
    assert_false(spans.is_closed);
    spans_release(&spans);
    spans_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_end_where_they_should),
        cmocka_unit_test(test_a_string_never_crosses_a_line),
        cmocka_unit_test(test_a_value_stops_before_a_foreign_bracket),
        cmocka_unit_test(test_a_lost_bracket_is_closed_by_the_outer_one),
        cmocka_unit_test(test_an_open_value_goes_to_the_end),
        cmocka_unit_test(test_very_deep_brackets_are_still_counted),
        cmocka_unit_test(test_brackets_in_strings_do_not_count),
        cmocka_unit_test(test_keys_are_compared_decoded),
        cmocka_unit_test(test_elements_of_both_shapes),
        cmocka_unit_test(test_what_is_no_list),
        cmocka_unit_test(test_a_list_without_end_is_told),
        cmocka_unit_test(test_it_stops_after_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
