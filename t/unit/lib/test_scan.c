/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

struct seen {
    const char *string;
    double number;
    int integer, flag;
    struct erm_list list;
};

static int take(void *context, struct erm_scan *s, const char *key)
{
    struct seen *seen = context;
    if (strcmp(key, "string") == 0)
        return erm_scan_string(s, &seen->string);
    if (strcmp(key, "number") == 0)
        return erm_scan_number(s, &seen->number);
    if (strcmp(key, "integer") == 0)
        return erm_scan_int(s, 0, &seen->integer);
    if (strcmp(key, "flag") == 0)
        return erm_scan_bool(s, &seen->flag);
    if (strcmp(key, "list") == 0)
        return erm_scan_list(s, &seen->list);
    return 1;
}

/* Of the text as it is seen once: its error or NULL. */
static const char *scan(struct seen *seen, const char *text)
{
    static char copy[4096];
    memset(seen, 0, sizeof(*seen));
    snprintf(copy, sizeof(copy), "%s", text);
    return erm_scan_text(copy, take, seen);
}

static void test_values_are_read(void **state)
{
    (void)state;
    struct seen seen;
    assert_null(scan(&seen, " {\"string\" : \"a b\", \"number\":-1.25e2,"
                            "\"integer\":42,\"flag\":true,\n\"list\":[\"n1\","
                            " \"n2\"]}\n"));
    assert_string_equal(seen.string, "a b");
    assert_true(seen.number == -125);
    assert_int_equal(seen.integer, 42);
    assert_int_equal(seen.flag, 1);
    assert_int_equal(seen.list.n, 2);
    assert_string_equal(seen.list.items[1], "n2");
    erm_list_release(&seen.list);
}

static void test_what_is_unknown_is_skipped(void **state)
{
    (void)state;
    struct seen seen;
    assert_null(scan(&seen, "{\"later\":{\"a\":[1,[],{},\"x\",null,false]},"
                            "\"integer\":3,\"n\":null}"));
    assert_int_equal(seen.integer, 3);
}

static void test_escapes_become_utf8(void **state)
{
    (void)state;
    struct seen seen;
    assert_null(scan(&seen, "{\"string\":\"\\\"\\\\\\/\\n\\u0041\\u00e9"
                            "\\u20ac\\ud83d\\ude00\"}"));
    assert_string_equal(seen.string, "\"\\/\nA\xc3\xa9\xe2\x82\xac"
                                     "\xf0\x9f\x98\x80");
}

static void test_a_point_is_a_point_in_every_locale(void **state)
{
    (void)state;
    struct seen seen;
    setlocale(LC_ALL, "");
    assert_null(scan(&seen, "{\"number\":1763850000.125}"));
    assert_true(seen.number == 1763850000.125);
}

static void test_what_is_no_json_is_told(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "{\"integer\":1",
        "{\"integer\":1}x",
        "{,}",
        "{\"integer\":1,}",
        "{integer:1}",
        "{\"integer\" 1}",
        "{\"integer\":01}",
        "{\"integer\":-1}",
        "{\"integer\":1.5}",
        "{\"integer\":3000000000}",
        "{\"number\":1e999}",
        "{\"number\":.5}",
        "{\"number\":+1}",
        "{\"number\":1.}",
        "{\"number\":1e}",
        "{\"number\":\"1\"}",
        "{\"flag\":1}",
        "{\"flag\":tru}",
        "{\"string\":\"a}",
        "{\"string\":\"a\nb\"}",
        "{\"string\":\"\\x\"}",
        "{\"string\":\"\\u12\"}",
        "{\"string\":\"\\u0000\"}",
        "{\"string\":\"\\ud800\"}",
        "{\"string\":\"\\ud800\\u0041\"}",
        "{\"string\":\"\\udc00\"}",
        "{\"string\":\"\\",
        "{\"list\":[1]}",
        "{\"list\":[\"\"]}",
        "{\"list\":[\"a\",]}",
        "{\"list\":[\"a\"}",
        "{\"other\":nul}",
        "{\"other\":[1}",
        "{\"other\":{\"a\"}}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct seen seen;
        if (scan(&seen, bad[i]) == NULL)
            fail_msg("taken: %s", bad[i]);
        erm_list_release(&seen.list);
    }
}

static void test_depth_has_an_end(void **state)
{
    (void)state;
    struct seen seen;
    char text[3000] = "{\"other\":";
    memset(text + strlen(text), '[', 2000);
    assert_string_equal(scan(&seen, text), "too deep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_read),
        cmocka_unit_test(test_what_is_unknown_is_skipped),
        cmocka_unit_test(test_escapes_become_utf8),
        cmocka_unit_test(test_a_point_is_a_point_in_every_locale),
        cmocka_unit_test(test_what_is_no_json_is_told),
        cmocka_unit_test(test_depth_has_an_end),
    };
    return cmocka_run_group_tests_name("lib/scan", tests, NULL, NULL);
}
