/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs as people name them: `3`, `1-5`, `1,4`, `all`, `last`, in any number
 * of words.
 */
#ifndef ERM_CLI_ID_LIST_H
#define ERM_CLI_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/strbuf.h"

#define ID_LIST_MAX 1000000 /* jobs that one list may name */

struct cli;

struct id_range {
    int64_t first, last;
};

struct id_list {
    bool is_all;
    bool has_last;           /* resolved by id_list_resolve */
    struct id_range *ranges; /* owned, in the order given */
    size_t n;
};

void id_list_init(struct id_list *list);
void id_list_release(struct id_list *list);
/* Adds the ids of one word. -1 and ERR (ERR_USAGE), LIST unchanged. */
int id_list_parse(struct id_list *list, const char *word, struct err *err);
int id_list_parse_words(struct id_list *list, char *const *words, int n,
                        struct err *err);
void id_list_add(struct id_list *list, int64_t first, int64_t last);
/* Asks the manager which job `last` is: the one submitted last. `all` becomes
 * the jobs that have not ended when EXPAND_ALL. -1 and ERR. */
int id_list_resolve(struct id_list *list, struct cli *cli, bool expand_all,
                    struct err *err);
/* As the API's query has them: "1,4-6". */
void id_list_format(const struct id_list *list, struct strbuf *out);
/* How many jobs it names; `all` and `last` count nothing. */
size_t id_list_count(const struct id_list *list);
/* Sets "ids":[...] or "all":true in a request's BODY. */
void id_list_to_json(const struct id_list *list, json_t *body);

/* Every id of a list without `all`. */
#define ID_LIST_EACH(list, id)                           \
    for (const struct id_range *range_ = (list)->ranges; \
         range_ < (list)->ranges + (list)->n; range_++)  \
        for (int64_t id = range_->first; id <= range_->last; id++)

#endif
