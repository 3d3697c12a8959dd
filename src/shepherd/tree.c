/* SPDX-License-Identifier: BSD-2-Clause */
#include "shepherd/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_PASSES 16

/* One row of the whole process table, for TREE_BY_SCAN. */
struct parent_row {
    pid_t pid, parent;
};

struct parent_table {
    struct parent_row *rows;
    size_t n, size;
};

/* Out of memory: go on with what there is; the caller comes again. */
static void *grow(void *items, size_t *size, size_t item_size)
{
    size_t bigger = *size ? 2 * *size : 64;
    void *moved = realloc(items, bigger * item_size);
    if (moved)
        *size = bigger;
    return moved ? moved : items;
}

static void add_pid(struct pids *pids, pid_t pid)
{
    if (pids->n == pids->size)
        pids->items = grow(pids->items, &pids->size, sizeof(pid_t));
    if (pids->n < pids->size)
        pids->items[pids->n++] = pid;
}

void pids_release(struct pids *pids)
{
    free(pids->items);
    *pids = (struct pids){0};
}

static void add_thread_children(pid_t pid, const char *thread, struct pids *out)
{
    char path[96];
    snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", (int)pid,
             thread);
    FILE *file = fopen(path, "re");
    int child;
    while (file && fscanf(file, "%d", &child) == 1)
        add_pid(out, child);
    if (file)
        fclose(file);
}

static void add_children(pid_t pid, struct pids *out)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (isdigit((unsigned char)entry->d_name[0]))
            add_thread_children(pid, entry->d_name, out);
    if (dir)
        closedir(dir);
}

static void add_row(struct parent_table *table, const char *pid)
{
    char path[48], text[512];
    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = '\0';
    const char *end = strrchr(text, ')'); /* the name may hold anything */
    int parent;
    if (!end || sscanf(end + 1, " %*c %d", &parent) != 1)
        return;
    if (table->n == table->size)
        table->rows = grow(table->rows, &table->size, sizeof(*table->rows));
    if (table->n < table->size)
        table->rows[table->n++] = (struct parent_row){atoi(pid), parent};
}

static void scan_proc(struct parent_table *table)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (isdigit((unsigned char)entry->d_name[0]))
            add_row(table, entry->d_name);
    if (dir)
        closedir(dir);
}

static void add_from_table(const struct parent_table *table, pid_t pid,
                           struct pids *out)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->rows[i].parent == pid)
            add_pid(out, table->rows[i].pid);
}

enum tree_source tree_best_source(void)
{
    char path[64];
    int pid = (int)getpid();
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    return access(path, R_OK) == 0 ? TREE_BY_CHILDREN : TREE_BY_SCAN;
}

void tree_list(pid_t root, enum tree_source source, struct pids *out)
{
    struct parent_table table = {0};
    if (source == TREE_BY_SCAN)
        scan_proc(&table);
    size_t next = out->n;
    for (pid_t pid = root;; pid = out->items[next++]) {
        if (source == TREE_BY_SCAN)
            add_from_table(&table, pid, out);
        else
            add_children(pid, out);
        if (next >= out->n)
            break;
    }
    free(table.rows);
}

static void list_own(struct pids *out)
{
    out->n = 0;
    tree_list(getpid(), tree_best_source(), out);
}

static void signal_all(const struct pids *pids, int signal)
{
    for (size_t i = 0; i < pids->n; i++)
        kill(pids->items[i], signal);
}

void tree_signal(int signal)
{
    struct pids pids = {0};
    list_own(&pids);
    signal_all(&pids, signal);
    pids_release(&pids);
}

bool tree_has_handler(pid_t pid, int signal)
{
    char path[48], line[256];
    uint64_t caught = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "SigCgt:", 7) == 0)
            caught = strtoull(line + 7, NULL, 16);
    if (file)
        fclose(file);
    return caught >> (signal - 1) & 1;
}

static void forward_to(const struct pids *pids, int signal)
{
    struct pids handlers = {0};
    for (size_t i = 0; i < pids->n; i++)
        if (tree_has_handler(pids->items[i], signal))
            add_pid(&handlers, pids->items[i]);
    signal_all(handlers.n ? &handlers : pids, signal);
    pids_release(&handlers);
}

void tree_forward(int signal)
{
    struct pids pids = {0};
    list_own(&pids);
    forward_to(&pids, signal);
    pids_release(&pids);
}

static void list_from(pid_t root, struct pids *out)
{
    add_pid(out, root);
    tree_list(root, tree_best_source(), out);
}

void tree_forward_from(pid_t root, int signal)
{
    struct pids pids = {0};
    list_from(root, &pids);
    forward_to(&pids, signal);
    pids_release(&pids);
}

void tree_signal_from(pid_t root, int signal)
{
    struct pids pids = {0};
    list_from(root, &pids);
    signal_all(&pids, signal);
    pids_release(&pids);
}

void tree_kill(void)
{
    struct pids pids = {0};
    size_t before = 0;
    list_own(&pids);
    for (int i = 0; i < STOP_PASSES && pids.n > before; i++) {
        before = pids.n;
        signal_all(&pids, SIGSTOP);
        list_own(&pids);
    }
    signal_all(&pids, SIGKILL);
    pids_release(&pids);
}
