/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process is looked at and signalled by its folder in /proc, which stands for
 * that very process as a pidfd does. That it belongs to the job its parent
 * tells: a pid of the list may be somebody else's by then.
 */
#include "launch/residents.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "launch/affinity.h"
#include "shepherd/tree.h"

#define MARK "ERM_NODE="

struct look {
    const struct residents *residents; /* borrowed */
    pid_t root;
    struct pids below;  /* of ROOT */
    struct strbuf text; /* of a file of the process that is looked at */
    struct idset own;   /* its processors */
};

static int open_process(pid_t pid)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void read_file(int process, const char *name, struct strbuf *out)
{
    char chunk[16384];
    ssize_t n;
    int fd = openat(process, name, O_RDONLY | O_CLOEXEC);

    strbuf_reset(out);
    while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
        strbuf_add(out, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
}

static bool is_below(const struct look *look, pid_t pid)
{
    bool is_found = pid == look->root;

    for (size_t i = 0; i < look->below.n && !is_found; i++)
        is_found = look->below.items[i] == pid;
    return is_found;
}

/* What brings nodes about is not what runs there. */
static bool is_daemon(const char *name, size_t len)
{
    static const char *const names[] = {"prte", "prted", "prun", "erm-dvm",
                                        "erm-shepherd"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return true;
    }
    return false;
}

/* "PID (NAME) STATE PARENT ..."; a name may hold anything. */
static bool is_candidate(struct look *look, int process)
{
    const char *name, *end;
    char state;
    int parent;

    read_file(process, "stat", &look->text);
    if (look->text.len == 0)
        return false;
    name = strchr(look->text.text, '(');
    end = strrchr(look->text.text, ')');
    return name != NULL && end > name &&
           sscanf(end + 1, " %c %d", &state, &parent) == 2 && state != 'Z' &&
           state != 'X' && is_below(look, parent) &&
           !is_daemon(name + 1, (size_t)(end - name - 1));
}

/* The value of ERM_NODE in the environment, NULL when there is none. */
static const char *node_of(struct look *look, int process)
{
    const char *item, *end;

    read_file(process, "environ", &look->text);
    end = look->text.text + look->text.len;
    for (item = look->text.text; item < end; item += strlen(item) + 1) {
        if (strncmp(item, MARK, strlen(MARK)) == 0)
            return item + strlen(MARK);
    }
    return NULL;
}

static bool is_resident(struct look *look, pid_t pid, int process)
{
    const struct residents *residents = look->residents;
    const char *node;
    struct stat st;

    if (fstat(process, &st) != 0 || st.st_uid != geteuid() ||
        !is_candidate(look, process))
        return false;
    node = node_of(look, process);
    if (node != NULL)
        return hostlist_find(residents->nodes, node) >= 0;
    return !idset_is_empty(residents->processors) &&
           affinity_get(pid, &look->own) == 0 &&
           idset_is_subset(&look->own, residents->processors);
}

static void send(int process, int signal)
{
    if (signal == 0)
        return;
    pidfd_send_signal(process, signal, NULL, 0);
    if (signal == SIGTERM)
        pidfd_send_signal(process, SIGCONT, NULL, 0);
}

uint32_t residents_signal(pid_t root, const struct residents *residents,
                          int signal, bool only_new, struct idset *seen)
{
    struct look look = {.residents = residents, .root = root};
    uint32_t n = 0;

    strbuf_init(&look.text);
    tree_list(root, tree_best_source(), &look.below);
    for (size_t i = 0; i < look.below.n; i++) {
        pid_t pid = look.below.items[i];
        int process = open_process(pid);
        if (process < 0)
            continue;
        if (is_resident(&look, pid, process)) {
            bool is_new = !idset_has(seen, (uint32_t)pid);
            idset_add(seen, (uint32_t)pid);
            send(process, is_new || !only_new ? signal : 0);
            n++;
        }
        close(process);
    }
    pids_release(&look.below);
    strbuf_release(&look.text);
    idset_release(&look.own);
    return n;
}

bool residents_handle(pid_t root, int signal)
{
    struct look look = {.root = root};
    bool is_found = false;

    strbuf_init(&look.text);
    tree_list(root, tree_best_source(), &look.below);
    for (size_t i = 0; i < look.below.n && !is_found; i++) {
        pid_t pid = look.below.items[i];
        int process = open_process(pid);
        if (process < 0)
            continue;
        is_found =
            is_candidate(&look, process) && tree_has_handler(pid, signal);
        close(process);
    }
    pids_release(&look.below);
    strbuf_release(&look.text);
    return is_found;
}
