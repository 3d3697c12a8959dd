/* SPDX-License-Identifier: BSD-2-Clause */
/* See schedule_text.h. */
#include "sim/schedule_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/swf.h"

#define TIME_MAX 32

/* "-1", "100", "100.25". Returns BUF. */
static char *seconds(time_us t, char buf[static TIME_MAX])
{
    if (t == TIME_NEVER)
        return strcpy(buf, "-1");
    snprintf(buf, TIME_MAX, "%" PRId64 ".%06" PRId64, t / USEC_PER_SEC,
             t % USEC_PER_SEC);
    size_t n = strlen(buf);
    while (buf[n - 1] == '0')
        buf[--n] = '\0';
    if (buf[n - 1] == '.')
        buf[n - 1] = '\0';
    return buf;
}

static time_us since(time_us from, time_us to)
{
    return from == TIME_NEVER ? TIME_NEVER : time_between(from, to);
}

void schedule_text_csv(const struct workload *workload,
                       const struct sim_result *result, struct strbuf *out)
{
    strbuf_add_str(out, "job,submit,start,end,procs,run,req,nodes,last_nodes,"
                        "grows,shrinks,node_seconds,state\n");
    for (size_t i = 0; i < result->n; i++) {
        const struct sim_job *job = &workload->jobs[i];
        const struct sim_outcome *outcome = &result->jobs[i];
        char text[6][TIME_MAX];

        strbuf_add_fmt(
            out, "%" PRId64 ",%s,%s,%s,%u,%s,%s,%u,%u,%u,%u,%s,%s\n", job->id,
            seconds(job->submit, text[0]), seconds(outcome->start, text[1]),
            seconds(outcome->end, text[2]), job->pref,
            seconds(job->run, text[3]), seconds(job->requested, text[4]),
            outcome->n_nodes, outcome->last_nodes, outcome->n_grows,
            outcome->n_shrinks, seconds(outcome->node_us, text[5]),
            job_state_name(outcome->state));
    }
}

static const char *batsim_state(enum job_state state)
{
    return state == JOB_COMPLETED         ? "COMPLETED_SUCCESSFULLY"
           : state == JOB_TIMEOUT         ? "COMPLETED_WALLTIME_REACHED"
           : job_state_is_terminal(state) ? "COMPLETED_FAILED"
                                          : "NOT_SUBMITTED";
}

void schedule_text_batsim(const struct workload *workload,
                          const struct sim_result *result, struct strbuf *out)
{
    strbuf_add_str(out, "job_id,workload_name,profile,submission_time,"
                        "requested_number_of_resources,requested_time,success,"
                        "final_state,starting_time,execution_time,finish_time,"
                        "waiting_time,turnaround_time,stretch\n");
    for (size_t i = 0; i < result->n; i++) {
        const struct sim_job *job = &workload->jobs[i];
        const struct sim_outcome *outcome = &result->jobs[i];
        time_us execution = since(outcome->start, outcome->end);
        time_us turnaround = since(job->submit, outcome->end);
        char text[7][TIME_MAX];

        if (!job_state_is_terminal(outcome->state))
            continue; /* Batsim has those that ended alone */
        strbuf_add_fmt(
            out,
            "%" PRId64 ",w0,%" PRId64 ",%s,%u,%s,%d,%s,%s,%s,%s,%s,%s,%g\n",
            job->id, job->id, seconds(job->submit, text[0]), job->pref,
            seconds(job->requested, text[1]), outcome->state == JOB_COMPLETED,
            batsim_state(outcome->state), seconds(outcome->start, text[2]),
            seconds(execution, text[3]), seconds(outcome->end, text[4]),
            seconds(since(job->submit, outcome->start), text[5]),
            seconds(turnaround, text[6]),
            execution > 0 && execution != TIME_NEVER
                ? (double)turnaround / (double)execution
                : -1.0);
    }
}

/* Whole seconds, as the format has them; -1 for never. */
static int64_t whole(dur_us span)
{
    return span == TIME_NEVER ? -1 : (span + USEC_PER_SEC / 2) / USEC_PER_SEC;
}

void schedule_text_swf(const struct workload *workload,
                       const struct sim_result *result, struct strbuf *out)
{
    struct swf swf;

    swf_init(&swf);
    swf.max_procs = swf.max_nodes = workload->n_nodes;
    for (size_t i = 0; i < result->n; i++) {
        const struct sim_job *from = &workload->jobs[i];
        const struct sim_outcome *outcome = &result->jobs[i];
        struct swf_job job = SWF_JOB_UNKNOWN;

        job.id = from->id;
        job.submit = whole(from->submit);
        job.wait = whole(since(from->submit, outcome->start));
        job.run = whole(since(outcome->start, outcome->end));
        job.procs_used = outcome->n_nodes > 0 ? (int64_t)outcome->n_nodes : -1;
        job.procs_requested = from->pref;
        job.requested_time = whole(from->requested);
        job.status = outcome->state == JOB_COMPLETED         ? 1
                     : job_state_is_terminal(outcome->state) ? 0
                                                             : -1;
        swf_add(&swf, &job);
    }
    swf_write(&swf, out);
    swf_release(&swf);
}
