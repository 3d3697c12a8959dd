/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/starter.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define REPORT_FD 3 /* in the shepherd */
#define ARGS_MAX 80

struct args {
    char *items[ARGS_MAX]; /* owned, NULL at the end */
    size_t n;
};

static void add(struct args *args, const char *text)
{
    assert(args->n + 1 < ARGS_MAX);
    args->items[args->n++] = mem_strdup(text);
}

static void add_text(struct args *args, const char *name, const char *value)
{
    add(args, name);
    add(args, value);
}

static void add_number(struct args *args, const char *name, int64_t value)
{
    struct strbuf text;
    strbuf_init(&text);
    strbuf_add_fmt(&text, "%lld", (long long)value);
    add_text(args, name, text.text);
    strbuf_release(&text);
}

static void add_limits(struct args *args, const struct launch_request *r)
{
    add_number(args, "--grace-us", r->grace > 0 ? r->grace : 0);
    if (r->walltime == TIME_NEVER)
        return;
    add_number(args, "--walltime-us", r->walltime > 0 ? r->walltime : 0);
}

/* Without a walltime too: one may be set later. */
static void add_warning(struct args *args, const struct launch_request *r)
{
    if (r->warn_before <= 0 || r->warn_signal <= 0)
        return;
    add_number(args, "--warn-us", r->warn_before);
    add_number(args, "--warn-signal", r->warn_signal);
}

static void fill_args(struct args *args, const struct starter *starter,
                      const struct launch_request *r, const char *cpus)
{
    add(args, starter->shepherd_path);
    add_text(args, "--jobs", starter->jobs_dir);
    add_number(args, "--job", r->key.job_id);
    add_number(args, "--attempt", r->key.attempt);
    if (r->key.part > 0)
        add_number(args, "--part", r->key.part);
    add_text(args, "--stdout", r->stdout_path);
    add_text(args, "--stderr", r->stderr_path);
    add_text(args, "--cwd", r->cwd);
    if (cpus)
        add_text(args, "--cpus", cpus);
    add_limits(args, r);
    add_warning(args, r);
    if (starter->nofile >= 0)
        add_number(args, "--nofile", starter->nofile);
    add_number(args, "--report", REPORT_FD);
    if (r->wrapper)
        add_text(args, "--wrapped", "1");
    add(args, "--");
    if (!r->wrapper)
        add_text(args, "/bin/sh", "-c");
    for (const char *const *word = r->wrapper; word && *word; word++)
        add(args, *word);
    if (r->command)
        add(args, r->command);
}

/* BASE and by what the processes are known when their shepherd was killed.
 * Returns owned; MARK is in it. */
static char **add_mark(const char *const *base, const struct starter *starter,
                       const struct launch_key *key, struct strbuf *mark)
{
    char name[CLAIM_NAME_MAX];
    size_t n = 0;
    char **env;

    strbuf_add_fmt(mark, CLAIM_VARIABLE "=%s/%s", starter->jobs_dir,
                   claim_name(key->job_id, key->attempt, key->part, name));
    while (base[n])
        n++;
    env = mem_alloc_array(n + 2, sizeof(*env));
    /* posix_spawn() does not write to the strings; its type is historic. */
    memcpy(env, base, n * sizeof(*env));
    env[n] = mark->text;
    return env;
}

/* Blocked: a control signal that comes before the shepherd waits for it must
 * not kill it. Default: what the manager ignores, the job must not. */
static void set_signals(posix_spawnattr_t *attr)
{
    static const int defaults[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
                                   SIGALRM, SIGTERM, SIGUSR1, SIGUSR2,
                                   SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU};
    sigset_t set;
    sigfillset(&set);
    posix_spawnattr_setsigmask(attr, &set);
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        sigaddset(&set, defaults[i]);
    posix_spawnattr_setsigdefault(attr, &set);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
}

pid_t starter_spawn(const struct starter *starter,
                    const struct launch_request *request, const char *cpus,
                    struct err *err)
{
    struct args args = {.n = 0};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    pid_t pid;
    struct strbuf mark;
    strbuf_init(&mark);
    char **env = add_mark(request->env, starter, &request->key, &mark);
    fill_args(&args, starter, request, cpus);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, starter->report_fd, REPORT_FD);
    posix_spawnattr_init(&attr);
    set_signals(&attr);
    int rc = posix_spawn(&pid, starter->shepherd_path, &actions, &attr,
                         args.items, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < args.n; i++)
        free(args.items[i]);
    free(env);
    strbuf_release(&mark);
    if (rc == 0)
        return pid;
    errno = rc;
    return err_set_errno(err, "cannot start %s", starter->shepherd_path);
}
