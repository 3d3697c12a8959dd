/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two books, of names and of labels; each is two hash tables (uthash): by id,
 * and by word for the newest job of each word. Jobs without a name take no
 * memory at all.
 */
#include "manager/job_cache.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"

struct line {
    int64_t id;
    struct line *older; /* of the same word; borrowed */
    UT_hash_handle by_id;
    UT_hash_handle by_word; /* linked in while it is the newest of its word */
    char word[];
};

struct book {
    struct line *ids;   /* owned */
    struct line *words; /* the same lines */
};

struct job_cache {
    struct book names, labels;
};

static struct line *find_id(const struct book *book, int64_t id)
{
    struct line *line;

    HASH_FIND(by_id, book->ids, &id, sizeof(id), line);
    return line;
}

static struct line *find_word(const struct book *book, const char *word)
{
    struct line *line;

    HASH_FIND(by_word, book->words, word, strlen(word), line);
    return line;
}

static void list_word(struct book *book, struct line *line)
{
    HASH_ADD_KEYPTR(by_word, book->words, line->word, strlen(line->word), line);
}

static void add_line(struct book *book, int64_t id, const char *word)
{
    struct line *line;

    if (word == NULL || word[0] == '\0')
        return;
    line = mem_alloc(sizeof(*line) + strlen(word) + 1);
    line->id = id;
    memcpy(line->word, word, strlen(word) + 1);
    line->older = find_word(book, word);
    if (line->older != NULL)
        HASH_DELETE(by_word, book->words, line->older);
    HASH_ADD(by_id, book->ids, id, sizeof(line->id), line);
    list_word(book, line);
}

static void unlist_word(struct book *book, struct line *line)
{
    struct line *newest = find_word(book, line->word);

    if (newest == line) {
        HASH_DELETE(by_word, book->words, line);
        if (line->older != NULL)
            list_word(book, line->older);
        return;
    }
    while (newest->older != line)
        newest = newest->older;
    newest->older = line->older;
}

static void remove_line(struct book *book, int64_t id)
{
    struct line *line = find_id(book, id);

    if (line == NULL)
        return;
    unlist_word(book, line);
    HASH_DELETE(by_id, book->ids, line);
    free(line);
}

static void release_book(struct book *book)
{
    struct line *line, *next;

    HASH_CLEAR(by_word, book->words);
    HASH_ITER (by_id, book->ids, line, next) {
        HASH_DELETE(by_id, book->ids, line);
        free(line);
    }
}

struct job_cache *job_cache_create(void)
{
    return mem_alloc(sizeof(struct job_cache));
}

void job_cache_destroy(struct job_cache *cache)
{
    if (cache == NULL)
        return;
    release_book(&cache->names);
    release_book(&cache->labels);
    free(cache);
}

void job_cache_add(struct job_cache *cache, int64_t id, const char *name,
                   const char *label)
{
    add_line(&cache->names, id, name);
    add_line(&cache->labels, id, label);
}

void job_cache_remove(struct job_cache *cache, int64_t id)
{
    remove_line(&cache->names, id);
    remove_line(&cache->labels, id);
}

const char *job_cache_name(const struct job_cache *cache, int64_t id)
{
    const struct line *line = find_id(&cache->names, id);

    return line == NULL ? "" : line->word;
}

int64_t job_cache_find(const struct job_cache *cache, const char *word)
{
    const struct line *line = find_word(&cache->labels, word);

    if (line == NULL)
        line = find_word(&cache->names, word);
    return line == NULL ? 0 : line->id;
}
