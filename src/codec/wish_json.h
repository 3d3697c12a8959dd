/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job's wish for another size, the answer to it, what it could have, and how
 * far it is (doc/protocol.md, "Requests"). Pure.
 */
#ifndef ERM_CODEC_WISH_JSON_H
#define ERM_CODEC_WISH_JSON_H

#include "base/err.h"
#include "base/hostlist.h"
#include "base/strbuf.h"
#include "core/job.h"

enum wish_op { WISH_GROW, WISH_SHRINK, WISH_RELEASE, WISH_SET, WISH_OFFERS };

struct wish {
    enum wish_op op;
    uint32_t min, max;     /* 1 <= min <= max; 0 for offers, and min for set
                              when it was not given */
    struct hostlist nodes; /* named instead of max; it is how many then */
    dur_us wait;           /* 0 = not */
    char *reason;          /* owned; NULL = none */
};

/* The content of request/NAME.json. 0 and OUT (to be released), or -1 and ERR
 * (ERR_INPUT), which names the member that is wrong. */
int wish_from_text(const char *text, size_t len, struct wish *out,
                   struct err *err);
void wish_release(struct wish *wish);
const char *wish_op_name(enum wish_op op);

#define WISH_NAME_MAX 64
/* The NAME of the file "NAME.json" in BUF; false when it is not one. */
bool wish_name_of(const char *file, char buf[WISH_NAME_MAX + 1]);

struct wish_answer_note {
    enum wish_answer status;
    uint32_t granted;
    uint64_t seq;       /* granted, partial: of the directive; 0 = none */
    time_us until;      /* queued, offers; 0 = not told, TIME_NEVER = null */
    const char *reason; /* denied; NULL = none */
    dur_us retry_after; /* denied: 0 = not known */
};

/* Each appends the object and a newline. */
void wish_answer_to_text(const struct wish_answer_note *note,
                         struct strbuf *out);
void wish_offers_to_text(uint32_t n, time_us until, struct strbuf *out);

/* The content of `progress`, a number from 0 to 1, in parts per million. */
int wish_progress_from_text(const char *text, size_t len, uint32_t *out,
                            struct err *err);

#endif
