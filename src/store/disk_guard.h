/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guard between SQLite and the disk (a "VFS shim").
 *
 * SQLite throws a whole transaction away when the disk is full at its commit.
 * The guard sits below that: a write that finds the disk full makes room and
 * is tried once more, and SQLite never learns of it. It also remembers a
 * failed fsync, after which nobody can tell what is on the disk.
 */
#ifndef ERM_STORE_DISK_GUARD_H
#define ERM_STORE_DISK_GUARD_H

#include <sqlite3.h>
#include <stdbool.h>

/* Makes room on the disk; false when there is none to be made. */
typedef bool (*disk_guard_room_f)(void *arg);

struct disk_guard {
    sqlite3_vfs vfs; /* first: SQLite hands a pointer to it back */
    sqlite3_vfs *real;
    char name[32]; /* for sqlite3_open_v2() */
    disk_guard_room_f make_room;
    void *arg;
    bool sync_failed;
    int last_errno; /* of the last write or sync that failed for good */
};

/* Makes the guard known to SQLite, in front of its default VFS, under
 * GUARD->name. GUARD must not move until disk_guard_release(), which comes
 * after the last file is closed. */
void disk_guard_init(struct disk_guard *guard, disk_guard_room_f make_room,
                     void *arg);
void disk_guard_release(struct disk_guard *guard);

#endif
