/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/processes.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "shepherd/claim.h"

static void read_environ(int process, struct strbuf *out)
{
    char chunk[16384];
    ssize_t n;
    int fd = openat(process, "environ", O_RDONLY | O_CLOEXEC);

    strbuf_reset(out);
    while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
        strbuf_add(out, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
}

/* The value of NAME ("X="), or NULL. */
static const char *find(const struct strbuf *environ, const char *name)
{
    const char *end = environ->text + environ->len;
    size_t n = strlen(name);

    for (const char *p = environ->text; p < end; p += strlen(p) + 1)
        if (strncmp(p, name, n) == 0)
            return p + n;
    return NULL;
}

static void look_at(int process, struct strbuf *environ, processes_job_f *take,
                    void *context)
{
    struct stat st;
    const char *claim_dir;

    if (fstat(process, &st) != 0 || st.st_uid != geteuid())
        return;
    read_environ(process, environ);
    claim_dir = find(environ, CLAIM_VARIABLE "=");
    if (claim_dir != NULL)
        take(context, claim_dir, find(environ, "ERM_DVM_KEY="));
}

void processes_each_job(processes_job_f *take, void *context)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    struct strbuf environ;

    strbuf_init(&environ);
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        int process;
        if (!isdigit((unsigned char)entry->d_name[0]) ||
            atoi(entry->d_name) == (int)getpid())
            continue;
        process = openat(dirfd(proc), entry->d_name,
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (process < 0)
            continue;
        look_at(process, &environ, take, context);
        close(process);
    }
    if (proc != NULL)
        closedir(proc);
    strbuf_release(&environ);
}
