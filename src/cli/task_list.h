/* SPDX-License-Identifier: BSD-2-Clause */
/* The tasks of a pool: the lines of a file, and what is run for each. Pure. */
#ifndef ERM_CLI_TASK_LIST_H
#define ERM_CLI_TASK_LIST_H

#include <stdint.h>

#include "cli/shell_quote.h"

struct task_list {
    char *text;   /* owned */
    char **lines; /* owned array, into text */
    int n;
};

/* The lines of TEXT that are not empty. Takes TEXT. */
void task_list_init(struct task_list *list, char *text);
void task_list_release(struct task_list *list);

/*
 * What is run for LINE: the WORDS with it in the place of each "{}", or behind
 * them when there is none. One word alone is a line for the shell, LINE is
 * quoted there. Adds to OUT.
 */
void task_list_command(char *const *words, int n_words, const char *line,
                       struct word_list *out);
/* A number for the tasks and the words together: with others it is another. */
uint64_t task_list_hash(const struct task_list *list, char *const *words,
                        int n_words);

#endif
