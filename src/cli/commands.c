/* SPDX-License-Identifier: BSD-2-Clause */
/* See commands.h. */
#include "cli/commands.h"

#include <string.h>

#include "base/suggest.h"

static const struct command *const table[] = {
    &command_run,     &command_start,   &command_stop,
    &command_status,  &command_reload,  &command_submit,
    &command_wait,    &command_cancel,  &command_hold,
    &command_release, &command_requeue, &command_update,
    &command_queue,   &command_show,    &command_why,
    &command_log,     &command_attach,  &command_history,
    &command_events,  &command_expand,  &command_shrink,
    &command_resize,  &command_app,     &command_nodes,
    &command_drain,   &command_resume,  &command_simulate,
    &command_doctor,  &command_check,   &command_completion,
    &command_version, &command_help,    NULL,
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

const char *command_verb_name(const struct command *verb)
{
    return strrchr(verb->name, ' ') + 1;
}

const struct command *command_verb(const struct command *command,
                                   const char *name)
{
    const struct command *const *row = command->verbs;
    for (; row != NULL && *row != NULL; row++)
        if (strcmp(command_verb_name(*row), name) == 0)
            return *row;
    return NULL;
}

const struct command *commands_resolve(int argc, char *const *argv,
                                       int *n_names)
{
    const struct command *command = commands_find(argv[0]), *verb = NULL;
    if (command != NULL && argc > 1)
        verb = command_verb(command, argv[1]);
    *n_names = verb != NULL ? 2 : 1;
    return verb != NULL ? verb : command;
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
