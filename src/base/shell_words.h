/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shell command as words with their places, for changing some of them and
 * nothing else. Knows the POSIX shell's quoting, operators, comments,
 * here-documents and $(...); expands nothing, and does not judge whether the
 * shell would accept the command. Pure.
 */
#ifndef ERM_BASE_SHELL_WORDS_H
#define ERM_BASE_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum shell_quoting {
    WORD_BARE,   /* no quote, backslash, $ or ` in it */
    WORD_DOUBLE, /* one pair of "..." around all of it, nothing special in it */
    WORD_MIXED,  /* anything else, single quotes among it */
};

struct shell_word {
    size_t start, len; /* in the text, quotes included */
    enum shell_quoting quoting;
    unsigned command; /* words of one simple command have the same number */
    bool is_first;    /* of its simple command, assignments counted */
    bool is_command;  /* the name of the program to run */
};

struct shell_words {
    struct shell_word *items; /* owned; in the order of their places */
    size_t n;
    size_t size;
};

/* The words of TEXT; redirections and their targets are left out. -1 and ERR
 * (ERR_INPUT: "a single quote is not closed, column 6") when a quote or a
 * substitution is not closed. */
int shell_words_split(const char *text, struct shell_words *out,
                      struct err *err);
/* Frees and leaves an empty list. NULL is fine. */
void shell_words_release(struct shell_words *words);
/* How the LEN bytes at WORD, a word or a part of one, are quoted. */
enum shell_quoting shell_words_quoting(const char *word, size_t len);
/* Index of the next word of the same simple command, or words->n. */
size_t shell_words_next(const struct shell_words *words, size_t i);

#endif
