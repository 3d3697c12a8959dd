/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/alloc.h"

struct crew *crew_create(int64_t job, uint32_t attempt, bool is_alone,
                         dur_us grace)
{
    struct crew *crew = mem_alloc(sizeof(*crew));

    crew->job = job;
    crew->attempt = attempt;
    crew->is_alone = is_alone;
    crew->grace = grace;
    strbuf_init(&crew->failure);
    return crew;
}

void crew_destroy(struct crew *crew)
{
    while (crew->slots != NULL)
        crew_remove(crew, crew->slots);
    if (crew->timer != NULL)
        event_free(crew->timer);
    strbuf_release(&crew->failure);
    free(crew);
}

struct slot *crew_find(const struct crew *crew, uint32_t node)
{
    struct slot *slot;

    DL_FOREACH(crew->slots, slot)
    {
        if (slot->node == node)
            break;
    }
    return slot;
}

static bool is_free(const struct crew *crew, uint32_t index)
{
    const struct slot *slot;

    DL_FOREACH(crew->slots, slot)
    {
        if (slot->index == index)
            return false;
    }
    return true;
}

struct slot *crew_slot(struct crew *crew, uint32_t node)
{
    struct slot *slot = crew_find(crew, node);
    uint32_t index = 0;

    if (slot != NULL)
        return slot;
    while (!is_free(crew, index))
        index++;
    slot = mem_alloc(sizeof(*slot));
    slot->node = node;
    slot->index = index;
    DL_APPEND(crew->slots, slot);
    return slot;
}

void crew_remove(struct crew *crew, struct slot *slot)
{
    DL_DELETE(crew->slots, slot);
    free(slot);
}

/* The number behind NAME in a list of NAME=VALUE, each with its \0. */
static bool find_number(const char *text, size_t size, const char *name,
                        uint32_t *out)
{
    size_t n = strlen(name);

    for (const char *p = text; p < text + size; p += strlen(p) + 1) {
        if (strncmp(p, name, n) == 0)
            return sscanf(p + n, "%u", out) == 1;
    }
    return false;
}

void crew_learn_index(struct crew *crew, struct slot *slot, pid_t pid)
{
    char path[40];
    struct strbuf text;
    uint32_t index;
    FILE *file;
    int c;

    snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    strbuf_init(&text);
    while ((c = getc(file)) != EOF)
        strbuf_add_char(&text, (char)c);
    fclose(file);
    if (text.len > 0 &&
        find_number(text.text, text.len, "ERM_NODE_INDEX=", &index)) {
        struct slot *other;
        DL_FOREACH(crew->slots, other)
        {
            if (other->index == index)
                other->index = slot->index; /* not learnt yet */
        }
        slot->index = index;
    }
    strbuf_release(&text);
}

void crew_add_usage(struct crew *crew, const struct exit_record *exit)
{
    crew->usage.user_us += exit->user_us;
    crew->usage.system_us += exit->system_us;
    if (exit->max_rss_kib > crew->usage.max_rss_kib)
        crew->usage.max_rss_kib = exit->max_rss_kib;
}

dur_us crew_pause(const struct workers_spans *spans, unsigned n)
{
    dur_us pause = spans->first_pause;

    for (unsigned i = 1; i < n && pause < spans->last_pause; i++)
        pause *= 2;
    return pause < spans->last_pause ? pause : spans->last_pause;
}
