/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs, directives and their names. What may happen to them: apply.c. */
#include "core/job.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

#define DEFAULT_SERIAL_FRACTION 0.1

struct job *job_create(const struct job_request *request)
{
    struct job *job = mem_alloc(sizeof *job);

    job_request_copy(&job->request, request);
    job->attempt = 1;
    job->resize_cost = request->resize_cost;
    if (request->n_after > 0)
        job->waits = mem_alloc_array(request->n_after, sizeof *job->waits);
    return job;
}

void job_destroy(struct job *job)
{
    if (job == NULL)
        return;
    job_request_release(&job->request);
    idset_release(&job->nodes);
    idset_release(&job->directive.delta);
    free(job->waits);
    free(job);
}

void job_request_init(struct job_request *request)
{
    *request = (struct job_request){
        .min_nodes = 1,
        .max_nodes = 1,
        .walltime = TIME_NEVER,
        .serial_fraction = DEFAULT_SERIAL_FRACTION,
        .cooldown = -1,
    };
}

static void *copy_array(const void *from, size_t n, size_t size)
{
    char *to;

    if (n == 0)
        return NULL;
    to = mem_alloc_array(n, size);
    for (size_t i = 0; i < n * size; i++)
        to[i] = ((const char *)from)[i];
    return to;
}

void job_request_copy(struct job_request *to, const struct job_request *from)
{
    *to = *from;
    to->after = copy_array(from->after, from->n_after, sizeof *from->after);
    to->runtimes =
        copy_array(from->runtimes, from->n_runtimes, sizeof *from->runtimes);
}

void job_request_release(struct job_request *request)
{
    if (request == NULL)
        return;
    free(request->after);
    free(request->runtimes);
    request->after = NULL;
    request->runtimes = NULL;
    request->n_after = request->n_runtimes = 0;
}

bool job_state_is_terminal(enum job_state state)
{
    return state >= JOB_COMPLETED;
}

bool directive_state_is_open(enum directive_state state)
{
    return state > DIRECTIVE_NONE && state < DIRECTIVE_DONE;
}

bool job_has_open_directive(const struct job *job)
{
    return directive_state_is_open(job->directive.state);
}

bool job_is_active(const struct job *job)
{
    return job->state == JOB_STARTING || job->state == JOB_RUNNING ||
           job->state == JOB_COMPLETING;
}

uint32_t job_n_nodes(const struct job *job)
{
    uint32_t n = idset_count(&job->nodes);

    if (job_has_open_directive(job) && job->directive.op == DIRECTIVE_GROW)
        n += idset_count(&job->directive.delta);
    return n;
}

bool job_is_forced_by_restart(const struct job_request *request)
{
    return request->resize == RESIZE_RESTART || request->loss == LOSS_RESTARTS;
}

uint32_t job_start_size(const struct job_request *request, bool start_at_max)
{
    if (start_at_max)
        return request->max_nodes;
    return request->pref_nodes > 0 ? request->pref_nodes : request->min_nodes;
}

uint32_t job_preferred_size(const struct job_request *request)
{
    return request->pref_nodes > 0 ? request->pref_nodes : request->min_nodes;
}

/* In microseconds, N of one node being what the first entry says it is. */
static double table_time(const struct job_request *request, uint32_t n)
{
    const struct job_runtime *entry = request->runtimes, *next;
    uint32_t i = 0;

    if (n <= entry->nodes)
        return (double)entry->runtime * entry->nodes / n;
    while (i + 1 < request->n_runtimes && entry[i + 1].nodes <= n)
        i++;
    entry += i;
    if (i + 1 == request->n_runtimes)
        return (double)entry->runtime;
    next = entry + 1;
    return (double)entry->runtime + (double)(next->runtime - entry->runtime) *
                                        (n - entry->nodes) /
                                        (next->nodes - entry->nodes);
}

double job_relative_time(const struct job_request *request, uint32_t n)
{
    double s = request->serial_fraction;

    if (request->n_runtimes > 0)
        return table_time(request, n) / table_time(request, 1);
    return s + (1 - s) / n;
}

double job_speedup(const struct job_request *request, uint32_t n)
{
    return n == 0 ? 0 : 1 / job_relative_time(request, n);
}

#define NAMES(...)                                        \
    static const char *const names[] = {__VA_ARGS__};     \
    assert((size_t)value < sizeof names / sizeof *names); \
    return names[value]

const char *job_kind_name(enum job_kind value)
{
    NAMES("rigid", "moldable", "elastic", "evolving");
}

const char *job_state_name(enum job_state value)
{
    NAMES("pending", "starting", "running", "completing", "completed", "failed",
          "timeout", "cancelled", "node_fail", "lost");
}

const char *job_display_state(const struct job *job)
{
    if (job->state == JOB_RUNNING && job_has_open_directive(job))
        return job->directive.op == DIRECTIVE_GROW ? "growing" : "shrinking";
    if (job->state == JOB_PENDING && job->request.hold)
        return "held";
    return job_state_name(job->state);
}

const char *job_ending_name(enum job_ending value)
{
    NAMES("", "restart", "requeue", "node_fail", "cancel");
}

const char *resize_mode_name(enum resize_mode value)
{
    NAMES("policy", "app", "hook", "restart", "workers");
}

const char *deadline_action_name(enum deadline_action value)
{
    NAMES("keep", "force", "requeue", "cancel");
}

const char *loss_rule_name(enum loss_rule value)
{
    NAMES("end", "shrink", "restart");
}

const char *dependency_kind_name(enum dependency_kind value)
{
    NAMES("ok", "any", "notok");
}

const char *directive_op_name(enum directive_op value)
{
    NAMES("expand", "shrink");
}

const char *directive_state_name(enum directive_state value)
{
    NAMES("none", "offered", "accepted", "withdrawing", "forcing", "done",
          "refused", "failed", "expired", "forced");
}

const char *asker_name(enum asker value)
{
    NAMES("scheduler", "user", "job", "node_loss");
}

const char *wish_answer_name(enum wish_answer value)
{
    NAMES("granted", "partial", "queued", "denied");
}
