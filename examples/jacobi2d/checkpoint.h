/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of the plate in a file that all ranks write and read, each its own
 * rows, and that appears whole: after any crash there is the old one or the new
 * one. However many ranks have written it, any number can read it.
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "grid.h"

struct progress {
    long sweep;     /* how many are done */
    double at;      /* when it was written, seconds since 1970 */
    int n_ranks;    /* that have written it */
    int for_resize; /* written to start again at another size */
};

/* Collective. 0, or -1: it was told on stderr. */
int checkpoint_write(const char *path, const struct grid *grid,
                     const struct progress *progress);
/* 1: read; 0: there is none; -1: it cannot be used, which was told. */
int checkpoint_read(const char *path, struct grid *grid,
                    struct progress *progress);

#endif
