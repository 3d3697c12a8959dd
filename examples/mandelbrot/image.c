/* SPDX-License-Identifier: BSD-2-Clause */
/* See image.h. */
#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of the plane that is shown. */
#define LEFT (-2.0)
#define BOTTOM (-1.25)
#define SIDE 2.5

int plan_is_right(const struct plan *plan)
{
    return plan->tile >= 1 && plan->tile <= MAX_TILE && plan->size >= 1 &&
           plan->size <= MAX_SIZE && plan->size % plan->tile == 0 &&
           plan->samples >= 1 && plan->samples <= 16 && plan->max_iter >= 1 &&
           plan->max_iter <= UINT16_MAX;
}

static uint32_t tiles_a_row(const struct plan *plan)
{
    return plan->size / plan->tile;
}

uint32_t plan_n_tiles(const struct plan *plan)
{
    return tiles_a_row(plan) * tiles_a_row(plan);
}

size_t plan_tile_bytes(const struct plan *plan)
{
    return (size_t)plan->tile * plan->tile * sizeof(uint16_t);
}

static uint32_t iterations(double x, double y, uint32_t max_iter)
{
    double re = 0, im = 0;
    uint32_t n = 0;
    while (n < max_iter && re * re + im * im <= 4) {
        double next = re * re - im * im + x;
        im = 2 * re * im + y;
        re = next;
        n++;
    }
    return n;
}

/* The mean of the samples within the point (COLUMN, ROW). */
static uint16_t compute_point(const struct plan *plan, uint32_t column,
                              uint32_t row)
{
    uint64_t sum = 0;
    double step = SIDE / plan->size / plan->samples;
    for (uint32_t i = 0; i < plan->samples * plan->samples; i++) {
        double x = (double)column * plan->samples + i % plan->samples + 0.5;
        double y = (double)row * plan->samples + i / plan->samples + 0.5;
        sum += iterations(LEFT + x * step, BOTTOM + y * step, plan->max_iter);
    }
    return (uint16_t)(sum / (plan->samples * plan->samples));
}

void plan_compute(const struct plan *plan, uint32_t number, uint16_t *points)
{
    uint32_t left = number % tiles_a_row(plan) * plan->tile;
    uint32_t top = number / tiles_a_row(plan) * plan->tile;
    for (uint32_t row = 0; row < plan->tile; row++)
        for (uint32_t column = 0; column < plan->tile; column++)
            *points++ = compute_point(plan, left + column, top + row);
}

int image_init(struct image *image, const struct plan *plan)
{
    image->plan = *plan;
    image->points = calloc((size_t)plan->size * plan->size, sizeof(uint16_t));
    return image->points != NULL ? 0 : -1;
}

void image_release(struct image *image)
{
    free(image->points);
}

void image_put(struct image *image, uint32_t number, const uint16_t *points)
{
    const struct plan *plan = &image->plan;
    size_t left = number % tiles_a_row(plan) * (size_t)plan->tile;
    size_t top = number / tiles_a_row(plan) * (size_t)plan->tile;
    for (uint32_t row = 0; row < plan->tile; row++, points += plan->tile)
        memcpy(image->points + (top + row) * plan->size + left, points,
               plan->tile * sizeof(uint16_t));
}

uint64_t image_checksum(const struct image *image)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < (size_t)image->plan.size * image->plan.size; i++) {
        hash = (hash ^ (image->points[i] & 0xff)) * 1099511628211ULL;
        hash = (hash ^ (image->points[i] >> 8)) * 1099511628211ULL;
    }
    return hash;
}

int image_write(const struct image *image, const char *path)
{
    size_t n = (size_t)image->plan.size * image->plan.size;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return -1;
    fprintf(file, "P5\n%u %u\n%u\n", image->plan.size, image->plan.size,
            image->plan.max_iter);
    for (size_t i = 0; i < n; i++) {
        if (image->plan.max_iter > 255)
            putc(image->points[i] >> 8, file);
        putc(image->points[i] & 0xff, file);
    }
    return fclose(file) == 0 ? 0 : -1;
}
