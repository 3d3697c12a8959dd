/* SPDX-License-Identifier: BSD-2-Clause */
/* prte, as the script in bin/. */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dvm/daemon.h"

struct dvm {
    struct daemon daemon;
    struct hostlist hosts;
    char uri[SANDBOX_PATH];
};

static void set_up(struct dvm *dvm, const struct scene *scene)
{
    char path[SANDBOX_PATH];

    memset(dvm, 0, sizeof(*dvm));
    dvm->daemon.out_fd = -1;
    dvm->daemon.log_fd = open(sandbox_path(&scene->box, "dvm.log", path),
                              O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    hostlist_init(&dvm->hosts);
    hostlist_add(&dvm->hosts, "a");
    hostlist_add(&dvm->hosts, "b");
    sandbox_path(&scene->box, "dvm.uri", dvm->uri);
}

static void clear_away(struct dvm *dvm)
{
    daemon_ended(&dvm->daemon);
    close(dvm->daemon.log_fd);
    hostlist_release(&dvm->hosts);
}

static int start(struct dvm *dvm, const struct scene *scene)
{
    return daemon_start(&dvm->daemon, &scene->options, &dvm->hosts, dvm->uri,
                        scene->box.dir);
}

/* Reads until it is ready or has nothing more to say. */
static void listen_to(struct daemon *daemon)
{
    while (!daemon->is_ready && daemon->out_fd >= 0) {
        struct pollfd fd = {.fd = daemon->out_fd, .events = POLLIN};
        assert_int_equal(poll(&fd, 1, SANDBOX_WAIT_MS), 1);
        daemon_read(daemon);
    }
}

static void test_ready(void **state)
{
    struct scene *scene = *state;
    struct dvm dvm;

    set_up(&dvm, scene);
    scene_put(scene, "dvm.uri", "of an earlier one");
    assert_int_equal(start(&dvm, scene), 0);
    assert_true(dvm.daemon.pid > 0);
    listen_to(&dvm.daemon);
    assert_true(dvm.daemon.is_ready);
    assert_true(scene_file_has(scene, "dvm.uri", scene->key));
    assert_int_equal(scene_pid(scene, "dvm.uri"), dvm.daemon.pid);
    daemon_signal(&dvm.daemon, SIGTERM);
    assert_int_equal(sandbox_wait(dvm.daemon.pid), 1);
    clear_away(&dvm);
    assert_int_equal(dvm.daemon.pid, 0);
    assert_int_equal(dvm.daemon.out_fd, -1);
    daemon_signal(&dvm.daemon, SIGKILL); /* to nobody */
}

/* What makes PRRTE 3 dependable. */
static void test_its_settings(void **state)
{
    static const char *const expected[] = {
        "--prtemca odls_base_max_threads 0",
        "--prtemca oob_tcp_keepalive_time 3",
        "--prtemca oob_tcp_keepalive_intvl 1",
        "--prtemca oob_tcp_keepalive_probes 3",
        "--prtemca plm_ssh_agent " FAKE_BIN "/here-rsh",
        "--host a:1000,b:1000"};
    struct scene *scene = *state;
    struct dvm dvm;

    set_up(&dvm, scene);
    scene_put(scene, "prte.does", "mute");
    assert_int_equal(start(&dvm, scene), 0);
    assert_int_equal(sandbox_wait(dvm.daemon.pid), 255);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        if (!scene_file_has(scene, "prte.starts", expected[i]))
            fail_msg("not there: %s", expected[i]);
    assert_true(scene_file_has(scene, "prte.starts", dvm.uri));
    clear_away(&dvm);
}

/* Its own session, a folder for its own, and what erm-rsh has to know. */
static void test_its_environment(void **state)
{
    static const char script[] =
        "#!/bin/sh\n"
        "echo \"$ERM_RSH|$ERM_RSH_KEY|$ERM_DVM_KEY|$TMPDIR\" >$FAKE/env\n"
        "cut -d' ' -f6 /proc/$$/stat >$FAKE/session\n";
    struct scene *scene = *state;
    char path[SANDBOX_PATH], expected[3 * SANDBOX_PATH];
    char *old = strdup(getenv("PATH")), *with;
    struct dvm dvm;

    scene_put(scene, "prte", script);
    chmod(sandbox_path(&scene->box, "prte", path), 0700);
    assert_true(asprintf(&with, "%s:%s", scene->box.dir, old) > 0);
    setenv("PATH", with, 1);
    set_up(&dvm, scene);
    assert_int_equal(start(&dvm, scene), 0);
    setenv("PATH", old, 1);
    free(with);
    free(old);
    assert_int_equal(sandbox_wait(dvm.daemon.pid), 0);
    snprintf(expected, sizeof(expected), "ssh|%s|%s|%s\n", scene->key,
             scene->key, scene->box.dir);
    assert_true(scene_file_has(scene, "env", expected));
    assert_int_equal(scene_pid(scene, "session"), dvm.daemon.pid);
    clear_away(&dvm);
}

static void test_it_never_gets_ready(void **state)
{
    struct scene *scene = *state;
    struct dvm dvm;

    set_up(&dvm, scene);
    scene_put(scene, "prte.does", "hang");
    assert_int_equal(start(&dvm, scene), 0);
    sandbox_await(&scene->box, "prte.starts");
    daemon_read(&dvm.daemon); /* does not wait */
    assert_false(dvm.daemon.is_ready);
    daemon_signal(&dvm.daemon, SIGKILL); /* and what it has started */
    assert_int_equal(sandbox_wait(dvm.daemon.pid), 128 + SIGKILL);
    sandbox_await_count(&scene->box, 0);
    listen_to(&dvm.daemon);
    assert_false(dvm.daemon.is_ready);
    clear_away(&dvm);
}

static void test_what_it_complains_of(void **state)
{
    struct scene *scene = *state;
    struct dvm dvm;
    char text[60];

    set_up(&dvm, scene);
    assert_string_equal(daemon_complaint(&dvm.daemon, text, sizeof(text)), "");
    scene_put(scene, "prte.does", "refuse");
    assert_int_equal(start(&dvm, scene), 0);
    assert_int_equal(sandbox_wait(dvm.daemon.pid), 255);
    assert_string_equal(daemon_complaint(&dvm.daemon, text, sizeof(text)),
                        "ssh: connect to host b port 22: Connection refused");
    assert_string_equal(daemon_complaint(&dvm.daemon, text, 5), "ssh:");
    clear_away(&dvm);
}

static void test_noise_explains_nothing(void **state)
{
    struct scene *scene = *state;
    struct dvm dvm;
    char text[60];

    scene_put(scene, "dvm.log",
              "-----\n* advice\n[n1:7] trace\n\nab\n"
              "Warning: Permanently added 'b' (ED25519)\r\n"
              "plm:ssh: the agent\n");
    set_up(&dvm, scene);
    assert_string_equal(daemon_complaint(&dvm.daemon, text, sizeof(text)), "");
    assert_int_equal(write(dvm.daemon.log_fd, "b: no route\r\nlater\n", 19),
                     19);
    assert_string_equal(daemon_complaint(&dvm.daemon, text, sizeof(text)),
                        "b: no route");
    clear_away(&dvm);
}

static void test_other_lines_before_it_is_ready(void **state)
{
    struct scene *scene = *state;
    struct dvm dvm;
    int ends[2];
    char filler[200];

    set_up(&dvm, scene);
    memset(filler, 'x', sizeof(filler));
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    dvm.daemon.out_fd = ends[0];
    assert_int_equal(write(ends[1], filler, sizeof(filler)), sizeof(filler));
    assert_int_equal(write(ends[1], "\nDVM rea", 8), 8);
    daemon_read(&dvm.daemon);
    assert_false(dvm.daemon.is_ready);
    assert_int_equal(write(ends[1], "dy\nmore", 7), 7);
    daemon_read(&dvm.daemon);
    assert_true(dvm.daemon.is_ready);
    close(ends[1]);
    daemon_read(&dvm.daemon);
    assert_int_equal(dvm.daemon.out_fd, -1);
    clear_away(&dvm);
}

static void test_no_prte(void **state)
{
    struct scene *scene = *state;
    char *old = strdup(getenv("PATH"));
    struct dvm dvm;

    set_up(&dvm, scene);
    setenv("PATH", "/nonexistent", 1);
    errno = 0;
    assert_int_equal(start(&dvm, scene), -1);
    assert_int_equal(errno, ENOENT);
    setenv("PATH", old, 1);
    free(old);
    assert_int_equal(dvm.daemon.pid, 0);
    assert_int_equal(dvm.daemon.out_fd, -1);
    clear_away(&dvm);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_ready),
        STORY(test_its_settings),
        STORY(test_its_environment),
        STORY(test_it_never_gets_ready),
        STORY(test_what_it_complains_of),
        STORY(test_noise_explains_nothing),
        STORY(test_other_lines_before_it_is_ready),
        STORY(test_no_prte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
