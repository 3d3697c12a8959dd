/* SPDX-License-Identifier: BSD-2-Clause */
/* Wishes that wait: the list, and how each of them ends. */
#include "support.h"

#include "core/wish.h"

static struct sched *sched;
static struct actions actions;

static struct job *a_job(int64_t id)
{
    struct job_request request;
    struct job *job;

    job_request_init(&request);
    request.id = id;
    job = job_create(&request);
    job->state = JOB_RUNNING;
    return job;
}

static void make(struct job *job, uint32_t n, uint32_t n_min, uint64_t seq)
{
    struct event event;

    event_init(&event, EV_WISH, 0);
    event.n = n;
    event.n_min = n_min;
    event.seq = seq;
    event.when = TIME_NEVER;
    wish_apply(sched, job, &event, &actions);
}

static void end(struct job *job, enum wish_answer answer, uint32_t n)
{
    struct event event;

    event_init(&event, EV_WISH_ENDED, 0);
    event.answer = answer;
    event.n = n;
    wish_apply(sched, job, &event, &actions);
}

static int set_up(void **state)
{
    struct sched_config config;

    (void)state;
    sched_config_init(&config);
    sched = sched_create(&config);
    actions_init(&actions);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sched_destroy(sched);
    actions_release(&actions);
    return 0;
}

static void check_order(struct job *first, struct job *second)
{
    assert_ptr_equal(sched->first_wish, first);
    assert_ptr_equal(first->next_wish, second);
    assert_ptr_equal(sched->last_wish, second);
    assert_ptr_equal(second->prev_wish, first);
    assert_null(first->prev_wish);
    assert_null(second->next_wish);
}

static void they_stand_in_the_order_of_wishing(void **state)
{
    struct job *a = a_job(1), *b = a_job(2), *c = a_job(3);

    (void)state;
    make(c, 4, 2, 7);
    make(a, 1, 1, 1);
    make(b, 1, 1, 1);
    assert_ptr_equal(sched->first_wish, c);
    end(a, ANSWER_DENIED, 0);
    check_order(c, b);
    make(c, 1, 1, 8);
    check_order(b, c);
    end(b, ANSWER_GRANTED, 1);
    end(c, ANSWER_DENIED, 0);
    assert_null(sched->first_wish);
    assert_null(sched->last_wish);
    job_destroy(a);
    job_destroy(b);
    job_destroy(c);
}

static void check_answer(size_t i, uint64_t seq, enum wish_answer answer,
                         uint32_t n)
{
    const struct action *action = &actions.items[i];

    assert_int_equal(action->type, ACT_ANSWER);
    assert_int_equal(action->job, 1);
    assert_int_equal(action->seq, seq);
    assert_int_equal(action->answer, answer);
    assert_int_equal(action->n, n);
}

static void each_wish_is_answered_once_queued_and_once_for_good(void **state)
{
    struct job *job = a_job(1);

    (void)state;
    make(job, 4, 2, 7);
    make(job, 3, 3, 8);
    end(job, ANSWER_PARTIAL, 3);
    make(job, 1, 1, 9);
    wish_abandon(sched, job, &actions);
    wish_abandon(sched, job, &actions);
    assert_int_equal(actions.n, 6);
    check_answer(0, 7, ANSWER_QUEUED, 0);
    check_answer(1, 7, ANSWER_DENIED, 0);
    check_answer(2, 8, ANSWER_QUEUED, 0);
    check_answer(3, 8, ANSWER_PARTIAL, 3);
    check_answer(4, 9, ANSWER_QUEUED, 0);
    check_answer(5, 9, ANSWER_DENIED, 0);
    job_destroy(job);
}

static void a_snapshot_brings_them_back_in_order(void **state)
{
    struct job *a = a_job(1), *b = a_job(2), *c = a_job(3);

    (void)state;
    a->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 5};
    b->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 3};
    wish_restore(sched, a);
    wish_restore(sched, b);
    wish_restore(sched, c);
    check_order(b, a);
    job_destroy(a);
    job_destroy(b);
    job_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_stand_in_the_order_of_wishing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            each_wish_is_answered_once_queued_and_once_for_good, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_snapshot_brings_them_back_in_order,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
