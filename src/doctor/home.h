/* SPDX-License-Identifier: BSD-2-Clause */
/* The state directory at hand: what is its own, and which of its jobs live. */
#ifndef ERM_DOCTOR_HOME_H
#define ERM_DOCTOR_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/state_dir.h"

struct home {
    bool is_there;
    struct state_dir dir; /* when it is */
    char *jobs_path;      /* owned */
    char *mark;           /* owned; NULL: it has none yet */
    struct home_job {
        int64_t id;
        uint32_t attempt;
    } * told; /* owned: those that the manager says are alive */
    size_t n_told;
};

/* PATH NULL: there is none. 0, or -1 and ERR when it cannot be used. */
int home_open(struct home *home, const char *path, struct err *err);
void home_close(struct home *home);
void home_add_live(struct home *home, int64_t job_id, uint32_t attempt);
/* In doubt it lives, and so does a part of an attempt that lives. Job 0 is a
 * DVM over the pool. */
bool home_is_live(const struct home *home, int64_t job_id, uint32_t attempt,
                  uint32_t part);
/* Is any DVM over the pool alive? */
bool home_has_pool(const struct home *home);

#endif
