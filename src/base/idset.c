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

/* Where SET's words are until it grows. */
static uint64_t *words_of(struct idset *set)
{
    return set->n_words > IDSET_N_INNER ? set->words.outer : set->words.inner;
}

static const uint64_t *words_in(const struct idset *set)
{
    return set->n_words > IDSET_N_INNER ? set->words.outer : set->words.inner;
}

static uint64_t word_at(const struct idset *set, uint32_t index)
{
    return index < set->n_words ? words_in(set)[index] : 0;
}

static uint32_t min_words(const struct idset *a, const struct idset *b)
{
    return a->n_words < b->n_words ? a->n_words : b->n_words;
}

/* Ensures: SET has N_WORDS words at least. */
static void grow(struct idset *set, uint32_t n_words)
{
    uint32_t n_before = set->n_words;

    if (n_words <= n_before)
        return;
    if (n_before > IDSET_N_INNER) {
        set->words.outer =
            mem_resize(set->words.outer, n_words, sizeof(*set->words.outer));
    } else if (n_words > IDSET_N_INNER) {
        uint64_t *words = mem_resize(NULL, n_words, sizeof(*words));
        memcpy(words, set->words.inner, n_before * sizeof(*words));
        set->words.outer = words;
    }
    set->n_words = n_words;
    memset(words_of(set) + n_before, 0,
           (n_words - n_before) * sizeof(uint64_t));
}

/* As grow, with room to spare for sets that are filled one by one. */
static void grow_for(struct idset *set, uint32_t index)
{
    if (index < set->n_words)
        return;
    uint32_t roomy = set->n_words + set->n_words / 2;
    grow(set, roomy > index + 1 ? roomy : index + 1);
}

/* Makes WORD what is at AT, a word of SET's, and keeps the count. */
static void replace_word(struct idset *set, uint64_t *at, uint64_t word)
{
    set->count += count_bits(word);
    set->count -= count_bits(*at);
    *at = word;
}

static void free_words(struct idset *set)
{
    if (set->n_words > IDSET_N_INNER)
        free(set->words.outer);
}

void idset_init(struct idset *set)
{
    *set = (struct idset){0};
}

void idset_release(struct idset *set)
{
    if (!set)
        return;
    free_words(set);
    idset_init(set);
}

void idset_clear(struct idset *set)
{
    if (set->count > 0)
        memset(words_of(set), 0, set->n_words * sizeof(uint64_t));
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
    memcpy(words_of(to), words_in(from), from->n_words * sizeof(uint64_t));
    to->count = from->count;
}

void idset_move(struct idset *to, struct idset *from)
{
    if (to == from)
        return;
    free_words(to);
    *to = *from;
    idset_init(from);
}

void idset_add(struct idset *set, uint32_t id)
{
    assert(id != IDSET_NONE);
    uint32_t index = id / WORD_BITS;
    uint64_t bit = UINT64_C(1) << (id % WORD_BITS);
    grow_for(set, index);
    uint64_t *at = words_of(set) + index;
    set->count += !(*at & bit);
    *at |= bit;
}

void idset_add_range(struct idset *set, uint32_t first, uint32_t last)
{
    assert(first <= last && last != IDSET_NONE);
    uint32_t first_index = first / WORD_BITS, last_index = last / WORD_BITS;
    grow_for(set, last_index);
    uint64_t *words = words_of(set);
    for (uint32_t i = first_index; i <= last_index; i++) {
        uint64_t bits = UINT64_MAX;
        if (i == first_index)
            bits &= UINT64_MAX << (first % WORD_BITS);
        if (i == last_index)
            bits &= UINT64_MAX >> (WORD_BITS - 1 - last % WORD_BITS);
        replace_word(set, &words[i], words[i] | bits);
    }
}

void idset_remove(struct idset *set, uint32_t id)
{
    if (!idset_has(set, id))
        return;
    words_of(set)[id / WORD_BITS] &= ~(UINT64_C(1) << (id % WORD_BITS));
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
    uint64_t *words = words_of(to);
    const uint64_t *others = words_in(from);
    for (uint32_t i = 0; i < from->n_words; i++)
        replace_word(to, &words[i], words[i] | others[i]);
}

void idset_intersect(struct idset *to, const struct idset *from)
{
    uint64_t *words = words_of(to);
    for (uint32_t i = 0; i < to->n_words; i++)
        replace_word(to, &words[i], words[i] & word_at(from, i));
}

void idset_subtract(struct idset *to, const struct idset *from)
{
    uint32_t n = min_words(to, from);
    uint64_t *words = words_of(to);
    const uint64_t *others = words_in(from);
    for (uint32_t i = 0; i < n; i++)
        replace_word(to, &words[i], words[i] & ~others[i]);
}

bool idset_is_equal(const struct idset *a, const struct idset *b)
{
    /* with equal counts, equal common words leave nothing for the rest */
    if (a->count != b->count || a->count == 0)
        return a->count == b->count;
    return memcmp(words_in(a), words_in(b),
                  min_words(a, b) * sizeof(uint64_t)) == 0;
}

bool idset_is_subset(const struct idset *part, const struct idset *whole)
{
    if (part->count > whole->count)
        return false;
    const uint64_t *words = words_in(part);
    for (uint32_t i = 0; i < part->n_words; i++) {
        if (words[i] & ~word_at(whole, i))
            return false;
    }
    return true;
}

bool idset_has_common(const struct idset *a, const struct idset *b)
{
    uint32_t n = min_words(a, b);
    const uint64_t *words = words_in(a), *others = words_in(b);
    for (uint32_t i = 0; i < n; i++) {
        if (words[i] & others[i])
            return true;
    }
    return false;
}

uint32_t idset_count_common(const struct idset *a, const struct idset *b)
{
    uint32_t n = min_words(a, b), count = 0;
    const uint64_t *words = words_in(a), *others = words_in(b);
    for (uint32_t i = 0; i < n; i++)
        count += count_bits(words[i] & others[i]);
    return count;
}

/* The lowest id in the words from INDEX on, where WORD stands for the first. */
static uint32_t find_from(const struct idset *set, uint32_t index,
                          uint64_t word)
{
    const uint64_t *words = words_in(set);
    while (word == 0) {
        if (++index >= set->n_words)
            return IDSET_NONE;
        word = words[index];
    }
    return index * WORD_BITS + (uint32_t)__builtin_ctzll(word);
}

uint32_t idset_first(const struct idset *set)
{
    return set->count > 0 ? find_from(set, 0, words_in(set)[0]) : IDSET_NONE;
}

uint32_t idset_next(const struct idset *set, uint32_t after)
{
    if (after == IDSET_NONE)
        return IDSET_NONE;
    uint32_t index = (after + 1) / WORD_BITS;
    if (index >= set->n_words)
        return IDSET_NONE;
    uint64_t mask = UINT64_MAX << ((after + 1) % WORD_BITS);
    return find_from(set, index, words_in(set)[index] & mask);
}

uint32_t idset_last(const struct idset *set)
{
    const uint64_t *words = words_in(set);
    for (uint32_t i = set->n_words; i-- > 0;) {
        if (words[i] != 0)
            return i * WORD_BITS + WORD_BITS - 1 -
                   (uint32_t)__builtin_clzll(words[i]);
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
    uint64_t *source = words_of(from) + index, *target = words_of(to) + index;
    replace_word(from, source, *source & ~bits);
    replace_word(to, target, *target | bits);
    return count_bits(bits);
}

void idset_take_first(struct idset *from, uint32_t n, struct idset *to)
{
    assert(from != to && n <= from->count);
    for (uint32_t i = 0; n > 0; i++) {
        uint64_t bits = words_in(from)[i];
        if (count_bits(bits) > n)
            bits &= ~drop_lowest(bits, n);
        n -= move_bits(from, i, bits, to);
    }
}

void idset_take_last(struct idset *from, uint32_t n, struct idset *to)
{
    assert(from != to && n <= from->count);
    for (uint32_t i = from->n_words; n > 0;) {
        uint64_t bits = words_in(from)[--i];
        if (count_bits(bits) > n)
            bits = drop_lowest(bits, count_bits(bits) - n);
        n -= move_bits(from, i, bits, to);
    }
}
