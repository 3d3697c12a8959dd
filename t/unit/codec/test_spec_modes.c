/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways to be resized: what is derived, and what does not go together. */
#include "support.h"

#include "read_spec.h"

#include <signal.h>

#define ELASTIC "\"type\": \"elastic\", \"max_nodes\": 4"

struct derived {
    const char *members;
    enum launch_kind launch;
    enum resize_mode resize;
    enum loss_rule loss;
};

static void test_what_follows_from_what(void **state)
{
    static const struct derived all[] = {
        {"\"name\": \"x\"", LAUNCH_SHELL, RESIZE_POLICY, LOSS_ENDS},
        {ELASTIC, LAUNCH_SHELL, RESIZE_POLICY, LOSS_ENDS},
        {ELASTIC ", \"hook\": \"h\"", LAUNCH_SHELL, RESIZE_HOOK, LOSS_SHRINKS},
        {ELASTIC ", \"worker\": \"w\"", LAUNCH_WORKERS, RESIZE_WORKERS,
         LOSS_SHRINKS},
        {ELASTIC ", \"launch\": \"workers\"", LAUNCH_WORKERS, RESIZE_WORKERS,
         LOSS_SHRINKS},
        {ELASTIC ", \"worker\": \"w\", \"hook\": \"h\"", LAUNCH_WORKERS,
         RESIZE_HOOK, LOSS_SHRINKS},
        {ELASTIC ", \"worker\": \"w\", \"resize\": \"restart\"", LAUNCH_WORKERS,
         RESIZE_RESTART, LOSS_RESTARTS},
        {ELASTIC ", \"resize\": \"app\"", LAUNCH_SHELL, RESIZE_APP,
         LOSS_SHRINKS},
        {ELASTIC ", \"resize\": \"app\", \"launch\": \"mpi\"", LAUNCH_MPI,
         RESIZE_APP, LOSS_RESTARTS},
        {ELASTIC ", \"hook\": \"h\", \"launch\": \"mpi\"", LAUNCH_MPI,
         RESIZE_HOOK, LOSS_RESTARTS},
        {ELASTIC ", \"resize\": \"restart\"", LAUNCH_SHELL, RESIZE_RESTART,
         LOSS_RESTARTS},
        {ELASTIC ", \"resize\": \"app\", \"on_node_loss\": \"end\"",
         LAUNCH_SHELL, RESIZE_APP, LOSS_ENDS},
        {"\"type\": \"evolving\", \"max_nodes\": 4, \"resize\": \"app\"",
         LAUNCH_SHELL, RESIZE_APP, LOSS_SHRINKS},
        /* of one size, or of a size that stays */
        {"\"launch\": \"workers\"", LAUNCH_WORKERS, RESIZE_WORKERS, LOSS_ENDS},
        {"\"max_nodes\": 3, \"worker\": \"w\"", LAUNCH_WORKERS, RESIZE_WORKERS,
         LOSS_ENDS},
    };
    struct job_spec spec;

    (void)state;
    for (size_t i = 0; i < N_OF(all); i++) {
        read_spec(&spec, all[i].members);
        if (spec.launch != all[i].launch ||
            spec.request.resize != all[i].resize ||
            spec.request.loss != all[i].loss)
            fail_msg("%s: %d %d %d", all[i].members, spec.launch,
                     spec.request.resize, spec.request.loss);
        job_spec_release(&spec);
    }
}

static void test_what_does_not_go_together(void **state)
{
    static const struct refusal refusals[] = {
        {ELASTIC ", \"resize\": \"hook\"", "resize: \"hook\" needs a `hook`",
         "give the command that erm runs at each resize as `hook`"},
        {ELASTIC ", \"resize\": \"workers\"",
         "resize: \"workers\" needs workers",
         "give `launch`: \"workers\", or a `worker`"},
        {ELASTIC ", \"launch\": \"workers\", \"resize\": \"restart\"",
         "resize: workers alone have no checkpoint to start again from",
         "leave `resize` out: workers come and go with their nodes"},
        {ELASTIC ", \"resize\": \"app\", \"hook\": \"h\"",
         "hook: is run with `resize`: \"hook\" only", "leave `resize` out"},
        {"\"hook\": \"h\"", "hook: only elastic and evolving jobs are resized",
         "give `type`: \"elastic\""},
        {"\"max_nodes\": 2, \"resize\": \"app\"",
         "resize: only elastic and evolving jobs are resized",
         "give `type`: \"elastic\""},
        {ELASTIC ", \"worker\": \"w\", \"launch\": \"mpi\"",
         "launch: an MPI program has ranks, no workers",
         "leave `launch` out, or `worker`"},
        {ELASTIC ", \"resize_signal\": \"USR1\"",
         "resize_signal: no signal is sent in this way of `resize`",
         "leave it out, or give `resize`: \"app\" or \"restart\""},
        {ELASTIC ", \"launch\": \"mpi\", \"on_node_loss\": \"shrink\"",
         "on_node_loss: an MPI program cannot go on without one of its nodes",
         "write \"restart\" or \"end\""},
        {"\"min_nodes\": 2, \"on_node_loss\": \"shrink\"",
         "on_node_loss: a job of one size cannot shrink",
         "write \"restart\" or \"end\", or give `min_nodes`"},
    };

    (void)state;
    refuse_all(refusals, N_OF(refusals));
}

static void test_signals_and_costs(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, ELASTIC ", \"resize\": \"restart\", "
                             "\"resize_signal\": \"sigusr2\", "
                             "\"resize_cost\": \"1m\", "
                             "\"warn_signal\": 10");
    assert_int_equal(spec.resize_signal, SIGUSR2);
    assert_int_equal(spec.warn_signal, SIGUSR1);
    assert_int_equal(spec.request.resize_cost, 60 * USEC_PER_SEC);
    job_spec_release(&spec);
    read_spec(&spec, ELASTIC ", \"resize\": \"app\"");
    assert_int_equal(spec.resize_signal, 0);
    assert_int_equal(spec.request.resize_cost, 0);
    job_spec_release(&spec);
}

/* Kept in the store and read again: the same job, and no key that its user has
 * not given. */
static void test_what_is_derived_is_not_written(void **state)
{
    static const char *const all[] = {
        ELASTIC ", \"hook\": \"h\"",
        ELASTIC ", \"worker\": \"w\"",
        ELASTIC ", \"resize\": \"app\"",
        ELASTIC ", \"worker\": \"w\", \"resize\": \"policy\"",
        ELASTIC ", \"resize\": \"app\", \"on_node_loss\": \"end\"",
        ELASTIC ", \"hook\": \"h\", \"launch\": \"mpi\"",
    };
    struct job_spec spec, again;

    (void)state;
    for (size_t i = 0; i < N_OF(all); i++) {
        read_spec(&spec, all[i]);
        char *text = job_spec_to_text(&spec);
        assert_int_equal(strstr(text, "\"resize\"") != NULL,
                         strstr(all[i], "\"resize\"") != NULL);
        assert_int_equal(strstr(text, "on_node_loss") != NULL,
                         strstr(all[i], "on_node_loss") != NULL);
        assert_int_equal(job_spec_from_text(text, &again, NULL), 0);
        assert_int_equal(again.launch, spec.launch);
        assert_int_equal(again.request.resize, spec.request.resize);
        assert_int_equal(again.request.loss, spec.request.loss);
        free(text);
        job_spec_release(&spec);
        job_spec_release(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_follows_from_what),
        cmocka_unit_test(test_what_does_not_go_together),
        cmocka_unit_test(test_signals_and_costs),
        cmocka_unit_test(test_what_is_derived_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
