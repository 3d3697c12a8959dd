/* SPDX-License-Identifier: BSD-2-Clause */
/* See donors.h. */
#include "core/donors.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/estimate.h"
#include "core/index.h"
#include "core/progress.h"
#include "core/step.h"
#include "core/walltime.h"

/* ---- who can give how much ---- */

/* Nodes that JOB can give: usable ones, never its first, never below min. */
static void spare_nodes(const struct sched *sched, const struct job *job,
                        struct idset *out)
{
    idset_copy(out, &job->nodes);
    idset_remove(out, idset_first(&job->nodes));
    idset_intersect(out, &sched->pool.usable);
}

/* Its walltime may follow its size. */
static bool outlasts_allocation(const struct sched *sched,
                                const struct job *job)
{
    return sched->config.ends != TIME_NEVER &&
           walltime_end_at(&job->request, job->planned_end,
                           idset_count(&job->nodes), job->request.min_nodes,
                           job->resize_cost, sched->now) > sched->config.ends;
}

uint32_t donors_spare(const struct sched *sched, const struct job *job)
{
    uint32_t n = idset_count(&job->nodes);
    uint32_t n_usable = idset_count_common(&job->nodes, &sched->pool.usable);

    if (n <= job->request.min_nodes)
        return 0;
    if (n_usable > 0 &&
        idset_has(&sched->pool.usable, idset_first(&job->nodes)))
        n_usable--;
    n -= job->request.min_nodes;
    return n < n_usable ? n : n_usable;
}

uint32_t donors_above(const struct job *job, uint32_t spare)
{
    uint32_t n = idset_count(&job->nodes);
    uint32_t preferred = job_preferred_size(&job->request);

    if (n <= preferred)
        return 0;
    return n - preferred < spare ? n - preferred : spare;
}

struct candidates *donors_find(struct sched *sched)
{
    struct candidates *list = &sched->candidates;

    candidates_clear(list);
    if (sched->config.mode != MODE_ELASTIC)
        return list;
    for (uint32_t i = 0; i < sched->elastic.n; i++) {
        const struct elastic_entry *entry = &sched->elastic.items[i];

        if (entry->spare > 0 && entry->no_resize_before <= sched->now &&
            step_may_resize(sched, entry->job) &&
            !outlasts_allocation(sched, entry->job))
            candidates_add(list, entry->job, entry->above, entry->spare);
    }
    return list;
}

/* ---- what it costs ---- */

/* Who knows no end has a year. */
#define LONGEST_SECONDS (365.0 * 86400)

static double seconds(dur_us span)
{
    double n = (double)span / USEC_PER_SEC;

    return n < LONGEST_SECONDS ? n : LONGEST_SECONDS;
}

/* The shorter a job the more a second is worth to it. One over its length would
 * be slowdown, nothing turnaround: this stands between the two. */
static double weight(const struct sched *sched, const struct job *job)
{
    double length = seconds(estimate_preferred(sched, &job->request));

    return 1 / sqrt(length > 60 ? length : 60);
}

/* How much later JOB ends, in seconds, when it gives N nodes: for good, or
 * until it has them back after TAKEN seconds. */
static double loss(const struct sched *sched, const struct job *job, uint32_t n,
                   double taken)
{
    const struct job_request *request = &job->request;
    uint32_t has = idset_count(&job->nodes);
    double cost = seconds(job->resize_cost);
    double left = seconds(progress_left(job, sched->now));
    double slower, for_good, for_now;

    if (has - n >= job_preferred_size(request))
        return cost;
    slower =
        job_relative_time(request, has - n) / job_relative_time(request, has);
    for_good = left * (slower - 1) + cost;
    for_now = taken * (1 - 1 / slower) + 2 * cost;
    return taken < left && for_now < for_good ? for_now : for_good;
}

double donors_loss(const struct sched *sched, const struct candidates *donors,
                   const struct job *job)
{
    double taken = seconds(estimate_preferred(sched, &job->request)), sum = 0;

    for (size_t i = 0; i < donors->n_dealt; i++) {
        const struct candidate *donor = &donors->items[donors->dealt[i]];

        sum += weight(sched, donor->job) *
               loss(sched, donor->job, donor->n, taken);
    }
    return sum;
}

double donors_worth(const struct sched *sched, const struct job *job,
                    dur_us earlier)
{
    return earlier == TIME_NEVER ? INFINITY
                                 : seconds(earlier) * weight(sched, job);
}

/* ---- asking them ---- */

/* The last nodes of each, as many as it is dealt. */
static struct idset *choose(struct sched *sched,
                            const struct candidates *donors)
{
    struct idset *deltas = mem_alloc_array(donors->n_dealt, sizeof *deltas);

    for (size_t i = 0; i < donors->n_dealt; i++) {
        const struct candidate *donor = &donors->items[donors->dealt[i]];
        struct idset spare = {.count = 0};

        spare_nodes(sched, donor->job, &spare);
        idset_take_last(&spare, donor->n, &deltas[i]);
        idset_release(&spare);
    }
    return deltas;
}

/* Promised is the start when the last of them has to be done. */
static void reserve(struct sched *sched, const struct candidates *donors,
                    const struct idset *deltas, const struct job *job,
                    struct actions *out)
{
    struct event event;

    event_init(&event, EV_RESERVE, sched->now);
    event.job = job->request.id;
    event.when = sched->now;
    sched_idle(sched, &event.nodes);
    for (size_t i = 0; i < donors->n_dealt; i++) {
        const struct job *donor = donors->items[donors->dealt[i]].job;
        time_us done_by = step_done_by(sched, donor, 0);

        idset_unite(&event.nodes, &deltas[i]);
        if (done_by > event.when)
            event.when = done_by;
    }
    step_decide(sched, &event, out);
}

void donors_ask(struct sched *sched, const struct candidates *donors,
                const struct job *job, bool is_kept, struct actions *out)
{
    struct idset *deltas = choose(sched, donors);

    if (is_kept)
        reserve(sched, donors, deltas, job, out);
    for (size_t i = 0; i < donors->n_dealt; i++)
        step_offer(sched, donors->items[donors->dealt[i]].job, DIRECTIVE_SHRINK,
                   &deltas[i], ASKED_BY_SCHEDULER, job->request.id, 0, out);
    free(deltas);
}
