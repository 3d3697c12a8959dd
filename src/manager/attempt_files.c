/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The claim's folder is also the job's ERM_JOB_DIR, so anything may be in it,
 * folders too; links are removed and never followed.
 */
#include "manager/attempt_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shepherd/claim.h"
#include "store/state_dir.h"

#define NODES_DIR "nodes"
#define DEPTH_MAX 16

int attempt_files_prepare(const struct state_dir *dir, struct err *err)
{
    if (mkdirat(dir->fd, NODES_DIR, 0700) == 0 || errno == EEXIST)
        return 0;
    return err_set_errno(err, "cannot make %s/" NODES_DIR, dir->path);
}

static void remove_tree(int at_fd, const char *name, int depth);

static void remove_content(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *entry;

    if (dir == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(dirfd(dir), entry->d_name, depth + 1);
    }
    closedir(dir);
}

static void remove_tree(int at_fd, const char *name, int depth)
{
    int fd;

    if (unlinkat(at_fd, name, 0) == 0 || errno == ENOENT || depth > DEPTH_MAX)
        return;
    fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        remove_content(fd, depth);
    unlinkat(at_fd, name, AT_REMOVEDIR);
}

void attempt_files_remove(const struct state_dir *dir, int64_t job,
                          uint32_t attempt)
{
    char name[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + sizeof(NODES_DIR)];

    claim_name(job, attempt, name);
    strcpy(stpcpy(path, NODES_DIR "/"), name);
    unlinkat(dir->fd, path, 0);
    remove_tree(dir->jobs_fd, name, 0);
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
