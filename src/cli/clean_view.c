/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/clean_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "doctor/ssh_words.h"

static bool is_taken(const struct clean_view *view, const struct leftover *item)
{
    return cleaning_takes(item, view->is_all);
}

/* "3 processes" */
static void add_count(struct strbuf *text, unsigned n)
{
    strbuf_add_fmt(text, "%u process%s", n, n == 1 ? "" : "es");
}

/* "job 7 (attempt 1)" */
static void add_job(struct strbuf *text, const struct leftover *item)
{
    if (item->job_id == 0)
        strbuf_add_str(text, "the DVM over the pool");
    else
        strbuf_add_fmt(text, "job %" PRId64 " (attempt %" PRIu32 ")",
                       item->job_id, item->attempt);
    if (item->kind == LEFT_FOREIGN && item->key != NULL)
        strbuf_add_fmt(text, " of another state directory (mark %s)",
                       item->mark);
    else if (item->kind == LEFT_FOREIGN)
        strbuf_add_fmt(text, " of another state directory (%s)",
                       item->claim_dir);
}

static void add_done(struct strbuf *text, const struct clean_view *view,
                     const struct leftover *item)
{
    unsigned n = view->is_dry ? item->n_processes : item->n_ended;
    bool is_removed = item->has_folder && (view->is_dry || item->is_removed);
    const char *between = "";

    if (n > 0) {
        strbuf_add_str(text, view->is_dry ? "would end " : "ended ");
        add_count(text, n);
        strbuf_add_str(text, " of ");
        add_job(text, item);
        between = ", ";
    }
    if (is_removed)
        strbuf_add_fmt(text, "%s%s /tmp/erm-%s", between,
                       view->is_dry ? "would remove" : "removed", item->key);
    else if (!view->is_dry && item->has_folder)
        strbuf_add_fmt(text, "%scould not remove /tmp/erm-%s", between,
                       item->key);
    else if (n == 0)
        strbuf_add_str(text, "nothing to end any more");
    if (!view->is_dry && item->n_stayed > 0) {
        strbuf_add_str(text, "; ");
        add_count(text, item->n_stayed);
        strbuf_add_str(text, " could not be ended");
    }
}

static void add_left_alone(struct strbuf *text, const struct leftover *item)
{
    strbuf_add_str(text, "left alone: ");
    if (item->n_processes > 0) {
        add_count(text, item->n_processes);
        strbuf_add_str(text, " of ");
        add_job(text, item);
    }
    if (item->has_folder)
        strbuf_add_fmt(text, "%s/tmp/erm-%s", item->n_processes > 0 ? ", " : "",
                       item->key);
}

/* What lives is nobody's business here. */
static size_t print_leftovers(const struct cli *cli,
                              const struct clean_view *view)
{
    const struct leftovers *left = &view->cleaning->left;
    size_t n_foreign = 0, n_taken = 0;

    for (size_t i = 0; i < left->n; i++) {
        const struct leftover *item = &left->items[i];
        struct strbuf text;
        if (!leftover_is_any(item))
            continue;
        strbuf_init(&text);
        if (is_taken(view, item))
            add_done(&text, view, item);
        else
            add_left_alone(&text, item);
        n_taken += is_taken(view, item);
        n_foreign += !is_taken(view, item);
        fprintf(cli->out, "%s: %s\n", item->host, text.text);
        strbuf_release(&text);
    }
    if (n_foreign > 0)
        fprintf(cli->out,
                "hint: name their state directory by --state-dir; --all ends "
                "all of them, also of\njobs that run\n");
    return n_taken;
}

static void add_complaint(const struct cleaning_host *host, struct strbuf *text)
{
    ssh_words_last(host->words.text, text);
    if (text->len == 0)
        strbuf_add_str(text, "no answer");
}

static size_t print_silent(const struct cli *cli,
                           const struct cleaning *cleaning)
{
    size_t n = 0;

    for (size_t i = 0; i < cleaning->n; i++) {
        const struct cleaning_host *host = &cleaning->hosts[i];
        struct strbuf text;
        if (host->has_answered)
            continue;
        strbuf_init(&text);
        add_complaint(host, &text);
        fprintf(cli->err, "erm: %s: cannot be looked at: %s\n", host->name,
                text.text);
        strbuf_release(&text);
        n++;
    }
    if (n > 0)
        fprintf(cli->err, "hint: erm doctor tells more\n");
    return n;
}

/* Hosts on which something has stayed. */
static size_t count_stayed(const struct clean_view *view)
{
    const struct leftovers *left = &view->cleaning->left;
    size_t n = 0;

    for (size_t i = 0; i < left->n && !view->is_dry; i++) {
        const struct leftover *item = &left->items[i];
        n += is_taken(view, item) &&
             (item->n_stayed > 0 || (item->has_folder && !item->is_removed));
    }
    return n;
}

size_t clean_view_print(const struct cli *cli, const struct clean_view *view)
{
    size_t n_taken = print_leftovers(cli, view);
    size_t n_silent = print_silent(cli, view->cleaning);
    size_t n_seen = view->cleaning->n - n_silent;

    if (n_taken == 0)
        fprintf(cli->out, "nothing to clean on %zu host%s\n", n_seen,
                n_seen == 1 ? "" : "s");
    return n_silent + count_stayed(view);
}

/* ---- JSON ---- */

static json_t *leftover_json(const struct clean_view *view,
                             const struct leftover *item)
{
    bool is_done = is_taken(view, item) && !view->is_dry;

    return json_pack(
        "{s:s,s:s?,s:s?,s:I,s:I,s:b,s:b,s:I,s:I,s:b,s:b}", "host", item->host,
        "key", item->key, "claim_dir", item->claim_dir, "job",
        (json_int_t)item->job_id, "attempt", (json_int_t)item->attempt,
        "foreign", item->kind == LEFT_FOREIGN, "taken", is_taken(view, item),
        "processes", (json_int_t)item->n_processes, "ended",
        (json_int_t)(is_done ? item->n_ended : 0), "folder", item->has_folder,
        "removed", is_done && item->has_folder && item->is_removed);
}

size_t clean_view_print_json(const struct cli *cli,
                             const struct clean_view *view)
{
    const struct cleaning *cleaning = view->cleaning;
    json_t *list = json_array(), *silent = json_array(), *all;
    size_t n_silent;

    for (size_t i = 0; i < cleaning->left.n; i++)
        if (leftover_is_any(&cleaning->left.items[i]))
            json_array_append_new(
                list, leftover_json(view, &cleaning->left.items[i]));
    for (size_t i = 0; i < cleaning->n; i++)
        if (!cleaning->hosts[i].has_answered)
            json_array_append_new(silent, json_string(cleaning->hosts[i].name));
    n_silent = json_array_size(silent);
    all = json_pack("{s:i,s:b,s:o,s:o}", "schema", 1, "dry_run", view->is_dry,
                    "leftovers", list, "unreachable", silent);
    cli_print_json(cli, all);
    json_decref(all);
    return n_silent + count_stayed(view);
}
