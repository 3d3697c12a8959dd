/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found about a host: each in a word, a sentence and a hint. */
#ifndef ERM_DOCTOR_FINDINGS_H
#define ERM_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

struct finding {
    bool is_problem;  /* else worth knowing */
    const char *word; /* borrowed: for a table */
    char *text;       /* owned */
    const char *hint; /* borrowed; "" when there is none */
};

struct findings {
    struct finding *items; /* owned */
    size_t n;
    size_t n_problems;
};

void findings_release(struct findings *findings);
/* WORD and HINT are borrowed for as long as FINDINGS. */
void findings_problem(struct findings *findings, const char *word,
                      const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void findings_note(struct findings *findings, const char *word,
                   const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
