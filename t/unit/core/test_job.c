/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs as values: what a request holds, what a size is, and all the names. */
#include "support.h"

static void a_new_request_is_one_node_without_a_limit(void **state)
{
    struct job_request request;

    (void)state;
    job_request_init(&request);
    assert_int_equal(request.min_nodes, 1);
    assert_int_equal(request.max_nodes, 1);
    assert_int_equal(request.pref_nodes, 0);
    assert_int_equal(request.kind, JOB_RIGID);
    assert_true(request.walltime == TIME_NEVER);
    assert_true(request.cooldown < 0);
    assert_true(request.serial_fraction > 0.09);
    assert_true(request.serial_fraction < 0.11);
    job_request_release(&request);
}

static void a_copy_has_its_own_lists(void **state)
{
    struct job_dependency after[] = {{3, AFTER_OK}, {4, AFTER_NOT_OK}};
    struct job_runtime runtimes[] = {{1, 100}, {2, 60}};
    struct job_request request, copy;

    (void)state;
    job_request_init(&request);
    request.n_after = 2;
    request.after = after;
    request.n_runtimes = 2;
    request.runtimes = runtimes;
    job_request_copy(&copy, &request);
    after[0].id = 99;
    runtimes[1].runtime = 1;
    assert_int_equal(copy.n_after, 2);
    assert_int_equal(copy.after[0].id, 3);
    assert_int_equal(copy.after[1].kind, AFTER_NOT_OK);
    assert_int_equal(copy.runtimes[1].runtime, 60);
    job_request_release(&copy);
    assert_null(copy.after);
    assert_null(copy.runtimes);
    assert_int_equal(copy.n_after + copy.n_runtimes, 0);
    job_request_release(NULL);
}

static void a_copy_of_nothing_is_nothing(void **state)
{
    struct job_request request, copy;

    (void)state;
    job_request_init(&request);
    job_request_copy(&copy, &request);
    assert_null(copy.after);
    assert_null(copy.runtimes);
    job_request_release(&copy);
}

static void a_new_job_waits_for_its_first_attempt(void **state)
{
    struct job_request request;
    struct job *job;

    (void)state;
    job_request_init(&request);
    request.id = 12;
    job = job_create(&request);
    assert_int_equal(job->request.id, 12);
    assert_int_equal(job->state, JOB_PENDING);
    assert_int_equal(job->attempt, 1);
    assert_int_equal(job->ending, ENDING_NOT);
    assert_false(job_is_active(job));
    assert_false(job_has_open_directive(job));
    assert_false(job->is_queued || job->is_aside || job->is_listed);
    assert_int_equal(job_n_nodes(job), 0);
    job_destroy(job);
    job_destroy(NULL);
}

static void which_states_are_terminal_and_which_hold_nodes(void **state)
{
    static const struct {
        enum job_state state;
        bool is_active, is_terminal;
    } all[] = {
        {JOB_PENDING, false, false},  {JOB_STARTING, true, false},
        {JOB_RUNNING, true, false},   {JOB_COMPLETING, true, false},
        {JOB_COMPLETED, false, true}, {JOB_FAILED, false, true},
        {JOB_TIMEOUT, false, true},   {JOB_CANCELLED, false, true},
        {JOB_NODE_FAIL, false, true}, {JOB_LOST, false, true},
    };

    (void)state;
    assert_int_equal(N_OF(all), JOB_N_STATES);
    for (size_t i = 0; i < N_OF(all); i++) {
        struct job job = {.state = all[i].state};

        assert_int_equal(job_is_active(&job), all[i].is_active);
        assert_int_equal(job_state_is_terminal(all[i].state),
                         all[i].is_terminal);
    }
}

static void which_directives_are_open(void **state)
{
    (void)state;
    for (int i = DIRECTIVE_NONE; i <= DIRECTIVE_FORCED; i++) {
        bool is_open = i == DIRECTIVE_OFFERED || i == DIRECTIVE_ACCEPTED ||
                       i == DIRECTIVE_WITHDRAWING || i == DIRECTIVE_FORCING;

        assert_int_equal(directive_state_is_open((enum directive_state)i),
                         is_open);
    }
}

static void offered_nodes_count_as_the_jobs_lent_ones_still_do(void **state)
{
    struct job job = {.state = JOB_RUNNING};

    (void)state;
    idset_add_range(&job.nodes, 0, 2);
    idset_add_range(&job.directive.delta, 5, 6);
    assert_int_equal(job_n_nodes(&job), 3);
    job.directive.op = DIRECTIVE_GROW;
    job.directive.state = DIRECTIVE_OFFERED;
    assert_int_equal(job_n_nodes(&job), 5);
    job.directive.op = DIRECTIVE_SHRINK;
    assert_int_equal(job_n_nodes(&job), 3);
    job.directive.op = DIRECTIVE_GROW;
    job.directive.state = DIRECTIVE_REFUSED;
    assert_int_equal(job_n_nodes(&job), 3);
    idset_release(&job.nodes);
    idset_release(&job.directive.delta);
}

static void the_size_at_the_start(void **state)
{
    struct job_request request = {.min_nodes = 2, .max_nodes = 8};

    (void)state;
    assert_int_equal(job_start_size(&request, false), 2);
    assert_int_equal(job_start_size(&request, true), 8);
    request.pref_nodes = 5;
    assert_int_equal(job_start_size(&request, false), 5);
    assert_int_equal(job_start_size(&request, true), 8);
}

static void amdahls_law(void **state)
{
    struct job_request request = {.serial_fraction = 0.5};

    (void)state;
    assert_true(job_speedup(&request, 0) == 0);
    assert_true(job_speedup(&request, 1) == 1);
    assert_true(job_speedup(&request, 1000000) < 2);
    assert_true(job_speedup(&request, 1000000) > 1.99);
    request.serial_fraction = 0;
    assert_true(job_speedup(&request, 16) == 16);
    request.serial_fraction = 1;
    assert_true(job_speedup(&request, 16) == 1);
}

static void run_times_are_read_from_the_table(void **state)
{
    struct job_runtime table[] = {{2, 600}, {4, 400}, {8, 500}};
    struct job_request request = {
        .serial_fraction = 1, .runtimes = table, .n_runtimes = 3};
    static const double times[][2] = {{1, 1200}, {2, 600}, {3, 500}, {4, 400},
                                      {6, 450},  {8, 500}, {99, 500}};

    (void)state;
    for (size_t i = 0; i < N_OF(times); i++) {
        double time = 1200 * job_relative_time(&request, (uint32_t)times[i][0]);

        assert_true(time > times[i][1] - 1e-6 && time < times[i][1] + 1e-6);
    }
    assert_true(job_speedup(&request, 4) > 2.99);
    assert_true(job_speedup(&request, 4) < 3.01);
}

static void the_preferred_size_is_the_least_without_one(void **state)
{
    struct job_request request = {.min_nodes = 2, .max_nodes = 9};

    (void)state;
    assert_int_equal(job_preferred_size(&request), 2);
    request.pref_nodes = 4;
    assert_int_equal(job_preferred_size(&request), 4);
}

static void a_state_is_shown_with_what_goes_on(void **state)
{
    struct job job = {.state = JOB_PENDING};

    (void)state;
    assert_string_equal(job_display_state(&job), "pending");
    job.request.hold = true;
    assert_string_equal(job_display_state(&job), "held");
    job.state = JOB_RUNNING;
    assert_string_equal(job_display_state(&job), "running");
    job.directive.state = DIRECTIVE_ACCEPTED;
    job.directive.op = DIRECTIVE_GROW;
    assert_string_equal(job_display_state(&job), "growing");
    job.directive.op = DIRECTIVE_SHRINK;
    assert_string_equal(job_display_state(&job), "shrinking");
    job.state = JOB_COMPLETING;
    assert_string_equal(job_display_state(&job), "completing");
}

/* The names are in journals and in the API: they must never change. */
static void names_are_fixed(void **state)
{
    static const char *const states[] = {
        "pending", "starting", "running",   "completing", "completed",
        "failed",  "timeout",  "cancelled", "node_fail",  "lost"};
    static const char *const directives[] = {
        "none", "offered", "accepted", "withdrawing", "forcing",
        "done", "refused", "failed",   "expired",     "forced"};
    static const char *const kinds[] = {"rigid", "moldable", "elastic",
                                        "evolving"};
    static const char *const modes[] = {"policy", "app", "hook", "restart",
                                        "workers"};
    static const char *const deadlines[] = {"keep", "force", "requeue",
                                            "cancel"};

    (void)state;
    for (int i = 0; i < (int)N_OF(states); i++)
        assert_string_equal(job_state_name((enum job_state)i), states[i]);
    for (int i = 0; i < (int)N_OF(directives); i++)
        assert_string_equal(directive_state_name((enum directive_state)i),
                            directives[i]);
    for (int i = 0; i < (int)N_OF(kinds); i++)
        assert_string_equal(job_kind_name((enum job_kind)i), kinds[i]);
    for (int i = 0; i < (int)N_OF(modes); i++)
        assert_string_equal(resize_mode_name((enum resize_mode)i), modes[i]);
    for (int i = 0; i < (int)N_OF(deadlines); i++)
        assert_string_equal(deadline_action_name((enum deadline_action)i),
                            deadlines[i]);
    assert_string_equal(dependency_kind_name(AFTER_OK), "ok");
    assert_string_equal(dependency_kind_name(AFTER_ANY), "any");
    assert_string_equal(dependency_kind_name(AFTER_NOT_OK), "notok");
    assert_string_equal(directive_op_name(DIRECTIVE_GROW), "expand");
    assert_string_equal(directive_op_name(DIRECTIVE_SHRINK), "shrink");
    assert_string_equal(asker_name(ASKED_BY_SCHEDULER), "scheduler");
    assert_string_equal(asker_name(ASKED_BY_USER), "user");
    assert_string_equal(asker_name(ASKED_BY_JOB), "job");
    assert_string_equal(job_ending_name(ENDING_NOT), "");
    assert_string_equal(job_ending_name(ENDING_REQUEUE), "requeue");
    assert_string_equal(job_ending_name(ENDING_NODE_FAIL), "node_fail");
    assert_string_equal(job_ending_name(ENDING_CANCEL), "cancel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_request_is_one_node_without_a_limit),
        cmocka_unit_test(a_copy_has_its_own_lists),
        cmocka_unit_test(a_copy_of_nothing_is_nothing),
        cmocka_unit_test(a_new_job_waits_for_its_first_attempt),
        cmocka_unit_test(which_states_are_terminal_and_which_hold_nodes),
        cmocka_unit_test(which_directives_are_open),
        cmocka_unit_test(offered_nodes_count_as_the_jobs_lent_ones_still_do),
        cmocka_unit_test(the_size_at_the_start),
        cmocka_unit_test(amdahls_law),
        cmocka_unit_test(run_times_are_read_from_the_table),
        cmocka_unit_test(the_preferred_size_is_the_least_without_one),
        cmocka_unit_test(a_state_is_shown_with_what_goes_on),
        cmocka_unit_test(names_are_fixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
