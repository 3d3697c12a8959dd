/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/wish_json.h"

#include <stdlib.h>
#include <string.h>

#include "codec/mail_read.h"
#include "codec/mail_write.h"
#include "codec/spec_fields.h"
#include "codec/words.h"

#define NUMBER_MAX 63 /* bytes of a number in `progress` */

static const char *const ops[] = {"grow", "shrink", "release",
                                  "set",  "offers", NULL};

const char *wish_op_name(enum wish_op op)
{
    return ops[op];
}

bool wish_name_of(const char *file, char buf[WISH_NAME_MAX + 1])
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    static const char end[] = ".json";
    size_t n = strlen(file);

    if (n < sizeof(end) || n - (sizeof(end) - 1) > WISH_NAME_MAX ||
        file[0] == '.' || strspn(file, plain) != n)
        return false;
    n -= sizeof(end) - 1;
    if (strcmp(file + n, end) != 0)
        return false;
    memcpy(buf, file, n);
    buf[n] = '\0';
    return true;
}

/* From what was given (0: not) to what is asked. */
static int complete(struct wish *wish, int64_t min, int64_t max,
                    struct err *err)
{
    const char *op = ops[wish->op];

    if (wish->op == WISH_OFFERS)
        return 0;
    if (wish->nodes.n > 0 && wish->op == WISH_SET)
        return err_set(err, ERR_INPUT, "nodes: %s goes by a number, max", op);
    if (wish->nodes.n > 0 && (min > 0 || max > 0))
        return err_set(
            err, ERR_INPUT,
            "nodes: either names or a number (min, max) is expected");
    if (wish->nodes.n > 0)
        min = max = (int64_t)wish->nodes.n;
    if (min == 0 && max == 0)
        return err_set(err, ERR_INPUT, "max: %s needs a number of nodes%s", op,
                       wish->op == WISH_SET ? "" : ", or names (nodes)");
    if (max == 0)
        max = min;
    if (min > max)
        return err_set(err, ERR_INPUT, "min: %lld is more than max, %lld",
                       (long long)min, (long long)max);
    wish->max = (uint32_t)max;
    wish->min = (uint32_t)(min == 0 && wish->op != WISH_SET ? max : min);
    return 0;
}

static int read_wish(const json_t *object, struct wish *out, struct err *err)
{
    int64_t min = 0, max = 0;
    int op = mail_read_word(object, "op", ops, err);

    if (op < 0 || mail_read_count(object, "min", 1, NODES_MAX, &min, err) ||
        mail_read_count(object, "max", 1, NODES_MAX, &max, err) ||
        mail_read_names(object, "nodes", &out->nodes, err) ||
        mail_read_seconds(object, "wait", &out->wait, err))
        return -1;
    out->op = (enum wish_op)op;
    out->reason = mail_read_reason(object);
    return complete(out, min, max, err);
}

int wish_from_text(const char *text, size_t len, struct wish *out,
                   struct err *err)
{
    json_t *object = mail_read_object(text, len, err);
    int rc;

    if (object == NULL)
        return -1;
    *out = (struct wish){.wait = 0};
    hostlist_init(&out->nodes);
    rc = read_wish(object, out, err);
    if (rc != 0)
        wish_release(out);
    json_decref(object);
    return rc;
}

void wish_release(struct wish *wish)
{
    hostlist_release(&wish->nodes);
    free(wish->reason);
    wish->reason = NULL;
}

void wish_answer_to_text(const struct wish_answer_note *note,
                         struct strbuf *out)
{
    json_t *object = json_object();

    mail_write_text(object, "status", words_answer[note->status]);
    json_object_set_new(object, "granted", json_integer(note->granted));
    if (note->seq > 0)
        json_object_set_new(object, "seq", json_integer((json_int_t)note->seq));
    if (note->until != 0)
        mail_write_time(object, "until", note->until);
    if (note->reason != NULL)
        mail_write_text(object, "reason", note->reason);
    if (note->status == ANSWER_DENIED)
        mail_write_time(object, "retry_after",
                        note->retry_after > 0 ? note->retry_after : TIME_NEVER);
    mail_write_line(object, out);
}

void wish_offers_to_text(uint32_t n, time_us until, struct strbuf *out)
{
    json_t *object = json_object();

    json_object_set_new(object, "nodes", json_integer(n));
    mail_write_time(object, "until", until);
    mail_write_line(object, out);
}

int wish_progress_from_text(const char *text, size_t len, uint32_t *out,
                            struct err *err)
{
    char number[NUMBER_MAX + 1], *end;
    size_t n = len < NUMBER_MAX ? len : NUMBER_MAX;
    bool is_number;
    double value;

    memcpy(number, text, n);
    number[n] = '\0';
    value = strtod(number, &end);
    is_number = end > number && strpbrk(number, "xX") == NULL;
    end += strspn(end, " \t\r\n");
    if (n < len || !is_number || end != number + n ||
        !(value >= 0 && value <= 1))
        return err_set(err, ERR_INPUT, "a number from 0 to 1 is expected");
    *out = (uint32_t)(value * PROGRESS_WHOLE + 0.5);
    return 0;
}
