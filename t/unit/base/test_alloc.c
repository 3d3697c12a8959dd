/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void test_new_memory_is_zero(void **state)
{
    (void)state;
    unsigned char *bytes = mem_alloc(1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    free(bytes);

    uint64_t *words = mem_alloc_array(50, sizeof(*words));
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(words[i], 0);
    free(words);
}

static void test_nothing_is_something(void **state)
{
    (void)state;
    char *a = mem_alloc(0);
    char *b = mem_alloc_array(0, 8);
    char *c = mem_resize(NULL, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    *a = 'x'; /* size 0 counts as 1 */
    free(a);
    free(b);
    c = mem_resize(c, 0, 1);
    assert_non_null(c);
    free(c);
}

static void test_resize_keeps_content(void **state)
{
    (void)state;
    int *numbers = NULL;
    for (size_t n = 1; n <= 1000; n++) {
        numbers = mem_resize(numbers, n, sizeof(*numbers));
        numbers[n - 1] = (int)n;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i + 1);
    numbers = mem_resize(numbers, 3, sizeof(*numbers));
    assert_int_equal(numbers[2], 3);
    free(numbers);
}

static void test_strings_are_copied(void **state)
{
    (void)state;
    char text[] = "node01";
    char *copy = mem_strdup(text);
    text[0] = 'X';
    assert_string_equal(copy, "node01");
    free(copy);

    copy = mem_strndup("node01,node02", 6);
    assert_string_equal(copy, "node01");
    free(copy);
    copy = mem_strndup("abc", 100);
    assert_string_equal(copy, "abc");
    free(copy);
    copy = mem_strndup((const char[]){'a', 'b'}, 2); /* needs no NUL */
    assert_string_equal(copy, "ab");
    free(copy);
    assert_null(mem_strdup(NULL));
    assert_null(mem_strndup(NULL, 3));
}

static void overflow_array(void)
{
    free(mem_alloc_array(SIZE_MAX / 2, 3));
}

static void overflow_resize(void)
{
    free(mem_resize(NULL, SIZE_MAX, 2));
}

static void test_overflow_aborts_with_one_line(void **state)
{
    (void)state;
    int pipe_fds[2];
    char text[200] = "";
    assert_int_equal(pipe(pipe_fds), 0);
    assert_true(aborts_to(overflow_array, pipe_fds[1]));
    close(pipe_fds[1]);
    assert_true(read(pipe_fds[0], text, sizeof(text) - 1) > 0);
    close(pipe_fds[0]);
    assert_ptr_equal(strstr(text, "erm: out of memory"), text);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);

    assert_true(aborts(overflow_resize));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_memory_is_zero),
        cmocka_unit_test(test_nothing_is_something),
        cmocka_unit_test(test_resize_keeps_content),
        cmocka_unit_test(test_strings_are_copied),
        cmocka_unit_test(test_overflow_aborts_with_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
