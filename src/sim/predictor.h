/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run times foretold from those of like jobs: the mean of the last two that
 * have ended, of the same user or name (Tsafrir, Etsion and Feitelson, IEEE
 * TPDS 18(6), 2007).
 */
#ifndef ERM_SIM_PREDICTOR_H
#define ERM_SIM_PREDICTOR_H

#include <stdint.h>

#include "base/clock.h"

struct predictor_past;

struct predictor {
    struct predictor_past *pasts; /* owned */
};

void predictor_init(struct predictor *predictor);
void predictor_release(struct predictor *predictor);
/* The kind of all jobs of one name; 0 = of no kind: NULL or "". */
uint64_t predictor_kind(const char *name);
/* A job of KIND (0 = like no other) has ended after RUN. */
void predictor_learn(struct predictor *predictor, uint64_t kind, dur_us run);
/* What the next one of KIND will take; 0 = nothing is known. */
dur_us predictor_guess(const struct predictor *predictor, uint64_t kind);

#endif
