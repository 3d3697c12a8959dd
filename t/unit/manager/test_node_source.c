/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the nodes come from, and when they go, in the environments that batch
 * systems make. */
#include "stage.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "manager/node_names.h"
#include "manager/node_pool.h"
#include "manager/node_source.h"
#include "manager/problems.h"

/* Sets SLURM_JOB_END_TIME so many seconds from now. */
static void slurm_ends_in(int seconds)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld",
             (long long)(clock_wall_us() / USEC_PER_SEC) + seconds);
    setenv("SLURM_JOB_END_TIME", text, 1);
}

static void in_slurm(void)
{
    setenv("SLURM_JOB_ID", "4711", 1);
    setenv("SLURM_JOB_NODELIST", "cn[001-003,007],login1", 1);
    setenv("SLURM_JOB_CPUS_PER_NODE", "72(x4),16", 1);
}

static void start(struct stage *stage, uint32_t n_nodes)
{
    stage->options.n_nodes = n_nodes;
    stage_start(stage);
}

/* The pool is TEXT, "name: nodes"; and its source KIND. */
static void expect_source(const struct stage *stage, const char *kind,
                          const char *text)
{
    struct strbuf said;

    strbuf_init(&said);
    node_source_describe(stage->manager, sched_nodes(stage->manager->sched),
                         &said);
    assert_string_equal(said.text, text);
    assert_string_equal(node_source_kind(stage->manager), kind);
    strbuf_release(&said);
}

/* Seconds until the end that the core knows of; -1 = none. */
static double left(const struct stage *stage)
{
    time_us ends = sched_config(stage->manager->sched)->ends;

    if (ends == TIME_NEVER)
        return -1;
    return (double)(ends - manager_now(stage->manager)) / USEC_PER_SEC;
}

static void expect_left(const struct stage *stage, double seconds)
{
    double found = left(stage);

    if (found > seconds + 1 || found < seconds - 60)
        fail_msg("%g s are left, not %g", found, seconds);
}

static void expect_failure(struct stage *stage, enum err_code code,
                           const char *text, const char *hint)
{
    struct err err = stage_start_fails(stage);

    assert_int_equal(err.code, code);
    if (strstr(err.text, text) == NULL || strstr(err.hint, hint) == NULL)
        fail_msg("%s; %s", err.text, err.hint);
}

static void test_a_slurm_allocation(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    slurm_ends_in(3600);
    start(stage, 0);
    expect_source(stage, "slurm",
                  "Slurm allocation 4711: cn[001-003,007],login1, up to 72 "
                  "slots each");
    assert_string_equal(node_source_id(stage->manager), "4711");
    assert_false(node_source_is_local(stage->manager));
    assert_int_equal(node_names_slots(stage->manager->nodes, 0), 72);
    assert_int_equal(node_names_slots(stage->manager->nodes, 4), 16);
    expect_left(stage, 3600);
    assert_true(sched_config(stage->manager->sched)->least_run ==
                31 * USEC_PER_SEC);
    assert_int_equal(stage_count_log(stage, "Slurm allocation 4711: "
                                            "cn[001-003,007],login1, up to 72 "
                                            "slots each, ends "),
                     1);
    assert_int_equal(stage_count_log(stage, "(in 59 min 59 s)") +
                         stage_count_log(stage, "(in 1 h)"),
                     1);
}

static void test_n_takes_the_first_of_the_allocation(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    start(stage, 3);
    expect_source(stage, "slurm",
                  "Slurm allocation 4711: cn[001-003], 72 slots each");
    assert_true(left(stage) < 0);
    stage_stop(stage);
    start(stage, 9);
    assert_int_equal(stage_count_log(stage, "9 nodes were asked for, Slurm "
                                            "allocation 4711 has 5"),
                     1);
}

/* The length counts from when the node file was written. */
static void test_a_pbs_allocation(void **state)
{
    struct stage *stage = *state;
    struct timespec times[2];
    char path[300];

    file_put("nodes", "a1\na1\na2\na2\n");
    snprintf(path, sizeof(path), "%s/nodes", stage->path);
    setenv("PBS_NODEFILE", path, 1);
    setenv("PBS_JOBID", "12.pbs", 1);
    setenv("PBS_WALLTIME", "3600", 1);
    times[0].tv_nsec = times[1].tv_nsec = 0;
    times[0].tv_sec = times[1].tv_sec = clock_wall_us() / USEC_PER_SEC - 1000;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    start(stage, 0);
    expect_source(stage, "pbs", "PBS allocation 12.pbs: a[1-2], 2 slots each");
    expect_left(stage, 2600);
}

static void test_other_batch_systems(void **state)
{
    struct stage *stage = *state;
    char path[300];

    setenv("LSB_MCPU_HOSTS", "h1 1 h2 1", 1);
    start(stage, 0);
    expect_source(stage, "lsf", "LSF allocation: h[1-2], 1 slot each");
    stage_stop(stage);
    unsetenv("LSB_MCPU_HOSTS");
    file_put("nodes", "c1\n");
    snprintf(path, sizeof(path), "%s/nodes", stage->path);
    setenv("COBALT_NODEFILE", path, 1);
    start(stage, 0);
    expect_source(stage, "cobalt", "Cobalt allocation: c1");
}

static void test_a_hostfile_comes_first(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    slurm_ends_in(500);
    file_put("hosts", "login1\n");
    stage->options.hostfile = "hosts";
    start(stage, 0);
    expect_source(stage, "hostfile", "hosts: login1");
    expect_left(stage, 500);
    assert_int_equal(stage_count_log(stage, "Slurm allocation 4711, ends "), 1);
    stage_stop(stage);
    stage->options.hostfile = NULL;
    setenv("ERM_HOSTFILE", "hosts", 1);
    start(stage, 0);
    expect_source(stage, "hostfile", "hosts: login1");
    stage_stop(stage);
    stage->options.nodes_from = "slurm";
    start(stage, 1);
    expect_source(stage, "slurm",
                  "Slurm allocation 4711: cn001, 72 slots each");
}

static void test_slices_inside_of_an_allocation(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    slurm_ends_in(500);
    stage->options.nodes_from = "local";
    start(stage, 2);
    expect_source(stage, "local", "this machine: node[1-2]");
    assert_true(node_source_is_local(stage->manager));
    expect_left(stage, 500);
}

static void test_a_variable_without_sense_stops_the_start(void **state)
{
    struct stage *stage = *state;

    setenv("SLURM_JOB_NODELIST", "n1;reboot", 1);
    expect_failure(stage, ERR_INPUT, "SLURM_JOB_NODELIST: ", "-H FILE");
    setenv("SLURM_JOB_NODELIST", "n[1-2]", 1);
    setenv("SLURM_JOB_END_TIME", "soon", 1);
    expect_failure(stage, ERR_INPUT, "SLURM_JOB_END_TIME: ", "-H FILE");
    unsetenv("SLURM_JOB_NODELIST");
    setenv("PBS_NODEFILE", "/nowhere/nodes", 1);
    expect_failure(stage, ERR_INPUT, "PBS_NODEFILE: ", "local");
}

static void test_it_only_warns_who_names_the_nodes(void **state)
{
    struct stage *stage = *state;

    setenv("SLURM_JOB_NODELIST", "n[1-2]", 1);
    setenv("SLURM_JOB_END_TIME", "soon", 1);
    stage->options.nodes_from = "local";
    start(stage, 2);
    assert_true(left(stage) < 0);
    assert_int_equal(stage_count_log(stage, "the end of the allocation is not "
                                            "known: SLURM_JOB_END_TIME"),
                     1);
    stage_stop(stage);
    slurm_ends_in(-60);
    start(stage, 2);
    assert_true(left(stage) < 0);
    assert_int_equal(stage_count_log(stage, "the allocation ended 1 min"), 1);
}

static void test_an_allocation_that_has_ended(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    slurm_ends_in(-60);
    expect_failure(stage, ERR_INPUT,
                   "SLURM_JOB_END_TIME: the allocation ended 1 min",
                   "--ends-in");
    stage->options.ends_in = 700 * USEC_PER_SEC;
    start(stage, 0);
    expect_left(stage, 700);
}

static void test_a_person_knows_the_end(void **state)
{
    struct stage *stage = *state;

    in_slurm();
    slurm_ends_in(3600);
    stage->options.ends_in = TIME_NEVER;
    start(stage, 0);
    assert_true(left(stage) < 0);
    stage_stop(stage);
    stage->options.ends_in = 0;
    stage->options.ends_at = clock_wall_us() + 900 * USEC_PER_SEC;
    stage->options.end_margin = 5 * USEC_PER_SEC;
    start(stage, 0);
    expect_left(stage, 900);
    assert_true(sched_config(stage->manager->sched)->least_run ==
                6 * USEC_PER_SEC);
}

static void test_one_source_is_asked_for(void **state)
{
    struct stage *stage = *state;

    setenv("SLURM_JOB_NODELIST", "n[1-2]", 1);
    stage->options.nodes_from = "lsf";
    expect_failure(stage, ERR_INPUT,
                   "this is no LSF allocation: LSB_DJOB_HOSTFILE, "
                   "LSB_MCPU_HOSTS or LSB_HOSTS is not set",
                   "-H FILE");
    stage->options.nodes_from = "slrum";
    expect_failure(stage, ERR_USAGE, "there is no 'slrum'", "'slurm'");
    stage->options.nodes_from = "x";
    expect_failure(stage, ERR_USAGE, "there is no 'x'", "cobalt, local");
    stage->options.nodes_from = "hostfile";
    expect_failure(stage, ERR_USAGE, "needs -H or ERM_HOSTFILE", "");
    stage->options.nodes_from = "slurm";
    stage->options.hostfile = "hosts";
    expect_failure(stage, ERR_USAGE, "only one of them", "");
}

static void test_a_node_file_that_goes_keeps_the_pool(void **state)
{
    struct stage *stage = *state;
    struct err err;
    char path[300];

    file_put("nodes", "a1\na2\n");
    snprintf(path, sizeof(path), "%s/nodes", stage->path);
    setenv("PBS_NODEFILE", path, 1);
    start(stage, 0);
    unlink("nodes");
    assert_int_equal(node_pool_reload(stage->manager->pool, &err), -1);
    assert_non_null(strstr(err.text, "PBS_NODEFILE: "));
    expect_source(stage, "pbs", "PBS allocation: a[1-2]");
    assert_int_equal(stage->manager->problems->n, 1);
    assert_string_equal(stage->manager->problems->items[0].file,
                        "PBS allocation");
    file_put("nodes", "a1\na2\na3\n");
    assert_int_equal(node_pool_reload(stage->manager->pool, &err), 0);
    expect_source(stage, "pbs", "PBS allocation: a[1-3]");
    assert_int_equal(stage->manager->problems->n, 0);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_slurm_allocation),
        STORY(test_n_takes_the_first_of_the_allocation),
        STORY(test_a_pbs_allocation),
        STORY(test_other_batch_systems),
        STORY(test_a_hostfile_comes_first),
        STORY(test_slices_inside_of_an_allocation),
        STORY(test_a_variable_without_sense_stops_the_start),
        STORY(test_it_only_warns_who_names_the_nodes),
        STORY(test_an_allocation_that_has_ended),
        STORY(test_a_person_knows_the_end),
        STORY(test_one_source_is_asked_for),
        STORY(test_a_node_file_that_goes_keeps_the_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
