/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that was made meanwhile has what its maker had: passes go on until
 * some in a row change nothing. One is not enough: a fork that is under way is
 * on no list yet, and a list of children may leave one out while others end
 * (proc(5), task/TID/children). ROOT comes last, as it tells what all had
 * before.
 */
#include "launch/affinity.h"

#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shepherd/tree.h"

#define PROCESSORS_MAX 8192
#define WORD_BITS (8 * sizeof(unsigned long))
#define PASSES 16
#define QUIET_PASSES 2 /* in a row: then all is moved */

/* The kernel's own layout; glibc's cpu_set_t stops at 1024. */
struct mask {
    unsigned long words[PROCESSORS_MAX / WORD_BITS];
};

int affinity_get(pid_t thread, struct idset *out)
{
    struct mask mask;

    memset(&mask, 0, sizeof(mask));
    idset_clear(out);
    if (sched_getaffinity(thread, sizeof(mask),
                          (cpu_set_t *)(void *)mask.words) != 0)
        return -1;
    for (uint32_t i = 0; i < PROCESSORS_MAX; i++) {
        if (mask.words[i / WORD_BITS] >> i % WORD_BITS & 1)
            idset_add(out, i);
    }
    return 0;
}

static int set(pid_t thread, const struct idset *processors)
{
    struct mask mask;

    memset(&mask, 0, sizeof(mask));
    IDSET_EACH (processors, i) {
        if (i < PROCESSORS_MAX)
            mask.words[i / WORD_BITS] |= 1UL << i % WORD_BITS;
    }
    return sched_setaffinity(thread, sizeof(mask),
                             (const cpu_set_t *)(const void *)mask.words);
}

struct move {
    struct idset from;          /* what ROOT could use */
    const struct idset *to;     /* borrowed */
    struct idset before, after; /* of one thread */
    bool is_changed;            /* in this pass */
};

/* What a thread may use from now on that could use its own: OWN is changed. */
static void choose(const struct move *move, struct idset *own)
{
    if (!idset_is_equal(own, &move->from))
        idset_intersect(own, move->to);
    else
        idset_clear(own);
    if (idset_is_empty(own))
        idset_copy(own, move->to);
}

static void move_thread(struct move *move, pid_t thread)
{
    if (affinity_get(thread, &move->before) != 0)
        return;
    idset_copy(&move->after, &move->before);
    choose(move, &move->after);
    if (!idset_is_equal(&move->before, &move->after) &&
        set(thread, &move->after) == 0)
        move->is_changed = true;
}

static void move_process(struct move *move, pid_t pid)
{
    const struct dirent *entry;
    char path[48];
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    dir = opendir(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]))
            move_thread(move, atoi(entry->d_name));
    }
    if (dir != NULL)
        closedir(dir);
}

static void move_all(struct move *move, pid_t root)
{
    struct pids pids = {0};

    move->is_changed = false;
    tree_list(root, tree_best_source(), &pids);
    for (size_t i = 0; i < pids.n; i++)
        move_process(move, pids.items[i]);
    pids_release(&pids);
}

void affinity_move(pid_t root, const struct idset *processors)
{
    struct move move = {.to = processors};
    int n_quiet = 0;

    if (affinity_get(root, &move.from) == 0) {
        for (int i = 0; i < PASSES && n_quiet < QUIET_PASSES; i++) {
            move_all(&move, root);
            n_quiet = move.is_changed ? 0 : n_quiet + 1;
        }
        set(root, processors);
    }
    idset_release(&move.from);
    idset_release(&move.before);
    idset_release(&move.after);
}
