/* SPDX-License-Identifier: BSD-2-Clause */
/* See words.h. */
#include "codec/words.h"

#include <stddef.h>
#include <string.h>

#define WORDS(name, ...) const char *const name[] = {__VA_ARGS__, NULL}

WORDS(words_kind, "rigid", "moldable", "elastic", "evolving");
WORDS(words_resize, "policy", "app", "hook", "restart", "workers");
WORDS(words_deadline, "keep", "force", "requeue", "cancel");
WORDS(words_dependency, "ok", "any", "notok");
WORDS(words_state, "pending", "starting", "running", "completing", "completed",
      "failed", "timeout", "cancelled", "node_fail", "lost");
WORDS(words_ending, "not", "restart", "requeue", "node_fail", "cancel");
WORDS(words_op, "expand", "shrink");
WORDS(words_directive, "none", "offered", "accepted", "withdrawing", "forcing",
      "done", "refused", "failed", "expired", "forced");
WORDS(words_asker, "scheduler", "user", "job", "node_loss");
WORDS(words_loss, "end", "shrink", "restart");
WORDS(words_answer, "granted", "partial", "queued", "denied");
WORDS(words_exit, "itself", "walltime", "request", "node_lost");
WORDS(words_launch, "shell", "mpi", "workers");

int word_index(const char *const *words, const char *text)
{
    for (int i = 0; text && words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    return -1;
}
