/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload by chance, for tests and for users without a trace: the model of
 * Lublin and Feitelson, "The workload on parallel supercomputers: modeling the
 * characteristics of rigid jobs", JPDC 63(11), 2003, with its parameters for
 * batch jobs. Sizes, run times that hang on the size, and arrivals that follow
 * the hours of the day are theirs; the users' estimates are ours
 * (doc/simulate.md).
 */
#ifndef ERM_SIM_LUBLIN_H
#define ERM_SIM_LUBLIN_H

#include <stdint.h>

#include "base/err.h"
#include "codec/swf.h"

struct lublin_options {
    size_t n_jobs;
    uint32_t n_nodes;
    /* The work of all jobs over what the nodes could do until the last submit:
     * above 1 the queue grows without end. 0 = as often as in the paper. */
    double load;
    uint64_t seed;
};

/* Fills OUT (initialised, empty) with jobs by rising submit time; the first
 * day begins at midnight. The same options give the same jobs. 0, or -1 and
 * ERR (ERR_INPUT): no jobs or too many, no nodes, a load that is neither 0 nor
 * from 0.01 to 100. */
int lublin_generate(struct swf *out, const struct lublin_options *options,
                    struct err *err);

#endif
