/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file with faults is not believed while it is young: it may be half
 * written. Only when it has stayed so for a second its faults are told and
 * what is good in it is taken.
 */
#include "manager/jobs_watch.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/jobs_file.h"
#include "manager/problems.h"
#include "manager/text_file.h"
#include "manager/watch.h"
#include "store/history.h"

#define DOUBT USEC_PER_SEC
#define READ_AGAIN (50 * USEC_PER_MSEC)
#define QUIET (300 * USEC_PER_MSEC)

struct jobs_watch {
    struct manager *manager; /* borrowed */
    const char *path;        /* borrowed from the options */
    char *scope;             /* owned: makes identities this file's own */
    struct watch *watch;     /* owned; NULL = cannot be watched */
    struct event *again;     /* owned: look again soon */
    char *text;              /* owned: the content that was dealt with */
    int64_t changed;         /* boot time at which it was first seen so */
    char *doubted;           /* owned: faulty content seen at `changed` */
    char *failure; /* owned: why it cannot be read, as told; or NULL */
    bool is_foreign_told;
    uint32_t n_rejected;
};

static void look_again(struct jobs_watch *watch, dur_us delay)
{
    struct timeval tv = {.tv_sec = delay / USEC_PER_SEC,
                         .tv_usec = delay % USEC_PER_SEC};

    event_add(watch->again, &tv);
}

/* ---- telling ---- */

/* The log is one line per call, a diagnosis has several. */
static void log_lines(const struct log *log, bool is_warning, char *text)
{
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] != '\0')
            log_write(log, is_warning ? LOG_WARNING : LOG_ERROR, "%s", line);
    }
}

static void tell_diag(struct jobs_watch *watch, const struct diag *diag,
                      const char *source)
{
    struct manager *manager = watch->manager;
    struct strbuf text;

    strbuf_init(&text);
    diag_format(diag, watch->path, source, &text);
    while (text.len > 0 && text.text[text.len - 1] == '\n')
        strbuf_truncate(&text, text.len - 1);
    if (!diag->is_warning)
        problems_add(manager->problems, watch->path, text.text);
    if (text.len > 0)
        log_lines(&manager->log, diag->is_warning, text.text);
    strbuf_release(&text);
}

static void tell_diags(struct jobs_watch *watch, const struct diags *diags,
                       const char *source)
{
    problems_clear(watch->manager->problems, watch->path);
    for (size_t i = 0; i < diags->n; i++)
        tell_diag(watch, &diags->items[i], source);
    watch->n_rejected = (uint32_t)diags->n_errors;
}

static void tell_error(struct jobs_watch *watch, const struct err *err)
{
    struct manager *manager = watch->manager;

    problems_clear(manager->problems, watch->path);
    problems_add(manager->problems, watch->path, err->text);
    log_warning(&manager->log, "%s", err->text);
}

/* ---- entries ---- */

static char *scoped_identity(const struct jobs_watch *watch,
                             const char *identity)
{
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_fmt(&text, "%s:%s", watch->scope, identity);
    return strbuf_detach(&text);
}

/* Submits the entry unless it was before. -1 and ERR: not now, or never. */
static int take_entry(struct jobs_watch *watch, struct jobs_file_entry *entry,
                      struct err *err)
{
    struct manager *manager = watch->manager;
    struct submit_result result;
    char *identity = scoped_identity(watch, entry->spec.identity);
    int64_t known = store_find_identity(manager->store, identity, err);

    free(entry->spec.identity);
    entry->spec.identity = identity;
    if (known != 0)
        return known < 0 ? -1 : 0;
    if (manager_submit(manager, &entry->spec, 1, "jobs file", &result, err) !=
        0)
        return -1;
    if (result.warning[0] != '\0')
        log_warning(&manager->log, "job %lld %s", (long long)result.id,
                    result.warning);
    return 0;
}

static void reserve_ids(struct jobs_watch *watch, const struct jobs_file *file)
{
    for (size_t i = 0; i < file->n; i++) {
        int64_t id = file->items[i].spec.request.id;
        if (id > watch->manager->max_asked_id && id <= JOB_ID_MAX)
            watch->manager->max_asked_id = id;
    }
}

/* False when the rest has to wait. */
static bool take_entries(struct jobs_watch *watch, struct jobs_file *file,
                         struct diags *diags)
{
    reserve_ids(watch, file);
    for (size_t i = 0; i < file->n; i++) {
        struct jobs_file_entry *entry = &file->items[i];
        struct diag *diag;
        struct err err;
        err_clear(&err);
        if (take_entry(watch, entry, &err) == 0)
            continue;
        if (err.code == ERR_FULL || watch->manager->is_stopping)
            return false;
        diag = diags_error(diags, entry->line, entry->column, "jobs[%zu]: %s",
                           entry->index, err.text);
        if (err.hint[0] != '\0')
            diag_set_hint(diag, "%s", err.hint);
    }
    return true;
}

/* ---- the file ---- */

static void set_text(char **slot, const char *text)
{
    char *copy = mem_strdup(text);

    free(*slot);
    *slot = copy;
}

/* True while faulty content is too young to be believed: by the file's own
 * time, and by ours where that is somebody else's clock. */
static bool is_doubtful(struct jobs_watch *watch, const char *text,
                        time_us last_modified)
{
    int64_t now = clock_boot_us();

    if (watch->doubted == NULL || strcmp(watch->doubted, text) != 0) {
        set_text(&watch->doubted, text);
        watch->changed = now;
    }
    return now - watch->changed < DOUBT &&
           clock_wall_us() - last_modified < DOUBT;
}

static void take_text(struct jobs_watch *watch, const struct strbuf *text,
                      time_us last_modified)
{
    struct jobs_file file;
    struct diags diags;
    int result;

    jobs_file_init(&file);
    diags_init(&diags);
    result = jobs_file_parse(text->text, text->len, &file, &diags);
    if (result != 0 && is_doubtful(watch, text->text, last_modified)) {
        look_again(watch, DOUBT + READ_AGAIN);
    } else if (!take_entries(watch, &file, &diags)) {
        look_again(watch, DOUBT);
    } else {
        tell_diags(watch, &diags, text->text);
        set_text(&watch->text, text->text);
        free(watch->doubted);
        watch->doubted = NULL;
        watch->changed = clock_boot_us();
    }
    diags_release(&diags);
    jobs_file_release(&file);
}

static void read_failed(struct jobs_watch *watch, const struct err *err)
{
    if (err->code == ERR_BUSY) {
        look_again(watch, READ_AGAIN);
        return;
    }
    /* each fault once: gone, and then a folder, are two */
    if (watch->failure != NULL && strcmp(watch->failure, err->text) == 0)
        return;
    tell_error(watch, err);
    set_text(&watch->failure, err->text);
}

/* It can be read again: what is wrong in it replaces why it could not be. */
static void start_anew(struct jobs_watch *watch)
{
    free(watch->failure);
    free(watch->text);
    watch->failure = watch->text = NULL;
}

void jobs_watch_check(struct jobs_watch *watch)
{
    struct strbuf text;
    struct err err;
    struct text_file_facts facts;

    if (watch->manager->is_read_only) {
        look_again(watch, DOUBT);
        return;
    }
    strbuf_init(&text);
    err_clear(&err);
    if (text_file_read(watch->path, &text, &facts, &err) != 0) {
        read_failed(watch, &err);
        strbuf_release(&text);
        return;
    }
    if (facts.is_foreign && !watch->is_foreign_told)
        log_warning(&watch->manager->log, "%s belongs to another user",
                    watch->path);
    watch->is_foreign_told = facts.is_foreign;
    if (watch->failure != NULL)
        start_anew(watch);
    if (watch->text == NULL || strcmp(watch->text, text.text) != 0)
        take_text(watch, &text, facts.last_modified);
    strbuf_release(&text);
}

static void file_changed(void *context)
{
    jobs_watch_check(context);
}

static void time_to_look(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    jobs_watch_check(context);
}

bool jobs_watch_is_quiet(const struct jobs_watch *watch)
{
    if (event_pending(watch->again, EV_TIMEOUT, NULL) ||
        clock_boot_us() - watch->changed < QUIET)
        return false;
    return watch->watch == NULL || watch_is_settled(watch->watch);
}

uint32_t jobs_watch_n_rejected(const struct jobs_watch *watch)
{
    return watch->n_rejected;
}

struct jobs_watch *jobs_watch_create(struct manager *manager)
{
    struct jobs_watch *watch = mem_alloc(sizeof(*watch));
    char *copy = mem_strdup(manager->options.jobs_file);
    struct err err;

    watch->manager = manager;
    watch->path = manager->options.jobs_file;
    watch->scope = mem_strdup(basename(copy));
    free(copy);
    watch->again = evtimer_new(manager->loop, time_to_look, watch);
    watch->watch =
        watch_create(manager->loop, watch->path, file_changed, watch, &err);
    if (watch->watch == NULL)
        log_warning(&manager->log, "%s", err.text);
    watch->changed = clock_boot_us();
    look_again(watch, 0);
    return watch;
}

void jobs_watch_destroy(struct jobs_watch *watch)
{
    if (watch == NULL)
        return;
    watch_destroy(watch->watch);
    event_free(watch->again);
    free(watch->scope);
    free(watch->text);
    free(watch->doubted);
    free(watch->failure);
    free(watch);
}
