/* SPDX-License-Identifier: BSD-2-Clause */
/* See commands.h. */
#include "cli/commands.h"

#include <string.h>

#include "base/suggest.h"

static const struct command *const table[] = {
    &command_run,
    &command_start,
    &command_stop,
    &command_status,
    &command_reload,
    &command_submit,
    &command_wait,
    &command_cancel,
    &command_hold,
    &command_release,
    &command_requeue,
    &command_update,
    &command_queue,
    &command_show,
    &command_why,
    &command_log,
    &command_attach,
    &command_history,
    &command_events,
    &command_expand,
    &command_shrink,
    &command_resize,
    &command_nodes,
    &command_drain,
    &command_resume,
    &command_doctor,
    &command_check,
    &command_completion,
    &command_version,
    &command_help,
    NULL,
};

const struct command *const *commands_all(void)
{
    return table;
}

/* Is NAME one of the words of ALIASES (may be NULL)? */
static bool has_word(const char *aliases, const char *name)
{
    size_t len = strlen(name);
    while (aliases != NULL && *aliases != '\0') {
        size_t n = strcspn(aliases, " ");
        if (n == len && strncmp(aliases, name, n) == 0)
            return true;
        aliases += n + (aliases[n] == ' ');
    }
    return false;
}

const struct command *commands_find(const char *name)
{
    for (const struct command *const *row = table; *row != NULL; row++)
        if (strcmp((*row)->name, name) == 0 || has_word((*row)->aliases, name))
            return *row;
    return NULL;
}

const char *commands_suggest(const char *name)
{
    const char *names[sizeof(table) / sizeof(*table)];
    size_t n = 0;
    for (const struct command *const *row = table; *row != NULL; row++)
        names[n++] = (*row)->name;
    return suggest(name, names, n);
}

const char *command_group_name(enum command_group group)
{
    switch (group) {
    case GROUP_MANAGER:
        return "The manager";
    case GROUP_JOBS:
        return "Jobs";
    case GROUP_LOOK:
        return "Looking";
    case GROUP_RESIZE:
        return "Sizes of running jobs";
    case GROUP_NODES:
        return "Nodes";
    case GROUP_OTHER:
        break;
    }
    return "Other";
}
