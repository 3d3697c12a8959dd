/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The master: leases tiles to whoever asks. A tile is free again when the
 * connection of the worker that has it is lost, or its lease is over; the first
 * result that comes counts. So workers may come and go, and be killed, as they
 * like.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mandelbrot.h"
#include "wire.h"

#define MAX_WORKERS 1024
#define NONE UINT32_MAX
#define LOOK_MS 1000 /* how often leases are looked at */

struct worker {
    int fd;
    int is_known;  /* has sent the secret */
    uint32_t tile; /* that it works on, or NONE */
    size_t n;      /* bytes that have come of what is to come */
    unsigned char *bytes;
};

struct master {
    struct image *image;
    long lease;
    unsigned char secret[SECRET_BYTES];
    struct worker workers[MAX_WORKERS];
    size_t n_workers;
    struct tile {
        int is_done;
        uint32_t n_leases; /* workers that have it now */
        time_t until;      /* end of the last lease */
    } * tiles;
    uint32_t n_tiles, n_done;
    unsigned n_seen, n_reissued; /* workers; tiles given out again */
};

static time_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* A tile that nobody works on, or too long; NONE. */
static uint32_t free_tile(struct master *master)
{
    time_t now = now_s();
    if (master->n_done == master->n_tiles)
        return NONE;
    for (uint32_t i = 0; i < master->n_tiles; i++) {
        struct tile *tile = &master->tiles[i];
        if (!tile->is_done && (tile->n_leases == 0 || now > tile->until))
            return i;
    }
    return NONE;
}

static void lease_tile(struct master *master, struct worker *worker)
{
    unsigned char bytes[NUMBER_BYTES];
    uint32_t number = free_tile(master);
    if (number == NONE)
        return;
    struct tile *tile = &master->tiles[number];
    master->n_reissued += tile->until != 0;
    tile->n_leases++;
    tile->until = now_s() + master->lease;
    worker->tile = number;
    put_number(bytes, number);
    send_all(worker->fd, bytes, sizeof(bytes)); /* a loss is seen by reading */
}

static void drop_worker(struct master *master, struct worker *worker)
{
    if (worker->tile != NONE)
        master->tiles[worker->tile].n_leases--;
    close(worker->fd);
    free(worker->bytes);
    *worker = master->workers[--master->n_workers];
}

static void add_worker(struct master *master, int listening)
{
    int yes = 1;
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct worker *worker = &master->workers[master->n_workers];
    if (fd < 0)
        return;
    *worker = (struct worker){.fd = fd, .tile = NONE};
    worker->bytes = malloc(MAX_RESULT);
    if (worker->bytes == NULL) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    master->n_workers++;
}

/* The worker has said who it is. 0, or -1: it is none of ours. */
static int greet(struct master *master, struct worker *worker)
{
    unsigned char bytes[PLAN_BYTES];
    if (memcmp(worker->bytes, master->secret, SECRET_BYTES) != 0)
        return -1;
    worker->is_known = 1;
    master->n_seen++;
    put_plan(bytes, &master->image->plan);
    return send_all(worker->fd, bytes, sizeof(bytes));
}

/* A tile has come. 0, or -1: it is not the one that was wanted. */
static int take_tile(struct master *master, struct worker *worker)
{
    static uint16_t points[MAX_TILE * MAX_TILE];
    const struct plan *plan = &master->image->plan;
    uint32_t number = get_number(worker->bytes);
    struct tile *tile = &master->tiles[worker->tile];
    if (number != worker->tile)
        return -1;
    tile->n_leases--;
    worker->tile = NONE;
    if (!tile->is_done) {
        get_points(points, worker->bytes + NUMBER_BYTES,
                   plan_tile_bytes(plan) / 2);
        image_put(master->image, number, points);
        tile->is_done = 1;
        master->n_done++;
    }
    return 0;
}

/* Reads what has come. 0, or -1: the worker is lost. */
static int hear_worker(struct master *master, struct worker *worker)
{
    size_t wanted = !worker->is_known
                        ? SECRET_BYTES
                        : NUMBER_BYTES + plan_tile_bytes(&master->image->plan);
    ssize_t n =
        recv(worker->fd, worker->bytes + worker->n, wanted - worker->n, 0);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    worker->n += (size_t)n;
    if (worker->n < wanted)
        return 0;
    worker->n = 0;
    if (!worker->is_known)
        return greet(master, worker);
    return worker->tile != NONE ? take_tile(master, worker) : -1;
}

/* Waits for something to happen, at most until leases are to be looked at. */
static void step(struct master *master, int listening)
{
    static struct pollfd fds[MAX_WORKERS + 1];
    size_t n = master->n_workers;
    for (size_t i = 0; i < n; i++)
        fds[i] = (struct pollfd){.fd = master->workers[i].fd, .events = POLLIN};
    fds[n] = (struct pollfd){.fd = n < MAX_WORKERS ? listening : -1,
                             .events = POLLIN};
    poll(fds, n + 1, LOOK_MS);
    /* from the end: a lost one is replaced by one that was looked at */
    for (size_t i = n; i-- > 0;)
        if (fds[i].revents != 0 && hear_worker(master, &master->workers[i]) < 0)
            drop_worker(master, &master->workers[i]);
    if (fds[n].revents & POLLIN)
        add_worker(master, listening);
    for (size_t i = 0; i < master->n_workers; i++) {
        struct worker *worker = &master->workers[i];
        if (worker->is_known && worker->tile == NONE)
            lease_tile(master, worker);
    }
}

static void end_workers(struct master *master)
{
    unsigned char bytes[NUMBER_BYTES];
    put_number(bytes, END);
    while (master->n_workers > 0) {
        send_all(master->workers[0].fd, bytes, sizeof(bytes));
        drop_worker(master, &master->workers[0]);
    }
}

int run_master(struct image *image, long lease)
{
    static struct master master;
    char buffer[4096];
    master.image = image;
    master.lease = lease;
    master.n_tiles = plan_n_tiles(&image->plan);
    master.tiles = calloc(master.n_tiles, sizeof(*master.tiles));
    int listening = listen_and_tell(master.secret);
    if (listening < 0 || master.tiles == NULL)
        return 1;
    while (master.n_done < master.n_tiles) {
        uint32_t before = master.n_done * 10 / master.n_tiles;
        step(&master, listening);
        if (master.n_done * 10 / master.n_tiles != before)
            printf("%u of %u tiles, %zu workers\n", master.n_done,
                   master.n_tiles, master.n_workers);
    }
    unlink(address_file(buffer, sizeof(buffer)));
    close(listening);
    end_workers(&master);
    printf("%u tiles by %u workers, %u given out again\n", master.n_tiles,
           master.n_seen, master.n_reissued);
    free(master.tiles);
    return 0;
}
