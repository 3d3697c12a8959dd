/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports about attempts that are over are ignored by the core, so nothing is
 * checked here.
 */
#include "manager/reports.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/alloc.h"
#include "manager/handover.h"
#include "manager/late_starts.h"
#include "manager/mailbox.h"
#include "manager/node_names.h"
#include "manager/parts.h"
#include "manager/turn.h"
#include "manager/workers.h"
#include "store/node_table.h"
#include "store/state_dir.h"

/* With less than this on the disk a start fails for want of it, bytes. */
#define START_NEEDS 65536

static void send_attempt(struct manager *manager, enum event_type type,
                         const struct launch_report *report)
{
    struct event event;

    event_init(&event, type, manager_now(manager));
    event.job = report->key.job_id;
    event.attempt = report->key.attempt;
    manager_event(manager, &event, NULL);
}

static void fail_start(struct manager *manager, int64_t job, uint32_t attempt,
                       const char *why, bool is_final, int code)
{
    struct event event;

    log_warning(&manager->log, "job %lld could not be started: %s",
                (long long)job, why);
    turn_add_end(manager->turn, job, attempt, NULL, mem_strdup(why));
    event_init(&event, EV_START_FAILED, manager_now(manager));
    event.job = job;
    event.attempt = attempt;
    event.is_final = is_final;
    event.code = code;
    manager_event(manager, &event, NULL);
}

void reports_start_failed(struct manager *manager, int64_t job,
                          uint32_t attempt, const char *why, bool is_final)
{
    fail_start(manager, job, attempt, why, is_final, 0);
}

bool reports_start_is_refused(const struct err *err)
{
    return err->code == ERR_INPUT || err->code == ERR_NOT_FOUND ||
           err->code == ERR_DENIED;
}

static bool is_short_of_space(const struct manager *manager)
{
    struct statvfs fs;

    if (manager->is_read_only)
        return true;
    return fstatvfs(manager->state_dir->jobs_fd, &fs) == 0 &&
           (fs.f_bavail * fs.f_frsize < START_NEEDS ||
            (fs.f_files > 0 && fs.f_favail == 0));
}

/* The shepherd did its work and says that the command cannot be run: it will
 * say so every time. Anything else is worth another try, a DVM that did not
 * come up among it. */
static void take_failed_start(struct manager *manager,
                              const struct launch_report *report)
{
    struct claim claim;
    bool has_record =
        claim_read(manager->state_dir->jobs_fd, report->key.job_id,
                   report->key.attempt, 0, &claim) == 0 &&
        claim.state == CLAIM_ENDED;
    bool is_final = has_record && claim.exit.code != CLAIM_TRY_AGAIN;

    /* without space its shepherd could not even say why */
    if (!has_record && is_short_of_space(manager)) {
        late_starts_add(manager->late_starts, report->key.job_id,
                        report->key.attempt);
        return;
    }
    fail_start(manager, report->key.job_id, report->key.attempt, report->text,
               is_final, is_final ? claim.exit.code : 0);
}

void reports_lost(struct manager *manager, int64_t job, uint32_t attempt)
{
    struct launch_report report = {.key = {job, attempt, 0}};

    log_warning(&manager->log,
                "job %lld is lost: its shepherd vanished, nobody knows how it "
                "ended",
                (long long)job);
    send_attempt(manager, EV_LOST, &report);
}

static enum exit_cause cause_of(enum exit_reason reason)
{
    switch (reason) {
    case EXIT_WALLTIME:
        return EXITED_AT_WALLTIME;
    case EXIT_TERMINATED:
        return EXITED_ON_REQUEST;
    case EXIT_NODE_LOST:
        return EXITED_NODE_LOST;
    case EXIT_BY_ITSELF:
    case EXIT_EXEC_FAILED:
        break;
    }
    return EXITED_BY_ITSELF;
}

static void take_end(struct manager *manager,
                     const struct launch_report *report)
{
    struct event event;

    turn_add_end(manager->turn, report->key.job_id, report->key.attempt,
                 &report->exit, mem_strdup(report->text));
    event_init(&event, EV_EXITED, manager_now(manager));
    event.job = report->key.job_id;
    event.attempt = report->key.attempt;
    event.exit = cause_of(report->exit.reason);
    event.code = report->exit.code;
    event.signal = report->exit.signal;
    manager_event(manager, &event, NULL);
}

static void pass_on(struct manager *manager, const struct launch_report *report)
{
    switch (report->what) {
    case LAUNCH_STARTED:
        send_attempt(manager, EV_STARTED, report);
        mailbox_touch(manager, report->key.job_id);
        break;
    case LAUNCH_START_FAILED:
        take_failed_start(manager, report);
        break;
    case LAUNCH_ENDED:
        take_end(manager, report);
        break;
    case LAUNCH_LOST:
        reports_lost(manager, report->key.job_id, report->key.attempt);
        break;
    case LAUNCH_CLEARED:
        handover_cleared(manager, report);
        break;
    }
}

void reports_take(void *context, const struct launch_report *report)
{
    struct manager *manager = context;
    struct launch_report last = *report;

    if (parts_take(manager, report))
        return;
    if (report->what == LAUNCH_ENDED)
        workers_amend(manager, &last);
    pass_on(manager, &last);
}

/* ---- nodes ---- */

static void step_node(struct manager *manager, enum event_type type,
                      uint32_t node)
{
    struct event event;

    event_init(&event, type, manager_now(manager));
    idset_add(&event.nodes, node);
    manager_event(manager, &event, NULL);
}

/* A drained node keeps the reason of its drain. */
static void note_node(struct manager *manager, uint32_t node, time_us since,
                      const char *reason)
{
    enum node_state state = sched_node_state(manager->sched, node);

    if (state == NODE_DRAINED || state == NODE_DRAINING)
        return;
    node_names_note(manager->nodes, node, since, reason);
    store_set_node_reason(manager->store, node, reason, since, NULL);
}

/* It was down already: since then, whatever it says each time it is tried. */
static void note_again(struct manager *manager, uint32_t node,
                       const char *reason)
{
    const struct node_entry *entry = &manager->nodes->entries[node];

    if (entry->reason == NULL || strcmp(entry->reason, reason) != 0)
        note_node(manager, node, entry->since, reason);
}

void reports_take_node(void *context, const struct launch_node_report *report)
{
    struct manager *manager = context;
    uint32_t node = report->node;
    bool is_down = sched_node_state(manager->sched, node) == NODE_DOWN;
    struct node_entry *entry = &manager->nodes->entries[node];

    if (report->is_up && report->slots > 0 && entry->asked == 0)
        entry->slots = report->slots;
    if (report->is_up && is_down) {
        log_info(&manager->log, "%s is up", entry->name);
        step_node(manager, EV_NODE_UP, node);
        note_node(manager, node, manager_now(manager), NULL);
    } else if (!report->is_up && is_down) {
        note_again(manager, node, report->reason);
    } else if (!report->is_up) {
        step_node(manager, EV_NODE_DOWN, node);
        note_node(manager, node, manager_now(manager), report->reason);
    }
}
