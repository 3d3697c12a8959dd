/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/script.h"

struct reading {
    struct word_list words;
    struct diags diags;
    char joined[1000];
};

static void read_script(struct reading *r, const char *text)
{
    word_list_init(&r->words);
    diags_init(&r->diags);
    r->joined[0] = '\0';
    script_options(text, &r->words, &r->diags);
    for (size_t i = 0; i < r->words.n; i++)
        strcat(strcat(r->joined, i > 0 ? " " : ""), r->words.words[i]);
}

static void release(struct reading *r)
{
    word_list_release(&r->words);
    diags_release(&r->diags);
}

static void expect(const char *text, const char *joined, size_t n_warnings)
{
    struct reading r;
    read_script(&r, text);
    assert_string_equal(r.joined, joined);
    assert_int_equal(r.diags.n, n_warnings);
    assert_int_equal(r.diags.n_errors, 0);
    release(&r);
}

static void test_erm_lines_are_options_of_submit(void **state)
{
    (void)state;
    expect("#!/bin/sh\n"
           "# a job\n"
           "#ERM -N 2-4 --elastic\n"
           "\n"
           "#ERM --name 'my job'   # its name\n"
           "echo hello\n"
           "#ERM -t 1h\n",
           "-N 2-4 --elastic --name my job", 0);
}

static void test_a_plain_comment_is_none(void **state)
{
    (void)state;
    expect("#ERMINE -N 5\n#SBATCHX\n#ERM\n##ERM -N 2\n", "", 0);
}

static void test_a_script_without_an_end_of_line(void **state)
{
    (void)state;
    expect("#ERM -N 2", "-N 2", 0);
    expect("", "", 0);
}

static void test_lines_of_other_systems_are_translated(void **state)
{
    (void)state;
    expect("#!/bin/bash\n#SBATCH --nodes=2-4\n#SBATCH -J blast\n",
           "-N 2-4 -J blast", 0);
    expect("#PBS -N blast\n#PBS -l walltime=00:30:00\n", "-J blast -t 00:30:00",
           0);
}

static void test_what_is_unknown_is_told_with_its_line(void **state)
{
    (void)state;
    struct reading r;
    read_script(&r, "#!/bin/sh\n#SBATCH --gres=gpu:2\n#SBATCH -N 3\n");
    assert_string_equal(r.joined, "-N 3");
    assert_int_equal(r.diags.n, 1);
    assert_true(r.diags.items[0].is_warning);
    assert_int_equal(r.diags.items[0].line, 2);
    assert_non_null(strstr(r.diags.items[0].text, "--gres"));
    release(&r);
}

static void test_an_open_quote_is_an_error_of_its_line(void **state)
{
    (void)state;
    struct reading r;
    read_script(&r, "#ERM -N 2\n#ERM -J 'x\n");
    assert_int_equal(r.diags.n_errors, 1);
    assert_int_equal(r.diags.items[0].line, 2);
    release(&r);
}

static void expect_interpreter(const char *text, const char *program)
{
    struct strbuf out;
    strbuf_init(&out);
    script_interpreter(text, &out);
    assert_string_equal(out.text, program);
    strbuf_release(&out);
}

static void test_the_interpreter_is_that_of_the_first_line(void **state)
{
    (void)state;
    expect_interpreter("#!/usr/bin/python3\nprint(1)\n", "/usr/bin/python3");
    expect_interpreter("#! /usr/bin/env bash \r\n", "/usr/bin/env bash");
    expect_interpreter("echo 1\n", "/bin/sh");
    expect_interpreter("", "/bin/sh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_erm_lines_are_options_of_submit),
        cmocka_unit_test(test_a_plain_comment_is_none),
        cmocka_unit_test(test_a_script_without_an_end_of_line),
        cmocka_unit_test(test_lines_of_other_systems_are_translated),
        cmocka_unit_test(test_what_is_unknown_is_told_with_its_line),
        cmocka_unit_test(test_an_open_quote_is_an_error_of_its_line),
        cmocka_unit_test(test_the_interpreter_is_that_of_the_first_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
