/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes an entry of jobs.json the same entry on every reading: its id,
 * or without one its content and its turn among equal entries. So rewriting,
 * reordering or removing entries never runs a job twice.
 */
#ifndef ERM_CODEC_IDENTITY_H
#define ERM_CODEC_IDENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The identities given out so far in one reading of one file. */
struct identities {
    json_t *ids;      /* owned; "id:3" -> index of its entry */
    json_t *contents; /* owned; "content:..." -> how many so far */
};

void identities_init(struct identities *identities);
void identities_release(struct identities *identities);
/* Adds the entry OBJECT, the INDEX-th of its file: "id:3", "id:label" or
 * "content:0123456789abcdef#1". ID 0 and LABEL NULL mean none. Returns owned,
 * or NULL with *FIRST, the index of the entry that has this id already. */
char *identities_add(struct identities *identities, size_t index,
                     const json_t *object, int64_t id, const char *label,
                     size_t *first);
/* Is KEY one that erm never reads: a comment, or the user's own? */
bool json_key_is_ignored(const char *key);

#endif
