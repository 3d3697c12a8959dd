/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "base/suggest.h"

static const char *const commands[] = {"submit", "cancel", "expand", "shrink",
                                       "list",   "log",    "top",    "why"};

static const char *suggest_command(const char *text)
{
    return suggest(text, commands, N_OF(commands));
}

static void test_one_slip_is_forgiven(void **state)
{
    (void)state;
    assert_string_equal(suggest_command("submitt"), "submit"); /* one more */
    assert_string_equal(suggest_command("submt"), "submit");   /* one less */
    assert_string_equal(suggest_command("sibmit"), "submit");  /* another */
    assert_string_equal(suggest_command("sumbit"), "submit");  /* swapped */
    assert_string_equal(suggest_command("lits"), "list");
    assert_string_equal(suggest_command("wyh"), "why");
    assert_string_equal(suggest_command("SUBMIT"), "submit");
    assert_string_equal(suggest_command("cancel"), "cancel");
}

static void test_two_slips_need_six_letters(void **state)
{
    (void)state;
    assert_string_equal(suggest_command("xubmxt"), "submit");
    assert_null(suggest_command("xubxxt"));
    assert_null(suggest_command("lxxt"));
}

static void test_nothing_near(void **state)
{
    (void)state;
    assert_null(suggest_command("frobnicate"));
    assert_null(suggest_command(""));
    assert_null(suggest_command("x")); /* every word has a letter wrong */
    assert_null(suggest("submit", commands, 0));
}

static void test_the_nearest_wins_then_the_first(void **state)
{
    (void)state;
    static const char *const words[] = {"min_node", "max_nodes", "min_nodes"};
    assert_string_equal(suggest("min_nodez", words, 3), "min_node");
    assert_string_equal(suggest("min_nodess", words, 3), "min_nodes");
    assert_string_equal(suggest("max_node", words, 3), "max_nodes");
}

static void test_a_swap_costs_one(void **state)
{
    (void)state;
    static const char *const words[] = {"ab", "abcdefghi"};
    assert_string_equal(suggest("ba", words, 1), "ab");
    assert_null(suggest("badcfehgi", words, 2));
    assert_string_equal(suggest("badcfeghi", words, 2), "abcdefghi");
}

static void test_very_long_words(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    const char *words[] = {text, "list"};
    assert_null(suggest_command(text));
    assert_string_equal(suggest("lst", words, 2), "list");

    char edge[64]; /* 63 letters: the longest that is compared */
    memset(edge, 'a', sizeof(edge) - 1);
    edge[sizeof(edge) - 1] = '\0';
    const char *edges[] = {edge};
    assert_ptr_equal(suggest(edge, edges, 1), edge);
}

static void test_an_unknown_word_gets_a_sentence(void **state)
{
    static const char *const names[] = {"none", "easy", NULL};
    struct err err;
    (void)state;
    assert_int_equal(suggest_unknown("backfill", "eazy", names, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text, "--backfill: there is no 'eazy'");
    assert_string_equal(err.hint, "did you mean 'easy'?");
    suggest_unknown("backfill", "zzzzzz", names, &err);
    assert_string_equal(err.hint, "one of none, easy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_slip_is_forgiven),
        cmocka_unit_test(test_two_slips_need_six_letters),
        cmocka_unit_test(test_nothing_near),
        cmocka_unit_test(test_the_nearest_wins_then_the_first),
        cmocka_unit_test(test_a_swap_costs_one),
        cmocka_unit_test(test_very_long_words),
        cmocka_unit_test(test_an_unknown_word_gets_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
