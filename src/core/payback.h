/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a growth worth what it costs? The job has to save more time until its end
 * than the resize itself takes (doc/elastic.md, "Growing").
 */
#ifndef ERM_CORE_PAYBACK_H
#define ERM_CORE_PAYBACK_H

#include "core/job.h"

/* What a growth has to save at least of the time that a job has left. */
struct payback {
    double costs; /* that many times what the resize takes... */
    double part;  /* ... and that part of the time */
};

/* The size past which a job gets no faster: the first of the fastest of its
 * run times; UINT32_MAX = there is none. */
uint32_t payback_fastest(const struct job_request *request);
/* The largest size, MOST at most, to which growing now pays for JOB; 0 = to
 * none. Never one past that at which it is fastest. */
uint32_t payback_size(const struct job *job, time_us now, uint32_t most,
                      const struct payback *rule);
/* What a resize of JOB takes, after one that took MEASURED: a moving average,
 * the last one counts a quarter. 0 is not known. */
dur_us payback_learn(dur_us known, dur_us measured);

#endif
