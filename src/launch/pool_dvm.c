/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/pool_dvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <utlist.h>

#include "base/alloc.h"
#include "base/hostlist.h"
#include "base/strbuf.h"

#define SETTLE_US (300 * USEC_PER_MSEC) /* nodes come up in a bunch */
#define FIRST_RETRY_US USEC_PER_SEC
#define LAST_RETRY_US (60 * USEC_PER_SEC)
#define SIZE_EVERY_US (30 * USEC_PER_SEC)
#define SIZE_MAX_MIB 256 /* prte grows by about 130 kB with every prun */
#define GRACE_US (2 * USEC_PER_SEC)

enum generation_state { GEN_STARTING, GEN_READY, GEN_RETIRED };

struct generation {
    uint32_t number; /* attempt of job 0 */
    enum generation_state state;
    char *hosts;        /* owned: names joined by commas */
    pid_t prte;         /* once ready; 0 unknown */
    struct idset users; /* GEN_RETIRED: jobs that may still use it */
    struct generation *prev, *next;
};

struct pool_dvm {
    struct prrte_config config;
    struct launcher *inner; /* borrowed */
    char **names;           /* owned, by node; NULL: no member */
    uint32_t n;
    struct idset up;
    struct idset jobs;              /* that run in the pool's DVM */
    struct generation *generations; /* owned list */
    uint32_t last_number;
    dur_us retry;
    int64_t not_before;  /* boot time of the next start */
    struct event *timer; /* owned: look() */
    struct event *sizes; /* owned */
};

static void look_in(struct pool_dvm *pool, dur_us span)
{
    struct timeval tv = {.tv_sec = span / USEC_PER_SEC,
                         .tv_usec = span % USEC_PER_SEC};

    event_add(pool->timer, &tv);
}

static struct generation *find_state(const struct pool_dvm *pool,
                                     enum generation_state state)
{
    struct generation *generation;

    DL_FOREACH(pool->generations, generation)
    {
        if (generation->state == state)
            return generation;
    }
    return NULL;
}

static struct generation *add_generation(struct pool_dvm *pool, uint32_t number,
                                         char *hosts)
{
    struct generation *generation = mem_alloc(sizeof(*generation));

    generation->number = number;
    generation->hosts = hosts;
    idset_init(&generation->users);
    DL_APPEND(pool->generations, generation);
    if (number > pool->last_number)
        pool->last_number = number;
    return generation;
}

static void free_generation(struct pool_dvm *pool,
                            struct generation *generation)
{
    DL_DELETE(pool->generations, generation);
    idset_release(&generation->users);
    free(generation->hosts);
    free(generation);
}

/* ---- files ---- */

static void node_file(const struct pool_dvm *pool, uint32_t number,
                      struct strbuf *out)
{
    char name[CLAIM_NAME_MAX];

    strbuf_add_fmt(out, "%s/%s", pool->config.nodes_dir,
                   claim_name(0, number, 0, name));
}

static void job_dir(const struct pool_dvm *pool, uint32_t number,
                    struct strbuf *out)
{
    char name[CLAIM_NAME_MAX];

    strbuf_add_fmt(out, "%s/%s", pool->config.base.jobs_dir,
                   claim_name(0, number, 0, name));
}

static int write_hosts(const char *path, const char *hosts, struct err *err)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return err_set_errno(err, "cannot write %s", path);
    for (const char *p = hosts; *p != '\0'; p += *p == ',') {
        size_t n = strcspn(p, ",");
        fprintf(file, "%.*s slots=1\n", (int)n, p);
        p += n;
    }
    if (fclose(file) != 0)
        return err_set_errno(err, "cannot write %s", path);
    return 0;
}

/* Back from the file of an earlier manager's generation. */
static char *read_hosts(const char *path)
{
    FILE *file = fopen(path, "re");
    struct strbuf hosts;
    char name[HOSTNAME_MAX + 1], rest[32];

    strbuf_init(&hosts);
    while (file != NULL && fscanf(file, "%253s %31s", name, rest) == 2)
        strbuf_add_fmt(&hosts, "%s%s", hosts.len > 0 ? "," : "", name);
    if (file != NULL)
        fclose(file);
    return strbuf_detach(&hosts);
}

/* Jobs find GENERATION from now on. */
static void publish(struct pool_dvm *pool, const struct generation *generation)
{
    const char *uri = pool->config.engine->pool_uri;
    struct strbuf target, tmp;

    strbuf_init(&target);
    strbuf_init(&tmp);
    job_dir(pool, generation->number, &target);
    strbuf_add_str(&target, "/dvm.uri");
    strbuf_add_fmt(&tmp, "%s.tmp", uri);
    unlink(tmp.text);
    if (symlink(target.text, tmp.text) != 0 || rename(tmp.text, uri) != 0)
        log_warning(pool->config.base.log, "cannot write %s: %s", uri,
                    strerror(errno));
    strbuf_release(&target);
    strbuf_release(&tmp);
}

/* Of a generation that is over. */
static void remove_files(const struct pool_dvm *pool, uint32_t number)
{
    static const char *const names[] = {
        "lock",    "shepherd", "command",   "exit",    "exit.tmp",
        "dvm.uri", "dvm.log",  "dvm.hosts", "failure", "lost"};
    struct strbuf path;
    int fd;

    strbuf_init(&path);
    job_dir(pool, number, &path);
    fd = open(path.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < sizeof(names) / sizeof(names[0]); i++)
        unlinkat(fd, names[i], 0);
    if (fd >= 0)
        close(fd);
    rmdir(path.text);
    strbuf_reset(&path);
    node_file(pool, number, &path);
    unlink(path.text);
    strbuf_release(&path);
}

/* ---- starting and ending ---- */

static int start(struct pool_dvm *pool, uint32_t number, const char *hosts,
                 struct err *err)
{
    const struct engine *engine = pool->config.engine;
    struct strbuf nodes, dir, log;
    struct idset none;
    int rc;

    strbuf_init(&nodes);
    strbuf_init(&dir);
    strbuf_init(&log);
    idset_init(&none);
    node_file(pool, number, &nodes);
    job_dir(pool, number, &dir);
    strbuf_add_fmt(&log, "%s/pool.log", engine->dir);
    struct launch_dvm dvm = {
        .is_pool = true, .node_file = nodes.text, .job_dir = dir.text};
    struct launch_request request = {
        .key = {.attempt = number},
        .env = (const char *const *)environ,
        .cwd = "/",
        .stdout_path = log.text,
        .stderr_path = log.text,
        .nodes = &none,
        .walltime = TIME_NEVER,
        .grace = GRACE_US,
        .dvm = &dvm,
    };
    char **wrapper = engine_wrapper(engine, &request);
    request.wrapper = (const char *const *)wrapper;
    rc = write_hosts(nodes.text, hosts, err);
    if (rc == 0)
        rc = pool->inner->ops->start(pool->inner, &request, err);
    engine_wrapper_free(wrapper);
    strbuf_release(&nodes);
    strbuf_release(&dir);
    strbuf_release(&log);
    return rc;
}

static void put_off(struct pool_dvm *pool)
{
    pool->not_before = clock_boot_us() + pool->retry;
    look_in(pool, pool->retry);
    pool->retry =
        2 * pool->retry < LAST_RETRY_US ? 2 * pool->retry : LAST_RETRY_US;
}

static void start_next(struct pool_dvm *pool, char *hosts)
{
    uint32_t number = pool->last_number + 1;
    struct generation *generation = add_generation(pool, number, hosts);
    struct err err;

    log_info(pool->config.base.log, "starting the pool's DVM (%u) over %s",
             number, hosts);
    err_clear(&err);
    if (start(pool, number, hosts, &err) == 0)
        return;
    log_warning(pool->config.base.log, "the pool's DVM: %s", err.text);
    remove_files(pool, number);
    free_generation(pool, generation);
    put_off(pool);
}

static void terminate(struct pool_dvm *pool,
                      const struct generation *generation)
{
    struct launch_key key = {.attempt = generation->number};

    pool->inner->ops->terminate(pool->inner, &key, GRACE_US, NULL);
}

static void retire(struct pool_dvm *pool, struct generation *generation)
{
    generation->state = GEN_RETIRED;
    idset_copy(&generation->users, &pool->jobs);
    if (idset_count(&generation->users) == 0)
        terminate(pool, generation);
}

/* ---- what there should be ---- */

static char *wanted_hosts(const struct pool_dvm *pool)
{
    struct strbuf hosts;

    strbuf_init(&hosts);
    IDSET_EACH (&pool->up, node) {
        if (node < pool->n && pool->names[node] != NULL)
            strbuf_add_fmt(&hosts, "%s%s", hosts.len > 0 ? "," : "",
                           pool->names[node]);
    }
    return strbuf_detach(&hosts);
}

/* One start at a time: what it does not cover any more is seen afterwards. */
static void look(evutil_socket_t fd, short what, void *context)
{
    struct pool_dvm *pool = context;
    const struct generation *ready = find_state(pool, GEN_READY);
    int64_t now = clock_boot_us();
    char *hosts;

    (void)fd, (void)what;
    if (find_state(pool, GEN_STARTING) != NULL)
        return;
    if (now < pool->not_before) {
        look_in(pool, pool->not_before - now);
        return;
    }
    hosts = wanted_hosts(pool);
    if (hosts[0] == '\0' || (ready != NULL && strcmp(ready->hosts, hosts) == 0))
        free(hosts);
    else
        start_next(pool, hosts);
}

static long size_mib(pid_t pid)
{
    char path[40];
    long pages = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE) / 1048576;
}

static void look_at_size(evutil_socket_t fd, short what, void *context)
{
    struct pool_dvm *pool = context;
    const struct generation *ready = find_state(pool, GEN_READY);
    long mib = ready != NULL && ready->prte > 0 ? size_mib(ready->prte) : 0;

    (void)fd, (void)what;
    if (mib < SIZE_MAX_MIB || find_state(pool, GEN_STARTING) != NULL)
        return;
    log_info(pool->config.base.log,
             "the pool's DVM has grown to %ld MiB: a fresh one is started",
             mib);
    start_next(pool, wanted_hosts(pool));
}

/* ---- reports ---- */

static void take_ready(struct pool_dvm *pool, struct generation *generation,
                       pid_t pid)
{
    struct generation *before = find_state(pool, GEN_READY);

    if (generation->state != GEN_STARTING)
        return;
    if (before != NULL && before->number > generation->number) {
        retire(pool, generation); /* adopted, in no order */
        return;
    }
    if (before != NULL)
        retire(pool, before);
    generation->state = GEN_READY;
    generation->prte = pid;
    pool->retry = FIRST_RETRY_US;
    publish(pool, generation);
    log_info(pool->config.base.log, "the pool's DVM (%u) is ready",
             generation->number);
    look_in(pool, SETTLE_US);
}

static void take_end(struct pool_dvm *pool, struct generation *generation,
                     const struct launch_report *report)
{
    if (generation->state == GEN_READY)
        unlink(pool->config.engine->pool_uri);
    if (generation->state != GEN_RETIRED) {
        log_warning(pool->config.base.log, "the pool's DVM (%u) %s: %s",
                    generation->number,
                    generation->state == GEN_READY ? "ended" : "did not start",
                    report->text != NULL ? report->text : "no reason known");
        put_off(pool);
    }
    remove_files(pool, generation->number);
    free_generation(pool, generation);
}

void pool_dvm_report(struct pool_dvm *pool, const struct launch_report *report)
{
    struct generation *generation;

    if (pool == NULL)
        return;
    DL_FOREACH(pool->generations, generation)
    {
        if (generation->number == report->key.attempt)
            break;
    }
    if (generation == NULL)
        return;
    if (report->what == LAUNCH_STARTED)
        take_ready(pool, generation, report->pid);
    else
        take_end(pool, generation, report);
}

void pool_dvm_job_started(struct pool_dvm *pool, int64_t job_id)
{
    idset_add(&pool->jobs, (uint32_t)job_id);
}

void pool_dvm_job_ended(struct pool_dvm *pool, int64_t job_id)
{
    struct generation *generation;

    idset_remove(&pool->jobs, (uint32_t)job_id);
    DL_FOREACH(pool->generations, generation)
    {
        if (generation->state != GEN_RETIRED ||
            !idset_has(&generation->users, (uint32_t)job_id))
            continue;
        idset_remove(&generation->users, (uint32_t)job_id);
        if (idset_count(&generation->users) == 0)
            terminate(pool, generation);
    }
}

/* ---- nodes ---- */

void pool_dvm_set_nodes(struct pool_dvm *pool, const struct launch_node *nodes,
                        uint32_t n, const struct idset *unready)
{
    for (uint32_t i = 0; i < pool->n; i++)
        free(pool->names[i]);
    pool->names = mem_resize(pool->names, n, sizeof(char *));
    pool->n = n;
    idset_clear(&pool->up);
    for (uint32_t i = 0; i < n; i++) {
        pool->names[i] = mem_strdup(nodes[i].name);
        if (nodes[i].name != NULL && !idset_has(unready, i))
            idset_add(&pool->up, i);
    }
    look_in(pool, SETTLE_US);
}

void pool_dvm_set_node(struct pool_dvm *pool, uint32_t node, bool is_up)
{
    if (is_up)
        idset_add(&pool->up, node);
    else
        idset_remove(&pool->up, node);
    look_in(pool, SETTLE_US);
}

/* ---- life ---- */

/* What an earlier manager left: the newest may be used, all are watched. */
static void adopt_all(struct pool_dvm *pool)
{
    DIR *dir = opendir(pool->config.base.jobs_dir);
    struct generation *generation;
    const struct dirent *entry;
    struct launch_key key;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct strbuf path;
        if (!claim_name_parse(entry->d_name, &key.job_id, &key.attempt,
                              &key.part) ||
            key.job_id != 0)
            continue;
        strbuf_init(&path);
        node_file(pool, key.attempt, &path);
        generation = add_generation(pool, key.attempt, read_hosts(path.text));
        strbuf_release(&path);
        if (pool->inner->ops->adopt(pool->inner, &key, NULL) != CLAIM_NONE)
            continue;
        remove_files(pool, key.attempt); /* no report will come of it */
        free_generation(pool, generation);
    }
    if (dir != NULL)
        closedir(dir);
}

struct pool_dvm *pool_dvm_create(const struct prrte_config *config,
                                 struct launcher *inner)
{
    struct pool_dvm *pool = mem_alloc(sizeof(*pool));
    struct timeval often = {.tv_sec = SIZE_EVERY_US / USEC_PER_SEC};

    pool->config = *config;
    pool->inner = inner;
    pool->retry = FIRST_RETRY_US;
    idset_init(&pool->up);
    idset_init(&pool->jobs);
    pool->timer = event_new(config->base.loop, -1, 0, look, pool);
    pool->sizes =
        event_new(config->base.loop, -1, EV_PERSIST, look_at_size, pool);
    event_add(pool->sizes, &often);
    adopt_all(pool);
    return pool;
}

void pool_dvm_destroy(struct pool_dvm *pool)
{
    struct generation *generation, *next;

    if (pool == NULL)
        return;
    DL_FOREACH_SAFE(pool->generations, generation, next)
    {
        if (idset_count(&pool->jobs) == 0)
            terminate(pool, generation);
        free_generation(pool, generation);
    }
    if (idset_count(&pool->jobs) == 0)
        unlink(pool->config.engine->pool_uri);
    for (uint32_t i = 0; i < pool->n; i++)
        free(pool->names[i]);
    free(pool->names);
    idset_release(&pool->up);
    idset_release(&pool->jobs);
    event_free(pool->timer);
    event_free(pool->sizes);
    free(pool);
}
