/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a as its authors publish it: xor the byte in, then multiply. */
#include "store/hash.h"

#include <string.h>

#define HASH_PRIME UINT64_C(0x100000001b3)

uint64_t hash_bytes(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * HASH_PRIME;
    return hash;
}

uint64_t hash_number(uint64_t hash, int64_t number)
{
    uint64_t bits = (uint64_t)number;

    for (int shift = 0; shift < 64; shift += 8)
        hash = (hash ^ (bits >> shift & 0xff)) * HASH_PRIME;
    return hash;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}
