/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture: what each point of it is, and the tiles that it is made of. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define MAX_SIZE 32768 /* points a side */
#define MAX_TILE 256

/* What is computed. All the same for the master and its workers. */
struct plan {
    uint32_t size;     /* points a side, a multiple of tile */
    uint32_t tile;     /* points a side of a tile */
    uint32_t samples;  /* a side, for each point: how smooth it is */
    uint32_t max_iter; /* at most 65535 */
};

struct image {
    struct plan plan;
    uint16_t *points; /* row by row; owned */
};

/* Does the plan make sense? */
int plan_is_right(const struct plan *plan);
uint32_t plan_n_tiles(const struct plan *plan);
/* Bytes of a tile's points. */
size_t plan_tile_bytes(const struct plan *plan);
/* The points of tile NUMBER into POINTS. Much work. */
void plan_compute(const struct plan *plan, uint32_t number, uint16_t *points);

/* 0, or -1: no memory. */
int image_init(struct image *image, const struct plan *plan);
void image_release(struct image *image);
void image_put(struct image *image, uint32_t number, const uint16_t *points);
/* FNV-1a of all points. */
uint64_t image_checksum(const struct image *image);
/* As a PGM file. 0, or -1 and errno. */
int image_write(const struct image *image, const char *path);

#endif
