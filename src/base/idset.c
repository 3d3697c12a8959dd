/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of small integers as a bitmap: id is bit id % 64 of word id / 64.
 *
 * Invariants: words past the highest id are zero or not there; `count` is the
 * number of bits. Knows nothing of host names (see base/hostlist.h).
 */
#include "base/idset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define WORD_BITS 64

static uint32_t count_bits(uint64_t word)
{
    /* without the instruction a builtin is a call: bits are added up in pairs,
     * fours and bytes, and the bytes by a product (Knuth, TAOCP 7.1.3) */
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) +
           (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

static uint64_t word_at(const struct idset *set, uint32_t index)
{
    return index < set->n_words ? set->words[index] : 0;
}

static uint32_t min_words(const struct idset *a, const struct idset *b)
{
    return a->n_words < b->n_words ? a->n_words : b->n_words;
}

/* Ensures: SET has N_WORDS words at least. */
static void grow(struct idset *set, uint32_t n_words)
{
    if (n_words <= set->n_words)
        return;
    set->words = mem_resize(set->words, n_words, sizeof(*set->words));
    memset(set->words + set->n_words, 0,
           (n_words - set->n_words) * sizeof(*set->words));
    set->n_words = n_words;
}

/* As grow, with room to spare for sets that are filled one by one. */
static void grow_for(struct idset *set, uint32_t index)
{
    if (index < set->n_words)
        return;
    uint32_t roomy = set->n_words + set->n_words / 2;
    grow(set, roomy > index + 1 ? roomy : index + 1);
}

/* Makes WORD the set's word INDEX, which is there, and keeps the count. */
static void replace_word(struct idset *set, uint32_t index, uint64_t word)
{
    set->count += count_bits(word);
    set->count -= count_bits(set->words[index]);
    set->words[index] = word;
}

void idset_init(struct idset *set)
{
    *set = (struct idset){0};
}

void idset_release(struct idset *set)
{
    if (!set)
        return;
    free(set->words);
    idset_init(set);
}

void idset_clear(struct idset *set)
{
    if (set->count > 0)
        memset(set->words, 0, set->n_words * sizeof(*set->words));
    set->count = 0;
}

void idset_copy(struct idset *to, const struct idset *from)
{
    if (to == from)
        return;
    idset_clear(to);
    if (from->count == 0)
        return;
    grow(to, from->n_words);
    memcpy(to->words, from->words, from->n_words * sizeof(*to->words));
    to->count = from->count;
}

void idset_move(struct idset *to, struct idset *from)
{
    if (to == from)
        return;
    free(to->words);
    *to = *from;
    idset_init(from);
}

void idset_add(struct idset *set, uint32_t id)
{
    assert(id != IDSET_NONE);
    uint32_t index = id / WORD_BITS;
    uint64_t bit = UINT64_C(1) << (id % WORD_BITS);
    grow_for(set, index);
    set->count += !(set->words[index] & bit);
    set->words[index] |= bit;
}

void idset_add_range(struct idset *set, uint32_t first, uint32_t last)
{
    assert(first <= last && last != IDSET_NONE);
    uint32_t first_index = first / WORD_BITS, last_index = last / WORD_BITS;
    grow_for(set, last_index);
    for (uint32_t i = first_index; i <= last_index; i++) {
        uint64_t bits = UINT64_MAX;
        if (i == first_index)
            bits &= UINT64_MAX << (first % WORD_BITS);
        if (i == last_index)
            bits &= UINT64_MAX >> (WORD_BITS - 1 - last % WORD_BITS);
        replace_word(set, i, set->words[i] | bits);
    }
}

void idset_remove(struct idset *set, uint32_t id)
{
    if (!idset_has(set, id))
        return;
    set->words[id / WORD_BITS] &= ~(UINT64_C(1) << (id % WORD_BITS));
    set->count--;
}

bool idset_has(const struct idset *set, uint32_t id)
{
    return word_at(set, id / WORD_BITS) >> (id % WORD_BITS) & 1;
}

void idset_unite(struct idset *to, const struct idset *from)
{
    if (from->count == 0)
        return;
    grow(to, from->n_words);
    for (uint32_t i = 0; i < from->n_words; i++)
        replace_word(to, i, to->words[i] | from->words[i]);
}

void idset_intersect(struct idset *to, const struct idset *from)
{
    for (uint32_t i = 0; i < to->n_words; i++)
        replace_word(to, i, to->words[i] & word_at(from, i));
}

void idset_subtract(struct idset *to, const struct idset *from)
{
    uint32_t n = min_words(to, from);
    for (uint32_t i = 0; i < n; i++)
        replace_word(to, i, to->words[i] & ~from->words[i]);
}

bool idset_is_equal(const struct idset *a, const struct idset *b)
{
    /* with equal counts, equal common words leave nothing for the rest */
    if (a->count != b->count || a->count == 0)
        return a->count == b->count;
    return memcmp(a->words, b->words, min_words(a, b) * sizeof(*a->words)) == 0;
}

bool idset_is_subset(const struct idset *part, const struct idset *whole)
{
    if (part->count > whole->count)
        return false;
    for (uint32_t i = 0; i < part->n_words; i++) {
        if (part->words[i] & ~word_at(whole, i))
            return false;
    }
    return true;
}

bool idset_has_common(const struct idset *a, const struct idset *b)
{
    uint32_t n = min_words(a, b);
    for (uint32_t i = 0; i < n; i++) {
        if (a->words[i] & b->words[i])
            return true;
    }
    return false;
}

uint32_t idset_count_common(const struct idset *a, const struct idset *b)
{
    uint32_t n = min_words(a, b), count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += count_bits(a->words[i] & b->words[i]);
    return count;
}

/* The lowest id in the words from INDEX on, where WORD stands for the first. */
static uint32_t find_from(const struct idset *set, uint32_t index,
                          uint64_t word)
{
    while (word == 0) {
        if (++index >= set->n_words)
            return IDSET_NONE;
        word = set->words[index];
    }
    return index * WORD_BITS + (uint32_t)__builtin_ctzll(word);
}

uint32_t idset_first(const struct idset *set)
{
    return set->count > 0 ? find_from(set, 0, set->words[0]) : IDSET_NONE;
}

uint32_t idset_next(const struct idset *set, uint32_t after)
{
    if (after == IDSET_NONE)
        return IDSET_NONE;
    uint32_t index = (after + 1) / WORD_BITS;
    if (index >= set->n_words)
        return IDSET_NONE;
    uint64_t mask = UINT64_MAX << ((after + 1) % WORD_BITS);
    return find_from(set, index, set->words[index] & mask);
}

uint32_t idset_last(const struct idset *set)
{
    for (uint32_t i = set->n_words; i-- > 0;) {
        if (set->words[i] != 0)
            return i * WORD_BITS + WORD_BITS - 1 -
                   (uint32_t)__builtin_clzll(set->words[i]);
    }
    return IDSET_NONE;
}

static uint64_t drop_lowest(uint64_t word, uint32_t n)
{
    while (n-- > 0)
        word &= word - 1;
    return word;
}

/* Moves BITS, a part of FROM's word INDEX; returns how many they are. */
static uint32_t move_bits(struct idset *from, uint32_t index, uint64_t bits,
                          struct idset *to)
{
    if (bits == 0)
        return 0;
    grow_for(to, index);
    replace_word(from, index, from->words[index] & ~bits);
    replace_word(to, index, to->words[index] | bits);
    return count_bits(bits);
}

void idset_take_first(struct idset *from, uint32_t n, struct idset *to)
{
    assert(from != to && n <= from->count);
    for (uint32_t i = 0; n > 0; i++) {
        uint64_t bits = from->words[i];
        if (count_bits(bits) > n)
            bits &= ~drop_lowest(bits, n);
        n -= move_bits(from, i, bits, to);
    }
}

void idset_take_last(struct idset *from, uint32_t n, struct idset *to)
{
    assert(from != to && n <= from->count);
    for (uint32_t i = from->n_words; n > 0;) {
        uint64_t bits = from->words[--i];
        if (count_bits(bits) > n)
            bits = drop_lowest(bits, count_bits(bits) - n);
        n -= move_bits(from, i, bits, to);
    }
}
