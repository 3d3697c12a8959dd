/* SPDX-License-Identifier: BSD-2-Clause */
/* See task_list.h. */
#include "cli/task_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

void task_list_init(struct task_list *list, char *text)
{
    int size = 0;
    memset(list, 0, sizeof(*list));
    list->text = text;
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        size_t n = strlen(line);
        if (n > 0 && line[n - 1] == '\r') /* from the other world */
            line[n - 1] = '\0';
        if (*line == '\0')
            continue;
        if (list->n == size) {
            size = 2 * size + 64;
            list->lines =
                mem_resize(list->lines, (size_t)size, sizeof(*list->lines));
        }
        list->lines[list->n++] = line;
    }
}

void task_list_release(struct task_list *list)
{
    free(list->lines);
    free(list->text);
    memset(list, 0, sizeof(*list));
}

/* WORD with LINE in the place of each "{}". */
static void fill_in(const char *word, const char *line, bool is_quoted,
                    struct strbuf *out)
{
    for (const char *place; (place = strstr(word, "{}")) != NULL;
         word = place + 2) {
        strbuf_add(out, word, (size_t)(place - word));
        if (is_quoted)
            shell_quote(line, out);
        else
            strbuf_add_str(out, line);
    }
    strbuf_add_str(out, word);
}

void task_list_command(char *const *words, int n_words, const char *line,
                       struct word_list *out)
{
    bool has_place = false;
    struct strbuf word;
    for (int i = 0; i < n_words; i++)
        has_place = has_place || strstr(words[i], "{}") != NULL;
    strbuf_init(&word);
    for (int i = 0; i < n_words; i++) {
        strbuf_reset(&word);
        fill_in(words[i], line, n_words == 1, &word);
        if (!has_place && n_words == 1) {
            strbuf_add_char(&word, ' ');
            shell_quote(line, &word);
        }
        word_list_add(out, word.text);
    }
    if (!has_place && n_words > 1)
        word_list_add(out, line);
    strbuf_release(&word);
}

/* FNV-1a, with the NUL at the end of TEXT. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    while (*text++ != '\0');
    return hash;
}

uint64_t task_list_hash(const struct task_list *list, char *const *words,
                        int n_words)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (int i = 0; i < n_words; i++)
        hash = hash_text(hash, words[i]);
    for (int i = 0; i < list->n; i++)
        hash = hash_text(hash, list->lines[i]);
    return hash;
}
