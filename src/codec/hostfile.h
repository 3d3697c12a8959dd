/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostfiles: the text -> nodes with their slots, and back (doc/hostfile.md).
 * Reads what Open MPI, PRRTE and PBS write; erm never changes a user's own.
 */
#ifndef ERM_CODEC_HOSTFILE_H
#define ERM_CODEC_HOSTFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/strbuf.h"

#define HOSTFILE_NODES_MAX 100000
#define HOSTFILE_SLOTS_MAX 100000

struct hostfile_node {
    char *name;     /* owned */
    uint32_t slots; /* 0 = not told */
};

struct hostfile {
    struct hostfile_node *nodes; /* owned; each name once, in file order */
    size_t n, size;
};

void hostfile_init(struct hostfile *file);
void hostfile_release(struct hostfile *file);
/* Copies NAME, which is not checked and must be a new one. */
void hostfile_add(struct hostfile *file, const char *name, uint32_t slots);
/* Fills OUT (initialised) and adds to DIAGS. 0, or -1 when there is any
 * error; OUT then holds the good lines. A file without a host is an error. */
int hostfile_parse(const char *text, size_t len, struct hostfile *out,
                   struct diags *diags);
/* Appends one line per node: "name slots=N", or the bare name. */
void hostfile_format(const struct hostfile *file, struct strbuf *out);

#endif
