/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool's DVM in generations, with a launcher behind it that only notes
 * what it is told; the test reports in its place.
 */
#include <dirent.h>
#include <fcntl.h>
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

#include "../shepherd/sandbox.h"
#include "base/alloc.h"
#include "launch/pool_dvm.h"

#define FEW 32

struct desk {
    struct launcher inner; /* first: it is cast back */
    struct sandbox box;
    struct event_base *loop;
    struct log log;
    struct engine engine;
    struct prrte_config config;
    struct pool_dvm *pool;
    char nodes_dir[SANDBOX_PATH];
    uint32_t started[FEW], ended[FEW], adopted[FEW]; /* numbers */
    size_t n_started, n_ended, n_adopted;
    char words[1000]; /* of the last wrapper */
    bool refuses;
    enum claim_state claim; /* what adopt() says */
};

static struct desk *to_desk(struct launcher *launcher)
{
    return (struct desk *)(void *)launcher;
}

static int start(struct launcher *launcher,
                 const struct launch_request *request, struct err *err)
{
    struct desk *desk = to_desk(launcher);

    assert_int_equal(request->key.job_id, 0);
    assert_null(request->command);
    if (desk->refuses)
        return err_set(err, ERR_SYSTEM, "no");
    desk->words[0] = '\0';
    for (const char *const *word = request->wrapper; *word != NULL; word++) {
        size_t n = strlen(desk->words);
        snprintf(desk->words + n, sizeof(desk->words) - n, "%s ", *word);
    }
    desk->started[desk->n_started++] = request->key.attempt;
    return 0;
}

static enum claim_state adopt(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place)
{
    struct desk *desk = to_desk(launcher);

    (void)place;
    assert_int_equal(key->job_id, 0);
    desk->adopted[desk->n_adopted++] = key->attempt;
    return desk->claim;
}

static int terminate(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err)
{
    struct desk *desk = to_desk(launcher);

    (void)grace, (void)err;
    assert_int_equal(key->job_id, 0);
    desk->ended[desk->n_ended++] = key->attempt;
    return 0;
}

static const struct launcher_ops ops = {
    .name = "notes", .start = start, .adopt = adopt, .terminate = terminate};

static char *copy_path(const struct sandbox *box, const char *name)
{
    char path[SANDBOX_PATH];

    return mem_strdup(sandbox_path(box, name, path));
}

static int enter(void **state)
{
    struct desk *desk = mem_alloc(sizeof(*desk));

    sandbox_init(&desk->box);
    desk->inner.ops = &ops;
    desk->loop = event_base_new();
    desk->claim = CLAIM_RUNNING;
    sandbox_path(&desk->box, "nodes", desk->nodes_dir);
    assert_int_equal(mkdir(desk->nodes_dir, 0700), 0);
    desk->engine =
        (struct engine){.erm_dvm = mem_strdup("/l/erm-dvm"),
                        .rsh = mem_strdup("/l/erm-rsh"),
                        .rsh_how = mem_strdup("ssh"),
                        .dir = mem_strdup(desk->box.dir),
                        .pool_uri = copy_path(&desk->box, "pool.uri"),
                        .mark = mem_strdup("5ca1ab1e")};
    desk->config.base.loop = desk->loop;
    desk->config.base.log = &desk->log;
    desk->config.base.jobs_fd = desk->box.jobs_fd;
    desk->config.base.jobs_dir = desk->box.jobs;
    desk->config.engine = &desk->engine;
    desk->config.nodes_dir = desk->nodes_dir;
    desk->pool = pool_dvm_create(&desk->config, &desk->inner);
    *state = desk;
    return 0;
}

static int leave(void **state)
{
    struct desk *desk = *state;

    pool_dvm_destroy(desk->pool);
    event_base_free(desk->loop);
    free(desk->engine.erm_dvm);
    free(desk->engine.rsh);
    free(desk->engine.rsh_how);
    free(desk->engine.dir);
    free(desk->engine.pool_uri);
    free(desk->engine.mark);
    sandbox_release(&desk->box);
    free(desk);
    return 0;
}

static void turn(struct desk *desk)
{
    struct timeval tick = {.tv_usec = 2000};

    event_base_loopexit(desk->loop, &tick);
    event_base_loop(desk->loop, EVLOOP_ONCE);
}

static void turn_for(struct desk *desk, dur_us span)
{
    for (int64_t end = clock_boot_us() + span; clock_boot_us() < end;)
        turn(desk);
}

/* The Nth start, which is of generation NUMBER. */
static void expect_start(struct desk *desk, size_t n, uint32_t number)
{
    for (int i = 0; desk->n_started < n; i++) {
        assert_true(i < SANDBOX_WAIT_MS / 2);
        turn(desk);
    }
    assert_int_equal(desk->n_started, n);
    assert_int_equal(desk->started[n - 1], number);
}

static void report(struct desk *desk, uint32_t number, int what, pid_t pid)
{
    struct launch_report r = {.key = {.attempt = number},
                              .what = what,
                              .pid = pid,
                              .text = "a reason"};

    pool_dvm_report(desk->pool, &r);
}

/* Nodes st1 and so on, of which UNREADY (-1: none) has not answered yet. */
static void set_nodes(struct desk *desk, uint32_t n, int unready)
{
    static const char *const names[] = {"st1", "st2", "st3"};
    struct launch_node nodes[3] = {{0}};
    struct idset missing;

    idset_init(&missing);
    if (unready >= 0)
        idset_add(&missing, (uint32_t)unready);
    for (uint32_t i = 0; i < n; i++)
        nodes[i].name = names[i];
    pool_dvm_set_nodes(desk->pool, nodes, n, &missing);
    idset_release(&missing);
}

static void expect_hosts(const struct desk *desk, const char *name,
                         const char *text)
{
    char *content = sandbox_read(&desk->box, name);

    assert_string_equal(content, text);
    free(content);
}

/* To which generation the address leads; 0 none. */
static unsigned published(const struct desk *desk)
{
    char target[SANDBOX_PATH];
    ssize_t n = readlink(desk->engine.pool_uri, target, sizeof(target) - 1);
    unsigned number = 0;

    if (n < 0)
        return 0;
    target[n] = '\0';
    assert_int_equal(strncmp(target, desk->box.jobs, strlen(desk->box.jobs)),
                     0);
    assert_int_equal(
        sscanf(target + strlen(desk->box.jobs), "/0.%u/dvm.uri", &number), 1);
    return number;
}

/* Generation 1 over all of N nodes, in use. */
static void begin(struct desk *desk, uint32_t n)
{
    set_nodes(desk, n, -1);
    expect_start(desk, 1, 1);
    report(desk, 1, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 1);
}

static void test_the_first_one(void **state)
{
    struct desk *desk = *state;

    set_nodes(desk, 3, 1);
    assert_int_equal(desk->n_started, 0); /* it waits for a bunch of them */
    pool_dvm_set_node(desk->pool, 1, true);
    expect_start(desk, 1, 1);
    expect_hosts(desk, "nodes/0.1", "st1 slots=1\nst2 slots=1\nst3 slots=1\n");
    assert_non_null(strstr(desk->words, "--key 5ca1ab1e.pool "));
    assert_non_null(strstr(desk->words, "--uri "));
    assert_null(strstr(desk->words, "--per-node"));
    assert_int_equal(published(desk), 0); /* not before it is ready */
    report(desk, 1, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 1);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 1);
    assert_int_equal(desk->n_ended, 0);
}

static void test_without_nodes_there_is_none(void **state)
{
    struct desk *desk = *state;

    set_nodes(desk, 1, 0);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 0);
    pool_dvm_set_node(desk->pool, 7, true); /* no member */
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 0);
}

static void test_other_nodes_make_a_new_one(void **state)
{
    struct desk *desk = *state;

    begin(desk, 2);
    set_nodes(desk, 3, -1);
    expect_start(desk, 2, 2);
    assert_int_equal(published(desk), 1); /* until the new one is ready */
    assert_int_equal(desk->n_ended, 0);
    report(desk, 2, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 2);
    assert_int_equal(desk->n_ended, 1); /* no job used it */
    assert_int_equal(desk->ended[0], 1);
    report(desk, 1, LAUNCH_ENDED, 0);
    assert_int_equal(published(desk), 2); /* the old one's end is no loss */
    assert_false(sandbox_has(&desk->box, "nodes/0.1"));
    assert_true(sandbox_has(&desk->box, "nodes/0.2"));
}

static void test_a_node_goes_and_comes_back(void **state)
{
    struct desk *desk = *state;

    begin(desk, 2);
    pool_dvm_set_node(desk->pool, 1, false);
    expect_start(desk, 2, 2);
    expect_hosts(desk, "nodes/0.2", "st1 slots=1\n");
    pool_dvm_set_node(desk->pool, 1, true);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 2); /* one start at a time */
    report(desk, 2, LAUNCH_STARTED, 0);
    expect_start(desk, 3, 3);
    expect_hosts(desk, "nodes/0.3", "st1 slots=1\nst2 slots=1\n");
}

static void test_the_old_one_stays_for_its_jobs(void **state)
{
    struct desk *desk = *state;

    begin(desk, 1);
    pool_dvm_job_started(desk->pool, 7);
    pool_dvm_job_started(desk->pool, 8);
    set_nodes(desk, 2, -1);
    expect_start(desk, 2, 2);
    report(desk, 2, LAUNCH_STARTED, 0);
    pool_dvm_job_started(desk->pool, 9); /* of the new one */
    assert_int_equal(desk->n_ended, 0);
    pool_dvm_job_ended(desk->pool, 8);
    assert_int_equal(desk->n_ended, 0);
    pool_dvm_job_ended(desk->pool, 9);
    assert_int_equal(desk->n_ended, 0);
    pool_dvm_job_ended(desk->pool, 7);
    assert_int_equal(desk->n_ended, 1);
    assert_int_equal(desk->ended[0], 1);
}

/* Again after a second, then after two; a success makes it one again. */
static void test_a_lost_one_is_replaced(void **state)
{
    struct desk *desk = *state;
    int64_t begun;

    begin(desk, 1);
    begun = clock_boot_us();
    report(desk, 1, LAUNCH_ENDED, 0);
    assert_int_equal(published(desk), 0);
    expect_start(desk, 2, 2);
    assert_true(clock_boot_us() - begun >= USEC_PER_SEC);
    begun = clock_boot_us();
    report(desk, 2, LAUNCH_START_FAILED, 0);
    pool_dvm_set_node(desk->pool, 0, true); /* does not make it sooner */
    expect_start(desk, 3, 3);
    assert_true(clock_boot_us() - begun >= 2 * USEC_PER_SEC);
    report(desk, 3, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 3);
    begun = clock_boot_us();
    report(desk, 3, LAUNCH_LOST, 0);
    expect_start(desk, 4, 4);
    assert_true(clock_boot_us() - begun >= USEC_PER_SEC);
    assert_true(clock_boot_us() - begun < 2 * USEC_PER_SEC);
}

static void test_a_start_that_is_refused(void **state)
{
    struct desk *desk = *state;

    desk->refuses = true;
    set_nodes(desk, 1, -1);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 0);
    assert_false(sandbox_has(&desk->box, "nodes/0.1"));
    desk->refuses = false;
    expect_start(desk, 1, 2); /* a number is not used again */
}

static void test_reports_about_nobody(void **state)
{
    struct desk *desk = *state;

    report(desk, 9, LAUNCH_STARTED, 0);
    report(desk, 9, LAUNCH_ENDED, 0);
    pool_dvm_report(NULL, &(struct launch_report){.key = {.attempt = 1}});
    assert_int_equal(published(desk), 0);
    pool_dvm_job_ended(desk->pool, 5);
    assert_int_equal(desk->n_ended, 0);
}

/* ---- after a restart ---- */

static void put(const struct desk *desk, const char *name, const char *text)
{
    char path[SANDBOX_PATH];
    FILE *file = fopen(sandbox_path(&desk->box, name, path), "we");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void leave_behind(struct desk *desk, uint32_t number, const char *hosts)
{
    char name[40], path[SANDBOX_PATH];

    snprintf(name, sizeof(name), "jobs/0.%u", number);
    mkdir(sandbox_path(&desk->box, name, path), 0700);
    snprintf(name, sizeof(name), "nodes/0.%u", number);
    put(desk, name, hosts);
}

static void restart(struct desk *desk)
{
    pool_dvm_job_started(desk->pool, 7); /* so that nothing is ended */
    pool_dvm_destroy(desk->pool);
    desk->n_adopted = 0;
    desk->pool = pool_dvm_create(&desk->config, &desk->inner);
}

static void test_adopted(void **state)
{
    struct desk *desk = *state;

    leave_behind(desk, 4, "st1 slots=1\nst2 slots=1\n");
    restart(desk);
    assert_int_equal(desk->n_adopted, 1);
    assert_int_equal(desk->adopted[0], 4);
    set_nodes(desk, 2, -1);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 0); /* what becomes of it is to be seen */
    report(desk, 4, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 4);
    turn_for(desk, USEC_PER_SEC / 2);
    assert_int_equal(desk->n_started, 0); /* its hosts are the right ones */
    set_nodes(desk, 1, -1);
    expect_start(desk, 1, 5);
}

/* Whichever is reported first. */
static void test_the_newest_is_used(void **state)
{
    struct desk *desk = *state;

    leave_behind(desk, 4, "st1 slots=1\n");
    leave_behind(desk, 5, "st1 slots=1\n");
    restart(desk);
    assert_int_equal(desk->n_adopted, 2);
    pool_dvm_job_started(desk->pool, 7);
    report(desk, 5, LAUNCH_STARTED, 0);
    report(desk, 4, LAUNCH_STARTED, 0);
    assert_int_equal(published(desk), 5);
    assert_int_equal(desk->n_ended, 0);
    pool_dvm_job_ended(desk->pool, 7);
    assert_int_equal(desk->n_ended, 1);
    assert_int_equal(desk->ended[0], 4);
}

static void test_one_that_ended_meanwhile(void **state)
{
    struct desk *desk = *state;

    leave_behind(desk, 4, "st1 slots=1\n");
    restart(desk);
    set_nodes(desk, 1, -1);
    report(desk, 4, LAUNCH_LOST, 0);
    expect_start(desk, 1, 5);
}

/* A folder without a lock: it was being removed, and no report will come. */
static void test_a_folder_that_is_no_claim(void **state)
{
    struct desk *desk = *state;

    leave_behind(desk, 4, "st1 slots=1\n");
    desk->claim = CLAIM_NONE;
    restart(desk);
    assert_false(sandbox_has(&desk->box, "nodes/0.4"));
    set_nodes(desk, 1, -1);
    expect_start(desk, 1, 5);
}

static void test_the_end_of_the_manager(void **state)
{
    struct desk *desk = *state;

    begin(desk, 1);
    pool_dvm_job_started(desk->pool, 7);
    pool_dvm_destroy(desk->pool);
    assert_int_equal(desk->n_ended, 0); /* the job goes on */
    assert_int_equal(published(desk), 1);
    desk->pool = pool_dvm_create(&desk->config, &desk->inner);
    set_nodes(desk, 1, -1);
    expect_start(desk, 2, 1);
    report(desk, 1, LAUNCH_STARTED, 0);
    pool_dvm_destroy(desk->pool);
    assert_int_equal(desk->n_ended, 1);
    assert_int_equal(published(desk), 0);
    desk->pool = NULL;
}

int main(void)
{
#define AT_DESK(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        AT_DESK(test_the_first_one),
        AT_DESK(test_without_nodes_there_is_none),
        AT_DESK(test_other_nodes_make_a_new_one),
        AT_DESK(test_a_node_goes_and_comes_back),
        AT_DESK(test_the_old_one_stays_for_its_jobs),
        AT_DESK(test_a_lost_one_is_replaced),
        AT_DESK(test_a_start_that_is_refused),
        AT_DESK(test_reports_about_nobody),
        AT_DESK(test_adopted),
        AT_DESK(test_the_newest_is_used),
        AT_DESK(test_one_that_ended_meanwhile),
        AT_DESK(test_a_folder_that_is_no_claim),
        AT_DESK(test_the_end_of_the_manager),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
