/* SPDX-License-Identifier: BSD-2-Clause */
/* Are hosts other machines, or only names for parts of this one? */
#ifndef ERM_DVM_PLACE_H
#define ERM_DVM_PLACE_H

#include "base/hostlist.h"

enum place {
    PLACE_SLICES,  /* this machine, by name or address */
    PLACE_UNKNOWN, /* names that do not resolve: slices of this machine too */
    PLACE_REMOTE,  /* other machines */
};

/* The first host that is not this machine tells for all: a slow name service
 * is asked once or twice, not for every name. */
enum place place_of_hosts(const struct hostlist *names);

#endif
