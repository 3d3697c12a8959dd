/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns this process into erm-manager, which is the same program with the
 * manager linked in. The process id stays, so that who started `erm run` can
 * wait for it and signal it.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/manager_command.h"
#include "cli/manager_path.h"

/* Runs `erm NAME ARGV[1...]` in erm-manager; returns only when it cannot. */
static int become_manager(const char *name, int argc, char **argv,
                          struct err *err)
{
    char path[PATH_MAX];
    if (manager_path_find(path, err) < 0)
        return -1;
    /* exec takes the words as they are, though its type cannot say so */
    const char **words = mem_alloc_array((size_t)argc + 2, sizeof(*words));
    words[0] = "erm";
    words[1] = name;
    for (int i = 1; i < argc; i++)
        words[i + 1] = argv[i];
    execv(path, (char **)(uintptr_t)words);
    err_set_errno(err, "cannot run %s", path);
    free(words);
    return -1;
}

int manager_command_run(struct cli *cli, int argc, char **argv, struct err *err)
{
    (void)cli;
    return become_manager("run", argc, argv, err);
}

int manager_command_start(struct cli *cli, int argc, char **argv,
                          struct err *err)
{
    (void)cli;
    return become_manager("start", argc, argv, err);
}

int manager_command_doctor(struct cli *cli, int argc, char **argv,
                           struct err *err)
{
    (void)cli;
    return become_manager("doctor", argc, argv, err);
}
