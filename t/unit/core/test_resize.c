/* SPDX-License-Identifier: BSD-2-Clause */
/* Resizes that a user or the job asks for: which nodes, and every refusal. */
#include "support.h"

/* 1 elastic on 0-2 (2..4), 2 rigid on 3, 3 evolving on 4; 5-6 idle. */
static struct story *three_jobs(void)
{
    return STORY("config mode=evolving cooldown=50", "nodes 7",
                 "[0] submit 1 elastic min=2 max=4 pref=3 wall=900",
                 "submit 2 wall=900", "submit 3 evolving max=3 wall=900",
                 "[1] started 1; started 2; started 3");
}

static void the_first_idle_nodes_or_those_that_are_named(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "expand 1 1", "offer 1 expand 5 seq 1 for the user\n");
    tell(story, "expand 3 nodes=6", "offer 3 expand 6 seq 2 for the user\n");
    story_destroy(story);
}

static void the_last_own_nodes_or_those_that_are_named(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "shrink 1 1", "offer 1 shrink 2 seq 1 for the user\n");
    tell(story, "refused 1", "directive 1 shrink refused seq 1\n");
    tell(story, "shrink 1 nodes=1", "offer 1 shrink 1 seq 2 for the user\n");
    story_destroy(story);
}

static void every_refusal_has_its_reason(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "expand 2 1", "error: job 2 is rigid: its size is fixed\n");
    tell(story, "expand 1 2", "error: job 1 has 3 nodes and max_nodes 4\n");
    tell(story, "expand 1 0", "error: job 1 has 3 nodes and max_nodes 4\n");
    tell(story, "shrink 1 2", "error: job 1 has 3 nodes and min_nodes 2\n");
    tell(story, "shrink 1 0", "error: job 1 has 3 nodes and min_nodes 2\n");
    tell(story, "shrink 1 9", "error: job 1 has 3 nodes and min_nodes 2\n");
    tell(story, "expand 1 nodes=3", "error: not all of those nodes are idle\n");
    tell(story, "shrink 1 nodes=3",
         "error: not all of those nodes are job 1's\n");
    tell(story, "submit 4 held wall=9; expand 4 1",
         "error: job 4 is rigid: its size is fixed\n");
    tell(story, "submit 5 elastic max=2 held; expand 5 1",
         "error: job 5 is pending\n");
    tell(story, "drain 5-6; expand 1 1", "error: 1 nodes asked for, 0 idle\n");
    tell(story, "cancel 1; shrink 1 1",
         "kill 1 for cancel\nerror: job 1 is completing\n");
    story_destroy(story);
}

static void a_hint_says_how_a_job_becomes_elastic(void **state)
{
    struct story *story = three_jobs();
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_RESIZE_ASKED, at(2));
    event.job = 2;
    event.n = 1;
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_int_equal(actions.err.code, ERR_CONFLICT);
    assert_non_null(strstr(actions.err.hint, "elastic"));
    actions_release(&actions);
    story_destroy(story);
}

/* A job may not ask within its cool-down; its user may. */
static void a_cooldown_holds_the_job_back_not_its_user(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "[2] expand 3 1 by=job",
         "answer 3 granted 1\noffer 3 expand 5 seq 1 for the job\n");
    tell(story, "[3] done 3",
         "directive 3 expand done seq 1\nphase 3 grow 4-5\n");
    tell(story, "[52] expand 3 1 by=job",
         "error: job 3 was resized a moment ago; retry 1\n");
    tell(story, "shrink 3 1", "offer 3 shrink 5 seq 2 for the user\n");
    tell(story, "[53] done 3",
         "directive 3 shrink done seq 2\nphase 3 shrink 4\nrelease 3 5\n");
    tell(story, "[103] expand 3 1 by=job",
         "answer 3 granted 1\noffer 3 expand 5 seq 3 for the job\n");
    story_destroy(story);
}

static void what_a_user_shrinks_is_for_anybody(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "[2] submit 4 nodes=3 wall=10", "");
    tell(story, "shrink 1 1", "offer 1 shrink 2 seq 1 for the user\n");
    /* it may yet refuse: the promise stays where it was */
    tell(story, "forecast", "forecast 4@900\n");
    tell(story, "done 1",
         "directive 1 shrink done seq 1\nphase 1 shrink 0-1\n"
         "release 1 2\nstart 4 on 2,5-6\n");
    story_destroy(story);
}

static void no_growth_over_the_heads_promise(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "[2] update 2 wall=100; update 3 wall=50",
         "walltime 2 100\nwalltime 3 50\n");
    tell(story, "submit 4 nodes=4 wall=10", "");
    tell(story, "expand 1 1",
         "error: that would delay the promised start of job 4\n");
    /* job 3 ends before job 4 can start */
    tell(story, "expand 3 2", "offer 3 expand 5-6 seq 1 for the user\n");
    story_destroy(story);
}

/* Job 1 shrinks for job 4, which without that starts at 80, when jobs 3 and 5
 * have ended; job 2 runs on. */
static void no_growth_over_a_reserved_jobs_promise(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 6",
              "[0] submit 1 elastic min=1 max=3 wall=900", "submit 3 wall=50",
              "submit 5 wall=80", "config start=0",
              "submit 2 evolving min=1 max=2 wall=900",
              "started 1; started 2; started 3", "config mode=elastic",
              "submit 4 nodes=2 wall=50", "[50] exited 3");

    (void)state;
    assert_int_equal(story->sched->reservation.job, 4);
    tell(story, "state",
         "nodes 0-2=allocated:1 3=idle 4=allocated:5 "
         "5=allocated:2\n");
    tell(story, "expand 2 1",
         "error: that would delay the promised start of job 4\n");
    story_destroy(story);
}

static void deadlines_of_an_offer(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "[2] expand 1 1 within=33",
         "offer 1 expand 5 seq 1 for the user\n");
    assert_true(job_of(story, 1)->directive.done_by == at(35));
    assert_true(job_of(story, 1)->directive.accept_by == TIME_NEVER);
    assert_int_equal(job_of(story, 1)->directive.for_job, 0);
    assert_int_equal(job_of(story, 1)->directive.asker, ASKED_BY_USER);
    story_destroy(story);
}

/* What a wish would get now, and for how long. */
static void offers_are_what_a_wish_gets(void **state)
{
    struct story *story = three_jobs();

    (void)state;
    tell(story, "offers 1", "offers 1: 1 until=900\n");
    tell(story, "offers 2; offers 3; offers 9",
         "offers 2: 0\noffers 3: 2 until=900\noffers 9: 0\n");
    tell(story, "[2] update 3 wall=950; submit 4 nodes=6 wall=10; offers 3",
         "walltime 3 950\noffers 3: 0\n");
    tell(story, "update 3 wall=50; offers 3",
         "walltime 3 50\noffers 3: 2 until=50\n");
    tell(story, "config backfill=conservative; offers 3", "offers 3: 0\n");
    tell(story, "config backfill=easy; expand 3 1 by=job; offers 3",
         "answer 3 granted 1\noffer 3 expand 5 seq 1 for the job\n"
         "offers 3: 0\n");
    tell(story, "config mode=rigid; offers 1", "offers 1: 0\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_idle_nodes_or_those_that_are_named),
        cmocka_unit_test(the_last_own_nodes_or_those_that_are_named),
        cmocka_unit_test(every_refusal_has_its_reason),
        cmocka_unit_test(a_hint_says_how_a_job_becomes_elastic),
        cmocka_unit_test(a_cooldown_holds_the_job_back_not_its_user),
        cmocka_unit_test(what_a_user_shrinks_is_for_anybody),
        cmocka_unit_test(no_growth_over_the_heads_promise),
        cmocka_unit_test(no_growth_over_a_reserved_jobs_promise),
        cmocka_unit_test(deadlines_of_an_offer),
        cmocka_unit_test(offers_are_what_a_wish_gets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
