/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void test_set_says_what_happened(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(err_set(&err, ERR_INPUT, "line %d: %s", 3, "no"), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(err.text, "line 3: no");
    assert_string_equal(err.hint, "");
}

static void test_hint_belongs_to_one_error(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, "first");
    assert_int_equal(err_hint(&err, "try %s", "this"), -1);
    assert_string_equal(err.text, "first");
    assert_string_equal(err.hint, "try this");
    err_set(&err, ERR_INPUT, "second");
    assert_string_equal(err.hint, "");
}

static void test_without_words_it_has_the_codes_text(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_NO_MANAGER, NULL);
    assert_string_equal(err.text, "no manager is running");
    err_set(&err, ERR_NOT_FOUND, "%s", "");
    assert_string_equal(err.text, "");
}

static void test_null_is_fine(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(err_set(NULL, ERR_INPUT, "x"), -1);
    assert_int_equal(err_set_errno(NULL, "x"), -1);
    assert_int_equal(err_hint(NULL, "x"), -1);
    err_clear(NULL);
    assert_int_equal(errno, ENOENT);
}

static void test_errno_is_told_and_kept(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, "x");
    err_hint(&err, "old");
    errno = ENOENT;
    assert_int_equal(err_set_errno(&err, "cannot open '%s'", "jobs.json"), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_string_equal(err.text,
                        "cannot open 'jobs.json': No such file or directory");
    assert_string_equal(err.hint, "");
}

static void test_a_full_disk_has_its_own_code(void **state)
{
    (void)state;
    struct err err;
    errno = ENOSPC;
    err_set_errno(&err, "write");
    assert_int_equal(err.code, ERR_FULL);
    errno = EDQUOT;
    err_set_errno(&err, "write");
    assert_int_equal(err.code, ERR_FULL);
}

static void test_wrapping_reads_the_old_text(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, "a comma is missing");
    err_set(&err, err.code, "jobs.json: %s", err.text);
    assert_string_equal(err.text, "jobs.json: a comma is missing");
    errno = EACCES;
    err_set_errno(&err, "again: %s", err.text);
    assert_string_equal(err.text, "again: jobs.json: a comma is missing: "
                                  "Permission denied");
    err_hint(&err, "first");
    err_hint(&err, "%s and second", err.hint);
    assert_string_equal(err.hint, "first and second");
}

static void test_long_text_is_cut(void **state)
{
    (void)state;
    struct err err;
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    err_set(&err, ERR_INPUT, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_hint(&err, "%s", text);
    assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
    errno = ENOENT;
    err_set_errno(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void test_quoted_text_does_not_drive_the_terminal(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, "bad name '%s'", "\x1b[31mred\a-\x7f");
    assert_string_equal(err.text, "bad name '?[31mred?-?'");
    err_hint(&err, "not '%s'", "\x1b");
    assert_string_equal(err.hint, "not '?'");
}

static void test_clear(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, "x");
    err_hint(&err, "y");
    err_clear(&err);
    assert_int_equal(err.code, ERR_NONE);
    assert_string_equal(err.text, "");
    assert_string_equal(err.hint, "");
}

static void test_every_code_is_described(void **state)
{
    (void)state;
    assert_string_equal(err_code_name(ERR_INPUT), "ERR_INPUT");
    assert_string_equal(err_code_name(ERR_BUSY), "ERR_BUSY");
    assert_int_equal(err_exit_status(ERR_NONE), 0);
    assert_int_equal(err_exit_status(ERR_USAGE), 2);
    assert_int_equal(err_exit_status(ERR_NO_MANAGER), 3);
    assert_int_equal(err_exit_status(ERR_NOT_FOUND), 4);
    assert_int_equal(err_exit_status(ERR_BUSY), 75);
    for (int code = ERR_NONE; code <= ERR_BUSY; code++) {
        assert_true(strlen(err_code_text((enum err_code)code)) > 0);
        assert_ptr_equal(strstr(err_code_name((enum err_code)code), "ERR_"),
                         err_code_name((enum err_code)code));
    }
}

static void set_no_error(void)
{
    err_set(NULL, ERR_NONE, "x");
}

static void name_of_no_code(void)
{
    err_code_name((enum err_code)1000);
}

static void test_wrong_codes_are_mistakes(void **state)
{
    (void)state;
    assert_true(aborts(set_no_error));
    assert_true(aborts(name_of_no_code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_says_what_happened),
        cmocka_unit_test(test_hint_belongs_to_one_error),
        cmocka_unit_test(test_without_words_it_has_the_codes_text),
        cmocka_unit_test(test_null_is_fine),
        cmocka_unit_test(test_errno_is_told_and_kept),
        cmocka_unit_test(test_a_full_disk_has_its_own_code),
        cmocka_unit_test(test_wrapping_reads_the_old_text),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_quoted_text_does_not_drive_the_terminal),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_every_code_is_described),
        cmocka_unit_test(test_wrong_codes_are_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
