/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the store share: a folder of their own that vanishes
 * afterwards, a store in it, children, and a small disk that can be filled.
 */
#ifndef ERM_T_STORE_SUPPORT_H
#define ERM_T_STORE_SUPPORT_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "store/state_dir.h"
#include "store/store.h"

struct world {
    char folder[256];
    char erm[300]; /* the state directory's path in it */
    struct state_dir dir;
    struct store *store;
    struct err err;
};

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
/* A test that wants an open store. */
#define STORE_TEST(f) \
    cmocka_unit_test_setup_teardown(f, world_setup_store, world_teardown)
#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* For children, where cmocka's checks do not work. */
#define MUST(condition)                                                     \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            _exit(1);                                                       \
        }                                                                   \
    } while (0)

static inline int world_setup(void **state)
{
    struct world *world = mem_alloc(sizeof(*world));
    const char *tmp = getenv("TMPDIR");
    char *real;

    snprintf(world->folder, sizeof(world->folder), "%s/erm-test-XXXXXX",
             tmp ? tmp : "/tmp");
    if (!mkdtemp(world->folder) || !(real = realpath(world->folder, NULL)))
        return -1;
    snprintf(world->folder, sizeof(world->folder), "%s", real);
    snprintf(world->erm, sizeof(world->erm), "%s/.erm", real);
    free(real);
    world->dir.fd = world->dir.jobs_fd = -1;
    *state = world;
    return 0;
}

static inline int world_open(struct world *world)
{
    err_clear(&world->err);
    if (state_dir_open(&world->dir, world->erm, true, &world->err) < 0)
        return -1;
    world->store = store_open(&world->dir, NULL, &world->err);
    return world->store ? 0 : -1;
}

static inline void world_close(struct world *world)
{
    store_close(world->store);
    world->store = NULL;
    state_dir_close(&world->dir);
}

static inline int world_setup_store(void **state)
{
    return world_setup(state) || world_open(*state);
}

static inline void world_reopen(struct world *world)
{
    world_close(world);
    if (world_open(world) < 0)
        fail_msg("cannot open again: %s", world->err.text);
}

static inline int world_remove_one(const char *path, const struct stat *st,
                                   int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline int world_teardown(void **state)
{
    struct world *world = *state;

    world_close(world);
    nftw(world->folder, world_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(world);
    return 0;
}

/* Path of NAME in the world's folder, in one of a few buffers of the caller. */
static inline char *world_path(const struct world *world, const char *name,
                               char buf[400])
{
    snprintf(buf, 400, "%s/%s", world->folder, name);
    return buf;
}

static inline void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

/* Runs F in a child; returns its exit status, 128 + a signal's number. */
static inline int in_child(void (*f)(void *arg), void *arg)
{
    int status = 0;
    pid_t child;

    fflush(stdout); /* or the child would write it again */
    child = fork();
    if (child == 0) {
        f(arg);
        fflush(stdout);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define NO_SMALL_DISK 77

static inline bool put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_done = fd >= 0 && write(fd, text, strlen(text)) > 0;

    close(fd);
    return is_done;
}

/* The id in the new user namespace is the one outside. */
static inline bool keep_id(const char *map_path, unsigned id)
{
    char map[64];

    snprintf(map, sizeof(map), "%u %u 1", id, id);
    return put(map_path, map);
}

/* Mounts of its own: for others than root in a user namespace of its own. */
static inline bool leave_mounts(void)
{
    unsigned uid = geteuid(), gid = getegid();

    if (unshare(CLONE_NEWNS) == 0)
        return true;
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           keep_id("/proc/self/uid_map", uid) &&
           put("/proc/self/setgroups", "deny") &&
           keep_id("/proc/self/gid_map", gid);
}

/* For a child: its own tmpfs of SIZE over the world's folder, seen by it
 * alone. Ends the child with NO_SMALL_DISK where that is not allowed. */
static inline void mount_small_disk(const struct world *world, const char *size)
{
    char options[64];

    snprintf(options, sizeof(options), "size=%s", size);
    if (!leave_mounts() ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", world->folder, "tmpfs", 0, options) < 0)
        _exit(NO_SMALL_DISK);
}

static inline void assert_small_disk_child(int status)
{
    if (status == NO_SMALL_DISK) {
        print_message("SKIPPED: may not mount a small tmpfs here\n");
        skip();
    }
    assert_int_equal(status, 0);
}

/* For a child: takes all room that is left on the disk of FOLDER, LEAVE bytes
 * less; the file's name is `filler`. */
static inline void fill_disk(const char *folder, off_t leave)
{
    static const char block[4096];
    char path[400];
    int fd;
    off_t size = 0;
    ssize_t n;

    snprintf(path, sizeof(path), "%s/filler", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    MUST(fd >= 0);
    while ((n = write(fd, block, sizeof(block))) > 0)
        size += n;
    MUST(n < 0 && errno == ENOSPC);
    MUST(ftruncate(fd, size > leave ? size - leave : 0) == 0);
    close(fd);
}

#endif
