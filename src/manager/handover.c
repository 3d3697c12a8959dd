/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/handover.h"

#include <stdlib.h>

#include <utlist.h>

#include "base/alloc.h"
#include "manager/launch_plan.h"
#include "manager/node_names.h"
#include "manager/turn.h"
#include "manager/workers.h"

struct handover {
    int64_t job;
    uint64_t seq;
    enum handover_kind kind;
    bool is_choice;     /* the job has chosen the nodes */
    struct idset nodes; /* owned: that go */
    uint32_t n_workers; /* that erm itself had started there */
    struct handover *next;
};

static struct handover *find(const struct manager *manager, int64_t job,
                             uint64_t seq)
{
    struct handover *handover;

    LL_FOREACH(manager->handovers, handover)
    {
        if (handover->job == job && handover->seq == seq)
            break;
    }
    return handover;
}

static void drop(struct manager *manager, struct handover *handover)
{
    LL_DELETE(manager->handovers, handover);
    idset_release(&handover->nodes);
    free(handover);
}

static struct handover *add(struct manager *manager, const struct job *job,
                            enum handover_kind kind, const struct idset *given)
{
    struct handover *handover = mem_alloc(sizeof(*handover));

    handover->job = job->request.id;
    handover->seq = job->directive.seq;
    handover->kind = kind;
    handover->is_choice = given != NULL;
    idset_copy(&handover->nodes, given != NULL ? given : &job->directive.delta);
    handover->n_workers = workers_count(manager, job, &handover->nodes);
    LL_APPEND(manager->handovers, handover);
    return handover;
}

/* Ranks that leave a world of MPI are in MPI_Finalize(): one that dies of a
 * TERM takes all others along. */
static void set_times(const struct manager *manager,
                      const struct handover *handover,
                      struct launch_change *change)
{
    struct job_spec spec;

    change->grace = launch_plan_grace(manager, 0);
    if (turn_read_spec(manager->turn, handover->job, &spec, NULL) != 0)
        return;
    change->grace = launch_plan_grace(manager, spec.grace);
    if (spec.launch == LAUNCH_MPI && handover->kind == HANDOVER_GIVEN)
        change->patience = change->grace;
    job_spec_release(&spec);
}

static int clear(struct manager *manager, const struct job *job,
                 const struct handover *handover, struct err *err)
{
    struct launcher *launcher = manager->launcher;
    struct idset stay = {.count = 0};
    struct launch_change change = {
        .key = {.job_id = handover->job, .attempt = job->attempt},
        .seq = handover->seq,
        .nodes = &handover->nodes,
        .stay = &stay,
    };
    int result;

    set_times(manager, handover, &change);
    idset_copy(&stay, &job->nodes);
    idset_subtract(&stay, &handover->nodes);
    result = launcher->ops->clear(launcher, &change, err);
    idset_release(&stay);
    return result;
}

/* Where one rank is killed PRRTE ends them all. A job that could start again
 * does so at a deadline, and does not come here. */
static int check_force(const struct manager *manager, int64_t job,
                       struct err *err)
{
    struct job_spec spec;
    bool is_world;

    if (turn_read_spec(manager->turn, job, &spec, err) != 0)
        return -1;
    is_world = spec.launch == LAUNCH_MPI;
    job_spec_release(&spec);
    if (!is_world)
        return 0;
    err_set(err, ERR_CONFLICT,
            "single ranks of an MPI program cannot be ended");
    return err_hint(err, "with \"on_node_loss\": \"restart\" it would be "
                         "started again");
}

int handover_begin(struct manager *manager, const struct job *job,
                   enum handover_kind kind, const struct idset *given,
                   struct err *err)
{
    struct handover *handover;

    if (find(manager, job->request.id, job->directive.seq) != NULL)
        return 0;
    if (kind == HANDOVER_FORCED &&
        check_force(manager, job->request.id, err) != 0)
        return -1;
    handover = add(manager, job, kind, given);
    if (clear(manager, job, handover, err) == 0)
        return 0;
    drop(manager, handover);
    return -1;
}

bool handover_is_under_way(const struct manager *manager, int64_t job,
                           uint64_t seq)
{
    return find(manager, job, seq) != NULL;
}

void handover_take_leaving(const struct manager *manager, int64_t job,
                           struct idset *nodes)
{
    const struct handover *handover;

    LL_FOREACH(manager->handovers, handover)
    {
        if (handover->job == job)
            idset_subtract(nodes, &handover->nodes);
    }
}

/* What had to be ended is said in the log, and goes into the history. */
static void tell_ended(struct manager *manager, const struct handover *handover,
                       uint32_t n)
{
    const char *processes = n == 1 ? "process" : "processes";
    struct strbuf nodes, note;

    strbuf_init(&nodes);
    strbuf_init(&note);
    node_names_format(manager->nodes, &handover->nodes, &nodes);
    log_warning(&manager->log,
                "[Elastic Scaling] job %lld: %u %s had to be ended on %s%s",
                (long long)handover->job, n, processes, nodes.text,
                handover->kind == HANDOVER_GIVEN ? ", which it has given back"
                                                 : "");
    strbuf_add_fmt(&note, "%u %s had to be ended", n, processes);
    turn_add_directive_note(manager->turn, handover->job, handover->seq,
                            note.text);
    strbuf_release(&note);
    strbuf_release(&nodes);
}

static void place(struct manager *manager, const struct job *job,
                  const struct handover *handover)
{
    struct launcher *launcher = manager->launcher;
    struct launch_key key = {.job_id = job->request.id,
                             .attempt = job->attempt};
    struct idset stay = {.count = 0};

    idset_copy(&stay, &job->nodes);
    idset_subtract(&stay, &handover->nodes);
    launcher->ops->place(launcher, &key, &stay);
    idset_release(&stay);
}

void handover_cleared(struct manager *manager,
                      const struct launch_report *report)
{
    struct handover *handover = find(manager, report->key.job_id, report->seq);
    const struct job *job = sched_job(manager->sched, report->key.job_id);
    struct event event;

    if (handover == NULL)
        return;
    if (job != NULL && job->attempt == report->key.attempt) {
        place(manager, job, handover);
        if (report->n_killed > handover->n_workers)
            tell_ended(manager, handover,
                       report->n_killed - handover->n_workers);
        event_init(&event,
                   handover->kind == HANDOVER_FORCED ? EV_FORCED : EV_DONE,
                   manager_now(manager));
        event.job = handover->job;
        event.seq = handover->seq;
        if (handover->is_choice)
            idset_move(&event.nodes, &handover->nodes);
        manager_event(manager, &event, NULL);
    }
    drop(manager, handover);
}

void handover_forget(struct manager *manager, int64_t job, uint64_t seq)
{
    struct handover *handover = find(manager, job, seq);

    if (handover != NULL)
        drop(manager, handover);
}

void handover_release_all(struct manager *manager)
{
    while (manager->handovers != NULL)
        drop(manager, manager->handovers);
}
