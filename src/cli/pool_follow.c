/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool and the job's nodes, see pool_run.h.
 *
 * Which nodes there are is what the mailbox says. A growth is taken at once:
 * the nodes are used when they have come. For a shrink the pool starts nothing
 * more on the nodes that go and says done when nothing runs there; what is not
 * finished when most of the time is over is cut off and run elsewhere.
 */
#include "cli/pool_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/app_child.h"
#include "cli/file_text.h"

#define CUT_SHARE 0.8    /* of the time for a shrink tasks may go on */
#define RETRY_SECONDS 60 /* when there is no use for more nodes */
#define RELEASE_AGAIN (30 * USEC_PER_SEC)
#define GONE_NODES "what ran there is run elsewhere"

static bool has_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* ---- the nodes ---- */

/* The number behind "NAME:" in the job's hosts file; 1 when there is none. */
static unsigned slots_of(const struct pool_run *run, const char *name)
{
    struct strbuf text;
    unsigned slots = 1;
    size_t n = strlen(name);
    const char *path = erm_hostfile(run->e);
    if (run->slots > 0)
        return run->slots;
    strbuf_init(&text);
    if (path != NULL && file_text_read(path, &text, NULL) == 0)
        for (const char *line = text.text; *line != '\0';) {
            int found = 0;
            if (strncmp(line, name, n) == 0 && line[n] == ':')
                found = atoi(line + n + 1);
            if (found > 0)
                slots = (unsigned)found;
            line += strcspn(line, "\n");
            line += *line == '\n';
        }
    strbuf_release(&text);
    return slots;
}

/* Nodes that are not the job's any more, whoever took them. */
static void drop_nodes(struct pool_run *run, const char *const *names, int n)
{
    struct task_pool *pool = &run->pool;
    for (int i = 0; i < pool->n_nodes; i++) {
        if (pool->nodes[i].state == NODE_GONE ||
            has_name(names, n, pool->nodes[i].name))
            continue;
        if (pool->nodes[i].n_runs > 0)
            fprintf(run->told, "erm: %s is gone: " GONE_NODES "\n",
                    pool->nodes[i].name);
        task_pool_drop(pool, i);
        pool_run_end(run, i);
    }
}

/* While a shrink is open its nodes are still the job's. */
static void sync_nodes(struct pool_run *run)
{
    struct task_pool *pool = &run->pool;
    const char *const *names;
    int n = erm_nodes(run->e, &names);
    bool is_open = run->shrink.seq != 0 || run->settling != 0;
    if (n < 0)
        return; /* next time */
    drop_nodes(run, names, n);
    for (int i = 0; i < n; i++) {
        int node = task_pool_find(pool, names[i]);
        if (node < 0 || pool->nodes[node].state == NODE_GONE)
            task_pool_add(pool, names[i], slots_of(run, names[i]));
        else if (!is_open)
            task_pool_stay(pool, node); /* it was taken back */
    }
}

/* ---- directives ---- */

/* Most of the time until DONE_BY (0: no limit), as CLOCK_BOOTTIME. */
static time_us cut_time(double done_by)
{
    double left = done_by * 1e6 - (double)clock_wall_us();
    if (done_by <= 0)
        return TIME_NEVER;
    return time_add(clock_boot_us(), (dur_us)(left > 0 ? CUT_SHARE * left : 0));
}

/* Of the nodes that may be given (not the first, where the pool is) the one
 * with least to do that is not among the first N of CHOSEN; -1: none. */
static int idlest_node(const struct pool_run *run, const erm_directive *d,
                       const int *chosen, int n)
{
    int best = -1;
    const struct task_pool *pool = &run->pool;
    for (int i = 1; i < d->n_cur; i++) {
        int node = task_pool_find(pool, d->cur[i]);
        bool is_free = node >= 0 && pool->nodes[node].state != NODE_GONE;
        for (int j = 0; j < n; j++)
            is_free = is_free && chosen[j] != node;
        if (is_free &&
            (best < 0 || pool->nodes[node].n_runs <= pool->nodes[best].n_runs))
            best = node;
    }
    return best;
}

/* Which nodes go: with a choice those with least to do. */
static void choose_nodes(struct pool_run *run, const erm_directive *d)
{
    struct pool_shrink *shrink = &run->shrink;
    shrink->nodes = mem_alloc_array((size_t)d->n_delta, sizeof(int));
    shrink->n = 0;
    for (int i = 0; i < d->n_delta; i++) {
        int node = d->choice ? idlest_node(run, d, shrink->nodes, i) : -1;
        if (node < 0)
            node = task_pool_find(&run->pool, d->delta[i]);
        if (node >= 0) /* one that was never known has nothing to do */
            shrink->nodes[shrink->n++] = node;
    }
}

static void begin_shrink(struct pool_run *run, const erm_directive *d)
{
    pool_run_forget_shrink(run);
    run->shrink.seq = d->seq;
    run->shrink.cut_at = cut_time(d->done_by);
    choose_nodes(run, d);
    for (int i = 0; i < run->shrink.n; i++)
        task_pool_leave(&run->pool, run->shrink.nodes[i]);
    erm_accept(run->e, d->seq);
}

/* There is a growth; the nodes come when it has been confirmed. */
static void answer_growth(struct pool_run *run, const erm_directive *d)
{
    if (task_pool_wants(&run->pool) == 0)
        erm_refuse(run->e, d->seq, RETRY_SECONDS, "no task waits for a node");
    else
        erm_done(run->e, d->seq, NULL, 0);
    run->settling = d->seq;
}

/* When nothing runs on the nodes any more: done. */
static void go_on_shrinking(struct pool_run *run, const erm_directive *d)
{
    struct pool_shrink *shrink = &run->shrink;
    const char **names = mem_alloc_array((size_t)shrink->n + 1, sizeof(*names));
    bool is_late = clock_boot_us() >= shrink->cut_at, is_clear = true;
    for (int i = 0; i < shrink->n; i++) {
        int node = shrink->nodes[i];
        names[i] = run->pool.nodes[node].name;
        if (is_late)
            pool_run_end(run, node);
        is_clear = is_clear && !pool_run_is_on(run, node);
    }
    if (is_late)
        shrink->cut_at = TIME_NEVER;
    if (is_clear) {
        int n = d->choice && shrink->n == d->n_delta ? shrink->n : 0;
        erm_done(run->e, d->seq, names, n);
        run->settling = d->seq;
        pool_run_forget_shrink(run);
    }
    free(names);
}

void pool_run_forget_shrink(struct pool_run *run)
{
    free(run->shrink.nodes);
    memset(&run->shrink, 0, sizeof(run->shrink));
    run->shrink.cut_at = TIME_NEVER;
}

/* The directive that was answered has been closed, or another one came. */
static void look_for_end(struct pool_run *run)
{
    if (run->settling != 0 && erm_settled(run->e, run->settling, 0) == 1)
        run->settling = 0;
}

void pool_run_follow(struct pool_run *run)
{
    erm_directive d;
    look_for_end(run);
    int rc = erm_poll(run->e, &d);
    if (run->shrink.seq != 0 && (rc != 1 || d.seq != run->shrink.seq))
        pool_run_forget_shrink(run); /* taken back, or forced */
    sync_nodes(run);
    if (rc != 1)
        return;
    if (d.op == ERM_GROW)
        answer_growth(run, &d);
    else if (run->shrink.seq == 0)
        begin_shrink(run, &d);
    if (run->shrink.seq != 0)
        go_on_shrinking(run, &d);
}

/* ---- the tail ---- */

static int count_used(const struct task_pool *pool)
{
    int n = 0;
    for (int i = 0; i < pool->n_nodes; i++)
        n += pool->nodes[i].state != NODE_GONE && !pool->nodes[i].is_given;
    return n;
}

/* Down to the job's least size, and never the first node. */
static int least_nodes(void)
{
    const char *least = getenv("ERM_MIN_NODES");
    int n = least != NULL ? atoi(least) : 1;
    return n > 1 ? n : 1;
}

/* Asks the manager in a process of its own: the answer may take a while, and
 * tasks end meanwhile. */
static pid_t start_release(const char *const *names, int n)
{
    struct err err;
    const char **argv = mem_alloc_array((size_t)n + 4, sizeof(*argv));
    argv[0] = "/proc/self/exe";
    argv[1] = "app";
    argv[2] = "release";
    memcpy(argv + 3, names, (size_t)n * sizeof(*argv));
    struct app_child child = {argv, NULL, -1, false};
    pid_t pid = app_child_start(&child, &err);
    free(argv);
    return pid > 0 ? pid : 0;
}

/* Those that nothing runs on and nothing will; at most MOST, into NAMES. */
static int find_idle(const struct pool_run *run, const char *first, int most,
                     const char **names)
{
    int n = 0;
    const struct task_pool *pool = &run->pool;
    for (int i = 0; i < pool->n_nodes && n < most; i++)
        if (pool->nodes[i].state == NODE_USED && !pool_run_is_on(run, i) &&
            strcmp(pool->nodes[i].name, first) != 0)
            names[n++] = pool->nodes[i].name;
    return n;
}

/* Denied: they are used again, and offered again later. */
static void take_denial(struct pool_run *run)
{
    run->release_after = time_add(clock_boot_us(), RELEASE_AGAIN);
    for (int i = 0; i < run->pool.n_nodes; i++)
        task_pool_keep(&run->pool, i);
}

static void look_for_answer(struct pool_run *run)
{
    int status;
    if (run->releasing == 0 ||
        waitpid(run->releasing, &status, WNOHANG) != run->releasing)
        return;
    run->releasing = 0;
    if (app_child_status(status) != 0)
        take_denial(run);
}

/* Is something given back that has not been taken yet? */
static bool is_giving(const struct task_pool *pool)
{
    for (int i = 0; i < pool->n_nodes; i++)
        if (pool->nodes[i].is_given && pool->nodes[i].state != NODE_GONE)
            return true;
    return false;
}

void pool_run_give_back(struct pool_run *run)
{
    struct task_pool *pool = &run->pool;
    const char *const *job;
    look_for_answer(run);
    int n_job = erm_nodes(run->e, &job);
    int most = count_used(pool) - least_nodes();
    bool is_time = run->shrink.seq == 0 && run->settling == 0 &&
                   !is_giving(pool) && pool->n_waiting == 0 &&
                   pool->n_running > 0 && erm_dir(run->e) != NULL &&
                   clock_boot_us() >= run->release_after;
    if (run->keeps_nodes || !is_time || most <= 0 || n_job < 2)
        return;
    const char **names = mem_alloc_array((size_t)pool->n_nodes, sizeof(*names));
    int n = find_idle(run, job[0], most, names);
    if (n > 0)
        run->releasing = start_release(names, n);
    for (int i = 0; i < n && run->releasing != 0; i++)
        task_pool_give(pool, task_pool_find(pool, names[i]));
    free(names);
}
