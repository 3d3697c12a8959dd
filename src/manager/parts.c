/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/parts.h"

#include <stdlib.h>

#include <uthash.h>
#include <utlist.h>

#include "base/alloc.h"
#include "manager/attempt_files.h"
#include "manager/hooks.h"
#include "manager/reports.h"
#include "manager/time_limit.h"
#include "manager/turn.h"
#include "manager/workers.h"
#include "store/state_dir.h"

#define HOOK_BIT 0x80000000u

struct part {
    struct launch_key key;
    struct part_state state;
    UT_hash_handle hh;
};

/* The last report of a command, while others of its parts still run. */
struct held {
    struct launch_report report; /* text owned */
    struct held *next;
};

struct parts {
    struct part *table; /* owned */
    struct held *held;  /* owned list */
};

struct parts *parts_create(void)
{
    return mem_alloc(sizeof(struct parts));
}

static void drop(struct parts *parts, struct part *part)
{
    HASH_DEL(parts->table, part);
    free(part);
}

static void drop_held(struct parts *parts, struct held *held)
{
    LL_DELETE(parts->held, held);
    free((char *)(uintptr_t)held->report.text);
    free(held);
}

void parts_destroy(struct parts *parts)
{
    struct part *part, *next;

    if (parts == NULL)
        return;
    HASH_ITER (hh, parts->table, part, next) {
        drop(parts, part);
    }
    while (parts->held != NULL)
        drop_held(parts, parts->held);
    free(parts);
}

/* ---- numbers ---- */

uint32_t parts_of_node(uint32_t node)
{
    return node + 1;
}

bool parts_is_worker(uint32_t part, uint32_t *node)
{
    *node = part - 1;
    return part > 0 && !(part & HOOK_BIT);
}

uint32_t parts_of_hook(uint64_t seq)
{
    return HOOK_BIT | ((uint32_t)seq & ~HOOK_BIT);
}

/* ---- one part ---- */

static struct part *find(const struct parts *parts,
                         const struct launch_key *key)
{
    struct part *part;

    HASH_FIND(hh, parts->table, key, sizeof(*key), part);
    return part;
}

static struct part *add(struct parts *parts, const struct launch_key *key,
                        time_us started)
{
    struct part *part = mem_alloc(sizeof(*part));

    part->key = *key;
    part->state = (struct part_state){
        .is_there = true, .is_live = true, .started = started};
    HASH_ADD(hh, parts->table, key, sizeof(part->key), part);
    return part;
}

int parts_start(struct manager *manager, const struct launch_plan *plan,
                struct err *err)
{
    struct launch_request request = launch_plan_request(plan);
    struct launcher *launcher = manager->launcher;

    if (plan->part_file != NULL && launch_plan_write_nodes(plan, err) != 0)
        return -1;
    if (launcher->ops->start(launcher, &request, err) != 0)
        return -1;
    add(manager->parts, &request.key, manager_now(manager));
    return 0;
}

struct part_state parts_state(const struct manager *manager,
                              const struct launch_key *key)
{
    const struct part *part = find(manager->parts, key);

    return part == NULL ? (struct part_state){.is_there = false} : part->state;
}

static void end(struct manager *manager, struct part *part, dur_us grace)
{
    struct launcher *launcher = manager->launcher;
    struct err err;

    if (!part->state.is_live)
        return;
    err_clear(&err);
    if (launcher->ops->terminate(launcher, &part->key, grace, &err) == 0)
        part->state.is_told = true;
    else
        log_warning(&manager->log, "a part of job %lld cannot be ended: %s",
                    (long long)part->key.job_id, err.text);
}

void parts_end(struct manager *manager, const struct launch_key *key,
               dur_us grace)
{
    struct part *part = find(manager->parts, key);

    if (part != NULL && !part->state.is_told)
        end(manager, part, grace);
}

void parts_forget(struct manager *manager, const struct launch_key *key)
{
    struct part *part = find(manager->parts, key);

    if (part == NULL || part->state.is_live)
        return;
    attempt_files_remove(manager->state_dir, key->job_id, key->attempt,
                         key->part);
    drop(manager->parts, part);
}

/* ---- an attempt ---- */

static bool is_of(const struct part *part, int64_t job, uint32_t attempt)
{
    return part->key.job_id == job && part->key.attempt == attempt;
}

uint32_t parts_n_live(const struct manager *manager, int64_t job,
                      uint32_t attempt)
{
    const struct part *part;
    uint32_t n = 0;

    for (part = manager->parts->table; part != NULL; part = part->hh.next)
        n += is_of(part, job, attempt) && part->state.is_live;
    return n;
}

static struct held *find_held(const struct parts *parts, int64_t job,
                              uint32_t attempt)
{
    struct held *held;

    LL_FOREACH(parts->held, held)
    {
        if (held->report.key.job_id == job &&
            held->report.key.attempt == attempt)
            break;
    }
    return held;
}

bool parts_is_held(const struct manager *manager, int64_t job, uint32_t attempt)
{
    return find_held(manager->parts, job, attempt) != NULL;
}

static bool has_command(const struct manager *manager, int64_t job,
                        uint32_t attempt)
{
    return !workers_are_alone(manager, job) &&
           !parts_is_held(manager, job, attempt);
}

static void end_parts(struct manager *manager, int64_t job, uint32_t attempt,
                      dur_us grace)
{
    struct part *part, *next;

    HASH_ITER (hh, manager->parts->table, part, next) {
        if (is_of(part, job, attempt))
            end(manager, part, grace);
    }
}

int parts_end_attempt(struct manager *manager, int64_t job, uint32_t attempt,
                      dur_us grace, struct err *err)
{
    struct launch_key key = {job, attempt, 0};
    struct launcher *launcher = manager->launcher;
    int result = 0;

    if (has_command(manager, job, attempt))
        result = launcher->ops->terminate(launcher, &key, grace, err);
    end_parts(manager, job, attempt, grace);
    return result;
}

int parts_signal_attempt(const struct manager *manager, const struct job *job,
                         int signal, struct err *err)
{
    struct launch_key key = {job->request.id, job->attempt, 0};
    struct launcher *launcher = manager->launcher;
    struct part *part, *next;
    uint32_t node;

    if (has_command(manager, key.job_id, key.attempt) &&
        launcher->ops->signal(launcher, &key, signal, err) != 0)
        return -1;
    HASH_ITER (hh, manager->parts->table, part, next) {
        if (is_of(part, key.job_id, key.attempt) && part->state.is_live &&
            parts_is_worker(part->key.part, &node))
            launcher->ops->signal(launcher, &part->key, signal, NULL);
    }
    return 0;
}

int parts_set_walltime(const struct manager *manager, const struct job *job,
                       struct err *err)
{
    struct launch_key key = {job->request.id, job->attempt, 0};
    struct launcher *launcher = manager->launcher;
    struct part *part, *next;
    uint32_t node;
    int result = 0;

    if (has_command(manager, key.job_id, key.attempt))
        result = launcher->ops->set_walltime(
            launcher, &key, time_limit_of_attempt(manager, job), err);
    HASH_ITER (hh, manager->parts->table, part, next) {
        if (is_of(part, key.job_id, key.attempt) && part->state.is_live &&
            parts_is_worker(part->key.part, &node))
            launcher->ops->set_walltime(
                launcher, &part->key,
                time_limit_of_part(manager, job, part->state.started), NULL);
    }
    return result;
}

void parts_forget_attempt(struct manager *manager, int64_t job,
                          uint32_t attempt)
{
    struct part *part, *next;

    HASH_ITER (hh, manager->parts->table, part, next) {
        if (is_of(part, job, attempt))
            parts_forget(manager, &part->key);
    }
}

/* ---- reports ---- */

/* Its job's own time from TERM to KILL. */
static dur_us grace_of(const struct manager *manager, int64_t job)
{
    struct job_spec spec;
    dur_us grace = launch_plan_grace(manager, 0);

    if (turn_read_spec(manager->turn, job, &spec, NULL) == 0) {
        grace = launch_plan_grace(manager, spec.grace);
        job_spec_release(&spec);
    }
    return grace;
}

/* The command has ended: its workers have nothing to work for any more. */
static bool take_command(struct manager *manager,
                         const struct launch_report *report)
{
    const struct launch_key *key = &report->key;
    struct held *held;

    if (report->what == LAUNCH_STARTED) {
        workers_begin(manager, key->job_id, key->attempt);
        return false;
    }
    if (parts_n_live(manager, key->job_id, key->attempt) == 0)
        return false;
    held = mem_alloc(sizeof(*held));
    held->report = *report;
    held->report.text = mem_strdup(report->text);
    LL_APPEND(manager->parts->held, held);
    end_parts(manager, key->job_id, key->attempt,
              grace_of(manager, key->job_id));
    return true;
}

static void pass_on_held(struct manager *manager, int64_t job, uint32_t attempt)
{
    struct held *held = find_held(manager->parts, job, attempt);

    if (held == NULL || parts_n_live(manager, job, attempt) > 0)
        return;
    LL_DELETE(manager->parts->held, held);
    reports_take(manager, &held->report);
    free((char *)(uintptr_t)held->report.text);
    free(held);
}

static bool is_present(const struct manager *manager,
                       const struct launch_key *key)
{
    const struct job *job = sched_job(manager->sched, key->job_id);

    return job != NULL && job_is_active(job) && job->attempt == key->attempt;
}

static void take_part(struct manager *manager, struct part *part,
                      const struct launch_report *report)
{
    struct launch_key key = part->key;
    uint32_t node;

    if (report->what == LAUNCH_STARTED)
        part->state.is_running = true;
    else
        part->state.is_live = part->state.is_running = false;
    if (!is_present(manager, &key))
        parts_forget(manager, &key);
    else if (parts_is_worker(key.part, &node))
        workers_take(manager, node, report);
    else
        hooks_take(manager, report);
    pass_on_held(manager, key.job_id, key.attempt);
}

bool parts_take(struct manager *manager, const struct launch_report *report)
{
    struct part *part;

    if (report->what == LAUNCH_CLEARED)
        return false;
    if (report->key.part == 0)
        return take_command(manager, report);
    part = find(manager->parts, &report->key);
    if (part != NULL)
        take_part(manager, part, report);
    return true;
}

/* ---- a restart ---- */

static void adopt(void *context, int64_t job, uint32_t attempt, uint32_t number)
{
    struct manager *manager = context;
    struct launch_key key = {job, attempt, number};
    struct idset nodes = {.count = 0};
    struct launch_place place = {.nodes = &nodes};
    struct launcher *launcher = manager->launcher;
    struct claim claim;
    struct part *part;
    uint32_t node;

    if (parts_is_worker(number, &node)) {
        idset_add(&nodes, node);
        place.has_dvm = manager->is_remote;
    }
    if (claim_read(manager->state_dir->jobs_fd, job, attempt, number, &claim))
        claim.command_start_us = 0;
    if (launcher->ops->adopt(launcher, &key, &place) != CLAIM_NONE) {
        part = add(manager->parts, &key,
                   claim.command_start_us > 0 ? claim.command_start_us
                                              : manager_now(manager));
        if (!is_present(manager, &key))
            end(manager, part, launch_plan_grace(manager, 0));
    } else { /* its removal was begun */
        attempt_files_remove(manager->state_dir, job, attempt, number);
    }
    idset_release(&nodes);
}

void parts_adopt(struct manager *manager)
{
    attempt_files_each_part(manager->state_dir, adopt, manager);
}

void parts_each(const struct manager *manager, int64_t job, uint32_t attempt,
                parts_each_f *take, void *context)
{
    const struct part *part;

    for (part = manager->parts->table; part != NULL; part = part->hh.next) {
        if (is_of(part, job, attempt))
            take(context, &part->key);
    }
}
