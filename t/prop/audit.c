/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

static void complain(struct audit *audit, const char *invariant, int64_t id,
                     const char *text)
{
    if (audit->error[0] == '\0')
        snprintf(audit->error, sizeof audit->error, "%s: job %lld %s",
                 invariant, (long long)id, text);
}

static void expect(struct audit *audit, bool is_so, const char *invariant,
                   int64_t id, const char *text)
{
    if (!is_so)
        complain(audit, invariant, id, text);
}

struct audit *audit_create(void)
{
    return mem_alloc(sizeof(struct audit));
}

void audit_destroy(struct audit *audit)
{
    if (audit == NULL)
        return;
    for (size_t i = 0; i < AUDIT_JOBS; i++) {
        idset_release(&audit->jobs[i].nodes);
        idset_release(&audit->jobs[i].directive.delta);
    }
    idset_release(&audit->members);
    idset_release(&audit->down);
    idset_release(&audit->drained);
    idset_release(&audit->reserved);
    free(audit);
}

/* ---- nodes change hands ---- */

/* JOB gets NODES, which must be anybody's to have. */
static void take(struct audit *audit, int64_t id, const struct idset *nodes)
{
    IDSET_EACH (nodes, node) {
        bool is_usable = idset_has(&audit->members, node) &&
                         !idset_has(&audit->down, node) &&
                         !idset_has(&audit->drained, node);

        expect(audit, audit->owner[node] == 0, "I1", id, "gets an owned node");
        expect(audit, is_usable, "I15", id, "gets a node out of use");
        expect(audit,
               audit->reserved_for == id || !idset_has(&audit->reserved, node),
               "I17", id, "gets a node that is reserved for another");
        audit->owner[node] = id;
    }
}

static void give_back(struct audit *audit, int64_t id,
                      const struct idset *nodes)
{
    IDSET_EACH (nodes, node) {
        expect(audit, audit->owner[node] == id, "I1", id,
               "releases a node that it does not own");
        audit->owner[node] = 0;
    }
}

static void end_reservation(struct audit *audit)
{
    audit->reserved_for = 0;
    idset_clear(&audit->reserved);
}

/* ---- records ---- */

static void read_submit(struct audit *audit, const struct job_request *request)
{
    struct audit_job *job = &audit->jobs[request->id];

    expect(audit, job->state == AUDIT_UNKNOWN, "I4", request->id,
           "is submitted twice");
    job->state = AUDIT_PENDING;
    job->kind = request->kind;
    job->min_nodes = request->min_nodes;
    job->max_nodes = request->max_nodes;
}

static void read_offer(struct audit *audit, const struct event *event)
{
    struct audit_job *job = &audit->jobs[event->job];
    struct directive *directive = &job->directive;

    expect(audit, event->seq == audit->last_seq + 1, "I11", event->job,
           "has a directive out of sequence");
    audit->last_seq = event->seq;
    expect(audit, job->state == AUDIT_ACTIVE, "I16", event->job,
           "is resized but does not run");
    expect(audit, !directive_state_is_open(directive->state), "I12", event->job,
           "has two open directives");
    expect(audit, job->kind == JOB_ELASTIC || job->kind == JOB_EVOLVING, "I7",
           event->job, "has a fixed size but is resized");
    directive->state = DIRECTIVE_OFFERED;
    directive->op = event->op;
    directive->seq = event->seq;
    idset_copy(&directive->delta, &event->nodes);
    if (event->op == DIRECTIVE_GROW)
        take(audit, event->job, &event->nodes);
    else
        expect(audit, idset_is_subset(&event->nodes, &job->nodes), "I3",
               event->job, "is to give nodes that it does not have");
}

static void read_record(struct audit *audit, const struct event *event)
{
    struct audit_job *job = &audit->jobs[event->job % AUDIT_JOBS];

    expect(audit, event->now >= audit->last_record, "I18", event->job,
           "has a record from the past");
    audit->last_record = event->now;
    switch (event->type) {
    case EV_SUBMIT:
        read_submit(audit, &event->request);
        break;
    case EV_HOLD:
        if (audit->reserved_for == event->job)
            end_reservation(audit);
        break;
    case EV_UPDATE:
        if (audit->reserved_for == event->job)
            end_reservation(audit);
        if (event->update.changes & CHANGE_NODES) {
            job->min_nodes = event->update.min_nodes;
            job->max_nodes = event->update.max_nodes;
        }
        break;
    case EV_POOL_CHANGED:
        idset_copy(&audit->members, &event->nodes);
        break;
    case EV_NODE_DOWN:
        idset_unite(&audit->down, &event->nodes);
        break;
    case EV_NODE_UP:
        idset_subtract(&audit->down, &event->nodes);
        break;
    case EV_DRAIN:
        idset_unite(&audit->drained, &event->nodes);
        break;
    case EV_UNDRAIN:
        idset_subtract(&audit->drained, &event->nodes);
        break;
    case EV_RESERVE:
        expect(audit, job->state == AUDIT_PENDING, "I17", event->job,
               "has a reservation but does not wait");
        audit->reserved_for = event->job;
        idset_copy(&audit->reserved, &event->nodes);
        break;
    case EV_UNRESERVE:
        end_reservation(audit);
        break;
    case EV_START_FAILED:
        job->may_try_again = true;
        break;
    case EV_OFFER:
        read_offer(audit, event);
        break;
    default:
        break;
    }
}

/* ---- actions ---- */

static void read_start(struct audit *audit, const struct action *action)
{
    struct audit_job *job = &audit->jobs[action->job];
    uint32_t n = idset_count(&action->nodes);
    bool is_in_place = job->state == AUDIT_RESTARTING;

    expect(audit, job->state == AUDIT_PENDING || is_in_place, "I5", action->job,
           "starts but does not wait");
    expect(audit,
           action->attempt == job->attempt + 1 ||
               (action->attempt == job->attempt && job->may_try_again),
           "I5", action->job, "has an attempt launched twice");
    expect(audit, n >= job->min_nodes && n <= job->max_nodes, "I3", action->job,
           "starts on a wrong number of nodes");
    if (is_in_place)
        expect(audit, idset_is_equal(&job->nodes, &action->nodes), "I3",
               action->job, "starts again in place, on other nodes");
    else
        take(audit, action->job, &action->nodes);
    if (audit->reserved_for == action->job)
        end_reservation(audit);
    job->state = AUDIT_ACTIVE;
    job->attempt = action->attempt;
    job->may_try_again = false;
    job->directive.state = DIRECTIVE_NONE;
    idset_copy(&job->nodes, &action->nodes);
}

/* After a restart the same start may be asked for again. */
static bool is_repeated(const struct audit *audit, const struct action *action)
{
    const struct audit_job *job = &audit->jobs[action->job];

    return job->state == AUDIT_ACTIVE && job->attempt == action->attempt &&
           idset_is_equal(&job->nodes, &action->nodes);
}

/* From which state may a directive come into this one? */
static bool is_step(enum directive_state from, enum directive_state to)
{
    switch (to) {
    case DIRECTIVE_OFFERED: /* opened by the record before */
    case DIRECTIVE_ACCEPTED:
        return from == DIRECTIVE_OFFERED;
    case DIRECTIVE_WITHDRAWING:
    case DIRECTIVE_FORCING:
        return from == DIRECTIVE_OFFERED || from == DIRECTIVE_ACCEPTED;
    case DIRECTIVE_FORCED:
        return from == DIRECTIVE_FORCING;
    case DIRECTIVE_EXPIRED:
        return from == DIRECTIVE_WITHDRAWING || from == DIRECTIVE_FORCING;
    default:
        return directive_state_is_open(from);
    }
}

/* Nodes of the job went down, and it goes on: it is asked nothing. */
static void open_loss(struct audit *audit, const struct action *action)
{
    struct audit_job *job = &audit->jobs[action->job];
    struct directive *directive = &job->directive;

    expect(audit, action->seq == ++audit->last_seq, "I11", action->job,
           "has a directive out of sequence");
    expect(audit, !directive_state_is_open(directive->state), "I12",
           action->job, "has two open directives");
    expect(audit, idset_is_subset(&action->nodes, &audit->down), "I13",
           action->job, "loses nodes that are up");
    directive->state = DIRECTIVE_FORCING;
    directive->op = DIRECTIVE_SHRINK;
    directive->seq = action->seq;
    idset_copy(&directive->delta, &action->nodes);
}

/* It may have chosen what to give. */
static void take_choice(struct audit *audit, const struct action *action)
{
    struct audit_job *job = &audit->jobs[action->job];
    struct directive *directive = &job->directive;

    expect(audit,
           idset_count(&action->nodes) == idset_count(&directive->delta) &&
               idset_is_subset(&action->nodes, &job->nodes),
           "I3", action->job, "has given something else than it was to");
    if (audit->reserved_for != 0 &&
        idset_is_subset(&directive->delta, &audit->reserved)) {
        idset_subtract(&audit->reserved, &directive->delta);
        idset_unite(&audit->reserved, &action->nodes);
    }
    idset_copy(&directive->delta, &action->nodes);
}

static void read_directive(struct audit *audit, const struct action *action)
{
    struct audit_job *job = &audit->jobs[action->job];
    struct directive *directive = &job->directive;
    bool is_done = action->directive == DIRECTIVE_DONE ||
                   action->directive == DIRECTIVE_FORCED;

    if (action->asker == ASKED_BY_NODE_LOSS)
        open_loss(audit, action);
    if (is_done && directive->op == DIRECTIVE_SHRINK)
        take_choice(audit, action);
    expect(audit, action->seq == directive->seq, "I11", action->job,
           "has news of another directive");
    expect(audit, is_step(directive->state, action->directive), "I11",
           action->job, "has a directive with two ends, or a wrong one");
    directive->state = action->directive;
    if (is_done && directive->op == DIRECTIVE_GROW)
        idset_unite(&job->nodes, &directive->delta);
    else if (is_done)
        idset_subtract(&job->nodes, &directive->delta);
}

/* Freed are: offered nodes that were not taken, given ones that were let go
 * of, all nodes when the attempt is over (which the next news has to say), or
 * those that are down when it starts again in place.
 * A shrink frees nothing while it is open (I13). */
static void read_release(struct audit *audit, const struct action *action,
                         const struct action *next)
{
    struct audit_job *job = &audit->jobs[action->job];
    bool is_over = next != NULL && next->job == action->job &&
                   (next->type == ACT_FINISHED || next->type == ACT_REQUEUED);
    bool is_let_go = !directive_state_is_open(job->directive.state) &&
                     idset_is_equal(&action->nodes, &job->directive.delta);

    bool is_lost = next != NULL && next->job == action->job &&
                   next->type == ACT_RESTARTED &&
                   idset_is_subset(&action->nodes, &audit->down);

    if (is_over || is_lost)
        idset_subtract(&job->nodes, &action->nodes);
    expect(audit, is_over || is_let_go || is_lost, "I13", action->job,
           "has nodes freed that it was not seen to let go of");
    expect(audit, !idset_has_common(&job->nodes, &action->nodes), "I13",
           action->job, "has nodes freed that are its own");
    give_back(audit, action->job, &action->nodes);
}

static void read_end(struct audit *audit, const struct action *action)
{
    struct audit_job *job = &audit->jobs[action->job];
    bool is_final = action->type == ACT_FINISHED;

    expect(audit,
           job->state == AUDIT_ACTIVE ||
               (is_final && job->state == AUDIT_PENDING),
           "I4", action->job, "ends twice");
    expect(audit, idset_is_empty(&job->nodes), "I16", action->job,
           "has ended and owns nodes");
    expect(audit, !directive_state_is_open(job->directive.state), "I11",
           action->job, "has ended and its directive has not");
    for (uint32_t node = 0; node < AUDIT_NODES; node++)
        expect(audit, audit->owner[node] != action->job, "I14", action->job,
               "has ended and left a node behind");
    if (is_final && audit->reserved_for == action->job)
        end_reservation(audit);
    job->state = is_final ? AUDIT_ENDED : AUDIT_PENDING;
}

/* Its nodes stay its own, and the next attempt starts on them at once. */
static void read_restarted(struct audit *audit, const struct action *action,
                           const struct action *next)
{
    struct audit_job *job = &audit->jobs[action->job];

    expect(audit, job->state == AUDIT_ACTIVE && job->attempt == action->attempt,
           "I5", action->job, "starts again but did not run");
    expect(audit,
           next != NULL && next->type == ACT_START && next->job == action->job,
           "I5", action->job, "is to start again and does not");
    expect(audit, !directive_state_is_open(job->directive.state), "I11",
           action->job, "starts again and its directive has no end");
    job->state = AUDIT_RESTARTING;
}

static void read_phase(struct audit *audit, const struct action *action)
{
    expect(audit,
           idset_is_equal(&audit->jobs[action->job].nodes, &action->nodes),
           "I3", action->job, "has other nodes than its phase says");
}

void audit_read(struct audit *audit, const struct actions *actions,
                bool is_resumed)
{
    for (size_t i = 0; i < actions->n; i++) {
        const struct action *action = &actions->items[i];
        const struct action *next = i + 1 < actions->n ? action + 1 : NULL;

        switch (action->type) {
        case ACT_RECORD:
            read_record(audit, &action->event);
            break;
        case ACT_START:
            if (!is_resumed || !is_repeated(audit, action))
                read_start(audit, action);
            break;
        case ACT_DIRECTIVE:
            read_directive(audit, action);
            break;
        case ACT_RELEASE:
            read_release(audit, action, next);
            break;
        case ACT_PHASE:
            read_phase(audit, action);
            break;
        case ACT_RESTARTED:
            read_restarted(audit, action, next);
            break;
        case ACT_REQUEUED:
        case ACT_FINISHED:
            read_end(audit, action);
            break;
        default:
            break;
        }
    }
}
