/* SPDX-License-Identifier: BSD-2-Clause */
/* Wishes: made, granted, queued, denied. The rules in full: t/scenario/wish_*.
 */
#include "support.h"

/* Job 1 has node 0 of 4, job 2 the others until 100. */
static struct story *a_story(void)
{
    return STORY("config mode=evolving cooldown=0", "nodes 4",
                 "[0] submit 1 evolving min=1 max=4 wall=600",
                 "submit 2 nodes=3 wall=100", "[1] started 1; started 2");
}

static void senseless_ones_are_refused(void **state)
{
    struct story *story = a_story();

    (void)state;
    tell(story, "expand 1 0 by=job wait=9",
         "error: job 1 has 1 nodes and max_nodes 4\n");
    tell(story, "expand 1 1 by=job least=2 wait=9",
         "error: job 1 wishes for 1 nodes, at least 2\n");
    tell(story, "expand 1 4 by=job wait=9",
         "error: job 1 has 1 nodes and max_nodes 4\n");
    tell(story, "shrink 1 1 by=job wait=9",
         "error: job 1 has 1 nodes and min_nodes 1\n");
    tell(story, "expand 2 1 by=job wait=9",
         "error: job 2 is rigid: its size is fixed\n");
    assert_null(story->sched->first_wish);
    story_destroy(story);
}

/* A refusal changes nothing; what may be worth more is told beside it. */
static void a_denial_says_when_to_ask_again(void **state)
{
    struct story *story = a_story();
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_RESIZE_ASKED, at(2));
    event.job = 1;
    event.n = 3;
    event.asker = ASKED_BY_JOB;
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_true(actions.retry_after == sec(98));
    assert_int_equal(actions.n, 0);
    event.asker = ASKED_BY_USER;
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_true(actions.retry_after == 0);
    actions_release(&actions);
    story_destroy(story);
}

static void one_that_cannot_come_true_any_more_is_denied(void **state)
{
    struct story *story = a_story();

    (void)state;
    tell(story,
         "[2] shrink 1 1 by=job wait=9; expand 1 3 by=job wait=900 wish=7",
         "error: job 1 has 1 nodes and min_nodes 1\nanswer 1 wish 7 queued\n");
    tell(story, "config mode=rigid", "");
    tell(story, "[3] timer", "answer 1 wish 7 denied retry 97\n");
    assert_null(story->sched->first_wish);
    story_destroy(story);
}

/* When it is told to end, when it starts again, when it is lost. */
static void a_wish_ends_with_the_attempt(void **state)
{
    static const char *const ends[][2] = {
        {"cancel 1", "answer 1 denied\nkill 1 for cancel\n"},
        {"requeue 1", "answer 1 denied\nkill 1 for requeue\n"},
        {"lost 1", "answer 1 denied\nrelease 1 0\nfinish 1 lost\n"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(ends); i++) {
        struct story *story = a_story();

        tell(story, "[2] expand 1 3 by=job wait=900", "answer 1 queued\n");
        tell(story, ends[i][0], ends[i][1]);
        assert_null(story->sched->first_wish);
        story_destroy(story);
    }
}

/* A user's own request does not touch it. */
static void it_waits_through_other_directives(void **state)
{
    struct story *story = a_story();

    (void)state;
    tell(story, "[2] expand 1 2 by=job wait=900", "answer 1 queued\n");
    tell(story, "[100] exited 2 code=1",
         "release 2 1-3\nfinish 2 failed code 1\nanswer 1 granted 2\n"
         "offer 1 expand 1-2 seq 1 for the job\n");
    tell(story, "[101] expand 1 1 by=job wait=99", "answer 1 queued\n");
    tell(story, "[102] done 1",
         "directive 1 expand done seq 1\nphase 1 grow 0-2\n"
         "answer 1 granted 1\noffer 1 expand 3 seq 2 for the job\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(senseless_ones_are_refused),
        cmocka_unit_test(a_denial_says_when_to_ask_again),
        cmocka_unit_test(one_that_cannot_come_true_any_more_is_denied),
        cmocka_unit_test(a_wish_ends_with_the_attempt),
        cmocka_unit_test(it_waits_through_other_directives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
