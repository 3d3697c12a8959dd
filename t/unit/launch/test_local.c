/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract with real processes, and what only they can do: be killed,
 * be adopted, be pinned. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/affinity.h"
#include "rig.h"

static int setup(void **state)
{
    return rig_setup(state, launcher_local_create);
}

static void assert_output(const struct rig *rig, const char *expected)
{
    char *text = sandbox_read(&rig->box, "out");
    assert_string_equal(text, expected);
    free(text);
}

/* A program in front of the shepherd, in the place of it. */
static void wrap_shepherd(struct rig *rig, const char *script, char *path)
{
    sandbox_path(&rig->box, "wrapper", path);
    FILE *file = fopen(path, "w");
    fprintf(file, "#!/bin/sh\nJOBS='%s'\nSHEPHERD='%s'\n%s\n", rig->box.jobs,
            SHEPHERD_PATH, script);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    rig->config.shepherd_path = path;
    rig_restart(rig, launcher_local_create);
}

static void test_reports_the_command_s_pid(void **state)
{
    struct rig *rig = *state;
    rig_run(rig, 1, "echo $$");
    int pid = rig->reports[0].pid;
    char expected[32];
    assert_true(pid > 0);
    snprintf(expected, sizeof(expected), "%d\n", pid);
    assert_output(rig, expected);
}

static void test_command_that_cannot_start(void **state)
{
    struct rig *rig = *state;
    rig->request.cwd = "/no/such/folder";
    rig_start(rig, 1, "echo ran");
    rig_await(rig, 1);
    rig_assert_report(rig, 0, 1, LAUNCH_START_FAILED);
    assert_string_equal(rig->reports[0].text,
                        "cannot enter the working folder: No such file or "
                        "directory: /no/such/folder");
    assert_output(rig, "");
    /* A later life of the manager hears the same. */
    rig_restart(rig, launcher_local_create);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_ENDED);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_START_FAILED);
    assert_non_null(strstr(rig->reports[1].text, "could not be started"));
}

static void test_no_shepherd_program(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig->config.shepherd_path = "/no/such/shepherd";
    rig_restart(rig, launcher_local_create);
    rig->request.key.job_id = 1;
    rig->request.command = "true";
    rig->request.env = (const char *const[]){NULL};
    assert_int_equal(
        rig->launcher->ops->start(rig->launcher, &rig->request, &err), -1);
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_non_null(strstr(err.text, "/no/such/shepherd"));
}

static void test_shepherd_that_dies_before_its_claim(void **state)
{
    struct rig *rig = *state;
    rig->config.shepherd_path = "/bin/false";
    rig_restart(rig, launcher_local_create);
    rig_start(rig, 1, "echo ran");
    rig_await(rig, 1);
    rig_assert_report(rig, 0, 1, LAUNCH_START_FAILED);
    assert_int_equal(sandbox_claim(&rig->box, 1).state, CLAIM_NONE);
}

static void test_old_claim_is_no_result(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_run(rig, 1, "exit 5");
    rig_restart(rig, launcher_local_create);
    assert_int_equal(
        rig->launcher->ops->start(rig->launcher, &rig->request, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    rig->request.key.attempt = 2; /* the next attempt is another matter */
    assert_int_equal(
        rig->launcher->ops->start(rig->launcher, &rig->request, &err), 0);
    rig_await(rig, 4);
    assert_int_equal(rig->reports[3].key.attempt, 2);
}

static void test_killed_shepherd(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, 1,
              "setsid sleep 100 & (sleep 100 &); echo ready; sleep "
              "100 & wait");
    rig_await(rig, 1);
    rig_await_output(rig);
    sandbox_await_count(&rig->box, 5); /* shepherd, shell, three sleeps */
    assert_int_equal(kill(sandbox_claim(&rig->box, 1).shepherd_pid, SIGKILL),
                     0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_LOST);
    sandbox_await_count(&rig->box, 0);
    assert_int_equal(sandbox_claim(&rig->box, 1).state, CLAIM_LOST);
}

static void test_lost_while_nobody_looked(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await(rig, 1);
    rig_await_output(rig);
    pid_t shepherd = sandbox_claim(&rig->box, 1).shepherd_pid;
    rig_restart(rig, launcher_local_create);
    assert_int_equal(kill(shepherd, SIGKILL), 0);
    sandbox_wait(shepherd);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_LOST);
    assert_int_equal(rig->n, 1); /* nothing from inside the call */
    rig_await(rig, 3);
    rig_assert_report(rig, 1, 1, LAUNCH_STARTED);
    rig_assert_report(rig, 2, 1, LAUNCH_LOST);
    sandbox_await_count(&rig->box, 0);
}

static void test_adopt_a_running_job(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await(rig, 1);
    pid_t pid = rig->reports[0].pid;
    rig_restart(rig, launcher_local_create);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_RUNNING);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_STARTED);
    assert_int_equal(rig->reports[1].pid, pid);
    assert_int_equal(
        rig->launcher->ops->signal(rig->launcher, RIG_KEY(1), SIGHUP, &err), 0);
    rig_await(rig, 3);
    rig_assert_report(rig, 2, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[2].exit.signal, SIGHUP);
}

static void test_signal_right_after_adopt(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    rig_restart(rig, launcher_local_create);
    rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL);
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err), 0);
    assert_int_equal(rig->n, 1);
    rig_await(rig, 3);
    rig_assert_report(rig, 1, 1, LAUNCH_STARTED);
    rig_assert_report(rig, 2, 1, LAUNCH_ENDED);
}

static void test_adopt_an_ended_job(void **state)
{
    struct rig *rig = *state;
    rig_run(rig, 1, "exit 6");
    rig_restart(rig, launcher_local_create);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_ENDED);
    rig_await(rig, 4);
    rig_assert_report(rig, 2, 1, LAUNCH_STARTED);
    rig_assert_report(rig, 3, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[3].exit.code, 6);
}

/* The manager was killed between spawn and claim, and started the attempt
 * again: the older shepherd wins, and it is that one that counts. */
static void test_another_shepherd_was_faster(void **state)
{
    struct rig *rig = *state;
    char path[SANDBOX_PATH];
    wrap_shepherd(rig,
                  "setsid \"$SHEPHERD\" \"$@\" 3>/dev/null &\n"
                  "while [ ! -e \"$JOBS/1.1\" ]; do sleep 0.01; done\n"
                  "exec \"$SHEPHERD\" \"$@\"",
                  path);
    rig_start(rig, 1, "echo ran; sleep 0.5; exit 3");
    rig_await(rig, 2);
    rig_assert_report(rig, 0, 1, LAUNCH_STARTED);
    rig_assert_report(rig, 1, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[1].exit.code, 3);
    assert_output(rig, "ran\n");
}

static void test_lost_message(void **state)
{
    struct rig *rig = *state;
    char path[SANDBOX_PATH];
    wrap_shepherd(rig, "exec \"$SHEPHERD\" \"$@\" 3>/dev/null", path);
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1); /* by the timer */
    rig_assert_report(rig, 0, 1, LAUNCH_STARTED);
    assert_int_equal(rig->reports[0].pid,
                     sandbox_claim(&rig->box, 1).command_pid);
}

static void test_shepherd_of_another_machine(void **state)
{
    struct rig *rig = *state;
    struct err err;
    char path[SANDBOX_PATH];
    rig_start(rig, 1, "echo ready; sleep 1");
    rig_await(rig, 1);
    rig_await_output(rig);
    FILE *file = fopen(sandbox_path(&rig->box, "jobs/1.1/shepherd", path), "w");
    fprintf(file, "1 %d 1 another-boot\n", (int)getpid());
    fclose(file);
    rig_restart(rig, launcher_local_create);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_RUNNING);
    rig_await(rig, 2);
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err), -1);
    assert_int_equal(err.code, ERR_SYSTEM);
    rig_await(rig, 3); /* the lock tells its end */
    rig_assert_report(rig, 2, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[2].exit.reason, EXIT_BY_ITSELF);
}

static void test_pinned_to_its_slice(void **state)
{
    struct rig *rig = *state;
    cpu_set_t set;
    int first, last;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    rig_run(rig, 1, "nproc");
    idset_add(&rig->nodes, 1);
    rig_run(rig, 2, "nproc");
    char *text = sandbox_read(&rig->box, "out");
    assert_int_equal(sscanf(text, "%d %d", &first, &last), 2);
    free(text);
    /* One of two nodes: half of the processors; both: all. */
    int half = CPU_COUNT(&set) / 2;
    assert_int_equal(first, half ? half : 1);
    assert_int_equal(last, CPU_COUNT(&set));
}

static void expect_processors(pid_t pid, const struct idset *processors)
{
    struct idset has = {.count = 0};
    assert_int_equal(affinity_get(pid, &has), 0);
    assert_true(idset_is_equal(&has, processors));
    idset_release(&has);
}

/* Of the two nodes each has half of the processors. */
static void test_processors_go_and_come_with_the_nodes(void **state)
{
    struct rig *rig = *state;
    struct launch_key key = {.job_id = 1, .attempt = 1};
    struct idset all = {.count = 0}, half = {.count = 0}, a = {0};
    assert_int_equal(affinity_get(0, &all), 0);
    idset_add(&a, 0);
    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "echo ready; sleep 100; :");
    rig_await(rig, 1);
    rig_await_output(rig);
    pid_t pid = rig->reports[0].pid;
    expect_processors(pid, &all);
    rig->launcher->ops->place(rig->launcher, &key, &a);
    assert_int_equal(affinity_get(pid, &half), 0);
    assert_int_equal(idset_count(&half),
                     idset_count(&all) > 1 ? idset_count(&all) / 2 : 1);
    /* The shepherd tells a later launcher what all had. */
    rig_restart(rig, launcher_local_create);
    rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL);
    rig->launcher->ops->place(rig->launcher, &key, &rig->nodes);
    expect_processors(pid, &all);
    idset_release(&all);
    idset_release(&half);
    idset_release(&a);
}

static void test_jobs_that_may_use_all_are_not_moved(void **state)
{
    struct rig *rig = *state;
    struct launch_key key = {.job_id = 1, .attempt = 1};
    struct idset all = {.count = 0};
    assert_int_equal(affinity_get(0, &all), 0);
    rig->config.is_unpinned = true;
    rig_restart(rig, launcher_local_create);
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    rig->launcher->ops->place(rig->launcher, &key, &rig->nodes);
    expect_processors(rig->reports[0].pid, &all);
    idset_release(&all);
}

static void test_limit_of_open_files_is_the_user_s(void **state)
{
    struct rig *rig = *state;
    struct rlimit old, limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    limit = old;
    limit.rlim_cur = 200;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    rig_restart(rig, launcher_local_create);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_cur == old.rlim_max);
    rig_run(rig, 1, "ulimit -S -n");
    assert_output(rig, "200\n");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void test_job_is_in_a_session_of_its_own(void **state)
{
    struct rig *rig = *state;
    int session;
    rig_run(rig, 1, "cut -d' ' -f6 /proc/$$/stat");
    char *text = sandbox_read(&rig->box, "out");
    assert_int_equal(sscanf(text, "%d", &session), 1);
    free(text);
    assert_int_not_equal(session, getsid(0));
}

static void test_warning(void **state)
{
    struct rig *rig = *state;
    rig->request.walltime = 60 * USEC_PER_SEC;
    rig->request.warn_before = 59 * USEC_PER_SEC;
    rig->request.warn_signal = SIGUSR2;
    struct exit_record r =
        rig_run(rig, 1, "trap 'exit 8' USR2; while :; do sleep 0.01; done");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports_the_command_s_pid),
        cmocka_unit_test(test_command_that_cannot_start),
        cmocka_unit_test(test_no_shepherd_program),
        cmocka_unit_test(test_shepherd_that_dies_before_its_claim),
        cmocka_unit_test(test_old_claim_is_no_result),
        cmocka_unit_test(test_killed_shepherd),
        cmocka_unit_test(test_lost_while_nobody_looked),
        cmocka_unit_test(test_adopt_a_running_job),
        cmocka_unit_test(test_signal_right_after_adopt),
        cmocka_unit_test(test_adopt_an_ended_job),
        cmocka_unit_test(test_another_shepherd_was_faster),
        cmocka_unit_test(test_lost_message),
        cmocka_unit_test(test_shepherd_of_another_machine),
        cmocka_unit_test(test_pinned_to_its_slice),
        cmocka_unit_test(test_processors_go_and_come_with_the_nodes),
        cmocka_unit_test(test_jobs_that_may_use_all_are_not_moved),
        cmocka_unit_test(test_limit_of_open_files_is_the_user_s),
        cmocka_unit_test(test_job_is_in_a_session_of_its_own),
        cmocka_unit_test(test_warning),
    };
    return rig_run_tests(tests, sizeof(tests) / sizeof(tests[0]), setup,
                         rig_teardown);
}
