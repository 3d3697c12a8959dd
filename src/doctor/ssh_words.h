/* SPDX-License-Identifier: BSD-2-Clause */
/* What ssh says when it cannot connect, and what then helps. */
#ifndef ERM_DOCTOR_SSH_WORDS_H
#define ERM_DOCTOR_SSH_WORDS_H

#include <stdbool.h>

#include "base/strbuf.h"

struct ssh_words {
    const char *part; /* of what ssh says */
    const char *word, *hint;
};

/* The cause that TEXT, ssh's standard error, tells of; never NULL. IS_LATE:
 * ssh had to be ended. */
const struct ssh_words *ssh_words_find(const char *text, bool is_late);
/* Appends the last line of TEXT that is not empty. */
void ssh_words_last(const char *text, struct strbuf *out);

#endif
