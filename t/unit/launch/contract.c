/* SPDX-License-Identifier: BSD-2-Clause */
/* What launcher.h promises, whichever launcher stands behind it. The commands
 * mean the same to a shell and to the fake. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

#define STUBBORN "trap '' TERM; echo ready; : ignore-term; sleep 100"

static bool has_processes(const struct rig *rig)
{
    return strcmp(rig->launcher->ops->name, "fake") != 0;
}

/* The command is as far as its own preparations go. */
static void await_ready(struct rig *rig)
{
    rig_await(rig, rig->n + 1);
    if (has_processes(rig))
        rig_await_output(rig);
}

static void test_start_and_end(void **state)
{
    struct rig *rig = *state;
    struct exit_record r = rig_run(rig, 1, "true");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.signal, 0);
    assert_true(r.started_us > 0 && r.ended_us >= r.started_us);
}

static void test_exit_codes(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_run(rig, 1, "false").code, 1);
    assert_int_equal(rig_run(rig, 2, "exit 7").code, 7);
    assert_int_equal(rig_run(rig, 3, "sleep 0.01; exit 255").code, 255);
}

static void test_run_time(void **state)
{
    struct rig *rig = *state;
    struct exit_record r = rig_run(rig, 1, "sleep 0.2");
    assert_true(r.ended_us - r.started_us >= 200000);
    assert_true(r.ended_us - r.started_us < 10000000);
}

static void test_no_report_inside_a_call(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    assert_int_equal(rig->n, 0);
    rig_await(rig, 1);
    rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err);
    assert_int_equal(rig->n, 1);
    rig_await(rig, 2);
}

static void test_terminate(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    assert_int_equal(rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1),
                                                   10 * USEC_PER_SEC, &err),
                     0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_TERMINATED);
    rig_assert_signal(rig, &rig->reports[1].exit, SIGTERM);
}

static void test_terminate_before_the_start_is_known(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    assert_int_equal(rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1),
                                                   10 * USEC_PER_SEC, &err),
                     0);
    if (rig->has_dvm) { /* the command did not run yet */
        rig_await(rig, 1);
        rig_assert_report(rig, 0, 1, LAUNCH_START_FAILED);
        return;
    }
    rig_await(rig, 2);
    rig_assert_report(rig, 0, 1, LAUNCH_STARTED);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_TERMINATED);
}

static void test_kill_after_the_grace(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, STUBBORN);
    await_ready(rig);
    assert_int_equal(rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1),
                                                   USEC_PER_SEC / 20, &err),
                     0);
    rig_await(rig, 2);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_TERMINATED);
    rig_assert_signal(rig, &rig->reports[1].exit, SIGKILL);
}

static void test_walltime(void **state)
{
    struct rig *rig = *state;
    rig->request.walltime = USEC_PER_SEC / 10;
    struct exit_record r = rig_run(rig, 1, "sleep 100");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    rig_assert_signal(rig, &r, SIGTERM);
    assert_true(r.ended_us - r.started_us >= USEC_PER_SEC / 10);
}

static void test_walltime_of_a_stubborn_job(void **state)
{
    struct rig *rig = *state;
    rig->request.walltime = USEC_PER_SEC;
    rig->request.grace = USEC_PER_SEC / 20;
    struct exit_record r = rig_run(rig, 1, STUBBORN);
    assert_int_equal(r.reason, EXIT_WALLTIME);
    rig_assert_signal(rig, &r, SIGKILL);
}

static void test_walltime_changed(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig->request.walltime = USEC_PER_SEC;
    rig_start(rig, 1, "sleep 1.5");
    rig_await(rig, 1);
    assert_int_equal(rig->launcher->ops->set_walltime(rig->launcher, RIG_KEY(1),
                                                      TIME_NEVER, &err),
                     0);
    rig_await(rig, 2);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_BY_ITSELF);
    rig->request.walltime = TIME_NEVER;
    rig_start(rig, 2, "sleep 100");
    rig_await(rig, 3);
    assert_int_equal(rig->launcher->ops->set_walltime(rig->launcher, RIG_KEY(2),
                                                      USEC_PER_SEC, &err),
                     0);
    rig_await(rig, 4);
    assert_int_equal(rig->reports[3].exit.reason, EXIT_WALLTIME);
}

static void test_signal(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    assert_int_equal(
        rig->launcher->ops->signal(rig->launcher, RIG_KEY(1), SIGWINCH, &err),
        0);
    assert_int_equal(
        rig->launcher->ops->signal(rig->launcher, RIG_KEY(1), SIGUSR1, &err),
        0);
    rig_await(rig, 2);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_BY_ITSELF);
    rig_assert_signal(rig, &rig->reports[1].exit, SIGUSR1);
}

static void test_who_catches_a_signal(void **state)
{
    struct rig *rig = *state;
    const struct launcher_ops *ops = rig->launcher->ops;
    enum launch_handles none =
        rig->has_dvm ? LAUNCH_UNSEEN : LAUNCH_HANDLES_NOT;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig_start(rig, 2,
              "trap 'exit 9' USR1; : on-signal 9; echo ready; "
              "while sleep 0.01; do :; done; sleep 100");
    rig_await(rig, 2);
    if (has_processes(rig))
        rig_await_output(rig);
    assert_int_equal(ops->handles(rig->launcher, RIG_KEY(1), SIGUSR1), none);
    assert_int_equal(ops->handles(rig->launcher, RIG_KEY(2), SIGUSR1),
                     LAUNCH_HANDLES);
    assert_int_equal(ops->handles(rig->launcher, RIG_KEY(9), SIGUSR1),
                     LAUNCH_HANDLES_NOT);
    assert_int_equal(ops->signal(rig->launcher, RIG_KEY(2), SIGUSR1, &err), 0);
    rig_await(rig, 3);
    rig_assert_report(rig, 2, 2, LAUNCH_ENDED);
    assert_int_equal(rig->reports[2].exit.code, 9);
}

static void test_unknown_attempt(void **state)
{
    struct rig *rig = *state;
    const struct launcher_ops *ops = rig->launcher->ops;
    struct err err;
    assert_int_equal(ops->signal(rig->launcher, RIG_KEY(9), SIGTERM, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(ops->terminate(rig->launcher, RIG_KEY(9), 0, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(ops->set_walltime(rig->launcher, RIG_KEY(9), 5, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(ops->adopt(rig->launcher, RIG_KEY(9), NULL), CLAIM_NONE);
    assert_int_equal(ops->terminate(rig->launcher, RIG_KEY(9), 0, NULL), -1);
}

/* Each has an end of its own, and what is asked of one is of no other. */
static void test_parts_of_an_attempt(void **state)
{
    struct rig *rig = *state;
    struct launch_key worker = {1, 1, 3};
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    rig->request.key.part = worker.part;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 2);
    assert_memory_equal(&rig->reports[1].key, &worker, sizeof(worker));
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, &worker, 0, &err), 0);
    rig_await(rig, 3);
    assert_int_equal(rig->reports[2].what, LAUNCH_ENDED);
    assert_memory_equal(&rig->reports[2].key, &worker, sizeof(worker));
    assert_int_equal(
        rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, &err), 0);
    rig_await(rig, 4);
    rig_assert_report(rig, 3, 1, LAUNCH_ENDED);
    assert_int_equal(rig->reports[3].key.part, 0);
}

static void test_attempt_is_started_once(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 0.1");
    assert_int_equal(
        rig->launcher->ops->start(rig->launcher, &rig->request, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_RUNNING); /* it is known here already */
    rig_await(rig, 2);
    assert_int_equal(rig->n, 2);
}

static void test_next_job_from_inside_a_report(void **state)
{
    struct rig *rig = *state;
    rig->then_start = "exit 3";
    rig_start(rig, 1, "true");
    rig_await(rig, 4);
    for (size_t i = 0; i < 4; i++)
        if (rig->reports[i].what == LAUNCH_ENDED &&
            rig->reports[i].key.job_id == 100)
            assert_int_equal(rig->reports[i].exit.code, 3);
}

static void test_many_at_once(void **state)
{
    struct rig *rig = *state;
    bool is_started[51] = {false};
    int n_ended = 0, n = rig->has_dvm ? 12 : 50;
    for (int id = 1; id <= n; id++)
        rig_start(rig, id, "true");
    rig_await(rig, 2 * (size_t)n);
    for (size_t i = 0; i < rig->n; i++) {
        int64_t id = rig->reports[i].key.job_id;
        if (rig->reports[i].what == LAUNCH_STARTED) {
            assert_false(is_started[id]);
            is_started[id] = true;
        } else {
            assert_true(is_started[id]); /* the order */
            n_ended++;
        }
    }
    assert_int_equal(n_ended, n);
}

/* ---- nodes that are given back: of a and b, node b ---- */

/* A job on both, and what starts on b: it stays until it is ended. */
#define ON_BOTH(on_b) on_b "echo ready; sleep 100"
#define STAYS_ON_B                                              \
    "ERM_NODE=b sh -c 'echo >on_b; exec sleep 100' & : stays; " \
    "while [ ! -s on_b ]; do sleep 0.01; done; "
#define STUBBORN_ON_B                                                        \
    "ERM_NODE=b sh -c 'trap \"\" TERM; echo >on_b; sleep 100; sleep 100' & " \
    ": stays ignore-term; while [ ! -s on_b ]; do sleep 0.01; done; "

static void start_on_both(struct rig *rig, const char *command)
{
    idset_add(&rig->nodes, 1);
    rig_start(rig, 1, command);
    await_ready(rig);
}

static int clear_b_patiently(struct rig *rig, uint64_t seq, dur_us patience,
                             dur_us grace, struct err *err)
{
    struct idset goes = {.count = 0}, stays = {.count = 0};
    struct launch_change change = {.key = {.job_id = 1, .attempt = 1},
                                   .seq = seq,
                                   .nodes = &goes,
                                   .stay = &stays,
                                   .patience = patience,
                                   .grace = grace};
    int rc;
    idset_add(&stays, 0);
    idset_add(&goes, 1);
    rc = rig->launcher->ops->clear(rig->launcher, &change, err);
    idset_release(&goes);
    idset_release(&stays);
    return rc;
}

static int clear_b(struct rig *rig, uint64_t seq, dur_us grace, struct err *err)
{
    return clear_b_patiently(rig, seq, 0, grace, err);
}

static void end_it(struct rig *rig)
{
    size_t n = rig->n;
    rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1), 0, NULL);
    rig_await(rig, n + 1);
    rig_assert_report(rig, n, 1, LAUNCH_ENDED);
}

static void test_clear_where_nothing_is(void **state)
{
    struct rig *rig = *state;
    struct err err;
    start_on_both(rig, ON_BOTH(""));
    assert_int_equal(clear_b(rig, 7, USEC_PER_SEC, &err), 0);
    assert_int_equal(rig->n, 1); /* never from inside the call */
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].seq, 7);
    assert_int_equal(rig->reports[1].n_killed, 0);
    end_it(rig);
}

static void test_clear_ends_what_is_there_and_no_more(void **state)
{
    struct rig *rig = *state;
    struct err err;
    start_on_both(rig, ON_BOTH(STAYS_ON_B));
    assert_int_equal(clear_b(rig, 7, 60 * USEC_PER_SEC, &err), 0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].n_killed, 1);
    end_it(rig); /* it ran on */
}

static void test_clear_kills_after_the_grace(void **state)
{
    struct rig *rig = *state;
    struct err err;
    int64_t begun = clock_boot_us();
    start_on_both(rig, ON_BOTH(STUBBORN_ON_B));
    assert_int_equal(clear_b(rig, 7, USEC_PER_SEC / 5, &err), 0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_true(rig->reports[1].n_killed >= 1);
    assert_true(!has_processes(rig) ||
                clock_boot_us() - begun >= USEC_PER_SEC / 5);
    end_it(rig);
}

static void test_clear_is_patient_first(void **state)
{
    struct rig *rig = *state;
    int64_t begun = clock_boot_us();
    struct err err;
    start_on_both(rig, ON_BOTH(STAYS_ON_B));
    assert_int_equal(
        clear_b_patiently(rig, 7, USEC_PER_SEC / 5, 60 * USEC_PER_SEC, &err),
        0);
    rig_await(rig, 2);
    rig_assert_report(rig, 1, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[1].n_killed, 1);
    assert_true(clock_boot_us() - begun >= USEC_PER_SEC / 5);
    end_it(rig);
}

static void test_clear_twice_is_reported_once(void **state)
{
    struct rig *rig = *state;
    struct err err;
    start_on_both(rig, ON_BOTH(STAYS_ON_B));
    assert_int_equal(clear_b(rig, 7, USEC_PER_SEC, &err), 0);
    assert_int_equal(clear_b(rig, 7, USEC_PER_SEC, &err), 0);
    rig_await(rig, 2);
    assert_int_equal(clear_b(rig, 8, USEC_PER_SEC, &err), 0);
    rig_await(rig, 3);
    assert_int_equal(rig->reports[1].seq, 7);
    assert_int_equal(rig->reports[2].seq, 8);
    assert_int_equal(rig->reports[2].n_killed, 0);
    end_it(rig);
}

static void test_a_job_that_ends_while_it_is_cleared(void **state)
{
    struct rig *rig = *state;
    struct err err;
    start_on_both(rig, ON_BOTH(STUBBORN_ON_B));
    assert_int_equal(clear_b(rig, 7, 60 * USEC_PER_SEC, &err), 0);
    end_it(rig);
    assert_int_equal(rig->n, 2);
    assert_int_equal(clear_b(rig, 7, 0, &err), -1);
}

/* Worker 2 is on b alone, worker 1 is on a, 3 is a hook, which has no node. */
static void test_clear_ends_whole_parts(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "sleep 100");
    rig->request.key.part = 1;
    rig_start(rig, 1, "sleep 100");
    idset_remove(&rig->nodes, 0);
    idset_add(&rig->nodes, 1);
    rig->request.key.part = 2;
    rig_start(rig, 1, "sleep 100");
    idset_remove(&rig->nodes, 1);
    rig->request.key.part = 3;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 4);
    assert_int_equal(clear_b(rig, 7, 60 * USEC_PER_SEC, &err), 0);
    rig_await(rig, 6);
    assert_int_equal(rig->reports[4].what, LAUNCH_ENDED);
    assert_int_equal(rig->reports[4].key.part, 2);
    assert_int_equal(rig->reports[4].exit.reason, EXIT_TERMINATED);
    rig_assert_report(rig, 5, 1, LAUNCH_CLEARED);
    assert_int_equal(rig->reports[5].n_killed, 1);
    for (int i = 0; i < 20; i++)
        rig_turn(rig);
    assert_int_equal(rig->n, 6); /* the others run on */
}

static void test_place_of_what_is_not_there(void **state)
{
    struct rig *rig = *state;
    struct launch_key key = {.job_id = 9, .attempt = 1};
    struct err err;
    rig->launcher->ops->place(rig->launcher, &key, &rig->nodes);
    assert_int_equal(clear_b(rig, 7, 0, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* Workers may be all of an attempt. */
static void test_clear_where_there_is_no_command(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig->request.key.part = 1;
    rig_start(rig, 1, "sleep 100");
    idset_remove(&rig->nodes, 0);
    idset_add(&rig->nodes, 1);
    rig->request.key.part = 2;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 2);
    assert_int_equal(clear_b(rig, 7, 60 * USEC_PER_SEC, &err), 0);
    rig_await(rig, 4);
    assert_int_equal(rig->reports[2].what, LAUNCH_ENDED);
    assert_int_equal(rig->reports[2].key.part, 2);
    rig_assert_report(rig, 3, 1, LAUNCH_CLEARED);
}

static void test_destroy_while_a_job_is_cleared(void **state)
{
    struct rig *rig = *state;
    struct err err;
    start_on_both(rig, ON_BOTH(STUBBORN_ON_B));
    assert_int_equal(clear_b(rig, 7, 60 * USEC_PER_SEC, &err), 0);
    rig_turn(rig);
}

static void test_destroy_forgets_running_jobs(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1); /* the teardown destroys it */
}

const struct CMUnitTest contract_tests[] = {
    cmocka_unit_test(test_start_and_end),
    cmocka_unit_test(test_exit_codes),
    cmocka_unit_test(test_run_time),
    cmocka_unit_test(test_no_report_inside_a_call),
    cmocka_unit_test(test_terminate),
    cmocka_unit_test(test_terminate_before_the_start_is_known),
    cmocka_unit_test(test_kill_after_the_grace),
    cmocka_unit_test(test_walltime),
    cmocka_unit_test(test_walltime_of_a_stubborn_job),
    cmocka_unit_test(test_walltime_changed),
    cmocka_unit_test(test_signal),
    cmocka_unit_test(test_who_catches_a_signal),
    cmocka_unit_test(test_unknown_attempt),
    cmocka_unit_test(test_parts_of_an_attempt),
    cmocka_unit_test(test_attempt_is_started_once),
    cmocka_unit_test(test_next_job_from_inside_a_report),
    cmocka_unit_test(test_many_at_once),
    cmocka_unit_test(test_clear_where_nothing_is),
    cmocka_unit_test(test_clear_ends_what_is_there_and_no_more),
    cmocka_unit_test(test_clear_kills_after_the_grace),
    cmocka_unit_test(test_clear_is_patient_first),
    cmocka_unit_test(test_clear_twice_is_reported_once),
    cmocka_unit_test(test_a_job_that_ends_while_it_is_cleared),
    cmocka_unit_test(test_clear_ends_whole_parts),
    cmocka_unit_test(test_clear_where_there_is_no_command),
    cmocka_unit_test(test_place_of_what_is_not_there),
    cmocka_unit_test(test_destroy_while_a_job_is_cleared),
    cmocka_unit_test(test_destroy_forgets_running_jobs),
};
const size_t n_contract_tests =
    sizeof(contract_tests) / sizeof(contract_tests[0]);
