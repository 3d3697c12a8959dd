/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/leftovers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "shepherd/claim.h"

#define MARK_LENGTH 8

void leftovers_release(struct leftovers *left)
{
    for (size_t i = 0; i < left->n; i++) {
        free(left->items[i].key);
        free(left->items[i].claim_dir);
        free(left->items[i].other_key);
    }
    free(left->items);
    *left = (struct leftovers){0};
}

static struct leftover *add(struct leftovers *left, const char *host)
{
    left->items = mem_resize(left->items, left->n + 1, sizeof(*left->items));
    left->items[left->n] = (struct leftover){.host = host};
    return &left->items[left->n++];
}

/* "1f2e3d4c.7.1", "1f2e3d4c.7.1.3", "1f2e3d4c.pool". */
static bool parse_key(const char *key, struct leftover *out)
{
    if (strspn(key, "0123456789abcdef") != MARK_LENGTH ||
        key[MARK_LENGTH] != '.')
        return false;
    memcpy(out->mark, key, MARK_LENGTH);
    out->mark[MARK_LENGTH] = '\0';
    key += MARK_LENGTH + 1;
    if (strcmp(key, "pool") == 0)
        return true;
    return claim_name_parse(key, &out->job_id, &out->attempt, &out->part) &&
           out->job_id > 0;
}

static struct leftover *find_key(struct leftovers *left, const char *host,
                                 const char *key)
{
    for (size_t i = 0; i < left->n; i++) {
        struct leftover *item = &left->items[i];
        if (item->host == host && item->key != NULL &&
            strcmp(item->key, key) == 0)
            return item;
    }
    return NULL;
}

static void add_word(struct leftovers *left, const char *host, char *word)
{
    struct leftover parsed = {0}, *item;
    char *key, *count = strrchr(word, ':');

    if (count == NULL || (word[0] != 'p' && word[0] != 'f') || word[1] != ':')
        return;
    *count++ = '\0';
    key = word + 2;
    if (count < key || !parse_key(key, &parsed))
        return;
    item = find_key(left, host, key);
    if (item == NULL) {
        item = add(left, host);
        parsed.host = host;
        parsed.key = mem_strdup(key);
        *item = parsed;
    }
    if (word[0] == 'p')
        item->n_processes = (unsigned)strtoul(count, NULL, 10);
    else
        item->has_folder = true;
}

void leftovers_add_keys(struct leftovers *left, const char *host,
                        const char *text)
{
    char *copy = mem_strdup(text), *rest;

    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        add_word(left, host, word);
    free(copy);
}

static struct leftover *find_dir(struct leftovers *left, const char *host,
                                 const char *claim_dir)
{
    for (size_t i = 0; i < left->n; i++) {
        struct leftover *item = &left->items[i];
        if (item->host == host && item->claim_dir != NULL &&
            strcmp(item->claim_dir, claim_dir) == 0)
            return item;
    }
    return NULL;
}

void leftovers_add_process(struct leftovers *left, const char *host,
                           const char *claim_dir, const char *key)
{
    const char *slash = strrchr(claim_dir, '/');
    struct leftover *item, by_key;
    int64_t job_id;
    uint32_t attempt, part;

    if (claim_dir[0] != '/' ||
        !claim_name_parse(slash + 1, &job_id, &attempt, &part))
        return;
    item = find_dir(left, host, claim_dir);
    if (item == NULL) {
        item = add(left, host);
        item->claim_dir = mem_strdup(claim_dir);
        item->job_id = job_id;
        item->attempt = attempt;
        item->part = part;
    }
    item->n_processes += key == NULL || !parse_key(key, &by_key);
    if (item->other_key == NULL && key != NULL)
        item->other_key = mem_strdup(key);
}

/* ---- whose ---- */

/* Does a shepherd hold the claim JOB_DIR, of whatever state directory? */
static bool is_held(const struct leftover *item)
{
    char *jobs = mem_strdup(item->claim_dir);
    struct claim claim;
    bool is_live = true;
    int fd;

    *strrchr(jobs, '/') = '\0';
    fd = open(jobs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        is_live = claim_read(fd, item->job_id, item->attempt, item->part,
                             &claim) != 0 ||
                  claim.state == CLAIM_RUNNING;
        close(fd);
    } else if (access(jobs, F_OK) != 0) {
        is_live = false; /* the whole state directory is gone */
    }
    free(jobs);
    return is_live;
}

static bool is_in(const char *claim_dir, const char *jobs_path)
{
    size_t n = strlen(jobs_path);

    return strncmp(claim_dir, jobs_path, n) == 0 && claim_dir[n] == '/' &&
           strchr(claim_dir + n + 1, '/') == NULL;
}

static enum left_kind kind_by_dir(const struct leftover *item,
                                  const struct home *home, const char *own_dir)
{
    bool is_ours = home->is_there && is_in(item->claim_dir, home->jobs_path);

    if (own_dir != NULL && strcmp(item->claim_dir, own_dir) == 0)
        return LEFT_LIVE;
    if (is_held(item) || (is_ours && home_is_live(home, item->job_id,
                                                  item->attempt, item->part)))
        return LEFT_LIVE;
    return is_ours ? LEFT_OURS : LEFT_FOREIGN;
}

static enum left_kind kind_by_key(const struct leftover *item,
                                  const struct home *home, const char *own_key)
{
    if (own_key != NULL && strcmp(item->key, own_key) == 0)
        return LEFT_LIVE;
    if (home->mark == NULL || strcmp(item->mark, home->mark) != 0)
        return LEFT_FOREIGN;
    if (item->job_id == 0)
        return home_has_pool(home) ? LEFT_LIVE : LEFT_OURS;
    return home_is_live(home, item->job_id, item->attempt, item->part)
               ? LEFT_LIVE
               : LEFT_OURS;
}

static bool is_key_of_live(const struct leftovers *left, const char *key)
{
    for (size_t i = 0; i < left->n; i++) {
        const struct leftover *item = &left->items[i];
        if (item->claim_dir != NULL && item->kind == LEFT_LIVE &&
            item->other_key != NULL && strcmp(item->other_key, key) == 0)
            return true;
    }
    return false;
}

void leftovers_judge(struct leftovers *left, const struct home *home,
                     const char *own_key, const char *own_dir)
{
    for (size_t i = 0; i < left->n; i++) {
        struct leftover *item = &left->items[i];
        item->kind = item->key != NULL ? kind_by_key(item, home, own_key)
                                       : kind_by_dir(item, home, own_dir);
    }
    for (size_t i = 0; i < left->n; i++) {
        struct leftover *item = &left->items[i];
        if (item->key != NULL && is_key_of_live(left, item->key))
            item->kind = LEFT_LIVE;
    }
}

bool leftover_is_any(const struct leftover *item)
{
    return item->kind != LEFT_LIVE &&
           (item->n_processes > 0 || item->has_folder);
}
