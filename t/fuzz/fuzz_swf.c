/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a trace: what was read has sense, and is written as it was
 * read; what the strong filter leaves can be replayed. */
#include "fuzz.h"

#include "codec/swf.h"

#define N_PROCS 100

static void check_filter(struct swf *swf)
{
    size_t n = swf->n;
    struct swf_filtered filtered;

    swf_normalise(swf, N_PROCS, &filtered);
    EXPECT(filtered.n_kept == swf->n);
    EXPECT(n == swf->n + filtered.n_too_large + filtered.n_no_size +
                    filtered.n_no_run + filtered.n_no_request +
                    filtered.n_no_submit);
    EXPECT(filtered.n_raised <= swf->n);
    for (size_t i = 0; i < swf->n; i++) {
        const struct swf_job *job = &swf->jobs[i];
        EXPECT(job->procs_used > 0 && job->procs_used <= N_PROCS);
        EXPECT(job->procs_requested > 0 && job->procs_requested <= N_PROCS);
        EXPECT(job->run > 0 && job->requested_time >= job->run);
        EXPECT(job->submit >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text, same;
    struct swf swf, again;
    struct err err;

    err_clear(&err);
    swf_init(&swf);
    swf_init(&again);
    strbuf_init(&text);
    strbuf_init(&same);
    if (swf_read(&swf, (const char *)data, size, "fuzz", &err) != 0) {
        EXPECT(strncmp(err.text, "fuzz:", 5) == 0);
        EXPECT(swf.n == 0 && swf.jobs == NULL);
        goto out;
    }
    EXPECT(swf.n > 0 && swf.n_backward < swf.n);
    swf_write(&swf, &text);
    EXPECT(swf_read(&again, text.text, text.len, "again", &err) == 0);
    EXPECT(again.n == swf.n && again.n_backward == swf.n_backward);
    EXPECT(swf_machine(&again) == swf_machine(&swf));
    swf_write(&again, &same);
    EXPECT(strcmp(text.text, same.text) == 0);
    check_filter(&swf);
out:
    strbuf_release(&text);
    strbuf_release(&same);
    swf_release(&swf);
    swf_release(&again);
    return 0;
}
