/* SPDX-License-Identifier: BSD-2-Clause */
/* See sim.h. */
#include "sim/sim.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "sim/sim_state.h"

/* Jobs that end between two words about how far it is. */
#define PROGRESS_STEP 4096

void sim_options_init(struct sim_options *options)
{
    *options =
        (struct sim_options){.malleable_as = JOB_ELASTIC, .until = TIME_NEVER};
    sched_config_init(&options->sched);
}

void sim_result_release(struct sim_result *result)
{
    free(result->jobs);
    *result = (struct sim_result){.jobs = NULL};
}

/* ---- telling the core ---- */

/* EVENT's content is taken. IS_LAST: with it comes the pass of this round. */
static int tell(struct sim *sim, struct event *event, bool is_last)
{
    int rc;

    event->now = sim->now + SIM_ORIGIN;
    event->more = !is_last;
    if (is_last)
        sim->wake_at = TIME_NEVER;
    actions_clear(&sim->actions);
    rc = sched_step(sim->sched, event, &sim->actions);
    event_release(event);
    sim->result->n_events++;
    if (rc == 0)
        sim_carry_out(sim);
    return rc;
}

static int tell_pass(struct sim *sim)
{
    struct event event;

    event_init(&event, EV_TIMER, 0);
    return tell(sim, &event, true);
}

static bool is_predicted(const struct sim *sim)
{
    return sim->options->sched.estimates == ESTIMATES_PREDICTED;
}

static void make_request(const struct sim *sim, size_t i,
                         struct job_request *out)
{
    const struct sim_job *job = &sim->workload->jobs[i];
    const struct sim_options *options = sim->options;
    struct job_request given = {.n_runtimes = job->n_runtimes,
                                .runtimes = job->runtimes,
                                .kind = job->kind,
                                .min_nodes = job->min,
                                .max_nodes = job->max,
                                .pref_nodes = job->pref,
                                .priority = job->priority,
                                .serial_fraction = job->serial_fraction,
                                .cooldown = -1};

    /* Estimates hold at the preferred size; what a resize costs is known from
     * jobs of that name. */
    if (job->kind == JOB_ELASTIC) {
        given.kind = options->malleable_as;
        given.walltime_scales = true;
        given.resize_cost = options->app.resize_cost;
    }
    if (given.kind == JOB_RIGID)
        given.min_nodes = given.max_nodes = job->pref;
    job_request_copy(out, job->request != NULL ? job->request : &given);
    out->id = (int64_t)i + 1;
    out->walltime = job->walltime;
    if (is_predicted(sim) && out->expected == 0)
        out->expected = predictor_guess(&sim->predictor, job->like);
    if (out->begin > 0)
        out->begin += job->submit + SIM_ORIGIN;
}

static int tell_submit(struct sim *sim, bool is_last)
{
    size_t i = sim->n_submitted++;
    struct event event;

    event_init(&event, EV_SUBMIT, 0);
    make_request(sim, i, &event.request);
    return tell(sim, &event, is_last);
}

/* Of a job's end: with its work done, or at its limit. */
static void fill_end(struct sim *sim, uint32_t i, struct event *event)
{
    const struct app *app = &sim->apps[i];
    const struct sim_job *job = &sim->workload->jobs[i];

    if (is_predicted(sim))
        predictor_learn(&sim->predictor, job->like, job->run);
    event->attempt = app->attempt;
    event->exit =
        app->done_at <= sim->now ? EXITED_BY_ITSELF : EXITED_AT_WALLTIME;
}

/* Until a node fails: exponential with this mean. */
static dur_us random_span(struct random *random, dur_us mean)
{
    return (dur_us)(-log(random_unit(random)) * (double)mean) + 1;
}

static void fill_node(struct sim *sim, const struct heap_entry *entry,
                      struct event *event)
{
    bool is_down = entry->kind == COMING_NODE_DOWN;
    const struct sim_options *options = sim->options;

    idset_add_range(&event->nodes, entry->id, entry->id);
    sim->n_down += is_down ? 1 : -1;
    sim->result->n_failures += is_down;
    if (is_down)
        sim_coming(sim, COMING_NODE_UP,
                   time_add(sim->now, options->node_repair), entry->id, 0);
    else
        sim_coming(
            sim, COMING_NODE_DOWN,
            time_add(sim->now, random_span(&sim->random, options->node_mtbf)),
            entry->id, 0);
}

/* What has come becomes an event; each has its own fields. */
static int tell_coming(struct sim *sim, const struct heap_entry *entry,
                       bool is_last)
{
    static const enum event_type types[] = {
        [COMING_END] = EV_EXITED,      [COMING_NODE_DOWN] = EV_NODE_DOWN,
        [COMING_NODE_UP] = EV_NODE_UP, [COMING_STARTED] = EV_STARTED,
        [COMING_KILLED] = EV_EXITED,   [COMING_WITHDRAWN] = EV_WITHDRAWN,
        [COMING_FORCED] = EV_FORCED,   [COMING_DONE] = EV_DONE,
        [COMING_PASS] = EV_TIMER,      [COMING_REFUSED] = EV_REFUSED,
        [COMING_DEATH] = EV_EXITED,
    };
    struct event event;

    event_init(&event, types[entry->kind], 0);
    event.job = (int64_t)entry->id + 1;
    event.attempt = (uint32_t)entry->seq;
    event.seq = entry->seq;
    event.is_found = true;
    switch (entry->kind) {
    case COMING_END:
        fill_end(sim, entry->id, &event);
        break;
    case COMING_DEATH:
        event.attempt = sim->apps[entry->id].attempt;
        event.code = 1;
        break;
    case COMING_KILLED:
        event.exit = EXITED_ON_REQUEST;
        break;
    case COMING_NODE_DOWN:
    case COMING_NODE_UP:
        event.job = 0;
        fill_node(sim, entry, &event);
        break;
    default:
        break;
    }
    return tell(sim, &event, is_last);
}

/* ---- one round: what happens at one instant, and what follows ---- */

static bool is_stale(const struct sim *sim, const struct heap_entry *entry)
{
    return entry->kind == COMING_END &&
           sim->apps[entry->id].expected != entry->seq;
}

/* Moves what is due now from the heap. */
static void take_due(struct sim *sim)
{
    const struct heap_entry *top = heap_top(&sim->coming);
    struct heap_entry entry;

    sim->n_due = 0;
    for (; top != NULL && top->when <= sim->now; top = heap_top(&sim->coming)) {
        heap_pop(&sim->coming, &entry);
        if (is_stale(sim, &entry))
            continue;
        if (sim->n_due == sim->size_due) {
            sim->size_due = sim->size_due == 0 ? 64 : 2 * sim->size_due;
            sim->due = mem_resize(sim->due, sim->size_due, sizeof *sim->due);
        }
        sim->due[sim->n_due++] = entry;
    }
}

static bool is_submit_due(const struct sim *sim)
{
    return sim->n_submitted < sim->workload->n &&
           sim->workload->jobs[sim->n_submitted].submit <= sim->now;
}

/* The one thing that happens now, as mostly, brings its pass along. Only what
 * the core does not ignore can: an end that is not stale, a submit. */
static bool is_alone(const struct sim *sim)
{
    const struct sim_job *next = &sim->workload->jobs[sim->n_submitted + 1];

    if (!is_submit_due(sim))
        return sim->n_due == 1 && sim->due[0].kind == COMING_END;
    return sim->n_due == 0 && (sim->n_submitted + 1 == sim->workload->n ||
                               next->submit > sim->now);
}

/* All ends, all submits, one pass. */
static int run_batch(struct sim *sim)
{
    if (is_alone(sim))
        return sim->n_due > 0 ? tell_coming(sim, &sim->due[0], true)
                              : tell_submit(sim, true);
    for (size_t i = 0; i < sim->n_due; i++)
        if (tell_coming(sim, &sim->due[i], false) < 0)
            return -1;
    while (is_submit_due(sim))
        if (tell_submit(sim, false) < 0)
            return -1;
    return tell_pass(sim);
}

static bool is_planned_end(const struct sim *sim,
                           const struct heap_entry *entry)
{
    const struct job *job;

    if (entry->kind != COMING_END)
        return false;
    job = sched_job(sim->sched, (int64_t)entry->id + 1);
    return job != NULL && job->planned_end <= sim->now + SIM_ORIGIN;
}

static int by_kind_and_seq(const void *x, const void *y)
{
    const struct heap_entry *a = x, *b = y;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* A job that ends as planned counts as free for everything of its instant; its
 * own pass comes when it is its turn. Ends are in the order of the starts. */
static int run_pyss(struct sim *sim)
{
    bool is_passed = sim->n_due > 0;
    int rc = 0;

    if (sim->n_due > 1)
        qsort(sim->due, sim->n_due, sizeof *sim->due, by_kind_and_seq);
    for (size_t i = 0; i < sim->n_due && rc == 0; i++) {
        if (!is_planned_end(sim, &sim->due[i]))
            continue;
        rc = tell_coming(sim, &sim->due[i], false);
        sim->due[i].kind = COMING_PASS;
    }
    for (; rc == 0 && is_submit_due(sim); is_passed = true)
        rc = tell_submit(sim, true);
    for (size_t i = 0; i < sim->n_due && rc == 0; i++)
        rc = tell_coming(sim, &sim->due[i], true);
    return is_passed || rc < 0 ? rc : tell_pass(sim);
}

static time_us next_instant(const struct sim *sim)
{
    const struct heap_entry *top = heap_top(&sim->coming);
    time_us next = sim->wake_at;

    if (top != NULL && top->when < next)
        next = top->when;
    if (sim->n_submitted < sim->workload->n &&
        sim->workload->jobs[sim->n_submitted].submit < next)
        next = sim->workload->jobs[sim->n_submitted].submit;
    return next;
}

/* Only nodes still fail and come back, and no job can use them. */
static bool is_stuck(const struct sim *sim)
{
    return sim->options->node_mtbf > 0 && sim->n_running == 0 &&
           sim->n_down == 0 && sim->n_submitted == sim->workload->n &&
           sim->wake_at == TIME_NEVER;
}

static int run_rounds(struct sim *sim)
{
    size_t told = 0;

    while (sim->result->n_ended < sim->workload->n && !is_stuck(sim)) {
        time_us next = next_instant(sim);

        if (next == TIME_NEVER)
            break;
        if (next > sim->options->until) {
            sim->now = sim->options->until;
            break;
        }
        if (next > sim->now)
            sim->now = next;
        take_due(sim);
        if ((sim->options->order == SIM_PYSS ? run_pyss(sim) : run_batch(sim)) <
            0)
            return -1;
        if (sim->options->progress != NULL &&
            sim->result->n_ended >= told + PROGRESS_STEP) {
            told = sim->result->n_ended;
            sim->options->progress(sim->options->context, told);
        }
    }
    return 0;
}

/* ---- all of it ---- */

static int set_up(struct sim *sim)
{
    uint32_t n_nodes = sim->workload->n_nodes;
    struct event event;

    event_init(&event, EV_POOL_CHANGED, 0);
    idset_add_range(&event.nodes, 0, n_nodes - 1);
    if (tell(sim, &event, true) < 0)
        return -1;
    for (uint32_t i = 0; sim->options->node_mtbf > 0 && i < n_nodes; i++)
        sim_coming(sim, COMING_NODE_DOWN,
                   time_add(sim->now,
                            random_span(&sim->random, sim->options->node_mtbf)),
                   i, 0);
    return 0;
}

/* Those that still run have held their nodes until now. */
static void settle(struct sim *sim)
{
    for (size_t i = 0; sim->n_running > 0 && i < sim->result->n; i++) {
        struct app *app = &sim->apps[i];

        if (app->n_nodes == 0)
            continue;
        sim->result->jobs[i].last_nodes = app->n_nodes;
        app_stop(app, &sim->workload->jobs[i], sim->now);
        sim->result->jobs[i].node_us = app->node_us;
    }
}

int sim_run(const struct workload *workload, const struct sim_options *options,
            struct sim_result *out, struct err *err)
{
    struct sim sim = {.workload = workload,
                      .options = options,
                      .result = out,
                      .random = {options->app.seed},
                      .wake_at = TIME_NEVER};
    int rc;

    *out = (struct sim_result){.n = workload->n};
    if (workload->n > JOB_ID_MAX)
        return err_set(err, ERR_INPUT, "%zu jobs are more than %d", workload->n,
                       JOB_ID_MAX);
    out->jobs = mem_alloc_array(workload->n, sizeof *out->jobs);
    for (size_t i = 0; i < workload->n; i++)
        out->jobs[i].start = out->jobs[i].end = TIME_NEVER;
    if (workload->n > 0)
        sim.now = workload->jobs[0].submit;
    sim.apps = mem_alloc_array(workload->n, sizeof *sim.apps);
    sim.sched = sched_create(&options->sched);
    actions_init(&sim.actions);
    sim.actions.without_records = true;
    heap_init(&sim.coming);
    predictor_init(&sim.predictor);
    rc = set_up(&sim);
    if (rc == 0)
        rc = run_rounds(&sim);
    settle(&sim);
    if (rc < 0 && err != NULL)
        *err = sim.actions.err;
    heap_release(&sim.coming);
    predictor_release(&sim.predictor);
    actions_release(&sim.actions);
    sched_destroy(sim.sched);
    free(sim.apps);
    free(sim.due);
    if (rc < 0)
        sim_result_release(out);
    return rc;
}
