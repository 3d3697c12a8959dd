/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heat in a plate, by Jacobi's method, with a thread for each processor that it
 * is told to use. At USR1 it writes its state and exits with 85, as programs do
 * that are to be run again; it begins with its state when there is one. Nothing
 * in it knows erm.
 *
 * usage: heat [-s SIZE] [-n STEPS] [-p THREADS] [-c STATE_FILE]
 *
 * The result does not depend on the number of threads nor on interruptions, to
 * the last bit.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECKPOINTED 85
#define MAX_THREADS 256
#define MAX_SIZE 8192

struct plate {
    uint32_t size; /* points a side, without the border */
    uint64_t step; /* done */
    double *now, *next;
};

static struct plate plate;
static uint64_t n_steps = 2000;
static unsigned n_threads = 1;
static const char *state_file = "heat.state";
static volatile sig_atomic_t is_asked;
static pthread_barrier_t barrier;
static int is_over; /* set by the first thread, between two barriers */

static void on_usr1(int signum)
{
    (void)signum;
    is_asked = 1;
}

static size_t n_points(void)
{
    return (size_t)(plate.size + 2) * (plate.size + 2);
}

/* Hot at the top, cold at the other sides. */
static void heat_up(void)
{
    for (uint32_t i = 0; i < plate.size + 2; i++)
        plate.now[i] = plate.next[i] = 100;
}

static void sweep(uint32_t first, uint32_t end)
{
    size_t width = plate.size + 2;
    for (uint32_t row = first; row < end; row++) {
        const double *from = plate.now + (row + 1) * width;
        double *to = plate.next + (row + 1) * width;
        for (size_t i = 1; i <= plate.size; i++)
            to[i] = (from[i - width] + from[i + width] + from[i - 1] +
                     from[i + 1]) /
                    4;
    }
}

static void *run_thread(void *number)
{
    unsigned i = (unsigned)(uintptr_t)number;
    uint32_t first = (uint32_t)((uint64_t)plate.size * i / n_threads);
    uint32_t end = (uint32_t)((uint64_t)plate.size * (i + 1) / n_threads);
    while (!is_over) {
        sweep(first, end);
        pthread_barrier_wait(&barrier);
        if (i == 0) {
            double *swap = plate.now;
            plate.now = plate.next;
            plate.next = swap;
            plate.step++;
            is_over = plate.step >= n_steps || is_asked;
        }
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static int run(void)
{
    pthread_t threads[MAX_THREADS];
    is_over = plate.step >= n_steps;
    pthread_barrier_init(&barrier, NULL, n_threads);
    for (uintptr_t i = 0; i < n_threads; i++)
        if (pthread_create(&threads[i], NULL, run_thread, (void *)i) != 0) {
            fprintf(stderr, "heat: cannot start a thread\n");
            exit(1);
        }
    for (unsigned i = 0; i < n_threads; i++)
        pthread_join(threads[i], NULL);
    return plate.step >= n_steps;
}

/* ---- the state ---- */

static int write_all(FILE *file)
{
    return fwrite(&plate.size, sizeof(plate.size), 1, file) == 1 &&
           fwrite(&plate.step, sizeof(plate.step), 1, file) == 1 &&
           fwrite(plate.now, sizeof(double), n_points(), file) == n_points() &&
           fflush(file) == 0 && fsync(fileno(file)) == 0;
}

/* By rename: a state that was begun and not finished does no harm. */
static int save(void)
{
    char temporary[4096];
    snprintf(temporary, sizeof(temporary), "%s.new", state_file);
    FILE *file = fopen(temporary, "w");
    int is_written = file != NULL && write_all(file);
    if (file != NULL && fclose(file) != 0)
        is_written = 0;
    if (!is_written || rename(temporary, state_file) < 0) {
        perror("heat: cannot write the state");
        return 1;
    }
    printf("step %llu is kept in %s\n", (unsigned long long)plate.step,
           state_file);
    return CHECKPOINTED;
}

/* 0: there was none or it was read. */
static int load(void)
{
    uint32_t size = 0;
    FILE *file = fopen(state_file, "r");
    if (file == NULL)
        return errno == ENOENT ? 0 : -1;
    int is_read =
        fread(&size, sizeof(size), 1, file) == 1 && size == plate.size &&
        fread(&plate.step, sizeof(plate.step), 1, file) == 1 &&
        fread(plate.now, sizeof(double), n_points(), file) == n_points();
    fclose(file);
    return is_read ? 0 : -1;
}

static void tell_result(void)
{
    uint64_t hash = 14695981039346656037ULL, bits;
    double sum = 0;
    for (size_t i = 0; i < n_points(); i++) {
        memcpy(&bits, &plate.now[i], sizeof(bits));
        hash = (hash ^ bits) * 1099511628211ULL;
        sum += plate.now[i];
    }
    printf("mean %.9f, checksum %016llx\n", sum / (double)n_points(),
           (unsigned long long)hash);
}

/* ---- */

static void usage(void)
{
    fprintf(stderr, "usage: heat [-s SIZE] [-n STEPS] [-p THREADS] "
                    "[-c STATE_FILE]\n");
    exit(2);
}

static void read_options(int argc, char **argv)
{
    int option;
    plate.size = 512;
    while ((option = getopt(argc, argv, "s:n:p:c:")) != -1) {
        switch (option) {
        case 's':
            plate.size = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'n':
            n_steps = strtoull(optarg, NULL, 10);
            break;
        case 'p':
            n_threads = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'c':
            state_file = optarg;
            break;
        default:
            usage();
        }
    }
    if (plate.size < 1 || plate.size > MAX_SIZE || n_threads < 1 ||
        n_threads > MAX_THREADS || optind != argc)
        usage();
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_options(argc, argv);
    plate.now = calloc(n_points(), sizeof(double));
    plate.next = calloc(n_points(), sizeof(double));
    if (plate.now == NULL || plate.next == NULL) {
        fprintf(stderr, "heat: no memory for the plate\n");
        return 1;
    }
    heat_up();
    if (load() < 0) {
        fprintf(stderr, "heat: %s is no state of this plate\n", state_file);
        return 1;
    }
    printf("%u threads from step %llu\n", n_threads,
           (unsigned long long)plate.step);
    if (!run())
        return save();
    tell_result();
    unlink(state_file);
    return 0;
}
