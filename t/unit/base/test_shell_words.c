/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/strbuf.h"
#include "base/shell_words.h"

/* Each word in brackets; a '*' marks the name of a program, d and m how a
 * word is quoted; a '/' stands where a new simple command begins. */
static char *show(const char *text)
{
    struct shell_words words;
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    if (shell_words_split(text, &words, &err)) {
        strbuf_add_str(&out, err.text);
        return strbuf_detach(&out);
    }
    for (size_t i = 0; i < words.n; i++) {
        const struct shell_word *w = &words.items[i];
        if (i > 0 && w->command != words.items[i - 1].command)
            strbuf_add_char(&out, '/');
        strbuf_add_fmt(&out, "[%.*s]%s%s", (int)w->len, text + w->start,
                       w->is_command ? "*" : "",
                       w->quoting == WORD_DOUBLE  ? "d"
                       : w->quoting == WORD_MIXED ? "m"
                                                  : "");
    }
    shell_words_release(&words);
    return strbuf_detach(&out);
}

static void assert_words(const char *text, const char *expected)
{
    char *shown = show(text);
    assert_string_equal(shown, expected);
    free(shown);
}

static void test_plain(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words("  \t\n ", "");
    assert_words("a b  c\t-d=e", "[a]*[b][c][-d=e]");
    assert_words("a \\\n b", "[a]*[b]");
}

static void test_operators(void **state)
{
    (void)state;
    assert_words("a|b&&c||d;e&f", "[a]*/[b]*/[c]*/[d]*/[e]*/[f]*");
    assert_words("(a b) ; { c d; }", "[a]*[b]/[c]*[d]");
    assert_words("a\nb", "[a]*/[b]*");
    assert_words("x() { a; }", "[x]*/[a]*");
}

static void test_command_position(void **state)
{
    (void)state;
    assert_words("A=1 B=2 prun x", "[A=1][B=2][prun]*[x]");
    assert_words("if a; then b; else c; fi", "[a]*/[b]*/[c]*");
    assert_words("while a; do b c; done", "[a]*/[b]*[c]");
    assert_words("! a", "[a]*");
    assert_words("exec prun x", "[exec][prun]*[x]");
    assert_words("time nohup prun x", "[time][nohup][prun]*[x]");
    assert_words("echo if then", "[echo]*[if][then]");
    assert_words("=x a", "[=x]*[a]");
    assert_words("1A=x a", "[1A=x]*[a]");
    assert_words("case x in a) b c;; esac", "[case]*[x][in][a]/[b]*[c]");
}

static void test_quotes(void **state)
{
    (void)state;
    assert_words("a 'b c' \"d e\" f\\ g", "[a]*['b c']m[\"d e\"]d[f\\ g]m");
    assert_words("a \"b $c\" $d `e f`", "[a]*[\"b $c\"]m[$d]m[`e f`]m");
    assert_words("a 'b\"' \"c'd\" \"e\\\"f\"",
                 "[a]*['b\"']m[\"c'd\"]m[\"e\\\"f\"]m");
    assert_words("a \"\" ''", "[a]*[\"\"]d['']m");
    assert_words("a \"b\"\"c\"", "[a]*[\"b\"\"c\"]m");
    assert_words("a 'b\\' c", "[a]*['b\\']m[c]");
    assert_words("a b=\"c\"", "[a]*[b=\"c\"]m");
}

static void test_comments(void **state)
{
    (void)state;
    assert_words("a # b 'c", "[a]*");
    assert_words("a#b #c\nd", "[a#b]*/[d]*");
    assert_words("#!x\na", "[a]*");
}

static void test_redirections(void **state)
{
    (void)state;
    assert_words("a >b 2>>c <d 2>&1 >|e <>f b", "[a]*[b]");
    assert_words(">out a b", "[a]*[b]");
    assert_words("a 2 >b", "[a]*[2]");
    assert_words("a b2>c", "[a]*[b2]");
    assert_words("a &>b", "[a]*");
    assert_words("a <<<word b", "[a]*[b]");
    assert_words("a >$(b c) d", "[a]*/[b]*[c]/[d]");
}

static void test_here_documents(void **state)
{
    (void)state;
    assert_words("a <<E b\nx 'y\nE\nc", "[a]*[b]/[c]*");
    assert_words("a <<-E\n\tx\n\tE\nc", "[a]*/[c]*");
    assert_words("a <<E\n\tE\nE\nc", "[a]*/[c]*");
    assert_words("a <<'E F'\nE\nE F\nc", "[a]*/[c]*");
    assert_words("a <<A <<B\n1\nA\n2\nB\nc", "[a]*/[c]*");
    assert_words("a <<E\nx", "[a]*"); /* to the end of the text */
    assert_words("a <<\\E; b\nc\nE\nd", "[a]*/[b]*/[d]*");
}

static void test_substitutions(void **state)
{
    (void)state;
    assert_words("a $(b c) d", "[a]*[$(b c)]m/[b]*[c]/[d]");
    assert_words("x=$(b) y", "[x=$(b)]m/[b]*/[y]*");
    assert_words("a \"$(b \"c\" ')')\" d",
                 "[a]*[\"$(b \"c\" ')')\"]m/[b]*[\"c\"]d[')']m/[d]");
    assert_words("a $((1 + (2))) b", "[a]*[$((1 + (2)))]m[b]");
    assert_words("a ${x:-\"} $y\"} b", "[a]*[${x:-\"} $y\"}]m[b]");
    assert_words("a $ b", "[a]*[$]m[b]");
    assert_words("a $(b $(c)) d", "[a]*[$(b $(c))]m/[b]*[$(c)]m/[c]*/[d]");
}

static void test_next_skips_what_is_inside(void **state)
{
    (void)state;
    struct shell_words words;
    struct err err;
    assert_int_equal(shell_words_split("a $(b c) d; e", &words, &err), 0);
    assert_int_equal(words.n, 6);
    size_t i = shell_words_next(&words, 0);
    assert_int_equal(words.items[i].start, 2);
    i = shell_words_next(&words, i);
    assert_int_equal(words.items[i].start, 9);
    assert_int_equal(shell_words_next(&words, i), words.n);
    shell_words_release(&words);
    shell_words_release(NULL);
}

static void assert_problem(const char *text, const char *expected)
{
    struct shell_words words;
    struct err err;
    assert_int_equal(shell_words_split(text, &words, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(err.text, expected);
    assert_int_equal(words.n, 0);
}

static void test_what_is_not_closed(void **state)
{
    (void)state;
    assert_problem("a 'b", "a single quote is not closed, "
                           "column 3");
    assert_problem("a \"b", "a double quote is not closed, "
                            "column 3");
    assert_problem("a `b", "a backquote is not closed, column 3");
    assert_problem("a $(b", "'$(' is not closed, column 4");
    assert_problem("a ${b", "'${' is not closed, column 4");
    assert_problem("a $((b", "'$((' is not closed, column 4");
    assert_problem("a \"$('b\"", "a single quote is not closed, "
                                 "column 6");
}

static void test_depth_is_limited(void **state)
{
    (void)state;
    static const char *const parts[] = {"$(", "${", "\"${", "${x:-$("};
    for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
        struct strbuf text;
        struct shell_words words;
        struct err err;
        strbuf_init(&text);
        for (int i = 0; i < 20000; i++)
            strbuf_add_str(&text, parts[k]);
        assert_int_equal(shell_words_split(text.text, &words, &err), -1);
        assert_non_null(strstr(err.text, "too deep"));
        strbuf_release(&text);
    }
}

static void test_any_bytes(void **state)
{
    (void)state;
    static const char letters[] = "a '\"\\$(){}`#<>|&;=\n\t-!\x80";
    unsigned seed = 1;
    for (int i = 0; i < 20000; i++) {
        char text[40];
        size_t n = 0;
        while (n < sizeof(text) - 1) {
            seed = seed * 1103515245 + 12345;
            text[n++] = letters[(seed >> 16) % (sizeof(letters) - 1)];
        }
        text[n] = '\0';
        free(show(text)); /* the sanitizers watch */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_command_position),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_redirections),
        cmocka_unit_test(test_here_documents),
        cmocka_unit_test(test_substitutions),
        cmocka_unit_test(test_next_skips_what_is_inside),
        cmocka_unit_test(test_what_is_not_closed),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
