/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/walltime.h"

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t world_random(struct world *world, uint32_t below)
{
    return (uint32_t)(next_random(&world->random) % below);
}

void world_config(uint64_t seed, struct sched_config *config)
{
    const char *const *expands = strategy_expand_names();
    const char *const *shrinks = strategy_shrink_names();

    sched_config_init(config);
    seed ^= 0x5bd1e995;
    config->start_at_max = next_random(&seed) % 2;
    config->backfill = (enum backfill)(next_random(&seed) % 3);
    if (next_random(&seed) % 4 == 0)
        config->mode = (enum sched_mode)(next_random(&seed) % 3);
    config->expand = strategy_expand(expands[next_random(&seed) % 8]);
    config->shrink = strategy_shrink(shrinks[next_random(&seed) % 8]);
    if (next_random(&seed) % 2)
        config->cooldown = (dur_us)(next_random(&seed) % 20) * USEC_PER_SEC;
    if (next_random(&seed) % 2)
        config->evolving_delay =
            (dur_us)(next_random(&seed) % 200) * USEC_PER_SEC;
    if (next_random(&seed) % 3 == 0) {
        config->ends =
            WORLD_START + (time_us)(next_random(&seed) % (5000 * USEC_PER_SEC));
        config->least_run = (dur_us)(next_random(&seed) % 40) * USEC_PER_SEC;
    }
    config->backfill_order = (enum backfill_order)(next_random(&seed) % 2);
    config->sizing = (enum sizing)(next_random(&seed) % 2);
    config->estimates = (enum estimates)(next_random(&seed) % 2);
    config->backfill_depth = (uint32_t)(next_random(&seed) % 4);
}

static void fail(struct world *world, const char *text)
{
    if (world->error[0] == '\0')
        snprintf(world->error, sizeof world->error, "%s", text);
}

/* ---- what comes out ---- */

static void keep_record(struct world *world, const struct event *event)
{
    if (world->n_records == world->size_records) {
        world->size_records =
            world->size_records == 0 ? 1024 : 2 * world->size_records;
        world->records = mem_resize(world->records, world->size_records,
                                    sizeof *world->records);
    }
    event_copy(&world->records[world->n_records++], event);
}

static struct attempt *find_attempt(struct world *world,
                                    const struct action *action)
{
    for (size_t i = 0; i < world->n_attempts; i++) {
        if (world->attempts[i].job == action->job &&
            world->attempts[i].attempt == action->attempt)
            return &world->attempts[i];
    }
    return NULL;
}

/* After a restart the same attempt is asked for again: it is there already. */
static void saw_start(struct world *world, const struct action *action)
{
    if (find_attempt(world, action) == NULL)
        world->attempts[world->n_attempts++] =
            (struct attempt){.job = action->job, .attempt = action->attempt};
}

/* I24: who starts a job knows its limit from then on, as long as it runs. */
static void check_limits(struct world *world)
{
    for (size_t i = 0; i < world->n_attempts; i++) {
        struct attempt *attempt = &world->attempts[i];
        const struct job *job = sched_job(world->sched, attempt->job);

        if (job == NULL || job->attempt != attempt->attempt ||
            (job->state != JOB_STARTING && job->state != JOB_RUNNING))
            continue;
        if (attempt->limit == 0)
            attempt->limit = walltime_of_run(job);
        if (attempt->limit != walltime_of_run(job))
            fail(world, "I24: a limit has changed and nobody was told");
    }
}

static void saw_limit(struct world *world, const struct action *action)
{
    const struct job *job = sched_job(world->sched, action->job);
    struct attempt *attempt = find_attempt(world, action);

    if (attempt != NULL)
        attempt->limit = action->duration;
    world->n_scaled += job != NULL && job->request.walltime_scales;
}

static void saw_kill(struct world *world, const struct action *action)
{
    struct attempt *attempt = find_attempt(world, action);

    if (attempt != NULL)
        attempt->is_killed = true;
}

/* I21: EVENT gives JOB nodes, now or later. */
static void check_end(struct world *world, const struct event *event)
{
    const struct sched_config *config = sched_config(world->sched);
    const struct job *job = sched_job(world->sched, event->job);
    dur_us needs = job == NULL ? 0 : walltime_longest(&job->request);

    if (needs == TIME_NEVER)
        needs = config->least_run;
    if (time_add(event->now, needs) > config->ends)
        fail(world, "I21: a start that cannot end before the allocation");
    world->n_timed += config->ends != TIME_NEVER;
}

/* I23: a grant delays the head by no more than it may. */
static void check_delay(struct world *world, const struct event *event)
{
    const struct job *job = sched_job(world->sched, event->job);

    world->n_delayed++;
    if (job == NULL || event->duration <= 0 ||
        job->delayed > sched_config(world->sched)->evolving_delay)
        fail(world, "I23: a promised start is delayed by too much");
}

/* I22: a wish that waits is answered once more, unless its job is gone. */
static void saw_answer(struct world *world, const struct action *action)
{
    const struct job *job = sched_job(world->sched, action->job);
    bool is_given =
        action->answer == ANSWER_GRANTED || action->answer == ANSWER_PARTIAL;

    world->n_granted += is_given;
    world->n_queued += action->answer == ANSWER_QUEUED;
    world->n_denied += action->answer == ANSWER_DENIED;
    if (is_given != (action->n > 0))
        fail(world, "I22: an answer that is none");
    if (job != NULL && job->wish.n > 0 && action->answer != ANSWER_QUEUED &&
        job->wish.seq == action->seq)
        fail(world, "I22: a wish was answered and waits on");
}

static void saw_action(struct world *world, const struct action *action)
{
    switch (action->type) {
    case ACT_RECORD:
        keep_record(world, &action->event);
        if (action->event.type == EV_START || action->event.type == EV_RESERVE)
            check_end(world, &action->event);
        world->n_reserved += action->event.type == EV_RESERVE;
        if (action->event.type == EV_DELAY)
            check_delay(world, &action->event);
        break;
    case ACT_START:
        saw_start(world, action);
        break;
    case ACT_KILL:
        saw_kill(world, action);
        break;
    case ACT_WALLTIME:
        saw_limit(world, action);
        break;
    case ACT_OFFER:
    case ACT_WITHDRAW:
    case ACT_FORCE:
        if (world->n_offers < WORLD_JOBS)
            world->offers[world->n_offers++] =
                (struct open_offer){action->job, action->seq, action->type};
        break;
    case ACT_PHASE:
        world->n_grows += action->why == PHASE_GROW;
        world->n_shrinks += action->why == PHASE_SHRINK;
        world->n_restarted += action->why == PHASE_RESTART;
        world->n_lost += action->why == PHASE_LOST;
        break;
    case ACT_ANSWER:
        saw_answer(world, action);
        break;
    case ACT_FINISHED:
        world->n_finished++;
        break;
    default:
        break;
    }
}

static void saw_actions(struct world *world, bool is_resumed)
{
    if (world->watch != NULL)
        world->watch(world->watcher, &world->actions, is_resumed);
    for (size_t i = 0; i < world->actions.n; i++)
        saw_action(world, &world->actions.items[i]);
    check_limits(world);
}

static void feed(struct world *world, struct event *event)
{
    actions_clear(&world->actions);
    sched_step(world->sched, event, &world->actions);
    saw_actions(world, false);
    event_release(event);
}

void world_restart(struct world *world, struct sched *sched)
{
    sched_destroy(world->sched);
    world->sched = sched;
    actions_clear(&world->actions);
    sched_resume(sched, world->now, &world->actions);
    saw_actions(world, true);
}

/* ---- what can be asked ---- */

static void ask_why(struct world *world)
{
    const struct job *job =
        sched_next_job(world->sched, world_random(world, WORLD_JOBS));
    struct why why;

    if (job == NULL ||
        sched_why(world->sched, job->request.id, world->now, &why) < 0)
        return;
    world->n_whys[why.reason]++;
    if (why.expected_start < world->now)
        fail(world, "why: a start in the past");
    if (why.position > why.n_queued || why.n_free > why.n_usable)
        fail(world, "why: numbers do not fit");
    why_release(&why);
}

/* What is offered can be had: a wish for it is granted in full, at once. */
static void ask_offers(struct world *world)
{
    const struct job *job = sched_next_job(world->sched, 0);
    struct event event;
    uint32_t n = 0;
    time_us until;

    while (job != NULL &&
           !sched_offers(world->sched, job->request.id, world->now, &n, &until))
        job = sched_next_job(world->sched, job->request.id);
    if (job == NULL)
        return;
    event_init(&event, EV_RESIZE_ASKED, world->now);
    event.job = job->request.id;
    event.n = n;
    event.asker = ASKED_BY_JOB;
    actions_clear(&world->actions);
    if (sched_step(world->sched, &event, &world->actions) < 0)
        fail(world, "offers: what is offered cannot be had");
    world->n_offered++;
    saw_actions(world, false);
}

/* Answers that must fit each other, whatever the state. */
static void ask(struct world *world)
{
    struct sched_counts counts;
    int64_t ids[50];
    time_us starts[50];
    size_t n = sched_forecast(world->sched, world->now, ids, starts, 50);

    for (size_t i = 0; i < n; i++) {
        if (starts[i] < world->now)
            fail(world, "forecast: a start in the past");
    }
    sched_counts(world->sched, &counts);
    if (counts.idle + counts.allocated + counts.reserved + counts.drained +
            counts.down !=
        counts.pool)
        fail(world, "counts: the nodes do not add up");
    ask_why(world);
    if (world_random(world, 20) == 0)
        ask_offers(world);
}

/* ---- what goes in ---- */

/* Often it is a matter of seconds whether a job can still end before the
 * allocation does. */
static dur_us some_walltime(struct world *world)
{
    time_us ends = sched_config(world->sched)->ends;
    dur_us walltime = (1 + world_random(world, 600)) * USEC_PER_SEC;

    if (ends == TIME_NEVER || ends - world->now <= 60 * USEC_PER_SEC ||
        world_random(world, 2))
        return walltime;
    return ends - world->now - world_random(world, 60 * USEC_PER_SEC);
}

static void make_runtimes(struct world *world, struct job_request *request)
{
    uint32_t n = 1 + world_random(world, 5), nodes = 0;

    request->runtimes = mem_alloc_array(n, sizeof *request->runtimes);
    while (request->n_runtimes < n) {
        nodes += 1 + world_random(world, 5);
        request->runtimes[request->n_runtimes++] = (struct job_runtime){
            nodes, 1 + world_random(world, 600 * USEC_PER_SEC)};
    }
}

static void make_submit(struct world *world, struct event *event)
{
    struct job_request *request = &event->request;

    event->type = EV_SUBMIT;
    job_request_init(request);
    request->id = ++world->last_id;
    request->kind = JOB_ELASTIC;
    if (world_random(world, 2))
        request->kind = (enum job_kind)world_random(world, 4);
    request->min_nodes = 1 + world_random(world, world->n_nodes);
    if (world_random(world, 4))
        request->min_nodes = 1 + world_random(world, 3);
    request->max_nodes = request->min_nodes;
    if (request->kind != JOB_RIGID)
        request->max_nodes += world_random(world, 6);
    if (world_random(world, 4) == 0)
        request->pref_nodes =
            request->min_nodes +
            world_random(world, request->max_nodes - request->min_nodes + 1);
    if (world_random(world, 8))
        request->walltime = some_walltime(world);
    if (world_random(world, 2))
        request->expected = 1 + some_walltime(world) / 2;
    request->priority = (int32_t)world_random(world, 3) - 1;
    request->hold = world_random(world, 10) == 0;
    request->requeue = world_random(world, 3) == 0;
    request->walltime_scales = request->id % 3 == 0;
    if (world_random(world, 10) == 0)
        request->begin = world->now + world_random(world, 50) * USEC_PER_SEC;
    request->resize = world_random(world, 3)
                          ? RESIZE_POLICY
                          : (enum resize_mode)world_random(world, 5);
    request->loss = (enum loss_rule)world_random(world, 3);
    if (world_random(world, 4) == 0)
        request->resize_cost = world_random(world, 100) * USEC_PER_SEC;
    if (world_random(world, 4) == 0)
        make_runtimes(world, request);
    request->on_deadline = (enum deadline_action)world_random(world, 4);
    request->cooldown =
        world_random(world, 2) ? -1 : world_random(world, 5) * USEC_PER_SEC;
    if (world_random(world, 8) == 0 && request->id > 1) {
        request->after = mem_alloc(sizeof *request->after);
        request->n_after = 1;
        request->after[0].id = 1 + world_random(world, world->last_id - 1);
        request->after[0].kind = (enum dependency_kind)world_random(world, 3);
    }
}

static void make_nodes(struct world *world, struct event *event)
{
    uint32_t n = 1 + world_random(world, 3);

    event->type = (enum event_type)(EV_NODE_UP + world_random(world, 4));
    for (uint32_t i = 0; i < n; i++)
        idset_add(&event->nodes, world_random(world, world->n_nodes));
    if (world_random(world, 20) == 0) {
        event->type = EV_POOL_CHANGED;
        idset_clear(&event->nodes);
        for (uint32_t node = 0; node < world->n_nodes; node++) {
            if (world_random(world, 8))
                idset_add(&event->nodes, node);
        }
    }
}

/* A live one, mostly. */
static int64_t some_job(struct world *world)
{
    uint32_t id = world_random(world, (uint32_t)world->last_id + 1);
    const struct job *job = sched_next_job(world->sched, id);

    return job == NULL || world_random(world, 8) == 0 ? 1 + (int64_t)id
                                                      : job->request.id;
}

static void make_request(struct world *world, struct event *event)
{
    static const enum event_type types[] = {
        EV_HOLD, EV_RELEASE, EV_CANCEL, EV_REQUEUE, EV_UPDATE, EV_RESIZE_ASKED};
    struct job_update *update = &event->update;

    event->type = types[world_random(world, 6)];
    event->job = some_job(world);
    if (event->type == EV_UPDATE) {
        update->changes = world_random(world, 16);
        update->priority = (int32_t)world_random(world, 5);
        update->walltime = (1 + world_random(world, 900)) * USEC_PER_SEC;
        update->min_nodes = 1 + world_random(world, 4);
        update->max_nodes = update->min_nodes + world_random(world, 3);
        update->begin = world->now + world_random(world, 30) * USEC_PER_SEC;
    }
    event->op = (enum directive_op)world_random(world, 2);
    event->asker = world_random(world, 2) ? ASKED_BY_USER : ASKED_BY_JOB;
    event->n = 1 + world_random(world, 4);
    if (event->type == EV_RESIZE_ASKED && world_random(world, 4) == 0)
        idset_add(&event->nodes, world_random(world, world->n_nodes));
    if (event->type == EV_RESIZE_ASKED && world_random(world, 4) == 0)
        event->duration = world_random(world, 50) * USEC_PER_SEC;
}

/* Programs that run tell how far they are, and ask for another size. */
static void make_wish(struct world *world, struct event *event)
{
    size_t i = world_random(world, (uint32_t)world->n_attempts);

    event->job = world->attempts[i].job;
    if (world_random(world, 8) == 0) {
        event->type = EV_PROGRESS;
        event->n = world_random(world, PROGRESS_WHOLE + 9);
        return;
    }
    event->type = EV_RESIZE_ASKED;
    event->asker = ASKED_BY_JOB;
    event->op = world_random(world, 4) == 0 ? DIRECTIVE_SHRINK : DIRECTIVE_GROW;
    event->n = 1 + world_random(world, 4);
    if (world_random(world, 3))
        event->n_min = 1 + world_random(world, 3);
    if (world_random(world, 2))
        event->wait = world_random(world, 300) * USEC_PER_SEC;
    event->seq = world->last_wish++;
}

/* Reports about an attempt: mostly the right ones, in a likely order. */
static void make_report(struct world *world, struct event *event)
{
    size_t i = world_random(world, (uint32_t)world->n_attempts);
    struct attempt *attempt = &world->attempts[i];
    uint32_t dice = world_random(world, 20);

    event->job = attempt->job;
    event->attempt = attempt->attempt;
    if (attempt->is_reported && !attempt->is_killed && dice % 2) {
        event->type = EV_TIMER; /* it runs on */
        return;
    }
    if (!attempt->is_reported && dice > 1) {
        event->type = EV_STARTED;
        attempt->is_reported = true;
        return;
    }
    event->type = EV_EXITED;
    if (!attempt->is_reported) {
        event->type = EV_START_FAILED;
        event->is_final = dice == 0;
    } else if (dice == 0) {
        event->type = EV_LOST;
    } else if (attempt->is_killed) {
        event->exit = dice < 16 ? EXITED_ON_REQUEST : EXITED_BY_ITSELF;
    } else {
        event->exit = dice < 17   ? EXITED_BY_ITSELF
                      : dice < 18 ? EXITED_NODE_LOST
                                  : EXITED_AT_WALLTIME;
        event->code = dice < 10 ? 0 : dice < 15 ? 85 : 7;
    }
    *attempt = world->attempts[--world->n_attempts];
}

/* A job may give others of its nodes than those it was asked for; sometimes it
 * names too many, or too few. */
static void choose_given(struct world *world, struct event *event)
{
    const struct job *job = sched_job(world->sched, event->job);
    uint32_t n;

    if (job == NULL || !job_has_open_directive(job))
        return;
    n = idset_count(&job->directive.delta) + (world_random(world, 8) == 0);
    IDSET_EACH (&job->nodes, node) {
        if (n > 0 && world_random(world, 3)) {
            idset_add(&event->nodes, node);
            n--;
        }
    }
    world->n_chosen += n == 0;
}

/* Answers about a directive: also late, twice, and to the wrong one. */
static void make_answer(struct world *world, struct event *event)
{
    static const enum event_type answers[] = {
        EV_SHOWN, EV_ACCEPTED, EV_DONE,   EV_DONE,
        EV_DONE,  EV_REFUSED,  EV_FAILED, EV_PROGRESSED};
    size_t i = world_random(world, (uint32_t)world->n_offers);
    struct open_offer *offer = &world->offers[i];

    event->job = offer->job;
    event->seq = offer->seq;
    event->duration = world_random(world, 60) * USEC_PER_SEC;
    event->is_found = world_random(world, 4) != 0;
    event->type = offer->what == ACT_WITHDRAW ? EV_WITHDRAWN
                  : offer->what == ACT_FORCE
                      ? (world_random(world, 4) ? EV_FORCED : EV_FAILED)
                      : answers[world_random(world, 8)];
    if (event->type == EV_DONE && world_random(world, 2))
        choose_given(world, event);
    if (offer->what != ACT_OFFER || world_random(world, 3) == 0)
        *offer = world->offers[--world->n_offers];
}

/* Another end of the allocation is as good as an event. */
static void set_config(struct world *world, const struct sched_config *config)
{
    struct event event;

    sched_set_config(world->sched, config);
    event_init(&event, EV_TIMER, world->now);
    feed(world, &event);
}

static void change_config(struct world *world)
{
    struct sched_config config;

    world_config(next_random(&world->random), &config);
    set_config(world, &config);
}

void world_turn(struct world *world)
{
    uint32_t dice = world_random(world, 100);
    struct event event;

    if (world_random(world, 3) == 0)
        world->now += world_random(world, 20 * USEC_PER_SEC);
    if (world_random(world, 300) == 0)
        change_config(world);
    event_init(&event, EV_TIMER, world->now);
    if (dice < 22 && world->last_id < WORLD_JOBS - 2)
        make_submit(world, &event);
    else if (dice < 27)
        make_nodes(world, &event);
    else if (dice < 35 && world->last_id > 0)
        make_request(world, &event);
    else if (dice < 65 && world->n_attempts > 0)
        make_report(world, &event);
    else if (dice < 85 && world->n_offers > 0)
        make_answer(world, &event);
    else if (world->n_attempts > 0)
        make_wish(world, &event);
    feed(world, &event);
    if (dice % 4 == 0)
        ask(world);
}

bool world_drain(struct world *world, int n_turns)
{
    struct sched_config config = *sched_config(world->sched);
    struct event event;
    const struct job *job;

    config.ends = TIME_NEVER;
    set_config(world, &config);
    event_init(&event, EV_POOL_CHANGED, world->now);
    idset_add_range(&event.nodes, 0, world->n_nodes + 9);
    feed(world, &event);
    for (int i = 0; i < 2; i++) {
        event_init(&event, i == 0 ? EV_NODE_UP : EV_UNDRAIN, world->now);
        idset_add_range(&event.nodes, 0, world->n_nodes + 9);
        feed(world, &event);
    }
    for (int i = 0; i < n_turns && sched_next_job(world->sched, 0); i++) {
        world->now += 10 * USEC_PER_SEC;
        event_init(&event, EV_TIMER, world->now);
        job = sched_next_job(world->sched, world_random(world, WORLD_JOBS));
        if (job != NULL && job->request.hold) {
            event.type = EV_RELEASE;
            event.job = job->request.id;
        } else if (world->n_offers > 0 && i % 3 == 0) {
            make_answer(world, &event);
        } else if (world->n_attempts > 0) {
            make_report(world, &event);
        }
        feed(world, &event);
    }
    return sched_next_job(world->sched, 0) == NULL;
}

struct world *world_create(uint64_t seed, const struct sched_config *config)
{
    struct world *world = mem_alloc(sizeof *world);
    struct event event;

    world->random = seed;
    world->now = WORLD_START;
    world->n_nodes = 1 + world_random(world, 24);
    world->sched = sched_create(config);
    actions_init(&world->actions);
    event_init(&event, EV_POOL_CHANGED, world->now);
    idset_add_range(&event.nodes, 0, world->n_nodes - 1);
    feed(world, &event);
    return world;
}

void world_destroy(struct world *world)
{
    for (size_t i = 0; i < world->n_records; i++)
        event_release(&world->records[i]);
    free(world->records);
    actions_release(&world->actions);
    sched_destroy(world->sched);
    free(world);
}
