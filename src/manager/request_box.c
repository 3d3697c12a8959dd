/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two looks per wish: mark and ask, then (in a later turn, so after the
 * commit) remove. After a crash between them a marked wish is asked again,
 * which the scheduler refuses if it was granted before.
 */
#include "manager/request_box.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/requests_file.h"
#include "manager/shared_file.h"

#define EMPTY_REQUESTS "{ \"job_requests\": [] }\n"

struct request_box {
    struct manager *manager; /* borrowed */
    struct shared_file *file;
    struct size_request *asked; /* owned: decided, still in the file */
    size_t n_asked;
    char *bad_told; /* owned: what was said about senseless ones */
};

static bool is_asked(const struct request_box *box,
                     const struct size_request *request)
{
    for (size_t i = 0; i < box->n_asked; i++) {
        const struct size_request *asked = &box->asked[i];
        if (asked->job == request->job && asked->op == request->op &&
            asked->n_nodes == request->n_nodes)
            return true;
    }
    return false;
}

static void note_asked(struct request_box *box,
                       const struct size_request *request)
{
    box->asked = mem_resize(box->asked, box->n_asked + 1, sizeof(*box->asked));
    box->asked[box->n_asked++] = *request;
}

/* True when something was removed. */
static bool remove_asked(struct request_box *box, struct requests_file *file)
{
    bool is_changed = false;

    for (size_t i = requests_file_count(file); i-- > 0;) {
        struct size_request request;
        if (requests_file_get(file, i, &request, NULL) != 0 ||
            request.is_pending || !is_asked(box, &request))
            continue;
        requests_file_remove(file, i);
        is_changed = true;
    }
    box->n_asked = 0;
    return is_changed;
}

/* Marks what is to be asked now; what makes no sense goes to FAULTS. */
static bool mark_new(struct request_box *box, struct requests_file *file,
                     struct strbuf *faults)
{
    bool is_changed = false;

    for (size_t i = 0; i < requests_file_count(file); i++) {
        struct size_request request;
        struct err err;
        if (requests_file_get(file, i, &request, &err) != 0) {
            strbuf_add_fmt(faults, "%s%s", faults->len > 0 ? "; " : "",
                           err.text);
            continue;
        }
        requests_file_mark(file, i);
        note_asked(box, &request);
        is_changed = true;
    }
    return is_changed;
}

static void ask(struct request_box *box, const struct size_request *request)
{
    struct manager *manager = box->manager;
    const char *op = request->op == DIRECTIVE_GROW ? "expand" : "shrink";
    struct event event;
    struct err err;

    err_clear(&err);
    event_init(&event, EV_RESIZE_ASKED, manager_now(manager));
    event.job = request->job;
    event.op = request->op;
    event.n = request->n_nodes;
    event.asker = ASKED_BY_JOB;
    if (manager_event(manager, &event, &err) == 0)
        log_info(&manager->log,
                 "[Elastic Scaling] job %lld asked to %s by %u: granted",
                 (long long)request->job, op, request->n_nodes);
    else
        log_info(&manager->log,
                 "[Elastic Scaling] job %lld asked to %s by %u: refused: %s",
                 (long long)request->job, op, request->n_nodes, err.text);
}

static void tell_faults(struct request_box *box, struct strbuf *faults)
{
    if (faults->len > 0 &&
        (box->bad_told == NULL || strcmp(box->bad_told, faults->text) != 0))
        log_warning(&box->manager->log, "%s has requests without sense: %s",
                    shared_file_path(box->file), faults->text);
    free(box->bad_told);
    box->bad_told = strbuf_detach(faults);
}

static int write_back(struct locked_file *locked,
                      const struct requests_file *file, struct err *err)
{
    char *text = requests_file_format(file);
    int result = locked_file_write(locked, text, err);

    free(text);
    return result;
}

static int edit_good(struct request_box *box, struct locked_file *locked,
                     struct requests_file *file, struct err *err)
{
    bool is_changed = remove_asked(box, file);
    struct strbuf faults;

    strbuf_init(&faults);
    is_changed = mark_new(box, file, &faults) || is_changed;
    tell_faults(box, &faults);
    if (is_changed && write_back(locked, file, err) != 0) {
        /* asked again when they can be marked */
        box->n_asked = 0;
        return -1;
    }
    for (size_t i = 0; i < box->n_asked; i++)
        ask(box, &box->asked[i]);
    if (box->n_asked > 0)
        shared_file_ask(box->file);
    return 0;
}

static int edit(void *context, struct locked_file *locked, struct err *err)
{
    struct request_box *box = context;
    struct requests_file file;
    int result;

    switch (
        requests_file_parse(locked->text.text, locked->text.len, &file, err)) {
    case LIST_DOC_GOOD:
        break;
    case LIST_DOC_EMPTY:
        return err_set(err, ERR_INPUT, "%s is empty", locked->path);
    case LIST_DOC_BROKEN:
        return -1;
    }
    result = edit_good(box, locked, &file, err);
    requests_file_release(&file);
    return result;
}

struct request_box *request_box_create(struct manager *manager, struct err *err)
{
    struct request_box *box = mem_alloc(sizeof(*box));
    struct shared_file_config config = {
        .loop = manager->loop,
        .log = &manager->log,
        .path = manager->options.requests_file,
        .empty = EMPTY_REQUESTS,
        .edit = edit,
        .context = box,
    };

    box->manager = manager;
    box->file = shared_file_create(&config, err);
    if (box->file == NULL) {
        free(box);
        return NULL;
    }
    shared_file_ask(box->file);
    return box;
}

void request_box_destroy(struct request_box *box)
{
    if (box == NULL)
        return;
    shared_file_destroy(box->file);
    free(box->asked);
    free(box->bad_told);
    free(box);
}

const char *request_box_path(const struct request_box *box)
{
    return shared_file_path(box->file);
}
