/* SPDX-License-Identifier: BSD-2-Clause */
/* directive.json, what a job is asked for (doc/protocol.md). Pure. */
#ifndef ERM_CODEC_DIRECTIVE_JSON_H
#define ERM_CODEC_DIRECTIVE_JSON_H

#include "base/hostlist.h"
#include "base/strbuf.h"
#include "core/job.h"

struct directive_note { /* all borrowed */
    uint64_t seq, epoch;
    enum directive_op op;
    enum deadline_action on_deadline;
    bool has_choice, is_accepted;
    const char *reason;
    const struct hostlist *current, *delta, *target;
    time_us offered, accept_by, done_by; /* TIME_NEVER = no such */
};

/* Appends the object and a newline. */
void directive_to_text(const struct directive_note *note, struct strbuf *out);

#endif
