/* SPDX-License-Identifier: BSD-2-Clause */
/* See random.h. */
#include "sim/random.h"

#include <assert.h>
#include <math.h>

#define STEP 0x9e3779b97f4a7c15u /* 2^64 divided by the golden ratio */

uint64_t splitmix64(uint64_t x)
{
    x += STEP;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t random_next(struct random *random)
{
    uint64_t next = splitmix64(random->state);

    random->state += STEP;
    return next;
}

/* The remainders are not quite equally likely; with N far below 2^64 nobody
 * can tell. */
uint64_t random_below(struct random *random, uint64_t n)
{
    assert(n > 0);
    return random_next(random) % n;
}

double random_unit(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) * 0x1p-53;
}

/* Marsaglia's polar method; its second number is thrown away. */
double random_normal(struct random *random)
{
    double x, y, square;

    do {
        x = 2 * random_unit(random) - 1;
        y = 2 * random_unit(random) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    return x * sqrt(-2 * log(square) / square);
}

double random_gamma(struct random *random, double shape, double scale)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    double x, v, u;

    assert(shape >= 1);
    do {
        x = random_normal(random);
        v = 1 + c * x;
        v = v * v * v;
        u = random_unit(random);
    } while (v <= 0 || log(u) >= 0.5 * x * x + d * (1 - v + log(v)));
    return d * v * scale;
}
