/* SPDX-License-Identifier: BSD-2-Clause */
/* The environments that batch systems make, and what is wrong with others. */
#include "support.h"

#include "codec/allocation_env.h"

static const char *lookup(void *context, const char *name)
{
    const char *const *variables = context;
    size_t n = strlen(name);

    for (; *variables != NULL; variables++) {
        if (strncmp(*variables, name, n) == 0 && (*variables)[n] == '=')
            return *variables + n + 1;
    }
    return NULL;
}

/* Variables as "NAME=VALUE", NULL at the end. */
#define ENV(...)                  \
    (void *)(const char *const[]) \
    {                             \
        __VA_ARGS__, NULL         \
    }

/* Finds the allocation of KIND; its nodes must be HOSTS, as a hostfile. */
static struct allocation_env find(void *env, enum allocation_kind kind,
                                  const char *hosts)
{
    struct allocation_env found;
    struct hostfile file;
    struct strbuf text;
    struct err err;

    err_clear(&err);
    allocation_env_init(&found);
    hostfile_init(&file);
    strbuf_init(&text);
    if (allocation_env_find(&found, ALLOCATION_NONE, lookup, env, &err) != 0 ||
        allocation_env_hosts(&found, lookup, env, &file, &err) != 0)
        fail_msg("%s", err.text);
    hostfile_format(&file, &text);
    assert_string_equal(text.text, hosts);
    assert_int_equal(found.kind, kind);
    hostfile_release(&file);
    strbuf_release(&text);
    return found;
}

static void expect_hosts(void *env, enum allocation_kind kind,
                         const char *hosts)
{
    struct allocation_env found = find(env, kind, hosts);

    allocation_env_release(&found);
}

static void expect_problem(void *env, const char *problem)
{
    struct allocation_env found;
    struct hostfile file;
    struct err err;
    int result;

    err_clear(&err);
    allocation_env_init(&found);
    hostfile_init(&file);
    result = allocation_env_find(&found, ALLOCATION_NONE, lookup, env, &err);
    if (result != 0)
        assert_int_equal(found.kind, ALLOCATION_NONE);
    else
        result = allocation_env_hosts(&found, lookup, env, &file, &err);
    assert_int_equal(result, -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_contains(err.text, problem);
    hostfile_release(&file);
    allocation_env_release(&found);
}

static void test_no_allocation(void **state)
{
    (void)state;
    expect_hosts(ENV("PATH=/bin"), ALLOCATION_NONE, "");
    expect_hosts(ENV("SLURM_JOB_ID=5", "SLURM_JOB_NODELIST="), ALLOCATION_NONE,
                 "");
}

/* What Slurm 23.02 sets in a batch script, as far as it matters. */
static void test_slurm(void **state)
{
    struct allocation_env found =
        find(ENV("SLURM_CLUSTER_NAME=hpc", "SLURM_CPUS_ON_NODE=72",
                 "SLURM_JOBID=4711", "SLURM_JOB_CPUS_PER_NODE=72(x4),16",
                 "SLURM_JOB_END_TIME=1764079500", "SLURM_JOB_ID=4711",
                 "SLURM_JOB_NODELIST=cn[001-003,007],login1",
                 "SLURM_JOB_NUM_NODES=5", "SLURM_JOB_START_TIME=1764075900",
                 "SLURM_NNODES=5", "SLURM_NODELIST=cn[001-003,007],login1",
                 "SLURM_TASKS_PER_NODE=1(x5)"),
             ALLOCATION_SLURM,
             "cn001 slots=72\ncn002 slots=72\ncn003 slots=72\ncn007 slots=72\n"
             "login1 slots=16\n");

    (void)state;
    assert_string_equal(found.id, "4711");
    assert_true(found.ends == 1764079500 * USEC_PER_SEC);
    assert_true(found.length == TIME_NEVER);
    assert_string_equal(found.variable, "SLURM_JOB_NODELIST");
    assert_string_equal(found.end_variable, "SLURM_JOB_END_TIME");
    assert_null(found.path);
    allocation_env_release(&found);
}

static void test_slurm_of_old(void **state)
{
    struct allocation_env found =
        find(ENV("SLURM_NODELIST=n[9-11]", "SLURM_TASKS_PER_NODE=2(x2),1"),
             ALLOCATION_SLURM, "n9 slots=2\nn10 slots=2\nn11 slots=1\n");

    (void)state;
    assert_null(found.id);
    assert_null(found.end_variable);
    assert_true(found.ends == TIME_NEVER);
    assert_string_equal(found.variable, "SLURM_NODELIST");
    allocation_env_release(&found);
}

static void test_slurm_names(void **state)
{
    (void)state;
    expect_hosts(ENV("SLURM_JOB_NODELIST=one"), ALLOCATION_SLURM, "one\n");
    expect_hosts(ENV("SLURM_JOB_NODELIST=a[1-2]-ib,b[08-10]"), ALLOCATION_SLURM,
                 "a1-ib\na2-ib\nb08\nb09\nb10\n");
    expect_hosts(ENV("SLURM_JOB_NODELIST=r[0-1]n[2,04-05],x"), ALLOCATION_SLURM,
                 "r0n2\nr0n04\nr0n05\nr1n2\nr1n04\nr1n05\nx\n");
    expect_hosts(ENV("SLURM_JOB_NODELIST=a[1-2]b[3]c[4-5]d"), ALLOCATION_SLURM,
                 "a1b3c4d\na1b3c5d\na2b3c4d\na2b3c5d\n");
}

static void test_slurm_without_a_limit(void **state)
{
    static const char *const ends[] = {"SLURM_JOB_END_TIME=4294967294",
                                       "SLURM_JOB_END_TIME=4294967295",
                                       "SLURM_JOB_END_TIME="};

    (void)state;
    for (size_t i = 0; i < N_OF(ends); i++) {
        struct allocation_env found =
            find(ENV("SLURM_JOB_NODELIST=a", ends[i]), ALLOCATION_SLURM, "a\n");

        assert_true(found.ends == TIME_NEVER);
        allocation_env_release(&found);
    }
}

static void test_slurm_problems(void **state)
{
    (void)state;
    expect_problem(ENV("SLURM_JOB_NODELIST=n[1-"), "SLURM_JOB_NODELIST: ");
    expect_problem(ENV("SLURM_JOB_NODELIST=-oProxyCommand=x"),
                   "SLURM_JOB_NODELIST: ");
    expect_problem(ENV("SLURM_NODELIST=a;b"), "SLURM_NODELIST: ");
    expect_problem(ENV("SLURM_JOB_NODELIST=a[1-2]b[3-"),
                   "SLURM_JOB_NODELIST: ");
    expect_problem(ENV("SLURM_JOB_NODELIST=a,a[1-2],a1"),
                   "SLURM_JOB_NODELIST: a1 is in it twice");
    expect_problem(ENV("SLURM_JOB_NODELIST=a[1-1000]b[1-1000]"),
                   "SLURM_JOB_NODELIST: more than 100000");
    expect_problem(
        ENV("SLURM_JOB_NODELIST=n[1-3]", "SLURM_JOB_CPUS_PER_NODE=4(x2)"),
        "SLURM_JOB_CPUS_PER_NODE is for 2 nodes, the allocation "
        "has 3");
    expect_problem(ENV("SLURM_JOB_NODELIST=n[1-3]", "SLURM_TASKS_PER_NODE=4"),
                   "SLURM_TASKS_PER_NODE is for 1 nodes");
    expect_problem(ENV("SLURM_JOB_NODELIST=a", "SLURM_JOB_END_TIME=soon"),
                   "SLURM_JOB_END_TIME: seconds since 1970 is expected, not "
                   "\"soon\"");
    expect_problem(ENV("SLURM_JOB_NODELIST=a", "SLURM_JOB_END_TIME=-5"),
                   "SLURM_JOB_END_TIME");
    expect_problem(ENV("SLURM_JOB_NODELIST=a", "SLURM_JOB_END_TIME=0"),
                   "SLURM_JOB_END_TIME");
    expect_problem(ENV("SLURM_JOB_NODELIST=a", "SLURM_JOB_ID=1\033[2J"),
                   "SLURM_JOB_ID: the id of a job is expected, not \"1?[2J\"");
}

static void test_slots_that_make_no_sense(void **state)
{
    static const char *const counts[] = {
        "4(x",        "4(x2",         "4(x2)1", "4(x0)",    "0",
        "x",          "4,",           ",4",     "4(2)",     "-1",
        "4(x-1)",     "4 ",           " 4",     "4(x2),,2", "100001",
        "1(x100001)", "9999999999999"};

    (void)state;
    for (size_t i = 0; i < N_OF(counts); i++) {
        char variable[64];

        snprintf(variable, sizeof(variable), "SLURM_JOB_CPUS_PER_NODE=%s",
                 counts[i]);
        expect_problem(ENV("SLURM_JOB_NODELIST=n[1-3]", variable),
                       "SLURM_JOB_CPUS_PER_NODE: a list as \"4(x2),2\" is "
                       "expected, not \"");
    }
}

/* What Torque sets; PBS Pro has no PBS_WALLTIME. */
static void test_pbs(void **state)
{
    struct allocation_env found =
        find(ENV("PBS_ENVIRONMENT=PBS_BATCH", "PBS_JOBID=1234[5].pbs-01.site",
                 "PBS_NODEFILE=/var/spool/pbs/aux/1234.pbs-01.site",
                 "PBS_NUM_NODES=2", "PBS_NUM_PPN=4", "PBS_WALLTIME=3600"),
             ALLOCATION_PBS, "");

    (void)state;
    assert_string_equal(found.id, "1234[5].pbs-01.site");
    assert_string_equal(found.path, "/var/spool/pbs/aux/1234.pbs-01.site");
    assert_true(found.ends == TIME_NEVER);
    assert_true(found.length == 3600 * USEC_PER_SEC);
    assert_string_equal(found.end_variable, "PBS_WALLTIME");
    allocation_env_release(&found);
    expect_problem(ENV("PBS_NODEFILE=nodes"),
                   "PBS_NODEFILE: the absolute path of a file");
    expect_problem(ENV("PBS_NODEFILE=/a", "PBS_WALLTIME=01:00:00"),
                   "PBS_WALLTIME: a number of seconds is expected");
}

static void test_lsf(void **state)
{
    struct allocation_env found = find(
        ENV("LSB_DJOB_HOSTFILE=/home/u/.lsbatch/1.hostfile", "LSB_JOBID=99",
            "LSB_MCPU_HOSTS=h1 4 h2 4", "LSB_HOSTS=h1 h1 h1 h1 h2 h2 h2 h2"),
        ALLOCATION_LSF, "");

    (void)state;
    assert_string_equal(found.id, "99");
    assert_string_equal(found.path, "/home/u/.lsbatch/1.hostfile");
    allocation_env_release(&found);
    expect_hosts(ENV("LSB_MCPU_HOSTS=h1 4 h2 4 "), ALLOCATION_LSF,
                 "h1 slots=4\nh2 slots=4\n");
    expect_hosts(ENV("LSB_MCPU_HOSTS=h1 4 h2 4 h1 2"), ALLOCATION_LSF,
                 "h1 slots=6\nh2 slots=4\n");
    expect_hosts(ENV("LSB_HOSTS=h1 h1 h2 h3 h3 h3"), ALLOCATION_LSF,
                 "h1 slots=2\nh2\nh3 slots=3\n");
    expect_problem(ENV("LSB_MCPU_HOSTS=h1 4 h2"),
                   "LSB_MCPU_HOSTS: a list as \"h1 4 h2 4\" is expected, not "
                   "\"h2\"");
    expect_problem(ENV("LSB_MCPU_HOSTS=h1 4x"), "LSB_MCPU_HOSTS: ");
    expect_problem(ENV("LSB_MCPU_HOSTS=4 h1"), "LSB_MCPU_HOSTS: ");
    expect_problem(ENV("LSB_MCPU_HOSTS=-oX 4"),
                   "LSB_MCPU_HOSTS: a host name is expected, not \"-oX\"");
    expect_problem(ENV("LSB_HOSTS=h1 a;b"),
                   "LSB_HOSTS: a host name is expected, not \"a;b\"");
    expect_problem(ENV("LSB_HOSTS=h1 h[1-2]"), "LSB_HOSTS: ");
    expect_problem(ENV("LSB_HOSTS=  "), "LSB_HOSTS: no host in it");
}

static void test_cobalt(void **state)
{
    struct allocation_env found =
        find(ENV("COBALT_JOBID=300123", "COBALT_ENDTIME=1764079500",
                 "COBALT_NODEFILE=/var/tmp/cobalt.300123"),
             ALLOCATION_COBALT, "");

    (void)state;
    assert_string_equal(found.id, "300123");
    assert_string_equal(found.path, "/var/tmp/cobalt.300123");
    assert_string_equal(found.end_variable, "COBALT_ENDTIME");
    assert_true(found.ends == 1764079500 * USEC_PER_SEC);
    allocation_env_release(&found);
}

static void test_the_order_and_one_kind(void **state)
{
    void *env = ENV("COBALT_NODEFILE=/c", "LSB_HOSTS=l", "PBS_NODEFILE=/p",
                    "SLURM_NODELIST=s");
    static const char *const names[] = {NULL, "slurm", "pbs", "lsf", "cobalt"};
    struct allocation_env found = find(env, ALLOCATION_SLURM, "s\n");

    (void)state;
    allocation_env_release(&found);
    for (int i = ALLOCATION_SLURM; i <= (int)ALLOCATION_COBALT; i++) {
        enum allocation_kind kind = (enum allocation_kind)i;

        assert_int_equal(allocation_env_find(&found, kind, lookup, env, NULL),
                         0);
        assert_int_equal(found.kind, kind);
        assert_string_equal(allocation_kind_name(kind), names[i]);
        assert_non_null(allocation_kind_title(kind));
        allocation_env_release(&found);
    }
    assert_int_equal(allocation_env_find(&found, ALLOCATION_LSF, lookup,
                                         ENV("SLURM_NODELIST=s"), NULL),
                     0);
    assert_int_equal(found.kind, ALLOCATION_NONE);
    assert_null(allocation_kind_name(ALLOCATION_NONE));
    allocation_env_release(NULL);
}

static void test_the_variables_are_named(void **state)
{
    static const char *const expected[] = {
        "", "SLURM_JOB_NODELIST or SLURM_NODELIST", "PBS_NODEFILE",
        "LSB_DJOB_HOSTFILE, LSB_MCPU_HOSTS or LSB_HOSTS", "COBALT_NODEFILE"};

    (void)state;
    for (int i = ALLOCATION_SLURM; i <= (int)ALLOCATION_COBALT; i++) {
        struct strbuf text;

        strbuf_init(&text);
        allocation_kind_variables((enum allocation_kind)i, &text);
        assert_string_equal(text.text, expected[i]);
        strbuf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_allocation),
        cmocka_unit_test(test_slurm),
        cmocka_unit_test(test_slurm_of_old),
        cmocka_unit_test(test_slurm_names),
        cmocka_unit_test(test_slurm_without_a_limit),
        cmocka_unit_test(test_slurm_problems),
        cmocka_unit_test(test_slots_that_make_no_sense),
        cmocka_unit_test(test_pbs),
        cmocka_unit_test(test_lsf),
        cmocka_unit_test(test_cobalt),
        cmocka_unit_test(test_the_order_and_one_kind),
        cmocka_unit_test(test_the_variables_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
