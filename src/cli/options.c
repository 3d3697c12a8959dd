/* SPDX-License-Identifier: BSD-2-Clause */
/* See options.h. */
#include "cli/options.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/suggest.h"

enum { KEY_STATE_DIR = OPTION_COMMON_KEY, KEY_COLOR };

const struct option_row common_option_rows[] = {
    {KEY_STATE_DIR, "state-dir", "DIR",
     "the manager's state folder (default: .erm here or above)"},
    {KEY_COLOR, "color", "WHEN", "auto, always or never"},
    {'h', "help", NULL, "show this help"},
    {0, NULL, NULL, NULL},
};

/* Up to the row without a name. */
static size_t count_rows(const struct option_row *rows)
{
    size_t n = 0;
    while (rows[n].name != NULL)
        n++;
    return n;
}

/* Translates ROWS into getopt's own tables, from *N on. */
static void add_rows(struct options *options, const struct option_row *rows,
                     size_t *n, struct strbuf *shorts)
{
    for (; rows->name != NULL; rows++) {
        int has_value = no_argument;
        if (rows->value != NULL)
            has_value =
                rows->value[0] == '[' ? optional_argument : required_argument;
        options->longs[(*n)++] =
            (struct option){rows->name, has_value, NULL, rows->key};
        /* an alias repeats the key of the row above it */
        if (rows->key >= OPTION_FIRST_KEY || rows->help == NULL)
            continue;
        strbuf_add_char(shorts, (char)rows->key);
        if (has_value != no_argument)
            strbuf_add_char(shorts, ':');
        if (has_value == optional_argument)
            strbuf_add_char(shorts, ':');
    }
}

void options_init(struct options *options, const struct option_row *rows,
                  struct common_options *common, int argc, char **argv,
                  bool stop_at_operand)
{
    struct strbuf shorts;
    size_t n = 0;
    assert(argc >= 1);
    memset(options, 0, sizeof(*options));
    options->rows = rows;
    options->common = common;
    options->argc = argc;
    options->argv = argv;
    options->longs =
        mem_alloc_array(count_rows(rows) + count_rows(common_option_rows) + 1,
                        sizeof(struct option));
    strbuf_init(&shorts);
    strbuf_add_str(&shorts, stop_at_operand ? "+:" : ":");
    add_rows(options, rows, &n, &shorts);
    add_rows(options, common_option_rows, &n, &shorts);
    options->shorts = strbuf_detach(&shorts);
    optind = 0; /* glibc: start afresh */
    opterr = 0;
}

void options_release(struct options *options)
{
    free(options->longs);
    free(options->shorts);
    options->longs = NULL;
    options->shorts = NULL;
}

static int set_color(struct common_options *common, const char *value,
                     struct err *err)
{
    if (strcmp(value, "auto") == 0)
        common->color = COLOR_AUTO;
    else if (strcmp(value, "always") == 0)
        common->color = COLOR_ALWAYS;
    else if (strcmp(value, "never") == 0)
        common->color = COLOR_NEVER;
    else
        return err_set(err, ERR_USAGE,
                       "--color is auto, always or never, not %s", value);
    return 0;
}

/* "unknown option --nodse; did you mean --nodes?" */
static int set_unknown(const struct options *options, const char *word,
                       struct err *err)
{
    const char *words[128];
    size_t n = 0, len = strcspn(word + 2, "=");
    for (const struct option *row = options->longs; row->name != NULL; row++)
        if (n < sizeof(words) / sizeof(*words))
            words[n++] = row->name;
    char *name = mem_strndup(word + 2, len);
    const char *near = suggest(name, words, n);
    err_set(err, ERR_USAGE, "unknown option --%s", name);
    if (near != NULL)
        err_hint(err, "did you mean --%s?", near);
    free(name);
    return -1;
}

/* getopt tells KEY (':' or '?') and leaves the rest to be found out: optopt is
 * 0 for an unknown long option only. */
static int set_mistake(const struct options *options, int key, struct err *err)
{
    const char *word = options->argv[optind - 1];
    if (key == ':')
        return err_set(err, ERR_USAGE, "option %s needs a value", word);
    if (optopt != 0 && optopt < OPTION_FIRST_KEY && strncmp(word, "--", 2) != 0)
        return err_set(err, ERR_USAGE, "unknown option -%c",
                       isprint(optopt) ? optopt : '?');
    if (optopt != 0)
        return err_set(err, ERR_USAGE, "option %s takes no value", word);
    return set_unknown(options, word, err);
}

int options_next(struct options *options, struct err *err)
{
    for (;;) {
        int key = getopt_long(options->argc, options->argv, options->shorts,
                              options->longs, NULL);
        options->value = optarg;
        switch (key) {
        case -1:
            options->operands = options->argv + optind;
            options->n_operands = options->argc - optind;
            return OPTIONS_END;
        case ':':
        case '?':
            set_mistake(options, key, err);
            return OPTIONS_BAD;
        case 'h':
            err_clear(err);
            return OPTIONS_BAD;
        case KEY_STATE_DIR:
            options->common->state_dir = optarg;
            break;
        case KEY_COLOR:
            if (set_color(options->common, optarg, err) < 0)
                return OPTIONS_BAD;
            break;
        default:
            return key;
        }
    }
}

/* An alias has the key of the row above it: the first one counts. */
static size_t row_of_key(const struct option_row *rows, int key)
{
    size_t i = 0;
    while (rows[i].key != key)
        i++;
    assert(i < PARSED_MAX);
    return i;
}

int options_read(struct parsed *parsed, const struct option_row *rows,
                 struct common_options *common, int argc, char **argv,
                 struct err *err)
{
    struct options options;
    int key;
    memset(parsed, 0, sizeof(*parsed));
    parsed->rows = rows;
    options_init(&options, rows, common, argc, argv, false);
    while ((key = options_next(&options, err)) >= 0)
        parsed->values[row_of_key(rows, key)] =
            options.value != NULL ? options.value : "";
    parsed->operands = options.operands;
    parsed->n_operands = options.n_operands;
    options_release(&options);
    return key == OPTIONS_END ? 0 : -1;
}

const char *parsed_value(const struct parsed *parsed, int key)
{
    return parsed->values[row_of_key(parsed->rows, key)];
}

int parsed_check_operands(const struct parsed *parsed, int min, int max,
                          const char *what, struct err *err)
{
    if (parsed->n_operands < min)
        return err_set(err, ERR_USAGE, "%s is missing", what);
    if (parsed->n_operands > max)
        return err_set(err, ERR_USAGE, "%s: one word too many",
                       parsed->operands[max]);
    return 0;
}
