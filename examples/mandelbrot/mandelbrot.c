/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Mandelbrot set by a master and workers over TCP. Nothing in it knows that
 * workers are started and stopped by erm.
 *
 * usage: mandelbrot master [options]    deals tiles to workers
 *        mandelbrot worker [options]    computes what the master deals
 *        mandelbrot serial [options]    all by itself, for comparison
 *
 * The others: -s SIZE (points a side, 1024) -t TILE (points a side, 64)
 * -a SAMPLES (a side of each point, 1) -i ITERATIONS (1000) -o FILE.pgm
 * Master: -l SECONDS (a worker may take for a tile, 60)
 * Worker: -n PROCESSES ($ERM_SLOTS_PER_NODE, or 1)
 *         -w SECONDS (to wait for a master, 60)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mandelbrot.h"

struct options {
    struct plan plan;
    const char *output;
    long lease, n_processes, patience;
};

static int usage(void)
{
    fprintf(stderr, "usage: mandelbrot master|worker|serial [-s SIZE] "
                    "[-t TILE] [-a SAMPLES] [-i ITERATIONS] [-o FILE] "
                    "[-l SECONDS] [-n PROCESSES] [-w SECONDS]\n");
    return 2;
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' && value > 0 && value <= 1000000
               ? value
               : 0;
}

/* 0, or -1: they make no sense. */
static int read_options(int argc, char **argv, struct options *options)
{
    const char *slots = getenv("ERM_SLOTS_PER_NODE");
    int option;
    *options = (struct options){{1024, 64, 1, 1000}, NULL, 60, 1, 60};
    if (slots != NULL && number(slots) > 0)
        options->n_processes = number(slots);
    while ((option = getopt(argc, argv, "s:t:a:i:o:l:n:w:")) != -1) {
        switch (option) {
        case 's':
            options->plan.size = (uint32_t)number(optarg);
            break;
        case 't':
            options->plan.tile = (uint32_t)number(optarg);
            break;
        case 'a':
            options->plan.samples = (uint32_t)number(optarg);
            break;
        case 'i':
            options->plan.max_iter = (uint32_t)number(optarg);
            break;
        case 'o':
            options->output = optarg;
            break;
        case 'l':
            options->lease = number(optarg);
            break;
        case 'n':
            options->n_processes = number(optarg);
            break;
        case 'w':
            options->patience = number(optarg);
            break;
        default:
            return -1;
        }
    }
    return optind == argc && plan_is_right(&options->plan) &&
                   options->lease > 0 && options->n_processes > 0 &&
                   options->patience > 0
               ? 0
               : -1;
}

static void run_serial(struct image *image)
{
    static uint16_t points[MAX_TILE * MAX_TILE];
    for (uint32_t i = 0; i < plan_n_tiles(&image->plan); i++) {
        plan_compute(&image->plan, i, points);
        image_put(image, i, points);
    }
}

static int make_image(const struct options *options, int is_master)
{
    struct image image;
    int status = 0;
    if (image_init(&image, &options->plan) < 0) {
        fprintf(stderr, "mandelbrot: no memory for the picture\n");
        return 1;
    }
    if (is_master)
        status = run_master(&image, options->lease);
    else
        run_serial(&image);
    if (status == 0 && options->output != NULL &&
        image_write(&image, options->output) < 0) {
        perror(options->output);
        status = 1;
    }
    if (status == 0)
        printf("checksum %016llx\n",
               (unsigned long long)image_checksum(&image));
    image_release(&image);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    const char *role = argc > 1 ? argv[1] : "";
    if (argc < 2 || read_options(argc - 1, argv + 1, &options) < 0)
        return usage();
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(role, "worker") == 0)
        return run_worker(options.n_processes, options.patience);
    if (strcmp(role, "master") == 0)
        return make_image(&options, 1);
    if (strcmp(role, "serial") == 0)
        return make_image(&options, 0);
    return usage();
}
