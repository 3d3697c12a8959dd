/* SPDX-License-Identifier: BSD-2-Clause */
/* See shell_quote.h. */
#include "cli/shell_quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Letters that mean nothing to any shell, in any place of a word. */
static bool is_plain(const char *word)
{
    if (*word == '\0')
        return false;
    for (const char *c = word; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_-./:,+@%=", *c) == NULL)
            return false;
    return true;
}

void shell_quote(const char *word, struct strbuf *out)
{
    if (is_plain(word)) {
        strbuf_add_str(out, word);
        return;
    }
    strbuf_add_char(out, '\'');
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '\'')
            strbuf_add_str(out, "'\\''");
        else
            strbuf_add_char(out, *c);
    }
    strbuf_add_char(out, '\'');
}

char *shell_command(char *const *words, int n)
{
    struct strbuf line;
    if (n == 1)
        return mem_strdup(words[0]);
    strbuf_init(&line);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            strbuf_add_char(&line, ' ');
        shell_quote(words[i], &line);
    }
    return strbuf_detach(&line);
}

void word_list_init(struct word_list *list)
{
    list->words = NULL;
    list->n = 0;
}

void word_list_release(struct word_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->words[i]);
    free(list->words);
    word_list_init(list);
}

void word_list_add(struct word_list *list, const char *word)
{
    list->words = mem_resize(list->words, list->n + 1, sizeof(*list->words));
    list->words[list->n++] = mem_strdup(word);
}

/* Appends the quoted part that begins at TEXT; the end, NULL if it has none. */
static const char *take_quoted(const char *text, struct strbuf *word)
{
    char quote = *text++;
    for (; *text != quote; text++) {
        if (*text == '\0')
            return NULL;
        if (quote == '"' && *text == '\\' && text[1] != '\0' &&
            strchr("\"\\$`", text[1]) != NULL)
            text++;
        strbuf_add_char(word, *text);
    }
    return text + 1;
}

/* Appends the word that begins at TEXT; the end, NULL if a quote is open. */
static const char *take_word(const char *text, struct strbuf *word)
{
    while (text != NULL && *text != '\0' && !isspace((unsigned char)*text)) {
        if (*text == '\'' || *text == '"') {
            text = take_quoted(text, word);
            continue;
        }
        if (*text == '\\' && text[1] != '\0')
            text++;
        strbuf_add_char(word, *text++);
    }
    return text;
}

int shell_split(const char *line, struct word_list *out, struct err *err)
{
    struct strbuf word;
    strbuf_init(&word);
    for (;;) {
        while (isspace((unsigned char)*line))
            line++;
        if (*line == '\0' || *line == '#')
            break;
        strbuf_reset(&word);
        line = take_word(line, &word);
        if (line == NULL)
            break;
        word_list_add(out, word.text);
    }
    strbuf_release(&word);
    if (line == NULL)
        return err_set(err, ERR_INPUT, "a quote is never closed");
    return 0;
}
