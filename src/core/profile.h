/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The profile: when nodes come back. A tree of releases by time whose subtrees
 * know their sum, kept as jobs start, end and resize; nothing is rebuilt.
 */
#ifndef ERM_CORE_PROFILE_H
#define ERM_CORE_PROFILE_H

#include "core/job.h"

struct profile {
    struct tree tree;
};

void profile_init(struct profile *profile);
/* Lists RELEASE (borrowed until removed); N = 0 lists nothing. */
void profile_add(struct profile *profile, struct release *release, time_us when,
                 int64_t job, uint32_t n);
/* Removes it if it is listed. */
void profile_remove(struct profile *profile, struct release *release);

/* The EASY promise for a job that needs NEEDS nodes while N_FREE are free:
 * the earliest time at which enough have come back (shadow time; TIME_NEVER:
 * never; nothing is earlier than NOW + 1 s), and how many are then left over
 * (extra). Mu'alem and Feitelson, IEEE TPDS 12(6), 2001. */
struct promise {
    time_us shadow;
    uint32_t extra;
};
struct promise profile_promise(const struct profile *profile, time_us now,
                               uint32_t n_free, uint32_t needs);
const struct release *profile_first(const struct profile *profile);
const struct release *profile_next(const struct release *release);

#endif
