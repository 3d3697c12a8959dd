/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/reply_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct job_reply reply;
    struct err err;

    err_clear(&err);
    if (job_reply_from_text((const char *)data, size, 7, &reply, &err) != 0) {
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        return 0;
    }
    EXPECT(reply.status <= REPLY_FAILED);
    EXPECT(reply.retry_after >= 0);
    EXPECT(reply.reason == NULL || strchr(reply.reason, '\n') == NULL);
    for (size_t i = 0; i < reply.nodes.n; i++)
        EXPECT(hostname_is_valid(reply.nodes.names[i]));
    job_reply_release(&reply);
    return 0;
}
