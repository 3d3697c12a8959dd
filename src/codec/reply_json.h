/* SPDX-License-Identifier: BSD-2-Clause */
/* A job's reply to a directive (doc/protocol.md, "Replies"). Pure. */
#ifndef ERM_CODEC_REPLY_JSON_H
#define ERM_CODEC_REPLY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/hostlist.h"

enum reply_status {
    REPLY_ACCEPTED,
    REPLY_REFUSED,
    REPLY_PROGRESS,
    REPLY_DONE,
    REPLY_FAILED,
};

struct job_reply {
    enum reply_status status;
    dur_us retry_after;    /* refused: 0 = not said */
    char *reason;          /* owned; NULL = none */
    struct hostlist nodes; /* done: what goes; none = as asked */
};

/* The content of reply/SEQ.json: a `seq` in it must be SEQ. 0 and OUT (to be
 * released), or -1 and ERR (ERR_INPUT), which names the member that is wrong.
 */
int job_reply_from_text(const char *text, size_t len, uint64_t seq,
                        struct job_reply *out, struct err *err);
void job_reply_release(struct job_reply *reply);
/* The directive's number in the file name "7.json"; 0 when it is not one. */
uint64_t job_reply_seq_of(const char *file);
/* "accepted"... */
const char *job_reply_status_name(enum reply_status status);

#endif
