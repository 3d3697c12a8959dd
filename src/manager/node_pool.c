/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/node_pool.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "codec/hostfile.h"
#include "manager/node_names.h"
#include "manager/node_source.h"
#include "manager/problems.h"
#include "manager/text_file.h"
#include "manager/watch.h"
#include "store/node_table.h"
#include "store/state_dir.h"

#define LISTS_SOON (50 * USEC_PER_MSEC)
#define LISTS_EVERY USEC_PER_SEC

struct node_pool {
    struct manager *manager; /* borrowed */
    struct idset members;
    struct watch *watch;       /* owned; of the hostfile, NULL none */
    char *told;                /* owned: the text whose faults were told */
    struct event *lists_timer; /* owned */
    time_us lists_written;
};

/* ---- which nodes ---- */

uint32_t node_pool_cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return (uint32_t)CPU_COUNT(&set);
    return 1;
}

/* The hosts that there are; -1 and ERR for a bad hostfile. */
static int read_hosts(const struct manager *manager, struct hostfile *out,
                      struct err *err)
{
    uint32_t n = manager->options.n_nodes;

    return node_source_read(manager, n > 0 ? n : node_pool_cores(), out, err);
}

static int add_node(struct node_pool *pool, const char *name, uint32_t slots,
                    struct err *err)
{
    struct manager *manager = pool->manager;
    int64_t number = store_node_number(manager->store, name, slots, err);

    if (number < 0)
        return -1;
    node_names_put(manager->nodes, (uint32_t)number, name, slots);
    idset_add(&pool->members, (uint32_t)number);
    return 0;
}

/* What the source is told as, owned. */
static char *source_name(const struct manager *manager)
{
    struct strbuf name;

    strbuf_init(&name);
    node_source_add_name(manager, &name);
    return strbuf_detach(&name);
}

static void warn_of_few(const struct manager *manager, uint32_t asked, size_t n)
{
    char *name = source_name(manager);

    log_warning(&manager->log,
                "%u nodes were asked for, %s has %zu: using those", asked, name,
                n);
    free(name);
}

static int set_members(struct node_pool *pool, const struct hostfile *hosts,
                       struct err *err)
{
    uint32_t limit = pool->manager->options.n_nodes;
    size_t n = limit > 0 && limit < hosts->n ? limit : hosts->n;

    if (limit > hosts->n)
        warn_of_few(pool->manager, limit, hosts->n);
    idset_clear(&pool->members);
    for (size_t i = 0; i < n; i++) {
        if (add_node(pool, hosts->nodes[i].name, hosts->nodes[i].slots, err) !=
            0)
            return -1;
    }
    return 0;
}

/* ---- telling launcher and core ---- */

/* UNREADY receives those that the launcher does not vouch for yet. */
static int tell_launcher(struct node_pool *pool, struct idset *unready,
                         struct err *err)
{
    struct manager *manager = pool->manager;
    struct node_names *names = manager->nodes;
    struct launch_node *nodes = mem_alloc_array(names->n, sizeof(*nodes));
    uint32_t *slots = mem_alloc_array(names->n, sizeof(*slots));
    int result;

    for (uint32_t i = 0; i < names->n; i++) {
        bool is_member = idset_has(&pool->members, i);
        nodes[i].name = is_member ? names->entries[i].name : NULL;
        nodes[i].slots = is_member ? names->entries[i].asked : 0;
    }
    result = manager->launcher->ops->set_nodes(manager->launcher, nodes,
                                               names->n, slots, unready, err);
    for (uint32_t i = 0; result == 0 && i < names->n; i++) {
        if (nodes[i].name != NULL)
            names->entries[i].slots = slots[i];
    }
    free(nodes);
    free(slots);
    return result;
}

/* Nodes of which nobody knows yet whether they answer are down until they do;
 * but a job that runs there was started on a node that did. */
static int mark_unready(struct manager *manager, const struct idset *unready,
                        struct err *err)
{
    struct event event;

    event_init(&event, EV_NODE_DOWN, manager_now(manager));
    IDSET_EACH (unready, node) {
        enum node_state state = sched_node_state(manager->sched, node);
        if (state == NODE_DOWN || sched_node_job(manager->sched, node) != 0)
            continue;
        idset_add(&event.nodes, node);
        node_names_note(manager->nodes, node, event.now,
                        "has not answered yet");
    }
    if (!idset_is_empty(&event.nodes))
        return manager_event(manager, &event, err);
    event_release(&event);
    return 0;
}

int node_pool_apply(struct node_pool *pool, struct err *err)
{
    struct manager *manager = pool->manager;
    struct event event;
    struct idset unready;
    int result;

    idset_init(&unready);
    result = tell_launcher(pool, &unready, err);
    if (result == 0)
        result = mark_unready(manager, &unready, err);
    idset_release(&unready);
    if (result != 0)
        return -1;
    node_pool_touch(pool);
    if (idset_is_equal(&pool->members, sched_nodes(manager->sched)))
        return 0;
    event_init(&event, EV_POOL_CHANGED, manager_now(manager));
    idset_copy(&event.nodes, &pool->members);
    return manager_event(manager, &event, err);
}

static void log_pool(const struct node_pool *pool)
{
    struct strbuf names;

    strbuf_init(&names);
    node_names_format(pool->manager->nodes, &pool->members, &names);
    log_info(&pool->manager->log, "the pool is now %u nodes: %s",
             idset_count(&pool->members), names.text);
    strbuf_release(&names);
}

/* Goes over to HOSTS, or stays as it was. */
static int change_to(struct node_pool *pool, const struct hostfile *hosts,
                     struct err *err)
{
    struct idset before;
    int result;

    idset_init(&before);
    idset_copy(&before, &pool->members);
    result = set_members(pool, hosts, err);
    if (result == 0)
        result = node_pool_apply(pool, err);
    if (result != 0)
        idset_copy(&pool->members, &before);
    else if (!idset_is_equal(&before, &pool->members))
        log_pool(pool);
    idset_release(&before);
    return result;
}

/* Tells a fault once, however often the same file is looked at. */
static void tell_fault(struct node_pool *pool, const struct err *err)
{
    struct manager *manager = pool->manager;
    char *name;

    if (pool->told != NULL && strcmp(pool->told, err->text) == 0)
        return;
    free(pool->told);
    pool->told = mem_strdup(err->text);
    name = source_name(manager);
    problems_clear(manager->problems, name);
    problems_add(manager->problems, name, err->text);
    free(name);
    log_warning(&manager->log, "the hostfile is not taken, the pool stays: %s",
                err->text);
}

const struct idset *node_pool_members(const struct node_pool *pool)
{
    return &pool->members;
}

int node_pool_reload(struct node_pool *pool, struct err *err)
{
    struct manager *manager = pool->manager;
    struct hostfile hosts;
    struct err cause;
    char *name;
    int result;

    err_clear(&cause);
    hostfile_init(&hosts);
    result = read_hosts(manager, &hosts, &cause);
    if (result == 0)
        result = change_to(pool, &hosts, &cause);
    hostfile_release(&hosts);
    if (result != 0) {
        tell_fault(pool, &cause);
        if (err != NULL)
            *err = cause;
        return -1;
    }
    free(pool->told);
    pool->told = NULL;
    name = source_name(manager);
    problems_clear(manager->problems, name);
    free(name);
    return 0;
}

int node_pool_add(struct node_pool *pool, const char *name, uint32_t slots,
                  struct err *err)
{
    uint32_t number = node_names_find(pool->manager->nodes, name);

    if (!hostname_is_valid(name))
        return err_set(err, ERR_INPUT, "'%s' is no name of a node", name);
    if (number != IDSET_NONE && idset_has(&pool->members, number))
        return err_set(err, ERR_CONFLICT, "%s is in the pool already", name);
    if (add_node(pool, name, slots, err) != 0)
        return -1;
    return node_pool_apply(pool, err);
}

int node_pool_remove(struct node_pool *pool, const char *name, struct err *err)
{
    uint32_t number = node_names_find(pool->manager->nodes, name);

    if (number == IDSET_NONE || !idset_has(&pool->members, number))
        return err_set(err, ERR_NOT_FOUND, "no node '%s' in the pool", name);
    idset_remove(&pool->members, number);
    return node_pool_apply(pool, err);
}

/* ---- the lists ---- */

/* Nodes that wait for work, and nodes that do some. */
static void sort_nodes(const struct manager *manager, struct hostfile *free,
                       struct hostfile *allocated)
{
    const struct node_names *names = manager->nodes;

    for (uint32_t i = 0; i < names->n; i++) {
        switch (sched_node_state(manager->sched, i)) {
        case NODE_IDLE:
        case NODE_RESERVED:
            hostfile_add(free, names->entries[i].name, names->entries[i].asked);
            break;
        case NODE_ALLOCATED:
        case NODE_DRAINING:
        case NODE_LEAVING:
            hostfile_add(allocated, names->entries[i].name,
                         names->entries[i].asked);
            break;
        default:
            break;
        }
    }
}

static void write_list(const struct node_pool *pool, const char *name,
                       const struct hostfile *hosts)
{
    struct strbuf text;
    struct err err;

    strbuf_init(&text);
    hostfile_format(hosts, &text);
    if (text_file_replace(pool->manager->state_dir->fd, name, &text, &err) != 0)
        log_debug(&pool->manager->log, "%s", err.text);
    strbuf_release(&text);
}

void node_pool_flush(struct node_pool *pool)
{
    struct hostfile idle, allocated;

    hostfile_init(&idle);
    hostfile_init(&allocated);
    sort_nodes(pool->manager, &idle, &allocated);
    write_list(pool, "free_nodes", &idle);
    write_list(pool, "allocated_nodes", &allocated);
    hostfile_release(&idle);
    hostfile_release(&allocated);
    pool->lists_written = manager_now(pool->manager);
}

static void flush_later(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    node_pool_flush(context);
}

void node_pool_touch(struct node_pool *pool)
{
    time_us due = time_add(pool->lists_written, LISTS_EVERY);
    dur_us left = due - manager_now(pool->manager);
    struct timeval tv;

    if (event_pending(pool->lists_timer, EV_TIMEOUT, NULL))
        return;
    if (left < LISTS_SOON)
        left = LISTS_SOON;
    tv.tv_sec = left / USEC_PER_SEC;
    tv.tv_usec = left % USEC_PER_SEC;
    event_add(pool->lists_timer, &tv);
}

/* ---- life ---- */

/* The journal may speak of nodes that are not of the pool any more. */
static int learn_node(void *context, const struct node_row *row)
{
    struct manager *manager = context;

    node_names_put(manager->nodes, row->number, row->name, row->slots);
    node_names_note(manager->nodes, row->number, row->since, row->reason);
    return 0;
}

static int load(struct node_pool *pool, struct err *err)
{
    struct manager *manager = pool->manager;
    struct hostfile hosts;
    int result = -1;

    hostfile_init(&hosts);
    if (store_each_node(manager->store, learn_node, manager, err) == 0 &&
        read_hosts(manager, &hosts, err) == 0)
        result = set_members(pool, &hosts, err);
    hostfile_release(&hosts);
    return result;
}

struct node_pool *node_pool_create(struct manager *manager, struct err *err)
{
    struct node_pool *pool = mem_alloc(sizeof(*pool));

    pool->manager = manager;
    idset_init(&pool->members);
    pool->lists_timer = evtimer_new(manager->loop, flush_later, pool);
    if (load(pool, err) != 0) {
        node_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void node_pool_destroy(struct node_pool *pool)
{
    if (pool == NULL)
        return;
    watch_destroy(pool->watch);
    event_free(pool->lists_timer);
    idset_release(&pool->members);
    free(pool->told);
    free(pool);
}

static void hostfile_changed(void *context)
{
    struct node_pool *pool = context;

    log_info(&pool->manager->log, "the hostfile has changed");
    node_pool_reload(pool, NULL);
}

void node_pool_watch(struct node_pool *pool)
{
    struct manager *manager = pool->manager;
    struct err err;

    if (manager->options.hostfile == NULL)
        return;
    pool->watch = watch_create(manager->loop, manager->options.hostfile,
                               hostfile_changed, pool, &err);
    if (pool->watch == NULL)
        log_warning(&manager->log, "%s", err.text);
}
