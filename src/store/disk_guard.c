/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Most of this hands each call on to the real file; guard_write, guard_sync
 * and guard_shm_map are what it is for.
 */
#include "store/disk_guard.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

struct guarded_file {
    sqlite3_file base; /* first: SQLite knows only this */
    struct disk_guard *guard;
    sqlite3_file *real; /* in the memory behind this struct */
};

static sqlite3_file *real_file(sqlite3_file *file)
{
    return ((struct guarded_file *)file)->real;
}

static int last_errno(sqlite3_file *real)
{
    int error = 0;

    real->pMethods->xFileControl(real, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

/* A full quota comes as an ordinary I/O error. */
static bool is_full(sqlite3_file *real, int rc)
{
    int error;

    if (rc == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE)
        return true;
    if (rc != SQLITE_IOERR_WRITE)
        return false;
    error = last_errno(real);
    return error == ENOSPC || error == EDQUOT;
}

static bool can_retry(sqlite3_file *file, int rc)
{
    struct disk_guard *guard = ((struct guarded_file *)file)->guard;

    return is_full(real_file(file), rc) && guard->make_room(guard->arg);
}

static int guard_write(sqlite3_file *file, const void *data, int n,
                       sqlite3_int64 at)
{
    sqlite3_file *real = real_file(file);
    int rc = real->pMethods->xWrite(real, data, n, at);

    if (rc != SQLITE_OK && can_retry(file, rc))
        rc = real->pMethods->xWrite(real, data, n, at);
    if (rc == SQLITE_OK)
        return rc;
    if (is_full(real, rc))
        return SQLITE_FULL;
    ((struct guarded_file *)file)->guard->last_errno = last_errno(real);
    return rc;
}

static int guard_sync(sqlite3_file *file, int flags)
{
    struct disk_guard *guard = ((struct guarded_file *)file)->guard;
    sqlite3_file *real = real_file(file);
    int rc = real->pMethods->xSync(real, flags);

    if (rc == SQLITE_OK)
        return rc;
    guard->sync_failed = true;
    guard->last_errno = last_errno(real);
    return rc;
}

static int guard_shm_map(sqlite3_file *file, int page, int size, int extend,
                         void volatile **out)
{
    sqlite3_file *real = real_file(file);
    int rc = real->pMethods->xShmMap(real, page, size, extend, out);

    if (rc != SQLITE_OK && can_retry(file, rc))
        rc = real->pMethods->xShmMap(real, page, size, extend, out);
    return rc != SQLITE_OK && is_full(real, rc) ? SQLITE_FULL : rc;
}

static int guard_close(sqlite3_file *file)
{
    return real_file(file)->pMethods->xClose(real_file(file));
}

static int guard_read(sqlite3_file *file, void *data, int n, sqlite3_int64 at)
{
    return real_file(file)->pMethods->xRead(real_file(file), data, n, at);
}

static int guard_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static int guard_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_file(file)->pMethods->xFileSize(real_file(file), out);
}

static int guard_lock(sqlite3_file *file, int level)
{
    return real_file(file)->pMethods->xLock(real_file(file), level);
}

static int guard_unlock(sqlite3_file *file, int level)
{
    return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

static int guard_check_reserved_lock(sqlite3_file *file, int *out)
{
    return real_file(file)->pMethods->xCheckReservedLock(real_file(file), out);
}

static int guard_file_control(sqlite3_file *file, int op, void *arg)
{
    return real_file(file)->pMethods->xFileControl(real_file(file), op, arg);
}

static int guard_sector_size(sqlite3_file *file)
{
    return real_file(file)->pMethods->xSectorSize(real_file(file));
}

static int guard_device_characteristics(sqlite3_file *file)
{
    return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

static int guard_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_file(file)->pMethods->xShmLock(real_file(file), offset, n,
                                               flags);
}

static void guard_shm_barrier(sqlite3_file *file)
{
    real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static int guard_shm_unmap(sqlite3_file *file, int remove)
{
    return real_file(file)->pMethods->xShmUnmap(real_file(file), remove);
}

static int guard_fetch(sqlite3_file *file, sqlite3_int64 at, int n, void **out)
{
    return real_file(file)->pMethods->xFetch(real_file(file), at, n, out);
}

static int guard_unfetch(sqlite3_file *file, sqlite3_int64 at, void *data)
{
    return real_file(file)->pMethods->xUnfetch(real_file(file), at, data);
}

static const sqlite3_io_methods guard_methods = {
    .iVersion = 3,
    .xClose = guard_close,
    .xRead = guard_read,
    .xWrite = guard_write,
    .xTruncate = guard_truncate,
    .xSync = guard_sync,
    .xFileSize = guard_file_size,
    .xLock = guard_lock,
    .xUnlock = guard_unlock,
    .xCheckReservedLock = guard_check_reserved_lock,
    .xFileControl = guard_file_control,
    .xSectorSize = guard_sector_size,
    .xDeviceCharacteristics = guard_device_characteristics,
    .xShmMap = guard_shm_map,
    .xShmLock = guard_shm_lock,
    .xShmBarrier = guard_shm_barrier,
    .xShmUnmap = guard_shm_unmap,
    .xFetch = guard_fetch,
    .xUnfetch = guard_unfetch,
};

static int guard_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                      int flags, int *out_flags)
{
    struct disk_guard *guard = (struct disk_guard *)vfs;
    struct guarded_file *guarded = (struct guarded_file *)file;
    int rc;

    guarded->guard = guard;
    guarded->real = (sqlite3_file *)(guarded + 1);
    rc = guard->real->xOpen(guard->real, name, guarded->real, flags, out_flags);
    assert(!guarded->real->pMethods || guarded->real->pMethods->iVersion >= 3);
    /* With methods set, SQLite calls xClose also after a failure. */
    file->pMethods = guarded->real->pMethods ? &guard_methods : NULL;
    return rc;
}

void disk_guard_init(struct disk_guard *guard, disk_guard_room_f make_room,
                     void *arg)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);

    assert(real);
    *guard = (struct disk_guard){
        .vfs = *real, .real = real, .make_room = make_room, .arg = arg};
    snprintf(guard->name, sizeof(guard->name), "erm-%p", (void *)guard);
    guard->vfs.pNext = NULL;
    guard->vfs.zName = guard->name;
    guard->vfs.szOsFile = (int)sizeof(struct guarded_file) + real->szOsFile;
    guard->vfs.xOpen = guard_open;
    sqlite3_vfs_register(&guard->vfs, 0);
}

void disk_guard_release(struct disk_guard *guard)
{
    sqlite3_vfs_unregister(&guard->vfs);
}
