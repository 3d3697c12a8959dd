/* SPDX-License-Identifier: BSD-2-Clause */
/* See stage.h. */
#include "stage.h"

#include <unistd.h>

#include "base/alloc.h"
#include "manager/setup.h"
#include "manager/turn.h"

#define PATIENCE 10000 /* ms */

int stage_enter(void **state)
{
    struct stage *stage = mem_alloc(sizeof(*stage));

    folder_enter(stage->path, sizeof(stage->path));
    setenv("XDG_RUNTIME_DIR", stage->path, 1);
    manager_options_init(&stage->options);
    stage->options.launcher = "fake";
    stage->options.n_nodes = 3;
    stage->options.log_level = LOG_DEBUG;
    stage->log = tmpfile();
    assert_non_null(stage->log);
    *state = stage;
    return 0;
}

int stage_leave(void **state)
{
    struct stage *stage = *state;

    if (stage->manager != NULL)
        stage_stop(stage);
    fclose(stage->log);
    folder_leave(stage->path);
    free(stage);
    return 0;
}

static int try_start(struct stage *stage, struct err *err)
{
    struct manager *manager = mem_alloc(sizeof(*manager));

    err_clear(err);
    manager->options = stage->options;
    log_init(&manager->log, stage->options.log_level);
    manager->log.stream = stage->log;
    stage->manager = manager;
    if (setup_make(manager, err) != 0)
        return -1;
    turn_run(manager->turn);
    return 0;
}

void stage_start(struct stage *stage)
{
    struct err err;

    if (try_start(stage, &err) != 0)
        fail_msg("the manager did not start: %s", err.text);
}

struct err stage_start_fails(struct stage *stage)
{
    struct err err;

    assert_int_equal(try_start(stage, &err), -1);
    stage_stop(stage);
    return err;
}

void stage_stop(struct stage *stage)
{
    stage->manager->is_stopping = true;
    setup_release(stage->manager);
    free(stage->manager);
    stage->manager = NULL;
}

static void wake(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

bool stage_until(struct stage *stage, loop_until_f *until, void *context,
                 long milliseconds)
{
    int64_t deadline = clock_boot_us() + milliseconds * USEC_PER_MSEC;
    struct timeval tick = {.tv_usec = 5000};
    struct event *ticker =
        event_new(stage->manager->loop, -1, EV_PERSIST, wake, NULL);

    event_add(ticker, &tick);
    while (!until(context) && clock_boot_us() < deadline) {
        event_base_loop(stage->manager->loop, EVLOOP_ONCE);
        turn_run(stage->manager->turn);
    }
    event_free(ticker);
    return until(context);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

void stage_wait(struct stage *stage, long milliseconds)
{
    stage_until(stage, never, NULL, milliseconds);
}

/* For whoever has to find out why a test failed. */
static void show_log(const struct stage *stage)
{
    char line[4096];

    rewind(stage->log);
    while (fgets(line, sizeof(line), stage->log) != NULL)
        fputs(line, stderr);
    fseek(stage->log, 0, SEEK_END);
}

struct wish {
    struct stage *stage;
    int64_t job;
    enum job_state state;
    const char *name, *text;
    bool is_unwanted;
};

static bool is_in_state(void *context)
{
    const struct wish *wish = context;
    const struct manager *manager = wish->stage->manager;
    enum job_state state;

    return sched_outcome(manager->sched, wish->job, &state) &&
           state == wish->state && !turn_is_pending(manager->turn);
}

void stage_expect(struct stage *stage, int64_t job, enum job_state state)
{
    struct wish wish = {.stage = stage, .job = job, .state = state};

    if (!stage_until(stage, is_in_state, &wish, PATIENCE)) {
        show_log(stage);
        fail_msg("job %d is %s and not %s", (int)job,
                 job_state_name(stage_state(stage, job)),
                 job_state_name(state));
    }
}

static bool is_logged(void *context)
{
    const struct wish *wish = context;

    return stage_count_log(wish->stage, wish->text) > 0;
}

void stage_expect_log(struct stage *stage, const char *text)
{
    struct wish wish = {.stage = stage, .text = text};

    if (!stage_until(stage, is_logged, &wish, PATIENCE)) {
        show_log(stage);
        fail_msg("'%s' was not logged", text);
    }
}

static bool is_as_wished(void *context)
{
    const struct wish *wish = context;

    return file_has(wish->name, wish->text) != wish->is_unwanted;
}

void stage_expect_file(struct stage *stage, const char *name, const char *text)
{
    struct wish wish = {.name = name, .text = text};

    if (!stage_until(stage, is_as_wished, &wish, PATIENCE))
        fail_msg("'%s' is not in %s", text, name);
}

void stage_expect_no(struct stage *stage, const char *name, const char *text)
{
    struct wish wish = {.name = name, .text = text, .is_unwanted = true};

    if (!stage_until(stage, is_as_wished, &wish, PATIENCE))
        fail_msg("'%s' is still in %s", text, name);
}

static int try_submit(struct stage *stage, const char *text,
                      struct submit_result *result, struct err *err)
{
    struct job_spec spec;
    int rc;

    err_clear(err);
    if (job_spec_from_text(text, &spec, err) != 0)
        fail_msg("%s: %s", text, err->text);
    rc = manager_submit(stage->manager, &spec, 1, "api", result, err);
    job_spec_release(&spec);
    return rc;
}

static const struct launcher_ops *usual;
static struct launcher_ops refusing;
static uint32_t least_refused;

static int refuse(struct launcher *launcher,
                  const struct launch_request *request, struct err *err)
{
    return request->key.part < least_refused
               ? usual->start(launcher, request, err)
               : err_set(err, ERR_INPUT, "a single quote is not closed");
}

void stage_refuse(struct stage *stage, uint32_t least)
{
    usual = stage->manager->launcher->ops;
    refusing = *usual;
    refusing.start = refuse;
    least_refused = least;
    stage->manager->launcher->ops = &refusing;
}

int64_t stage_submit(struct stage *stage, const char *spec)
{
    struct submit_result result;
    struct err err;

    if (try_submit(stage, spec, &result, &err) != 0)
        fail_msg("%s: %s", spec, err.text);
    return result.id;
}

struct err stage_submit_fails(struct stage *stage, const char *spec)
{
    struct submit_result result;
    struct err err;

    assert_int_equal(try_submit(stage, spec, &result, &err), -1);
    return err;
}

int stage_send(struct stage *stage, enum event_type type, int64_t job)
{
    struct event event;

    event_init(&event, type, manager_now(stage->manager));
    event.job = job;
    return manager_event(stage->manager, &event, NULL);
}

enum job_state stage_state(const struct stage *stage, int64_t job)
{
    enum job_state state = JOB_PENDING;

    if (!sched_outcome(stage->manager->sched, job, &state))
        fail_msg("there is no job %d", (int)job);
    return state;
}

uint32_t stage_size(const struct stage *stage, int64_t job)
{
    const struct job *found = sched_job(stage->manager->sched, job);

    return found == NULL ? 0 : idset_count(&found->nodes);
}

int stage_count_log(const struct stage *stage, const char *text)
{
    char line[4096];
    int n = 0;

    rewind(stage->log);
    while (fgets(line, sizeof(line), stage->log) != NULL)
        n += strstr(line, text) != NULL;
    fseek(stage->log, 0, SEEK_END);
    return n;
}
