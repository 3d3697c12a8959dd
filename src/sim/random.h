/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers by chance that are the same for the same seed on every machine.
 * SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. The gamma distribution after Marsaglia and Tsang,
 * "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
 */
#ifndef ERM_SIM_RANDOM_H
#define ERM_SIM_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* any value is a good seed */
};

/* The function that SplitMix64 applies to its state: a good hash of X. */
uint64_t splitmix64(uint64_t x);
/* 64 bits, each as likely as the other. */
uint64_t random_next(struct random *random);
/* A whole number from 0 to N - 1; N > 0. */
uint64_t random_below(struct random *random, uint64_t n);
/* From 0 to 1, neither included. */
double random_unit(struct random *random);
/* Standard normal: mean 0, variance 1. */
double random_normal(struct random *random);
/* Gamma with mean SHAPE * SCALE and variance SHAPE * SCALE^2; SHAPE >= 1. */
double random_gamma(struct random *random, double shape, double scale);

#endif
