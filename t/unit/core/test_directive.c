/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a directive: from each open state by each answer to exactly one
 * outcome, and whose the nodes are then. */
#include "support.h"

/* Job 1 has nodes 0-1 of 4 and is offered 2-3. */
static struct story *growing(const char *options)
{
    char submit[200];

    snprintf(submit, sizeof submit,
             "[0] submit 1 elastic min=2 max=4 wall=900 %s", options);
    return STORY("config cooldown=50", "nodes 4", submit, "[1] started 1");
}

/* Job 1 has nodes 0-3 and gives 2-3 to job 2, which waits for them. */
static struct story *shrinking(const char *options)
{
    char submit[200];

    snprintf(submit, sizeof submit,
             "[0] submit 1 elastic min=2 max=4 wall=9000 %s", options);
    return STORY("config cooldown=50 mode=rigid start=1", "nodes 4", submit,
                 "[1] started 1", "config mode=elastic",
                 "[2] submit 2 nodes=2 wall=10");
}

static void a_growth_that_is_done(void **state)
{
    struct story *story = growing("");

    (void)state;
    tell(story, "state", "nodes 0-3=allocated:1\n");
    assert_set_equal(&job_of(story, 1)->nodes, "0-1");
    tell(story, "[5] done 1",
         "directive 1 expand done seq 1\nphase 1 grow 0-3\n");
    assert_set_equal(&job_of(story, 1)->nodes, "0-3");
    assert_true(idset_is_empty(&job_of(story, 1)->directive.delta));
    assert_true(job_of(story, 1)->no_resize_before == at(55));
    story_destroy(story);
}

static void a_growth_that_is_not(void **state)
{
    static const char *const answers[][2] = {
        {"refused 1", "refused"},
        {"failed 1", "failed"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(answers); i++) {
        struct story *story = growing("");
        char expected[200];

        snprintf(expected, sizeof expected,
                 "directive 1 expand %s seq 1\nrelease 1 2-3\n", answers[i][1]);
        tell(story, answers[i][0], expected);
        tell(story, "state", "nodes 0-1=allocated:1 2-3=idle\n");
        story_destroy(story);
    }
}

static void a_growth_that_nobody_answers(void **state)
{
    struct story *story = growing("done=60");

    (void)state;
    tell(story, "[60] timer", "");
    tell(story, "[61] timer",
         "directive 1 expand withdrawing seq 1\nwithdraw 1 expand 2-3 seq 1\n");
    tell(story, "state", "nodes 0-3=allocated:1\n");
    tell(story, "[62] withdrawn 1 found",
         "directive 1 expand expired seq 1\nrelease 1 2-3\n");
    tell(story, "done 1", "");
    story_destroy(story);
}

/* It took the nodes while its entry was being taken back. */
static void a_growth_that_is_done_at_the_last_moment(void **state)
{
    struct story *story = growing("done=60");

    (void)state;
    tell(story, "[61] timer",
         "directive 1 expand withdrawing seq 1\nwithdraw 1 expand 2-3 seq 1\n");
    tell(story, "[62] withdrawn 1 gone",
         "directive 1 expand done seq 1\nphase 1 grow 0-3\n");
    story_destroy(story);
}

static void a_shrink_that_is_done(void **state)
{
    struct story *story = shrinking("");

    (void)state;
    tell(story, "state", "nodes 0-3=allocated:1\n");
    tell(story, "done 1",
         "directive 1 shrink done seq 1\nphase 1 shrink 0-1\n"
         "release 1 2-3\nstart 2 on 2-3\n");
    assert_set_equal(&job_of(story, 1)->nodes, "0-1");
    story_destroy(story);
}

static void a_shrink_that_is_not(void **state)
{
    static const char *const answers[][2] = {
        {"refused 1", "refused"},
        {"failed 1", "failed"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(answers); i++) {
        struct story *story = shrinking("");
        char expected[200];

        snprintf(expected, sizeof expected,
                 "directive 1 shrink %s seq 1\nunreserve 2\n", answers[i][1]);
        tell(story, answers[i][0], expected);
        assert_set_equal(&job_of(story, 1)->nodes, "0-3");
        story_destroy(story);
    }
}

static void a_forced_shrink(void **state)
{
    struct story *story = shrinking("on_deadline=force done=60");

    (void)state;
    tell(story, "[62] timer",
         "directive 1 shrink forcing seq 1\nforce 1 shrink 2-3 seq 1\n");
    tell(story, "withdrawn 1 found; refused 1; accepted 1", "");
    tell(story, "[63] forced 1",
         "directive 1 shrink forced seq 1\nphase 1 forced 0-1\n"
         "release 1 2-3\nstart 2 on 2-3\n");
    tell(story, "forced 1", "");
    story_destroy(story);
}

static void a_job_may_still_be_done_while_it_is_forced(void **state)
{
    struct story *story = shrinking("on_deadline=force done=60");

    (void)state;
    tell(story, "[62] timer",
         "directive 1 shrink forcing seq 1\nforce 1 shrink 2-3 seq 1\n");
    tell(story, "done 1",
         "directive 1 shrink done seq 1\nphase 1 shrink 0-1\n"
         "release 1 2-3\nstart 2 on 2-3\n");
    tell(story, "forced 1", "");
    story_destroy(story);
}

/* A growth is worth ending nobody for, whatever on_deadline says. */
static void a_growth_past_its_deadline_is_only_taken_back(void **state)
{
    static const char *const actions[] = {"keep", "force", "requeue", "cancel"};

    (void)state;
    for (size_t i = 0; i < N_OF(actions); i++) {
        char options[60];
        struct story *story;

        snprintf(options, sizeof options, "done=60 on_deadline=%s", actions[i]);
        story = growing(options);
        tell(story, "[61] timer",
             "directive 1 expand withdrawing seq 1\n"
             "withdraw 1 expand 2-3 seq 1\n");
        story_destroy(story);
    }
}

static void acceptance_moves_the_deadline(void **state)
{
    struct story *story = shrinking("resize=app accept=20 done=100");

    (void)state;
    assert_true(job_of(story, 1)->directive.accept_by == at(22));
    assert_true(job_of(story, 1)->directive.done_by == at(122));
    tell(story, "[10] accepted 1", "directive 1 shrink accepted seq 1\n");
    assert_true(job_of(story, 1)->directive.done_by == at(110));
    tell(story, "[22] timer", "");
    tell(story, "[109] accepted 1; progressed 1; timer", "");
    tell(story, "[110] timer",
         "directive 1 shrink withdrawing seq 1\nwithdraw 1 shrink 2-3 seq 1\n");
    tell(story, "refused 1", "directive 1 shrink refused seq 1\nunreserve 2\n");
    story_destroy(story);
}

static void the_seeds_jobs_need_not_accept(void **state)
{
    struct story *story = shrinking("accept=20 done=100");

    (void)state;
    assert_true(job_of(story, 1)->directive.accept_by == TIME_NEVER);
    assert_true(job_of(story, 1)->directive.done_by == at(102));
    tell(story, "[50] accepted 1", "directive 1 shrink accepted seq 1\n");
    assert_true(job_of(story, 1)->directive.done_by == at(150));
    story_destroy(story);
}

static void a_deadline_may_be_never(void **state)
{
    struct story *story = growing("done=never");

    (void)state;
    assert_true(job_of(story, 1)->directive.done_by == TIME_NEVER);
    tell(story, "[800] accepted 1", "directive 1 expand accepted seq 1\n");
    assert_true(job_of(story, 1)->directive.done_by == TIME_NEVER);
    story_destroy(story);
}

static void seqs_rise_over_all_jobs(void **state)
{
    struct story *story =
        STORY("config cooldown=0 expand=equal", "nodes 4",
              "[0] submit 1 elastic min=1 max=2",
              "submit 2 elastic min=1 max=2", "[1] started 1; started 2");

    (void)state;
    assert_int_equal(job_of(story, 1)->directive.seq, 1);
    assert_int_equal(job_of(story, 2)->directive.seq, 2);
    tell(story, "[2] refused 1",
         "directive 1 expand refused seq 1\nrelease 1 2\n"
         "offer 1 expand 2 seq 3\n");
    assert_int_equal(story->sched->last_seq, 3);
    story_destroy(story);
}

static void the_end_of_an_attempt_ends_its_directive(void **state)
{
    struct story *story = growing("requeue");

    (void)state;
    tell(story, "lost 1",
         "withdraw 1 expand 2-3 seq 1\ndirective 1 expand failed seq 1\n"
         "release 1 2-3\nrelease 1 0-1\nrequeued 1\n"
         "start 1 on 0-1 attempt 2\n");
    assert_int_equal(job_of(story, 1)->directive.state, DIRECTIVE_NONE);
    assert_true(job_of(story, 1)->no_resize_before == 0);
    story_destroy(story);
}

static void a_refusal_counts_while_it_is_taken_back(void **state)
{
    struct story *story = growing("done=60");

    (void)state;
    tell(story, "[61] timer",
         "directive 1 expand withdrawing seq 1\nwithdraw 1 expand 2-3 seq 1\n");
    tell(story, "[62] refused 1 retry=500",
         "directive 1 expand refused seq 1\nrelease 1 2-3\n");
    assert_true(job_of(story, 1)->no_resize_before == at(562));
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_growth_that_is_done),
        cmocka_unit_test(a_growth_that_is_not),
        cmocka_unit_test(a_growth_that_nobody_answers),
        cmocka_unit_test(a_growth_that_is_done_at_the_last_moment),
        cmocka_unit_test(a_shrink_that_is_done),
        cmocka_unit_test(a_shrink_that_is_not),
        cmocka_unit_test(a_forced_shrink),
        cmocka_unit_test(a_job_may_still_be_done_while_it_is_forced),
        cmocka_unit_test(a_growth_past_its_deadline_is_only_taken_back),
        cmocka_unit_test(acceptance_moves_the_deadline),
        cmocka_unit_test(the_seeds_jobs_need_not_accept),
        cmocka_unit_test(a_deadline_may_be_never),
        cmocka_unit_test(seqs_rise_over_all_jobs),
        cmocka_unit_test(the_end_of_an_attempt_ends_its_directive),
        cmocka_unit_test(a_refusal_counts_while_it_is_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
