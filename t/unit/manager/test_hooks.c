/* SPDX-License-Identifier: BSD-2-Clause */
/* Hooks and their answers. */
#include "stage.h"

#include "manager/hooks.h"
#include "manager/parts.h"

#define HOOKED(hook)                                                       \
    "{\"command\": \"sleep 60\", \"hook\": \"" hook "\","                  \
    " \"elastic\": true, \"max_nodes\": 3, \"pref_nodes\": 1, \"grace\": " \
    "1, \"cooldown\": 0, \"walltime\": \"1:00:00\"}"

/* A job with that hook is asked to grow by one node, within a second. */
static uint64_t ask_growth(struct stage *stage, const char *spec)
{
    struct event event;

    stage_submit(stage, spec);
    stage_expect(stage, 1, JOB_RUNNING);
    event_init(&event, EV_RESIZE_ASKED, manager_now(stage->manager));
    event.job = 1;
    event.op = DIRECTIVE_GROW;
    event.n = 1;
    event.asker = ASKED_BY_USER;
    event.duration = USEC_PER_SEC;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    return sched_job(stage->manager->sched, 1)->directive.seq;
}

static uint64_t start_growth(struct stage *stage, const char *spec)
{
    stage->options.sched.mode = "evolving";
    stage_start(stage);
    return ask_growth(stage, spec);
}

static struct part_state part_of(const struct stage *stage, uint64_t seq)
{
    struct launch_key key = {1, 1, parts_of_hook(seq)};

    return parts_state(stage->manager, &key);
}

static void test_0_is_done(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_growth(stage, HOOKED("true"));

    stage_expect_log(stage, "expand 1 -> 2 (node2) accepted");
    stage_expect_log(stage, "expand 1 -> 2 (node2) done");
    assert_int_equal(stage_size(stage, 1), 2);
    stage_wait(stage, 20);
    assert_false(part_of(stage, seq).is_there);
}

static void test_75_is_not_now(void **state)
{
    struct stage *stage = *state;

    start_growth(stage, HOOKED("exit 75"));
    stage_expect_log(stage, "expand 1 -> 2 (node2) refused");
    assert_int_equal(stage_size(stage, 1), 1);
}

static void test_all_else_is_a_failure(void **state)
{
    struct stage *stage = *state;

    start_growth(stage, HOOKED("exit 4"));
    stage_expect_log(stage, "job 1: its hook ended with 4");
    stage_expect_log(stage, "expand 1 -> 2 (node2) failed");
    assert_int_equal(stage_size(stage, 1), 1);
}

static void test_one_that_does_not_end_is_ended(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_growth(stage, HOOKED("sleep 60"));

    stage_expect_log(stage, "expand 1 -> 2 (node2) accepted");
    assert_true(part_of(stage, seq).is_live);
    stage_expect_log(stage, "expand 1 -> 2 (node2) expired");
    assert_false(part_of(stage, seq).is_live);
    assert_int_equal(stage_size(stage, 1), 1);
}

static void test_it_is_ended_with_its_job(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_growth(stage, HOOKED("sleep 60"));

    stage_expect_log(stage, "expand 1 -> 2 (node2) accepted");
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_false(part_of(stage, seq).is_there);
}

/* The order may come again after a restart. */
static void test_an_order_that_comes_twice_starts_one(void **state)
{
    struct stage *stage = *state;
    uint64_t seq = start_growth(stage, HOOKED("sleep 0.3"));
    struct action action = {.type = ACT_OFFER, .job = 1, .seq = seq};

    stage_expect_log(stage, "expand 1 -> 2 (node2) accepted");
    hooks_way.offer(stage->manager, &action);
    assert_int_equal(parts_n_live(stage->manager, 1, 1), 1);
    stage_expect_log(stage, "expand 1 -> 2 (node2) done");
}

static void test_what_it_cannot_be_started_for(void **state)
{
    struct stage *stage = *state;

    stage->options.sched.mode = "evolving";
    stage_start(stage);
    stage_refuse(stage, 1);
    ask_growth(stage, HOOKED("true"));
    stage_expect_log(stage, "the hook of job 1 could not be started");
    stage_expect_log(stage, "expand 1 -> 2 (node2) failed");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_0_is_done),
        STORY(test_75_is_not_now),
        STORY(test_all_else_is_a_failure),
        STORY(test_one_that_does_not_end_is_ended),
        STORY(test_it_is_ended_with_its_job),
        STORY(test_an_order_that_comes_twice_starts_one),
        STORY(test_what_it_cannot_be_started_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
