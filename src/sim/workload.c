/* SPDX-License-Identifier: BSD-2-Clause */
/* See workload.h and doc/simulate.md. */
#include "sim/workload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "sim/random.h"

/* The core's table of jobs ends there. */
#define JOBS_MAX JOB_ID_MAX

void workload_init(struct workload *workload, uint32_t n_nodes)
{
    *workload = (struct workload){.n_nodes = n_nodes};
}

/* Frees what the jobs from FIRST on own, and forgets them. */
static void cut(struct workload *workload, size_t first)
{
    for (size_t i = first; i < workload->n; i++)
        free(workload->jobs[i].runtimes);
    workload->n = first;
}

void workload_release(struct workload *workload)
{
    if (!workload)
        return;
    cut(workload, 0);
    free(workload->jobs);
    workload_init(workload, 0);
}

void workload_add(struct workload *workload, const struct sim_job *job)
{
    if (workload->n == workload->size) {
        workload->size = workload->size ? 2 * workload->size : 64;
        workload->jobs =
            mem_resize(workload->jobs, workload->size, sizeof(*workload->jobs));
    }
    struct sim_job *copy = &workload->jobs[workload->n++];
    *copy = *job;
    if (!job->runtimes)
        return;
    copy->runtimes = mem_alloc_array(job->n_runtimes, sizeof(*copy->runtimes));
    memcpy(copy->runtimes, job->runtimes,
           job->n_runtimes * sizeof(*copy->runtimes));
}

/* NULL, or why it cannot be replayed on that many nodes. */
static const char *why_not(const struct swf_job *job, int64_t size,
                           int64_t n_nodes)
{
    if (size <= 0)
        return "has no number of processors";
    if (size > n_nodes)
        return "needs more processors than the machine has";
    if (job->run < 0)
        return "has no run time";
    return job->submit < 0 ? "was submitted before the trace begins" : NULL;
}

static int add_swf_job(struct workload *workload, const struct swf_job *from,
                       const char *name, struct err *err)
{
    int64_t size =
        from->procs_requested > 0 ? from->procs_requested : from->procs_used;
    const char *reason = why_not(from, size, workload->n_nodes);
    struct sim_job job = {.id = from->id,
                          .like = from->user > 0 ? (uint64_t)from->user : 0,
                          .submit = from->submit * USEC_PER_SEC,
                          .run = from->run * USEC_PER_SEC,
                          .walltime = TIME_NEVER,
                          .kind = JOB_RIGID,
                          .serial_fraction = 0};

    if (reason) {
        err_set(err, ERR_INPUT, "%.200s:%" PRId64 ": job %" PRId64 " %s", name,
                from->line, from->id, reason);
        return err_hint(err, "the strong filter leaves such jobs out");
    }
    job.min = job.pref = job.max = (uint32_t)size;
    if (from->requested_time > 0)
        job.walltime = from->requested_time * USEC_PER_SEC;
    if (job.run > job.walltime)
        job.run = job.walltime;
    job.requested = job.walltime;
    workload_add(workload, &job);
    return 0;
}

int workload_add_swf(struct workload *workload, const struct swf *swf,
                     const char *name, struct err *err)
{
    size_t before = workload->n;

    if (swf->n > JOBS_MAX - before)
        return err_set(err, ERR_INPUT, "%.200s: more than %d jobs", name,
                       JOBS_MAX);
    for (size_t i = 0; i < swf->n; i++) {
        if (add_swf_job(workload, &swf->jobs[i], name, err) < 0) {
            cut(workload, before);
            return -1;
        }
    }
    workload_sort(workload);
    return 0;
}

struct place { /* where a job is to go */
    time_us submit;
    size_t index;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->submit != b->submit)
        return a->submit < b->submit ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static bool is_sorted(const struct workload *workload)
{
    for (size_t i = 1; i < workload->n; i++)
        if (workload->jobs[i].submit < workload->jobs[i - 1].submit)
            return false;
    return true;
}

void workload_sort(struct workload *workload)
{
    size_t n = workload->n;

    if (is_sorted(workload))
        return;
    struct place *places = mem_alloc_array(n, sizeof(*places));
    struct sim_job *sorted = mem_alloc_array(n, sizeof(*sorted));
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){workload->jobs[i].submit, i};
    qsort(places, n, sizeof(*places), compare_places);
    for (size_t i = 0; i < n; i++)
        sorted[i] = workload->jobs[places[i].index];
    free(workload->jobs);
    free(places);
    workload->jobs = sorted;
    workload->size = n;
}

void workload_head(struct workload *workload, size_t n)
{
    if (n < workload->n)
        cut(workload, n);
}

void workload_until(struct workload *workload, time_us until)
{
    size_t n = 0;

    while (n < workload->n && workload->jobs[n].submit < until)
        n++;
    cut(workload, n);
}

void workload_use_actual(struct workload *workload)
{
    for (size_t i = 0; i < workload->n; i++) {
        struct sim_job *job = &workload->jobs[i];
        /* A walltime of nothing does not exist. */
        job->walltime = job->run > 0 ? job->run : USEC_PER_SEC;
    }
}

void workload_shake(struct workload *workload, uint32_t seconds, uint64_t seed)
{
    struct random random = {seed};

    for (size_t i = 0; i < workload->n; i++) {
        time_us *submit = &workload->jobs[i].submit;
        uint64_t moved = random_below(&random, 2 * (uint64_t)seconds + 1);
        *submit += ((int64_t)moved - (int64_t)seconds) * USEC_PER_SEC;
        if (*submit < 0)
            *submit = 0;
    }
    workload_sort(workload);
}

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Sets JOB's sizes by MODEL. E80 in whole numbers: with the serial fraction
 * s = 0.25 / (pref - 1), the least size is 1 + 0.05263 / s and the greatest
 * 1 + 1 / s, both rounded down. */
static void set_sizes(struct sim_job *job, enum malleable_model model,
                      uint32_t n_nodes)
{
    uint64_t pref = job->pref;

    switch (model) {
    case MALLEABLE_L2:
        job->min = (uint32_t)((pref + 1) / 2);
        job->max = least(2 * pref, n_nodes);
        break;
    case MALLEABLE_L2_SHRINK:
        job->min = (uint32_t)((pref + 1) / 2);
        break;
    case MALLEABLE_E80:
        if (pref < 2)
            break;
        job->serial_fraction = 0.25 / (double)(pref - 1);
        job->min = (uint32_t)(1 + (pref - 1) * 5263 / 25000);
        job->max = least(1 + 4 * (pref - 1), n_nodes);
        break;
    }
    if (job->min < job->max)
        job->kind = JOB_ELASTIC;
}

size_t workload_make_malleable(struct workload *workload,
                               enum malleable_model model, unsigned share,
                               uint64_t seed)
{
    size_t n = 0;

    for (size_t i = 0; i < workload->n; i++) {
        struct sim_job *job = &workload->jobs[i];
        uint64_t key = (uint64_t)job->id * 1000003 + seed;
        if (splitmix64(key) % 100 >= share)
            continue;
        set_sizes(job, model, workload->n_nodes);
        n += job->kind == JOB_ELASTIC;
    }
    return n;
}

static const char *const model_names[] = {
    [MALLEABLE_L2] = "L2",
    [MALLEABLE_E80] = "E80",
    [MALLEABLE_L2_SHRINK] = "L2-shrink",
};

const char *malleable_model_name(enum malleable_model model)
{
    return model_names[model];
}

bool malleable_model_find(const char *name, enum malleable_model *out)
{
    for (size_t i = 0; i < sizeof(model_names) / sizeof(*model_names); i++) {
        if (strcasecmp(name, model_names[i]) == 0) {
            *out = (enum malleable_model)i;
            return true;
        }
    }
    return false;
}
