/* SPDX-License-Identifier: BSD-2-Clause */
/* The prun line of a job with `launch: mpi`. */
#ifndef ERM_DVM_PRUN_H
#define ERM_DVM_PRUN_H

#include <stdbool.h>

#include "base/hostlist.h"
#include "dvm/child.h"
#include "dvm/options.h"

/* Adds prun, its options for HOSTS in the DVM of URI_FILE, and the command.
 * Every variable of this environment that is not this host's or PRRTE's own
 * is passed on by name. */
void prun_fill(struct argv *argv, const struct dvm_options *options,
               const struct hostlist *hosts, const char *uri_file);
/* A prun that starts nothing but `true` on every host. */
void prun_fill_probe(struct argv *argv, const struct hostlist *hosts,
                     const char *uri_file);
/* Is this variable (NAME=VALUE) passed on to the job's hosts? */
bool prun_passes(const char *item);

#endif
