/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/index.h"
#include "core/plan.h"
#include "support.h"

static time_us time_of(int64_t seconds)
{
    return STORY_START + seconds * USEC_PER_SEC;
}

/* ---- what comes out ---- */

static void expect_answer(struct sim *sim, int64_t when, int64_t job,
                          uint64_t seq, enum event_type type)
{
    if (sim->n_answers == sim->size_answers) {
        sim->size_answers = 2 * sim->size_answers + 16;
        sim->answers =
            mem_resize(sim->answers, sim->size_answers, sizeof *sim->answers);
    }
    sim->answers[sim->n_answers++] =
        (struct sim_answer){.when = when, .job = job, .seq = seq, .type = type};
}

static void take_start(struct sim *sim, int64_t id)
{
    struct sim_job *job = &sim->jobs[id - 1];

    assert(job->start < 0);
    job->start = sim->now;
    sim->n_late += job->promise >= 0 && job->start > job->promise;
    if (job->promise >= 0 && job->start - job->promise > sim->latest)
        sim->latest = job->start - job->promise;
    for (size_t i = 0; i + 1 < (size_t)id; i++) {
        if (sim->jobs[i].start < 0) {
            sim->n_backfilled++;
            break;
        }
    }
}

static void take_offer(struct sim *sim, const struct action *action)
{
    static const enum event_type types[] = {EV_DONE, EV_DONE, EV_REFUSED,
                                            EV_FAILED};

    if (sim->random == 0 || random_below(&sim->random, 8) == 0)
        return;
    expect_answer(sim, sim->now + random_below(&sim->random, 30), action->job,
                  action->seq, types[random_below(&sim->random, N_OF(types))]);
}

static void take_actions(struct sim *sim)
{
    for (size_t i = 0; i < sim->actions.n; i++) {
        const struct action *action = &sim->actions.items[i];

        if (action->type == ACT_START)
            take_start(sim, action->job);
        else if (action->type == ACT_OFFER)
            take_offer(sim, action);
        else if (action->type == ACT_WITHDRAW)
            expect_answer(sim, sim->now + 1, action->job, action->seq,
                          EV_WITHDRAWN);
        else if (action->type == ACT_PHASE && action->why == PHASE_GROW)
            sim->n_grows++;
        else if (action->type == ACT_PHASE && action->why == PHASE_SHRINK)
            sim->n_shrinks++;
        else if (action->type == ACT_ANSWER && action->answer <= ANSWER_PARTIAL)
            sim->n_granted++;
    }
}

/* The promise that the head has is noted when it has its first. */
static void note_promise(struct sim *sim)
{
    const struct job *head = sched_head(sim->sched);
    struct queue_hole hole = plan_hole(sim->sched, head);
    struct sim_job *job;

    if (head == NULL || hole.longest >= TIME_NEVER - 1)
        return;
    job = &sim->jobs[head->request.id - 1];
    if (job->promise < 0)
        job->promise = sim->now + hole.longest / USEC_PER_SEC;
}

/* ---- what goes in ---- */

static void pass(struct sim *sim, struct event *event)
{
    actions_clear(&sim->actions);
    event->now = time_of(sim->now);
    sched_step(sim->sched, event, &sim->actions);
    event_release(event);
    take_actions(sim);
}

/* Without deciding anything: what replay does. */
static void apply(struct sim *sim, struct event *event)
{
    struct err err = {.code = ERR_NONE};

    event->now = time_of(sim->now);
    if (sched_replay(sim->sched, event, &err) < 0)
        fail_msg("%s", err.text);
    event_release(event);
}

static void end_jobs(struct sim *sim)
{
    for (size_t i = 0; i < sim->n_submitted; i++) {
        struct sim_job *job = &sim->jobs[i];
        struct event event;

        if (job->is_ended || job->start < 0 ||
            job->start + job->runtime != sim->now)
            continue;
        event_init(&event, EV_EXITED, 0);
        event.job = (int64_t)i + 1;
        event.attempt = 1;
        apply(sim, &event);
        job->is_ended = true;
        sim->n_ended++;
    }
}

static void submit_jobs(struct sim *sim)
{
    for (; sim->n_submitted < sim->n &&
           sim->jobs[sim->n_submitted].submit == sim->now;
         sim->n_submitted++) {
        const struct sim_job *job = &sim->jobs[sim->n_submitted];
        struct event event;

        event_init(&event, EV_SUBMIT, 0);
        job_request_init(&event.request);
        event.request.id = (int64_t)sim->n_submitted + 1;
        event.request.kind = job->kind;
        event.request.min_nodes = job->min_nodes;
        if (!sim->is_wishing)
            event.request.pref_nodes = job->pref_nodes;
        event.request.max_nodes = job->max_nodes;
        event.request.walltime = job->walltime * USEC_PER_SEC;
        event.request.accept_within = event.request.done_within =
            20 * USEC_PER_SEC;
        event.request.cooldown = 5 * USEC_PER_SEC;
        apply(sim, &event);
    }
}

static void answer(struct sim *sim)
{
    for (size_t i = 0; i < sim->n_answers; i++) {
        struct sim_answer given = sim->answers[i];
        struct event event;

        if (given.when != sim->now)
            continue;
        sim->answers[i--] = sim->answers[--sim->n_answers];
        event_init(&event, given.type, 0);
        event.job = given.job;
        event.seq = given.seq;
        event.is_found = true;
        pass(sim, &event);
    }
}

/* Started is reported at once: only running jobs can be resized. */
static void report_starts(struct sim *sim)
{
    for (size_t i = 0; i < sim->n_submitted; i++) {
        const struct job *job = sched_job(sim->sched, (int64_t)i + 1);
        struct event event;

        if (job == NULL || job->state != JOB_STARTING)
            continue;
        event_init(&event, EV_STARTED, 0);
        event.job = (int64_t)i + 1;
        event.attempt = 1;
        pass(sim, &event);
    }
}

/* One running job wishes for more nodes. */
static void wish(struct sim *sim)
{
    int64_t id = 1 + random_below(&sim->random, (uint32_t)sim->n_submitted);
    struct event event;

    event_init(&event, EV_RESIZE_ASKED, 0);
    event.job = id;
    event.asker = ASKED_BY_JOB;
    event.n = 1 + random_below(&sim->random, 6);
    event.n_min = 1 + random_below(&sim->random, event.n);
    event.wait = random_below(&sim->random, 60) * USEC_PER_SEC;
    pass(sim, &event);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next instant at which anything happens. */
static int64_t next_instant(const struct sim *sim)
{
    int64_t next = INT64_MAX;

    if (sim->n_submitted < sim->n)
        next = sim->jobs[sim->n_submitted].submit;
    for (size_t i = 0; i < sim->n_submitted; i++) {
        const struct sim_job *job = &sim->jobs[i];

        if (job->start >= 0 && !job->is_ended)
            next = earlier(next, job->start + job->runtime);
    }
    for (size_t i = 0; i < sim->n_answers; i++)
        next = earlier(next, sim->answers[i].when);
    for (size_t i = 0; i < sim->actions.n; i++) {
        const struct action *action = &sim->actions.items[i];

        if (action->type == ACT_WAKE_AT)
            next = earlier(next, (action->when - STORY_START) / USEC_PER_SEC);
    }
    return next > sim->now ? next : sim->now + 1;
}

void sim_run(struct sim *sim, const struct sched_config *config,
             uint32_t n_nodes, struct sim_job *jobs, size_t n)
{
    bool is_resizing = config->mode != MODE_RIGID;
    struct event event;

    *sim = (struct sim){.sched = sched_create(config),
                        .jobs = jobs,
                        .n = n,
                        .now = -1,
                        .random = sim->random,
                        .is_wishing = sim->is_wishing};
    actions_init(&sim->actions);
    sim->actions.without_records = true;
    event_init(&event, EV_POOL_CHANGED, 0);
    idset_add_range(&event.nodes, 0, n_nodes - 1);
    apply(sim, &event);
    while (sim->n_ended < n) {
        sim->now = next_instant(sim);
        end_jobs(sim);
        submit_jobs(sim);
        event_init(&event, EV_TIMER, 0);
        pass(sim, &event);
        note_promise(sim);
        if (is_resizing) {
            answer(sim);
            report_starts(sim);
            note_promise(sim);
            for (int i = 0; i < 3 && sim->is_wishing; i++) {
                wish(sim);
                note_promise(sim);
            }
        }
    }
    sched_destroy(sim->sched);
    actions_release(&sim->actions);
    free(sim->answers);
    sim->answers = NULL;
}

void sim_make_jobs(uint64_t *random, uint32_t n_nodes, bool is_elastic,
                   struct sim_job *jobs, size_t n)
{
    int64_t now = 0;

    for (size_t i = 0; i < n; i++) {
        struct sim_job *job = &jobs[i];

        if (random_below(random, 3) != 0)
            now += random_below(random, 40);
        *job = (struct sim_job){
            .submit = now, .kind = JOB_RIGID, .start = -1, .promise = -1};
        job->min_nodes = 1 + random_below(random, n_nodes);
        if (random_below(random, 3) != 0)
            job->min_nodes = 1 + random_below(random, 1 + n_nodes / 4);
        job->max_nodes = job->min_nodes;
        job->walltime = 1 + random_below(random, 200);
        job->runtime = 1 + random_below(random, (uint32_t)job->walltime);
        if (random_below(random, 4) == 0)
            job->runtime = job->walltime;
        if (is_elastic && random_below(random, 2) == 0) {
            job->kind = JOB_ELASTIC;
            job->max_nodes += random_below(random, 1 + n_nodes / 2);
            job->pref_nodes =
                job->min_nodes +
                random_below(random, 1 + job->max_nodes - job->min_nodes);
        }
    }
}
