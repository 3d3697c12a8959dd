/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which launcher is chosen, and what is said of it. PRRTE is a script in the
 * folder bin/, which is all of PATH.
 */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "launch/engine.h"
#include "manager/launchers.h"

#define ELSEWHERE "192.0.2.1\n192.0.2.2\n" /* RFC 5737: nobody's */

static int enter(void **state)
{
    struct stage *stage;
    char path[300];

    if (stage_enter(state) != 0)
        return -1;
    stage = *state;
    snprintf(path, sizeof(path), "%s/bin", stage->path);
    setenv("PATH", path, 1);
    unsetenv("ERM_RSH");
    unsetenv("ERM_SHEPHERD");
    stage->options.launcher = NULL;
    stage->options.shepherd_path = SHEPHERD_PATH;
    return mkdir("bin", 0700);
}

static void put_program(const char *name, const char *text)
{
    char path[40];

    snprintf(path, sizeof(path), "bin/%s", name);
    file_put(path, text);
    assert_int_equal(chmod(path, 0700), 0);
}

static void install_prrte(const char *version)
{
    char text[100];

    snprintf(text, sizeof(text), "#!/bin/sh\necho 'prte (PRRTE) %s'\n",
             version);
    put_program("prte", text);
    put_program("prun", "#!/bin/sh\nexit 1\n");
}

/* Hosts that never answer, and the words for ssh with which they are asked. */
static void use_hosts(struct stage *stage, const char *names)
{
    file_put("hostfile", names);
    stage->options.hostfile = "hostfile";
    stage->options.n_nodes = 0;
    put_program("no-ssh", "#!/bin/sh\nexit 255\n");
    stage->options.rsh = "no-ssh";
}

static void expect_note(const struct stage *stage, const char *text)
{
    if (strstr(stage->manager->launcher_note, text) == NULL)
        fail_msg("%s: not in: %s", text, stage->manager->launcher_note);
}

static void expect_launcher(const struct stage *stage, const char *name)
{
    assert_string_equal(stage->manager->launcher->ops->name, name);
}

static void test_fake_starts_nothing(void **state)
{
    struct stage *stage = *state;

    stage->options.launcher = "fake";
    stage->options.n_nodes = 5;
    stage_start(stage);
    expect_launcher(stage, "fake");
    assert_string_equal(stage->manager->launcher_note,
                        "fake: 5 nodes, no processes are started");
    assert_null(stage->manager->engine);
}

static void test_unknown_words_are_named(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage->options.launcher = "slurm";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "slurm"));
    stage->options.launcher = NULL;
    stage->options.dvm = "jobs";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "jobs"));
}

static void test_slices_without_prrte(void **state)
{
    struct stage *stage = *state;

    stage->options.n_nodes = 5;
    stage_start(stage);
    expect_launcher(stage, "local");
    assert_null(stage->manager->engine);
    expect_note(stage, "using 5 slices of this machine");
    assert_null(strstr(stage->manager->launcher_note, "PRRTE"));
}

static void test_slices_are_pretend_hosts_for_prrte(void **state)
{
    struct stage *stage = *state;

    install_prrte("3.0.8");
    stage->options.n_nodes = 2;
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "using 2 slices of this machine");
    expect_note(stage, "; MPI over pretend hosts by PRRTE 3.0.8");
    assert_string_equal(stage->manager->engine->rsh_how, ENGINE_PRETEND);
}

static void test_names_that_do_not_resolve_are_slices(void **state)
{
    struct stage *stage = *state;

    install_prrte("3.0.8");
    use_hosts(stage, "a.host.invalid\nb.host.invalid\n");
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "hosts a.host.invalid,b.host.invalid do not resolve: "
                       "using 2 slices");
    assert_string_equal(stage->manager->engine->rsh_how, ENGINE_PRETEND);
}

static void test_this_machine_by_name_is_a_slice(void **state)
{
    struct stage *stage = *state;

    use_hosts(stage, "127.0.0.1\nlocalhost\n");
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "using 2 slices of this machine");
    assert_null(strstr(stage->manager->launcher_note, "resolve"));
}

static void test_other_machines_are_reached_by_prrte(void **state)
{
    struct stage *stage = *state;

    install_prrte("3.0.8");
    use_hosts(stage, ELSEWHERE);
    stage_start(stage);
    expect_launcher(stage, "prrte");
    assert_string_equal(stage->manager->launcher_note,
                        "using PRRTE 3.0.8 over no-ssh on 192.0.2.[1-2]");
    assert_string_equal(stage->manager->engine->rsh_how, "no-ssh");
}

/* One of them is enough: the others are this machine by another name. */
static void test_one_other_machine_is_enough(void **state)
{
    struct stage *stage = *state;

    install_prrte("4.1.0");
    use_hosts(stage, "localhost\n192.0.2.1\n");
    stage_start(stage);
    expect_launcher(stage, "prrte");
}

static void test_how_hosts_are_reached(void **state)
{
    struct stage *stage = *state;

    install_prrte("3.0.8");
    use_hosts(stage, ELSEWHERE);
    stage->options.rsh = NULL;
    setenv("ERM_RSH", "no-ssh -4", 1);
    stage_start(stage);
    assert_string_equal(stage->manager->engine->rsh_how, "no-ssh -4");
    stage_stop(stage);
    unsetenv("ERM_RSH");
    put_program("ssh", "#!/bin/sh\nexit 255\n");
    stage_start(stage);
    assert_string_equal(stage->manager->engine->rsh_how, "ssh");
}

static void test_other_machines_without_prrte(void **state)
{
    struct stage *stage = *state;

    use_hosts(stage, ELSEWHERE);
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "192.0.2.[1-2] are other machines, but prte and "
                       "prun are not in PATH: commands start on this machine");
}

static void test_prrte_that_is_too_old(void **state)
{
    struct stage *stage = *state;

    install_prrte("2.0.2");
    use_hosts(stage, ELSEWHERE);
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "but PRRTE 2.0.2 is too old: 3.0 or later is needed");
}

static void test_local_was_asked_for(void **state)
{
    struct stage *stage = *state;

    install_prrte("3.0.8");
    use_hosts(stage, ELSEWHERE);
    stage->options.launcher = "local";
    stage_start(stage);
    expect_launcher(stage, "local");
    expect_note(stage, "are other machines, but --launcher local was given: "
                       "commands start on this machine");
    /* MPI jobs can still have hosts that are pretended */
    assert_string_equal(stage->manager->engine->rsh_how, ENGINE_PRETEND);
}

static void test_what_must_be_there_and_is_not(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage->options.launcher = "prrte";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(err.text, "prte and prun are not in PATH");
    assert_string_equal(err.hint, "install " ENGINE_PACKAGE);
    stage->options.launcher = NULL;
    stage->options.dvm = "pool";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    install_prrte("1.9");
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_REQUEST);
    put_program("prte", "#!/bin/sh\necho hello\n");
    err = stage_start_fails(stage);
    assert_string_equal(err.text, "prte does not tell its version");
}

static void test_the_mark_stays(void **state)
{
    struct stage *stage = *state;
    char first[32];

    install_prrte("3.0.8");
    stage_start(stage);
    snprintf(first, sizeof(first), "%s", stage->manager->engine->mark);
    assert_int_equal(strlen(first), 8);
    assert_int_equal(strspn(first, "0123456789abcdef"), 8);
    stage_stop(stage);
    stage_start(stage);
    assert_string_equal(stage->manager->engine->mark, first);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_fake_starts_nothing),
        STORY(test_unknown_words_are_named),
        STORY(test_slices_without_prrte),
        STORY(test_slices_are_pretend_hosts_for_prrte),
        STORY(test_names_that_do_not_resolve_are_slices),
        STORY(test_this_machine_by_name_is_a_slice),
        STORY(test_other_machines_are_reached_by_prrte),
        STORY(test_one_other_machine_is_enough),
        STORY(test_how_hosts_are_reached),
        STORY(test_other_machines_without_prrte),
        STORY(test_prrte_that_is_too_old),
        STORY(test_local_was_asked_for),
        STORY(test_what_must_be_there_and_is_not),
        STORY(test_the_mark_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
