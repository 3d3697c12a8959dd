/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/home.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "shepherd/claim.h"
#include "store/peek.h"

#define MARK "manager.mark"

int home_open(struct home *home, const char *path, struct err *err)
{
    struct strbuf jobs;
    struct err why;

    *home = (struct home){0};
    if (path == NULL)
        return 0;
    if (state_dir_open(&home->dir, path, false, err) != 0)
        return -1;
    home->is_there = true;
    strbuf_init(&jobs);
    strbuf_add_fmt(&jobs, "%s/jobs", home->dir.path);
    home->jobs_path = strbuf_detach(&jobs);
    err_clear(&why);
    home->mark = peek_setting(&home->dir, MARK, &why);
    if (home->mark != NULL || why.code == ERR_NOT_FOUND)
        return 0;
    if (err != NULL)
        *err = why;
    home_close(home);
    return -1;
}

void home_close(struct home *home)
{
    if (home->is_there)
        state_dir_close(&home->dir);
    free(home->jobs_path);
    free(home->mark);
    free(home->told);
    *home = (struct home){0};
}

void home_add_live(struct home *home, int64_t job_id, uint32_t attempt)
{
    home->told = mem_resize(home->told, home->n_told + 1, sizeof(*home->told));
    home->told[home->n_told++] =
        (struct home_job){.id = job_id, .attempt = attempt};
}

bool home_is_live(const struct home *home, int64_t job_id, uint32_t attempt,
                  uint32_t part)
{
    struct claim claim;

    for (size_t i = 0; i < home->n_told; i++)
        if (home->told[i].id == job_id && home->told[i].attempt == attempt)
            return true;
    return claim_read(home->dir.jobs_fd, job_id, attempt, part, &claim) != 0 ||
           claim.state == CLAIM_RUNNING;
}

bool home_has_pool(const struct home *home)
{
    int fd = openat(home->dir.jobs_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *jobs = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    bool is_live = jobs == NULL;
    int64_t job_id;
    uint32_t attempt, part;

    while (!is_live && (entry = readdir(jobs)) != NULL)
        is_live = claim_name_parse(entry->d_name, &job_id, &attempt, &part) &&
                  job_id == 0 && home_is_live(home, 0, attempt, part);
    if (jobs != NULL)
        closedir(jobs);
    else if (fd >= 0)
        close(fd);
    return is_live;
}
