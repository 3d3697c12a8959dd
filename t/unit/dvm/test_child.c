/* SPDX-License-Identifier: BSD-2-Clause */
/* How children are started. */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dvm/child.h"

static void test_a_list_of_words(void **state)
{
    struct argv argv = {0};
    char word[] = "one";

    (void)state;
    argv_add(&argv, word);
    word[0] = 'X'; /* it has a copy */
    argv_add_pair(&argv, "--name", "value");
    assert_int_equal(argv.n, 3);
    assert_string_equal(argv.words[0], "one");
    assert_string_equal(argv.words[1], "--name");
    assert_string_equal(argv.words[2], "value");
    assert_null(argv.words[3]);
    argv_release(&argv);
    assert_int_equal(argv.n, 0);
    assert_null(argv.words);
}

/* Runs SCRIPT with ENV and INPUT, outputs to "out" and "err"; its code. */
static int run(const struct scene *scene, const char *script,
               const char *const *env, const char *input)
{
    char path[SANDBOX_PATH];
    struct argv argv = {0};
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int out = open(sandbox_path(&scene->box, "out", path), flags, 0600);
    int err = open(sandbox_path(&scene->box, "err", path), flags, 0600);
    pid_t pid;

    argv_add_pair(&argv, "sh", "-c"); /* by PATH */
    argv_add(&argv, script);
    pid = child_start(&argv, env, input, out, err);
    assert_true(pid > 0);
    argv_release(&argv);
    close(out);
    close(err);
    return sandbox_wait(pid);
}

static void expect(const struct scene *scene, const char *name,
                   const char *text)
{
    char *content = sandbox_read(&scene->box, name);

    assert_string_equal(content, text);
    free(content);
}

static void test_outputs_and_input(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(run(scene, "cat; echo bad >&2; exit 7", NULL, "text\n"),
                     7);
    expect(scene, "out", "text\n");
    expect(scene, "err", "bad\n");
}

static void test_the_environment(void **state)
{
    static const char *const more[] = {"ERM_T_OLD=new", "ERM_T_MORE=1", NULL};
    struct scene *scene = *state;

    setenv("ERM_T_OLD", "old", 1);
    setenv("ERM_T_OLDER", "kept", 1); /* begins with a name that is replaced */
    run(scene, "env | grep ^ERM_T | sort", more, NULL);
    expect(scene, "out", "ERM_T_MORE=1\nERM_T_OLD=new\nERM_T_OLDER=kept\n");
    run(scene, "env | grep ^ERM_T | sort", NULL, NULL);
    expect(scene, "out", "ERM_T_OLD=old\nERM_T_OLDER=kept\n");
}

static void test_it_leads_a_session(void **state)
{
    struct scene *scene = *state;

    run(scene, "cut -d' ' -f6 /proc/$$/stat; echo $$", NULL, NULL);
    char *text = sandbox_read(&scene->box, "out");
    int session = 0, pid = 0;
    assert_int_equal(sscanf(text, "%d %d", &session, &pid), 2);
    assert_int_equal(session, pid);
    free(text);
}

static void test_no_signal_is_blocked(void **state)
{
    struct scene *scene = *state;
    sigset_t all, old;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    run(scene, "grep SigBlk /proc/self/status", NULL, NULL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    expect(scene, "out", "SigBlk:\t0000000000000000\n");
}

static void test_no_such_program(void **state)
{
    struct argv argv = {0};

    (void)state;
    argv_add(&argv, "erm-no-such-program");
    errno = 0;
    assert_int_equal(child_start(&argv, NULL, NULL, 1, 2), -1);
    assert_int_equal(errno, ENOENT);
    argv_release(&argv);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_list_of_words),      STORY(test_outputs_and_input),
        STORY(test_the_environment),      STORY(test_it_leads_a_session),
        STORY(test_no_signal_is_blocked), STORY(test_no_such_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
