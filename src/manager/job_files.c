/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each start and each change of the nodes is a phase of the job's history, so
 * that counts the epochs, over restarts of the manager too.
 */
#include "manager/job_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager/job_dir.h"
#include "manager/node_names.h"
#include "manager/turn.h"
#include "store/history_view.h"

static const char discover[] = "#!/bin/sh\n"
                               "# The job's nodes as host:slots a line.\n"
                               "exec cat \"${0%/*}/hosts\"\n";

static int count_phase(void *arg, const struct history_phase *phase)
{
    (void)phase;
    ++*(uint64_t *)arg;
    return 0;
}

uint64_t job_files_epoch(const struct manager *manager, int64_t id)
{
    const struct job *job = sched_job(manager->sched, id);
    uint64_t n = 0;

    if (job == NULL || (job->attempt <= 1 && job->directive.seq == 0))
        return 1;
    store_each_phase(manager->store, id, count_phase, &n, NULL);
    return n == 0 ? 1 : n;
}

/* 'VALUE', whatever is in it, for a shell. */
static void add_quoted(struct strbuf *out, const char *value)
{
    strbuf_add_char(out, '\'');
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\'')
            strbuf_add_str(out, "'\\''");
        else
            strbuf_add_char(out, *p);
    }
    strbuf_add_str(out, "'\n");
}

static void add_env(struct strbuf *out, char *const *env)
{
    for (; *env != NULL; env++) {
        size_t n = strcspn(*env, "=");
        strbuf_add_fmt(out, "export %.*s=", (int)n, *env);
        add_quoted(out, *env + n + 1);
    }
}

/* The slots of a node stand at its place among the plan's numbers. */
static void add_hosts(struct strbuf *out, const struct manager *manager,
                      const struct launch_plan *plan,
                      const struct idset *leaving)
{
    size_t i = 0;

    IDSET_EACH (&plan->numbers, number) {
        uint32_t slots = plan->slots[i++];
        if (leaving == NULL || !idset_has(leaving, number))
            strbuf_add_fmt(out, "%s:%u\n",
                           node_names_name(manager->nodes, number), slots);
    }
}

static void add_nodes(struct strbuf *out, const struct launch_plan *plan)
{
    for (size_t i = 0; i < plan->nodes.n; i++)
        strbuf_add_fmt(out, "%s\n", plan->nodes.names[i]);
}

static void add_cpus(struct strbuf *out, const struct manager *manager,
                     const struct launch_plan *plan)
{
    struct launcher *launcher = manager->launcher;
    struct strbuf cpus;

    if (launcher->ops->add_cpus == NULL)
        return;
    strbuf_init(&cpus);
    IDSET_EACH (&plan->numbers, number) {
        strbuf_reset(&cpus);
        launcher->ops->add_cpus(launcher, number, &cpus);
        if (cpus.len > 0)
            strbuf_add_fmt(out, "%s %s\n",
                           node_names_name(manager->nodes, number), cpus.text);
    }
    strbuf_release(&cpus);
}

/* Writes what is in TEXT, and empties it. */
static int put(int fd, const char *name, struct strbuf *text, mode_t mode,
               struct err *err)
{
    int rc = job_dir_write(fd, name, text, mode, err);

    strbuf_reset(text);
    return rc;
}

static int write_all_files(int fd, const struct manager *manager,
                           const struct launch_plan *plan,
                           const struct idset *leaving, struct err *err)
{
    struct strbuf text;
    int rc;

    strbuf_init(&text);
    add_nodes(&text, plan);
    rc = put(fd, "nodes", &text, 0600, err);
    add_hosts(&text, manager, plan, leaving);
    rc = rc != 0 ? rc : put(fd, "hosts", &text, 0600, err);
    add_env(&text, plan->own);
    rc = rc != 0 ? rc : put(fd, "env.sh", &text, 0600, err);
    strbuf_reset(&text);
    add_cpus(&text, manager, plan);
    if (rc == 0 && text.len > 0)
        rc = put(fd, "cpus", &text, 0600, err);
    if (rc == 0 && faccessat(fd, "discover", X_OK, 0) != 0) {
        strbuf_reset(&text);
        strbuf_add_str(&text, discover);
        rc = put(fd, "discover", &text, 0700, err);
    }
    strbuf_release(&text);
    return rc;
}

int job_files_write(const struct manager *manager,
                    const struct launch_plan *plan, int64_t job,
                    const struct idset *leaving, struct err *err)
{
    int fd = job_dir_make(manager->state_dir, job, err);
    int rc;

    if (fd < 0)
        return -1;
    rc = write_all_files(fd, manager, plan, leaving, err);
    close(fd);
    return rc != 0 ? rc : launch_plan_write_nodes(plan, err);
}

/* Of an accepted shrink: who looks for nodes to use does not find these. */
static const struct idset *leaving_of(const struct job *job)
{
    const struct directive *directive = &job->directive;
    bool is_agreed = directive->state == DIRECTIVE_ACCEPTED ||
                     directive->state == DIRECTIVE_FORCING;

    return is_agreed && directive->op == DIRECTIVE_SHRINK ? &directive->delta
                                                          : NULL;
}

static int renew(const struct manager *manager, const struct job *job,
                 struct err *err)
{
    int64_t id = job->request.id;
    char *text = turn_job_spec(manager->turn, id, err);
    struct launch_plan plan;
    struct job_spec spec;
    int rc = -1;

    if (text == NULL)
        return -1;
    if (job_spec_from_text(text, &spec, err) == 0) {
        if (launch_plan_make(&plan, manager, &spec, &job->request, id,
                             job->attempt, &job->nodes, err) == 0) {
            rc = job_files_write(manager, &plan, id, leaving_of(job), err);
            launch_plan_release(&plan);
        }
        job_spec_release(&spec);
    }
    free(text);
    return rc;
}

void job_files_renew(const struct manager *manager, int64_t id)
{
    const struct job *job = sched_job(manager->sched, id);
    struct err err;

    err_clear(&err);
    if (job != NULL && job_is_active(job) && renew(manager, job, &err) != 0)
        log_warning(&manager->log,
                    "the mailbox of job %lld tells old nodes: %s",
                    (long long)id, err.text);
}
