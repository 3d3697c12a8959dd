/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of actions that a step hands out. */
#include "core/action.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void actions_init(struct actions *actions)
{
    *actions = (struct actions){.items = NULL};
}

void actions_clear(struct actions *actions)
{
    for (size_t i = 0; i < actions->n; i++) {
        struct action *action = &actions->items[i];

        idset_release(&action->nodes);
        if (action->type == ACT_RECORD)
            event_release(&action->event);
    }
    actions->n = 0;
    actions->retry_after = 0;
    err_clear(&actions->err);
}

void actions_release(struct actions *actions)
{
    if (actions == NULL)
        return;
    actions_clear(actions);
    free(actions->items);
    actions->items = NULL;
    actions->size = 0;
}

struct action *actions_add(struct actions *actions, enum action_type type)
{
    struct action *action;

    if (actions->n == actions->size) {
        actions->size = actions->size == 0 ? 16 : 2 * actions->size;
        actions->items =
            mem_resize(actions->items, actions->size, sizeof *actions->items);
    }
    action = &actions->items[actions->n++];
    /* the event is the largest part by far, and there are many actions */
    memset(action, 0, offsetof(struct action, event));
    action->type = type;
    if (type == ACT_RECORD)
        memset(&action->event, 0, sizeof action->event);
    return action;
}

struct action *actions_tell(struct actions *actions, enum action_type type,
                            const struct job *job)
{
    struct action *action = actions_add(actions, type);

    action->job = job->request.id;
    action->attempt = job->attempt;
    return action;
}

const char *phase_why_name(enum phase_why why)
{
    static const char *const names[] = {"start",  "grow",    "shrink",
                                        "forced", "restart", "lost"};

    assert((size_t)why < sizeof names / sizeof *names);
    return names[why];
}
