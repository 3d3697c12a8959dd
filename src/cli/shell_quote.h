/* SPDX-License-Identifier: BSD-2-Clause */
/* Words <-> one line of a POSIX shell. */
#ifndef ERM_CLI_SHELL_QUOTE_H
#define ERM_CLI_SHELL_QUOTE_H

#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

/* Appends WORD so that a shell reads exactly it; plain words stay plain. */
void shell_quote(const char *word, struct strbuf *out);
/* A command line from words: one word is taken as a shell line as it is,
 * several are quoted and joined. Returns owned. */
char *shell_command(char *const *words, int n);

struct word_list {
    char **words; /* owned */
    size_t n;
};
void word_list_init(struct word_list *list);
void word_list_release(struct word_list *list);
void word_list_add(struct word_list *list, const char *word);
/* Splits LINE at blanks, with quotes and backslashes as a shell has them but
 * no expansion. A word that begins with '#' ends the line. -1 and ERR
 * (ERR_INPUT) for a quote that is never closed. */
int shell_split(const char *line, struct word_list *out, struct err *err);

#endif
