/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard: for each state, what is taken, what is ignored, what is refused
 * with a sentence. The tables are those of doc/states.md. */
#include "core/check.h"
#include "support.h"

static enum check check(const struct story *story, struct event *event,
                        char *text, size_t size)
{
    struct err err = {.code = ERR_NONE};
    enum check result = check_event(story->sched, event, &err);

    snprintf(text, size, "%s", err.text);
    assert_true(result != CHECK_BAD || err.code != ERR_NONE);
    return result;
}

static enum check about_job(const struct story *story, enum event_type type,
                            int64_t id)
{
    struct event event;
    char text[600];

    event_init(&event, type, story->now);
    event.job = id;
    event.attempt = 1;
    event.seq = 1;
    event.is_found = true;
    return check(story, &event, text, sizeof text);
}

/* ---- submit ---- */

static void expect_submit(void (*change)(struct job_request *request),
                          const char *expected)
{
    struct story *story = STORY("nodes 4", "[0] submit 1 nodes=1 wall=10");
    struct job_dependency after = {.id = 1};
    struct event event;
    char text[600];

    event_init(&event, EV_SUBMIT, story->now);
    job_request_init(&event.request);
    event.request.id = 2;
    event.request.n_after = 1;
    event.request.after = &after;
    change(&event.request);
    assert_int_equal(check(story, &event, text, sizeof text),
                     *expected == '\0' ? CHECK_OK : CHECK_BAD);
    assert_string_equal(text, expected);
    story_destroy(story);
}

static void change_nothing(struct job_request *request)
{
    (void)request;
}

static void use_old_id(struct job_request *request)
{
    request->id = 1;
}

static void use_id_zero(struct job_request *request)
{
    request->id = 0;
}

static void use_huge_id(struct job_request *request)
{
    request->id = JOB_ID_MAX + 1;
}

static void want_no_node(struct job_request *request)
{
    request->min_nodes = 0;
}

static void want_min_over_max(struct job_request *request)
{
    request->min_nodes = 2;
}

static void prefer_less_than_min(struct job_request *request)
{
    request->min_nodes = request->max_nodes = 3;
    request->pref_nodes = 2;
}

static void prefer_more_than_max(struct job_request *request)
{
    request->pref_nodes = 2;
}

static void want_no_time(struct job_request *request)
{
    request->walltime = 0;
}

static void follow_nobody(struct job_request *request)
{
    request->after[0].id = 77;
}

static void what_a_submit_must_be(void **state)
{
    (void)state;
    expect_submit(change_nothing, "");
    expect_submit(use_old_id, "job 1 exists already");
    expect_submit(use_id_zero, "job 0 has an id out of range");
    expect_submit(use_huge_id, "job 10000000 has an id out of range");
    expect_submit(want_no_node, "job 2 has min_nodes > max_nodes");
    expect_submit(want_min_over_max, "job 2 has min_nodes > max_nodes");
    expect_submit(prefer_less_than_min,
                  "job 2 has pref_nodes outside min_nodes..max_nodes");
    expect_submit(prefer_more_than_max,
                  "job 2 has pref_nodes outside min_nodes..max_nodes");
    expect_submit(want_no_time, "job 2 has no valid walltime");
    expect_submit(follow_nobody,
                  "job 2 comes after job 77, which does not exist");
}

static void an_id_is_used_once_for_ever(void **state)
{
    struct story *story = STORY("[0] submit 3", "cancel 3");

    (void)state;
    tell(story, "submit 3", "error: job 3 exists already\n");
    tell(story, "submit 4 after=any:3", "");
    story_destroy(story);
}

/* ---- requests about jobs in each state ---- */

/* 1 pending, 2 held, 3 starting, 4 running, 5 completing (cancel), 6 ended,
 * 7 completing (requeue); there is no 8. */
static struct story *one_of_each(void)
{
    return STORY("nodes 6", "[0] submit 1 nodes=6 held", "submit 2 held",
                 "submit 3", "submit 4", "submit 5", "submit 6", "submit 7",
                 "[1] started 4; started 5; started 6; started 7",
                 "[2] cancel 5; exited 6; requeue 7", "[3] release 1");
}

static void requests_in_each_state(void **state)
{
    static const struct {
        enum event_type type;
        const char *expected; /* jobs 1 to 8: ok, ignored, bad */
    } rows[] = {
        {EV_HOLD, "oibbbbbb"},
        {EV_RELEASE, "bobbbbbb"},
        {EV_CANCEL, "ooooobob"},
        {EV_REQUEUE, "bboobbob"},
    };
    struct story *story = one_of_each();

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (int64_t id = 1; id <= 8; id++) {
            enum check got = about_job(story, rows[i].type, id);
            char expected = rows[i].expected[id - 1];

            if (got != (expected == 'o'   ? CHECK_OK
                        : expected == 'i' ? CHECK_IGNORE
                                          : CHECK_BAD))
                fail_msg("%s of job %d: %d", event_type_name(rows[i].type),
                         (int)id, got);
        }
    }
    story_destroy(story);
}

static void refusals_have_a_sentence(void **state)
{
    struct story *story = one_of_each();

    (void)state;
    tell(story, "hold 4", "error: job 4 runs: it cannot be held\n");
    tell(story, "release 1", "error: job 1 is not held\n");
    tell(story, "requeue 1", "error: job 1 waits already\n");
    tell(story, "requeue 5", "error: job 5 is being cancelled\n");
    tell(story, "cancel 6", "error: job 6 has ended (completed)\n");
    tell(story, "cancel 8", "error: no job 8\n");
    tell(story, "update 4 min=1",
         "error: job 4 runs: only its priority and walltime can be changed\n");
    tell(story, "update 4 begin=9",
         "error: job 4 runs: only its priority and walltime can be changed\n");
    tell(story, "update 5 prio=1", "error: job 5 is ending\n");
    tell(story, "update 1 wall=0", "error: job 1 cannot have that walltime\n");
    tell(story, "update 1 min=0",
         "error: job 1 cannot have min_nodes > max_nodes\n");
    tell(story, "update 1 min=2 max=4 pref=5",
         "error: job 1 cannot have pref_nodes outside min_nodes..max_nodes\n");
    story_destroy(story);
}

/* ---- reports ---- */

static void reports_in_each_state(void **state)
{
    static const struct {
        enum event_type type;
        const char *expected; /* jobs 1 to 8 */
    } rows[] = {
        {EV_STARTED, "iioiiiii"},
        {EV_START_FAILED, "iioioioi"},
        {EV_EXITED, "iioooioi"},
        {EV_LOST, "iioooioi"},
    };
    struct story *story = one_of_each();

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (int64_t id = 1; id <= 8; id++) {
            enum check got = about_job(story, rows[i].type, id);

            if (got !=
                (rows[i].expected[id - 1] == 'o' ? CHECK_OK : CHECK_IGNORE))
                fail_msg("%s of job %d: %d", event_type_name(rows[i].type),
                         (int)id, got);
        }
    }
    story_destroy(story);
}

static void reports_of_another_attempt_are_nothing(void **state)
{
    struct story *story = STORY("nodes 1", "[0] submit 1", "started 1");
    struct event event;
    char text[600];

    (void)state;
    event_init(&event, EV_EXITED, story->now);
    event.job = 1;
    event.attempt = 2;
    assert_int_equal(check(story, &event, text, sizeof text), CHECK_IGNORE);
    event.attempt = 0;
    assert_int_equal(check(story, &event, text, sizeof text), CHECK_IGNORE);
    story_destroy(story);
}

/* The second machine of doc/states.md. */
static void answers_in_each_state_of_a_directive(void **state)
{
    static const struct {
        enum event_type type;
        const char *expected; /* by enum directive_state */
    } rows[] = {
        /* none offered accepted withdrawing forcing, then the closed five */
        {EV_SHOWN, "iooooiiiii"},     {EV_ACCEPTED, "ioiiiiiiii"},
        {EV_REFUSED, "ioooiiiiii"},   {EV_PROGRESSED, "iioiiiiiii"},
        {EV_DONE, "iooooiiiii"},      {EV_FAILED, "iooooiiiii"},
        {EV_WITHDRAWN, "iiioiiiiii"}, {EV_FORCED, "iiiioiiiii"},
        {EV_WITHDRAW, "iooiiiiiii"},  {EV_FORCE, "iooiiiiiii"},
    };
    struct story *story =
        STORY("nodes 2", "[0] submit 1 elastic min=1 max=2", "started 1");
    struct job *job = job_of(story, 1);

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (int j = DIRECTIVE_NONE; j <= (int)DIRECTIVE_FORCED; j++) {
            enum check got;

            job->directive.state = (enum directive_state)j;
            got = about_job(story, rows[i].type, 1);
            if (got != (rows[i].expected[j] == 'o' ? CHECK_OK : CHECK_IGNORE))
                fail_msg("%s when %s: %d", event_type_name(rows[i].type),
                         directive_state_name((enum directive_state)j), got);
        }
    }
    job->directive.state = DIRECTIVE_ACCEPTED;
    job->directive.for_job = 2; /* was promised a start */
    assert_int_equal(about_job(story, EV_PROGRESSED, 1), CHECK_IGNORE);
    job->directive.for_job = 0;
    job->directive.state = DIRECTIVE_OFFERED;
    job->directive.shown = true;
    assert_int_equal(about_job(story, EV_SHOWN, 1), CHECK_IGNORE);
    job->directive.seq = 2;
    assert_int_equal(about_job(story, EV_DONE, 1), CHECK_IGNORE);
    story_destroy(story);
}

/* ---- nodes ---- */

static enum check about_nodes(const struct story *story, enum event_type type,
                              const char *nodes)
{
    struct event event;
    enum check result;
    char text[600];

    event_init(&event, type, story->now);
    event.nodes = set_of(nodes);
    result = check(story, &event, text, sizeof text);
    event_release(&event);
    return result;
}

static void nodes_must_be_known(void **state)
{
    struct story *story = STORY("nodes 3", "[0] submit 1 nodes=2", "pool 0,2");

    (void)state;
    assert_int_equal(about_nodes(story, EV_DRAIN, "0,2"), CHECK_OK);
    assert_int_equal(about_nodes(story, EV_DRAIN, "0-3"), CHECK_BAD);
    assert_int_equal(about_nodes(story, EV_NODE_UP, "9"), CHECK_BAD);
    assert_int_equal(about_nodes(story, EV_POOL_CHANGED, "9"), CHECK_OK);
    /* node 1 has left the pool, but job 1 is still there */
    assert_int_equal(about_nodes(story, EV_NODE_DOWN, "1"), CHECK_OK);
    tell(story, "exited 1", "release 1 0-1\nfinish 1 completed\n");
    assert_int_equal(about_nodes(story, EV_NODE_UP, "1"), CHECK_BAD);
    assert_int_equal(about_nodes(story, EV_NODE_DOWN, "1"), CHECK_OK);
    story_destroy(story);
}

/* ---- decisions, which a damaged journal may hold ---- */

static enum check decide(const struct story *story, enum event_type type,
                         int64_t id, const char *nodes, enum directive_op op)
{
    struct event event;
    enum check result;
    char text[600];

    event_init(&event, type, story->now);
    event.job = id;
    event.attempt = 1;
    event.seq = 9;
    event.op = op;
    if (nodes != NULL)
        event.nodes = set_of(nodes);
    result = check(story, &event, text, sizeof text);
    event_release(&event);
    return result;
}

static void decisions_that_do_not_fit_are_refused(void **state)
{
    struct story *story =
        STORY("config mode=rigid", "nodes 6", "[0] submit 1 nodes=2",
              "submit 2 elastic min=2 max=6 wall=99", "started 1; started 2",
              "submit 3 nodes=1 held");

    (void)state;
    assert_int_equal(decide(story, EV_START, 3, "4", 0), CHECK_OK);
    assert_int_equal(decide(story, EV_START, 3, "1", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_START, 3, "9", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_START, 3, NULL, 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_START, 1, "4", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_START, 8, "4", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_RESERVE, 3, "1,4", 0), CHECK_OK);
    assert_int_equal(decide(story, EV_RESERVE, 1, "4", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_UNRESERVE, 3, NULL, 0), CHECK_IGNORE);
    assert_int_equal(decide(story, EV_OFFER, 2, "4", DIRECTIVE_GROW), CHECK_OK);
    assert_int_equal(decide(story, EV_OFFER, 2, "0", DIRECTIVE_GROW),
                     CHECK_BAD);
    assert_int_equal(decide(story, EV_OFFER, 2, "3", DIRECTIVE_SHRINK),
                     CHECK_OK);
    assert_int_equal(decide(story, EV_OFFER, 2, "4", DIRECTIVE_SHRINK),
                     CHECK_BAD);
    assert_int_equal(decide(story, EV_OFFER, 3, "4", DIRECTIVE_GROW),
                     CHECK_BAD);
    story_destroy(story);
}

static void one_reservation_at_a_time(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 3",
              "[0] submit 1 elastic min=1 max=3 wall=99", "started 1",
              "config mode=elastic", "submit 2 nodes=1 wall=9",
              "submit 3 nodes=1 wall=9");

    (void)state;
    assert_int_equal(decide(story, EV_RESERVE, 3, "1", 0), CHECK_BAD);
    assert_int_equal(decide(story, EV_UNRESERVE, 2, NULL, 0), CHECK_OK);
    assert_int_equal(about_job(story, EV_TIMER, 0), CHECK_IGNORE);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_submit_must_be),
        cmocka_unit_test(an_id_is_used_once_for_ever),
        cmocka_unit_test(requests_in_each_state),
        cmocka_unit_test(refusals_have_a_sentence),
        cmocka_unit_test(reports_in_each_state),
        cmocka_unit_test(reports_of_another_attempt_are_nothing),
        cmocka_unit_test(answers_in_each_state_of_a_directive),
        cmocka_unit_test(nodes_must_be_known),
        cmocka_unit_test(decisions_that_do_not_fit_are_refused),
        cmocka_unit_test(one_reservation_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
