/* SPDX-License-Identifier: BSD-2-Clause */
/* What an attempt runs as. */
#include "stage.h"

#include <signal.h>

#include "launch/engine.h"
#include "manager/launch_plan.h"

/* The plan of SPEC on the first two of three nodes. */
static struct launch_plan make(struct stage *stage, const char *text)
{
    struct launch_plan plan;
    struct job_spec spec;
    struct idset nodes;
    struct err err;

    idset_init(&nodes);
    idset_add_range(&nodes, 0, 1);
    assert_int_equal(job_spec_from_text(text, &spec, NULL), 0);
    if (launch_plan_make(&plan, stage->manager, &spec, &spec.request, 7, 2,
                         &nodes, &err) != 0)
        fail_msg("%s", err.text);
    job_spec_release(&spec);
    idset_release(&nodes);
    return plan;
}

static const char *variable(const struct launch_plan *plan, const char *name)
{
    for (char **line = plan->env; *line != NULL; line++) {
        if (strncmp(*line, name, strlen(name)) == 0 &&
            (*line)[strlen(name)] == '=')
            return *line + strlen(name) + 1;
    }
    return "";
}

static void test_the_nodes_are_filled_in(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;

    stage_start(stage);
    plan = make(stage, "{\"command\": \"app --nodelist NODES -i ID\","
                       " \"cwd\": \"/tmp\", \"env\": {\"MINE\": \"1\"}}");
    assert_string_equal(plan.command.text, "app --nodelist node1,node2 -i 7");
    assert_string_equal(plan.cwd, "/tmp");
    assert_string_equal(plan.stdout_path, "/tmp/erm-7.out");
    assert_string_equal(plan.stderr_path, plan.stdout_path);
    assert_string_equal(variable(&plan, "MINE"), "1");
    assert_string_equal(variable(&plan, "ERM_JOB_ID"), "7");
    assert_string_equal(variable(&plan, "ERM_NODEFILE"), plan.node_file);
    assert_string_equal(variable(&plan, "ERM_JOB_DIR"), plan.job_dir);
    assert_non_null(strstr(plan.job_dir, "/.erm/mailbox/7"));
    assert_non_null(strstr(plan.claim_dir, "/.erm/jobs/7.2"));
    assert_string_equal(variable(&plan, "ERM_RESIZE"), "");
    assert_string_equal(variable(&plan, "ERM_EPOCH"), "1");
    assert_non_null(
        strstr(variable(&plan, "ERM_POLICY_FILE"), "/.erm/policy.json"));
    assert_string_equal(variable(&plan, "ERM_SOCKET"),
                        stage->manager->paths.socket);
    launch_plan_release(&plan);
}

static void test_what_was_not_said_has_a_default(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;

    stage_start(stage);
    plan = make(stage, "{\"command\": \"true\"}");
    assert_string_equal(plan.cwd, stage->manager->home);
    assert_int_equal(plan.grace, 10 * USEC_PER_SEC);
    assert_int_equal(plan.warn_before, 0);
    assert_int_equal(plan.warn_signal, SIGUSR1);
    assert_int_equal(plan.walltime, TIME_NEVER);
    launch_plan_release(&plan);
    stage->manager->options.grace = 3 * USEC_PER_SEC;
    assert_int_equal(launch_plan_grace(stage->manager, 0), 3 * USEC_PER_SEC);
    assert_int_equal(launch_plan_grace(stage->manager, 1), 1);
}

/* A job without a walltime is held to the end of the allocation and warned. */
static void test_the_end_of_the_allocation_is_its_limit(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;
    time_us ends;

    stage->options.ends_in = 1000 * USEC_PER_SEC;
    stage_start(stage);
    ends = sched_config(stage->manager->sched)->ends;
    plan = make(stage, "{\"command\": \"true\"}");
    assert_true(plan.walltime > 900 * USEC_PER_SEC);
    assert_true(manager_now(stage->manager) + plan.walltime >=
                ends - 30 * USEC_PER_SEC);
    assert_true(plan.walltime <= 970 * USEC_PER_SEC);
    assert_int_equal(plan.warn_before, 60 * USEC_PER_SEC);
    assert_int_equal(plan.warn_signal, SIGUSR1);
    assert_true(llabs(atoll(variable(&plan, "ERM_END_TIME")) -
                      (ends / USEC_PER_SEC - 30)) <= 1);
    launch_plan_release(&plan);
    plan = make(stage, "{\"command\": \"true\", \"warn_before\": \"2m\","
                       " \"warn_signal\": \"TERM\"}");
    assert_int_equal(plan.warn_before, 120 * USEC_PER_SEC);
    assert_int_equal(plan.warn_signal, SIGTERM);
    launch_plan_release(&plan);
    plan = make(stage, "{\"command\": \"true\", \"warn_before\": 0}");
    assert_int_equal(plan.warn_before, 0);
    launch_plan_release(&plan);
    plan = make(stage, "{\"command\": \"true\", \"walltime\": \"5m\"}");
    assert_int_equal(plan.walltime, 300 * USEC_PER_SEC);
    assert_int_equal(plan.warn_before, 0);
    launch_plan_release(&plan);
}

static void test_a_short_rest_is_warned_of_half_way(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;

    stage->options.ends_in = 90 * USEC_PER_SEC;
    stage_start(stage);
    plan = make(stage, "{\"command\": \"true\"}");
    assert_int_equal(plan.warn_before, plan.walltime / 2);
    launch_plan_release(&plan);
}

static void test_the_node_file(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;

    stage_start(stage);
    plan = make(stage, "{\"command\": \"true\", \"slots_per_node\": 3}");
    assert_int_equal(launch_plan_write_nodes(&plan, NULL), 0);
    assert_true(file_has(".erm/nodes/7.2", "node1 slots=3\nnode2 slots=3\n"));
    launch_plan_release(&plan);
}

static void test_a_command_that_cannot_be_read(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;
    struct job_spec spec;
    struct idset nodes;
    struct err err;

    stage_start(stage);
    idset_init(&nodes);
    idset_add(&nodes, 0);
    assert_int_equal(job_spec_from_text("{\"command\": \"a\"}", &spec, NULL),
                     0);
    free(spec.command); /* as kept by a version that did not look at it */
    spec.command = strdup("a 'b");
    assert_int_equal(launch_plan_make(&plan, stage->manager, &spec,
                                      &spec.request, 1, 1, &nodes, &err),
                     -1);
    assert_int_equal(err.code, ERR_INPUT);
    job_spec_release(&spec);
    idset_release(&nodes);
}

/* PRRTE is there, as far as the plan knows. */
static struct engine engine = {.pool_uri = (char[]){"/s/dvm/pool.uri"},
                               .rsh_how = (char[]){"ssh -v"},
                               .mark = (char[]){"abc"}};

static void start_with_prrte(struct stage *stage, const char *dvm)
{
    stage_start(stage);
    stage->manager->engine = &engine;
    stage->manager->options.dvm = dvm;
}

static void test_whose_dvm(void **state)
{
    static const struct {
        const char *rule, *text;
        bool has_dvm, is_pool;
    } rows[] = {
        {NULL, "{\"command\": \"app\"}", false, false},
        {NULL, "{\"command\": \"prun app\"}", true, false},
        {NULL, "{\"command\": \"echo prun\"}", false, false},
        {NULL, "{\"command\": \"app\", \"launch\": \"mpi\"}", true, false},
        {NULL, "{\"command\": \"app\", \"dvm\": \"job\"}", true, false},
        {"job", "{\"command\": \"app\"}", false, false},
        {"pool", "{\"command\": \"app\"}", true, true},
        {"pool", "{\"command\": \"app\", \"launch\": \"mpi\"}", true, true},
        {"pool", "{\"command\": \"app\", \"dvm\": \"job\"}", true, false},
        {"pool", "{\"command\": \"app\", \"dvm\": \"pool\"}", true, true},
    };
    struct stage *stage = *state;
    struct job_spec spec;
    bool is_pool;

    start_with_prrte(stage, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        stage->manager->options.dvm = rows[i].rule;
        stage->manager->engine = &engine;
        assert_int_equal(job_spec_from_text(rows[i].text, &spec, NULL), 0);
        if (launch_plan_has_dvm(stage->manager, &spec, &is_pool) !=
                rows[i].has_dvm ||
            is_pool != rows[i].is_pool)
            fail_msg("--dvm %s: %s", rows[i].rule ? rows[i].rule : "",
                     rows[i].text);
        stage->manager->engine = NULL; /* without PRRTE there is none */
        assert_false(launch_plan_has_dvm(stage->manager, &spec, &is_pool));
        assert_false(is_pool);
        job_spec_release(&spec);
    }
}

static void test_an_mpi_program(void **state)
{
    struct stage *stage = *state;
    char uri[400];
    struct launch_plan plan;

    start_with_prrte(stage, NULL);
    plan = make(stage, "{\"command\": \"./app -n NNODES\", "
                       "\"launch\": \"mpi\", \"slots_per_node\": 3}");
    assert_true(plan.has_dvm);
    assert_false(plan.dvm.is_pool);
    assert_int_equal(plan.dvm.per_node, 3); /* one process a slot */
    assert_null(plan.dvm.map_by);
    assert_string_equal(plan.dvm.node_file, plan.node_file);
    assert_string_equal(plan.dvm.job_dir, plan.claim_dir);
    snprintf(uri, sizeof(uri), "%.300s/dvm.uri", plan.claim_dir);
    assert_string_equal(plan.dvm_uri, uri);
    assert_string_equal(plan.command.text, "exec ./app -n 2");
    launch_plan_release(&plan);
    plan = make(stage, "{\"command\": \"exit 7\", \"launch\": \"mpi\", "
                       "\"procs_per_node\": 5, \"slots_per_node\": 3}");
    assert_int_equal(plan.dvm.per_node, 5);
    assert_string_equal(plan.command.text, "exit 7"); /* no such program */
    launch_plan_release(&plan);
    stage->manager->options.dvm = "pool";
    plan = make(stage, "{\"command\": \"a; b\", \"launch\": \"mpi\"}");
    assert_true(plan.dvm.is_pool);
    assert_string_equal(plan.dvm_uri, "/s/dvm/pool.uri");
    assert_string_equal(plan.command.text, "a; b");
    launch_plan_release(&plan);
}

static void test_ranks_that_may_leave(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{\"command\": \"app\", \"launch\": \"mpi\", \"type\": "
         "\"elastic\"}",
         "1"},
        {"{\"command\": \"app\", \"launch\": \"mpi\", \"type\": "
         "\"evolving\"}",
         "1"},
        {"{\"command\": \"app\", \"launch\": \"mpi\"}", ""},
        {"{\"command\": \"prun app\", \"type\": \"elastic\"}", ""},
    };
    struct stage *stage = *state;

    start_with_prrte(stage, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct launch_plan plan = make(stage, rows[i].text);
        assert_string_equal(variable(&plan, "OMPI_MCA_async_mpi_finalize"),
                            rows[i].expected);
        launch_plan_release(&plan);
    }
}

/* On other machines: how they are reached, and the mark of what is started
 * there; erm-dvm gives that to a command with a DVM. */
static void test_a_job_that_reaches_its_hosts_by_itself(void **state)
{
    struct stage *stage = *state;
    const struct launcher_ops *fake;
    struct launcher_ops remote;
    struct launch_plan plan;

    start_with_prrte(stage, NULL);
    fake = stage->manager->launcher->ops;
    remote = *fake;
    remote.name = "prrte";
    plan = make(stage, "{\"command\": \"a\"}");
    assert_string_equal(variable(&plan, "ERM_DVM_KEY"), "");
    assert_string_equal(variable(&plan, "ERM_RSH"), "");
    launch_plan_release(&plan);
    stage->manager->launcher->ops = &remote;
    plan = make(stage, "{\"command\": \"a\"}");
    assert_string_equal(variable(&plan, "ERM_RSH"), engine.rsh_how);
    assert_string_equal(variable(&plan, "ERM_DVM_KEY"), "abc.7.2");
    launch_plan_release(&plan);
    plan = make(stage, "{\"command\": \"a\", \"dvm\": \"job\"}");
    assert_string_equal(variable(&plan, "ERM_RSH"), engine.rsh_how);
    assert_string_equal(variable(&plan, "ERM_DVM_KEY"), "");
    launch_plan_release(&plan);
    stage->manager->launcher->ops = fake;
}

static void test_a_command_with_its_own_prun(void **state)
{
    struct stage *stage = *state;
    struct launch_plan plan;

    start_with_prrte(stage, NULL);
    plan = make(stage, "{\"command\": \"prun ./app\"}");
    assert_true(plan.has_dvm);
    assert_int_equal(plan.dvm.per_node, 0); /* it starts prun itself */
    assert_ptr_equal(strstr(plan.command.text, "prun --dvm-uri file:/"),
                     plan.command.text);
    launch_plan_release(&plan);
}

static struct err make_fails(struct stage *stage, const char *text)
{
    struct launch_plan plan;
    struct job_spec spec;
    struct idset nodes;
    struct err err;

    idset_init(&nodes);
    idset_add(&nodes, 0);
    assert_int_equal(job_spec_from_text(text, &spec, NULL), 0);
    assert_int_equal(launch_plan_make(&plan, stage->manager, &spec,
                                      &spec.request, 1, 1, &nodes, &err),
                     -1);
    job_spec_release(&spec);
    idset_release(&nodes);
    return err;
}

static void test_what_cannot_be_had(void **state)
{
    struct stage *stage = *state;

    start_with_prrte(stage, NULL);
    assert_int_equal(
        make_fails(stage, "{\"command\": \"app\", \"dvm\": \"pool\"}").code,
        ERR_INPUT);
    stage->manager->engine = NULL;
    assert_int_equal(
        make_fails(stage, "{\"command\": \"app\", \"launch\": \"mpi\"}").code,
        ERR_NOT_FOUND);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_nodes_are_filled_in),
        STORY(test_what_was_not_said_has_a_default),
        STORY(test_the_end_of_the_allocation_is_its_limit),
        STORY(test_a_short_rest_is_warned_of_half_way),
        STORY(test_the_node_file),
        STORY(test_whose_dvm),
        STORY(test_an_mpi_program),
        STORY(test_ranks_that_may_leave),
        STORY(test_a_job_that_reaches_its_hosts_by_itself),
        STORY(test_a_command_with_its_own_prun),
        STORY(test_what_cannot_be_had),
        STORY(test_a_command_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
