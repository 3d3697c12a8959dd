/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See swf.h and doc/swf.md. One walk over the bytes, nothing allocated for a
 * line: traces have millions of them.
 */
#include "codec/swf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

/* Beyond any job, and small enough that sums of them stay in 64 bits even in
 * microseconds. */
#define SUBMIT_MAX 100000000000 /* seconds: 3000 years */
#define SPAN_MAX 100000000      /* seconds: 3 years, as base/duration.h */
#define PROCS_MAX 1000000000
#define NUMBER_MAX 999999999999999
#define DIGITS_MAX 15 /* of NUMBER_MAX */

/* X-macro: field of struct swf_job, name in messages, greatest value */
#define FIELDS(X)                                         \
    X(id, "job number", NUMBER_MAX)                       \
    X(submit, "submit time", SUBMIT_MAX)                  \
    X(wait, "wait time", SUBMIT_MAX)                      \
    X(run, "run time", SPAN_MAX)                          \
    X(procs_used, "allocated processors", PROCS_MAX)      \
    X(cpu_time, "average CPU time", NUMBER_MAX)           \
    X(memory_used, "used memory", NUMBER_MAX)             \
    X(procs_requested, "requested processors", PROCS_MAX) \
    X(requested_time, "requested time", SPAN_MAX)         \
    X(memory_requested, "requested memory", NUMBER_MAX)   \
    X(status, "status", NUMBER_MAX)                       \
    X(user, "user", NUMBER_MAX)                           \
    X(group, "group", NUMBER_MAX)                         \
    X(program, "executable", NUMBER_MAX)                  \
    X(queue, "queue", NUMBER_MAX)                         \
    X(partition, "partition", NUMBER_MAX)                 \
    X(preceding, "preceding job", NUMBER_MAX)             \
    X(think_time, "think time", NUMBER_MAX)

static const struct field {
    const char *name;
    int64_t most;
} fields[SWF_FIELDS] = {
#define FIELD(member, name, most) {name, most},
    FIELDS(FIELD)
#undef FIELD
};

struct reader {
    struct swf *out;
    const char *name;
    struct err *err;
    const char *line, *at, *end; /* END: of the line */
    int64_t number;              /* of the line */
    size_t n_fields;             /* of the first job's line; 0 before it */
};

void swf_init(struct swf *swf)
{
    *swf = (struct swf){.max_procs = -1, .max_nodes = -1, .start = -1};
}

void swf_release(struct swf *swf)
{
    if (!swf)
        return;
    free(swf->jobs);
    swf_init(swf);
}

void swf_add(struct swf *swf, const struct swf_job *job)
{
    if (swf->n == swf->size) {
        swf->size = swf->size ? 2 * swf->size : 64;
        swf->jobs = mem_resize(swf->jobs, swf->size, sizeof(*swf->jobs));
    }
    swf->jobs[swf->n++] = *job;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* -1 with "NAME:LINE:COLUMN: ...", the column being that of AT. */
static int __attribute__((format(printf, 3, 4)))
error_at(const struct reader *reader, const char *at, const char *format, ...)
{
    char text[200];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    return err_set(reader->err, ERR_INPUT, "%.200s:%" PRId64 ":%td: %s",
                   reader->name, reader->number, at - reader->line + 1, text);
}

/* What stands at AT, for a message: a word, or one byte by its number. */
static void show_word(const struct reader *reader, const char *at, char *out,
                      size_t size)
{
    size_t n = 0;

    while (n < 20 && at + n < reader->end && at[n] > ' ' && at[n] < 127)
        n++;
    if (at == reader->end)
        snprintf(out, size, "the end of the line");
    else if (n == 0)
        snprintf(out, size, "the byte 0x%02x", (unsigned char)*at);
    else
        snprintf(out, size, "\"%.*s\"", (int)n, at);
}

static int no_number(const struct reader *reader, const char *at, size_t i)
{
    char word[40];

    show_word(reader, at, word, sizeof(word));
    error_at(reader, at, "field %zu (%s): a number is expected, not %s", i + 1,
             fields[i].name, word);
    return err_hint(reader->err,
                    "an SWF line is a job of %d numbers, -1 for what is not "
                    "known; comments begin with ';'",
                    SWF_FIELDS);
}

static int too_great(const struct reader *reader, const char *at, size_t i)
{
    return error_at(reader, at,
                    "field %zu (%s): at most %" PRId64 " is expected", i + 1,
                    fields[i].name, fields[i].most);
}

/* Digits after the point are read over: whole seconds are what counts. */
static bool skip_fraction(struct reader *reader)
{
    if (reader->at == reader->end || *reader->at != '.')
        return true;
    const char *start = ++reader->at;
    while (reader->at < reader->end && is_digit(*reader->at))
        reader->at++;
    return reader->at > start;
}

/* Reads field I at the reader's place, which is no blank. */
static int read_number(struct reader *reader, size_t i, int64_t *out)
{
    const char *start = reader->at;
    bool is_negative = *start == '-';
    const char *digits = start + is_negative;
    const char *at = digits;
    int64_t value = 0;

    while (at < reader->end && *at == '0')
        at++;
    const char *first = at;
    for (; at < reader->end && is_digit(*at); at++)
        if (at - first < DIGITS_MAX)
            value = 10 * value + (*at - '0');
    reader->at = at;
    if (at == digits || !skip_fraction(reader) ||
        (reader->at < reader->end && !is_blank(*reader->at)))
        return no_number(reader, start, i);
    if (at - first > DIGITS_MAX || value > fields[i].most)
        return too_great(reader, start, i);
    *out = is_negative ? -value : value;
    return 0;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* Every line has as many fields as the first: otherwise it was cut off. */
static int check_count(struct reader *reader, size_t n)
{
    if (reader->n_fields == 0 && n < SWF_FIELDS_LEAST)
        return error_at(reader, reader->at,
                        "%zu fields; a job has %d, at least %d", n, SWF_FIELDS,
                        SWF_FIELDS_LEAST);
    if (reader->n_fields == 0)
        reader->n_fields = n;
    if (n == reader->n_fields)
        return 0;
    return error_at(reader, reader->at,
                    "%zu fields, but the jobs above have %zu: the line is cut "
                    "off or damaged",
                    n, reader->n_fields);
}

static struct swf_job job_of(const int64_t values[static SWF_FIELDS],
                             int64_t line)
{
    size_t i = 0;
    struct swf_job job = {.line = line};

#define FIELD(member, name, most) job.member = values[i++];
    FIELDS(FIELD)
#undef FIELD
    return job;
}

static int read_job(struct reader *reader)
{
    struct swf *out = reader->out;
    int64_t values[SWF_FIELDS];
    size_t n = 0;

    while (reader->at < reader->end) {
        if (n == SWF_FIELDS)
            return error_at(reader, reader->at, "more than 18 fields");
        if (read_number(reader, n, &values[n]) < 0)
            return -1;
        n++;
        skip_blanks(reader);
    }
    if (check_count(reader, n) < 0)
        return -1;
    while (n < SWF_FIELDS)
        values[n++] = -1;
    struct swf_job job = job_of(values, reader->number);
    if (out->n > 0 && job.submit < out->jobs[out->n - 1].submit)
        out->n_backward++;
    swf_add(out, &job);
    return 0;
}

/* The number after "KEY:" at TEXT; false where it is another key, or none. */
static bool header_number(const char *text, const char *end, const char *key,
                          int64_t *out)
{
    size_t n = strlen(key);
    char digits[DIGITS_MAX + 1];

    if ((size_t)(end - text) <= n || strncasecmp(text, key, n) != 0 ||
        text[n] != ':')
        return false;
    for (text += n + 1; text < end && is_blank(*text);)
        text++;
    for (n = 0; text + n < end && n < DIGITS_MAX && is_digit(text[n]); n++)
        digits[n] = text[n];
    digits[n] = '\0';
    if (n == 0)
        return false;
    *out = strtoll(digits, NULL, 10);
    return true;
}

/* A comment: what it says of the machine. Anything else is free text. */
static void read_header(struct reader *reader)
{
    const char *text = reader->at;
    struct swf *out = reader->out;

    while (text < reader->end && (*text == ';' || is_blank(*text)))
        text++;
    if (!header_number(text, reader->end, "MaxProcs", &out->max_procs) &&
        !header_number(text, reader->end, "MaxNodes", &out->max_nodes))
        header_number(text, reader->end, "UnixStartTime", &out->start);
}

static int read_line(struct reader *reader)
{
    skip_blanks(reader);
    if (reader->at == reader->end)
        return 0;
    if (*reader->at != ';')
        return read_job(reader);
    if (reader->out->n == 0)
        read_header(reader);
    return 0;
}

int swf_read(struct swf *out, const char *text, size_t size, const char *name,
             struct err *err)
{
    struct reader reader = {.out = out, .name = name, .err = err};
    const char *end = text + size;

    for (const char *line = text; line < end; line = reader.end + 1) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        reader.number++;
        reader.line = reader.at = line;
        reader.end = newline ? newline : end;
        if (read_line(&reader) < 0)
            goto error;
    }
    if (out->n > 0)
        return 0;
    err_set(err, ERR_INPUT, "%.200s: there is no job in it", name);
error:
    swf_release(out);
    return -1;
}

int64_t swf_machine(const struct swf *swf)
{
    if (swf->max_procs > 0)
        return swf->max_procs;
    return swf->max_nodes > 0 ? swf->max_nodes : 0;
}

/* The count of the reason for which JOB is dropped; NULL when it is kept. */
static size_t *reason_to_drop(const struct swf_job *job, int64_t n_procs,
                              struct swf_filtered *out)
{
    if (job->procs_used > n_procs || job->procs_requested > n_procs)
        return &out->n_too_large;
    if (job->procs_used <= 0 && job->procs_requested <= 0)
        return &out->n_no_size;
    if (job->run <= 0)
        return &out->n_no_run;
    if (job->requested_time <= 0)
        return &out->n_no_request;
    return job->submit < 0 ? &out->n_no_submit : NULL;
}

static void complete(struct swf_job *job, struct swf_filtered *out)
{
    if (job->procs_requested <= 0)
        job->procs_requested = job->procs_used;
    if (job->procs_used <= 0)
        job->procs_used = job->procs_requested;
    if (job->requested_time < job->run) {
        job->requested_time = job->run;
        out->n_raised++;
    }
}

void swf_normalise(struct swf *swf, int64_t n_procs, struct swf_filtered *out)
{
    size_t n = 0;

    *out = (struct swf_filtered){.n_kept = 0};
    for (size_t i = 0; i < swf->n; i++) {
        size_t *dropped = reason_to_drop(&swf->jobs[i], n_procs, out);
        if (dropped) {
            (*dropped)++;
            continue;
        }
        complete(&swf->jobs[i], out);
        swf->jobs[n++] = swf->jobs[i];
    }
    swf->n = out->n_kept = n;
}

static void write_header(struct strbuf *out, const char *key, int64_t value)
{
    if (value >= 0)
        strbuf_add_fmt(out, "; %s: %" PRId64 "\n", key, value);
}

/* By hand: printf would take most of the time of writing a large trace. */
static void write_number(struct strbuf *out, int64_t value, char after)
{
    char text[24];
    char *at = text + sizeof(text);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    *--at = after;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    strbuf_add(out, at, (size_t)(text + sizeof(text) - at));
}

static void write_job(const struct swf_job *job, struct strbuf *out)
{
#define FIELD(member, name, most) job->member,
    const int64_t values[SWF_FIELDS] = {FIELDS(FIELD)};
#undef FIELD

    for (size_t i = 0; i < SWF_FIELDS; i++)
        write_number(out, values[i], i + 1 < SWF_FIELDS ? ' ' : '\n');
}

void swf_write(const struct swf *swf, struct strbuf *out)
{
    strbuf_add_str(out, "; Version: 2.2\n");
    write_header(out, "UnixStartTime", swf->start);
    write_header(out, "MaxJobs", (int64_t)swf->n);
    write_header(out, "MaxNodes", swf->max_nodes);
    write_header(out, "MaxProcs", swf->max_procs);
    for (size_t i = 0; i < swf->n; i++)
        write_job(&swf->jobs[i], out);
}
