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
                          uint32_t attempt, uint32_t part)
{
    char name[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + sizeof(NODES_DIR)];

    claim_name(job, attempt, part, name);
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
    int64_t job;
    uint32_t attempt, part;

    if (!claim_name_parse(name, &job, &attempt, &part) ||
        !sweep->is_over(sweep->context, job, attempt))
        return;
    if (claim_read(sweep->dir->jobs_fd, job, attempt, part, &claim) == 0 &&
        claim.state != CLAIM_RUNNING)
        attempt_files_remove(sweep->dir, job, attempt, part);
}

static DIR *open_folder(const struct state_dir *dir, const char *folder)
{
    int fd = openat(dir->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? NULL : fdopendir(fd);
}

static void sweep_folder(const struct sweep *sweep, const char *folder)
{
    DIR *dir = open_folder(sweep->dir, folder);
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

void attempt_files_each_part(const struct state_dir *dir, attempt_part_f *take,
                             void *context)
{
    DIR *jobs = open_folder(dir, "jobs");
    const struct dirent *entry;
    uint32_t attempt, part;
    int64_t job;

    if (jobs == NULL)
        return;
    while ((entry = readdir(jobs)) != NULL) {
        if (claim_name_parse(entry->d_name, &job, &attempt, &part) && part > 0)
            take(context, job, attempt, part);
    }
    closedir(jobs);
}
