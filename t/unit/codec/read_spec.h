/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading one entry in a test: every key on its own beside a command. */
#ifndef ERM_T_CODEC_READ_SPEC_H
#define ERM_T_CODEC_READ_SPEC_H

#include "support.h"

#include "codec/job_spec.h"

/* Reads {"command": "c", MEMBERS}; release SPEC. */
static inline void read_spec(struct job_spec *spec, const char *members)
{
    char text[4096];
    struct err err;

    snprintf(text, sizeof(text), "{\"command\": \"c\", %s}", members);
    if (job_spec_from_text(text, spec, &err) < 0)
        fail_msg("%s: %s", text, err.text);
}

/* Reads the same, which must fail; the error is borrowed from ERR. */
static inline const char *refuse_spec(const char *members, struct err *err)
{
    char text[4096];
    struct job_spec spec;

    snprintf(text, sizeof(text), "{\"command\": \"c\", %s}", members);
    if (job_spec_from_text(text, &spec, err) == 0)
        fail_msg("taken: %s", text);
    assert_int_equal(err->code, ERR_INPUT);
    return err->text;
}

struct refusal {
    const char *members, *text, *hint; /* HINT may be NULL */
};

static inline void refuse_all(const struct refusal *refusals, size_t n)
{
    struct err err;

    for (size_t i = 0; i < n; i++) {
        assert_string_equal(refuse_spec(refusals[i].members, &err),
                            refusals[i].text);
        if (refusals[i].hint)
            assert_string_equal(err.hint, refusals[i].hint);
    }
}

#endif
