/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/hooks.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "manager/node_names.h"
#include "manager/parts.h"
#include "manager/turn.h"

/* Past its deadline the core takes the directive back, and the hook is ended;
 * its shepherd does that alone when there is no manager. */
#define MARGIN (5 * USEC_PER_SEC)

/* ---- its environment ---- */

#define N_VARIABLES 4

static char *variable(const char *name, const char *value)
{
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_fmt(&text, "%s=%s", name, value);
    return strbuf_detach(&text);
}

static char *variable_of_nodes(const struct manager *manager, const char *name,
                               const struct idset *nodes)
{
    struct hostlist names;
    struct strbuf text;

    hostlist_init(&names);
    strbuf_init(&text);
    strbuf_add_fmt(&text, "%s=", name);
    node_names_list(manager->nodes, nodes, &names);
    hostlist_join(&names, ",", &text);
    hostlist_release(&names);
    return strbuf_detach(&text);
}

static void describe(const struct manager *manager, const struct job *job,
                     char *out[N_VARIABLES + 1])
{
    const struct directive *directive = &job->directive;
    struct idset target = {.count = 0};
    char seq[24];

    idset_copy(&target, &job->nodes);
    if (directive->op == DIRECTIVE_GROW)
        idset_unite(&target, &directive->delta);
    else
        idset_subtract(&target, &directive->delta);
    snprintf(seq, sizeof(seq), "%llu", (unsigned long long)directive->seq);
    out[0] = variable("ERM_RESIZE_EVENT",
                      directive->op == DIRECTIVE_GROW ? "grow" : "shrink");
    out[1] = variable_of_nodes(manager, "ERM_RESIZE_NODES", &directive->delta);
    out[2] = variable("ERM_RESIZE_SEQ", seq);
    out[3] = variable_of_nodes(manager, "ERM_RESIZE_TARGET", &target);
    out[4] = NULL;
    idset_release(&target);
}

/* ---- its start ---- */

static dur_us time_of(const struct directive *directive)
{
    time_us from = directive->accept_by == TIME_NEVER ? directive->offered
                                                      : directive->accept_by;

    return directive->done_by == TIME_NEVER
               ? TIME_NEVER
               : time_add(directive->done_by - from, MARGIN);
}

static int start_plan(struct manager *manager, const struct job *job,
                      const struct job_spec *spec,
                      const struct launch_part *part, struct err *err)
{
    struct launch_plan plan;
    int result;

    if (launch_plan_make_part(&plan, manager, spec, &job->request,
                              job->request.id, job->attempt, &job->nodes, part,
                              err) != 0)
        return -1;
    plan.walltime = time_of(&job->directive);
    plan.warn_before = 0;
    result = parts_start(manager, &plan, err);
    launch_plan_release(&plan);
    return result;
}

static int start(struct manager *manager, const struct job *job,
                 struct err *err)
{
    char *variables[N_VARIABLES + 1];
    struct launch_part part = {
        .number = parts_of_hook(job->directive.seq),
        .output = "hook",
        .extra = (const char *const *)variables,
    };
    struct job_spec spec;
    int result = -1;

    if (turn_read_spec(manager->turn, job->request.id, &spec, err) != 0)
        return -1;
    describe(manager, job, variables);
    part.command = spec.hook;
    if (spec.hook == NULL)
        err_set(err, ERR_INPUT, "it has no hook");
    else
        result = start_plan(manager, job, &spec, &part, err);
    for (size_t i = 0; i < N_VARIABLES; i++)
        free(variables[i]);
    job_spec_release(&spec);
    return result;
}

/* ---- what is to be done ---- */

static struct launch_key key_of(const struct job *job, uint64_t seq)
{
    return (struct launch_key){job->request.id, job->attempt,
                               parts_of_hook(seq)};
}

static void note_live_hook(void *context, const struct launch_key *key)
{
    struct launch_key *last = context;
    uint32_t node;

    if (key->part > 0 && !parts_is_worker(key->part, &node))
        *last = *key;
}

/* That of a directive which is over may still be ending. */
static bool is_another_live(const struct manager *manager,
                            const struct job *job)
{
    struct launch_key other = {.part = 0};

    parts_each(manager, job->request.id, job->attempt, note_live_hook, &other);
    return other.part > 0 && parts_state(manager, &other).is_live;
}

static void begin(struct manager *manager, const struct job *job)
{
    struct err err;

    if (is_another_live(manager, job))
        return; /* its end brings us here again */
    err_clear(&err);
    if (start(manager, job, &err) == 0)
        return;
    log_warning(&manager->log, "the hook of job %lld could not be started",
                (long long)job->request.id);
    resizing_failed(manager, job->request.id, job->directive.seq, err.text);
}

static void look(struct manager *manager, int64_t id)
{
    const struct job *job = sched_job(manager->sched, id);
    struct part_state part;
    struct launch_key key;

    if (job == NULL || job->request.resize != RESIZE_HOOK ||
        !job_has_open_directive(job))
        return;
    key = key_of(job, job->directive.seq);
    part = parts_state(manager, &key);
    switch (job->directive.state) {
    case DIRECTIVE_OFFERED:
        if (!part.is_there) {
            begin(manager, job);
        } else if (part.is_running) {
            resizing_shown(manager, id, job->directive.seq);
            resizing_accepted(manager, id, job->directive.seq);
        }
        break;
    case DIRECTIVE_WITHDRAWING:
        if (part.is_live)
            parts_end(manager, &key, launch_plan_grace(manager, 0));
        else
            resizing_withdrawn(manager, id, job->directive.seq, true);
        break;
    case DIRECTIVE_FORCING:
        parts_end(manager, &key, launch_plan_grace(manager, 0));
        break;
    default:
        break;
    }
}

/* ---- its answer ---- */

static void take_failure(struct manager *manager, int64_t job, uint64_t seq,
                         const struct launch_report *report)
{
    const struct exit_record *exit = &report->exit;
    struct strbuf why;

    strbuf_init(&why);
    if (report->what == LAUNCH_LOST)
        strbuf_add_str(&why, "its hook was lost with its shepherd");
    else if (report->what == LAUNCH_START_FAILED)
        strbuf_add_fmt(&why, "its hook could not be started: %s", report->text);
    else if (exit->signal != 0)
        strbuf_add_fmt(&why, "its hook was ended by signal %d", exit->signal);
    else
        strbuf_add_fmt(&why, "its hook ended with %d", exit->code);
    resizing_failed(manager, job, seq, why.text);
    strbuf_release(&why);
}

/* What erm has ended, because of the deadline, has given no answer. */
static void take_end(struct manager *manager, const struct job *job,
                     const struct launch_report *report)
{
    const struct exit_record *exit = &report->exit;
    bool is_ended = report->what == LAUNCH_ENDED;
    int64_t id = job->request.id;
    uint64_t seq = job->directive.seq;

    if (is_ended &&
        (exit->reason == EXIT_TERMINATED || exit->reason == EXIT_WALLTIME))
        look(manager, id);
    else if (is_ended && exit->signal == 0 && exit->code == 0)
        resizing_done(manager, id, seq, NULL);
    else if (is_ended && exit->signal == 0 && exit->code == HOOK_REFUSES)
        resizing_refused(manager, id, seq, 0);
    else
        take_failure(manager, id, seq, report);
}

void hooks_take(struct manager *manager, const struct launch_report *report)
{
    const struct job *job = sched_job(manager->sched, report->key.job_id);
    bool is_open = job != NULL && job_has_open_directive(job) &&
                   parts_of_hook(job->directive.seq) == report->key.part;

    if (is_open && report->what != LAUNCH_STARTED) {
        take_end(manager, job, report);
        return;
    }
    if (!is_open)
        parts_forget(manager, &report->key); /* nobody waits for it */
    look(manager, report->key.job_id);
}

void hooks_changed(struct manager *manager, const struct action *action)
{
    struct launch_key key = {action->job, action->attempt,
                             parts_of_hook(action->seq)};

    if (directive_state_is_open(action->directive)) {
        look(manager, action->job);
        return;
    }
    parts_end(manager, &key, launch_plan_grace(manager, 0));
    parts_forget(manager, &key);
}

static void offer(struct manager *manager, const struct action *action)
{
    look(manager, action->job);
}

const struct resize_way hooks_way = {.offer = offer, .withdraw = offer};
