/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell_quote.h"

static void expect_quoted(const char *word, const char *quoted)
{
    struct strbuf out;
    strbuf_init(&out);
    shell_quote(word, &out);
    assert_string_equal(out.text, quoted);
    strbuf_release(&out);
}

static void test_plain_words_stay_plain(void **state)
{
    (void)state;
    expect_quoted("./app", "./app");
    expect_quoted("--nodes=2-4", "--nodes=2-4");
    expect_quoted("user@host:/x,y+z%", "user@host:/x,y+z%");
}

static void test_others_are_quoted(void **state)
{
    (void)state;
    expect_quoted("", "''");
    expect_quoted("two words", "'two words'");
    expect_quoted("$HOME", "'$HOME'");
    expect_quoted("a;b", "'a;b'");
    expect_quoted("~", "'~'");
    expect_quoted("it's", "'it'\\''s'");
    expect_quoted("new\nline", "'new\nline'");
}

static void test_one_word_is_a_line_of_the_shell(void **state)
{
    (void)state;
    char line[] = "make && ./app > out";
    char *words[] = {line};
    char *command = shell_command(words, 1);
    assert_string_equal(command, line);
    free(command);
}

static void test_several_words_reach_the_program_as_they_are(void **state)
{
    (void)state;
    char app[] = "printf", format[] = "%s|", a[] = "a b", b[] = "$x",
         c[] = "it's", d[] = "";
    char *words[] = {app, format, a, b, c, d};
    char *command = shell_command(words, 6);
    char text[100] = "";
    FILE *shell = popen(command, "r");
    assert_non_null(fgets(text, sizeof(text), shell));
    pclose(shell);
    assert_string_equal(text, "a b|$x|it's||");
    free(command);
}

static void expect_split(const char *line, const char *joined)
{
    struct word_list list;
    char text[200] = "";
    word_list_init(&list);
    assert_int_equal(shell_split(line, &list, NULL), 0);
    for (size_t i = 0; i < list.n; i++)
        strcat(strcat(text, list.words[i]), "|");
    assert_string_equal(text, joined);
    word_list_release(&list);
}

static void test_lines_are_split_as_a_shell_does(void **state)
{
    (void)state;
    expect_split("  -N 2-4\t--name=x ", "-N|2-4|--name=x|");
    expect_split("--env 'A=b c' \"d e\"f", "--env|A=b c|d ef|");
    expect_split("a\\ b \"c\\\"d\" 'e\\f'", "a b|c\"d|e\\f|");
    expect_split("-N 2 # two of them", "-N|2|");
    expect_split("a#b", "a#b|");
    expect_split("''", "|");
    expect_split("", "");
}

static void test_an_open_quote_is_an_error(void **state)
{
    (void)state;
    struct word_list list;
    struct err err;
    word_list_init(&list);
    assert_int_equal(shell_split("--name 'x", &list, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    word_list_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_words_stay_plain),
        cmocka_unit_test(test_others_are_quoted),
        cmocka_unit_test(test_one_word_is_a_line_of_the_shell),
        cmocka_unit_test(test_several_words_reach_the_program_as_they_are),
        cmocka_unit_test(test_lines_are_split_as_a_shell_does),
        cmocka_unit_test(test_an_open_quote_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
