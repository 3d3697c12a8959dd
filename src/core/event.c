/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as values: life cycle and names. */
#include "core/event.h"

#include <assert.h>
#include <string.h>

#define EVENT_NAME(constant, name) name,
static const char *const names[] = {EVENT_TYPES(EVENT_NAME)};
#undef EVENT_NAME
#define N_NAMES (sizeof names / sizeof *names)

void event_init(struct event *event, enum event_type type, time_us now)
{
    *event = (struct event){.type = type, .now = now};
}

void event_copy(struct event *to, const struct event *from)
{
    *to = *from;
    idset_init(&to->nodes);
    idset_copy(&to->nodes, &from->nodes);
    job_request_copy(&to->request, &from->request);
}

void event_release(struct event *event)
{
    if (event == NULL)
        return;
    idset_release(&event->nodes);
    job_request_release(&event->request);
}

const char *event_type_name(enum event_type type)
{
    assert((size_t)type < N_NAMES);
    return names[type];
}

int event_type_parse(const char *name, enum event_type *out)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum event_type)i;
            return 0;
        }
    }
    return -1;
}
