/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ballast: room on the disk that is kept for bad times. The file `ballast` in
 * the state directory is removed when the disk is full, so that the ends of
 * running jobs can still be written.
 */
#ifndef ERM_STORE_BALLAST_H
#define ERM_STORE_BALLAST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define BALLAST_SIZE (INT64_C(1) << 20)
#define BALLAST_MIN (INT64_C(64) << 10)

struct ballast {
    int dir_fd; /* borrowed */
    bool is_there;
    int64_t size; /* bytes; stays after a release, for the next one */
};

/*
 * Takes over the file that is there or makes one: BALLAST_SIZE bytes, less
 * (a quarter of what is free) on a small disk. -1 when not even BALLAST_MIN
 * can be had: ERR_FULL; or ERR_SYSTEM. BALLAST can be used all the same.
 */
int ballast_init(struct ballast *ballast, int dir_fd, struct err *err);
/* Removes the file. False when there was none: nothing was gained. */
bool ballast_drop(struct ballast *ballast);
/* Makes it again, once there is room for twice its size, so that it does not
 * come and go. True when it is there. */
bool ballast_restore(struct ballast *ballast);

#endif
