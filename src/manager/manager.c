/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop: callbacks step the core, each round of the loop ends with a turn
 * (turn.h). The manager ends when it is told to, when the store fails, or,
 * with until_idle, when nothing is left to do.
 */
#include "manager/manager.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "manager/api.h"
#include "manager/context.h"
#include "manager/jobs_watch.h"
#include "manager/node_pool.h"
#include "manager/policy_box.h"
#include "manager/setup.h"
#include "manager/summary.h"
#include "manager/text_file.h"
#include "manager/time_limit.h"
#include "manager/turn.h"

#define LOOK_FOR_IDLE_MS 50

void manager_options_init(struct manager_options *options)
{
    *options = (struct manager_options){
        .log_level = LOG_INFO,
        .ready_fd = -1,
    };
    sched_settings_init(&options->sched);
}

/* ---- orders ---- */

static void cancel_all(struct manager *manager)
{
    const struct job *job = sched_next_job(manager->sched, 0);

    while (job != NULL) {
        struct event event;
        int64_t id = job->request.id;
        event_init(&event, EV_CANCEL, manager_now(manager));
        event.job = id;
        manager_event(manager, &event, NULL);
        job = sched_next_job(manager->sched, id);
    }
}

void manager_stop(struct manager *manager, bool is_cancelling)
{
    if (!is_cancelling) {
        log_info(&manager->log, "stopping: running jobs go on");
        manager->is_stopping = true;
        return;
    }
    log_info(&manager->log, "stopping: all jobs are cancelled");
    manager->is_draining = true;
    cancel_all(manager);
}

int manager_reload(struct manager *manager, struct err *err)
{
    int result = node_pool_reload(manager->pool, err);

    if (manager->jobs_watch != NULL)
        jobs_watch_check(manager->jobs_watch);
    return result;
}

static void stop_signal(evutil_socket_t number, short what, void *context)
{
    struct manager *manager = context;

    (void)what;
    log_info(&manager->log, "signal: %s", strsignal((int)number));
    manager_stop(manager, false);
}

static void reload_signal(evutil_socket_t number, short what, void *context)
{
    struct manager *manager = context;

    (void)number;
    (void)what;
    log_info(&manager->log, "reading hostfile and jobs file again");
    manager_reload(manager, NULL);
}

/* ---- the loop ---- */

static bool has_live_jobs(const struct manager *manager)
{
    return sched_next_job(manager->sched, 0) != NULL;
}

/* Jobs that only another allocation can run are not waited for. */
static bool is_idle(const struct manager *manager)
{
    if (turn_is_pending(manager->turn) ||
        (has_live_jobs(manager) && time_limit_n_left(manager) == 0) ||
        !policy_box_is_quiet(manager->policy))
        return false;
    return manager->jobs_watch == NULL ||
           jobs_watch_is_quiet(manager->jobs_watch);
}

static void look_whether_to_end(struct manager *manager)
{
    if (manager->is_draining && !turn_is_pending(manager->turn) &&
        !has_live_jobs(manager) && policy_box_is_quiet(manager->policy))
        manager->is_stopping = true;
    if (manager->options.until_idle && !manager->is_stopping &&
        is_idle(manager)) {
        manager->is_idle_end = true;
        manager->n_left = time_limit_n_left(manager);
        manager->is_stopping = true;
    }
}

/* That the loop comes round is enough. */
static void come_round(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

struct watched { /* what wakes the loop besides the parts; all owned */
    struct event *term, *interrupt, *hangup, *idle;
};

static void watch_signals(struct manager *manager, struct watched *watched)
{
    struct timeval often = {.tv_usec = LOOK_FOR_IDLE_MS * USEC_PER_MSEC};

    watched->term = evsignal_new(manager->loop, SIGTERM, stop_signal, manager);
    watched->interrupt =
        evsignal_new(manager->loop, SIGINT, stop_signal, manager);
    watched->hangup =
        evsignal_new(manager->loop, SIGHUP, reload_signal, manager);
    watched->idle = event_new(manager->loop, -1, EV_PERSIST, come_round, NULL);
    event_add(watched->term, NULL);
    event_add(watched->interrupt, NULL);
    event_add(watched->hangup, NULL);
    if (manager->options.until_idle)
        event_add(watched->idle, &often);
}

static void release_watched(struct watched *watched)
{
    event_free(watched->term);
    event_free(watched->interrupt);
    event_free(watched->hangup);
    event_free(watched->idle);
}

static void loop(struct manager *manager)
{
    while (!manager->is_stopping) {
        event_base_loop(manager->loop, EVLOOP_ONCE);
        turn_run(manager->turn);
        look_whether_to_end(manager);
    }
}

/* ---- start and end ---- */

static int submit_first_jobs(struct manager *manager, struct err *err)
{
    uint32_t n = manager->options.n_first_jobs;
    struct submit_result *results = mem_alloc_array(n, sizeof(*results));
    int result = 0;

    if (n > 0)
        result = manager_submit(manager, manager->options.first_jobs, n,
                                "command line", results, err);
    for (uint32_t i = 0; result == 0 && i < n; i++) {
        if (results[i].warning[0] != '\0')
            log_warning(&manager->log, "job %lld %s", (long long)results[i].id,
                        results[i].warning);
    }
    free(results);
    return result;
}

/* With until_idle nobody is there to make a file that is missing. */
static int check_jobs_file(const struct manager_options *options,
                           struct err *err)
{
    if (!options->until_idle || options->jobs_file == NULL ||
        access(options->jobs_file, R_OK) == 0)
        return 0;
    return err_set_errno(err, "cannot read %s", options->jobs_file);
}

/* ERR is NULL when all is well. */
static void tell_ready(const struct manager *manager, const struct err *err)
{
    int fd = manager->options.ready_fd;

    if (fd < 0)
        return;
    if (err == NULL) {
        (void)!write_all(fd, "ok\n", 3);
    } else {
        (void)!write_all(fd, err->text, strlen(err->text) + 1);
        (void)!write_all(fd, err->hint, strlen(err->hint) + 1);
    }
    close(fd);
}

static int begin(struct manager *manager, struct err *err)
{
    if (check_jobs_file(&manager->options, err) != 0 ||
        setup_make(manager, err) != 0 || submit_first_jobs(manager, err) != 0)
        return -1;
    turn_run(manager->turn);
    if (manager->fatal.code != ERR_NONE) {
        *err = manager->fatal;
        return -1;
    }
    return 0;
}

static int run(struct manager *manager, struct err *err)
{
    struct watched watched;

    watch_signals(manager, &watched);
    log_info(&manager->log, "erm " ERM_VERSION " is ready: %s",
             manager->state_dir->path);
    tell_ready(manager, NULL);
    loop(manager);
    release_watched(&watched);
    if (manager->fatal.code == ERR_NONE)
        return 0;
    *err = manager->fatal;
    return -1;
}

int manager_run(const struct manager_options *options,
                struct manager_summary *summary, struct err *err)
{
    struct manager *manager = mem_alloc(sizeof(*manager));
    struct err cause;
    int result;

    err_clear(&cause);
    manager->options = *options;
    log_init(&manager->log, options->log_level);
    signal(SIGPIPE, SIG_IGN);
    result = begin(manager, &cause);
    if (result == 0)
        result = run(manager, &cause);
    else
        tell_ready(manager, &cause);
    if (result == 0 && summary != NULL)
        summary_make(manager, summary);
    setup_release(manager);
    free(manager);
    if (result != 0 && err != NULL)
        *err = cause;
    return result;
}
