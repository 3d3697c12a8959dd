/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The examination of one host: what it told, and what that means. Asking is
 * calls.h's; nothing here has an effect.
 */
#ifndef ERM_DOCTOR_EXAM_H
#define ERM_DOCTOR_EXAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "doctor/calls.h"
#include "doctor/findings.h"

enum answer { ANSWER_NONE, ANSWER_NO, ANSWER_YES };

struct exam {
    char *name;     /* owned */
    uint32_t slots; /* of the hostfile; 0 not told */
    /* what it told */
    bool has_answered;
    dur_us connect; /* until the first answer */
    bool has_clock;
    dur_us clock_offset; /* its clock minus ours */
    uint32_t cores;      /* 0 unknown */
    bool has_facts;
    char version[32];      /* of its PRRTE; "" none */
    enum answer is_shared; /* is our folder there, and the same? */
    int64_t free_kib;      /* in /tmp; -1 unknown */
    struct strbuf lacks;   /* tools, each after a blank */
    struct strbuf noise;   /* the first line that is no answer */
    size_t n_noise;
    struct strbuf words; /* its standard error */
    struct findings findings;
};

/* What the hosts are held against. */
struct exam_scale {
    const char *version; /* of PRRTE here; "" none */
    const char *folder;  /* that should be shared; NULL: not asked */
    const char *token;   /* what the file in it says */
    bool is_remote;      /* else slices of this machine */
};

/* Copies NAME. */
void exam_init(struct exam *exam, const char *name, uint32_t slots);
void exam_release(struct exam *exam);
/* The requests for a host; TOKEN_PATH (may be NULL) is the file in the folder
 * that should be shared. */
void exam_ask(const char *token_path, struct strbuf *out);
/* For calls_run(); the context is what exam_context points to. */
struct exam_context {
    struct exam *exam;
    const struct exam_scale *scale;
};
void exam_take_line(void *context, const struct call_line *line);
/* Adds the findings once CALL is over. */
void exam_judge(struct exam *exam, const struct exam_scale *scale,
                const struct call *call);

#endif
