/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line for a list, several for `erm why`. Times of day are local, as the
 * person at the terminal sees them; the data has them in UTC.
 *
 * The core explains with numbers (struct why) and one text of its own, why a
 * job cannot be backfilled; names of nodes and jobs are added here.
 */
#include "manager/views_why.h"

#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "core/walltime.h"
#include "manager/job_cache.h"
#include "manager/time_limit.h"

static const char *plural(uint32_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- one line ---- */

static const char *wanted_end(enum dependency_kind kind)
{
    switch (kind) {
    case AFTER_OK:
        return "complete";
    case AFTER_NOT_OK:
        return "fail";
    default:
        return "end";
    }
}

static void add_dependency(struct strbuf *out, const struct views *views,
                           const struct why *why)
{
    enum job_state state = JOB_PENDING;
    strbuf_add_fmt(out, "waits for job %" PRId64, why->depends_on);
    const char *name = job_cache_name(views->manager->jobs, why->depends_on);
    if (name[0] != '\0')
        strbuf_add_fmt(out, " (%s)", name);
    strbuf_add_fmt(out, " to %s", wanted_end(why->depends_kind));
    if (sched_outcome(views->manager->sched, why->depends_on, &state) &&
        job_state_is_terminal(state))
        strbuf_add_fmt(out, " (it ended as %s: will never start)",
                       job_state_name(state));
}

static void add_shrinking(struct strbuf *out, const struct why *why)
{
    uint32_t shown = why->n_shrinking < 8 ? why->n_shrinking : 8;
    if (shown == 0)
        return;
    strbuf_add_fmt(out, "shrink of job%s ", plural(why->n_shrinking));
    for (uint32_t i = 0; i < shown; i++)
        strbuf_add_fmt(out, "%s%" PRId64, i == 0 ? "" : ", ",
                       why->shrinking[i]);
    if (why->n_shrinking > shown)
        strbuf_add_fmt(out, " and %" PRIu32 " more", why->n_shrinking - shown);
}

/* "; node04 expected 14:05 (shrink of job 6)" */
static void add_coming(struct strbuf *out, const struct views *views,
                       const struct why *why)
{
    if (why->expected_start == TIME_NEVER)
        return;
    strbuf_add_str(out, "; ");
    if (!idset_is_empty(&why->coming)) {
        views_add_nodelist(out, views, &why->coming);
        strbuf_add_char(out, ' ');
    }
    strbuf_add_str(out, "expected ");
    views_add_clock(out, views, why->expected_start, false);
    if (why->n_shrinking > 0) {
        strbuf_add_str(out, " (");
        add_shrinking(out, why);
        strbuf_add_char(out, ')');
    }
}

static void add_needs(struct strbuf *out, const struct why *why)
{
    strbuf_add_fmt(out, "needs %" PRIu32 " node%s, ", why->needs,
                   plural(why->needs));
}

static void add_priority(struct strbuf *out, const struct views *views,
                         uint32_t position, int64_t first, time_us start)
{
    strbuf_add_fmt(out, "job %" PRId64 " is first", first);
    if (position > 0)
        strbuf_add_fmt(out, ", this is number %" PRIu32, position);
    if (start != TIME_NEVER) {
        strbuf_add_str(out, "; expected ");
        views_add_clock(out, views, start, false);
    }
}

static void add_reason(struct strbuf *out, const struct views *views,
                       const struct job *job, const struct why *why)
{
    switch (why->reason) {
    case REASON_HELD:
        strbuf_add_str(out, "held by the user");
        break;
    case REASON_DEPENDENCY:
        add_dependency(out, views, why);
        break;
    case REASON_BEGIN_TIME:
        strbuf_add_str(out, "not before ");
        views_add_clock(out, views, why->expected_start, true);
        break;
    case REASON_TOO_LARGE:
        add_needs(out, why);
        strbuf_add_fmt(out, "the pool has %" PRIu32, why->n_pool);
        break;
    case REASON_ALLOCATION_END:
        time_limit_add_shortage(out, walltime_longest(&job->request),
                                why->ends - views->now);
        break;
    case REASON_UNAVAILABLE:
        add_needs(out, why);
        strbuf_add_fmt(out,
                       "%" PRIu32 " of %" PRIu32 " can be used; the "
                       "others are drained or down",
                       why->n_usable, why->n_pool);
        break;
    case REASON_RESERVED:
    case REASON_RESOURCES:
        add_needs(out, why);
        strbuf_add_fmt(out, "%" PRIu32 " free", why->n_free);
        add_coming(out, views, why);
        break;
    case REASON_PRIORITY:
        add_priority(out, views, why->position, why->first_id,
                     why->expected_start);
        break;
    case REASON_NONE:
        break;
    }
}

void view_add_directive(struct strbuf *out, const struct views *views,
                        const struct directive *directive)
{
    strbuf_add_fmt(out, "%s by %" PRIu32 " (", directive_op_name(directive->op),
                   idset_count(&directive->delta));
    views_add_nodelist(out, views, &directive->delta);
    strbuf_add_fmt(out, ") %s, asked ", directive_state_name(directive->state));
    views_add_clock(out, views, directive->offered, true);
    if (directive->done_by != TIME_NEVER) {
        strbuf_add_str(out, ", deadline ");
        views_add_clock(out, views, directive->done_by, true);
    }
}

/* Behind the first of the queue a list says only where it stands: the whole
 * explanation would need a forecast per job. */
static bool reason_from_list(struct view_reason *out, const struct views *views,
                             const struct job *job)
{
    int64_t id = job->request.id;
    if (views->n_starts == 0 || !job->is_queued || id == views->first ||
        id == views->reserved)
        return false;
    const struct views_start *start = views_find_start(views, id);
    out->reason = REASON_PRIORITY;
    if (start != NULL) {
        out->position = start->position;
        out->expected_start = start->start;
    }
    add_priority(&out->text, views, out->position, views->first,
                 out->expected_start);
    return true;
}

void view_reason(struct view_reason *out, const struct views *views,
                 const struct job *job)
{
    *out = (struct view_reason){.reason = REASON_NONE,
                                .expected_start = TIME_NEVER};
    strbuf_init(&out->text);
    if (job->state != JOB_PENDING) {
        if (job_has_open_directive(job))
            view_add_directive(&out->text, views, &job->directive);
        return;
    }
    if (reason_from_list(out, views, job))
        return;
    struct why why;
    if (sched_why(views->manager->sched, job->request.id, views->now, &why) !=
        0)
        return;
    out->reason = why.reason;
    out->expected_start = why.expected_start;
    out->position = why.position;
    if (why.position == 0 && job->is_queued && job->request.id == views->first)
        out->position = 1;
    add_reason(&out->text, views, job, &why);
    why_release(&why);
}

void view_reason_release(struct view_reason *reason)
{
    strbuf_release(&reason->text);
}

/* ---- several lines ---- */

static void add_nodes_of_state(struct strbuf *out, const struct views *views,
                               enum node_state state)
{
    const struct sched *sched = views->manager->sched;
    struct idset nodes;
    idset_init(&nodes);
    IDSET_EACH (sched_nodes(sched), node)
        if (sched_node_state(sched, node) == state)
            idset_add(&nodes, node);
    if (!idset_is_empty(&nodes)) {
        strbuf_add_str(out, " (");
        views_add_nodelist(out, views, &nodes);
        strbuf_add_char(out, ')');
    }
    idset_release(&nodes);
}

/* All nodes, as far as they matter to somebody who waits. */
static void add_needs_line(struct strbuf *out, const struct views *views,
                           const struct why *why)
{
    struct sched_counts counts;
    sched_counts(views->manager->sched, &counts);
    strbuf_add_fmt(out, "\n  needs   %" PRIu32 " node%s; free %" PRIu32,
                   why->needs, plural(why->needs), counts.idle);
    add_nodes_of_state(out, views, NODE_IDLE);
    strbuf_add_fmt(out, "; %" PRIu32 " busy, %" PRIu32 " drained",
                   counts.allocated, counts.drained);
    if (counts.down > 0)
        strbuf_add_fmt(out, ", %" PRIu32 " down", counts.down);
}

/* "reservation 14:05 on a+b, from shrink of job 6 (asked ..., deadline ...)" */
static void add_reservation(struct strbuf *out, const struct views *views,
                            const struct why *why)
{
    strbuf_add_str(out, "\n  plan    reservation ");
    views_add_clock(out, views, why->expected_start, false);
    strbuf_add_str(out, " on ");
    views_add_nodelist(out, views, &why->reserved);
    if (why->n_shrinking == 0)
        return;
    strbuf_add_str(out, ", from ");
    add_shrinking(out, why);
    const struct job *job = sched_job(views->manager->sched, why->shrinking[0]);
    strbuf_add_str(out, " (");
    if (job != NULL) {
        strbuf_add_str(out, "asked ");
        views_add_clock(out, views, job->directive.offered, true);
        strbuf_add_str(out, ", ");
    }
    strbuf_add_str(out, "deadline ");
    views_add_clock(out, views, why->shrink_by, true);
    strbuf_add_char(out, ')');
}

static void add_plan_line(struct strbuf *out, const struct views *views,
                          const struct why *why)
{
    if (why->reason == REASON_RESERVED && why->expected_start != TIME_NEVER) {
        add_reservation(out, views, why);
    } else if (why->position > 0 && why->expected_start == TIME_NEVER &&
               why->ends != TIME_NEVER) {
        strbuf_add_str(out, "\n  plan    no start is expected from which it "
                            "could end before the allocation");
    } else if (why->position > 0 && why->expected_start == TIME_NEVER) {
        strbuf_add_str(out, "\n  plan    no time can be told: jobs without a "
                            "walltime hold the nodes");
    } else if (why->position > 0) {
        strbuf_add_str(out, "\n  plan    start expected ");
        views_add_clock(out, views, why->expected_start, false);
    }
    if (why->position > 1) {
        strbuf_add_fmt(out, "\n  first   job %" PRId64, why->first_id);
        if (why->first_start != TIME_NEVER) {
            strbuf_add_str(out, ", promised ");
            views_add_clock(out, views, why->first_start, false);
            strbuf_add_fmt(out, "; %" PRIu32 " node%s left over then",
                           why->extra, plural(why->extra));
        }
    }
}

/* At the size that it would start at if it could. */
static dur_us walltime_now(const struct views *views, const struct job *job,
                           const struct why *why)
{
    const struct job_request *request = &job->request;
    const struct sched_config *config = sched_config(views->manager->sched);
    uint32_t n = job_start_size(request, config->start_at_max);

    if (n > why->n_free)
        n = why->n_free;
    return walltime_at(request,
                       n < request->min_nodes ? request->min_nodes : n);
}

/* "not possible now: walltime 30 min ends 14:29; <the core's reason>" */
static void add_backfill_line(struct strbuf *out, const struct views *views,
                              const struct job *job, const struct why *why)
{
    char span[DURATION_TEXT_MAX];
    if (why->backfill[0] == '\0')
        return;
    strbuf_add_str(out, "\n  backfill  not possible now: ");
    dur_us walltime = walltime_now(views, job, why);
    time_us end = time_add(views->now, walltime);
    if (end != TIME_NEVER && end > why->first_start) {
        strbuf_add_fmt(out, "walltime %s ends ",
                       duration_human(walltime, span));
        views_add_clock(out, views, end, false);
        strbuf_add_str(out, ", after the promised start ");
        views_add_clock(out, views, why->first_start, false);
        strbuf_add_str(out, "; ");
    }
    strbuf_add_str(out, why->backfill);
}

static void add_head(struct strbuf *out, const struct views *views,
                     const struct job *job)
{
    const char *name = job_cache_name(views->manager->jobs, job->request.id);
    strbuf_add_fmt(out, "job %" PRId64, job->request.id);
    if (name[0] != '\0')
        strbuf_add_fmt(out, " (%s)", name);
    strbuf_add_fmt(out, " is %s",
                   job->state == JOB_PENDING ? "pending"
                                             : job_display_state(job));
}

static json_t *why_data(const struct views *views, const struct why *why)
{
    json_t *data = json_object(), *shrinking = json_array();
    uint32_t shown = why->n_shrinking < 8 ? why->n_shrinking : 8;
    for (uint32_t i = 0; i < shown; i++)
        json_array_append_new(shrinking, json_integer(why->shrinking[i]));
    views_put(data, "reason", views_text(pending_reason_name(why->reason)));
    views_put(data, "position", json_integer(why->position));
    views_put(data, "n_queued", json_integer(why->n_queued));
    views_put(data, "needs", json_integer(why->needs));
    views_put(data, "n_free", json_integer(why->n_free));
    views_put(data, "n_pool", json_integer(why->n_pool));
    views_put(data, "n_usable", json_integer(why->n_usable));
    views_put(data, "ends", views_time(why->ends));
    views_put(data, "expected_start", views_time(why->expected_start));
    views_put(data, "first_id", json_integer(why->first_id));
    views_put(data, "first_start", views_time(why->first_start));
    views_put(data, "extra", json_integer(why->extra));
    views_put(data, "depends_on", json_integer(why->depends_on));
    views_put(data, "depends_kind",
              why->depends_on == 0
                  ? NULL
                  : views_text(dependency_kind_name(why->depends_kind)));
    views_put(data, "reserved", views_nodes(views, &why->reserved));
    views_put(data, "coming", views_nodes(views, &why->coming));
    views_put(data, "n_shrinking", json_integer(why->n_shrinking));
    views_put(data, "shrinking", shrinking);
    views_put(data, "shrink_by", views_time(why->shrink_by));
    views_put(data, "backfill", views_text(why->backfill));
    return data;
}

static json_t *explain_pending(struct strbuf *out, const struct views *views,
                               const struct job *job)
{
    struct why why;
    if (sched_why(views->manager->sched, job->request.id, views->now, &why) !=
        0)
        return json_object();
    if (why.position > 0)
        strbuf_add_fmt(out, ", position %" PRIu32 " of %" PRIu32, why.position,
                       why.n_queued);
    strbuf_add_str(out, "\n  reason  ");
    add_reason(out, views, job, &why);
    add_needs_line(out, views, &why);
    add_plan_line(out, views, &why);
    add_backfill_line(out, views, job, &why);
    json_t *data = why_data(views, &why);
    why_release(&why);
    return data;
}

/* Nothing to explain, but what there is to know. */
static void explain_active(struct strbuf *out, const struct views *views,
                           const struct job *job)
{
    char span[DURATION_TEXT_MAX];
    uint32_t n = idset_count(&job->nodes);
    strbuf_add_fmt(out, "\n  nodes   %" PRIu32 " of %" PRIu32 "-%" PRIu32 ": ",
                   n, job->request.min_nodes, job->request.max_nodes);
    views_add_nodelist(out, views, &job->nodes);
    strbuf_add_str(out, "\n  since   ");
    views_add_clock(out, views, job->started, true);
    if (job->planned_end != TIME_NEVER) {
        strbuf_add_fmt(out, ", walltime %s ends ",
                       duration_human(walltime_of_run(job), span));
        views_add_clock(out, views, job->planned_end, true);
    }
    if (job_has_open_directive(job)) {
        strbuf_add_str(out, "\n  resize  ");
        view_add_directive(out, views, &job->directive);
        if (job->directive.for_job != 0)
            strbuf_add_fmt(out, ", for job %" PRId64, job->directive.for_job);
    }
    if (job->ending != ENDING_NOT)
        strbuf_add_fmt(out, "\n  ending  told to end (%s)",
                       job_ending_name(job->ending));
}

json_t *view_why(const struct views *views, const struct job *job)
{
    json_t *answer = json_object(), *data;
    struct strbuf text;
    strbuf_init(&text);
    add_head(&text, views, job);
    if (job->state == JOB_PENDING) {
        data = explain_pending(&text, views, job);
    } else {
        explain_active(&text, views, job);
        data = json_object();
    }
    views_put(answer, "id", json_integer(job->request.id));
    views_put(answer, "state",
              views_text(job->state == JOB_PENDING ? "pending"
                                                   : job_display_state(job)));
    views_put(answer, "text", views_text(text.text));
    views_put(answer, "why", data);
    strbuf_release(&text);
    return answer;
}
