/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order is that of need: the lock before the database, the state before
 * the pool, the pool before adoption, and the API before the first turn.
 */
#include "manager/setup.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "manager/api.h"
#include "manager/handover.h"
#include "manager/attempt_files.h"
#include "manager/job_cache.h"
#include "manager/job_dir.h"
#include "manager/jobs_watch.h"
#include "manager/late_starts.h"
#include "manager/launchers.h"
#include "manager/mailbox.h"
#include "manager/node_names.h"
#include "manager/node_pool.h"
#include "manager/node_source.h"
#include "manager/parts.h"
#include "manager/policy_box.h"
#include "manager/problems.h"
#include "manager/recover.h"
#include "manager/restarting.h"
#include "manager/time_limit.h"
#include "manager/turn.h"
#include "manager/workers.h"
#include "store/socket_path.h"
#include "store/state_dir.h"
#include "store/state_lock.h"

#define FIRST_STARTED "manager.first_started"

/* ---- paths ---- */

/* PATH below FOLDER unless it is absolute; NULL stays NULL. Returns owned. */
static char *below(const char *folder, const char *path)
{
    struct strbuf text;

    if (path == NULL)
        return NULL;
    strbuf_init(&text);
    if (path[0] != '/')
        strbuf_add_fmt(&text, "%s/", folder);
    strbuf_add_str(&text, path);
    return strbuf_detach(&text);
}

static int find_home(struct manager *manager, struct err *err)
{
    const char *jobs_file = manager->options.jobs_file;
    char *copy = mem_strdup(jobs_file == NULL ? "./x" : jobs_file);
    const char *folder = dirname(copy);

    manager->home = realpath(folder, NULL);
    if (manager->home == NULL)
        err_set_errno(err, "cannot find the folder %s", folder);
    free(copy);
    return manager->home == NULL ? -1 : 0;
}

static int open_state_dir(struct manager *manager, struct err *err)
{
    const char *given = manager->options.state_dir;
    char *path = given == NULL ? below(manager->home, STATE_DIR_NAME)
                               : mem_strdup(given);
    struct state_dir dir;
    bool is_made = !manager->options.is_observer;
    int result = state_dir_open(&dir, path, is_made, err);

    free(path);
    if (result != 0)
        return -1;
    manager->state_dir = mem_alloc(sizeof(dir));
    *manager->state_dir = dir;
    manager->lock_fd = state_lock_take(dir.fd, STATE_LOCK_PATIENCE, err);
    if (manager->lock_fd < 0)
        return -1;
    if (attempt_files_prepare(manager->state_dir, err) != 0)
        return -1;
    return job_dir_prepare(manager->state_dir, err);
}

/* Jobs need absolute paths of what they are told about. */
static int complete_paths(struct manager *manager, struct err *err)
{
    struct manager_options *options = &manager->options;
    struct manager_paths *paths = &manager->paths;
    const char *state = manager->state_dir->path;
    char *cwd = getcwd(NULL, 0);

    if (cwd == NULL)
        return err_set_errno(err, "cannot tell the working folder");
    paths->policy = options->policy_file == NULL
                        ? below(state, "policy.json")
                        : below(cwd, options->policy_file);
    paths->requests = below(cwd, options->requests_file);
    paths->output = below(cwd, options->output_dir);
    paths->jobs_dir = below(state, "jobs");
    options->policy_file = paths->policy;
    options->requests_file = paths->requests;
    options->output_dir = paths->output;
    free(cwd);
    if (paths->output != NULL && mkdir(paths->output, 0777) != 0 &&
        errno != EEXIST)
        return err_set_errno(err, "cannot make the folder %s", paths->output);
    return 0;
}

/* ---- state ---- */

/* When the first manager of this state directory started. */
static int note_first_start(struct manager *manager, struct err *err)
{
    char *text = store_get_setting(manager->store, FIRST_STARTED, NULL);
    char number[32];

    manager->started = manager_now(manager);
    manager->first_started = manager->started;
    if (text != NULL) {
        manager->first_started = strtoll(text, NULL, 10);
        free(text);
        return 0;
    }
    snprintf(number, sizeof(number), "%lld", (long long)manager->started);
    return store_set_setting(manager->store, FIRST_STARTED, number, err);
}

static int make_source(struct manager *manager, struct err *err)
{
    return manager->options.is_observer ? 0 : node_source_find(manager, err);
}

static int make_state(struct manager *manager, struct err *err)
{
    struct sched_config config;

    if (sched_settings_make(&manager->options.sched, &config, err) != 0)
        return -1;
    manager->store = store_open(manager->state_dir, &manager->log, err);
    if (manager->store == NULL || recover_state(manager, &config, err) != 0 ||
        note_first_start(manager, err) != 0)
        return -1;
    manager->turn = turn_create(manager);
    return 0;
}

/* ---- launcher, pool ---- */

static int make_pool(struct manager *manager, struct err *err)
{
    node_source_set_end(manager);
    manager->pool = node_pool_create(manager, err);
    if (manager->pool == NULL || launchers_choose(manager, err) != 0)
        return -1;
    node_source_log(manager, node_pool_members(manager->pool));
    log_info(&manager->log, "%s", manager->launcher_note);
    manager->policy = policy_box_create(manager, err);
    manager->mailbox = mailbox_create(manager);
    if (manager->policy == NULL || node_pool_apply(manager->pool, err) != 0)
        return -1;
    node_pool_watch(manager->pool);
    recover_resume(manager);
    time_limits_renew(manager);
    return 0;
}

static int make_api(struct manager *manager, struct err *err)
{
    manager->paths.socket = socket_path_prepare(
        getenv("XDG_RUNTIME_DIR"), "/tmp", manager->state_dir->path, err);
    if (manager->paths.socket == NULL)
        return -1;
    manager->api = api_create(manager, manager->paths.socket, err);
    if (manager->api == NULL)
        return -1;
    return state_dir_set_socket(manager->state_dir, manager->paths.socket, err);
}

/* What a manager does for jobs: start them, show them directives, read their
 * file. */
static int make_effects(struct manager *manager, struct err *err)
{
    if (manager->options.is_observer) {
        manager->launcher_note = mem_strdup("nothing runs: only looking");
        manager->is_read_only = true;
        return 0;
    }
    if (make_pool(manager, err) != 0)
        return -1;
    if (manager->options.jobs_file != NULL)
        manager->jobs_watch = jobs_watch_create(manager);
    return 0;
}

int setup_make(struct manager *manager, struct err *err)
{
    manager->lock_fd = -1;
    manager->loop = event_base_new();
    manager->jobs = job_cache_create();
    manager->nodes = node_names_create();
    manager->problems = problems_create();
    manager->late_starts = late_starts_create(manager);
    manager->parts = parts_create();
    manager->workers = workers_create(manager);
    if (find_home(manager, err) != 0 || open_state_dir(manager, err) != 0 ||
        complete_paths(manager, err) != 0 || make_source(manager, err) != 0 ||
        make_state(manager, err) != 0)
        return -1;
    if (make_effects(manager, err) != 0)
        return -1;
    return make_api(manager, err);
}

/* ---- the end ---- */

static void save_last_state(struct manager *manager)
{
    struct err err;

    if (manager->turn == NULL || manager->fatal.code != ERR_NONE ||
        turn_is_pending(manager->turn))
        return;
    if (recover_save_snapshot(manager, &err) != 0)
        log_warning(&manager->log, "no snapshot was made: %s", err.text);
    node_pool_flush(manager->pool);
}

static void release_paths(struct manager *manager)
{
    free(manager->paths.policy);
    free(manager->paths.requests);
    free(manager->paths.output);
    free(manager->paths.shepherd);
    free(manager->paths.jobs_dir);
    free(manager->paths.nodes_dir);
    free(manager->paths.socket);
    free(manager->home);
    free(manager->launcher_note);
}

static void release_state(struct manager *manager)
{
    restarting_release(manager);
    handover_release_all(manager);
    late_starts_destroy(manager->late_starts);
    workers_destroy(manager->workers);
    parts_destroy(manager->parts);
    turn_destroy(manager->turn);
    sched_destroy(manager->sched);
    store_close(manager->store);
    node_source_destroy(manager->source);
    node_names_destroy(manager->nodes);
    job_cache_destroy(manager->jobs);
    problems_destroy(manager->problems);
    state_lock_release(manager->lock_fd);
    if (manager->state_dir != NULL)
        state_dir_close(manager->state_dir);
    free(manager->state_dir);
}

void setup_release(struct manager *manager)
{
    if (manager->api != NULL) {
        state_dir_set_socket(manager->state_dir, NULL, NULL);
        if (!manager->options.is_observer)
            save_last_state(manager);
    }
    jobs_watch_destroy(manager->jobs_watch);
    api_destroy(manager->api);
    policy_box_destroy(manager->policy);
    mailbox_destroy(manager->mailbox);
    node_pool_destroy(manager->pool);
    if (manager->launcher != NULL)
        manager->launcher->ops->destroy(manager->launcher);
    release_state(manager);
    if (manager->loop != NULL)
        event_base_free(manager->loop);
    release_paths(manager);
}
