/* SPDX-License-Identifier: BSD-2-Clause */
/* What the job asks for: request/NAME.json, and answer/NAME.json. */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/handle.h"
#include "lib/scan.h"

#define ANSWER_MS 10000 /* a manager that is there answers in that */

/* Names that no other process and no earlier wish has. */
static void name_wish(struct erm *e)
{
    char host[32] = "";
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct timespec now;
    gethostname(host, sizeof(host) - 1);
    for (char *c = host; *c != '\0'; c++)
        if (!strchr(plain, *c))
            *c = '-';
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(e->wish, sizeof(e->wish), "w%lld%09ld-%ld-%s",
             (long long)now.tv_sec, now.tv_nsec, (long)getpid(), host);
}

static int send_wish(struct erm *e, struct erm_text *text)
{
    char name[120];
    name_wish(e);
    snprintf(name, sizeof(name), "request/%s.json", e->wish);
    erm_text_add(text, "}\n", 2);
    int rc = erm_put_file(e, name, text);
    if (rc < 0)
        e->wish[0] = '\0';
    return rc;
}

struct answer {
    const char *status, *reason;
    int granted;
    double retry_after;
};

static int take_answer(void *context, struct erm_scan *s, const char *key)
{
    struct answer *answer = context;
    if (strcmp(key, "status") == 0)
        return erm_scan_string(s, &answer->status);
    if (strcmp(key, "reason") == 0)
        return erm_scan_string(s, &answer->reason);
    if (strcmp(key, "granted") == 0)
        return erm_scan_int(s, 0, &answer->granted);
    if (strcmp(key, "retry_after") == 0 && !erm_scan_sees_null(s))
        return erm_scan_number(s, &answer->retry_after);
    return 1;
}

static void remove_wish(struct erm *e, const char *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s/%s.json", e->dir, folder, e->wish);
    unlink(path);
}

/* What an answer says, as erm_grow() tells it. */
static int judge_answer(struct erm *e, const struct answer *answer)
{
    const char *status = answer->status;
    if (strcmp(status, "queued") == 0)
        return 0;
    remove_wish(e, "answer");
    e->wish[0] = '\0';
    e->retry_after = answer->retry_after > 0 ? answer->retry_after : 0;
    if (strcmp(status, "granted") == 0 || strcmp(status, "partial") == 0)
        return answer->granted;
    if (strcmp(status, "denied") == 0)
        return erm_set_error(e, ERM_EDENIED, "%s",
                             *answer->reason ? answer->reason : "denied");
    return erm_set_error(e, ERM_EFORMAT, "an answer's status is unknown");
}

/* Reads the answer to the wish. *IS_THERE tells whether there is one. */
static int read_answer(struct erm *e, bool *is_there)
{
    struct answer answer = {"", "", 0, 0};
    struct erm_stamp stamp;
    char name[120];
    int rc;
    snprintf(name, sizeof(name), "answer/%s.json", e->wish);
    char *text = erm_read_file(e, name, &stamp, &rc);
    *is_there = text != NULL;
    if (text == NULL)
        return rc;
    const char *why = erm_scan_text(text, take_answer, &answer);
    rc = why != NULL ? erm_set_error(e, ERM_EFORMAT, "%s: %s", name, why)
                     : judge_answer(e, &answer);
    free(text);
    return rc;
}

/* Looks more and more seldom: mostly a few milliseconds are enough. */
static int wait_for_answer(struct erm *e)
{
    bool is_there = false;
    double end = erm_clock(CLOCK_MONOTONIC) + ANSWER_MS / 1000.0;
    for (int ms = 1;; ms = ms < 100 ? 2 * ms : 100) {
        int rc = read_answer(e, &is_there);
        if (is_there || rc < 0)
            return rc;
        if (erm_clock(CLOCK_MONOTONIC) >= end)
            break;
        poll(NULL, 0, ms);
    }
    remove_wish(e, "request");
    e->wish[0] = '\0';
    return erm_set_error(e, ERM_ETIME, "the manager did not answer within %d s",
                         ANSWER_MS / 1000);
}

int erm_grow(erm_t *e, int min, int max, double wait)
{
    struct erm_text text = {0};
    if (e == NULL)
        return ERM_EINVAL;
    e->retry_after = 0;
    if (min < 1 || max < min || !erm_is_seconds(wait))
        return erm_set_error(e, ERM_EINVAL,
                             "a wish to grow is 1 <= min <= max, wait >= 0");
    if (e->dir == NULL)
        return erm_set_error(e, ERM_EDENIED, "there is no manager to ask");
    erm_text_format(
        &text, "{\"op\":\"grow\",\"min\":%d,\"max\":%d,\"wait\":", min, max);
    erm_text_number(&text, wait);
    int rc = send_wish(e, &text);
    return rc < 0 ? rc : wait_for_answer(e);
}

int erm_answer(erm_t *e)
{
    bool is_there;
    if (e == NULL)
        return ERM_EINVAL;
    return e->wish[0] != '\0' ? read_answer(e, &is_there) : 0;
}

double erm_retry_after(erm_t *e)
{
    return e != NULL ? e->retry_after : 0;
}

int erm_release(erm_t *e, const char *const *nodes, int n)
{
    struct erm_text text = {0};
    if (e == NULL)
        return ERM_EINVAL;
    if (n < 1 || nodes == NULL)
        return erm_set_error(e, ERM_EINVAL, "no nodes to release");
    for (int i = 0; i < n; i++)
        if (nodes[i] == NULL || *nodes[i] == '\0')
            return erm_set_error(e, ERM_EINVAL, "a node without a name");
    if (e->dir == NULL)
        return erm_set_alone(e);
    erm_text_add(&text, "{\"op\":\"release\",\"nodes\":",
                 strlen("{\"op\":\"release\",\"nodes\":"));
    erm_text_names(&text, nodes, n);
    int rc = send_wish(e, &text);
    if (rc == 0)
        rc = wait_for_answer(e);
    return rc > 0 ? 0 : rc;
}
