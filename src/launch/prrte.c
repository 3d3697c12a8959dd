/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands before the local launcher (inner). An attempt with a DVM is kept in a
 * table until its last report was passed on; in between its hosts are probed,
 * when it was cut off, and swept.
 */
#include "launch/prrte.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>
#include <utlist.h>

#include "base/alloc.h"
#include "base/remove.h"
#include "launch/clearing.h"
#include "launch/hosts.h"
#include "launch/pool_dvm.h"

struct run {
    struct launch_key key;
    struct prrte *prrte; /* borrowed */
    struct idset nodes;  /* that it has, or has had */
    bool is_pool;
    struct launch_report last; /* being held back; text owned */
    UT_hash_handle hh;
};

/* A clearing of hosts and, at the same time, of this machine. */
struct double_clearing {
    struct launch_key key;
    uint64_t seq;
    uint32_t n_left, n_ended;
    struct double_clearing *prev, *next;
};

struct prrte {
    struct launcher launcher;
    struct prrte_config config;
    struct engine *engine;        /* owned */
    struct launcher *inner;       /* owned */
    struct hosts *hosts;          /* owned; NULL: pretend hosts */
    struct pool_dvm *pool;        /* owned; NULL: none */
    struct run *runs;             /* owned table */
    struct clearing *clearings;   /* owned list: of hosts */
    struct double_clearing *both; /* owned list */
};

static struct prrte *to_prrte(struct launcher *launcher)
{
    return (struct prrte *)(void *)launcher;
}

/* ---- the table ---- */

static struct run *find(const struct prrte *prrte, const struct launch_key *key)
{
    struct run *found;

    HASH_FIND(hh, prrte->runs, key, sizeof(*key), found);
    return found;
}

static struct run *add_run(struct prrte *prrte, const struct launch_key *key,
                           const struct idset *nodes, bool is_pool)
{
    struct run *run = mem_alloc(sizeof(*run));

    run->key = *key;
    run->prrte = prrte;
    run->is_pool = is_pool;
    idset_init(&run->nodes);
    idset_copy(&run->nodes, nodes);
    HASH_ADD(hh, prrte->runs, key, sizeof(run->key), run);
    return run;
}

static void free_run(struct run *run)
{
    HASH_DELETE(hh, run->prrte->runs, run);
    idset_release(&run->nodes);
    free((char *)(uintptr_t)run->last.text);
    free(run);
}

/* It has ended, and its hosts are being looked after. */
static bool is_ended(const struct run *run)
{
    return run->last.key.job_id != 0;
}

/* Those that it has or is offered now; of what it had before when that is not
 * known. A part of an attempt stays where it was started. */
static void add_present_nodes(const struct run *run, struct idset *out)
{
    const struct launcher_config *config = &run->prrte->config.base;
    struct idset nodes = {.count = 0};

    if (run->key.part == 0 && config->job_nodes != NULL &&
        config->job_nodes(config->context, run->key.job_id, &nodes))
        idset_unite(out, &nodes);
    else
        idset_unite(out, &run->nodes);
    idset_release(&nodes);
}

static enum hosts_claim claim(void *context, const struct launch_key *key,
                              uint32_t node)
{
    const struct run *run = find(context, key);
    struct idset nodes = {.count = 0};
    bool is_there;

    if (run == NULL || is_ended(run))
        return HOSTS_OVER;
    add_present_nodes(run, &nodes);
    is_there = idset_has(&nodes, node);
    idset_release(&nodes);
    return is_there ? HOSTS_LIVE : HOSTS_GIVEN_BACK;
}

/* ---- the last report ---- */

static char *own_key(const struct run *run, char buf[ENGINE_KEY_MAX])
{
    return engine_key(run->prrte->engine, &run->key, buf);
}

/* What a killed erm-dvm or prte left here. */
static void remove_tmp(const struct run *run)
{
    char key[ENGINE_KEY_MAX], path[ENGINE_KEY_MAX + 16];

    snprintf(path, sizeof(path), "/tmp/erm-%s", own_key(run, key));
    remove_all(path);
}

/* Ensures: the attempt is forgotten before its owner hears of its end. */
static void pass_on(void *context)
{
    struct run *run = context;
    struct prrte *prrte = run->prrte;
    struct launch_report report = run->last;

    run->last.text = NULL;
    remove_tmp(run);
    if (prrte->pool != NULL && run->is_pool)
        pool_dvm_job_ended(prrte->pool, run->key.job_id);
    free_run(run);
    prrte->config.base.report(prrte->config.base.context, &report);
    free((char *)(uintptr_t)report.text);
}

/* What a command's own prun has started in the pool's DVM may have no mark but
 * the DVM's. Ensures: only on hosts that are nobody else's. */
static void sweep_pool(void *context)
{
    static const struct launch_key pool = {.job_id = 0};
    struct run *run = context;
    struct idset nodes = {.count = 0};
    char key[ENGINE_KEY_MAX];

    add_present_nodes(run, &nodes);
    hosts_sweep(run->prrte->hosts, &nodes,
                engine_key(run->prrte->engine, &pool, key), false, pass_on,
                run);
    idset_release(&nodes);
}

static void sweep(void *context)
{
    struct run *run = context;
    char key[ENGINE_KEY_MAX];

    hosts_sweep(run->prrte->hosts, &run->nodes, own_key(run, key), true,
                run->is_pool ? sweep_pool : pass_on, run);
}

static void forget_clearings(struct prrte *prrte, const struct launch_key *key)
{
    struct double_clearing *both, *next;

    clearing_forget(&prrte->clearings, key);
    DL_FOREACH_SAFE(prrte->both, both, next)
    {
        if (memcmp(&both->key, key, sizeof(*key)) != 0)
            continue;
        DL_DELETE(prrte->both, both);
        free(both);
    }
}

static void take_last(struct run *run, const struct launch_report *report)
{
    struct hosts *hosts = run->prrte->hosts;

    run->last = *report;
    run->last.text = mem_strdup(report->text);
    forget_clearings(run->prrte, &report->key);
    add_present_nodes(run, &run->nodes);
    if (hosts == NULL)
        pass_on(run);
    else if (report->what == LAUNCH_ENDED &&
             report->exit.reason == EXIT_NODE_LOST)
        hosts_probe(hosts, &run->nodes, sweep, run);
    else
        sweep(run);
}

static struct double_clearing *
find_both(const struct prrte *prrte, const struct launch_key *key, uint64_t seq)
{
    struct double_clearing *both;

    DL_FOREACH(prrte->both, both)
    {
        if (memcmp(&both->key, key, sizeof(*key)) == 0 && both->seq == seq)
            break;
    }
    return both;
}

/* One of the two is done; or the only one. */
static void take_cleared(struct prrte *prrte,
                         const struct launch_report *report)
{
    struct double_clearing *both = find_both(prrte, &report->key, report->seq);
    struct launch_report sum = *report;

    if (both != NULL) {
        both->n_ended += report->n_killed;
        if (--both->n_left > 0)
            return;
        sum.n_killed = both->n_ended;
        DL_DELETE(prrte->both, both);
        free(both);
    }
    prrte->config.base.report(prrte->config.base.context, &sum);
}

static void on_report(void *context, const struct launch_report *report)
{
    struct prrte *prrte = context;
    struct run *run = find(prrte, &report->key);

    if (report->key.job_id == 0)
        pool_dvm_report(prrte->pool, report);
    else if (report->what == LAUNCH_CLEARED)
        take_cleared(prrte, report);
    else if (run == NULL || report->what == LAUNCH_STARTED)
        prrte->config.base.report(prrte->config.base.context, report);
    else
        take_last(run, report);
}

static void on_node_report(void *context,
                           const struct launch_node_report *report)
{
    struct prrte *prrte = context;

    prrte->config.base.node_report(prrte->config.base.context, report);
    if (prrte->pool != NULL)
        pool_dvm_set_node(prrte->pool, report->node, report->is_up);
}

/* ---- the port ---- */

static int set_nodes(struct launcher *launcher, const struct launch_node *nodes,
                     uint32_t n, uint32_t *slots, struct idset *unready,
                     struct err *err)
{
    struct prrte *prrte = to_prrte(launcher);
    int rc = prrte->inner->ops->set_nodes(prrte->inner, nodes, n, slots,
                                          unready, err);

    if (rc != 0)
        return rc;
    if (prrte->hosts != NULL) {
        hosts_set(prrte->hosts, nodes, n, unready);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t cores = hosts_cores(prrte->hosts, i);
            slots[i] = nodes[i].slots ? nodes[i].slots : cores ? cores : 1;
        }
    }
    if (prrte->pool != NULL)
        pool_dvm_set_nodes(prrte->pool, nodes, n, unready);
    return 0;
}

/* A command may reach its hosts by its own means. */
static int start_plain(struct prrte *prrte,
                       const struct launch_request *request, struct err *err)
{
    int rc = prrte->inner->ops->start(prrte->inner, request, err);

    if (rc == 0 && prrte->hosts != NULL)
        add_run(prrte, &request->key, request->nodes, false);
    return rc;
}

static int start(struct launcher *launcher,
                 const struct launch_request *request, struct err *err)
{
    struct prrte *prrte = to_prrte(launcher);
    struct launch_request wrapped = *request;
    char **wrapper;
    int rc;

    if (request->dvm == NULL)
        return start_plain(prrte, request, err);
    wrapper = engine_wrapper(prrte->engine, request);
    wrapped.wrapper = (const char *const *)wrapper;
    rc = prrte->inner->ops->start(prrte->inner, &wrapped, err);
    engine_wrapper_free(wrapper);
    if (rc != 0)
        return rc;
    add_run(prrte, &request->key, request->nodes, request->dvm->is_pool);
    if (prrte->pool != NULL && request->dvm->is_pool)
        pool_dvm_job_started(prrte->pool, request->key.job_id);
    return 0;
}

/* A manager with other options may have started it. */
static bool was_wrapped(const struct prrte *prrte, const struct launch_key *key)
{
    char name[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + 10];

    snprintf(path, sizeof(path), "%s/dvm.log",
             claim_name(key->job_id, key->attempt, key->part, name));
    return faccessat(prrte->config.base.jobs_fd, path, F_OK, 0) == 0;
}

static enum claim_state adopt(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place)
{
    struct prrte *prrte = to_prrte(launcher);
    enum claim_state state = prrte->inner->ops->adopt(prrte->inner, key, place);

    if (state == CLAIM_NONE || place == NULL || find(prrte, key) != NULL ||
        (prrte->hosts == NULL && !place->has_dvm && !was_wrapped(prrte, key)))
        return state;
    add_run(prrte, key, place->nodes, place->is_pool);
    if (prrte->pool != NULL && place->is_pool)
        pool_dvm_job_started(prrte->pool, key->job_id);
    return state;
}

static int send_signal(struct launcher *launcher, const struct launch_key *key,
                       int signal, struct err *err)
{
    struct launcher *inner = to_prrte(launcher)->inner;

    return inner->ops->signal(inner, key, signal, err);
}

/* The ranks of a program that prun started are on their hosts. */
static enum launch_handles handles(struct launcher *launcher,
                                   const struct launch_key *key, int signal)
{
    struct prrte *prrte = to_prrte(launcher);
    enum launch_handles here =
        prrte->inner->ops->handles(prrte->inner, key, signal);

    if (here == LAUNCH_HANDLES_NOT && prrte->hosts != NULL &&
        find(prrte, key) != NULL)
        return LAUNCH_UNSEEN;
    return here;
}

/* One that has ended: what was asked for. */
static int terminate(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err)
{
    struct prrte *prrte = to_prrte(launcher);
    struct run *run = find(prrte, key);

    if (run != NULL && is_ended(run))
        return 0;
    return prrte->inner->ops->terminate(prrte->inner, key, grace, err);
}

static int set_walltime(struct launcher *launcher, const struct launch_key *key,
                        dur_us walltime, struct err *err)
{
    struct launcher *inner = to_prrte(launcher)->inner;

    return inner->ops->set_walltime(inner, key, walltime, err);
}

static void add_cpus(struct launcher *launcher, uint32_t node,
                     struct strbuf *out)
{
    struct launcher *inner = to_prrte(launcher)->inner;

    inner->ops->add_cpus(inner, node, out);
}

/* ---- nodes that come and go ---- */

/* Until their hosts are swept; the launcher behind ends them. */
static uint32_t count_parts(const struct prrte *prrte,
                            const struct clearing *clearing)
{
    const struct run *run;
    uint32_t n = 0;

    for (run = prrte->runs; run != NULL; run = run->hh.next)
        n += clearing_takes_part(clearing, &run->key, &run->nodes);
    return n;
}

static void found(void *context, uint32_t n)
{
    struct clearing *clearing = context;
    uint32_t n_parts = 0;

    if (!clearing->is_abandoned)
        n_parts = count_parts(clearing->context, clearing);
    clearing_looked(clearing, n, n_parts);
}

/* What got TERM once is only counted from then on. */
static void look_on_hosts(void *context, struct clearing *clearing, int signal)
{
    struct prrte *prrte = context;
    char key[ENGINE_KEY_MAX];

    if (signal == SIGTERM && clearing->is_told)
        signal = 0;
    else if (signal != 0)
        clearing->is_told = true;
    engine_key(prrte->engine, &clearing->key, key);
    hosts_signal(prrte->hosts, &clearing->nodes, signal, key, found, clearing);
}

static void hosts_cleared(void *context, const struct clearing *clearing)
{
    struct launch_report report = {.key = clearing->key,
                                   .what = LAUNCH_CLEARED,
                                   .seq = clearing->seq,
                                   .n_killed = clearing->n_ended};

    take_cleared(context, &report);
}

static bool has_any_part(const struct prrte *prrte,
                         const struct launch_key *key)
{
    const struct run *run;

    for (run = prrte->runs; run != NULL; run = run->hh.next) {
        if (run->key.job_id == key->job_id && run->key.attempt == key->attempt)
            return true;
    }
    return false;
}

static int clear_both(struct prrte *prrte, const struct launch_change *change,
                      struct err *err)
{
    struct double_clearing *both;

    if (find_both(prrte, &change->key, change->seq) != NULL)
        return 0;
    if (prrte->inner->ops->clear(prrte->inner, change, err) != 0)
        return -1;
    both = mem_alloc(sizeof(*both));
    both->key = change->key;
    both->seq = change->seq;
    both->n_left = 2;
    DL_APPEND(prrte->both, both);
    clearing_begin(&prrte->clearings, prrte->config.base.loop, change,
                   look_on_hosts, hosts_cleared, prrte);
    return 0;
}

static int clear(struct launcher *launcher, const struct launch_change *change,
                 struct err *err)
{
    struct prrte *prrte = to_prrte(launcher);
    const struct run *run = find(prrte, &change->key);

    if (prrte->hosts == NULL ||
        (run == NULL && !has_any_part(prrte, &change->key)))
        return prrte->inner->ops->clear(prrte->inner, change, err);
    if (run != NULL && is_ended(run))
        return err_set(err, ERR_CONFLICT, "job %lld has just ended",
                       (long long)change->key.job_id);
    return clear_both(prrte, change, err);
}

static void place_on(struct launcher *launcher, const struct launch_key *key,
                     const struct idset *nodes)
{
    struct prrte *prrte = to_prrte(launcher);
    struct run *run = find(prrte, key);

    if (run != NULL)
        idset_unite(&run->nodes, nodes);
    prrte->inner->ops->place(prrte->inner, key, nodes);
}

static void resume_node(struct launcher *launcher, uint32_t node)
{
    struct prrte *prrte = to_prrte(launcher);

    if (prrte->hosts != NULL)
        hosts_resume(prrte->hosts, node);
}

static void destroy(struct launcher *launcher)
{
    struct prrte *prrte = to_prrte(launcher);
    struct double_clearing *both, *next_both;
    struct run *run, *next;

    if (prrte == NULL)
        return;
    pool_dvm_destroy(prrte->pool);
    hosts_destroy(prrte->hosts); /* and no look comes back */
    clearing_release(&prrte->clearings);
    DL_FOREACH_SAFE(prrte->both, both, next_both)
    free(both);
    if (prrte->inner != NULL)
        prrte->inner->ops->destroy(prrte->inner);
    HASH_ITER (hh, prrte->runs, run, next)
        free_run(run);
    engine_destroy(prrte->engine);
    free(prrte);
}

#define OPS(ops_name)                                              \
    {                                                              \
        .name = ops_name, .set_nodes = set_nodes, .start = start,  \
        .adopt = adopt, .signal = send_signal, .handles = handles, \
        .terminate = terminate, .set_walltime = set_walltime,      \
        .add_cpus = add_cpus, .clear = clear, .place = place_on,   \
        .resume_node = resume_node, .destroy = destroy,            \
    }

static const struct launcher_ops remote_ops = OPS("prrte");
static const struct launcher_ops pretend_ops = OPS("local");

static void make_hosts(struct prrte *prrte)
{
    struct hosts_config config = {
        .loop = prrte->config.base.loop,
        .log = prrte->config.base.log,
        .engine = prrte->engine,
        .node_report = on_node_report,
        .report_context = prrte,
        .claim = claim,
        .claim_context = prrte,
        .spans = prrte->config.hosts_spans,
    };

    prrte->hosts = hosts_create(&config);
}

struct launcher *launcher_prrte_create(const struct prrte_config *config,
                                       struct err *err)
{
    struct prrte *prrte = mem_alloc(sizeof(*prrte));
    struct launcher_config inner = config->base;

    prrte->launcher.ops = config->is_remote ? &remote_ops : &pretend_ops;
    prrte->config = *config;
    prrte->engine = config->engine;
    inner.report = on_report;
    inner.context = prrte;
    inner.is_unpinned = config->is_remote;
    prrte->inner = launcher_local_create(&inner, err);
    if (prrte->inner == NULL) {
        destroy(&prrte->launcher);
        return NULL;
    }
    if (config->is_remote)
        make_hosts(prrte);
    if (config->nodes_dir != NULL)
        prrte->pool = pool_dvm_create(config, prrte->inner);
    return &prrte->launcher;
}
