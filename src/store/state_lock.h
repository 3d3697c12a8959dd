/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One manager per state directory: a lock on the file `lock` in it.
 *
 * The kernel drops the lock with the last descriptor of it, so it never has to
 * be cleaned up. The line in the file, "PID HOST BOOT_ID STARTTIME", only
 * tells people who holds it.
 */
#ifndef ERM_STORE_STATE_LOCK_H
#define ERM_STORE_STATE_LOCK_H

#include "base/clock.h"
#include "base/err.h"

/* Long enough for a child of a killed manager, forked but not yet in its own
 * program, to let go of the lock. */
#define STATE_LOCK_PATIENCE (1 * USEC_PER_SEC)

/*
 * Takes the lock in the folder DIR_FD and signs it. Tries for PATIENCE (may
 * sleep so long). Returns a descriptor: the lock is held until it is given to
 * state_lock_release(); or -1: ERR_BUSY with the holder's name, ERR_SYSTEM.
 */
int state_lock_take(int dir_fd, dur_us patience, struct err *err);
/* Lets go, also of what children have inherited. -1 is fine. */
void state_lock_release(int lock_fd);

#endif
