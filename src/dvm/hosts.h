/* SPDX-License-Identifier: BSD-2-Clause */
/* The hosts of a job, from its node file. */
#ifndef ERM_DVM_HOSTS_H
#define ERM_DVM_HOSTS_H

#include "base/hostlist.h"

/* erm counts slots itself: each host of a DVM gets more than can be used. */
#define DVM_SLOTS 1000

/* Reads "name slots=N" a line from PATH. 0, or -1 with errno. */
int hosts_read(const char *path, struct hostlist *out);
/* Appends "a:1000,b:1000". */
void hosts_format(const struct hostlist *hosts, struct strbuf *out);

#endif
