/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static void test_is_empty_at_first(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    assert_string_equal(sb.text, "");
    assert_int_equal(sb.len, 0);
    assert_int_equal(sb.size, 0);
    strbuf_reset(&sb); /* must not write to the literal */
    strbuf_truncate(&sb, 0);
    strbuf_add(&sb, NULL, 0);
    strbuf_add_str(&sb, "");
    strbuf_add_fmt(&sb, "%s", "");
    assert_string_equal(sb.text, "");
    strbuf_release(&sb);
    strbuf_release(NULL);
}

static void test_text_is_appended(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    strbuf_add_str(&sb, "node");
    strbuf_add_char(&sb, '[');
    strbuf_add_fmt(&sb, "%02d-%02d", 1, 4);
    strbuf_add(&sb, "],x,y", 3);
    assert_string_equal(sb.text, "node[01-04],x");
    assert_int_equal(sb.len, 13);
    strbuf_release(&sb);
    assert_string_equal(sb.text, "");
    assert_int_equal(sb.len, 0);
}

static void test_bytes_may_be_nul(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    strbuf_add(&sb, "a\0b", 3);
    strbuf_add_char(&sb, '\0');
    assert_int_equal(sb.len, 4);
    assert_memory_equal(sb.text, "a\0b\0", 5);
    strbuf_release(&sb);
}

static void test_grows_one_by_one(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    for (size_t i = 0; i < 5000; i++) {
        strbuf_add_char(&sb, (char)('a' + i % 26));
        assert_int_equal(sb.len, i + 1);
        assert_int_equal(sb.text[i + 1], '\0');
        assert_true(sb.size > sb.len);
    }
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(sb.text[i], 'a' + i % 26);
    strbuf_release(&sb);
}

/* Lengths around the sizes at which the memory grows. */
static void test_format_of_every_length(void **state)
{
    (void)state;
    for (int len = 0; len < 300; len++) {
        struct strbuf sb;
        strbuf_init(&sb);
        strbuf_add_fmt(&sb, "%*s", len, "");
        assert_int_equal(sb.len, len);
        strbuf_add_fmt(&sb, "%d%*s|", len, len, "");
        assert_int_equal(strlen(sb.text), sb.len);
        assert_int_equal(sb.text[sb.len - 1], '|');
        assert_int_equal(atoi(sb.text + len), len);
        strbuf_release(&sb);
    }
}

static void test_truncate_and_reset_keep_memory(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    strbuf_add_str(&sb, "a,b,c,");
    size_t size = sb.size;
    strbuf_truncate(&sb, 5);
    assert_string_equal(sb.text, "a,b,c");
    strbuf_truncate(&sb, 5);
    assert_string_equal(sb.text, "a,b,c");
    strbuf_reset(&sb);
    assert_string_equal(sb.text, "");
    assert_int_equal(sb.len, 0);
    assert_int_equal(sb.size, size);
    strbuf_release(&sb);
}

static void truncate_too_long(void)
{
    struct strbuf sb;
    strbuf_init(&sb);
    strbuf_truncate(&sb, 1);
}

static void test_truncate_does_not_lengthen(void **state)
{
    (void)state;
    assert_true(aborts(truncate_too_long));
}

static void test_detach_gives_the_string_away(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb);
    strbuf_add_str(&sb, "mine");
    char *text = strbuf_detach(&sb);
    assert_string_equal(text, "mine");
    assert_string_equal(sb.text, "");
    strbuf_add_str(&sb, "new");
    assert_string_equal(text, "mine");
    free(text);
    strbuf_release(&sb);

    text = strbuf_detach(&sb); /* of an empty one: still the caller's */
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_empty_at_first),
        cmocka_unit_test(test_text_is_appended),
        cmocka_unit_test(test_bytes_may_be_nul),
        cmocka_unit_test(test_grows_one_by_one),
        cmocka_unit_test(test_format_of_every_length),
        cmocka_unit_test(test_truncate_and_reset_keep_memory),
        cmocka_unit_test(test_truncate_does_not_lengthen),
        cmocka_unit_test(test_detach_gives_the_string_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
