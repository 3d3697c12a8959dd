/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invariants of the scheduler's state, each checked from scratch and not
 * by the code that keeps it. The names are those of doc/invariants.md.
 */
#include "core/invariants.h"

#include <inttypes.h>

#include "core/donors.h"
#include "core/index.h"
#include "core/sizing.h"
#include "core/walltime.h"

static bool broken(struct err *err, const char *name, int64_t id,
                   const char *text)
{
    err_set(err, ERR_CONFLICT, "%s: %" PRId64 ": %s", name, id, text);
    return false;
}

/* I1 a node has one owner, who knows of it; I16 others own nothing. */
static bool check_ownership(const struct sched *sched, const struct job *job,
                            struct idset *owned, struct err *err)
{
    int64_t id = job->request.id;
    bool is_growing =
        job_has_open_directive(job) && job->directive.op == DIRECTIVE_GROW;

    if (idset_has_common(owned, &job->nodes))
        return broken(err, "I1", id, "shares a node with another job");
    idset_unite(owned, &job->nodes);
    if (is_growing && idset_has_common(owned, &job->directive.delta))
        return broken(err, "I1", id, "was offered a node that is owned");
    if (is_growing)
        idset_unite(owned, &job->directive.delta);
    if (!job_is_active(job) &&
        (!idset_is_empty(&job->nodes) || job_has_open_directive(job)))
        return broken(err, "I16", id, "owns nodes but does not run");
    IDSET_EACH (&job->nodes, node) {
        if (pool_owner(&sched->pool, node) != id)
            return broken(err, "I1", id, "has a node of another owner");
    }
    return true;
}

/* I3 sizes within bounds; I7 rigid jobs are never resized; I12 is by type. */
static bool check_size(const struct job *job, struct err *err)
{
    const struct job_request *request = &job->request;
    uint32_t n = idset_count(&job->nodes);
    uint32_t n_delta = idset_count(&job->directive.delta);
    bool is_open = job_has_open_directive(job);

    if (!job_is_active(job))
        return true;
    if (n < request->min_nodes || n > request->max_nodes)
        return broken(err, "I3", request->id, "size outside min..max");
    if (is_open && request->kind != JOB_ELASTIC &&
        request->kind != JOB_EVOLVING)
        return broken(err, "I7", request->id, "has a fixed size but resizes");
    if (is_open && job->directive.op == DIRECTIVE_GROW &&
        n + n_delta > request->max_nodes)
        return broken(err, "I3", request->id, "would grow past max_nodes");
    if (is_open && job->directive.op == DIRECTIVE_SHRINK &&
        (n - n_delta < request->min_nodes ||
         !idset_is_subset(&job->directive.delta, &job->nodes)))
        return broken(err, "I3", request->id, "would shrink below min_nodes");
    return true;
}

/* The allocation has become too short for it. */
static bool is_too_long(const struct sched *sched,
                        const struct job_request *request)
{
    dur_us needs = walltime_longest(request);

    if (needs == TIME_NEVER)
        needs = sched->config.least_run;
    return sched->config.ends != TIME_NEVER &&
           needs > sched->config.ends - sched->now;
}

static bool is_entry_right(const struct sched *sched, const struct job *job)
{
    const struct elastic_entry *entry = &sched->elastic.items[job->listed_at];

    return entry->job == job && entry->n_nodes == idset_count(&job->nodes) &&
           entry->no_resize_before == job->no_resize_before &&
           entry->spare == donors_spare(sched, job) &&
           entry->above == donors_above(job, entry->spare) &&
           entry->most == sizing_limit(sched, job, false) &&
           entry->most_awaited == sizing_limit(sched, job, true);
}

/* I4 a job stands where its state says, and only there. */
static bool check_place(const struct sched *sched, const struct job *job,
                        bool after_pass, struct err *err)
{
    const struct job_request *request = &job->request;
    bool is_pending = job->state == JOB_PENDING;
    bool is_ready = is_pending && !request->hold && job->n_unmet == 0 &&
                    request->begin <= sched->now &&
                    sched->reservation.job != request->id;
    bool is_aside = request->min_nodes > idset_count(&sched->pool.usable) ||
                    is_too_long(sched, request);

    if (job_state_is_terminal(job->state))
        return broken(err, "I4", request->id, "is terminal but listed");
    if (after_pass && job->is_queued != (is_ready && !is_aside))
        return broken(err, "I4", request->id, "queued or not, wrongly");
    if (after_pass && job->is_aside != (is_ready && is_aside))
        return broken(err, "I4", request->id, "aside or not, wrongly");
    if (job->is_listed !=
        (job->state == JOB_RUNNING && request->kind == JOB_ELASTIC))
        return broken(err, "I4", request->id, "elastic list is wrong");
    if (job->is_listed && !is_entry_right(sched, job))
        return broken(err, "I4", request->id, "elastic list is out of date");
    if (job_is_active(job) && job->started > sched->now)
        return broken(err, "I18", request->id, "started in the future");
    return true;
}

/* I2 free + owned + down + drained = pool, and free is what it should be. */
static bool check_pool(const struct sched *sched, const struct idset *owned,
                       struct err *err)
{
    const struct pool *pool = &sched->pool;

    for (uint32_t node = 0; node < pool->n_owner; node++) {
        bool is_owned = idset_has(owned, node);
        bool is_free = idset_has(&pool->members, node) &&
                       !idset_has(&pool->down, node) &&
                       !idset_has(&pool->drained, node) && !is_owned;

        if ((pool->owner[node] != 0) != is_owned)
            return broken(err, "I2", node, "owned by nobody who knows");
        if (idset_has(&pool->free, node) != is_free)
            return broken(err, "I2", node, "free or not, wrongly");
    }
    return true;
}

/* I17 the reservation is a pending job's, over nodes that are free or coming.
 */
static bool check_reservation(const struct sched *sched, bool after_pass,
                              struct err *err)
{
    const struct reservation *reservation = &sched->reservation;
    const struct job *job = job_table_get(&sched->jobs, reservation->job);

    if (reservation->job == 0)
        return idset_is_empty(&reservation->nodes) ||
               broken(err, "I17", 0, "nodes reserved for nobody");
    if (job == NULL || job->state != JOB_PENDING)
        return broken(err, "I17", reservation->job, "is not pending");
    if (after_pass && is_too_long(sched, &job->request))
        return broken(err, "I21", reservation->job,
                      "has nodes kept but cannot end in time");
    IDSET_EACH (&reservation->nodes, node) {
        const struct job *owner =
            job_table_get(&sched->jobs, pool_owner(&sched->pool, node));

        if (owner != NULL && owner->state != JOB_COMPLETING &&
            (!job_has_open_directive(owner) ||
             !idset_has(&owner->directive.delta, node) ||
             owner->directive.op != DIRECTIVE_SHRINK))
            return broken(err, "I17", node, "reserved but not given back");
    }
    return true;
}

/* The profile counts each usable node that is owned exactly once. */
static bool check_profile(const struct sched *sched, const struct idset *owned,
                          struct err *err)
{
    const struct release *release = profile_first(&sched->profile);
    struct idset expected = {.count = 0};
    uint64_t sum = 0;
    bool is_equal;

    idset_copy(&expected, owned);
    idset_intersect(&expected, &sched->pool.usable);
    for (; release != NULL; release = profile_next(release))
        sum += release->n;
    is_equal = sum == idset_count(&expected);
    idset_release(&expected);
    return is_equal || broken(err, "I2", 0, "the profile's sum is wrong");
}

/* I22 a wish is a running job's, stands once in the list, and older ones stand
 * before younger ones. */
static bool check_wishes(const struct sched *sched, struct err *err)
{
    const struct job *job = sched->first_wish, *before = NULL;
    size_t n_listed = 0, n_wishes = 0;

    for (; job != NULL; before = job, job = job->next_wish, n_listed++) {
        int64_t id = job->request.id;

        if (job->prev_wish != before || job->wish.n == 0 ||
            (before != NULL && before->wish.order >= job->wish.order))
            return broken(err, "I22", id, "stands wrongly among the wishes");
        if (job->state != JOB_RUNNING || job->wish.n_min < 1 ||
            job->wish.n_min > job->wish.n)
            return broken(err, "I22", id, "cannot wish for that");
    }
    job = sched_next_job(sched, 0);
    for (; job != NULL; job = sched_next_job(sched, job->request.id))
        n_wishes += job->wish.n > 0;
    if (n_wishes == n_listed && sched->last_wish == before)
        return true;
    return broken(err, "I22", 0, "a wish is not listed");
}

/* I19 no lost wake-up: the head does not fit. */
static bool check_progress(const struct sched *sched, struct err *err)
{
    const struct job *head = sched_head(sched);

    if (head == NULL ||
        sizing_needed(sched, head) > sched_n_idle(sched) + sched_n_kept(sched))
        return true;
    return broken(err, "I19", head->request.id, "could start and does not");
}

bool invariants_hold(const struct sched *sched, bool after_pass,
                     struct err *err)
{
    struct idset owned = {.count = 0};
    const struct job *job = sched_next_job(sched, 0);
    bool is_good = true;

    for (; is_good && job != NULL; job = sched_next_job(sched, job->request.id))
        is_good = check_ownership(sched, job, &owned, err) &&
                  check_size(job, err) &&
                  check_place(sched, job, after_pass, err);
    is_good = is_good && check_pool(sched, &owned, err) &&
              check_reservation(sched, after_pass, err) &&
              check_profile(sched, &owned, err) && check_wishes(sched, err) &&
              (!after_pass || check_progress(sched, err));
    idset_release(&owned);
    return is_good;
}
