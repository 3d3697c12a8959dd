/* SPDX-License-Identifier: BSD-2-Clause */
/* See policy_words.h. */
#include "cli/policy_words.h"

#include <string.h>

#include "base/suggest.h"
#include "cli/sched_options.h"

static const struct option_row rows[] = {SCHED_OPTION_ROWS,
                                         {0, NULL, NULL, NULL}};

/* What one word sets. */
static const struct policy_word {
    const char *word, *backfill, *order, *mode;
} words[] = {
    {"fcfs", "none", NULL, NULL},
    {"easy", "easy", NULL, NULL},
    {"conservative", "conservative", NULL, NULL},
    {"sjf", NULL, "sjf", NULL},
    {"rigid", NULL, NULL, "rigid"},
    {"evolving", NULL, NULL, "evolving"},
    {"moldable", NULL, NULL, "rigid"},
    {"elastic", NULL, NULL, "elastic"},
};
#define N_WORDS (sizeof(words) / sizeof(*words))

static int take_option(char *text, char *equals,
                       struct sched_settings *settings, struct err *err)
{
    *equals = '\0';
    for (const struct option_row *row = rows; row->name != NULL; row++)
        if (strcmp(text, row->name) == 0)
            return sched_options_take(settings, row->key, equals + 1, err);
    return err_set(err, ERR_USAGE, "--compare: the scheduler has no option %s",
                   text);
}

static int take_word(char *text, struct sched_settings *settings,
                     struct err *err)
{
    const char *names[N_WORDS + 1] = {NULL};
    char *equals = strchr(text, '=');

    if (equals != NULL)
        return take_option(text, equals, settings, err);
    for (size_t i = 0; i < N_WORDS; i++) {
        const struct policy_word *word = &words[i];

        names[i] = word->word;
        if (strcmp(text, word->word) != 0)
            continue;
        if (word->backfill != NULL)
            settings->backfill = word->backfill;
        if (word->order != NULL)
            settings->backfill_order = word->order;
        if (word->mode != NULL)
            settings->mode = word->mode;
        return 0;
    }
    return suggest_unknown("compare", text, names, err);
}

int policy_words_parse(char *text, struct sched_settings *settings,
                       bool *is_moldable, struct err *err)
{
    struct sched_config config;
    char *state = NULL;

    for (char *word = strtok_r(text, "+", &state); word != NULL;
         word = strtok_r(NULL, "+", &state)) {
        if (take_word(word, settings, err) < 0)
            return -1;
        *is_moldable = *is_moldable || strcmp(word, "moldable") == 0;
    }
    if (settings->mode == NULL)
        settings->mode = "rigid";
    return sched_settings_make(settings, &config, err);
}
