/* SPDX-License-Identifier: BSD-2-Clause */
/* See sched_options.h. */
#include "cli/sched_options.h"

#include "cli/number.h"
#include "cli/time_text.h"

/* Where the word of option KEY goes; NULL when it has none. */
static const char **word_of(struct sched_settings *settings, int key)
{
    switch (key) {
    case KEY_BACKFILL:
        return &settings->backfill;
    case KEY_BACKFILL_ORDER:
        return &settings->backfill_order;
    case KEY_MODE:
        return &settings->mode;
    case KEY_SIZING:
        return &settings->sizing;
    case KEY_ESTIMATES:
        return &settings->estimates;
    case KEY_EXPAND:
        return &settings->expand;
    case KEY_SHRINK:
        return &settings->shrink;
    default:
        return NULL;
    }
}

int sched_options_take(struct sched_settings *settings, int key,
                       const char *value, struct err *err)
{
    const char **word = word_of(settings, key);
    int64_t n;

    if (word != NULL) {
        *word = value;
        return 0;
    }
    switch (key) {
    case 's':
        if (number_parse("--start", value, 0, 1, &n, err) < 0)
            return -1;
        settings->start_at_max = n == 1;
        return 0;
    case KEY_BACKFILL_DEPTH:
        return number_parse("--backfill-depth", value, 0, INT32_MAX,
                            &settings->backfill_depth, err);
    case KEY_COOLDOWN:
        return time_text_span_or_none("--cooldown", value, &settings->cooldown,
                                      err);
    case KEY_EVOLVING_DELAY:
        return time_text_span_or_none("--evolving-delay", value,
                                      &settings->evolving_delay, err);
    case KEY_ACCEPT:
        return time_text_span("--accept-within", value,
                              &settings->accept_within, err);
    case KEY_DONE:
        return time_text_span("--done-within", value, &settings->done_within,
                              err);
    default:
        return 1;
    }
}
