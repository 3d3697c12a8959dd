/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting again in place: who may, on what, and how often. */
#include "core/restart.h"
#include "support.h"

static struct event exit_by(enum exit_cause cause, int code, int signal)
{
    struct event event;

    event_init(&event, EV_EXITED, 0);
    event.exit = cause;
    event.code = code;
    event.signal = signal;
    return event;
}

static void only_the_code_alone_asks_for_it(void **state)
{
    struct job job = {.request = {.kind = JOB_ELASTIC, .resize = RESIZE_APP}};
    struct event asks = exit_by(EXITED_BY_ITSELF, RESTART_CODE, 0);
    struct event others[] = {
        exit_by(EXITED_BY_ITSELF, 0, 0),
        exit_by(EXITED_BY_ITSELF, RESTART_CODE, 15),
        exit_by(EXITED_ON_REQUEST, RESTART_CODE, 0),
        exit_by(EXITED_AT_WALLTIME, RESTART_CODE, 0),
        exit_by(EXITED_NODE_LOST, RESTART_CODE, 0),
    };

    (void)state;
    assert_true(restart_is_asked(&job, &asks));
    for (size_t i = 0; i < N_OF(others); i++)
        assert_false(restart_is_asked(&job, &others[i]));
}

static void only_jobs_that_are_resized_so_can_ask(void **state)
{
    static const bool can[] = {[RESIZE_POLICY] = false,
                               [RESIZE_APP] = true,
                               [RESIZE_HOOK] = true,
                               [RESIZE_RESTART] = true,
                               [RESIZE_WORKERS] = false};
    struct event asks = exit_by(EXITED_BY_ITSELF, RESTART_CODE, 0);
    struct job job = {.request = {.kind = JOB_RIGID}};

    (void)state;
    for (size_t i = 0; i < N_OF(can); i++) {
        job.request.resize = (enum resize_mode)i;
        job.request.kind = JOB_MOLDABLE;
        assert_false(restart_is_asked(&job, &asks));
        job.request.kind = JOB_EVOLVING;
        assert_int_equal(restart_is_asked(&job, &asks), can[i]);
    }
}

/* Job 1 has nodes 0-3 of 6. */
static struct story *a_story(void)
{
    return STORY("config cooldown=0 mode=evolving", "nodes 6",
                 "[0] submit 1 elastic resize=app loss=restart min=2 max=6 "
                 "pref=4 wall=900",
                 "[1] started 1");
}

static uint32_t size_of(const struct story *story)
{
    return restart_size(story->sched, job_of(story, 1));
}

static void the_size_counts_the_directive_and_what_is_lost(void **state)
{
    struct story *story = a_story();

    (void)state;
    assert_int_equal(size_of(story), 4);
    tell(story, "[2] expand 1 2", "offer 1 expand 4-5 seq 1 for the user\n");
    assert_int_equal(size_of(story), 6);
    tell(story, "[3] refused 1",
         "directive 1 expand refused seq 1\nrelease 1 4-5\n");
    tell(story, "[4] shrink 1 2", "offer 1 shrink 2-3 seq 2 for the user\n");
    assert_int_equal(size_of(story), 2);
    tell(story, "[5] node_down 3", "kill 1 for restart\n");
    assert_int_equal(size_of(story), 2);
    tell(story, "[6] exited 1 by=request",
         "withdraw 1 shrink 2-3 seq 2\ndirective 1 shrink done seq 2\n"
         "release 1 2-3\nrestart 1 on 0-1 attempt 2\n");
    tell(story, "state", "nodes 0-1=allocated:1 2=idle 3=down 4-5=idle\n");
    story_destroy(story);
}

/* Without nodes 0 and 1 the others are needed. */
static void a_shrink_is_dropped_when_too_little_would_be_left(void **state)
{
    struct story *story = a_story();

    (void)state;
    tell(story, "[2] shrink 1 2", "offer 1 shrink 2-3 seq 1 for the user\n");
    tell(story, "[3] node_down 0-1", "kill 1 for restart\n");
    assert_int_equal(size_of(story), 2);
    tell(story, "[4] exited 1 by=node_lost",
         "withdraw 1 shrink 2-3 seq 1\ndirective 1 shrink failed seq 1\n"
         "release 1 0-1\nrestart 1 on 2-3 attempt 2\n");
    story_destroy(story);
}

/* Its time runs on, its speed is measured anew. */
static void the_attempt_is_new_and_the_job_is_not(void **state)
{
    struct story *story = a_story();
    const struct job *job = job_of(story, 1);

    (void)state;
    tell(story, "[10] progress 1 at=0.2; expand 1 2 by=job",
         "answer 1 granted 2\noffer 1 expand 4-5 seq 1 for the job\n");
    tell(story, "[20] exited 1 code=85",
         "withdraw 1 expand 4-5 seq 1\ndirective 1 expand done seq 1\n"
         "restart 1 on 0-5 attempt 2\n");
    assert_int_equal(job->state, JOB_STARTING);
    assert_true(job->started == at(0));
    assert_true(job->planned_end == at(900));
    assert_true(job->attempt_started == at(20));
    assert_int_equal(job->progress, PROGRESS_WHOLE / 5);
    assert_int_equal(job->progress_since, 0);
    assert_int_equal(job->n_short_attempts, 0);
    tell(story, "[21] started 1; exited 1 code=85",
         "restart 1 on 0-5 attempt 3\n");
    assert_int_equal(job->n_short_attempts, 1);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_code_alone_asks_for_it),
        cmocka_unit_test(only_jobs_that_are_resized_so_can_ask),
        cmocka_unit_test(the_size_counts_the_directive_and_what_is_lost),
        cmocka_unit_test(a_shrink_is_dropped_when_too_little_would_be_left),
        cmocka_unit_test(the_attempt_is_new_and_the_job_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
