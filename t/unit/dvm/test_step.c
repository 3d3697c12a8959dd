/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job in its DVM, state by state, with a loop of the test's own. Spans that
 * are long in earnest are over when the test says so.
 */
#include "scene.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "dvm/step.h"
#include "dvm/turnstile.h"

#define FAR (1000 * USEC_PER_SEC)

static void begin(struct step *step, const struct scene *scene)
{
    const char *what;

    assert_int_equal(step_init(step, &scene->options, &what), 0);
    step_begin(step);
}

/* One turn of what main.c does. */
static void turn(struct step *step)
{
    pid_t pid;
    int status;

    if (step->daemon.out_fd >= 0)
        step_heard(step);
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        step_reaped(step, pid, status);
    step_timer(step);
}

static void await(struct step *step, enum step_state state)
{
    for (int i = 0; step->state != state; i++) {
        if (i >= SANDBOX_WAIT_MS / 2)
            fail_msg("state %d instead of %d", (int)step->state, (int)state);
        turn(step);
        sandbox_pause();
    }
}

/* The time that the state has is over. */
static void expire(struct step *step)
{
    step->due = 0;
    step_timer(step);
}

static int finish(struct step *step)
{
    await(step, STEP_OVER);
    step_release(step);
    return step->code;
}

/* The command is as far as its own preparations go. */
static void await_ready(struct step *step, const struct scene *scene)
{
    await(step, STEP_RUNNING);
    for (int i = 0; !scene_has(scene, "armed"); i++) {
        assert_true(i < SANDBOX_WAIT_MS / 2);
        turn(step);
        sandbox_pause();
    }
}

static void lose_node(const struct scene *scene)
{
    kill(scene_pid(scene, "jobs/1.1/dvm.uri"), SIGUSR1);
}

static void expect_note(const struct scene *scene, const char *name,
                        const char *text)
{
    char buf[300];

    claim_note(scene->box.jobs_fd, 1, 1, 0, name, buf, sizeof(buf));
    if (strcmp(buf, text) != 0)
        fail_msg("%s: %s", name, buf);
}

/* ---- a command in a DVM of its own ---- */

static void test_a_command_that_calls_prun(void **state)
{
    struct scene *scene = *state;
    char expected[SANDBOX_PATH + 100];
    struct step step;

    scene->options.command = "echo \"$ERM_DVM_URI|$TMPDIR\" >$FAKE/env; exit 7";
    begin(&step, scene);
    assert_int_equal(step.state, STEP_STARTING);
    assert_int_equal(finish(&step), 7);
    snprintf(expected, sizeof(expected), "file:%s/dvm.uri|%s\n", scene->dir,
             scene->tmp);
    assert_true(scene_file_has(scene, "env", expected));
    assert_true(scene_has(scene, "jobs/1.1/command"));
    expect_note(scene, "failure", "");
    expect_note(scene, "lost", "");
    assert_int_equal(sandbox_count(&scene->box), 0);
}

/* Somebody else has put a link where its folder is to be. */
static void test_a_link_in_tmp(void **state)
{
    struct scene *scene = *state;
    char text[120];
    struct step step;

    scene->options.command = "exit 7";
    assert_int_equal(symlink(scene->box.dir, scene->tmp), 0);
    begin(&step, scene);
    assert_int_equal(finish(&step), CLAIM_TRY_AGAIN);
    snprintf(text, sizeof(text), "cannot make %s: File exists", scene->tmp);
    expect_note(scene, "failure", text);
    assert_false(scene_has(scene, "prte.starts"));
}

static void test_a_command_by_prun(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "echo $ERM_DVM_KEY >$FAKE/key; exit 9";
    scene->options.per_node = 1;
    begin(&step, scene);
    assert_int_equal(finish(&step), 9);
    assert_true(scene_file_has(scene, "key", scene->key));
    assert_true(scene_file_has(scene, "prun.calls", "--map-by ppr:1:node"));
}

/* What it starts on its hosts by its own means is to be known there. */
static void test_a_command_that_may_reach_its_hosts(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "echo $ERM_DVM_KEY >$FAKE/key";
    scene->options.rsh_how = "ssh";
    begin(&step, scene);
    assert_int_equal(finish(&step), 0);
    assert_true(scene_file_has(scene, "key", scene->key));
}

static void test_a_command_that_dies_of_a_signal(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "kill -SEGV $$";
    begin(&step, scene);
    assert_int_equal(finish(&step), 128 + SIGSEGV);
    scene->options.per_node = 1;
    begin(&step, scene);
    assert_int_equal(finish(&step), 139);
    expect_note(scene, "lost", "");
}

static void test_no_hosts(void **state)
{
    struct scene *scene = *state;
    const char *what = NULL;
    struct step step;

    scene_put(scene, "nodes", "");
    assert_int_equal(step_init(&step, &scene->options, &what), -1);
    assert_string_equal(what, scene->hosts);
    step_release(&step);
    scene_put(scene, "nodes", "a\n");
    scene->options.dir = "/nonexistent";
    assert_int_equal(step_init(&step, &scene->options, &what), -1);
    assert_string_equal(what, "/nonexistent");
    step_release(&step);
}

/* ---- the start of the DVM ---- */

static void test_the_third_try_works(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "refuse mute ready");
    begin(&step, scene);
    await(&step, STEP_WAITING);
    expire(&step);
    assert_int_equal(step.state, STEP_STARTING);
    await(&step, STEP_WAITING);
    expire(&step);
    assert_int_equal(finish(&step), 4);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 3);
    expect_note(scene, "failure", "");
}

static void test_it_never_works(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "refuse");
    begin(&step, scene);
    for (int i = 0; i < 2; i++) {
        await(&step, STEP_WAITING);
        expire(&step);
    }
    assert_int_equal(finish(&step), CLAIM_TRY_AGAIN);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 3);
    expect_note(scene, "failure",
                "the DVM did not start: ssh: connect to host b port 22: "
                "Connection refused");
    assert_false(scene_has(scene, "jobs/1.1/command"));
}

static void test_it_ends_without_a_word(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "mute");
    begin(&step, scene);
    for (int i = 0; i < 2; i++) {
        await(&step, STEP_WAITING);
        expire(&step);
    }
    assert_int_equal(finish(&step), CLAIM_TRY_AGAIN);
    expect_note(scene, "failure",
                "the DVM did not start: prte ended with status 255");
}

/* A stuck ssh ignores TERM: it is killed, with all of its group. */
static void test_it_hangs(void **state)
{
    struct scene *scene = *state;
    struct step step;
    pid_t stuck;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "hang ready");
    begin(&step, scene);
    sandbox_await(&scene->box, "prte.starts");
    stuck = step.daemon.pid;
    expire(&step);
    await(&step, STEP_WAITING);
    assert_false(scene_is_alive(stuck));
    expire(&step);
    assert_int_equal(finish(&step), 4);
}

static void test_there_is_no_prte(void **state)
{
    struct scene *scene = *state;
    char *old = strdup(getenv("PATH"));
    struct step step;

    scene->options.command = "exit 4";
    setenv("PATH", "/nonexistent", 1);
    begin(&step, scene);
    setenv("PATH", old, 1);
    free(old);
    assert_int_equal(finish(&step), 126);
    expect_note(scene, "failure", "prte is not in PATH (Debian: openmpi-bin)");
}

static void test_it_waits_for_its_turn(void **state)
{
    struct scene *scene = *state;
    int places[TURNSTILE_WIDTH];
    struct step step;

    for (int i = 0; i < TURNSTILE_WIDTH; i++)
        places[i] = turnstile_enter(scene->box.dir);
    scene->options.command =
        "while [ ! -e $FAKE/go ]; do sleep 0.01; done; exit 4";
    scene->options.starts = scene->box.dir;
    begin(&step, scene);
    assert_int_equal(step.state, STEP_WAITING);
    expire(&step);
    assert_int_equal(step.state, STEP_WAITING);
    assert_false(scene_has(scene, "prte.starts"));
    close(places[0]);
    await(&step, STEP_STARTING);
    assert_int_equal(turnstile_enter(scene->box.dir),
                     -1); /* it has the place */
    await(&step, STEP_RUNNING);
    places[0] = turnstile_enter(scene->box.dir); /* and gives it back */
    assert_true(places[0] >= 0);
    scene_put(scene, "go", "");
    assert_int_equal(finish(&step), 4);
    for (int i = 0; i < TURNSTILE_WIDTH; i++)
        close(places[i]);
}

/* ---- a DVM that is lost ---- */

static void test_the_dvm_ends_under_prun(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "echo >$FAKE/armed; sleep 100";
    scene->options.per_node = 1;
    begin(&step, scene);
    await_ready(&step, scene);
    lose_node(scene);
    assert_int_equal(finish(&step), 195);
    assert_true(scene_has(scene, "jobs/1.1/lost"));
    expect_note(scene, "failure", "");
}

/* The command may see to itself for a moment, and is killed then. */
static void test_the_dvm_ends_beside_the_command(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "echo >$FAKE/armed; sleep 100";
    begin(&step, scene);
    await_ready(&step, scene);
    lose_node(scene);
    await(&step, STEP_ENDING);
    expect_note(scene, "lost", "prte ended with status 0");
    assert_true(scene_is_alive(step.command));
    expire(&step);
    assert_int_equal(finish(&step), 128 + SIGKILL);
}

static void test_prun_says_that_it_is_lost(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "true";
    scene->options.per_node = 1;
    scene_put(scene, "prun.does", "lost");
    begin(&step, scene);
    assert_int_equal(finish(&step), 195);
    expect_note(scene, "lost", "the connection to the DVM was lost");
}

/* 195 means that of prun alone. */
static void test_a_command_that_exits_with_195(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 195";
    begin(&step, scene);
    assert_int_equal(finish(&step), 195);
    expect_note(scene, "lost", "");
}

/* ---- told to end ---- */

static void test_end_with_a_grace(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command =
        "trap 'exit 5' TERM; echo >$FAKE/armed; while :; do sleep 0.01; done";
    scene->options.per_node = 1;
    begin(&step, scene);
    await_ready(&step, scene);
    step_end(&step, FAR);
    assert_int_equal(step.state, STEP_ENDING);
    assert_int_equal(finish(&step), 5);
    expect_note(scene, "lost", "");
}

static void test_end_of_a_stubborn_one(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "trap '' TERM; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    scene->options.per_node = 1;
    begin(&step, scene);
    await_ready(&step, scene);
    step_end(&step, FAR);
    for (int i = 0; i < 20; i++) {
        turn(&step);
        sandbox_pause();
    }
    assert_int_equal(step.state, STEP_ENDING);
    step_end(&step, 0); /* asked again: sooner */
    assert_int_equal(finish(&step), 128 + SIGKILL);
}

static void test_asked_again_it_never_takes_longer(void **state)
{
    struct scene *scene = *state;
    struct step step;
    int64_t due;

    scene->options.command = "trap '' TERM; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    begin(&step, scene);
    await_ready(&step, scene);
    step_end(&step, FAR);
    due = step.due;
    step_end(&step, 2 * FAR);
    assert_true(step.due == due);
    expire(&step);
    assert_int_equal(finish(&step), 128 + SIGKILL);
}

/* One host does not answer: what runs here is ended all the same. */
static void test_end_with_a_host_that_is_silent(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "trap '' TERM; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    begin(&step, scene);
    await_ready(&step, scene);
    scene_put(scene, "host.b", "silent");
    step_end(&step, FAR);
    expire(&step); /* the grace */
    assert_int_equal(step.remote.signal, SIGKILL);
    assert_int_equal(step.state, STEP_ENDING);
    expire(&step); /* and the round */
    assert_int_equal(finish(&step), 128 + SIGKILL);
    sandbox_await_count(&scene->box, 0);
}

static void test_end_before_the_command_runs(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "hang");
    begin(&step, scene);
    sandbox_await(&scene->box, "prte.starts");
    step_end(&step, FAR);
    assert_int_equal(step.state, STEP_STOPPING);
    expire(&step); /* it ignores TERM */
    assert_int_equal(finish(&step), 128 + SIGTERM);
    assert_false(scene_has(scene, "jobs/1.1/command"));
}

static void test_end_while_it_waits_to_try_again(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "exit 4";
    scene_put(scene, "prte.does", "refuse");
    begin(&step, scene);
    await(&step, STEP_WAITING);
    step_end(&step, FAR);
    assert_int_equal(finish(&step), 128 + SIGTERM);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 1);
}

/* ---- signals for the job ---- */

static void forward(struct scene *scene)
{
    struct step step;

    scene->options.command = "trap 'exit 8' USR1; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    begin(&step, scene);
    step_forward(&step, SIGUSR1); /* to nobody yet */
    await_ready(&step, scene);
    step_forward(&step, SIGUSR1);
    assert_int_equal(finish(&step), 8);
}

/* prun would die of it, and the job stay. */
static void test_a_signal_that_prun_does_not_pass_on(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "trap 'exit 8' TERM; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    scene->options.per_node = 1;
    begin(&step, scene);
    await_ready(&step, scene);
    step_forward(&step, SIGTERM);
    assert_int_equal(step.state, STEP_RUNNING);
    assert_int_equal(finish(&step), 8);
    expect_note(scene, "lost", "");
}

/* The round that brings TERM is not given up for it. */
static void test_a_signal_while_it_ends(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "trap 'exit 8' TERM; echo >$FAKE/armed; "
                             "while :; do sleep 0.01; done";
    scene->options.per_node = 1;
    begin(&step, scene);
    await_ready(&step, scene);
    step_end(&step, FAR);
    step_forward(&step, SIGINT);
    assert_int_equal(step.remote.signal, SIGTERM);
    assert_int_equal(finish(&step), 8);
}

static void test_signals_that_are_none(void **state)
{
    struct scene *scene = *state;
    char path[SANDBOX_PATH];
    struct step step;
    int fd;

    scene->options.command = "echo >$FAKE/armed; read x <$FAKE/fifo; exit 8";
    assert_int_equal(mkfifo(sandbox_path(&scene->box, "fifo", path), 0600), 0);
    begin(&step, scene);
    await_ready(&step, scene);
    step_forward(&step, 0);
    step_forward(&step, -SIGKILL);
    step_forward(&step, SIGRTMAX + 1);
    assert_true(scene_is_alive(step.command));
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "x\n", 2), 2);
    close(fd);
    assert_int_equal(finish(&step), 8);
}

static void test_a_signal_for_the_command(void **state)
{
    forward(*state);
}

static void test_a_signal_through_prun(void **state)
{
    struct scene *scene = *state;

    scene->options.per_node = 1;
    forward(scene);
    assert_false(scene_has(scene, "rsh.calls"));
}

/* ---- prun waits for what has ended ---- */

/* The time of the look is over; what it has found is judged. */
static void look_twice(struct step *step)
{
    expire(step);
    assert_true(step->remote.is_look);
    for (int i = 0; !remote_is_done(&step->remote); i++) {
        assert_true(i < SANDBOX_WAIT_MS / 2);
        turn(step);
        sandbox_pause();
    }
    expire(step);
}

static void test_a_prun_that_hangs(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.command = "true";
    scene->options.per_node = 1;
    scene_put(scene, "prun.does", "hang");
    begin(&step, scene);
    await(&step, STEP_RUNNING);
    look_twice(&step);
    assert_int_equal(step.state, STEP_RUNNING); /* it may start the next one */
    look_twice(&step);
    assert_int_equal(step.state, STEP_ENDING);
    finish(&step);
    expect_note(scene, "lost", "PRRTE has missed the end of its processes");
}

static void test_a_prun_with_work_is_left_alone(void **state)
{
    struct scene *scene = *state;
    struct step step;
    pid_t rank;

    scene->options.command = "true";
    scene->options.per_node = 1;
    scene_put(scene, "prun.does", "hang");
    begin(&step, scene);
    await(&step, STEP_RUNNING);
    rank = scene_start_keyed(scene, NULL, "exec sleep 100");
    for (int i = 0; i < 3; i++)
        look_twice(&step);
    assert_int_equal(step.state, STEP_RUNNING);
    assert_int_equal(kill(rank, SIGKILL), 0);
    step_end(&step, 0);
    finish(&step);
    expect_note(scene, "lost", "");
}

/* ---- a DVM that serves, and a job in it ---- */

static void test_serving(void **state)
{
    struct scene *scene = *state;
    char uri[SANDBOX_PATH], expected[40];
    struct step step;

    scene->options.uri = sandbox_path(&scene->box, "pool.uri", uri);
    begin(&step, scene);
    await(&step, STEP_RUNNING);
    assert_true(scene_file_has(scene, "prun.calls", "true"));
    snprintf(expected, sizeof(expected), "1 %d ", (int)step.daemon.pid);
    assert_true(scene_file_has(scene, "jobs/1.1/command", expected));
    step_end(&step, FAR);
    assert_int_equal(finish(&step), 128 + SIGTERM);
    assert_int_equal(scene_count_lines(scene, "rsh.calls"), 2);
}

static void test_a_first_job_that_fails(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene_put(scene, "prun.does", "fail run");
    begin(&step, scene);
    await(&step, STEP_WAITING);
    expire(&step);
    await(&step, STEP_RUNNING);
    assert_int_equal(scene_count_lines(scene, "prte.starts"), 2);
    step_end(&step, FAR);
    finish(&step);
}

static void test_there_is_no_prun(void **state)
{
    struct scene *scene = *state;
    char *old = strdup(getenv("PATH"));
    struct step step;

    begin(&step, scene);
    sandbox_await(&scene->box, "jobs/1.1/dvm.uri");
    setenv("PATH", "/nonexistent", 1);
    await(&step, STEP_WAITING);
    setenv("PATH", old, 1);
    free(old);
    assert_int_equal(step.command, 0);
    step_end(&step, FAR);
    finish(&step);
}

static void test_a_first_job_that_hangs(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene_put(scene, "prun.does", "hang");
    begin(&step, scene);
    await(&step, STEP_PROBING);
    expire(&step);
    await(&step, STEP_WAITING);
    AWAIT((turn(&step), sandbox_count(&scene->box) == 0));
    step_end(&step, FAR);
    finish(&step);
}

static void test_what_serves_is_lost(void **state)
{
    struct scene *scene = *state;
    struct step step;

    begin(&step, scene);
    await(&step, STEP_RUNNING);
    lose_node(scene);
    assert_int_equal(finish(&step), 195);
    expect_note(scene, "lost", "prte ended with status 0");
}

/* Its prun goes with it: that is not the end of the next try. */
static void test_it_ends_while_the_first_job_runs(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene_put(scene, "prun.does", "hang run");
    begin(&step, scene);
    await(&step, STEP_PROBING);
    sandbox_await(&scene->box, "prun.calls");
    lose_node(scene);
    await(&step, STEP_WAITING);
    assert_int_equal(step.command, 0);
    AWAIT((turn(&step), sandbox_count(&scene->box) == 0));
    assert_int_equal(step.state, STEP_WAITING);
    expire(&step);
    await(&step, STEP_RUNNING);
    step_end(&step, FAR);
    finish(&step);
}

static void test_end_while_the_first_job_runs(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene_put(scene, "prun.does", "hang");
    begin(&step, scene);
    await(&step, STEP_PROBING);
    step_end(&step, FAR);
    assert_int_equal(finish(&step), 128 + SIGTERM);
    assert_int_equal(sandbox_count(&scene->box), 0);
}

/* What jobs have left is swept by the last of the pool's DVMs alone. */
static void test_a_newer_one_has_taken_over(void **state)
{
    struct scene *scene = *state;
    char uri[SANDBOX_PATH];
    struct step step;

    scene->options.uri = sandbox_path(&scene->box, "pool.uri", uri);
    assert_int_equal(symlink("/elsewhere/dvm.uri", uri), 0);
    begin(&step, scene);
    await(&step, STEP_RUNNING);
    step_end(&step, FAR);
    finish(&step);
    assert_false(scene_has(scene, "rsh.calls"));
    assert_int_equal(rmdir(scene->tmp), 0); /* it is the newer one's now */
}

static void test_nobody_needs_it(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene_put(scene, "lock", "");
    begin(&step, scene);
    await(&step, STEP_RUNNING);
    expire(&step);
    assert_int_equal(step.state, STEP_STOPPING);
    assert_int_equal(finish(&step), 0);
}

/* A DVM over HOSTS (one a line) is there from now on, published as URI. */
static void serve(const struct scene *scene, const char *uri, const char *hosts)
{
    char target[SANDBOX_PATH];

    scene_put(scene, "dvm.uri", "1 somebody");
    scene_put(scene, "dvm.hosts", hosts);
    unlink(uri);
    assert_int_equal(symlink(sandbox_path(&scene->box, "dvm.uri", target), uri),
                     0);
}

static void test_a_job_in_the_pool_s_dvm(void **state)
{
    struct scene *scene = *state;
    char uri[SANDBOX_PATH];
    struct step step;

    scene->options.uri = sandbox_path(&scene->box, "pool.uri", uri);
    scene->options.command = "exit 6";
    begin(&step, scene);
    assert_int_equal(step.state, STEP_WAITING);
    expire(&step);
    assert_int_equal(step.state, STEP_WAITING);
    serve(scene, uri, "somebody\n");
    expire(&step);
    assert_int_equal(step.state, STEP_WAITING); /* without its hosts */
    serve(scene, uri, "b\nsomebody\na\n");
    assert_int_equal(finish(&step), 6);
    assert_false(scene_has(scene, "prte.starts"));
}

static void test_there_is_no_pool_s_dvm(void **state)
{
    struct scene *scene = *state;
    struct step step;

    scene->options.uri = "/nonexistent/pool.uri";
    scene->options.command = "exit 6";
    scene->options.within_s = 0;
    begin(&step, scene);
    assert_int_equal(finish(&step), CLAIM_TRY_AGAIN);
    expect_note(scene, "failure", "the pool's DVM is not ready");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_command_that_calls_prun),
        STORY(test_a_link_in_tmp),
        STORY(test_a_command_by_prun),
        STORY(test_a_command_that_may_reach_its_hosts),
        STORY(test_a_command_that_dies_of_a_signal),
        STORY(test_no_hosts),
        STORY(test_the_third_try_works),
        STORY(test_it_never_works),
        STORY(test_it_ends_without_a_word),
        STORY(test_it_hangs),
        STORY(test_there_is_no_prte),
        STORY(test_it_waits_for_its_turn),
        STORY(test_the_dvm_ends_under_prun),
        STORY(test_the_dvm_ends_beside_the_command),
        STORY(test_prun_says_that_it_is_lost),
        STORY(test_a_command_that_exits_with_195),
        STORY(test_end_with_a_grace),
        STORY(test_end_of_a_stubborn_one),
        STORY(test_asked_again_it_never_takes_longer),
        STORY(test_end_with_a_host_that_is_silent),
        STORY(test_end_before_the_command_runs),
        STORY(test_end_while_it_waits_to_try_again),
        STORY(test_a_signal_for_the_command),
        STORY(test_a_signal_through_prun),
        STORY(test_a_signal_that_prun_does_not_pass_on),
        STORY(test_a_signal_while_it_ends),
        STORY(test_signals_that_are_none),
        STORY(test_a_prun_that_hangs),
        STORY(test_a_prun_with_work_is_left_alone),
        STORY(test_serving),
        STORY(test_a_first_job_that_fails),
        STORY(test_there_is_no_prun),
        STORY(test_a_first_job_that_hangs),
        STORY(test_it_ends_while_the_first_job_runs),
        STORY(test_end_while_the_first_job_runs),
        STORY(test_what_serves_is_lost),
        STORY(test_a_newer_one_has_taken_over),
        STORY(test_nobody_needs_it),
        STORY(test_a_job_in_the_pool_s_dvm),
        STORY(test_there_is_no_pool_s_dvm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
