/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/reply_json.h"

#include <stdlib.h>
#include <string.h>

#include "codec/mail_read.h"

#define SEQ_DIGITS 18

static const char *const statuses[] = {"accepted", "refused", "progress",
                                       "done",     "failed",  NULL};

const char *job_reply_status_name(enum reply_status status)
{
    return statuses[status];
}

uint64_t job_reply_seq_of(const char *file)
{
    size_t n = strspn(file, "0123456789");

    if (n == 0 || n > SEQ_DIGITS || file[0] == '0' ||
        strcmp(file + n, ".json") != 0)
        return 0;
    return strtoull(file, NULL, 10);
}

static int read_reply(const json_t *object, uint64_t seq, struct job_reply *out,
                      struct err *err)
{
    int64_t said = (int64_t)seq;
    int status = mail_read_word(object, "status", statuses, err);

    if (status < 0 ||
        mail_read_count(object, "seq", 0, INT64_MAX, &said, err) != 0 ||
        mail_read_seconds(object, "retry_after", &out->retry_after, err) != 0 ||
        mail_read_names(object, "nodes", &out->nodes, err) != 0)
        return -1;
    out->status = (enum reply_status)status;
    if (said != (int64_t)seq)
        return err_set(err, ERR_INPUT,
                       "seq: the file is named %llu, found %lld",
                       (unsigned long long)seq, (long long)said);
    out->reason = mail_read_reason(object);
    return 0;
}

int job_reply_from_text(const char *text, size_t len, uint64_t seq,
                        struct job_reply *out, struct err *err)
{
    json_t *object = mail_read_object(text, len, err);
    int rc;

    if (object == NULL)
        return -1;
    *out = (struct job_reply){.retry_after = 0};
    hostlist_init(&out->nodes);
    rc = read_reply(object, seq, out, err);
    if (rc != 0)
        job_reply_release(out);
    json_decref(object);
    return rc;
}

void job_reply_release(struct job_reply *reply)
{
    hostlist_release(&reply->nodes);
    free(reply->reason);
    reply->reason = NULL;
}
