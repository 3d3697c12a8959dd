/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a growth worth what it costs? It is when the job saves more time until its
 * end than the resize itself takes (doc/elastic.md, "Growing").
 */
#ifndef ERM_CORE_PAYBACK_H
#define ERM_CORE_PAYBACK_H

#include "core/job.h"

/* The largest size, MOST at most, to which growing now pays for JOB; 0 = to
 * none. Never one past that at which it is fastest. */
uint32_t payback_size(const struct job *job, time_us now, uint32_t most);
/* What a resize of JOB takes, after one that took MEASURED: a moving average,
 * the last one counts a quarter. 0 is not known. */
dur_us payback_learn(dur_us known, dur_us measured);

#endif
