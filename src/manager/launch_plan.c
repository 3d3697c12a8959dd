/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager's own working folder never matters here. */
#include "manager/launch_plan.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/walltime.h"
#include "launch/engine.h"
#include "manager/api.h"
#include "manager/job_dir.h"
#include "manager/job_files.h"
#include "manager/node_names.h"
#include "manager/output_path.h"
#include "manager/policy_box.h"
#include "manager/time_limit.h"
#include "manager/text_file.h"
#include "store/state_dir.h"

#define DEFAULT_GRACE (10 * USEC_PER_SEC)
#define END_WARNING (60 * USEC_PER_SEC)

static void set_nodes(struct launch_plan *plan, const struct node_names *names,
                      const struct idset *nodes)
{
    size_t i = 0;

    idset_copy(&plan->numbers, nodes);
    node_names_list(names, nodes, &plan->nodes);
    plan->slots = mem_alloc_array(idset_count(nodes), sizeof(uint32_t));
    IDSET_EACH (nodes, number) {
        plan->slots[i++] = node_names_slots(names, number);
    }
}

static void set_output(struct launch_plan *plan, const struct manager *manager,
                       const struct job_spec *spec,
                       const struct launch_part *part)
{
    struct output_place place = {
        .pattern = spec->stdout_path,
        .output_dir = manager->options.output_dir,
        .cwd = plan->cwd,
        .id = plan->owner.job_id,
        .attempt = plan->owner.attempt,
        .name = spec->name,
        .part = part->output,
    };

    plan->stdout_path = output_path(&place);
    place.pattern = spec->stderr_path;
    plan->stderr_path = spec->stderr_path == NULL
                            ? mem_strdup(plan->stdout_path)
                            : output_path(&place);
}

static char *state_path(const struct manager *manager, const char *folder,
                        const struct launch_key *key)
{
    char name[CLAIM_NAME_MAX];
    struct strbuf path;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/%s/%s", manager->state_dir->path, folder,
                   claim_name(key->job_id, key->attempt, key->part, name));
    return strbuf_detach(&path);
}

static void set_paths(struct launch_plan *plan, const struct manager *manager,
                      const struct job_spec *spec,
                      const struct launch_part *part)
{
    struct launch_key command = {plan->owner.job_id, plan->owner.attempt, 0};
    struct strbuf path;

    plan->claim_dir = state_path(manager, "jobs", &plan->owner);
    plan->node_file = state_path(manager, "nodes", &command);
    if (part->node != NULL && manager->is_remote)
        plan->part_file = state_path(manager, "nodes", &plan->owner);
    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/" JOB_DIR_FOLDER "/%lld",
                   manager->state_dir->path, (long long)plan->owner.job_id);
    plan->job_dir = strbuf_detach(&path);
    plan->cwd = mem_strdup(spec->cwd == NULL ? manager->home : spec->cwd);
    set_output(plan, manager, spec, part);
}

dur_us launch_plan_grace(const struct manager *manager, dur_us own)
{
    if (own > 0)
        return own;
    return manager->options.grace > 0 ? manager->options.grace : DEFAULT_GRACE;
}

/* A job that the end of the allocation is to end is told in time. */
static dur_us warning_of(const struct launch_plan *plan,
                         const struct job_spec *spec, dur_us walltime)
{
    if (spec->warn_before >= 0)
        return spec->warn_before;
    if (plan->walltime == walltime)
        return 0;
    return plan->walltime < 2 * END_WARNING ? plan->walltime / 2 : END_WARNING;
}

static void set_limits(struct launch_plan *plan, const struct manager *manager,
                       const struct job_spec *spec,
                       const struct job_request *request, int64_t id)
{
    const struct job *job = sched_job(manager->sched, id);
    time_us now = manager_now(manager);
    bool has_started = job != NULL && job->started > 0;
    dur_us own = has_started ? walltime_of_run(job) : request->walltime;

    if (has_started && own != TIME_NEVER)
        own -= job->attempt_started - job->started;
    plan->start =
        has_started && job->state == JOB_RUNNING ? job->attempt_started : now;
    plan->walltime = has_started
                         ? time_limit_of_attempt(manager, job)
                         : time_limit_of(manager, own, time_add(now, own), now);
    plan->warn_before = warning_of(plan, spec, own);
    plan->warn_signal = spec->warn_signal == 0 ? SIGUSR1 : spec->warn_signal;
    plan->grace = launch_plan_grace(manager, spec->grace);
}

/* A prun of its own needs a DVM as much as `launch: mpi` does. With --dvm pool
 * every job can use the pool's: a workflow does not show that it calls prun. */
bool launch_plan_has_dvm(const struct manager *manager,
                         const struct job_spec *spec, bool *is_pool)
{
    const char *rule = manager->options.dvm;
    bool is_pool_rule = rule != NULL && strcmp(rule, "pool") == 0;

    *is_pool =
        spec->dvm == DVM_OF_POOL || (spec->dvm == DVM_BY_RULE && is_pool_rule);
    if (manager->engine == NULL || !is_pool_rule)
        *is_pool = false;
    if (manager->engine == NULL)
        return false;
    return *is_pool || spec->launch == LAUNCH_MPI || spec->dvm != DVM_BY_RULE ||
           cmdline_calls_prun(spec->command);
}

static int check_engine(const struct manager *manager,
                        const struct job_spec *spec, struct err *err)
{
    const char *rule = manager->options.dvm;

    if (manager->engine == NULL && manager->is_remote &&
        spec->launch == LAUNCH_WORKERS)
        return err_set(err, ERR_NOT_FOUND,
                       "workers on other machines need PRRTE, which is not "
                       "here (install " ENGINE_PACKAGE ")");
    if (manager->engine == NULL && spec->launch == LAUNCH_MPI)
        return err_set(err, ERR_NOT_FOUND,
                       "launch: mpi needs PRRTE, which is not here "
                       "(install " ENGINE_PACKAGE ")");
    if (spec->dvm == DVM_OF_POOL && (rule == NULL || strcmp(rule, "pool") != 0))
        return err_set(err, ERR_INPUT,
                       "dvm: pool needs a manager that was started with --dvm "
                       "pool");
    return 0;
}

static uint32_t least_slots(const struct launch_plan *plan)
{
    uint32_t least = plan->slots[0];

    for (size_t i = 1; i < plan->nodes.n; i++)
        least = plan->slots[i] < least ? plan->slots[i] : least;
    return least;
}

/* A shell between PRRTE and the program would die of a TERM for which the
 * program still needs time, and take it along. Not for `exit 7` and the like,
 * which only a shell can do. */
static void exec_program(struct strbuf *command)
{
    size_t n = cmdline_program(command->text);
    char *name = mem_strndup(command->text, n);

    if (n > 0 && (strchr(name, '/') != NULL || engine_is_in_path(name))) {
        char *rest = strbuf_detach(command);
        strbuf_add_fmt(command, "exec %s", rest);
        free(rest);
    }
    free(name);
}

static void set_uri(struct launch_plan *plan, const struct manager *manager)
{
    char key[ENGINE_KEY_MAX];
    struct strbuf uri;

    strbuf_init(&uri);
    if (plan->dvm.is_pool)
        strbuf_add_str(&uri, manager->engine->pool_uri);
    else
        strbuf_add_fmt(&uri, "%s/dvm.uri", plan->claim_dir);
    plan->dvm_uri = strbuf_detach(&uri);
    if (plan->dvm.is_pool)
        plan->dvm_key =
            mem_strdup(engine_key(manager->engine, &plan->owner, key));
}

/* A worker on another machine: a DVM over that one, with one process. */
static void set_segment(struct launch_plan *plan)
{
    plan->has_dvm = true;
    plan->dvm.per_node = 1;
    plan->dvm.node_file = plan->part_file;
    plan->dvm.job_dir = plan->claim_dir;
}

static void set_dvm(struct launch_plan *plan, const struct manager *manager,
                    const struct job_spec *spec)
{
    plan->has_dvm = launch_plan_has_dvm(manager, spec, &plan->dvm.is_pool);
    if (!plan->has_dvm)
        return;
    if (spec->launch == LAUNCH_MPI)
        plan->dvm.per_node =
            spec->procs_per_node ? spec->procs_per_node : least_slots(plan);
    plan->dvm.map_by = spec->map_by;
    plan->dvm.bind_to = spec->bind_to;
    plan->dvm.node_file = plan->node_file;
    plan->dvm.job_dir = plan->claim_dir;
    set_uri(plan, manager);
}

static bool is_on_hosts(const struct manager *manager)
{
    return manager->engine != NULL && manager->launcher != NULL &&
           strcmp(manager->launcher->ops->name, "prrte") == 0;
}

/* The environment of a wrapped job is its shepherd's and its wrapper's as well.
 * These may stand on a host of the pool, and must not be known by the key. */
static void set_key(struct launch_plan *plan, const struct manager *manager)
{
    char key[ENGINE_KEY_MAX];

    if (is_on_hosts(manager) && !plan->has_dvm)
        plan->key = mem_strdup(engine_key(manager->engine, &plan->owner, key));
}

/* Only such a job is ever told of a directive. */
static bool has_mailbox(const struct job_request *request)
{
    return request->kind == JOB_ELASTIC || request->kind == JOB_EVOLVING;
}

static struct allocation describe(const struct launch_plan *plan,
                                  const struct manager *manager,
                                  const struct job_spec *spec,
                                  const struct job_request *request,
                                  const struct launch_part *part)
{
    struct allocation allocation = {
        .job_id = plan->owner.job_id,
        .attempt = plan->owner.attempt,
        .job_name = spec->name,
        .nodes = &plan->nodes,
        .slots = plan->slots,
        .min_nodes = request->min_nodes,
        .max_nodes = request->max_nodes,
        .pref_nodes = request->pref_nodes,
        .procs_per_node = spec->procs_per_node,
        .walltime = plan->walltime,
        .start = plan->start,
        .job_dir = plan->job_dir,
        .resize =
            has_mailbox(request) ? resize_mode_name(request->resize) : NULL,
        .epoch = job_files_epoch(manager, plan->owner.job_id),
        .node_file = plan->node_file,
        .policy_file = policy_box_path(manager->policy),
        .requests_file = policy_box_requests_path(manager->policy),
        .socket = manager->api ? api_socket_path(manager->api) : "",
        .dvm_uri = plan->dvm_uri,
        .dvm_key = plan->dvm_key,
        .node = part->node,
        .node_index = part->node_index,
        .can_lose_ranks = spec->launch == LAUNCH_MPI && has_mailbox(request),
        .key = plan->key,
        .rsh = is_on_hosts(manager) ? manager->engine->rsh_how : NULL,
    };

    return allocation;
}

/* A job may say how many slots it wants to use of each node. */
static void limit_slots(struct launch_plan *plan, const struct job_spec *spec)
{
    for (size_t i = 0; spec->slots_per_node > 0 && i < plan->nodes.n; i++)
        plan->slots[i] = spec->slots_per_node;
}

static void set_place(struct launch_plan *plan, const struct manager *manager,
                      const struct job_spec *spec,
                      const struct launch_part *part)
{
    if (part->number == 0) {
        idset_copy(&plan->where, &plan->numbers);
        set_dvm(plan, manager, spec);
    } else if (part->node != NULL) {
        idset_add(&plan->where, part->node_number);
        if (plan->part_file != NULL)
            set_segment(plan);
    }
}

static size_t count(const char *const *list)
{
    size_t n = 0;

    while (list != NULL && list[n] != NULL)
        n++;
    return n;
}

/* What is of the part wins over what is of the job. */
static void set_env(struct launch_plan *plan,
                    const struct allocation *allocation,
                    const struct job_spec *spec, const struct launch_part *part)
{
    const char *const *of_job = (const char *const *)spec->env;
    size_t n_job = count(of_job), n_part = count(part->extra);
    const char **more = mem_alloc_array(n_job + n_part + 1, sizeof(*more));

    for (size_t i = 0; i < n_job + n_part; i++)
        more[i] = i < n_job ? of_job[i] : part->extra[i - n_job];
    plan->env = cmdline_env((const char *const *)environ, allocation, more);
    plan->own = cmdline_env(NULL, allocation, NULL);
    free(more);
}

int launch_plan_make_part(struct launch_plan *plan,
                          const struct manager *manager,
                          const struct job_spec *spec,
                          const struct job_request *request, int64_t id,
                          uint32_t attempt, const struct idset *nodes,
                          const struct launch_part *part, struct err *err)
{
    struct allocation allocation;

    if (check_engine(manager, spec, err) != 0)
        return -1;
    memset(plan, 0, sizeof(*plan));
    plan->owner = (struct launch_key){id, attempt, part->number};
    strbuf_init(&plan->command);
    hostlist_init(&plan->nodes);
    set_nodes(plan, manager->nodes, nodes);
    limit_slots(plan, spec);
    set_paths(plan, manager, spec, part);
    set_limits(plan, manager, spec, request, id);
    set_place(plan, manager, spec, part);
    set_key(plan, manager);
    allocation = describe(plan, manager, spec, request, part);
    if (cmdline_adapt(part->command, &allocation, &plan->command, err) != 0) {
        launch_plan_release(plan);
        return -1;
    }
    if (plan->has_dvm && plan->dvm.per_node > 0)
        exec_program(&plan->command);
    set_env(plan, &allocation, spec, part);
    return 0;
}

int launch_plan_make(struct launch_plan *plan, const struct manager *manager,
                     const struct job_spec *spec,
                     const struct job_request *request, int64_t id,
                     uint32_t attempt, const struct idset *nodes,
                     struct err *err)
{
    struct launch_part command = {.number = 0, .command = spec->command};

    return launch_plan_make_part(plan, manager, spec, request, id, attempt,
                                 nodes, &command, err);
}

struct launch_request launch_plan_request(const struct launch_plan *plan)
{
    struct launch_request request = {
        .key = plan->owner,
        .command = plan->command.text,
        .env = (const char *const *)plan->env,
        .cwd = plan->cwd,
        .stdout_path = plan->stdout_path,
        .stderr_path = plan->stderr_path,
        .nodes = &plan->where,
        .walltime = plan->walltime,
        .warn_before = plan->warn_before,
        .warn_signal = plan->warn_signal,
        .grace = plan->grace,
        .dvm = plan->has_dvm ? &plan->dvm : NULL,
    };

    return request;
}

void launch_plan_describe(const struct launch_plan *plan, struct strbuf *out)
{
    const struct launch_dvm *dvm = &plan->dvm;

    if (!plan->has_dvm)
        return;
    if (dvm->per_node > 0)
        strbuf_add_fmt(out, "%zu processes, each runs the command: prun ",
                       dvm->per_node * plan->nodes.n);
    if (dvm->per_node > 0 && dvm->map_by != NULL)
        strbuf_add_fmt(out, "--map-by %s ", dvm->map_by);
    else if (dvm->per_node > 0)
        strbuf_add_fmt(out, "--map-by ppr:%u:node ", dvm->per_node);
    if (dvm->per_node > 0)
        strbuf_add_fmt(out, "--bind-to %s, ",
                       dvm->bind_to != NULL ? dvm->bind_to : "none");
    strbuf_add_str(out,
                   dvm->is_pool ? "in the pool's DVM" : "in a DVM of its own");
}

void launch_plan_release(struct launch_plan *plan)
{
    strbuf_release(&plan->command);
    if (plan->env != NULL)
        cmdline_env_free(plan->env);
    cmdline_env_free(plan->own);
    plan->env = plan->own = NULL;
    hostlist_release(&plan->nodes);
    idset_release(&plan->numbers);
    idset_release(&plan->where);
    free(plan->slots);
    free(plan->cwd);
    free(plan->stdout_path);
    free(plan->stderr_path);
    free(plan->job_dir);
    free(plan->claim_dir);
    free(plan->node_file);
    free(plan->part_file);
    free(plan->dvm_uri);
    free(plan->dvm_key);
    free(plan->key);
}

/* By rename: the job may read it at any time. */
static int put_node_file(const char *path, const struct strbuf *text)
{
    struct strbuf draft;
    int fd, rc = -1;

    strbuf_init(&draft);
    strbuf_add_fmt(&draft, "%s.new", path);
    fd = open(draft.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
              0600);
    if (fd >= 0 && write_all(fd, text->text, text->len) == 0)
        rc = rename(draft.text, path);
    if (fd >= 0)
        close(fd);
    strbuf_release(&draft);
    return rc;
}

int launch_plan_write_nodes(const struct launch_plan *plan, struct err *err)
{
    bool is_part = plan->part_file != NULL;
    const char *path = is_part ? plan->part_file : plan->node_file;
    struct strbuf text;
    size_t i = 0;
    int rc;

    strbuf_init(&text);
    IDSET_EACH (&plan->numbers, number) {
        if (!is_part || idset_has(&plan->where, number))
            strbuf_add_fmt(&text, "%s slots=%u\n", plan->nodes.names[i],
                           plan->slots[i]);
        i++;
    }
    rc = put_node_file(path, &text);
    if (rc != 0)
        err_set_errno(err, "cannot write %s", path);
    strbuf_release(&text);
    return rc;
}
