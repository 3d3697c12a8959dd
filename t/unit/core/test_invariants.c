/* SPDX-License-Identifier: BSD-2-Clause */
/* Each invariant notices when it is broken: states are corrupted by hand, and
 * the right name has to come out. */
#include "core/index.h"
#include "core/invariants.h"
#include "support.h"

/* 1 runs on 0-2 and shrinks by 2 for job 3, which has 4 kept; 2 runs on 3; 4
 * waits behind; 5 is held; 6 is too large. */
static struct story *sound_state(void)
{
    return STORY("config mode=rigid start=1", "nodes 5",
                 "[0] submit 1 elastic min=1 max=3 wall=900",
                 "submit 2 nodes=1 wall=900", "[1] started 1; started 2",
                 "config mode=elastic", "[2] submit 3 nodes=2 wall=10",
                 "submit 4 nodes=1 wall=999", "submit 5 held",
                 "submit 6 nodes=7");
}

/* Corrupts a sound state; NAME must be told, and the text say TEXT. */
static void expect_broken(void (*corrupt)(struct sched *sched),
                          const char *name, const char *text)
{
    struct story *story = sound_state();
    struct err err = {.code = ERR_NONE};

    assert_true(invariants_hold(story->sched, true, &err));
    corrupt(story->sched);
    assert_false(invariants_hold(story->sched, true, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    if (strncmp(err.text, name, strlen(name)) != 0 ||
        err.text[strlen(name)] != ':' || strstr(err.text, text) == NULL)
        fail_msg("%s expected (%s): %s", name, text, err.text);
    story_destroy(story);
}

static struct job *get(struct sched *sched, int64_t id)
{
    return job_table_get(&sched->jobs, id);
}

static void share_a_node(struct sched *sched)
{
    idset_add(&get(sched, 2)->nodes, 1);
}

static void offer_an_owned_node(struct sched *sched)
{
    struct job *job = get(sched, 1);

    job->directive.op = DIRECTIVE_GROW;
    idset_clear(&job->directive.delta);
    idset_add(&job->directive.delta, 1);
}

static void lose_the_owner(struct sched *sched)
{
    sched->pool.owner[3] = 1;
}

static void forget_the_owner(struct sched *sched)
{
    sched->pool.owner[4] = 2;
}

static void free_an_owned_node(struct sched *sched)
{
    idset_add(&sched->pool.free, 3);
}

static void lose_a_free_node(struct sched *sched)
{
    idset_remove(&sched->pool.free, 4);
}

static void free_a_drained_node(struct sched *sched)
{
    idset_add(&sched->pool.drained, 4);
}

static void shrink_under_min(struct sched *sched)
{
    get(sched, 1)->request.min_nodes = 4;
    get(sched, 1)->request.max_nodes = 4;
}

static void grow_over_max(struct sched *sched)
{
    get(sched, 1)->request.max_nodes = 2;
}

static void offer_over_max(struct sched *sched)
{
    struct job *job = get(sched, 1);

    job->directive.op = DIRECTIVE_GROW;
    idset_clear(&job->directive.delta);
    idset_add(&job->directive.delta, 4);
}

static void give_all_nodes(struct sched *sched)
{
    idset_add_range(&get(sched, 1)->directive.delta, 0, 2);
}

static void give_another_ones_node(struct sched *sched)
{
    struct job *job = get(sched, 1);

    idset_clear(&job->directive.delta);
    idset_add(&job->directive.delta, 3);
}

static void resize_a_rigid_job(struct sched *sched)
{
    get(sched, 1)->request.kind = JOB_RIGID;
}

static void own_while_pending(struct sched *sched)
{
    idset_add(&get(sched, 5)->nodes, 4);
}

static void end_without_leaving(struct sched *sched)
{
    struct job *job = get(sched, 5);

    job->state = JOB_CANCELLED;
}

static void queue_a_held_job(struct sched *sched)
{
    get(sched, 4)->request.hold = true;
}

static void forget_a_waiting_job(struct sched *sched)
{
    index_remove(sched, get(sched, 4));
}

static void forget_a_large_job(struct sched *sched)
{
    index_remove(sched, get(sched, 6));
}

static void forget_the_end(struct sched *sched)
{
    sched->config.ends = sched->now + get(sched, 4)->request.walltime - 1;
}

static void reserve_for_too_long_a_job(struct sched *sched)
{
    index_remove(sched, get(sched, 4));
    get(sched, 4)->request.hold = true;
    sched->config.ends = sched->now + get(sched, 3)->request.walltime - 1;
}

static void list_a_rigid_job(struct sched *sched)
{
    get(sched, 2)->is_listed = true;
}

static void reserve_for_nobody(struct sched *sched)
{
    sched->reservation.job = 0;
    queue_add(&sched->queue, get(sched, 3));
}

static void reserve_for_one_who_runs(struct sched *sched)
{
    sched->reservation.job = 2;
    queue_add(&sched->queue, get(sched, 3));
}

static void reserve_what_is_not_coming(struct sched *sched)
{
    idset_add(&sched->reservation.nodes, 3);
}

static void start_in_the_future(struct sched *sched)
{
    get(sched, 2)->started = sched->now + 1;
}

static void wait_though_it_fits(struct sched *sched)
{
    idset_remove(&sched->reservation.nodes, 2);
}

static void wish_while_pending(struct sched *sched)
{
    struct job *job = get(sched, 4);

    job->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 1};
    sched->first_wish = sched->last_wish = job;
}

static void forget_a_wish(struct sched *sched)
{
    get(sched, 1)->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 1};
}

static void wish_out_of_turn(struct sched *sched)
{
    struct job *first = get(sched, 1), *second = get(sched, 2);

    first->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 2};
    second->wish = (struct job_wish){.n = 1, .n_min = 1, .order = 1};
    first->next_wish = second;
    second->prev_wish = first;
    sched->first_wish = first;
    sched->last_wish = second;
}

static void count_an_end_twice(struct sched *sched)
{
    struct job *job = get(sched, 2);

    profile_remove(&sched->profile, &job->end_release);
    profile_add(&sched->profile, &job->end_release, at(900), 2, 2);
}

static void what_is_broken_is_named(void **state)
{
    static const struct {
        void (*corrupt)(struct sched *sched);
        const char *name, *text;
    } rows[] = {
        {share_a_node, "I1", "2: shares a node"},
        {offer_an_owned_node, "I1", "1: was offered a node that is owned"},
        {lose_the_owner, "I1", "2: has a node of another owner"},
        {forget_the_owner, "I2", "4: owned by nobody who knows"},
        {free_an_owned_node, "I2", "3: free or not"},
        {lose_a_free_node, "I2", "4: free or not"},
        {free_a_drained_node, "I2", "4: free or not"},
        {count_an_end_twice, "I2", "the profile's sum is wrong"},
        {shrink_under_min, "I3", "1: size outside min..max"},
        {grow_over_max, "I3", "1: size outside min..max"},
        {offer_over_max, "I3", "1: would grow past max_nodes"},
        {give_all_nodes, "I3", "1: would shrink below min_nodes"},
        {give_another_ones_node, "I3", "1: would shrink"},
        {end_without_leaving, "I4", "5: is terminal but listed"},
        {queue_a_held_job, "I4", "4: queued or not"},
        {forget_a_waiting_job, "I4", "4: queued or not"},
        {forget_a_large_job, "I4", "6: aside or not"},
        {forget_the_end, "I4", "4: queued or not"},
        {list_a_rigid_job, "I4", "2: elastic list is wrong"},
        {resize_a_rigid_job, "I7", "1: has a fixed size but resizes"},
        {own_while_pending, "I16", "5: owns nodes but does not run"},
        {reserve_for_nobody, "I17", "nodes reserved for nobody"},
        {reserve_for_one_who_runs, "I17", "2: is not pending"},
        {reserve_what_is_not_coming, "I17", "3: reserved but not given back"},
        {start_in_the_future, "I18", "2: started in the future"},
        {reserve_for_too_long_a_job, "I21", "3: has nodes kept but cannot end"},
        {wait_though_it_fits, "I19", "3: could start and does not"},
        {wish_while_pending, "I22", "4: cannot wish for that"},
        {forget_a_wish, "I22", "a wish is not listed"},
        {wish_out_of_turn, "I22", "2: stands wrongly among the wishes"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++)
        expect_broken(rows[i].corrupt, rows[i].name, rows[i].text);
}

/* In the middle of a replay nothing has been decided yet. */
static void progress_is_asked_for_after_a_pass_only(void **state)
{
    struct story *story = sound_state();
    struct err err = {.code = ERR_NONE};

    (void)state;
    wait_though_it_fits(story->sched);
    forget_a_large_job(story->sched);
    assert_true(invariants_hold(story->sched, false, &err));
    assert_false(invariants_hold(story->sched, true, NULL));
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_broken_is_named),
        cmocka_unit_test(progress_is_asked_for_after_a_pass_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
