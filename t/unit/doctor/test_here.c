/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <sys/resource.h>

#include "doctor/here.h"

static void use_path(const char *folder)
{
    mkdir(folder, 0755);
    setenv("PATH", folder, 1);
}

static bool has_word(const struct here *here, const char *word, bool is_problem)
{
    for (size_t i = 0; i < here->findings.n; i++)
        if (strcmp(here->findings.items[i].word, word) == 0 &&
            here->findings.items[i].is_problem == is_problem)
            return true;
    return false;
}

static void test_all_is_there(void **state)
{
    struct here here;

    (void)state;
    use_path("all");
    write_program("all/prte", "echo 'prte (PRRTE) 3.0.8'");
    write_program("all/prun", "");
    write_program("all/ssh", "");
    here_look(&here, 4, true, "ssh");
    assert_int_equal(here.findings.n, 0);
    assert_string_equal(here.version, "3.0.8");
    assert_true(here.has_prrte && here.has_ssh);
    here_release(&here);
}

static void test_what_is_missing(void **state)
{
    struct here here;

    (void)state;
    use_path("nothing");
    here_look(&here, 4, true, "ssh");
    assert_true(has_word(&here, "PRRTE", true));
    assert_true(has_word(&here, "ssh", true));
    assert_false(here.has_ssh);
    here_release(&here);
    /* slices need neither */
    here_look(&here, 4, false, "pretend");
    assert_int_equal(here.findings.n_problems, 0);
    assert_true(has_word(&here, "PRRTE", false));
    here_release(&here);
    /* another program than ssh */
    here_look(&here, 4, true, "rsh -x");
    assert_false(has_word(&here, "ssh", true));
    here_release(&here);
}

static void test_an_old_one(void **state)
{
    struct here here;

    (void)state;
    use_path("old");
    write_program("old/prte", "echo 'prte (PRRTE) 2.0.2'");
    write_program("old/prun", "");
    here_look(&here, 0, true, "x");
    assert_true(has_word(&here, "PRRTE", true));
    assert_non_null(strstr(here.findings.items[0].text, "2.0.2 is too old"));
    here_release(&here);
}

static void test_open_files(void **state)
{
    struct rlimit limit, before;
    struct here here;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = 200;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    here_look(&here, 10, false, "pretend");
    assert_false(has_word(&here, "open files", true));
    here_release(&here);
    here_look(&here, 100, false, "pretend");
    assert_true(has_word(&here, "open files", true));
    here_release(&here);
    setrlimit(RLIMIT_NOFILE, &before);
}

/* What removes the folder is found again. */
static int leave(void **state)
{
    setenv("PATH", "/usr/bin:/bin", 1);
    return folder_leave(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_there),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_an_old_one),
        cmocka_unit_test(test_open_files),
    };
    return cmocka_run_group_tests(tests, folder_enter, leave);
}
