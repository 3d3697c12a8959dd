/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/self/fd lists the descriptors; getsockname() on an accepted connection
 * gives the address it was accepted on. A sweep costs some microseconds per
 * descriptor, and one is due only after a tenth of the limit came anew.
 */
#include "manager/api_peers.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/alloc.h"

void api_peers_init(struct api_peers *peers, const char *path)
{
    *peers = (struct api_peers){.path = path, .limit = API_PEERS_MAX};
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
        files.rlim_cur / 2 < peers->limit)
        peers->limit = files.rlim_cur / 2;
    if (peers->limit < 10)
        peers->limit = 10;
}

void api_peers_release(struct api_peers *peers)
{
    free(peers->items);
    *peers = (struct api_peers){0};
}

/* The index of FD's entry, or where it would have to stand. */
static size_t place_of(const struct api_peers *peers, int fd)
{
    size_t low = 0, high = peers->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (peers->items[middle].fd < fd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct api_peer *find_peer(const struct api_peers *peers, int fd)
{
    size_t i = place_of(peers, fd);
    return i < peers->n && peers->items[i].fd == fd ? &peers->items[i] : NULL;
}

static struct api_peer *insert_peer(struct api_peers *peers, size_t i)
{
    if (peers->n == peers->size) {
        peers->size = peers->size == 0 ? 64 : peers->size * 2;
        peers->items =
            mem_resize(peers->items, peers->size, sizeof(*peers->items));
    }
    struct api_peer *peer = &peers->items[i];
    memmove(peer + 1, peer, (peers->n - i) * sizeof(*peer));
    peers->n++;
    return peer;
}

void api_peers_touch(struct api_peers *peers, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return;
    struct api_peer *peer = find_peer(peers, fd);
    if (peer == NULL) {
        peer = insert_peer(peers, place_of(peers, fd));
        if (peers->n_new > 0)
            peers->n_new--;
    }
    *peer = (struct api_peer){.fd = fd,
                              .inode = st.st_ino,
                              .active = ++peers->count,
                              .has_asked = true};
}

bool api_peers_add(struct api_peers *peers)
{
    peers->n_new++;
    return peers->n + peers->n_new > peers->limit;
}

/* Is FD a connection to PATH (and not the listening socket itself)? */
static bool is_peer(int fd, const char *path)
{
    struct sockaddr_un address = {0};
    socklen_t len = sizeof(address);
    int is_listening = 0;
    socklen_t int_len = sizeof(is_listening);
    return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
           address.sun_family == AF_UNIX &&
           strncmp(address.sun_path, path, sizeof(address.sun_path)) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &int_len) ==
               0 &&
           is_listening == 0;
}

static void list_peer(struct api_peers *peers, int fd)
{
    struct stat st;
    if (is_peer(fd, peers->path) && fstat(fd, &st) == 0)
        *insert_peer(peers, peers->n) =
            (struct api_peer){.fd = fd, .inode = st.st_ino};
}

static int by_fd(const void *a, const void *b)
{
    const struct api_peer *x = a, *y = b;
    return x->fd - y->fd;
}

static int by_activity(const void *a, const void *b)
{
    const struct api_peer *x = a, *y = b;
    if (x->active != y->active)
        return x->active < y->active ? -1 : 1;
    if (x->has_asked != y->has_asked)
        return x->has_asked ? 1 : -1;
    /* the numbers of sockets rise, nearly always */
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* What was known about the same connections is kept; a socket of the same
 * descriptor but another inode is another connection. */
static void list_again(struct api_peers *peers)
{
    struct api_peers old = *peers;
    peers->items = NULL;
    peers->n = peers->size = peers->n_new = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (dir != NULL) {
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
            if (entry->d_name[0] != '.')
                list_peer(peers, atoi(entry->d_name));
        closedir(dir);
    }
    qsort(peers->items, peers->n, sizeof(*peers->items), by_fd);
    for (size_t i = 0; i < peers->n; i++) {
        struct api_peer *peer = &peers->items[i];
        const struct api_peer *known = find_peer(&old, peer->fd);
        bool is_known = known != NULL && known->inode == peer->inode;
        /* one that is not known came since the last sweep */
        peer->active = is_known ? known->active : peers->count;
        peer->has_asked = is_known && known->has_asked;
    }
    free(old.items);
}

size_t api_peers_sweep(struct api_peers *peers)
{
    list_again(peers);
    peers->count++;
    if (peers->n < peers->limit)
        return 0;
    size_t n = peers->n - peers->limit + peers->limit / 10;
    qsort(peers->items, peers->n, sizeof(*peers->items), by_activity);
    /* the HTTP server sees the end and closes them itself */
    for (size_t i = 0; i < n; i++)
        shutdown(peers->items[i].fd, SHUT_RDWR);
    peers->n -= n;
    memmove(peers->items, peers->items + n, peers->n * sizeof(*peers->items));
    qsort(peers->items, peers->n, sizeof(*peers->items), by_fd);
    return n;
}
