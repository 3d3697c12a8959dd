/* SPDX-License-Identifier: BSD-2-Clause */
/* The one door: refusals change nothing, time goes on only, a submit is
 * completed from the configuration, and after a restart exactly what is owed is
 * asked for again. */
#include "state_text.h"
#include "support.h"

static void the_defaults(void **state)
{
    struct sched_config config;
    struct sched *sched;

    (void)state;
    sched_config_init(&config);
    assert_false(config.start_at_max);
    assert_int_equal(config.backfill, BACKFILL_EASY);
    assert_int_equal(config.mode, MODE_ELASTIC);
    assert_string_equal(config.expand->name, "speedup");
    assert_string_equal(config.shrink->name, "speedup");
    assert_int_equal(config.sizing, SIZING_PREFERRED);
    assert_true(config.cooldown < 0);
    assert_true(config.ends == TIME_NEVER);
    sched = sched_create(&config);
    assert_null(sched_job(sched, 1));
    assert_null(sched_next_job(sched, 0));
    assert_int_equal(sched_max_id(sched), 0);
    assert_true(idset_is_empty(sched_nodes(sched)));
    config.backfill = BACKFILL_NONE;
    assert_int_equal(sched_config(sched)->backfill, BACKFILL_EASY);
    sched_set_config(sched, &config);
    assert_int_equal(sched_config(sched)->backfill, BACKFILL_NONE);
    sched_destroy(sched);
    sched_destroy(NULL);
}

static void a_submit_is_completed_and_recorded_so(void **state)
{
    struct story *story =
        STORY("config accept=7 done=70 policy_done=700 cooldown=5",
              "[0] submit 1 elastic", "submit 2 elastic resize=app",
              "submit 3 elastic accept=1 done=2 cooldown=3");
    const struct job_request *request = &story->records[0].request;

    (void)state;
    assert_int_equal(story->n_records, 3);
    assert_true(request->accept_within == sec(7));
    assert_true(request->done_within == sec(700));
    assert_true(request->cooldown == sec(5));
    request = &story->records[1].request;
    assert_true(request->done_within == sec(70));
    request = &job_of(story, 3)->request;
    assert_true(request->accept_within == sec(1));
    assert_true(request->done_within == sec(2));
    assert_true(request->cooldown == sec(3));
    story_destroy(story);
}

/* Whatever is refused leaves no trace: no action, no time passed. */
static void a_refusal_changes_nothing(void **state)
{
    static const char *const refused[] = {
        "submit 1",       "submit 9 min=3 max=2",
        "hold 1",         "release 2",
        "requeue 2",      "cancel 7",
        "update 1 min=2", "expand 1 9",
        "shrink 1 1",     "expand 1 nodes=3",
        "expand 2 1",     "drain 99",
        "expand 3 1",     "shrink 4 1 by=job",
    };
    struct story *story =
        STORY("config mode=evolving", "nodes 6",
              "[0] submit 1 elastic min=1 max=3 wall=99", "started 1",
              "submit 2 nodes=9", "submit 3 nodes=1 wall=9",
              "submit 4 elastic min=1 max=2 pref=2 wall=9");
    struct strbuf before, after;

    (void)state;
    strbuf_init(&before);
    strbuf_init(&after);
    state_add_text(&before, story->sched);
    for (size_t i = 0; i < N_OF(refused); i++) {
        size_t n_records = story->n_records;
        struct err err = {.code = ERR_NONE};
        struct strbuf told;
        char line[60];

        strbuf_init(&told);
        snprintf(line, sizeof line, "[%d] %s", 10 + (int)i, refused[i]);
        assert_int_equal(story_line(story, line, &told, &err), 0);
        if (strncmp(told.text, "error: ", 7) != 0 ||
            strchr(told.text, '\n')[1] != '\0')
            fail_msg("%s: %s", refused[i], told.text);
        assert_int_equal(story->n_records, n_records);
        assert_true(story->sched->now == at(0));
        strbuf_reset(&after);
        state_add_text(&after, story->sched);
        assert_string_equal(before.text, after.text);
        strbuf_release(&told);
    }
    strbuf_release(&before);
    strbuf_release(&after);
    story_destroy(story);
}

static void an_ignored_report_leaves_no_record(void **state)
{
    struct story *story =
        STORY("nodes 1", "[0] submit 1 wall=9", "started 1", "[3] exited 1");
    size_t n_records = story->n_records;

    (void)state;
    tell(story, "[5] exited 1; started 1; lost 1; done 1 seq=1", "");
    assert_int_equal(story->n_records, n_records);
    assert_true(story->sched->now == at(3));
    story_destroy(story);
}

/* What is decided with the last of several events is recorded after them, and
 * none of the records says that more follow. */
static void more_events_are_decided_on_together(void **state)
{
    struct story *story =
        STORY("nodes 1", "[0] submit 1 wall=9 more; submit 2 prio=1 wall=9");
    static const enum event_type types[] = {EV_POOL_CHANGED, EV_SUBMIT,
                                            EV_SUBMIT, EV_START};

    (void)state;
    assert_int_equal(story->n_records, N_OF(types));
    for (size_t i = 0; i < N_OF(types); i++) {
        assert_int_equal(story->records[i].type, types[i]);
        assert_false(story->records[i].more);
    }
    assert_int_equal(story->records[3].job, 2);
    story_destroy(story);
}

/* The manager's clock does not go back; an event that says so is late. */
static void time_never_goes_back(void **state)
{
    struct story *story = STORY("nodes 2", "[100] submit 1 wall=9");
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_SUBMIT, at(50));
    job_request_init(&event.request);
    event.request.id = 2;
    event.request.walltime = sec(9);
    assert_int_equal(sched_step(story->sched, &event, &actions), 0);
    assert_true(story->sched->now == at(100));
    assert_true(job_of(story, 2)->submitted == at(100));
    assert_int_equal(actions.items[0].type, ACT_RECORD);
    assert_true(actions.items[0].event.now == at(100));
    event_release(&event);
    actions_release(&actions);
    story_destroy(story);
}

static void records_come_before_what_they_cause(void **state)
{
    struct story *story = STORY("nodes 2");
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_SUBMIT, at(1));
    job_request_init(&event.request);
    event.request.id = 1;
    assert_int_equal(sched_step(story->sched, &event, &actions), 0);
    assert_int_equal(actions.n, 4);
    assert_int_equal(actions.items[0].type, ACT_RECORD);
    assert_int_equal(actions.items[0].event.type, EV_SUBMIT);
    assert_int_equal(actions.items[1].type, ACT_RECORD);
    assert_int_equal(actions.items[1].event.type, EV_START);
    assert_int_equal(actions.items[2].type, ACT_START);
    assert_int_equal(actions.items[3].type, ACT_PHASE);
    event_release(&event);
    actions_release(&actions);
    story_destroy(story);
}

static void a_caller_may_do_without_records(void **state)
{
    struct story *story = STORY("nodes 2");
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    actions.without_records = true;
    event_init(&event, EV_SUBMIT, at(1));
    job_request_init(&event.request);
    event.request.id = 1;
    assert_int_equal(sched_step(story->sched, &event, &actions), 0);
    assert_int_equal(actions.n, 2);
    assert_int_equal(actions.items[0].type, ACT_START);
    event_release(&event);
    actions_release(&actions);
    story_destroy(story);
}

static void an_error_says_what_and_of_which_kind(void **state)
{
    struct story *story = STORY("nodes 2", "[0] submit 1 wall=9");
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_HOLD, at(1));
    event.job = 5;
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_int_equal(actions.err.code, ERR_NOT_FOUND);
    event.job = 1;
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_int_equal(actions.err.code, ERR_CONFLICT);
    event.type = EV_TIMER;
    assert_int_equal(sched_step(story->sched, &event, &actions), 0);
    assert_int_equal(actions.err.code, ERR_NONE);
    assert_int_equal(actions.n, 0);
    actions_release(&actions);
    story_destroy(story);
}

static void
a_limit_past_the_allocation_is_refused_with_what_is_possible(void **state)
{
    struct story *story =
        STORY("nodes 1", "config ends=5000", "[800] submit 1 wall=9");
    struct actions actions;
    struct event event;

    (void)state;
    actions_init(&actions);
    event_init(&event, EV_UPDATE, at(801));
    event.job = 1;
    event.update.changes = CHANGE_WALLTIME;
    event.update.walltime = sec(4201);
    assert_int_equal(sched_step(story->sched, &event, &actions), -1);
    assert_int_equal(actions.err.code, ERR_CONFLICT);
    assert_string_equal(actions.err.text,
                        "job 1 would run past the end of the allocation");
    assert_string_equal(actions.err.hint,
                        "its walltime can be 1 h 10 min at most");
    event.update.walltime = sec(4200);
    assert_int_equal(sched_step(story->sched, &event, &actions), 0);
    /* a journal that was written with another end is good all the same */
    event.update.walltime = sec(9999);
    assert_int_equal(sched_replay(story->sched, &event, NULL), 0);
    assert_true(job_of(story, 1)->planned_end == at(800 + 9999));
    actions_release(&actions);
    story_destroy(story);
}

/* ---- after a restart ---- */

static void what_was_done_is_not_asked_again(void **state)
{
    struct story *story =
        STORY("nodes 4", "[0] submit 1 elastic min=1 max=2 wall=900",
              "submit 2 nodes=9", "submit 3 held", "started 1", "shown 1");

    (void)state;
    tell(story, "restart", "");
    tell(story, "done 1", "directive 1 expand done seq 1\nphase 1 grow 0-1\n");
    tell(story, "restart", "");
    story_destroy(story);
}

static void each_thing_owed_is_asked_again(void **state)
{
    struct story *story = STORY(
        "config mode=rigid start=1 cooldown=0 shrink=fcfs", "nodes 12",
        "[0] submit 1 elastic min=1 max=3 wall=9000 done=50 on_deadline=force",
        "submit 2 elastic min=1 max=3 wall=9000 done=50",
        "submit 3 elastic min=1 max=3 wall=9000 done=90",
        "submit 4 nodes=1 wall=100", "submit 5 nodes=1 wall=100",
        "started 1; started 2; started 3; started 4", "cancel 4",
        "config mode=elastic start=0", "submit 6 nodes=7 wall=10",
        "[50] timer");

    (void)state;
    tell(story, "restart",
         "force 1 shrink 1-2 seq 3\nwithdraw 2 shrink 4-5 seq 2\n"
         "offer 3 shrink 7-8 seq 1 again\nkill 4 for cancel\n"
         "start 5 on 10 again\n");
    tell(story, "restart",
         "force 1 shrink 1-2 seq 3\nwithdraw 2 shrink 4-5 seq 2\n"
         "offer 3 shrink 7-8 seq 1 again\nkill 4 for cancel\n"
         "start 5 on 10 again\n");
    story_destroy(story);
}

static void the_strongest_ending_is_asked_again(void **state)
{
    struct story *story =
        STORY("nodes 2", "[0] submit 1", "submit 2", "started 1; started 2",
              "requeue 1; requeue 2", "node_down 1");

    (void)state;
    tell(story, "restart", "kill 1 for requeue\nkill 2 for node_fail\n");
    story_destroy(story);
}

/* Down time is time: what fell due meanwhile is decided at once. */
static void what_is_due_is_decided_after_a_restart(void **state)
{
    struct story *story = STORY(
        "config mode=rigid start=1", "nodes 2",
        "[0] submit 1 elastic min=1 max=2 wall=9000 done=50",
        "submit 2 nodes=1 wall=9 begin=30", "started 1",
        "config mode=elastic start=0", "submit 3 nodes=1 wall=5", "shown 1");

    (void)state;
    story->now = at(100);
    story->wake_at = TIME_NEVER;
    tell(story, "restart",
         "directive 1 shrink withdrawing seq 1\nwithdraw 1 shrink 1 seq 1\n");
    tell(story, "jobs",
         "job 1 shrinking on 0-1\njob 2 pending\n"
         "job 3 pending\n");
    tell(story, "withdrawn 1 gone",
         "directive 1 shrink done seq 1\nphase 1 shrink 0\nrelease 1 1\n"
         "start 3 on 1\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults),
        cmocka_unit_test(a_submit_is_completed_and_recorded_so),
        cmocka_unit_test(a_refusal_changes_nothing),
        cmocka_unit_test(an_ignored_report_leaves_no_record),
        cmocka_unit_test(more_events_are_decided_on_together),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(records_come_before_what_they_cause),
        cmocka_unit_test(a_caller_may_do_without_records),
        cmocka_unit_test(
            a_limit_past_the_allocation_is_refused_with_what_is_possible),
        cmocka_unit_test(an_error_says_what_and_of_which_kind),
        cmocka_unit_test(what_was_done_is_not_asked_again),
        cmocka_unit_test(each_thing_owed_is_asked_again),
        cmocka_unit_test(the_strongest_ending_is_asked_again),
        cmocka_unit_test(what_is_due_is_decided_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
