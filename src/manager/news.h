/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines about what the scheduler did. Composed while the step's state is
 * at hand, printed after the commit, so the log tells only what is durable.
 */
#ifndef ERM_MANAGER_NEWS_H
#define ERM_MANAGER_NEWS_H

#include "manager/context.h"

struct news {
    struct strbuf lines; /* level as a letter, text, newline; repeated */
};

void news_init(struct news *news);
void news_release(struct news *news);
/* Composes what EVENT (as it came) led to: ACTIONS from the index FIRST on. */
void news_take(struct news *news, const struct manager *manager,
               const struct event *event, const struct actions *actions,
               size_t first);
/* The same at the end of a turn: what the scheduler waits for now. */
void news_take_rest(struct news *news, const struct manager *manager);
/* Prints and forgets. */
void news_print(struct news *news, const struct log *log);

#endif
