/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests about nodes: list, drain, resume, add, remove. Names that are not
 * of the pool fail one by one; a list that cannot be read fails as a whole.
 */
#include <string.h>

#include "base/diag.h"
#include "codec/hostfile.h"
#include "manager/api_handlers.h"
#include "manager/api_results.h"
#include "manager/node_names.h"
#include "manager/node_pool.h"
#include "manager/views_pool.h"
#include "store/node_table.h"

void api_get_nodes(struct api_request *request)
{
    struct views views;
    views_init(&views, request->api->manager);
    json_t *answer = json_object();
    views_put(answer, "nodes", view_all_nodes(&views));
    views_release(&views);
    api_request_answer(request, answer);
}

/* Does one node's part. */
typedef int node_change_f(struct manager *manager, const char *name,
                          const char *reason, struct strbuf *text,
                          struct err *err);

/* The nodes are named one by one in the answer, in the order of the request. */
static void answer_nodes(struct api_request *request, const char *const *keys,
                         size_t n_keys, node_change_f *change)
{
    struct manager *manager = request->api->manager;
    struct err err = {0};
    struct hostlist names;
    const char *reason = NULL;
    hostlist_init(&names);
    if (args_check(request, keys, n_keys, &err) != 0 ||
        args_names(request, "nodes", &names, &err) != 0 ||
        args_string(request, "reason", &reason, &err) != 0) {
        hostlist_release(&names);
        api_request_fail(request, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < names.n; i++) {
        struct err trouble = {0};
        struct strbuf text;
        strbuf_init(&text);
        int rc = change(manager, names.names[i], reason, &text, &trouble);
        results_add(list, "node", views_text(names.names[i]), text.text,
                    rc == 0 ? NULL : &trouble);
        strbuf_release(&text);
    }
    hostlist_release(&names);
    results_answer(request, list);
}

/* ---- drain, resume ---- */

static int step_node(struct manager *manager, const char *name,
                     enum event_type type, uint32_t *number, struct err *err)
{
    *number = node_names_find(manager->nodes, name);
    if (*number == IDSET_NONE ||
        !idset_has(sched_nodes(manager->sched), *number))
        return err_set(err, ERR_NOT_FOUND, "no node %.253s in the pool", name);
    struct event event;
    event_init(&event, type, manager_now(manager));
    idset_add(&event.nodes, *number);
    return manager_event(manager, &event, err);
}

/* The reason is for people: it is noted beside the journal, in the same
 * transaction. */
static void note(struct manager *manager, uint32_t number, const char *reason)
{
    time_us now = manager_now(manager);
    node_names_note(manager->nodes, number, now, reason);
    store_set_node_reason(manager->store, number, reason, now, NULL);
}

static int drain(struct manager *manager, const char *name, const char *reason,
                 struct strbuf *text, struct err *err)
{
    uint32_t number;
    if (step_node(manager, name, EV_DRAIN, &number, err) != 0)
        return -1;
    note(manager, number, reason);
    int64_t job = sched_node_job(manager->sched, number);
    strbuf_add_str(text, "drained");
    if (sched_node_state(manager->sched, number) == NODE_DRAINING)
        strbuf_add_fmt(text, " once job %lld has left it", (long long)job);
    return 0;
}

/* Somebody says it is well. Where the launcher looks for itself it will find
 * out, without the time that a node has to wait after several failures. */
static int resume_down(struct manager *manager, const char *name,
                       uint32_t number, struct strbuf *text, struct err *err)
{
    struct launcher *launcher = manager->launcher;
    if (strcmp(launcher->ops->name, "prrte") == 0) {
        launcher->ops->resume_node(launcher, number);
        strbuf_add_str(text, "idle as soon as it answers");
        return 0;
    }
    if (step_node(manager, name, EV_NODE_UP, &number, err) != 0)
        return -1;
    note(manager, number, NULL);
    strbuf_add_str(text,
                   node_state_name(sched_node_state(manager->sched, number)));
    return 0;
}

static int resume(struct manager *manager, const char *name, const char *reason,
                  struct strbuf *text, struct err *err)
{
    uint32_t number;
    (void)reason;
    if (step_node(manager, name, EV_UNDRAIN, &number, err) != 0)
        return -1;
    if (sched_node_state(manager->sched, number) == NODE_DOWN)
        return resume_down(manager, name, number, text, err);
    note(manager, number, NULL);
    strbuf_add_str(text,
                   node_state_name(sched_node_state(manager->sched, number)));
    return 0;
}

void api_post_drain(struct api_request *request)
{
    static const char *const keys[] = {"nodes", "reason"};
    answer_nodes(request, keys, 2, drain);
}

void api_post_resume(struct api_request *request)
{
    static const char *const keys[] = {"nodes"};
    answer_nodes(request, keys, 1, resume);
}

/* ---- add, remove ---- */

static int remove_node(struct manager *manager, const char *name,
                       const char *reason, struct strbuf *text, struct err *err)
{
    (void)reason;
    if (node_pool_remove(manager->pool, name, err) != 0)
        return -1;
    uint32_t number = node_names_find(manager->nodes, name);
    bool is_busy = number != IDSET_NONE &&
                   sched_node_state(manager->sched, number) == NODE_LEAVING;
    strbuf_add_str(text, is_busy ? "leaves when its job has ended" : "removed");
    return 0;
}

void api_post_remove(struct api_request *request)
{
    static const char *const keys[] = {"nodes"};
    answer_nodes(request, keys, 1, remove_node);
}

/* "n[5-6]" or "n[5-6] slots=4": a line of a hostfile. */
static int add_line(struct manager *manager, const char *line, json_t *list,
                    struct err *err)
{
    struct hostfile file;
    struct diags diags;
    hostfile_init(&file);
    diags_init(&diags);
    int rc = hostfile_parse(line, strlen(line), &file, &diags);
    if (rc != 0)
        err_set(err, ERR_INPUT, "nodes: '%.100s': %s", line,
                diags.n > 0 ? diags.items[0].text : "not a node");
    if (rc != 0 && diags.n > 0 && diags.items[0].hint != NULL)
        err_hint(err, "%s", diags.items[0].hint);
    for (size_t i = 0; rc == 0 && i < file.n; i++) {
        struct err trouble = {0};
        const char *name = file.nodes[i].name;
        bool is_added = node_pool_add(manager->pool, name, file.nodes[i].slots,
                                      &trouble) == 0;
        results_add(list, "node", views_text(name), "added",
                    is_added ? NULL : &trouble);
    }
    hostfile_release(&file);
    diags_release(&diags);
    return rc;
}

void api_post_add(struct api_request *request)
{
    static const char *const keys[] = {"nodes"};
    struct err err = {0};
    json_t *results = json_array(), *line;
    size_t i;
    if (args_check(request, keys, 1, &err) != 0)
        goto error;
    json_t *lines = json_object_get(request->body, "nodes");
    if (!json_is_array(lines) || json_array_size(lines) == 0) {
        err_set(&err, ERR_INPUT, "nodes: a list of node names expected");
        goto error;
    }
    json_array_foreach(lines, i, line)
    {
        if (!json_is_string(line)) {
            err_set(&err, ERR_INPUT, "nodes[%zu]: a text expected", i);
            goto error;
        }
        if (add_line(request->api->manager, json_string_value(line), results,
                     &err) != 0)
            goto error;
    }
    results_answer(request, results);
    return;
error:
    json_decref(results);
    api_request_fail(request, &err);
}
