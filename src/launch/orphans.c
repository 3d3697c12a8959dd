/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/orphans.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/idset.h"
#include "base/strbuf.h"
#include "shepherd/claim.h"

#define ROUNDS 200
#define QUIET_ROUNDS 2 /* in the middle of an exec there is no environment */
#define PAUSE_NS 5000000L

struct mark {
    struct strbuf item;    /* "NAME=VALUE" */
    struct strbuf environ; /* of the process that is looked at */
    struct idset killed;   /* one that dies slowly is found again */
};

static bool has_item(const struct strbuf *environ, const struct strbuf *item)
{
    const char *end = environ->text + environ->len;
    for (const char *p = environ->text; p < end; p += strlen(p) + 1)
        if (strcmp(p, item->text) == 0)
            return true;
    return false;
}

static void read_environ(int process, struct strbuf *out)
{
    char chunk[16384];
    ssize_t n;
    strbuf_reset(out);
    int fd = openat(process, "environ", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
        strbuf_add(out, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
}

/* PROCESS is a /proc/PID folder: it stands for that very process, as a pidfd
 * does, so what was looked at is what gets the signal. */
static bool kill_if_marked(int process, struct mark *mark)
{
    struct stat st;
    if (fstat(process, &st) || st.st_uid != geteuid())
        return false;
    read_environ(process, &mark->environ);
    return has_item(&mark->environ, &mark->item) &&
           pidfd_send_signal(process, SIGKILL, NULL, 0) == 0;
}

static int kill_round(struct mark *mark)
{
    int n = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        if (!isdigit((unsigned char)entry->d_name[0]) ||
            atoi(entry->d_name) == (int)getpid())
            continue;
        int process = openat(dirfd(proc), entry->d_name,
                             O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (process < 0)
            continue;
        if (kill_if_marked(process, mark)) {
            idset_add(&mark->killed, (uint32_t)atoi(entry->d_name));
            n++;
        }
        close(process);
    }
    if (proc)
        closedir(proc);
    return n;
}

int orphans_kill(const char *claim_dir)
{
    struct mark mark;
    idset_init(&mark.killed);
    strbuf_init(&mark.item);
    strbuf_init(&mark.environ);
    strbuf_add_fmt(&mark.item, CLAIM_VARIABLE "=%s", claim_dir);
    int n_quiet = 0;
    for (int i = 0; i < ROUNDS && n_quiet < QUIET_ROUNDS; i++) {
        n_quiet = kill_round(&mark) == 0 ? n_quiet + 1 : 0;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    int n = (int)idset_count(&mark.killed);
    idset_release(&mark.killed);
    strbuf_release(&mark.item);
    strbuf_release(&mark.environ);
    return n;
}
