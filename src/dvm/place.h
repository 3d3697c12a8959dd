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

/* One host that is another machine tells for all: a name among them that is
 * mistyped is then a host that does not answer. But when the first few names
 * do not resolve, the others are not asked about. */
enum place place_of_hosts(const struct hostlist *names);

#endif
