/* SPDX-License-Identifier: BSD-2-Clause */
/* A signal to all hosts of a job. */
#include "scene.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dvm/remote.h"

struct round {
    struct hostlist hosts;
    struct remote remote;
};

static void set_up(struct round *round, const struct scene *scene, int n)
{
    char name[20], path[SANDBOX_PATH];

    hostlist_init(&round->hosts);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        hostlist_add(&round->hosts, name);
    }
    round->remote = (struct remote){
        .options = &scene->options,
        .hosts = &round->hosts,
        .next = round->hosts.n,
        .log_fd = open(sandbox_path(&scene->box, "log", path),
                       O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    assert_true(remote_is_done(&round->remote));
}

static void clear_away(struct round *round)
{
    remote_give_up(&round->remote);
    close(round->remote.log_fd);
    hostlist_release(&round->hosts);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* Reaps what belongs to the round until it is over. */
static void finish(struct round *round)
{
    while (!remote_is_done(&round->remote)) {
        int status;
        pid_t pid = waitpid(-1, &status, 0);
        assert_true(pid > 0);
        assert_true(remote_reaped(&round->remote, pid, status));
        assert_true(round->remote.n_running <= REMOTE_AT_ONCE);
    }
}

/* A child that nobody waits for while the round is on. */
static pid_t start_aside(const struct scene *scene, const char *script)
{
    char text[200];

    snprintf(text, sizeof(text),
             "ERM_DVM_KEY=%s setsid sh -c 'echo $$ >\"$FAKE/aside\"; %s' &",
             scene->key, script);
    assert_int_equal(system(text), 0);
    return scene_pid(scene, "aside");
}

static void test_each_host_once(void **state)
{
    struct scene *scene = *state;
    struct round round;

    scene->options.rsh_how = "ssh -4";
    set_up(&round, scene, REMOTE_AT_ONCE + 4);
    remote_signal(&round.remote, SIGTERM, false);
    assert_false(remote_is_done(&round.remote));
    assert_int_equal(round.remote.n_running, REMOTE_AT_ONCE);
    finish(&round);
    assert_int_equal(scene_count_lines(scene, "rsh.calls"), REMOTE_AT_ONCE + 4);
    assert_true(scene_file_has(scene, "rsh.calls", "n0 ssh -4\n"));
    assert_true(scene_file_has(scene, "rsh.calls", "n19 ssh -4\n"));
    clear_away(&round);
}

static void test_the_signal_arrives(void **state)
{
    struct scene *scene = *state;
    pid_t job = start_aside(scene, "exec sleep 100");
    struct stat st;
    struct round round;

    assert_int_equal(mkdir(scene->tmp, 0700), 0);
    set_up(&round, scene, 1);
    remote_signal(&round.remote, SIGWINCH, false);
    finish(&round);
    assert_true(scene_is_alive(job));
    remote_signal(&round.remote, SIGTERM, false);
    finish(&round);
    AWAIT(!scene_is_alive(job));
    assert_int_equal(stat(scene->tmp, &st), 0);
    remote_signal(&round.remote, SIGKILL, true);
    finish(&round);
    assert_int_equal(stat(scene->tmp, &st), -1);
    clear_away(&round);
}

static void test_a_signal_without_a_name(void **state)
{
    struct scene *scene = *state;
    pid_t job = start_aside(scene, "exec sleep 100");
    struct round round;

    set_up(&round, scene, 1);
    remote_signal(&round.remote, SIGRTMIN + 2, false);
    finish(&round);
    AWAIT(!scene_is_alive(job));
    clear_away(&round);
}

static void test_a_host_that_refuses(void **state)
{
    struct scene *scene = *state;
    struct round round;

    scene_put(scene, "host.n0", "refuse");
    set_up(&round, scene, 2);
    remote_signal(&round.remote, SIGTERM, false);
    finish(&round);
    assert_true(scene_file_has(scene, "log", "n0 port 22: Connection refused"));
    clear_away(&round);
}

static void test_a_host_that_is_silent_is_given_up(void **state)
{
    struct scene *scene = *state;
    struct round round;
    pid_t hanging;

    scene_put(scene, "host.n0", "silent");
    set_up(&round, scene, 1);
    remote_signal(&round.remote, SIGTERM, false);
    hanging = round.remote.running[0];
    remote_give_up(&round.remote);
    assert_true(remote_is_done(&round.remote));
    assert_int_equal(sandbox_wait(hanging), 128 + SIGKILL);
    assert_false(remote_reaped(&round.remote, hanging, 0));
    clear_away(&round);
}

static void test_the_next_round_ends_the_last(void **state)
{
    struct scene *scene = *state;
    struct round round;
    pid_t hanging;

    scene_put(scene, "host.n0", "silent");
    set_up(&round, scene, 2);
    remote_signal(&round.remote, SIGTERM, false);
    hanging = round.remote.running[0];
    scene_put(scene, "host.n0", "");
    remote_signal(&round.remote, SIGKILL, false);
    assert_int_equal(round.remote.signal, SIGKILL);
    AWAIT(!scene_is_alive(hanging));
    while (!remote_is_done(&round.remote))
        remote_reaped(&round.remote, waitpid(-1, NULL, 0), 0);
    clear_away(&round);
}

static void test_not_one_of_these(void **state)
{
    struct scene *scene = *state;
    struct round round;

    set_up(&round, scene, 1);
    assert_false(remote_reaped(&round.remote, getpid(), 0));
    remote_signal(&round.remote, SIGTERM, false);
    assert_false(remote_reaped(&round.remote, getpid(), 0));
    finish(&round);
    clear_away(&round);
}

static void test_no_erm_rsh(void **state)
{
    struct scene *scene = *state;
    struct round round;

    scene->options.rsh = "/nonexistent/erm-rsh";
    set_up(&round, scene, 3);
    remote_signal(&round.remote, SIGTERM, false);
    assert_true(
        remote_is_done(&round.remote)); /* there is nothing to wait for */
    clear_away(&round);
}

/* Something runs, nothing runs; a host that refuses cannot tell. */
static void test_a_look(void **state)
{
    struct scene *scene = *state;
    struct round round;
    pid_t aside;

    set_up(&round, scene, 2);
    remote_look(&round.remote);
    finish(&round);
    assert_false(round.remote.is_found);
    aside = start_aside(scene, "exec sleep 100");
    remote_look(&round.remote);
    finish(&round);
    assert_true(round.remote.is_found);
    assert_int_equal(kill(aside, SIGKILL), 0);
    while (kill(aside, 0) == 0)
        sandbox_pause();
    scene_put(scene, "host.n1", "refuse");
    remote_look(&round.remote);
    finish(&round);
    assert_true(round.remote.is_found);
    clear_away(&round);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_each_host_once),
        STORY(test_a_look),
        STORY(test_the_signal_arrives),
        STORY(test_a_signal_without_a_name),
        STORY(test_a_host_that_refuses),
        STORY(test_a_host_that_is_silent_is_given_up),
        STORY(test_the_next_round_ends_the_last),
        STORY(test_not_one_of_these),
        STORY(test_no_erm_rsh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
