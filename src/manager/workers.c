/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * look() is all of it: what runs where it should not is ended, what does not
 * run where it should is started, and what follows from that for the directive
 * and for the job is told. It may be called at any time.
 */
#include "manager/workers.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/alloc.h"
#include "manager/crew.h"
#include "manager/handover.h"
#include "manager/node_names.h"
#include "manager/parts.h"
#include "manager/reports.h"
#include "manager/time_limit.h"
#include "manager/turn.h"
#include "store/state_dir.h"

/* In a row, before a worker counts as one that does not work. */
#define FAILURES_MAX 5

static const struct workers_spans usual_spans = {
    .first_pause = USEC_PER_SEC,
    .last_pause = 60 * USEC_PER_SEC,
    .settled = 60 * USEC_PER_SEC,
};

struct workers {
    struct manager *manager; /* borrowed */
    struct crew *crews;      /* owned table */
    struct workers_spans spans;
};

static struct crew *find(const struct manager *manager, int64_t job)
{
    struct crew *crew;

    HASH_FIND(hh, manager->workers->crews, &job, sizeof(job), crew);
    return crew;
}

static void drop(struct workers *workers, struct crew *crew)
{
    HASH_DEL(workers->crews, crew);
    crew_destroy(crew);
}

struct workers *workers_create(struct manager *manager)
{
    struct workers *workers = mem_alloc(sizeof(*workers));

    workers->manager = manager;
    workers->spans = usual_spans;
    return workers;
}

void workers_set_spans(struct workers *workers,
                       const struct workers_spans *spans)
{
    workers->spans = *spans;
}

void workers_destroy(struct workers *workers)
{
    struct crew *crew, *next;

    if (workers == NULL)
        return;
    HASH_ITER (hh, workers->crews, crew, next) {
        drop(workers, crew);
    }
    free(workers);
}

/* ---- what should be ---- */

/* The nodes of an open growth that is to have workers before it is done. */
static const struct idset *growth_of(const struct crew *crew,
                                     const struct job *job)
{
    const struct directive *directive = &job->directive;
    bool is_open = directive->state == DIRECTIVE_OFFERED ||
                   directive->state == DIRECTIVE_ACCEPTED;

    if (job->request.resize != RESIZE_WORKERS || !is_open ||
        directive->op != DIRECTIVE_GROW || crew->failed_seq == directive->seq)
        return NULL;
    return &directive->delta;
}

/* The nodes of an open shrink. Its workers go at once: after a crash there must
 * be none started that the shrink, once told again, would end. */
static const struct idset *shrink_of(const struct job *job)
{
    const struct directive *directive = &job->directive;
    bool is_open = directive->state == DIRECTIVE_OFFERED ||
                   directive->state == DIRECTIVE_ACCEPTED ||
                   directive->state == DIRECTIVE_FORCING;

    if (job->request.resize != RESIZE_WORKERS || !is_open ||
        directive->op == DIRECTIVE_GROW)
        return NULL;
    return &directive->delta;
}

static bool is_ending(const struct manager *manager, const struct crew *crew,
                      const struct job *job)
{
    return crew->has_failed || job->state == JOB_COMPLETING ||
           parts_is_held(manager, crew->job, crew->attempt);
}

static void find_wanted(const struct manager *manager, const struct crew *crew,
                        const struct job *job, struct idset *out)
{
    const struct idset *growth = growth_of(crew, job);
    const struct idset *shrink = shrink_of(job);

    if (is_ending(manager, crew, job))
        return;
    idset_copy(out, &job->nodes);
    if (growth != NULL)
        idset_unite(out, growth);
    if (shrink != NULL)
        idset_subtract(out, shrink);
    handover_take_leaving(manager, crew->job, out);
}

/* ---- one worker ---- */

static struct launch_key key_of(const struct crew *crew, uint32_t node)
{
    return (struct launch_key){crew->job, crew->attempt, parts_of_node(node)};
}

static struct part_state state_of(const struct manager *manager,
                                  const struct crew *crew, uint32_t node)
{
    struct launch_key key = key_of(crew, node);

    return parts_state(manager, &key);
}

static int start(struct manager *manager, const struct crew *crew,
                 const struct job *job, const struct slot *slot,
                 const struct idset *nodes, struct err *err)
{
    struct launch_part part = {
        .number = parts_of_node(slot->node),
        .node = node_names_name(manager->nodes, slot->node),
        .node_number = slot->node,
        .node_index = slot->index,
        .output = node_names_name(manager->nodes, slot->node),
    };
    struct launch_plan plan;
    struct job_spec spec;
    int result;

    if (turn_read_spec(manager->turn, crew->job, &spec, err) != 0)
        return -1;
    part.command = spec.worker != NULL ? spec.worker : spec.command;
    result = launch_plan_make_part(&plan, manager, &spec, &job->request,
                                   crew->job, crew->attempt, nodes, &part, err);
    if (result == 0) {
        plan.walltime = time_limit_of_part(manager, job, manager_now(manager));
        result = parts_start(manager, &plan, err);
        launch_plan_release(&plan);
    }
    job_spec_release(&spec);
    return result;
}

static void put_off(struct manager *manager, struct crew *crew,
                    struct slot *slot, const char *why)
{
    const char *node = node_names_name(manager->nodes, slot->node);
    dur_us pause;

    slot->n_failures++;
    pause = crew_pause(&manager->workers->spans, slot->n_failures);
    slot->due = clock_boot_us() + pause;
    log_warning(&manager->log,
                "job %lld: the worker on %s %s; it is started again in %lld s",
                (long long)crew->job, node, why,
                (long long)((pause + USEC_PER_SEC - 1) / USEC_PER_SEC));
}

/* Nothing of the job is of use when no worker stays up. */
static bool does_none_work(const struct crew *crew)
{
    const struct slot *slot;

    for (slot = crew->slots; slot != NULL; slot = slot->next) {
        if (slot->n_failures < FAILURES_MAX)
            return false;
    }
    return true;
}

static void fail(struct manager *manager, struct crew *crew,
                 const struct slot *slot, const char *why)
{
    struct err err;

    crew->has_failed = true;
    strbuf_add_fmt(&crew->failure, "no worker stays up: the one on %s %s",
                   node_names_name(manager->nodes, slot->node), why);
    log_warning(&manager->log, "job %lld: %s", (long long)crew->job,
                crew->failure.text);
    err_clear(&err);
    if (parts_end_attempt(manager, crew->job, crew->attempt, crew->grace,
                          &err) != 0)
        log_warning(&manager->log, "job %lld cannot be ended: %s",
                    (long long)crew->job, err.text);
}

/* A growth whose worker does not stay up is given up alone. */
static void judge(struct manager *manager, struct crew *crew,
                  const struct slot *slot, const char *why)
{
    const struct job *job = sched_job(manager->sched, crew->job);
    const struct idset *growth = job != NULL ? growth_of(crew, job) : NULL;

    if (slot->n_failures < FAILURES_MAX)
        return;
    if (growth != NULL && idset_has(growth, slot->node))
        crew->failed_seq = job->directive.seq;
    else if (does_none_work(crew))
        fail(manager, crew, slot, why);
}

static void try_start(struct manager *manager, struct crew *crew,
                      const struct job *job, struct slot *slot,
                      const struct idset *nodes)
{
    struct launch_key key = key_of(crew, slot->node);
    struct strbuf why;
    struct err err;

    err_clear(&err);
    if (manager->is_read_only) {
        slot->due = clock_boot_us() + manager->workers->spans.first_pause;
        return;
    }
    parts_forget(manager, &key);
    slot->due = 0;
    if (start(manager, crew, job, slot, nodes, &err) == 0)
        return;
    strbuf_init(&why);
    strbuf_add_fmt(&why, "could not be started: %s", err.text);
    if (reports_start_is_refused(&err))
        slot->n_failures = FAILURES_MAX - 1;
    put_off(manager, crew, slot, why.text);
    if (err.code != ERR_FULL) /* a disk that is full is waited for */
        judge(manager, crew, slot, why.text);
    strbuf_release(&why);
}

/* ---- looking ---- */

/* At the end of the job the claims stay: they tell how the workers ended until
 * that is accounted. */
static void end_unwanted(struct manager *manager, struct crew *crew,
                         const struct idset *wanted, bool is_end)
{
    struct slot *slot, *next;

    for (slot = crew->slots; slot != NULL; slot = next) {
        struct launch_key key = key_of(crew, slot->node);
        next = slot->next;
        if (idset_has(wanted, slot->node))
            continue;
        parts_end(manager, &key, crew->grace);
        if (is_end || parts_state(manager, &key).is_live)
            continue;
        parts_forget(manager, &key);
        crew_remove(crew, slot);
    }
}

static void start_missing(struct manager *manager, struct crew *crew,
                          const struct job *job, const struct idset *wanted)
{
    time_us now = clock_boot_us();

    IDSET_EACH (wanted, node) {
        struct slot *slot = crew_slot(crew, node);
        if (crew->has_failed)
            return;
        if (!state_of(manager, crew, node).is_live && !slot->is_done &&
            slot->due <= now)
            try_start(manager, crew, job, slot, wanted);
    }
}

static bool is_any_live(const struct manager *manager, const struct crew *crew,
                        const struct idset *nodes)
{
    IDSET_EACH (nodes, node) {
        if (state_of(manager, crew, node).is_live)
            return true;
    }
    return false;
}

static bool are_all_up(const struct manager *manager, const struct crew *crew,
                       const struct idset *nodes)
{
    IDSET_EACH (nodes, node) {
        const struct slot *slot = crew_find(crew, node);
        if (slot == NULL ||
            !(slot->is_done || state_of(manager, crew, node).is_running))
            return false;
    }
    return true;
}

/* What the workers make of an open directive. JOB is not to be used
 * afterwards. */
static void answer_growth(struct manager *manager, const struct crew *crew,
                          const struct job *job)
{
    const struct directive *directive = &job->directive;

    if (growth_of(crew, job) != NULL) {
        if (are_all_up(manager, crew, &directive->delta))
            resizing_done(manager, crew->job, directive->seq, NULL);
    } else if (is_any_live(manager, crew, &directive->delta)) {
        return;
    } else if (directive->state == DIRECTIVE_WITHDRAWING) {
        resizing_withdrawn(manager, crew->job, directive->seq, true);
    } else if (crew->failed_seq == directive->seq) {
        resizing_failed(manager, crew->job, directive->seq,
                        "no worker stays up on the new nodes");
    }
}

static void answer(struct manager *manager, const struct crew *crew,
                   const struct job *job)
{
    const struct directive *directive = &job->directive;

    if (job->request.resize != RESIZE_WORKERS || !job_has_open_directive(job) ||
        is_ending(manager, crew, job))
        return;
    if (directive->op == DIRECTIVE_GROW)
        answer_growth(manager, crew, job);
    else if (directive->state == DIRECTIVE_WITHDRAWING)
        resizing_withdrawn(manager, crew->job, directive->seq, true);
    else if (directive->state != DIRECTIVE_FORCING)
        resizing_done(manager, crew->job, directive->seq, NULL);
}

/* ---- workers that are all of the job ---- */

static bool are_all_done(const struct crew *crew, const struct idset *wanted)
{
    IDSET_EACH (wanted, node) {
        const struct slot *slot = crew_find(crew, node);
        if (slot == NULL || !slot->is_done)
            return false;
    }
    return true;
}

static void finish(struct manager *manager, struct crew *crew,
                   const struct job *job)
{
    struct launch_report report = {
        .key = {crew->job, crew->attempt, 0},
        .what = LAUNCH_ENDED,
        .exit = {.reason = EXIT_BY_ITSELF,
                 .started_us = crew->began,
                 .ended_us = manager_now(manager)},
    };

    crew->is_over = true;
    if (crew->has_failed && job->state == JOB_STARTING) {
        reports_start_failed(manager, crew->job, crew->attempt,
                             crew->failure.text, true);
        return;
    }
    if (job->state == JOB_COMPLETING)
        report.exit.reason = EXIT_TERMINATED;
    else if (crew->is_late)
        report.exit.reason = EXIT_WALLTIME;
    reports_take(manager, &report);
}

/* ---- look ---- */

/* A pause of one that is not wanted (any more) is nothing to wait for. */
static void set_timer(const struct manager *manager, struct crew *crew,
                      const struct idset *wanted)
{
    time_us now = clock_boot_us(), due = TIME_NEVER;
    const struct slot *slot;
    struct timeval span;

    for (slot = crew->slots; slot != NULL; slot = slot->next) {
        if (idset_has(wanted, slot->node) && !slot->is_done && slot->due > 0 &&
            slot->due < due && !state_of(manager, crew, slot->node).is_live)
            due = slot->due;
    }
    if (due == TIME_NEVER)
        return;
    due = due > now ? due - now : 0;
    span = (struct timeval){.tv_sec = due / USEC_PER_SEC,
                            .tv_usec = due % USEC_PER_SEC};
    event_add(crew->timer, &span);
}

static void look(struct manager *manager, struct crew *crew)
{
    const struct job *job = sched_job(manager->sched, crew->job);
    struct idset wanted = {.count = 0};
    bool is_end, had_failed = crew->has_failed;

    if (job == NULL || job->attempt != crew->attempt || !crew->has_begun ||
        crew->is_over)
        return;
    find_wanted(manager, crew, job, &wanted);
    end_unwanted(manager, crew, &wanted, is_ending(manager, crew, job));
    start_missing(manager, crew, job, &wanted);
    set_timer(manager, crew, &wanted);
    if (crew->has_failed && !had_failed)
        event_active(crew->timer, EV_TIMEOUT, 0); /* none is wanted now */
    is_end = crew->is_alone && are_all_done(crew, &wanted) &&
             parts_n_live(manager, crew->job, crew->attempt) == 0;
    idset_release(&wanted);
    if (is_end)
        finish(manager, crew, job);
    else
        answer(manager, crew, job);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct crew *crew = context;

    (void)fd, (void)what;
    look(crew->manager, crew);
}

void workers_look(struct manager *manager, int64_t job)
{
    struct crew *crew = find(manager, job);

    if (crew != NULL)
        look(manager, crew);
}

/* ---- failures ---- */

static void describe_end(const struct launch_report *report, struct strbuf *out)
{
    const struct exit_record *exit = &report->exit;

    if (report->what == LAUNCH_LOST)
        strbuf_add_str(out, "was lost with its shepherd");
    else if (report->what == LAUNCH_START_FAILED)
        strbuf_add_fmt(out, "could not be started: %s", report->text);
    else if (exit->reason == EXIT_NODE_LOST)
        strbuf_add_fmt(out, "was cut off: %s",
                       report->text != NULL ? report->text
                                            : "its node is lost");
    else if (exit->signal != 0)
        strbuf_add_fmt(out, "was ended by signal %d", exit->signal);
    else
        strbuf_add_fmt(out, "ended with %d", exit->code);
}

/* What its shepherd could not run it will not be able to run. */
static bool is_for_good(const struct manager *manager,
                        const struct launch_key *key,
                        const struct launch_report *report)
{
    struct claim claim;

    return report->what == LAUNCH_START_FAILED &&
           claim_read(manager->state_dir->jobs_fd, key->job_id, key->attempt,
                      key->part, &claim) == 0 &&
           claim.state == CLAIM_ENDED && claim.exit.code != CLAIM_TRY_AGAIN;
}

static void take_failure(struct manager *manager, struct crew *crew,
                         struct slot *slot, const struct launch_report *report)
{
    time_us lasted = report->exit.ended_us - report->exit.started_us;
    struct strbuf why;

    strbuf_init(&why);
    describe_end(report, &why);
    if (report->what == LAUNCH_ENDED) {
        crew->code = report->exit.code;
        crew->signal = report->exit.signal;
        if (lasted >= manager->workers->spans.settled)
            slot->n_failures = 0;
    }
    put_off(manager, crew, slot, why.text);
    judge(manager, crew, slot, why.text);
    strbuf_release(&why);
}

/* ---- reports ---- */

static bool is_wanted(const struct manager *manager, const struct crew *crew,
                      uint32_t node)
{
    const struct job *job = sched_job(manager->sched, crew->job);
    struct idset wanted = {.count = 0};
    bool is_in;

    if (job == NULL)
        return false;
    find_wanted(manager, crew, job, &wanted);
    is_in = idset_has(&wanted, node);
    idset_release(&wanted);
    return is_in;
}

static void take_end(struct manager *manager, struct crew *crew,
                     struct slot *slot, const struct launch_report *report)
{
    const struct exit_record *exit = &report->exit;
    bool is_own_end = report->what == LAUNCH_ENDED &&
                      exit->reason == EXIT_BY_ITSELF && exit->code == 0 &&
                      exit->signal == 0;
    bool is_late =
        report->what == LAUNCH_ENDED && exit->reason == EXIT_WALLTIME;
    struct launch_key key = key_of(crew, slot->node);

    if (report->what == LAUNCH_ENDED)
        crew_add_usage(crew, exit);
    crew->is_late = crew->is_late || is_late;
    slot->is_done = is_own_end || is_late;
    if (slot->is_done || parts_state(manager, &key).is_told ||
        !is_wanted(manager, crew, slot->node) ||
        (report->what == LAUNCH_ENDED && exit->reason == EXIT_TERMINATED))
        return;
    if (is_for_good(manager, &key, report))
        slot->n_failures = FAILURES_MAX - 1;
    take_failure(manager, crew, slot, report);
}

void workers_take(struct manager *manager, uint32_t node,
                  const struct launch_report *report)
{
    struct crew *crew = find(manager, report->key.job_id);
    struct launch_report first = {
        .key = {report->key.job_id, report->key.attempt, 0},
        .what = LAUNCH_STARTED};
    struct slot *slot;

    if (crew == NULL || crew->attempt != report->key.attempt)
        return;
    slot = crew_slot(crew, node);
    if (report->what != LAUNCH_STARTED) {
        take_end(manager, crew, slot, report);
    } else if (crew->is_alone && crew->began == 0) {
        crew->began = manager_now(manager);
        reports_take(manager, &first);
    }
    look(manager, crew);
}

void workers_amend(const struct manager *manager, struct launch_report *report)
{
    const struct crew *crew = find(manager, report->key.job_id);

    if (crew == NULL || crew->attempt != report->key.attempt)
        return;
    report->exit.user_us += crew->usage.user_us;
    report->exit.system_us += crew->usage.system_us;
    if (crew->usage.max_rss_kib > report->exit.max_rss_kib)
        report->exit.max_rss_kib = crew->usage.max_rss_kib;
    if (!crew->has_failed || report->exit.reason == EXIT_WALLTIME)
        return;
    report->exit.reason = EXIT_BY_ITSELF;
    report->exit.code = crew->signal != 0 ? 0
                        : crew->code != 0 ? crew->code
                                          : 1;
    report->exit.signal = crew->signal;
    report->text = crew->failure.text;
}

/* ---- beginning and end ---- */

void workers_expect(struct manager *manager, int64_t job, uint32_t attempt,
                    const struct job_spec *spec)
{
    struct crew *crew = find(manager, job);

    if (spec->launch != LAUNCH_WORKERS ||
        (crew != NULL && crew->attempt == attempt))
        return;
    if (crew != NULL)
        drop(manager->workers, crew);
    crew = crew_create(job, attempt, spec->worker == NULL,
                       launch_plan_grace(manager, spec->grace));
    crew->manager = manager;
    crew->timer = evtimer_new(manager->loop, on_timer, crew);
    HASH_ADD(hh, manager->workers->crews, job, sizeof(crew->job), crew);
}

void workers_begin(struct manager *manager, int64_t job, uint32_t attempt)
{
    struct crew *crew = find(manager, job);

    if (crew == NULL || crew->attempt != attempt || crew->has_begun)
        return;
    crew->has_begun = true;
    event_active(crew->timer, EV_TIMEOUT, 0);
}

static void adopt_part(void *context, const struct launch_key *key)
{
    struct crew *crew = context;
    struct claim claim;
    struct slot *slot;
    uint32_t node;

    if (!parts_is_worker(key->part, &node))
        return;
    slot = crew_slot(crew, node);
    if (claim_read(crew->manager->state_dir->jobs_fd, key->job_id, key->attempt,
                   key->part, &claim) == 0 &&
        claim.state == CLAIM_RUNNING)
        crew_learn_index(crew, slot, claim.shepherd_pid);
}

enum claim_state workers_adopt(struct manager *manager, const struct job *job,
                               const struct job_spec *spec)
{
    struct crew *crew;

    workers_expect(manager, job->request.id, job->attempt, spec);
    crew = find(manager, job->request.id);
    if (crew == NULL)
        return CLAIM_NONE;
    parts_each(manager, crew->job, crew->attempt, adopt_part, crew);
    if (!crew->is_alone || (job->state == JOB_STARTING && crew->slots == NULL))
        return CLAIM_NONE;
    workers_begin(manager, crew->job, crew->attempt);
    return CLAIM_RUNNING;
}

bool workers_are_alone(const struct manager *manager, int64_t job)
{
    const struct crew *crew = find(manager, job);

    return crew != NULL && crew->is_alone;
}

uint32_t workers_count(const struct manager *manager, const struct job *job,
                       const struct idset *nodes)
{
    const struct crew *crew = find(manager, job->request.id);
    uint32_t n = 0;

    if (crew == NULL || crew->attempt != job->attempt)
        return 0;
    IDSET_EACH (nodes, node)
        n += state_of(manager, crew, node).is_live;
    return n;
}

void workers_forget(struct manager *manager, int64_t job, uint32_t attempt)
{
    struct crew *crew = find(manager, job);

    if (crew != NULL && crew->attempt == attempt)
        drop(manager->workers, crew);
}

/* ---- the way ---- */

static void offer(struct manager *manager, const struct action *action)
{
    resizing_shown(manager, action->job, action->seq);
    resizing_accepted(manager, action->job, action->seq);
    workers_look(manager, action->job);
}

static void withdraw(struct manager *manager, const struct action *action)
{
    const struct crew *crew = find(manager, action->job);

    if (crew == NULL)
        resizing_withdrawn(manager, action->job, action->seq, true);
    else
        workers_look(manager, action->job);
}

/* As soon as it is known what became of them: see workers_begin(). */
const struct resize_way workers_way = {.offer = offer, .withdraw = withdraw};
