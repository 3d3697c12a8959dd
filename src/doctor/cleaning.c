/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/cleaning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "doctor/processes.h"
#include "launch/orphans.h"

#define LOOK "where 1\nleft 1\n"

void cleaning_init(struct cleaning *cleaning, const struct calls_how *how,
                   const char *here, char *const *names, size_t n)
{
    *cleaning = (struct cleaning){.how = *how, .n = n + 1};
    cleaning->hosts = mem_alloc_array(n + 1, sizeof(*cleaning->hosts));
    cleaning->calls = mem_alloc_array(n + 1, sizeof(*cleaning->calls));
    for (size_t i = 0; i <= n; i++) {
        struct cleaning_host *host = &cleaning->hosts[i];
        host->name = i == 0 ? here : names[i - 1];
        host->is_here = i == 0;
        host->left = &cleaning->left;
        host->call = &cleaning->calls[i];
        strbuf_init(&host->words);
        cleaning->calls[i] =
            (struct call){.host = i == 0 ? NULL : host->name, .context = host};
    }
}

void cleaning_release(struct cleaning *cleaning)
{
    for (size_t i = 0; i < cleaning->n; i++)
        strbuf_release(&cleaning->hosts[i].words);
    leftovers_release(&cleaning->left);
    free(cleaning->hosts);
    free(cleaning->calls);
    *cleaning = (struct cleaning){0};
}

/* ---- looking ---- */

static void take_found(void *context, const struct call_line *line)
{
    struct cleaning_host *host = context;

    if (line->is_error)
        strbuf_add_fmt(&host->words, "%s\n", line->text);
    else if (strncmp(line->text, "where 1 ", 8) == 0)
        snprintf(host->where, sizeof(host->where), "%s", line->text + 8);
    else if (strncmp(line->text, "left 1", 6) == 0) {
        leftovers_add_keys(host->left, host->name, line->text + 6);
        host->has_answered = true;
    }
}

/* What another name of this machine has shown is this machine's. */
static void drop_doubles(struct cleaning *cleaning)
{
    struct leftovers *left = &cleaning->left;
    size_t kept = 0;

    for (size_t i = 1; i < cleaning->n; i++)
        cleaning->hosts[i].is_here =
            cleaning->hosts[i].where[0] != '\0' &&
            strcmp(cleaning->hosts[i].where, cleaning->hosts[0].where) == 0;
    for (size_t i = 0; i < left->n; i++) {
        bool is_double = false;
        for (size_t j = 1; j < cleaning->n; j++)
            is_double |= cleaning->hosts[j].is_here &&
                         left->items[i].host == cleaning->hosts[j].name;
        if (is_double)
            free(left->items[i].key);
        else
            left->items[kept++] = left->items[i];
    }
    left->n = kept;
}

static void add_process(void *context, const char *claim_dir, const char *key)
{
    struct cleaning *cleaning = context;

    leftovers_add_process(&cleaning->left, cleaning->hosts[0].name, claim_dir,
                          key);
}

void cleaning_look(struct cleaning *cleaning)
{
    for (size_t i = 0; i < cleaning->n; i++)
        cleaning->calls[i].input = LOOK;
    calls_run(&cleaning->how, cleaning->calls, cleaning->n, take_found);
    drop_doubles(cleaning);
    processes_each_job(add_process, cleaning);
}

/* ---- ending ---- */

bool cleaning_takes(const struct leftover *item, bool is_all)
{
    return leftover_is_any(item) && (item->kind == LEFT_OURS || is_all);
}

static void take_cleared(void *context, const struct call_line *line)
{
    const struct cleaning_host *host = context;
    char key[64];
    unsigned ended, stayed, removed;

    if (line->is_error || sscanf(line->text, "cleared 1 %63s %u %u %u", key,
                                 &ended, &stayed, &removed) != 4)
        return;
    for (size_t i = 0; i < host->left->n; i++) {
        struct leftover *item = &host->left->items[i];
        if (item->host != host->name || item->key == NULL ||
            strcmp(item->key, key) != 0)
            continue;
        item->n_ended = ended;
        item->n_stayed = stayed;
        item->is_removed = removed == 1;
    }
}

/* What HOST is to be asked for; "" for nothing. */
static char *requests_for(const struct cleaning *cleaning, const char *host,
                          bool is_all)
{
    struct strbuf text;

    strbuf_init(&text);
    for (size_t i = 0; i < cleaning->left.n; i++) {
        const struct leftover *item = &cleaning->left.items[i];
        if (item->host == host && item->key != NULL &&
            cleaning_takes(item, is_all))
            strbuf_add_fmt(&text, "clear 1 %s\n", item->key);
    }
    return strbuf_detach(&text);
}

/* By key, on the hosts from FIRST to before END at the same time. */
static void clear_keys(struct cleaning *cleaning, size_t first, size_t end,
                       bool is_all)
{
    struct call *calls = mem_alloc_array(cleaning->n, sizeof(*calls));
    char **inputs = mem_alloc_array(cleaning->n, sizeof(*inputs));
    size_t n = 0;

    for (size_t i = first; i < end; i++) {
        char *input = requests_for(cleaning, cleaning->hosts[i].name, is_all);
        if (*input == '\0') {
            free(input);
            continue;
        }
        inputs[n] = input;
        calls[n] = cleaning->calls[i];
        calls[n++].input = input;
    }
    calls_run(&cleaning->how, calls, n, take_cleared);
    for (size_t i = 0; i < n; i++)
        free(inputs[i]);
    free(inputs);
    free(calls);
}

void cleaning_do(struct cleaning *cleaning, bool is_all)
{
    /* A request not answered has ended nothing that we know of. */
    for (size_t i = 0; i < cleaning->left.n; i++)
        cleaning->left.items[i].n_stayed = cleaning->left.items[i].n_processes;
    /* Without their prte, which is here, daemons there end by themselves: that
     * would not be told. */
    clear_keys(cleaning, 1, cleaning->n, is_all);
    clear_keys(cleaning, 0, 1, is_all);
    for (size_t i = 0; i < cleaning->left.n; i++) {
        struct leftover *item = &cleaning->left.items[i];
        if (item->claim_dir == NULL || !cleaning_takes(item, is_all))
            continue;
        item->n_ended = (unsigned)orphans_kill(item->claim_dir);
        item->n_stayed = 0;
    }
}
