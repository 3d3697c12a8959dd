/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where something is in JSON text: jansson keeps no positions, so a message
 * about jobs[2].min_nodes looks its line up when it is printed.
 */
#ifndef ERM_CODEC_LOCATE_H
#define ERM_CODEC_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

/* Line and column from 1; columns count characters, not bytes. */
struct place {
    unsigned line, column;
};

/* One step of a path: the member KEY, or without a key the element INDEX. */
struct step {
    const char *key; /* borrowed */
    size_t index;
};
#define STEP_KEY(name) ((struct step){(name), 0})
#define STEP_INDEX(i) ((struct step){NULL, (i)})
#define STEP_NONE ((struct step){NULL, (size_t)-1})

/* The place of a byte. O(offset). */
struct place place_at(const char *text, size_t offset);
/* The same, counted from START, the known place of the byte FROM. */
struct place place_from(const char *text, size_t from, struct place start,
                        size_t offset);
/* The offset of what the N steps lead to: of a member its key, of an element
 * its first byte. False when TEXT has no such thing. */
bool locate_path(const char *text, size_t len, const struct step *path,
                 size_t n, size_t *offset);

#endif
