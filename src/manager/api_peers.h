/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is connected, and who has to go when there are too many.
 *
 * libevent's HTTP server accepts and closes connections by itself and cannot
 * be asked how many there are. So they are counted where they cannot hide:
 * among our descriptors, those whose own address is the API's socket. That is
 * done only when the limit may have been reached. Connections beyond it are
 * not refused: those that were silent the longest are shut down instead, so a
 * program that leaks connections cannot lock its owner out.
 */
#ifndef ERM_MANAGER_API_PEERS_H
#define ERM_MANAGER_API_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define API_PEERS_MAX 1000

struct api_peer {
    int fd;
    ino_t inode;     /* tells a new socket from an old one of the same fd */
    uint64_t active; /* count of the last sign of life */
    bool has_asked;  /* that was a request, not just the connecting */
};

struct api_peers {
    const char *path; /* of the socket, borrowed */
    size_t limit;
    struct api_peer *items; /* owned, by rising fd, as of the last sweep */
    size_t n, size;
    size_t n_new;   /* accepted since then */
    uint64_t count; /* of signs of life so far */
};

/* LIMIT is API_PEERS_MAX, or half of the descriptors we may open. */
void api_peers_init(struct api_peers *peers, const char *path);
void api_peers_release(struct api_peers *peers);
/* A sign of life of the connection FD. */
void api_peers_touch(struct api_peers *peers, int fd);
/* A connection is being accepted. True: the limit may have been reached;
 * touch those that are waiting for an answer and sweep. */
bool api_peers_add(struct api_peers *peers);
/* Counts, and shuts the longest silent connections down (a tenth of the
 * limit) when there are too many. Returns how many. */
size_t api_peers_sweep(struct api_peers *peers);

#endif
