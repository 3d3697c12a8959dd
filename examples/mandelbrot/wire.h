/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the master and its workers find each other and what they send.
 *
 * The master listens at a port that the system picks and writes where that is
 * into a file: a secret, then "host port" a line, the names and addresses of
 * this machine. A worker tries them in turn; who does not answer the secret
 * with a plan is not the master.
 *
 *     worker: secret            master: the plan, 4 numbers
 *                               master: the number of a tile, or END
 *     worker: that number, the points of the tile
 *                               master: the next one...
 *
 * Numbers have 4 bytes, points 2, most significant byte first.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

#define SECRET_BYTES 32
#define PLAN_BYTES 16
#define NUMBER_BYTES 4
#define END UINT32_MAX
/* A result that is the largest. */
#define MAX_RESULT (NUMBER_BYTES + 2 * MAX_TILE * MAX_TILE)

void put_number(unsigned char *to, uint32_t number);
uint32_t get_number(const unsigned char *from);
void put_plan(unsigned char *to, const struct plan *plan);
void get_plan(struct plan *plan, const unsigned char *from);
void put_points(unsigned char *to, const uint16_t *points, size_t n);
void get_points(uint16_t *points, const unsigned char *from, size_t n);

/* Where the master writes its addresses, in BUFFER: $MANDELBROT_ADDRESS, or
 * mandelbrot.address in $ERM_JOB_DIR (in the current folder without it). */
const char *address_file(char *buffer, size_t size);
/* Makes a listening socket and a SECRET, and writes the file. The socket, or
 * -1 after a message. */
int listen_and_tell(unsigned char *secret);
/* A connection to the master that the file tells of, to which the secret was
 * sent and from which *PLAN came. -1: there is none (yet). */
int find_master(struct plan *plan);
/* All N bytes; 0, or -1. */
int send_all(int fd, const unsigned char *bytes, size_t n);

#endif
