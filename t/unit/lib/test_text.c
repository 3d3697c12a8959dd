/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

static void assert_string_becomes(const char *string, const char *expected)
{
    struct erm_text text = {0};
    erm_text_string(&text, string);
    assert_false(text.is_bad);
    assert_string_equal(text.bytes, expected);
    free(text.bytes);
}

static void test_a_string_is_json(void **state)
{
    (void)state;
    assert_string_becomes("", "\"\"");
    assert_string_becomes("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\"");
    assert_string_becomes("a\nb\x01", "\"a\\u000ab\\u0001\"");
    assert_string_becomes("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                          "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void test_what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    assert_string_becomes("a\xff", "\"a?\"");
    assert_string_becomes("\xc3", "\"?\"");
    assert_string_becomes("\xc0\xaf", "\"??\"");      /* overlong */
    assert_string_becomes("\xed\xa0\x80", "\"???\""); /* a surrogate */
    assert_string_becomes("\xf4\x90\x80\x80", "\"????\"");
    assert_string_becomes("\xe2\x82", "\"??\"");
}

static void test_numbers_have_a_point_in_every_locale(void **state)
{
    (void)state;
    struct erm_text text = {0};
    setlocale(LC_ALL, "");
    erm_text_number(&text, 0.5);
    erm_text_add(&text, " ", 1);
    erm_text_number(&text, 1e9);
    assert_string_equal(text.bytes, "0.500000 1000000000.000000");
    free(text.bytes);
}

static void test_names_are_a_list(void **state)
{
    (void)state;
    static const char *const names[] = {"n1", "n2"};
    struct erm_text text = {0};
    erm_text_names(&text, names, 2);
    erm_text_names(&text, NULL, 0);
    assert_string_equal(text.bytes, "[\"n1\",\"n2\"][]");
    free(text.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_string_is_json),
        cmocka_unit_test(test_what_is_not_utf8_is_replaced),
        cmocka_unit_test(test_numbers_have_a_point_in_every_locale),
        cmocka_unit_test(test_names_are_a_list),
    };
    return cmocka_run_group_tests_name("lib/text", tests, NULL, NULL);
}
