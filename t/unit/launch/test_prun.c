/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/prun.h"

static void assert_options(const char *command, const char *uri,
                           const char *expected)
{
    char *names[] = {(char *)(uintptr_t) "st33", (char *)(uintptr_t) "st34"};
    const struct hostlist nodes = {.names = names, .n = 2};
    static const uint32_t slots[] = {4, 8};
    struct allocation allocation = {
        .nodes = &nodes, .slots = slots, .dvm_uri = uri};
    struct shell_words words;
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    assert_int_equal(shell_words_split(command, &words, &err), 0);
    assert_true(prun_is(command, &words, 0));
    prun_add_options(command, &words, 0, &allocation, &out);
    assert_string_equal(out.text, expected);
    strbuf_release(&out);
    shell_words_release(&words);
}

static void test_all_of_them(void **state)
{
    (void)state;
    assert_options("prun ./app -n 7", "/d/uri",
                   " --dvm-uri file:/d/uri --host st33:4,st34:8 --map-by node "
                   "--bind-to none -n 2");
}

static void test_none_twice(void **state)
{
    (void)state;
    assert_options("prun --dvm-uri x --host a --map-by y --bind-to z -n 3 app",
                   "/u", "");
    assert_options("prun -np 4 -H a ./app", "/u",
                   " --dvm-uri file:/u --map-by node --bind-to none");
    assert_options("prun --np=4 --hostfile f ./app", "/u",
                   " --dvm-uri file:/u --map-by node --bind-to none");
    assert_options("prun --system-server-first ./app", "/u",
                   " --host st33:4,st34:8 --map-by node --bind-to none -n 2");
}

static void test_values_are_not_the_program(void **state)
{
    (void)state;
    assert_options("prun --mca a b -x PATH -n 3 ./app --host x", "/u",
                   " --dvm-uri file:/u --host st33:4,st34:8 --map-by node "
                   "--bind-to none");
    assert_options("prun --verbose --bind-to core app", "/u",
                   " --dvm-uri file:/u --host st33:4,st34:8 --map-by node "
                   "-n 2");
    assert_options("prun -n", "/u",
                   " --dvm-uri file:/u --host st33:4,st34:8 --map-by node "
                   "--bind-to none");
}

static void test_uri_is_quoted(void **state)
{
    (void)state;
    const char *given = "prun --host a --map-by b --bind-to c -n 1 x";
    assert_options(given, "/a b/it's", " --dvm-uri 'file:/a b/it'\\''s'");
    assert_options(given, "file:/x", " --dvm-uri file:/x");
    assert_options(given, "prte.1;tcp4://h:1",
                   " --dvm-uri "
                   "'prte.1;tcp4://h:1'");
}

static void test_processes_per_node(void **state)
{
    (void)state;
    char *names[] = {(char *)(uintptr_t) "a"};
    const struct hostlist nodes = {.names = names, .n = 1};
    struct allocation allocation = {
        .nodes = &nodes, .procs_per_node = 16, .dvm_uri = "/u"};
    struct shell_words words;
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    assert_int_equal(shell_words_split("prun app", &words, &err), 0);
    prun_add_options("prun app", &words, 0, &allocation, &out);
    assert_string_equal(out.text, " --dvm-uri file:/u --host a:1 --map-by node "
                                  "--bind-to none -n 16");
    strbuf_release(&out);
    shell_words_release(&words);
}

static void test_which_word_is_prun(void **state)
{
    (void)state;
    struct shell_words words;
    struct err err;
    const char *text = "prun /opt/bin/prun xprun prun2 'prun' \"prun\" run";
    assert_int_equal(shell_words_split(text, &words, &err), 0);
    static const bool expected[] = {true,  true,  false, false,
                                    false, false, false};
    for (size_t i = 0; i < words.n; i++)
        assert_int_equal(prun_is(text, &words, i), expected[i]);
    shell_words_release(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_them),
        cmocka_unit_test(test_none_twice),
        cmocka_unit_test(test_values_are_not_the_program),
        cmocka_unit_test(test_uri_is_quoted),
        cmocka_unit_test(test_processes_per_node),
        cmocka_unit_test(test_which_word_is_prun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
