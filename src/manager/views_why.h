/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a job waits (or what it does), in plain words with numbers and names,
 * and as data. All of it comes from the core's own data (struct why).
 */
#ifndef ERM_MANAGER_VIEWS_WHY_H
#define ERM_MANAGER_VIEWS_WHY_H

#include "manager/views.h"

/* What a list shows about one job. */
struct view_reason {
    enum pending_reason reason;
    time_us expected_start; /* TIME_NEVER: not pending, or cannot be told */
    uint32_t position;      /* 0: not in the queue, or far behind */
    struct strbuf text;     /* one line */
};

/* Cheap when VIEWS has the forecast. Release by view_reason_release. */
void view_reason(struct view_reason *out, const struct views *views,
                 const struct job *job);
void view_reason_release(struct view_reason *reason);

/* The answer to GET /v1/jobs/ID/why for a live job: id, state, text, why. */
json_t *view_why(const struct views *views, const struct job *job);
/* Appends "grow by 2 (n[3-4]) offered 13:59:10, until 14:09:10". */
void view_add_directive(struct strbuf *out, const struct views *views,
                        const struct directive *directive);

#endif
