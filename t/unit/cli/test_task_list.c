/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "base/alloc.h"
#include "cli/task_list.h"

/* WORDS, NULL-ended, for LINE, joined by '|', are EXPECTED. */
static void expect(char *const *words, const char *line, const char *expected)
{
    struct word_list out;
    char joined[200] = "";
    int n = 0;
    while (words[n] != NULL)
        n++;
    word_list_init(&out);
    task_list_command(words, n, line, &out);
    for (size_t i = 0; i < out.n; i++) {
        strcat(joined, i > 0 ? "|" : "");
        strcat(joined, out.words[i]);
    }
    assert_string_equal(joined, expected);
    word_list_release(&out);
}

static void test_a_task_is_a_line(void **state)
{
    (void)state;
    struct task_list list;
    task_list_init(&list, mem_strdup("a b\n\nc\r\n d"));
    assert_int_equal(list.n, 3);
    assert_string_equal(list.lines[0], "a b");
    assert_string_equal(list.lines[1], "c");
    assert_string_equal(list.lines[2], " d");
    task_list_release(&list);
    task_list_init(&list, mem_strdup(""));
    assert_int_equal(list.n, 0);
    task_list_release(&list);
}

static void test_the_line_stands_where_it_is_wanted(void **state)
{
    (void)state;
    char cmd[] = "cmd", in[] = "in={}", both[] = "{}.{}", brace[] = "{",
         x[] = "x";
    expect((char *[]){cmd, in, both, NULL}, "a b", "cmd|in=a b|a b.a b");
    expect((char *[]){cmd, x, NULL}, "a b", "cmd|x|a b");
    expect((char *[]){cmd, brace, NULL}, "$x", "cmd|{|$x");
}

static void test_a_shell_line_gets_it_quoted(void **state)
{
    (void)state;
    char line[] = "cat {} >{}.out", end[] = "gzip -9";
    expect((char *[]){line, NULL}, "a;b", "cat 'a;b' >'a;b'.out");
    expect((char *[]){line, NULL}, "a", "cat a >a.out");
    expect((char *[]){end, NULL}, "it's", "gzip -9 'it'\\''s'");
}

static void test_other_tasks_have_another_number(void **state)
{
    (void)state;
    struct task_list a, b;
    char cmd[] = "cmd", other[] = "other";
    task_list_init(&a, mem_strdup("1\n2\n"));
    task_list_init(&b, mem_strdup("12\n"));
    uint64_t number = task_list_hash(&a, (char *[]){cmd}, 1);
    assert_true(number == task_list_hash(&a, (char *[]){cmd}, 1));
    assert_true(number != task_list_hash(&b, (char *[]){cmd}, 1));
    assert_true(number != task_list_hash(&a, (char *[]){other}, 1));
    task_list_release(&a);
    task_list_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_is_a_line),
        cmocka_unit_test(test_the_line_stands_where_it_is_wanted),
        cmocka_unit_test(test_a_shell_line_gets_it_quoted),
        cmocka_unit_test(test_other_tasks_have_another_number),
    };
    return cmocka_run_group_tests_name("cli/task_list", tests, NULL, NULL);
}
