/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of it is counted or kept by others; nothing here walks the jobs, so the
 * status may be asked as often as one likes.
 */
#include "manager/views_pool.h"

#include <unistd.h>

#include "manager/api.h"
#include "manager/jobs_watch.h"
#include "manager/node_names.h"
#include "manager/node_source.h"
#include "manager/problems.h"
#include "manager/turn.h"
#include "store/history_view.h"

json_t *view_node(const struct views *views, uint32_t node)
{
    const struct manager *manager = views->manager;
    const struct node_names *names = manager->nodes;
    const struct node_entry *entry =
        node < names->n ? &names->entries[node] : NULL;
    enum node_state state = sched_node_state(manager->sched, node);
    int64_t job = sched_node_job(manager->sched, node);
    json_t *object = json_object();
    views_put(object, "name", views_text(node_names_name(names, node)));
    views_put(object, "number", json_integer(node));
    views_put(object, "state", views_text(node_state_name(state)));
    views_put(object, "slots", json_integer(node_names_slots(names, node)));
    views_put(object, "job", job > 0 ? json_integer(job) : NULL);
    views_put(object, "since", views_time(entry == NULL ? 0 : entry->since));
    views_put(object, "reason",
              views_text(
                  entry == NULL || entry->reason == NULL ? "" : entry->reason));
    return object;
}

json_t *view_all_nodes(const struct views *views)
{
    const struct manager *manager = views->manager;
    json_t *list = json_array();
    for (uint32_t node = 0; node < manager->nodes->n; node++)
        if (manager->nodes->entries[node].name != NULL &&
            sched_node_state(manager->sched, node) != NODE_ABSENT)
            json_array_append_new(list, view_node(views, node));
    return list;
}

json_t *view_node_counts(const struct views *views)
{
    struct sched_counts counts;
    sched_counts(views->manager->sched, &counts);
    json_t *object = json_object();
    views_put(object, "total", json_integer(counts.pool));
    views_put(object, "idle", json_integer(counts.idle));
    views_put(object, "allocated", json_integer(counts.allocated));
    views_put(object, "reserved", json_integer(counts.reserved));
    views_put(object, "drained", json_integer(counts.drained));
    views_put(object, "down", json_integer(counts.down));
    return object;
}

json_t *view_job_counts(const struct views *views)
{
    struct sched_counts counts;
    int64_t ended = 0, failed = 0;
    sched_counts(views->manager->sched, &counts);
    store_count_ended(views->manager->store, &ended, &failed);
    json_t *object = json_object();
    views_put(object, "pending", json_integer(counts.pending));
    views_put(object, "running", json_integer(counts.active));
    views_put(object, "finished", json_integer(ended));
    views_put(object, "failed", json_integer(failed));
    return object;
}

static json_t *view_settings(const struct sched_config *config)
{
    json_t *object = json_object();
    views_put(object, "start", json_integer(config->start_at_max));
    views_put(object, "backfill", views_text(backfill_name(config->backfill)));
    views_put(object, "backfill_order",
              views_text(backfill_order_name(config->backfill_order)));
    views_put(object, "backfill_depth", json_integer(config->backfill_depth));
    views_put(object, "mode", views_text(sched_mode_name(config->mode)));
    views_put(object, "sizing", views_text(sizing_name(config->sizing)));
    views_put(object, "estimates",
              views_text(estimates_name(config->estimates)));
    views_put(object, "expand", views_text(config->expand->name));
    views_put(object, "shrink", views_text(config->shrink->name));
    views_put(object, "cooldown",
              config->cooldown < 0 ? NULL : views_seconds(config->cooldown));
    views_put(object, "evolving_delay", views_seconds(config->evolving_delay));
    return object;
}

static json_t *view_problems(const struct problems *problems)
{
    json_t *list = json_array();
    for (size_t i = 0; problems != NULL && i < problems->n; i++) {
        json_t *object = json_object();
        views_put(object, "file", views_text(problems->items[i].file));
        views_put(object, "text", views_text(problems->items[i].text));
        json_array_append_new(list, object);
    }
    return list;
}

/* Nothing pending, nothing running, files read. */
static bool is_idle(const struct manager *manager)
{
    struct sched_counts counts;
    sched_counts(manager->sched, &counts);
    return counts.pending == 0 && counts.active == 0 &&
           !turn_is_pending(manager->turn) &&
           (manager->jobs_watch == NULL ||
            jobs_watch_is_quiet(manager->jobs_watch));
}

static void put_files(json_t *object, const struct manager *manager)
{
    const struct manager_options *options = &manager->options;
    views_put(object, "state_dir",
              views_text(manager->state_dir ? manager->state_dir->path : NULL));
    views_put(object, "socket",
              views_text(manager->api ? api_socket_path(manager->api) : NULL));
    views_put(object, "jobs_file", views_text(options->jobs_file));
    views_put(object, "policy_file", views_text(options->policy_file));
    views_put(object, "hostfile", views_text(options->hostfile));
}

/* Where the nodes come from, and until when they are ours. */
static json_t *view_source(const struct manager *manager)
{
    json_t *object = json_object();
    struct strbuf text;
    strbuf_init(&text);
    node_source_describe(manager, sched_nodes(manager->sched), &text);
    views_put(object, "kind", views_text(node_source_kind(manager)));
    views_put(object, "allocation", views_text(node_source_id(manager)));
    views_put(object, "ends", views_time(sched_config(manager->sched)->ends));
    views_put(object, "text", views_text(text.text));
    strbuf_release(&text);
    return object;
}

json_t *view_status(const struct views *views)
{
    const struct manager *manager = views->manager;
    const struct launcher *launcher = manager->launcher;
    json_t *object = json_object();
    views_put(object, "version", views_text(ERM_VERSION));
    views_put(object, "pid", json_integer(getpid()));
    put_files(object, manager);
    views_put(object, "nodes_from", view_source(manager));
    views_put(object, "launcher",
              views_text(launcher == NULL ? NULL : launcher->ops->name));
    views_put(object, "launcher_note", views_text(manager->launcher_note));
    views_put(object, "started", views_time(manager->started));
    views_put(object, "now", views_time(views->now));
    views_put(object, "settings", view_settings(sched_config(manager->sched)));
    views_put(object, "nodes", view_node_counts(views));
    views_put(object, "jobs", view_job_counts(views));
    views_put(object, "idle", json_boolean(is_idle(manager)));
    views_put(object, "stopping",
              json_boolean(manager->is_stopping || manager->is_draining));
    views_put(object, "read_only", json_boolean(manager->is_read_only));
    views_put(object, "rejected", view_problems(manager->problems));
    return object;
}
