/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm-dvm as a whole, as a shepherd starts it; its outputs are files, and the
 * report pipe is its descriptor 3.
 */
#include "scene.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MPI "--per-node", "1"
#define STUBBORN "trap '' TERM; echo >$FAKE/armed; while :; do sleep 0.01; done"

static pid_t spawn(const struct scene *scene, char *const *words)
{
    char path[SANDBOX_PATH];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t all;
    pid_t pid;

    sandbox_path(&scene->box, "out", path);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, path,
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    sandbox_path(&scene->box, "err", path);
    posix_spawn_file_actions_addopen(&actions, 2, path,
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, scene->box.report[1], 3);
    /* as from a shepherd: what comes early must wait */
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    assert_int_equal(
        posix_spawn(&pid, ERM_DVM, &actions, &attr, words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return pid;
}

/* Starts it with MORE options and the words "--" and COMMAND (NULL: none). */
static pid_t start(const struct scene *scene, const char *const *more,
                   const char *command)
{
    const char *words[40] = {ERM_DVM,
                             "--job",
                             "1",
                             "--attempt",
                             "1",
                             "--dir",
                             scene->dir,
                             "--key",
                             scene->key,
                             "--hosts",
                             scene->hosts,
                             "--rsh",
                             FAKE_BIN "/here-rsh",
                             "--report",
                             "3"};
    size_t n = 15;

    for (; more != NULL && *more != NULL; more++)
        words[n++] = *more;
    if (command != NULL) {
        words[n++] = "--";
        words[n++] = command;
    }
    return spawn(scene, (char *const *)(uintptr_t)words);
}

#define START(scene, command, ...) \
    start(scene, (const char *const[]){__VA_ARGS__, NULL}, command)

static void expect_file(const struct scene *scene, const char *name,
                        const char *text)
{
    char *content = sandbox_read(&scene->box, name);

    assert_string_equal(content, text);
    free(content);
}

/* Expects the one report, and that nothing and no folder is left. */
static void expect_clean(const struct scene *scene, bool has_started)
{
    char line[100], expected[100] = "", path[SANDBOX_PATH];
    ssize_t n = read(scene->box.report[0], line, sizeof(line) - 1);
    struct claim claim;
    struct stat st;
    FILE *lock;

    line[n > 0 ? n : 0] = '\0';
    if (has_started) { /* the claim has the same pid */
        lock = fopen(sandbox_path(&scene->box, "jobs/1.1/lock", path), "we");
        fclose(lock);
        claim = sandbox_claim(&scene->box, 1);
        assert_true(claim.command_pid > 0);
        snprintf(expected, sizeof(expected), "1 1 0 started %d\n",
                 (int)claim.command_pid);
    }
    assert_string_equal(line, expected);
    assert_int_equal(stat(scene->tmp, &st), -1);
    sandbox_await_count(&scene->box, 0);
    assert_int_equal(scene_has(scene, "jobs/1.1/command"), has_started);
}

static void test_usage(void **state)
{
    struct scene *scene = *state;
    const char *const words[] = {ERM_DVM, "--job", "1", NULL};

    assert_int_equal(
        sandbox_wait(spawn(scene, (char *const *)(uintptr_t)words)), 2);
    assert_true(scene_file_has(scene, "err", "bad or missing: --attempt"));
    assert_true(scene_file_has(scene, "err", "usage: erm-dvm"));
}

static void test_codes_of_the_command(void **state)
{
    static const struct {
        const char *command;
        int code;
    } rows[] = {{"exit 0", 0}, {"exit 7", 7}, {"kill -SEGV $$", 139}};
    struct scene *scene = *state;

    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        pid_t pid = i % 2 ? START(scene, rows[i / 2].command, MPI)
                          : start(scene, NULL, rows[i / 2].command);
        assert_int_equal(sandbox_wait(pid), rows[i / 2].code);
        expect_clean(scene, true);
        assert_false(scene_has(scene, "jobs/1.1/lost"));
        assert_false(scene_has(scene, "jobs/1.1/failure"));
    }
}

static void test_outputs_are_the_job_s(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(sandbox_wait(START(scene, "echo out; echo err >&2", MPI)),
                     0);
    expect_file(scene, "out", "out\n");
    expect_file(scene, "err", "err\n");
}

/* Its own descriptors stay its own. */
static void test_the_command_inherits_no_descriptor(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(sandbox_wait(start(scene, NULL,
                                        "for fd in /proc/self/fd/*; do "
                                        "[ -e $fd ] && echo $fd; done | "
                                        "grep -c 'fd/[3-9]'")),
                     1);
    expect_file(scene, "out", "0\n");
}

static void test_what_prun_cannot_spawn(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "prun.does", "refuse");
    assert_int_equal(sandbox_wait(START(scene, "./app", MPI)), 126);
    assert_false(scene_has(scene, "jobs/1.1/lost"));
}

/* The same code of a program is its own. */
static void test_a_program_that_exits_with_75(void **state)
{
    struct scene *scene = *state;

    /* from an earlier attempt, in the same file */
    scene_put(scene, "err", "PMIx_Spawn failed (-181): something\n");
    assert_int_equal(sandbox_wait(START(scene, "exit 75", MPI)), 75);
    /* and what a command says of its own prun is not erm-dvm's */
    assert_int_equal(
        sandbox_wait(start(scene, NULL, "echo PMIx_Spawn failed >&2; exit 75")),
        75);
}

static void test_the_dvm_is_ready_after_a_while(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "prte.does", "refuse ready");
    assert_int_equal(sandbox_wait(START(scene, "exit 4", MPI)), 4);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 2);
    expect_clean(scene, true);
}

static void test_the_dvm_never_gets_ready(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "prte.does", "hang");
    assert_int_equal(sandbox_wait(START(scene, "exit 4", "--within", "1")), 75);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 3);
    expect_file(scene, "jobs/1.1/failure",
                "the DVM did not start: prte ended with signal 9\n");
    expect_clean(scene, false);
}

static void test_a_host_refuses(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "prte.does", "refuse");
    assert_int_equal(sandbox_wait(START(scene, "exit 4", MPI)), 75);
    expect_file(scene, "jobs/1.1/failure",
                "the DVM did not start: ssh: connect to host b port 22: "
                "Connection refused\n");
    expect_clean(scene, false);
}

static void test_a_node_is_lost(void **state)
{
    struct scene *scene = *state;
    pid_t pid = START(scene, "echo >$FAKE/armed; sleep 100", MPI);

    sandbox_await(&scene->box, "armed");
    kill(scene_pid(scene, "jobs/1.1/dvm.uri"), SIGUSR1);
    assert_int_equal(sandbox_wait(pid), 195);
    assert_true(scene_has(scene, "jobs/1.1/lost"));
    expect_clean(scene, true);
}

/* prte is killed, and prun does not notice. */
static void test_prte_is_killed_and_prun_hangs(void **state)
{
    struct scene *scene = *state;
    pid_t pid;

    scene_put(scene, "prun.does", "hang");
    pid = START(scene, "true", MPI);
    sandbox_await(&scene->box, "prun.calls");
    kill(-scene_pid(scene, "jobs/1.1/dvm.uri"), SIGKILL);
    assert_int_equal(sandbox_wait(pid), 128 + SIGKILL);
    expect_file(scene, "jobs/1.1/lost", "prte ended with signal 9\n");
    expect_clean(scene, true);
}

static void test_hosts_that_cannot_be_read(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "nodes", "");
    assert_int_equal(sandbox_wait(start(scene, NULL, "true")), 126);
    assert_true(scene_file_has(scene, "jobs/1.1/failure", "cannot use /"));
    assert_true(scene_file_has(scene, "jobs/1.1/failure", "/nodes: "));
    expect_clean(scene, false);
}

/* ---- signals ---- */

static void test_term_with_a_grace(void **state)
{
    struct scene *scene = *state;
    pid_t pid = START(scene, STUBBORN, MPI);

    sandbox_await(&scene->box, "armed");
    sandbox_signal(pid, SIGTERM, 50); /* milliseconds */
    assert_int_equal(sandbox_wait(pid), 128 + SIGKILL);
    expect_clean(scene, true);
}

static void test_term_is_enough(void **state)
{
    struct scene *scene = *state;
    pid_t pid = START(scene,
                      "trap 'echo saved; exit 5' TERM; echo >$FAKE/armed; "
                      "while :; do sleep 0.01; done",
                      MPI);

    sandbox_await(&scene->box, "armed");
    sandbox_signal(pid, SIGTERM, 60000);
    assert_int_equal(sandbox_wait(pid), 5);
    expect_file(scene, "out", "saved\n");
    expect_clean(scene, true);
}

/* By hand: the usual grace, which a second one with a value cuts short. */
static void test_term_without_a_value(void **state)
{
    struct scene *scene = *state;
    pid_t pid = start(scene, NULL, STUBBORN);

    sandbox_await(&scene->box, "armed");
    kill(pid, SIGTERM);
    AWAIT(scene_count_lines(scene, "rsh.calls") == 2); /* it has heard */
    sandbox_signal(pid, SIGTERM, 0);
    assert_int_equal(sandbox_wait(pid), 128 + SIGKILL);
    expect_clean(scene, true);
}

static void test_term_before_anything(void **state)
{
    struct scene *scene = *state;
    pid_t pid;

    scene_put(scene, "prte.does", "ready");
    pid = start(scene, NULL, "exit 4");
    sandbox_signal(pid, SIGTERM, 0);
    assert_int_equal(sandbox_wait(pid), 128 + SIGTERM);
    expect_clean(scene, false);
}

static void test_signals_are_passed_on(void **state)
{
    struct scene *scene = *state;
    const char *command = "trap 'exit 8' USR1; echo >$FAKE/armed; "
                          "while :; do sleep 0.01; done";
    char path[SANDBOX_PATH];
    pid_t pid = START(scene, command, MPI);

    sandbox_await(&scene->box, "armed");
    kill(pid, SIGUSR1);
    assert_int_equal(sandbox_wait(pid), 8);
    expect_clean(scene, true);
    unlink(sandbox_path(&scene->box, "armed", path));
    pid = start(scene, NULL, command);
    sandbox_await(&scene->box, "armed");
    kill(pid, SIGUSR1);
    assert_int_equal(sandbox_wait(pid), 8);
    expect_clean(scene, true);
}

/* As a shepherd does it: what is for the job does not end erm-dvm. */
static void test_a_term_that_is_passed_on(void **state)
{
    struct scene *scene = *state;
    pid_t pid = START(scene,
                      "trap 'echo warned' TERM; trap 'exit 8' USR2; "
                      "echo >$FAKE/armed; while :; do sleep 0.01; done",
                      MPI);

    sandbox_await(&scene->box, "armed");
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGTERM);
    AWAIT(scene_file_has(scene, "out", "warned\n"));
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGUSR2);
    assert_int_equal(sandbox_wait(pid), 8);
    expect_clean(scene, true);
}

/* A report that nobody reads is no signal for the job. One that is meant for it
 * is taken later than that would be. */
static void test_the_manager_is_gone(void **state)
{
    struct scene *scene = *state;
    pid_t pid;

    close(scene->box.report[0]);
    scene->box.report[0] = -1;
    pid = start(scene, NULL,
                "trap 'exit 8' USR2; echo >$FAKE/armed; "
                "while :; do sleep 0.01; done");
    sandbox_await(&scene->box, "jobs/1.1/command");
    sandbox_await(&scene->box, "armed");
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGUSR2);
    assert_int_equal(sandbox_wait(pid), 8);
}

/* ---- serving ---- */

static void test_serving_until_it_is_told_to_end(void **state)
{
    struct scene *scene = *state;
    char uri[SANDBOX_PATH];
    struct stat st;
    pid_t pid =
        START(scene, NULL, "--uri", sandbox_path(&scene->box, "pool.uri", uri));

    sandbox_await(&scene->box, "jobs/1.1/command");
    assert_int_equal(stat(scene->tmp, &st), 0);
    sandbox_signal(pid, SIGTERM, 0);
    assert_int_equal(sandbox_wait(pid), 128 + SIGTERM);
    expect_clean(scene, true);
}

static void test_a_probe_that_fails(void **state)
{
    struct scene *scene = *state;

    scene_put(scene, "prun.does", "fail");
    assert_int_equal(sandbox_wait(start(scene, NULL, NULL)), 75);
    assert_int_equal(scene_count_lines(scene, "prun.calls"), 3);
    assert_true(scene_file_has(scene, "jobs/1.1/failure", "did not start"));
    expect_clean(scene, false);
}

/* A job in the DVM of others: signals reach its own processes alone. */
static void test_a_job_in_the_pool_s_dvm(void **state)
{
    struct scene *scene = *state;
    char uri[SANDBOX_PATH], path[SANDBOX_PATH];
    pid_t server, job;

    sandbox_path(&scene->box, "pool.uri", uri);
    server = START(scene, NULL, "--uri", uri);
    sandbox_await(&scene->box, "jobs/1.1/command");
    assert_int_equal(
        symlink(sandbox_path(&scene->box, "jobs/1.1/dvm.uri", path), uri), 0);
    job = START(scene, "echo >$FAKE/armed; exec sleep 100", MPI, "--uri", uri,
                "--dir", scene->box.dir);
    sandbox_await(&scene->box, "armed");
    sandbox_signal(job, SIGTERM, 60000);
    assert_int_equal(sandbox_wait(job), 128 + SIGTERM);
    assert_true(scene_is_alive(server));
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 1);
    sandbox_signal(server, SIGTERM, 0);
    assert_int_equal(sandbox_wait(server), 128 + SIGTERM);
    sandbox_await_count(&scene->box, 0);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_usage),
        STORY(test_codes_of_the_command),
        STORY(test_outputs_are_the_job_s),
        STORY(test_the_command_inherits_no_descriptor),
        STORY(test_what_prun_cannot_spawn),
        STORY(test_a_program_that_exits_with_75),
        STORY(test_the_dvm_is_ready_after_a_while),
        STORY(test_the_dvm_never_gets_ready),
        STORY(test_a_host_refuses),
        STORY(test_a_node_is_lost),
        STORY(test_prte_is_killed_and_prun_hangs),
        STORY(test_hosts_that_cannot_be_read),
        STORY(test_term_with_a_grace),
        STORY(test_term_is_enough),
        STORY(test_term_without_a_value),
        STORY(test_term_before_anything),
        STORY(test_signals_are_passed_on),
        STORY(test_a_term_that_is_passed_on),
        STORY(test_the_manager_is_gone),
        STORY(test_serving_until_it_is_told_to_end),
        STORY(test_a_probe_that_fails),
        STORY(test_a_job_in_the_pool_s_dvm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
