/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/place.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool is_own_name(const char *name)
{
    char own[256] = "";

    gethostname(own, sizeof(own) - 1);
    return strcmp(name, "localhost") == 0 || strcmp(name, own) == 0;
}

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a == NULL || b == NULL || a->sa_family != b->sa_family)
        return false;
    if (a->sa_family == AF_INET)
        return memcmp(&((const struct sockaddr_in *)(const void *)a)->sin_addr,
                      &((const struct sockaddr_in *)(const void *)b)->sin_addr,
                      sizeof(struct in_addr)) == 0;
    return a->sa_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
                  &((const struct sockaddr_in6 *)(const void *)b)->sin6_addr,
                  sizeof(struct in6_addr)) == 0;
}

/* 127.0.1.1 is Debian's way to write the own name into /etc/hosts. */
static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *in = (const void *)address;

    return address->sa_family == AF_INET &&
           ntohl(in->sin_addr.s_addr) >> 24 == 127;
}

static bool is_own_address(const struct sockaddr *address)
{
    struct ifaddrs *all = NULL;
    bool is_own = is_loopback(address);

    if (getifaddrs(&all) != 0)
        return is_own;
    for (const struct ifaddrs *i = all; i != NULL && !is_own; i = i->ifa_next)
        is_own = is_same_address(i->ifa_addr, address);
    freeifaddrs(all);
    return is_own;
}

static enum place place_of(const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    enum place place = PLACE_REMOTE;

    if (is_own_name(name))
        return PLACE_SLICES;
    if (getaddrinfo(name, NULL, &hints, &found) != 0)
        return PLACE_UNKNOWN;
    for (const struct addrinfo *i = found; i != NULL; i = i->ai_next)
        if (is_own_address(i->ai_addr))
            place = PLACE_SLICES;
    freeaddrinfo(found);
    return place;
}

/* A slow name service must not hold up the start for every name it misses. */
#define MOST_UNKNOWN 4

enum place place_of_hosts(const struct hostlist *names)
{
    int n_unknown = 0;

    for (size_t i = 0; i < names->n && n_unknown < MOST_UNKNOWN; i++) {
        enum place place = place_of(names->names[i]);
        if (place == PLACE_REMOTE)
            return place;
        n_unknown += place == PLACE_UNKNOWN;
    }
    return n_unknown > 0 ? PLACE_UNKNOWN : PLACE_SLICES;
}
