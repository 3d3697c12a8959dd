/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applying: the journal gives the same state as the life it was written in,
 * at every point; a damaged one is refused. What a snapshot needs to come
 * back.
 */
#include "core/apply.h"
#include "core/invariants.h"
#include "state_text.h"
#include "support.h"

/* A life with some of everything. */
static const char *const life[] = {
    "config cooldown=0 policy_done=60",
    "nodes 6",
    "[0] submit 1 elastic min=1 max=4 wall=900 on_deadline=force",
    "submit 2 nodes=2 wall=100 requeue",
    "submit 3 nodes=1 wall=50 after=ok:2",
    "submit 4 nodes=9 wall=50",
    "submit 5 elastic resize=app min=1 max=3 wall=400 begin=30 held",
    "[1] started 1; started 2",
    "[2] shown 1; done 1",
    "[3] drain 0; undrain 0; hold 3; release 3",
    "[10] node_down 1",
    "[11] exited 2 by=request signal=9",
    "[20] submit 6 nodes=3 wall=60 prio=4",
    "[21] update 4 min=2 prio=1; update 1 wall=800",
    "[40] release 5",
    "[85] timer",
    "[86] forced 1",
    "[87] started 2; node_up 1",
    "[88] done 1",
    "[90] exited 2",
    "[95] started 6; started 4; started 3",
    "[96] exited 4 code=2; cancel 3",
    "[97] exited 3 by=request",
    "[98] pool 0-4",
    "[110] exited 6 by=walltime",
    "[111] started 5",
    "[112] refused 1 retry=500",
    "[120] accepted 5; progressed 5",
    "[121] failed 5",
    "[125] accepted 5; done 5",
    "[140] shrink 5 1",
    "[150] lost 5",
    "[160] submit 7 elastic resize=app loss=shrink min=1 max=3 pref=3 wall=900",
    "[161] started 7; progress 7 at=0.1",
    "[163] progress 7 at=0.3; node_down 1",
    "[165] exited 7 code=85",
    "[166] started 7; node_up 1",
    "[170] requeue 1",
    "[171] lost 1",
    NULL,
};

static void every_prefix_replays_to_the_same_state(void **state)
{
    struct story *story = story_create();
    struct err err = {.code = ERR_NONE};
    struct strbuf told;

    (void)state;
    strbuf_init(&told);
    for (size_t i = 0; life[i] != NULL; i++) {
        if (story_line(story, life[i], &told, &err) < 0 ||
            story_check_replay(story, &err) < 0)
            fail_msg("%s: %s", life[i], err.text);
    }
    assert_null(strstr(told.text, "error"));
    assert_true(story->n_records > 50);
    strbuf_release(&told);
    story_destroy(story);
}

static void text_of(const struct sched *sched, struct strbuf *out)
{
    strbuf_reset(out);
    state_add_text(out, sched);
}

/* Replays all records but SKIP (and SKIPped one TIMES times). Returns how many
 * were refused; a refused one must change nothing. */
static int replay_damaged(const struct story *story, size_t skip, int times)
{
    struct sched *copy = sched_create(sched_config(story->sched));
    struct err err = {.code = ERR_NONE};
    struct strbuf before, after;
    int n_refused = 0;

    strbuf_init(&before);
    strbuf_init(&after);
    for (size_t i = 0; i < story->n_records; i++) {
        for (int n = i == skip ? times : 1; n > 0; n--) {
            text_of(copy, &before);
            if (sched_replay(copy, &story->records[i], &err) == 0)
                continue;
            n_refused++;
            assert_int_equal(err.code, ERR_INPUT);
            text_of(copy, &after);
            assert_string_equal(before.text, after.text);
        }
    }
    strbuf_release(&before);
    strbuf_release(&after);
    sched_destroy(copy);
    return n_refused;
}

static void a_damaged_journal_is_refused_not_obeyed(void **state)
{
    struct story *story = story_of(life);
    int n_refused = 0;

    (void)state;
    assert_int_equal(replay_damaged(story, SIZE_MAX, 0), 0);
    for (size_t i = 0; i < story->n_records; i++) {
        n_refused += replay_damaged(story, i, 0);
        n_refused += replay_damaged(story, i, 2);
    }
    assert_true(n_refused > 100);
    story_destroy(story);
}

/* A snapshot: jobs as they are, the indexes made anew. */
static struct sched *restore(const struct sched *from)
{
    struct sched *to = sched_create(sched_config(from));
    const struct job *job = sched_next_job(from, 0);
    struct actions actions;
    int64_t id = 0;

    to->recorded = from->recorded;
    to->last_arrival = from->last_arrival;
    to->last_seq = from->last_seq;
    to->last_wish_order = from->last_wish_order;
    idset_copy(&to->pool.members, &from->pool.members);
    idset_copy(&to->pool.down, &from->pool.down);
    idset_copy(&to->pool.drained, &from->pool.drained);
    pool_restore(&to->pool);
    to->reservation.job = from->reservation.job;
    to->reservation.promised = from->reservation.promised;
    idset_copy(&to->reservation.nodes, &from->reservation.nodes);
    while ((id = job_table_next_ended(&from->jobs, id)) != 0) {
        enum job_state outcome;

        job_table_outcome(&from->jobs, id, &outcome);
        job_table_set_ended(&to->jobs, id, outcome);
    }
    for (; job != NULL; job = sched_next_job(from, job->request.id)) {
        struct job *copy = job_create(&job->request);

        copy->state = job->state;
        copy->ending = job->ending;
        copy->attempt = job->attempt;
        copy->n_start_failures = job->n_start_failures;
        copy->arrival = job->arrival;
        copy->submitted = job->submitted;
        copy->started = job->started;
        copy->planned_end = job->planned_end;
        copy->no_resize_before = job->no_resize_before;
        copy->n_short_attempts = job->n_short_attempts;
        copy->attempt_started = job->attempt_started;
        copy->seen_running = job->seen_running;
        copy->resize_cost = job->resize_cost;
        copy->delayed = job->delayed;
        copy->progress = job->progress;
        copy->progressed = job->progressed;
        copy->progress_from = job->progress_from;
        copy->progress_since = job->progress_since;
        copy->wish = job->wish;
        idset_copy(&copy->nodes, &job->nodes);
        copy->directive = job->directive;
        copy->directive.delta = (struct idset){.count = 0};
        idset_copy(&copy->directive.delta, &job->directive.delta);
        sched_restore_job(to, copy);
    }
    sched_restore_finish(to);
    actions_init(&actions);
    sched_resume(to, from->now, &actions);
    actions_release(&actions);
    return to;
}

/* After every line: a snapshot, restored, is the same state, and decides the
 * same when the story goes on with it. */
static void a_snapshot_goes_on_as_the_original(void **state)
{
    struct story *story = story_create(), *copy = story_create();
    struct strbuf told, told_by_copy, text, text_of_copy;
    struct err err = {.code = ERR_NONE};

    (void)state;
    strbuf_init(&told);
    strbuf_init(&told_by_copy);
    strbuf_init(&text);
    strbuf_init(&text_of_copy);
    for (size_t i = 0; life[i] != NULL; i++) {
        assert_int_equal(story_line(story, life[i], &told, &err), 0);
        if (story_line(copy, life[i], &told_by_copy, &err) < 0)
            fail_msg("%s: %s", life[i], err.text);
        assert_string_equal(told.text, told_by_copy.text);
        sched_destroy(copy->sched);
        copy->sched = restore(story->sched);
        text_of(story->sched, &text);
        text_of(copy->sched, &text_of_copy);
        assert_string_equal(text.text, text_of_copy.text);
        assert_true(invariants_hold(copy->sched, true, &err));
    }
    strbuf_release(&told);
    strbuf_release(&told_by_copy);
    strbuf_release(&text);
    strbuf_release(&text_of_copy);
    story_destroy(story);
    story_destroy(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_replays_to_the_same_state),
        cmocka_unit_test(a_damaged_journal_is_refused_not_obeyed),
        cmocka_unit_test(a_snapshot_goes_on_as_the_original),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
