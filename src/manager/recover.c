/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adoption comes before the resumed actions: a job whose start is found on
 * disk must not be started once more, and one that was never started must be.
 */
#include "manager/recover.h"

#include <stdlib.h>
#include <string.h>

#include "codec/event_json.h"
#include "codec/state_json.h"
#include "manager/attempt_files.h"
#include "manager/job_cache.h"
#include "manager/job_dir.h"
#include "manager/launch_plan.h"
#include "manager/mailbox.h"
#include "manager/parts.h"
#include "manager/reports.h"
#include "manager/resizing.h"
#include "manager/turn.h"
#include "manager/workers.h"
#include "store/history_view.h"
#include "store/journal.h"

/* ---- state ---- */

struct replay {
    struct sched *sched;
    time_us last; /* of any record */
    struct err err;
};

static int replay_record(void *arg, const struct record *record)
{
    struct replay *replay = arg;
    struct event event;
    int result;

    if (event_from_text(record->text, &event, &replay->err) != 0)
        return -1;
    if (record->time > replay->last)
        replay->last = record->time;
    result = sched_replay(replay->sched, &event, &replay->err);
    event_release(&event);
    return result;
}

static struct sched *load_snapshot(struct manager *manager,
                                   const struct sched_config *config,
                                   int64_t *seq, struct err *err)
{
    struct sched *sched;
    char *text;

    switch (store_load_snapshot(manager->store, seq, &text, err)) {
    case 0:
        return sched_create(config);
    case 1:
        sched = state_from_text(text, strlen(text), config, err);
        free(text);
        return sched;
    default:
        return NULL;
    }
}

static int learn_name(void *arg, const struct history_job *job)
{
    struct manager *manager = arg;

    job_cache_add(manager->jobs, job->id, job->name, job->label);
    return 0;
}

static int load_names(struct manager *manager, struct err *err)
{
    const struct job *job = sched_next_job(manager->sched, 0);

    for (; job != NULL; job = sched_next_job(manager->sched, job->request.id)) {
        if (store_view_job(manager->store, job->request.id, learn_name, manager,
                           err) != 0)
            return -1;
    }
    return 0;
}

int recover_state(struct manager *manager, const struct sched_config *config,
                  struct err *err)
{
    struct replay replay = {.last = 0};
    int64_t seq = 0;

    replay.sched = load_snapshot(manager, config, &seq, err);
    if (replay.sched == NULL)
        return -1;
    err_clear(&replay.err);
    manager->sched = replay.sched;
    if (store_each_record(manager->store, seq + 1, 0, replay_record, &replay,
                          err) != 0) {
        if (replay.err.code != ERR_NONE && err != NULL)
            *err = replay.err;
        return -1;
    }
    if (store_last_seq(manager->store) > 0)
        log_info(&manager->log, "the journal was read: record %lld",
                 (long long)store_last_seq(manager->store));
    clock_init(&manager->clock, replay.last);
    return load_names(manager, err);
}

int recover_save_snapshot(struct manager *manager, struct err *err)
{
    char *text = state_to_text(manager->sched);
    int result = store_save_snapshot(manager->store,
                                     store_last_seq(manager->store), text, err);

    free(text);
    return result == 0 ? store_commit(manager->store, err) : -1;
}

/* ---- what became of the jobs ---- */

struct found {
    struct idset fresh;   /* started by a decision of this very turn */
    struct idset adopted; /* started before, as far as the disk knows */
    struct idset lost;
    uint32_t n_active;
};

static void find_fresh(const struct actions *actions, struct found *found)
{
    for (size_t i = 0; i < actions->n; i++) {
        if (actions->items[i].type == ACT_START)
            idset_add(&found->fresh, (uint32_t)actions->items[i].job);
    }
}

/* The spec tells whether it was started in a DVM. */
static enum claim_state adopt(struct manager *manager, const struct job *job)
{
    struct launch_place place = {.nodes = &job->nodes};
    struct launch_key key = {.job_id = job->request.id,
                             .attempt = job->attempt};
    enum claim_state alone = CLAIM_NONE;
    struct job_spec spec;

    if (turn_read_spec(manager->turn, job->request.id, &spec, NULL) == 0) {
        alone = workers_adopt(manager, job, &spec);
        place.has_dvm = launch_plan_has_dvm(manager, &spec, &place.is_pool);
        job_spec_release(&spec);
    }
    if (alone != CLAIM_NONE)
        return alone;
    return manager->launcher->ops->adopt(manager->launcher, &key, &place);
}

static void find_job(struct manager *manager, const struct job *job,
                     struct found *found)
{
    uint32_t id = (uint32_t)job->request.id;

    if (!job_is_active(job) || idset_has(&found->fresh, id))
        return;
    found->n_active++;
    if (adopt(manager, job) != CLAIM_NONE)
        idset_add(&found->adopted, id);
    else if (job->state != JOB_STARTING)
        idset_add(&found->lost, id);
}

/* The jobs' mail, which may have come while no manager ran: it counts before
 * the deadlines that have passed meanwhile. */
static void read_mail(struct manager *manager, const struct found *found)
{
    IDSET_EACH (&found->adopted, id) {
        const struct job *job = sched_job(manager->sched, id);
        if (job == NULL || !job_is_active(job))
            continue;
        mailbox_open(manager, job, false);
        resizing_adopt(manager, job);
    }
}

/* Would the core's repeated order do harm? The start of a job that runs, or
 * was just ordered; the end of a job that is not there. */
static bool is_needless(const struct action *action, const struct found *found)
{
    uint32_t id = (uint32_t)action->job;

    if (action->type == ACT_START)
        return idset_has(&found->adopted, id) || idset_has(&found->fresh, id);
    return action->type == ACT_KILL && idset_has(&found->lost, id);
}

/* Takes the needless orders out of ACTIONS, from the index FIRST on. */
static void drop_needless(struct actions *actions, size_t first,
                          const struct found *found)
{
    size_t n_kept = first;

    for (size_t i = first; i < actions->n; i++) {
        struct action *action = &actions->items[i];
        if (is_needless(action, found)) {
            idset_release(&action->nodes);
            continue;
        }
        if (n_kept != i) {
            actions->items[n_kept] = *action;
            memset(action, 0, sizeof(*action));
        }
        n_kept++;
    }
    actions->n = n_kept;
}

static void log_found(const struct manager *manager, const struct found *found)
{
    uint32_t n_adopted = idset_count(&found->adopted);
    uint32_t n_lost = idset_count(&found->lost);

    if (found->n_active > 0)
        log_info(&manager->log,
                 "%u jobs had been started: %u found again, %u lost, %u to be "
                 "started now",
                 found->n_active, n_adopted, n_lost,
                 found->n_active - n_adopted - n_lost);
}

static bool is_over(void *context, int64_t job, uint32_t attempt)
{
    const struct sched *sched = ((struct manager *)context)->sched;
    const struct job *found = sched_job(sched, job);
    enum job_state state;

    if (found != NULL)
        return attempt < found->attempt;
    return sched_outcome(sched, job, &state) && job_state_is_terminal(state);
}

static bool has_finished(void *context, int64_t job)
{
    const struct manager *manager = context;
    enum job_state state;

    return sched_outcome(manager->sched, job, &state) &&
           job_state_is_terminal(state);
}

void recover_resume(struct manager *manager)
{
    struct actions *actions = turn_actions(manager->turn);
    const struct job *job = sched_next_job(manager->sched, 0);
    size_t first;
    struct found found = {.n_active = 0};

    find_fresh(actions, &found);
    parts_adopt(manager);
    for (; job != NULL; job = sched_next_job(manager->sched, job->request.id))
        find_job(manager, job, &found);
    log_found(manager, &found);
    read_mail(manager, &found);
    find_fresh(actions, &found);
    first = actions->n;
    sched_resume(manager->sched, manager_now(manager), actions);
    drop_needless(actions, first, &found);
    IDSET_EACH (&found.lost, id) {
        const struct job *lost = sched_job(manager->sched, id);
        reports_lost(manager, id, lost->attempt);
    }
    attempt_files_sweep(manager->state_dir, is_over, manager);
    job_dir_sweep(manager->state_dir, has_finished, manager);
    idset_release(&found.fresh);
    idset_release(&found.adopted);
    idset_release(&found.lost);
}
