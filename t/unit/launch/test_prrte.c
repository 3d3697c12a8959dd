/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract with a DVM for every job, and what is done around a job on
 * other machines. PRRTE and the hosts are the scripts of ../dvm/bin.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../dvm/scene.h"
#include "base/alloc.h"
#include "launch/hosts.h"
#include "launch/prrte.h"
#include "rig.h"

static char mark[20]; /* of the state directory of this test */
static struct hosts_spans spans;

/* The scripts first in PATH, and what they do in this sandbox. */
static void set_surroundings(const char *dir)
{
    static bool has_path;
    static int n;
    char *path;

    setenv("FAKE", dir, 1);
    setenv("ERM_SANDBOX", dir, 1);
    snprintf(mark, sizeof(mark), "%x%04x", (unsigned)getpid(), ++n);
    spans = hosts_default_spans;
    if (has_path)
        return;
    has_path = true;
    assert_true(asprintf(&path, "%s:%s", FAKE_BIN, getenv("PATH")) > 0);
    setenv("PATH", path, 1);
    free(path);
}

static struct engine *make_engine(const char *dir)
{
    struct err err;
    struct engine *engine =
        engine_find(SHEPHERD_PATH, ENGINE_PRETEND, dir, mark, &err);

    assert_non_null(engine);
    free(engine->rsh);
    engine->rsh = mem_strdup(FAKE_BIN "/here-rsh");
    return engine;
}

static struct launcher *create_with(const struct launcher_config *base,
                                    bool is_remote, struct err *err)
{
    struct prrte_config config = {.base = *base,
                                  .engine = make_engine(base->jobs_dir),
                                  .is_remote = is_remote,
                                  .hosts_spans = &spans};

    return launcher_prrte_create(&config, err);
}

static struct launcher *create(const struct launcher_config *base,
                               struct err *err)
{
    return create_with(base, true, err);
}

/* rig_setup() makes the sandbox and the launcher in one go. */
static void enter_sandbox(const struct launcher_config *base)
{
    char *dir = mem_strdup(base->jobs_dir);

    *strrchr(dir, '/') = '\0';
    set_surroundings(dir);
    free(dir);
}

static struct launcher *create_first(const struct launcher_config *base,
                                     struct err *err)
{
    enter_sandbox(base);
    return create_with(base, true, err);
}

static struct launcher *create_pretend(const struct launcher_config *base,
                                       struct err *err)
{
    enter_sandbox(base);
    return create_with(base, false, err);
}

static void turn(struct rig *rig)
{
    struct timeval tick = {.tv_usec = 2000};

    event_base_loopexit(rig->loop, &tick);
    event_base_loop(rig->loop, EVLOOP_ONCE);
}

#define TURN_UNTIL(rig, condition)                                 \
    for (int turns_ = 0; !(condition); turns_++) {                 \
        if (turns_ > SANDBOX_WAIT_MS / 2)                          \
            fail_msg("%s:%d: %s", __FILE__, __LINE__, #condition); \
        turn(rig);                                                 \
    }

static int setup(void **state)
{
    struct rig *rig;

    rig_setup(state, create_first);
    rig = *state;
    rig->has_dvm = true;
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    return 0;
}

static int teardown(void **state)
{
    char command[100];

    rig_teardown(state);
    snprintf(command, sizeof(command), "rm -rf /tmp/erm-%s.*", mark);
    return system(command);
}

static void put(const struct rig *rig, const char *name, const char *text)
{
    char path[SANDBOX_PATH];
    FILE *file = fopen(sandbox_path(&rig->box, name, path), "we");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static pid_t pid_in(const struct rig *rig, const char *name)
{
    char *text;
    pid_t pid;

    sandbox_await(&rig->box, name);
    text = sandbox_read(&rig->box, name);
    pid = (pid_t)atoi(text);
    free(text);
    assert_true(pid > 1);
    return pid;
}

static pid_t start_keyed(struct rig *rig, const char *key)
{
    char script[200], path[SANDBOX_PATH];

    snprintf(script, sizeof(script),
             "ERM_DVM_KEY=%s.%s setsid sh -c 'echo $$ >\"$FAKE/stray\"; "
             "exec sleep 100' &",
             mark, key);
    unlink(sandbox_path(&rig->box, "stray", path));
    assert_int_equal(system(script), 0);
    return pid_in(rig, "stray");
}

/* A process of job ID that nobody here has started. */
static pid_t start_stray(struct rig *rig, int id)
{
    char key[20];

    snprintf(key, sizeof(key), "%d.1", id);
    return start_keyed(rig, key);
}

static void assert_tmp(int id, bool is_there)
{
    char path[60];
    struct stat st;

    snprintf(path, sizeof(path), "/tmp/erm-%s.%d.1", mark, id);
    assert_int_equal(stat(path, &st), is_there ? 0 : -1);
}

static void test_its_name_and_nodes(void **state)
{
    struct rig *rig = *state;
    static const struct launch_node nodes[] = {{"a", 0}, {"b", 3}};
    uint32_t slots[2] = {0};
    struct idset unready;
    struct err err;

    assert_string_equal(rig->launcher->ops->name, "prrte");
    idset_init(&unready);
    assert_int_equal(rig->launcher->ops->set_nodes(rig->launcher, nodes, 2,
                                                   slots, &unready, &err),
                     0);
    assert_int_equal(idset_count(&unready), 0); /* both have answered */
    assert_int_equal(slots[0], sysconf(_SC_NPROCESSORS_ONLN));
    assert_int_equal(slots[1], 3);
    rig->launcher->ops->resume_node(rig->launcher, 0);
    rig->launcher->ops->resume_node(rig->launcher, 99);
}

static void test_without_a_dvm(void **state)
{
    struct rig *rig = *state;
    pid_t stray = start_stray(rig, 1);

    rig->has_dvm = false;
    assert_int_equal(rig_run(rig, 1, "exit 4").code, 4);
    assert_false(sandbox_has(&rig->box, "prte.starts"));
    assert_false(scene_is_alive(stray)); /* it reached a host by itself */
}

static void test_by_prun(void **state)
{
    struct rig *rig = *state;

    rig->dvm.per_node = 2;
    rig->dvm.bind_to = "core";
    idset_add(&rig->nodes, 1);
    assert_int_equal(rig_run(rig, 1, "exit 4").code, 4);
    char *calls = sandbox_read(&rig->box, "prun.calls");
    assert_non_null(strstr(calls,
                           "--host a:1000,b:1000 --wdir / --map-by ppr:2:node "
                           "--bind-to core -n 4 "));
    free(calls);
}

static void test_hosts_are_swept_before_the_end_is_told(void **state)
{
    struct rig *rig = *state;
    pid_t stray = start_stray(rig, 1), other = start_stray(rig, 2);

    rig_run(rig, 1, "true");
    assert_false(scene_is_alive(stray));
    assert_true(scene_is_alive(other));
    assert_tmp(1, false);
}

/* Waits for a DVM that nobody starts, and is told to end. */
static void run_in_pool(struct rig *rig, int64_t id)
{
    struct err err;

    rig->dvm.is_pool = true;
    rig_start(rig, id, "true");
    TURN_UNTIL(rig, sandbox_claim(&rig->box, id).state == CLAIM_RUNNING);
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(id), 0, &err), 0);
    rig_await(rig, 1);
    rig_assert_report(rig, 0, id, LAUNCH_START_FAILED);
}

static void test_hosts_of_a_job_in_the_pools_dvm(void **state)
{
    struct rig *rig = *state;
    pid_t stray = start_stray(rig, 1), pool = start_keyed(rig, "pool");

    run_in_pool(rig, 1);
    assert_false(scene_is_alive(stray));
    assert_false(scene_is_alive(pool)); /* it may be of this job only */
}

/* Another job may have them, and be in the pool's DVM as well. */
static void test_nodes_that_were_given_back(void **state)
{
    struct rig *rig = *state;
    pid_t stray = start_stray(rig, 1), pool = start_keyed(rig, "pool");
    struct idset none;

    idset_init(&none);
    rig->present = &none;
    run_in_pool(rig, 1);
    assert_false(scene_is_alive(stray));
    assert_true(scene_is_alive(pool));
    kill(pool, SIGKILL);
}

static void test_nodes_that_came_later(void **state)
{
    struct rig *rig = *state;
    struct idset grown;
    pid_t stray = start_stray(rig, 1);

    idset_init(&grown);
    idset_add(&grown, 0);
    rig->present = &grown;
    idset_clear(&rig->nodes);
    idset_add(&rig->nodes, 9);
    run_in_pool(rig, 1);
    assert_false(scene_is_alive(stray));
    idset_release(&grown);
}

static void test_a_dvm_that_cannot_start(void **state)
{
    struct rig *rig = *state;
    pid_t stray = start_stray(rig, 1);

    put(rig, "prte.does", "refuse");
    rig_start(rig, 1, "true");
    rig_await(rig, 1);
    rig_assert_report(rig, 0, 1, LAUNCH_START_FAILED);
    assert_string_equal(rig->reports[0].text,
                        "the DVM did not start: ssh: connect to host b port "
                        "22: Connection refused");
    assert_false(scene_is_alive(stray));
}

static void test_a_node_is_lost(void **state)
{
    struct rig *rig = *state;

    spans.operation = USEC_PER_SEC / 2;
    rig_restart(rig, create);
    rig->n_up = 0;
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    rig->dvm.per_node = 1;
    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await_output(rig);
    rig_await(rig, 1);
    kill(pid_in(rig, "pid.b"), SIGSTOP);
    kill(pid_in(rig, "jobs/1.1/dvm.uri"), SIGUSR1);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_NODE_LOST);
    assert_non_null(rig->reports[1].text);
    assert_int_equal(rig->n_down, 1);
    assert_int_equal(rig->n_at_down, 1); /* the node first, then the job */
}

/* All is well with the nodes: a daemon was killed, say. */
static void test_only_the_dvm_is_lost(void **state)
{
    struct rig *rig = *state;

    rig->dvm.per_node = 1;
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await_output(rig);
    rig_await(rig, 1);
    kill(pid_in(rig, "jobs/1.1/dvm.uri"), SIGUSR1);
    rig_await(rig, 2);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_NODE_LOST);
    assert_int_equal(rig->n_down, 0);
}

static void test_terminate_while_hosts_are_swept(void **state)
{
    struct rig *rig = *state;
    struct err err;

    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "true");
    rig_await(rig, 1);
    kill(pid_in(rig, "pid.b"), SIGSTOP);
    TURN_UNTIL(rig, sandbox_claim(&rig->box, 1).state == CLAIM_ENDED);
    for (int i = 0; i < 200; i++) /* the launcher behind it has seen that */
        turn(rig);
    assert_int_equal(rig->n, 1);
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err), 0);
    kill(pid_in(rig, "pid.b"), SIGCONT);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[1].exit.code, 0);
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* It missed the sweep, and nobody comes again. */
static void test_a_host_comes_back_while_others_are_swept(void **state)
{
    struct rig *rig = *state;
    pid_t stray;

    spans.retry = spans.tick = USEC_PER_SEC / 20;
    rig_restart(rig, create);
    rig->n_up = 0;
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "echo ready; while [ ! -e go ]; do sleep 0.01; done");
    rig_await(rig, 1);
    put(rig, "host.b", "refuse");
    kill(pid_in(rig, "pid.b"), SIGKILL);
    TURN_UNTIL(rig, rig->n_down > 0);
    stray = start_stray(rig, 1);
    kill(pid_in(rig, "pid.a"), SIGSTOP);
    put(rig, "go", "");
    TURN_UNTIL(rig, sandbox_claim(&rig->box, 1).state == CLAIM_ENDED);
    for (int i = 0; i < 100; i++) /* the launcher behind it has seen that */
        turn(rig);
    put(rig, "host.b", "");
    TURN_UNTIL(rig, !scene_is_alive(stray));
    assert_int_equal(rig->n, 1);
    kill(pid_in(rig, "pid.a"), SIGCONT);
    rig_await(rig, 2);
}

static void test_a_killed_shepherd(void **state)
{
    struct rig *rig = *state;
    pid_t stray;

    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await_output(rig);
    rig_await(rig, 1);
    assert_tmp(1, true);
    stray = start_stray(rig, 1);
    kill(sandbox_claim(&rig->box, 1).shepherd_pid, SIGKILL);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_LOST);
    assert_false(scene_is_alive(stray));
    assert_tmp(1, false);
}

/* Job 1 runs, and there is another manager, which takes it for one with a DVM
 * or not. */
static void restart_under_a_job(struct rig *rig, bool has_dvm, bool is_told)
{
    struct launch_place place = {.nodes = &rig->nodes, .has_dvm = is_told};

    rig->has_dvm = has_dvm;
    rig_start(rig, 1,
              "echo ready; while [ ! -e go ]; do sleep 0.01; done; exit 6");
    rig_await_output(rig);
    rig_await(rig, 1);
    rig_restart(rig, create);
    for (int i = 0; i < 2; i++) /* twice is no harm */
        assert_int_equal(
            rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), &place),
            CLAIM_RUNNING);
    rig->n_up = 0;
}

static void adopt_with_a_dvm(struct rig *rig, bool is_told)
{
    pid_t stray;

    idset_add(&rig->nodes, 1); /* the hosts are all the same machine */
    restart_under_a_job(rig, true, is_told);
    stray = start_stray(rig, 1);
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    assert_true(scene_is_alive(stray)); /* its job runs */
    put(rig, "go", "");
    rig_await(rig, 3);
    rig_assert_report(rig, 1, 1, LAUNCH_STARTED);
    rig_assert_report(rig, 2, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[2].exit.code, 6);
    assert_false(scene_is_alive(stray));
}

static void test_adopt(void **state)
{
    adopt_with_a_dvm(*state, true);
}

/* Started with --dvm pool, say, and the next manager has no such option. */
static void test_adopt_what_shows_no_dvm(void **state)
{
    adopt_with_a_dvm(*state, false);
}

/* Host b was away when its node was given back. */
static void test_what_is_left_on_a_node_that_was_given_back(void **state)
{
    struct rig *rig = *state;
    struct idset now = {.count = 0};
    pid_t stray;

    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await_output(rig);
    rig_await(rig, 1);
    put(rig, "host.b", "refuse");
    kill(pid_in(rig, "pid.b"), SIGKILL);
    TURN_UNTIL(rig, rig->n_down > 0);
    stray = start_stray(rig, 1);
    idset_add(&now, 0);
    rig->present = &now;
    put(rig, "host.b", "");
    TURN_UNTIL(rig, !scene_is_alive(stray));
    assert_int_equal(rig->n, 1); /* the job runs on, its daemons too */
    rig->present = NULL;
    idset_release(&now);
}

static int clear_b_patiently(struct rig *rig, dur_us patience, dur_us grace)
{
    struct idset b = {.count = 0}, a = {.count = 0};
    struct launch_change change = {.key = {.job_id = 1, .attempt = 1},
                                   .seq = 5,
                                   .nodes = &b,
                                   .stay = &a,
                                   .patience = patience,
                                   .grace = grace};
    int rc;

    idset_add(&b, 1);
    idset_add(&a, 0);
    rc = rig->launcher->ops->clear(rig->launcher, &change, NULL);
    idset_release(&b);
    idset_release(&a);
    return rc;
}

static int clear_b(struct rig *rig, dur_us grace)
{
    return clear_b_patiently(rig, 0, grace);
}

static void start_on_both(struct rig *rig)
{
    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, "echo ready; sleep 100");
    rig_await_output(rig);
    rig_await(rig, 1);
}

/* What runs on the head below the shepherd is not told by the host's mark. */
static void test_clear_ends_what_has_the_mark_on_the_host(void **state)
{
    struct rig *rig = *state;
    pid_t stray;

    start_on_both(rig);
    stray = start_stray(rig, 1);
    assert_int_equal(clear_b(rig, 60 * USEC_PER_SEC), 0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].seq, 5);
    assert_true(rig->reports[1].n_killed >= 1);
    assert_false(scene_is_alive(stray));
}

static void end_stray(evutil_socket_t fd, short what, void *context)
{
    const pid_t *stray = context;

    (void)fd, (void)what;
    kill(*stray, SIGKILL);
}

/* As a rank that is in MPI_Finalize. */
static void test_what_ends_by_itself_is_not_ended(void **state)
{
    struct rig *rig = *state;
    struct timeval soon = {.tv_usec = 100000};
    pid_t stray;

    start_on_both(rig);
    stray = start_stray(rig, 1);
    assert_int_equal(
        clear_b_patiently(rig, 60 * USEC_PER_SEC, 60 * USEC_PER_SEC), 0);
    event_base_once(rig->loop, -1, EV_TIMEOUT, end_stray, &stray, &soon);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].n_killed, 0);
    assert_false(scene_is_alive(stray));
}

static void test_a_host_that_is_down_counts_as_cleared(void **state)
{
    struct rig *rig = *state;

    start_on_both(rig);
    put(rig, "host.b", "refuse");
    kill(pid_in(rig, "pid.b"), SIGKILL);
    TURN_UNTIL(rig, rig->n_down > 0);
    assert_int_equal(clear_b(rig, USEC_PER_SEC), 0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].n_killed, 0);
}

/* Whoever does not answer may still have something: until it is down. */
static void test_a_host_that_hangs_is_not_cleared(void **state)
{
    struct rig *rig = *state;

    start_on_both(rig);
    kill(pid_in(rig, "pid.b"), SIGSTOP);
    assert_int_equal(clear_b(rig, USEC_PER_SEC / 10), 0);
    for (int i = 0; i < 100; i++)
        turn(rig);
    assert_int_equal(rig->n, 1);
    put(rig, "host.b", "refuse");
    kill(pid_in(rig, "pid.b"), SIGKILL);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_true(rig->n_down > 0);
}

static void test_adopt_without_a_dvm(void **state)
{
    struct rig *rig = *state;
    pid_t stray;

    idset_add(&rig->nodes, 1);
    restart_under_a_job(rig, false, false);
    stray = start_stray(rig, 1); /* it has reached a host by itself */
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    assert_true(scene_is_alive(stray));
    put(rig, "go", "");
    rig_await(rig, 3);
    assert_int_equal(rig->reports[2].exit.code, 6);
    assert_false(scene_is_alive(stray));
}

/* The manager was killed, and the job ended before the next one came. */
static void test_what_an_earlier_manager_left(void **state)
{
    struct rig *rig = *state;
    pid_t stray;

    rig_run(rig, 1, "exit 6");
    rig_restart(rig, create);
    stray = start_stray(rig, 5);
    rig->n_up = 0;
    assert_int_equal(
        rig->launcher->ops->adopt(
            rig->launcher, RIG_KEY(1),
            &(struct launch_place){.nodes = &rig->nodes, .has_dvm = true}),
        CLAIM_ENDED);
    assert_int_equal(
        rig->launcher->ops->adopt(
            rig->launcher, RIG_KEY(5),
            &(struct launch_place){.nodes = &rig->nodes, .has_dvm = true}),
        CLAIM_NONE);
    TURN_UNTIL(rig, rig->n_up == RIG_NODES);
    assert_false(scene_is_alive(stray));
    rig_await(rig, 4);
    assert_int_equal(rig->reports[3].exit.code, 6);
}

/* ---- over pretend hosts ---- */

static int setup_pretend(void **state)
{
    rig_setup(state, create_pretend);
    ((struct rig *)*state)->has_dvm = true;
    return 0;
}

static void test_pretend_hosts(void **state)
{
    struct rig *rig = *state;

    assert_string_equal(rig->launcher->ops->name, "local");
    rig->dvm.per_node = 1;
    assert_int_equal(rig_run(rig, 1, "exit 9").code, 9);
    assert_true(sandbox_has(&rig->box, "prte.starts"));
    assert_false(sandbox_has(&rig->box, "rsh.calls"));
    assert_tmp(1, false);
    rig->launcher->ops->resume_node(rig->launcher, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_its_name_and_nodes),
        cmocka_unit_test(test_without_a_dvm),
        cmocka_unit_test(test_by_prun),
        cmocka_unit_test(test_hosts_are_swept_before_the_end_is_told),
        cmocka_unit_test(test_hosts_of_a_job_in_the_pools_dvm),
        cmocka_unit_test(test_nodes_that_were_given_back),
        cmocka_unit_test(test_nodes_that_came_later),
        cmocka_unit_test(test_a_dvm_that_cannot_start),
        cmocka_unit_test(test_a_node_is_lost),
        cmocka_unit_test(test_only_the_dvm_is_lost),
        cmocka_unit_test(test_terminate_while_hosts_are_swept),
        cmocka_unit_test(test_a_host_comes_back_while_others_are_swept),
        cmocka_unit_test(test_a_killed_shepherd),
        cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_adopt_what_shows_no_dvm),
        cmocka_unit_test(test_what_is_left_on_a_node_that_was_given_back),
        cmocka_unit_test(test_clear_ends_what_has_the_mark_on_the_host),
        cmocka_unit_test(test_what_ends_by_itself_is_not_ended),
        cmocka_unit_test(test_a_host_that_is_down_counts_as_cleared),
        cmocka_unit_test(test_a_host_that_hangs_is_not_cleared),
        cmocka_unit_test(test_adopt_without_a_dvm),
        cmocka_unit_test(test_what_an_earlier_manager_left),
    };
    int rc;
    const struct CMUnitTest pretend[] = {
        cmocka_unit_test_setup_teardown(test_pretend_hosts, setup_pretend,
                                        teardown),
    };

    signal(SIGPIPE, SIG_IGN); /* as the manager has it */
    rc =
        rig_run_tests(tests, sizeof(tests) / sizeof(tests[0]), setup, teardown);
    return rc + cmocka_run_group_tests_name("pretend", pretend, NULL, NULL);
}
