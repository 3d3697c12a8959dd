/* SPDX-License-Identifier: BSD-2-Clause */
/* See wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 2000 /* a master that is there answers in that */

void put_number(unsigned char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (24 - 8 * i));
}

uint32_t get_number(const unsigned char *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
           (uint32_t)from[2] << 8 | from[3];
}

void put_plan(unsigned char *to, const struct plan *plan)
{
    put_number(to, plan->size);
    put_number(to + 4, plan->tile);
    put_number(to + 8, plan->samples);
    put_number(to + 12, plan->max_iter);
}

void get_plan(struct plan *plan, const unsigned char *from)
{
    plan->size = get_number(from);
    plan->tile = get_number(from + 4);
    plan->samples = get_number(from + 8);
    plan->max_iter = get_number(from + 12);
}

void put_points(unsigned char *to, const uint16_t *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = (unsigned char)(points[i] >> 8);
        to[2 * i + 1] = (unsigned char)points[i];
    }
}

void get_points(uint16_t *points, const unsigned char *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        points[i] = (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]);
}

const char *address_file(char *buffer, size_t size)
{
    const char *file = getenv("MANDELBROT_ADDRESS");
    const char *folder = getenv("ERM_JOB_DIR");
    if (file != NULL)
        return file;
    snprintf(buffer, size, "%s/mandelbrot.address",
             folder != NULL ? folder : ".");
    return buffer;
}

int send_all(int fd, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -1;
        bytes += sent;
        n -= (size_t)sent;
    }
    return 0;
}

/* ---- the master's side ---- */

static void write_addresses(FILE *file, unsigned port)
{
    char name[256] = "";
    struct ifaddrs *list = NULL;
    gethostname(name, sizeof(name) - 1);
    fprintf(file, "%s %u\n", name, port);
    getifaddrs(&list);
    for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next)
        if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET &&
            getnameinfo(i->ifa_addr, sizeof(struct sockaddr_in), name,
                        sizeof(name), NULL, 0, NI_NUMERICHOST) == 0)
            fprintf(file, "%s %u\n", name, port);
    freeifaddrs(list);
}

/* By rename, so that nobody reads half of it; for the user alone. */
static int tell(const unsigned char *secret, unsigned port)
{
    char buffer[PATH_MAX], temporary[PATH_MAX + 8];
    const char *path = address_file(buffer, sizeof(buffer));
    snprintf(temporary, sizeof(temporary), "%s.new", path);
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL)
        return -1;
    fprintf(file, "%.*s\n", SECRET_BYTES, (const char *)secret);
    write_addresses(file, port);
    return fclose(file) == 0 ? rename(temporary, path) : -1;
}

int listen_and_tell(unsigned char *secret)
{
    unsigned char random[SECRET_BYTES / 2];
    char text[SECRET_BYTES + 1];
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || getrandom(random, sizeof(random), 0) != sizeof(random) ||
        bind(fd, (struct sockaddr *)&address, length) < 0 ||
        listen(fd, 128) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        perror("mandelbrot: cannot listen");
        return -1;
    }
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    memcpy(secret, text, SECRET_BYTES);
    if (tell(secret, ntohs(address.sin_port)) < 0) {
        perror("mandelbrot: cannot tell where the master is");
        return -1;
    }
    return fd;
}

/* ---- the workers' side ---- */

/* A host may be off: not longer than CONNECT_MS. */
static int connect_in_time(const struct addrinfo *to)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    to->ai_protocol);
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int error = 0, yes = 1;
    socklen_t length = sizeof(error);
    if (fd < 0)
        return -1;
    if ((connect(fd, to->ai_addr, to->ai_addrlen) < 0 &&
         errno != EINPROGRESS) ||
        poll(&poll_fd, 1, CONNECT_MS) != 1 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    return fd;
}

/* Is it the master who is there? */
static int shake_hands(int fd, const unsigned char *secret, struct plan *plan)
{
    unsigned char bytes[PLAN_BYTES];
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    if (send_all(fd, secret, SECRET_BYTES) < 0 ||
        poll(&poll_fd, 1, CONNECT_MS) != 1 ||
        recv(fd, bytes, sizeof(bytes), MSG_WAITALL) != (ssize_t)sizeof(bytes))
        return -1;
    get_plan(plan, bytes);
    return plan_is_right(plan) ? 0 : -1;
}

static int try_host(const char *host, const char *port,
                    const unsigned char *secret, struct plan *plan)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *i = found; i != NULL && fd < 0; i = i->ai_next) {
        fd = connect_in_time(i);
        if (fd >= 0 && shake_hands(fd, secret, plan) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

int find_master(struct plan *plan)
{
    char buffer[PATH_MAX], line[300], host[256], port[6];
    unsigned char secret[SECRET_BYTES];
    int fd = -1;
    FILE *file = fopen(address_file(buffer, sizeof(buffer)), "re");
    if (file == NULL)
        return -1;
    if (fread(secret, 1, SECRET_BYTES, file) == SECRET_BYTES)
        while (fd < 0 && fgets(line, sizeof(line), file) != NULL)
            if (sscanf(line, "%255s %5s", host, port) == 2)
                fd = try_host(host, port, secret, plan);
    fclose(file);
    return fd;
}
