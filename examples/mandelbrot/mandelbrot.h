/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MANDELBROT_H
#define MANDELBROT_H

#include "image.h"

/* Fills the image with what workers send; a worker that has not sent a tile
 * LEASE seconds after it got it is not waited for. 0, or 1 after a message. */
int run_master(struct image *image, long lease);
/* N_PROCESSES workers; they wait PATIENCE seconds for a master. The exit
 * code. */
int run_worker(long n_processes, long patience);

#endif
