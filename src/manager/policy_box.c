/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.json. An entry of ours goes: to be written -> shown -> gone, because
 * the job removed it (done), or because we take it back. Clients take the
 * first entry of their id and remove all of it, so there is one per job.
 */
#include "manager/policy_box.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/policy_file.h"
#include "manager/node_names.h"
#include "manager/policy_mark.h"
#include "manager/request_box.h"
#include "manager/resizing.h"
#include "manager/shared_file.h"
#include "store/state_dir.h"

#define EMPTY_POLICY "{ \"jobs\": [] }\n"

enum entry_state {
    ENTRY_TO_WRITE,
    ENTRY_SHOWN,
    ENTRY_TO_REMOVE,
};

struct entry {
    struct entry *next;
    int64_t job;
    uint64_t seq;
    enum entry_state state;
    bool was_written; /* the job can have seen it */
    enum directive_op op;
    uint32_t n_nodes;
    char *nodes;            /* owned: names with commas; NULL: a removal only */
    enum event_type report; /* what the edit found; EV_TIMER = nothing */
    bool is_found;
};

struct policy_box {
    struct manager *manager; /* borrowed */
    struct shared_file *file;
    struct request_box *requests; /* NULL = none */
    struct entry *entries;        /* owned, oldest first */
    char *foreign_told;           /* owned: what was said about others' */
    struct policy_mark last;      /* of the manager before this one */
    struct policy_mark mark;      /* of what is being written */
};

/* ---- our entries ---- */

static struct entry *find_entry(const struct policy_box *box, int64_t job,
                                uint64_t seq)
{
    struct entry *entry = box->entries;

    while (entry != NULL && (entry->job != job || entry->seq != seq))
        entry = entry->next;
    return entry;
}

static bool is_ours(const struct policy_box *box, int64_t job)
{
    for (const struct entry *e = box->entries; e != NULL; e = e->next) {
        if (e->job == job && e->state != ENTRY_TO_WRITE)
            return true;
    }
    return false;
}

static struct entry *add_entry(struct policy_box *box, int64_t job,
                               uint64_t seq, enum entry_state state)
{
    struct entry **link = &box->entries;

    while (*link != NULL)
        link = &(*link)->next;
    *link = mem_alloc(sizeof(struct entry));
    (*link)->job = job;
    (*link)->seq = seq;
    (*link)->state = state;
    (*link)->was_written = state != ENTRY_TO_WRITE;
    (*link)->report = EV_TIMER;
    return *link;
}

static void remove_entry(struct policy_box *box, struct entry *entry)
{
    struct entry **link = &box->entries;

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    free(entry->nodes);
    free(entry);
}

/* ---- editing ---- */

static bool is_same(const struct entry *entry, const struct policy_entry *there)
{
    return there->has_op && there->op == entry->op && there->nodes != NULL &&
           entry->nodes != NULL && strcmp(there->nodes, entry->nodes) == 0;
}

/* True when the policy was changed. An entry just like ours is ours: written
 * before a crash; and one that was, and is gone, is done. Another one of the
 * same job has to go first. */
static bool write_entry(struct policy_box *box, struct entry *entry,
                        const struct locked_file *file,
                        struct policy_file *policy)
{
    struct policy_entry there;

    if (policy_file_find(policy, entry->job, &there)) {
        if (is_same(entry, &there))
            entry->report = EV_SHOWN;
        return false;
    }
    if (policy_mark_tells(&box->last, entry->seq, file)) {
        entry->report = EV_DONE;
        return false;
    }
    policy_mark_add(&box->mark, entry->seq);
    there = (struct policy_entry){
        .id = entry->job,
        .has_op = true,
        .op = entry->op,
        .n_nodes = entry->n_nodes,
        .nodes = entry->nodes,
    };
    policy_file_add(policy, &there);
    entry->report = EV_SHOWN;
    return true;
}

static bool edit_entry(struct policy_box *box, struct entry *entry,
                       const struct locked_file *file,
                       struct policy_file *policy)
{
    size_t n;

    switch (entry->state) {
    case ENTRY_TO_WRITE:
        return write_entry(box, entry, file, policy);
    case ENTRY_SHOWN:
        if (!policy_file_find(policy, entry->job, NULL))
            entry->report = EV_DONE;
        return false;
    case ENTRY_TO_REMOVE:
        n = policy_file_remove(policy, entry->job);
        entry->report = EV_WITHDRAWN;
        entry->is_found = n > 0 || !entry->was_written;
        return n > 0;
    }
    return false;
}

/* Entries of jobs that have ended: a crash came between the job's end and
 * the removal. */
static bool remove_stale(const struct policy_box *box,
                         struct policy_file *policy)
{
    struct policy_entry entry;
    enum job_state state;
    bool is_changed = false;

    for (size_t i = policy_file_count(policy); i-- > 0;) {
        policy_file_entry(policy, i, &entry);
        if (entry.id == 0 || is_ours(box, entry.id) ||
            !sched_outcome(box->manager->sched, entry.id, &state) ||
            !job_state_is_terminal(state))
            continue;
        policy_file_remove(policy, entry.id);
        is_changed = true;
        i = policy_file_count(policy);
    }
    return is_changed;
}

/* Entries that we did not issue are said once and left alone. */
static void tell_foreign(struct policy_box *box,
                         const struct policy_file *policy)
{
    struct policy_entry entry;
    struct strbuf text;
    char buf[160];

    strbuf_init(&text);
    for (size_t i = 0; i < policy_file_count(policy); i++) {
        policy_file_entry(policy, i, &entry);
        if (entry.id == 0 || !is_ours(box, entry.id))
            strbuf_add_fmt(&text, "%s%s", text.len > 0 ? "; " : "",
                           policy_file_describe(policy, i, buf, sizeof(buf)));
    }
    if (text.len > 0 && (box->foreign_told == NULL ||
                         strcmp(box->foreign_told, text.text) != 0))
        log_warning(&box->manager->log,
                    "%s has entries that erm did not write; they are left "
                    "alone: %s",
                    shared_file_path(box->file), text.text);
    free(box->foreign_told);
    box->foreign_told = strbuf_detach(&text);
}

static void send_report(struct policy_box *box, const struct entry *entry,
                        enum event_type type)
{
    if (type == EV_SHOWN || (type == EV_DONE && entry->state == ENTRY_TO_WRITE))
        resizing_shown(box->manager, entry->job, entry->seq);
    if (type == EV_SHOWN)
        return;
    if (type == EV_DONE)
        resizing_done(box->manager, entry->job, entry->seq, NULL);
    else
        resizing_withdrawn(box->manager, entry->job, entry->seq,
                           entry->is_found);
}

/* Only now that the file is written, what was found counts. */
static void take_reports(struct policy_box *box)
{
    struct entry *next;

    for (struct entry *entry = box->entries; entry != NULL; entry = next) {
        enum event_type type = entry->report;
        next = entry->next;
        entry->report = EV_TIMER;
        if (type == EV_TIMER)
            continue;
        if (type == EV_SHOWN) {
            entry->state = ENTRY_SHOWN;
            entry->was_written = true;
        }
        send_report(box, entry, type);
        if (type != EV_SHOWN)
            remove_entry(box, entry);
    }
}

static void forget_reports(struct policy_box *box)
{
    for (struct entry *e = box->entries; e != NULL; e = e->next)
        e->report = EV_TIMER;
}

static int parse(const struct locked_file *file, struct policy_file *out,
                 struct err *err)
{
    switch (policy_file_parse(file->text.text, file->text.len, out, err)) {
    case LIST_DOC_GOOD:
        return 0;
    case LIST_DOC_EMPTY:
        return err_set(err, ERR_INPUT, "%s is empty", file->path);
    case LIST_DOC_BROKEN:
        break;
    }
    if (err != NULL) {
        char text[sizeof(err->text)];
        memcpy(text, err->text, sizeof(text));
        err_set(err, ERR_INPUT, "%s: %.400s", file->path, text);
    }
    return -1;
}

/* With the mark before it, for the manager after this one. */
static int write_policy(struct policy_box *box, struct locked_file *file,
                        const struct policy_file *policy, struct err *err)
{
    int dir_fd = box->manager->state_dir->fd;
    char *text = policy_file_format(policy);
    int result = locked_file_reserve(file, strlen(text), err);

    if (result == 0 && box->mark.n > 0)
        result = policy_mark_write(&box->mark, dir_fd, file, err);
    if (result == 0) {
        result = locked_file_write(file, text, err);
        if (result != 0)
            policy_mark_remove(dir_fd);
    }
    free(text);
    return result;
}

static int edit(void *context, struct locked_file *file, struct err *err)
{
    struct policy_box *box = context;
    struct policy_file policy;
    bool is_changed;
    int result = 0;

    if (parse(file, &policy, err) != 0)
        return -1;
    box->mark.n = 0;
    is_changed = remove_stale(box, &policy);
    for (struct entry *e = box->entries; e != NULL; e = e->next)
        is_changed = edit_entry(box, e, file, &policy) || is_changed;
    if (is_changed)
        result = write_policy(box, file, &policy, err);
    if (result == 0) {
        take_reports(box);
        tell_foreign(box, &policy);
    } else {
        forget_reports(box);
    }
    policy_file_release(&policy);
    shared_file_poll(box->file, box->entries != NULL);
    return result;
}

/* What was in the lost file is shown again; it does not count as done. */
static void made_anew(void *context)
{
    struct policy_box *box = context;

    for (struct entry *e = box->entries; e != NULL; e = e->next) {
        if (e->state == ENTRY_SHOWN && e->nodes != NULL)
            e->state = ENTRY_TO_WRITE;
    }
}

/* ---- life and orders ---- */

struct policy_box *policy_box_create(struct manager *manager, struct err *err)
{
    struct policy_box *box = mem_alloc(sizeof(*box));
    struct shared_file_config config = {
        .loop = manager->loop,
        .log = &manager->log,
        .path = manager->options.policy_file,
        .empty = EMPTY_POLICY,
        .edit = edit,
        .made = made_anew,
        .context = box,
    };

    box->manager = manager;
    policy_mark_init(&box->last);
    policy_mark_init(&box->mark);
    policy_mark_read(&box->last, manager->state_dir->fd);
    box->file = shared_file_create(&config, err);
    if (box->file != NULL && manager->options.requests_file != NULL)
        box->requests = request_box_create(manager, err);
    if (box->file == NULL ||
        (manager->options.requests_file != NULL && box->requests == NULL)) {
        policy_box_destroy(box);
        return NULL;
    }
    shared_file_ask(box->file);
    return box;
}

void policy_box_destroy(struct policy_box *box)
{
    if (box == NULL)
        return;
    request_box_destroy(box->requests);
    shared_file_destroy(box->file);
    while (box->entries != NULL)
        remove_entry(box, box->entries);
    free(box->foreign_told);
    policy_mark_release(&box->last);
    policy_mark_release(&box->mark);
    free(box);
}

const char *policy_box_path(const struct policy_box *box)
{
    return shared_file_path(box->file);
}

const char *policy_box_requests_path(const struct policy_box *box)
{
    return box->requests == NULL ? NULL : request_box_path(box->requests);
}

static char *join_names(const struct manager *manager,
                        const struct idset *nodes)
{
    struct hostlist names;
    struct strbuf text;

    hostlist_init(&names);
    strbuf_init(&text);
    node_names_list(manager->nodes, nodes, &names);
    hostlist_join(&names, ",", &text);
    hostlist_release(&names);
    return strbuf_detach(&text);
}

static void add_directive(struct policy_box *box, int64_t job, uint64_t seq,
                          enum directive_op op, const struct idset *nodes,
                          enum entry_state state)
{
    struct entry *entry = add_entry(box, job, seq, state);

    entry->op = op;
    entry->n_nodes = idset_count(nodes);
    entry->nodes = join_names(box->manager, nodes);
}

void policy_box_offer(struct policy_box *box, int64_t job, uint64_t seq,
                      enum directive_op op, const struct idset *nodes)
{
    if (find_entry(box, job, seq) != NULL)
        return;
    add_directive(box, job, seq, op, nodes, ENTRY_TO_WRITE);
    shared_file_ask(box->file);
}

void policy_box_adopt(struct policy_box *box, const struct job *job)
{
    const struct directive *directive = &job->directive;

    add_directive(box, job->request.id, directive->seq, directive->op,
                  &directive->delta, ENTRY_SHOWN);
    shared_file_ask(box->file);
}

void policy_box_withdraw(struct policy_box *box, int64_t job, uint64_t seq)
{
    struct entry *entry = find_entry(box, job, seq);

    if (entry == NULL) {
        entry = add_entry(box, job, seq, ENTRY_TO_REMOVE);
        entry->was_written = false;
    } else if (entry->state == ENTRY_TO_WRITE) {
        entry->is_found = true;
        send_report(box, entry, EV_WITHDRAWN);
        remove_entry(box, entry);
        return;
    }
    entry->state = ENTRY_TO_REMOVE;
    shared_file_ask(box->file);
}

bool policy_box_is_quiet(const struct policy_box *box)
{
    return box->entries == NULL || shared_file_is_stuck(box->file);
}
