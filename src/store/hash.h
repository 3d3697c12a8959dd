/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FNV-1a, 64 bits: finds damage in records and makes names from paths. Each
 * step is one to one, so a change of a single byte always changes the result.
 * It is no protection against somebody who wants the same result.
 */
#ifndef ERM_STORE_HASH_H
#define ERM_STORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* HASH gone on with over N bytes. Begin with HASH_START. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t n);
/* The same over the number's 8 bytes, lowest first on every machine. */
uint64_t hash_number(uint64_t hash, int64_t number);
/* The same over the text and its NUL, so that "a","b" differs from "ab","". */
uint64_t hash_text(uint64_t hash, const char *text);

#endif
