/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/attempt_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/remove.h"
#include "shepherd/claim.h"
#include "store/state_dir.h"

#define NODES_DIR "nodes"

int attempt_files_prepare(const struct state_dir *dir, struct err *err)
{
    if (mkdirat(dir->fd, NODES_DIR, 0700) == 0 || errno == EEXIST)
        return 0;
    return err_set_errno(err, "cannot make %s/" NODES_DIR, dir->path);
}

void attempt_files_remove(const struct state_dir *dir, int64_t job,
                          uint32_t attempt)
{
    char name[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + sizeof(NODES_DIR)];

    claim_name(job, attempt, name);
    strcpy(stpcpy(path, NODES_DIR "/"), name);
    unlinkat(dir->fd, path, 0);
    remove_at(dir->jobs_fd, name);
}

struct sweep {
    const struct state_dir *dir;
    attempt_is_over_f *is_over;
    void *context;
};

static void sweep_name(const struct sweep *sweep, const char *name)
{
    struct claim claim;
    long long job;
    unsigned attempt;
    char rest;

    if (sscanf(name, "%lld.%u%c", &job, &attempt, &rest) != 2 ||
        !sweep->is_over(sweep->context, job, attempt))
        return;
    if (claim_read(sweep->dir->jobs_fd, job, attempt, &claim) == 0 &&
        claim.state != CLAIM_RUNNING)
        attempt_files_remove(sweep->dir, job, attempt);
}

static void sweep_folder(const struct sweep *sweep, const char *folder)
{
    int fd = openat(sweep->dir->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL)
        sweep_name(sweep, entry->d_name);
    closedir(dir);
}

void attempt_files_sweep(const struct state_dir *dir,
                         attempt_is_over_f *is_over, void *context)
{
    struct sweep sweep = {.dir = dir, .is_over = is_over, .context = context};

    sweep_folder(&sweep, "jobs");
    sweep_folder(&sweep, NODES_DIR);
}
