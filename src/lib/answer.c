/* SPDX-License-Identifier: BSD-2-Clause */
/* What the job says to a directive: reply/SEQ.json, and its progress. */
#include <stdio.h>
#include <string.h>

#include "lib/handle.h"

#define REASON_MAX 500 /* bytes of a reason that are passed on */

static int check_seq(struct erm *e, int seq)
{
    if (e == NULL || seq <= 0)
        return e == NULL ? ERM_EINVAL
                         : erm_set_error(e, ERM_EINVAL,
                                         "a directive's seq is above 0");
    if (e->dir == NULL)
        return erm_set_alone(e);
    if (e->state != 1 || e->directive.seq != seq || e->answered == seq)
        return erm_set_error(e, ERM_ESEQ, "directive %d is not open", seq);
    return 0;
}

static void begin_reply(struct erm_text *text, int seq, const char *status)
{
    erm_text_format(text, "{\"seq\":%d,\"status\":\"%s\"", seq, status);
}

static void add_reason(struct erm_text *text, const char *why)
{
    char part[REASON_MAX + 1];
    if (why == NULL || *why == '\0')
        return;
    snprintf(part, sizeof(part), "%s", why);
    erm_text_add(text, ",\"reason\":", strlen(",\"reason\":"));
    erm_text_string(text, part);
}

static int send_reply(struct erm *e, struct erm_text *text, int seq)
{
    char name[40];
    erm_text_add(text, "}\n", 2);
    snprintf(name, sizeof(name), "reply/%d.json", seq);
    return erm_put_file(e, name, text);
}

/* An answer after which there is nothing more to say. */
static int send_last_reply(struct erm *e, struct erm_text *text, int seq)
{
    struct erm_text mark = {0};
    int rc = send_reply(e, text, seq);
    if (rc < 0)
        return rc;
    e->answered = seq;
    erm_text_format(&mark, "%d\n", seq);
    return erm_put_file(e, ANSWERED_FILE, &mark);
}

int erm_accept(erm_t *e, int seq)
{
    struct erm_text text = {0};
    int rc = check_seq(e, seq);
    if (rc < 0)
        return rc;
    begin_reply(&text, seq, "accepted");
    return send_reply(e, &text, seq);
}

int erm_refuse(erm_t *e, int seq, double retry_after, const char *why)
{
    struct erm_text text = {0};
    int rc = check_seq(e, seq);
    if (rc < 0)
        return rc;
    if (!erm_is_seconds(retry_after))
        return erm_set_error(e, ERM_EINVAL,
                             "retry_after is a number of seconds");
    begin_reply(&text, seq, "refused");
    erm_text_add(&text, ",\"retry_after\":", strlen(",\"retry_after\":"));
    erm_text_number(&text, retry_after);
    add_reason(&text, why);
    return send_last_reply(e, &text, seq);
}

int erm_busy(erm_t *e, int seq)
{
    struct erm_text text = {0};
    int rc = check_seq(e, seq);
    if (rc < 0)
        return rc;
    begin_reply(&text, seq, "progress");
    return send_reply(e, &text, seq);
}

static bool has_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* May GONE be what is given up? */
static int check_gone(struct erm *e, const char *const *gone, int n)
{
    const erm_directive *d = &e->directive;
    if (n < 0 || (n > 0 && gone == NULL))
        return erm_set_error(e, ERM_EINVAL, "no list of nodes");
    if (n > 0 && d->op == ERM_GROW)
        return erm_set_error(e, ERM_EINVAL, "a grow gives up no nodes");
    if (n > 0 && n != d->n_delta)
        return erm_set_error(e, ERM_EINVAL,
                             "%d nodes are to be given up, not %d", d->n_delta,
                             n);
    for (int i = 0; i < n; i++) {
        bool is_known = gone[i] != NULL && has_name(d->cur, d->n_cur, gone[i]);
        bool is_told = is_known && has_name(d->delta, d->n_delta, gone[i]);
        if (!is_known || (!d->choice && !is_told))
            return erm_set_error(e, ERM_EINVAL, "%s is not to be given up",
                                 gone[i] != NULL ? gone[i] : "NULL");
        if (has_name(gone, i, gone[i]))
            return erm_set_error(e, ERM_EINVAL, "%s is there twice", gone[i]);
    }
    return 0;
}

int erm_done(erm_t *e, int seq, const char *const *gone, int n)
{
    struct erm_text text = {0};
    int rc = check_seq(e, seq);
    if (rc < 0 || (rc = check_gone(e, gone, n)) < 0)
        return rc;
    begin_reply(&text, seq, "done");
    if (n > 0) {
        erm_text_add(&text, ",\"nodes\":", strlen(",\"nodes\":"));
        erm_text_names(&text, gone, n);
    }
    return send_last_reply(e, &text, seq);
}

int erm_fail(erm_t *e, int seq, const char *why)
{
    struct erm_text text = {0};
    int rc = check_seq(e, seq);
    if (rc < 0)
        return rc;
    begin_reply(&text, seq, "failed");
    add_reason(&text, why);
    return send_last_reply(e, &text, seq);
}

int erm_progress(erm_t *e, double fraction)
{
    struct erm_text text = {0};
    if (e == NULL)
        return ERM_EINVAL;
    if (!(fraction >= 0 && fraction <= 1))
        return erm_set_error(e, ERM_EINVAL, "progress is between 0 and 1");
    if (e->dir == NULL)
        return 0;
    erm_text_number(&text, fraction);
    erm_text_add(&text, "\n", 1);
    return erm_put_file(e, "progress", &text);
}
