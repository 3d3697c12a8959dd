/* SPDX-License-Identifier: BSD-2-Clause */
/* See folder.h. */
#include "folder.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* A test may be run inside of an allocation. */
static void forget_allocations(void)
{
    static const char *const names[] = {
        "ERM_HOSTFILE",      "SLURM_JOB_NODELIST",  "SLURM_NODELIST",
        "SLURM_JOB_ID",      "SLURM_JOB_END_TIME",  "SLURM_JOB_CPUS_PER_NODE",
        "PBS_NODEFILE",      "PBS_JOBID",           "PBS_WALLTIME",
        "LSB_DJOB_HOSTFILE", "LSB_MCPU_HOSTS",      "LSB_HOSTS",
        "LSB_JOBID",         "COBALT_NODEFILE",     "COBALT_JOBID",
        "COBALT_ENDTIME",    "SLURM_TASKS_PER_NODE"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        unsetenv(names[i]);
}

void folder_enter(char *path, size_t size)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(path, size, "%s/erm-test-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert(mkdtemp(path) != NULL);
    assert(chdir(path) == 0);
    forget_allocations();
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void folder_leave(const char *path)
{
    assert(chdir("/") == 0);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void file_put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert(file != NULL);
    fputs(text, file);
    fclose(file);
}

void file_replace(const char *name, const char *text)
{
    file_put("replacement.tmp", text);
    assert(rename("replacement.tmp", name) == 0);
}

char *file_get(const char *name)
{
    FILE *file = fopen(name, "r");
    char *text;
    size_t n;

    if (file == NULL)
        return NULL;
    text = calloc(1, 1 << 20);
    assert(text != NULL);
    n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

bool file_has(const char *name, const char *text)
{
    char *content = file_get(name);
    bool has = content != NULL && strstr(content, text) != NULL;

    free(content);
    return has;
}

static void wake(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

bool loop_until(struct event_base *loop, loop_until_f *until, void *context,
                long milliseconds)
{
    int64_t deadline = clock_boot_us() + milliseconds * USEC_PER_MSEC;
    struct timeval tick = {.tv_usec = 2000};
    struct event *ticker = event_new(loop, -1, EV_PERSIST, wake, NULL);

    event_add(ticker, &tick);
    while (!until(context) && clock_boot_us() < deadline)
        event_base_loop(loop, EVLOOP_ONCE);
    event_free(ticker);
    return until(context);
}
