/* SPDX-License-Identifier: BSD-2-Clause */
/* See history_text.h. */
#include "cli/history_text.h"

#include <inttypes.h>
#include <string.h>

#include "cli/job_view.h"
#include "cli/time_text.h"

/* Quoted where a comma, a quote or a line end is in it. */
static void add_csv_text(const char *text, struct strbuf *out)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        strbuf_add_str(out, text);
        return;
    }
    strbuf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            strbuf_add_char(out, '"');
        strbuf_add_char(out, *text);
    }
    strbuf_add_char(out, '"');
}

/* null is an empty cell. */
static void add_csv_value(const json_t *value, struct strbuf *out)
{
    if (json_is_string(value))
        add_csv_text(json_string_value(value), out);
    else if (json_is_integer(value))
        strbuf_add_fmt(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        strbuf_add_fmt(out, "%.6f", json_real_value(value));
}

void history_text_csv(const json_t *jobs, struct strbuf *out)
{
    static const char *const keys[] = {
        "id",       "name",      "state",     "kind",    "exit_code",
        "signal",   "submitted", "started",   "ended",   "wait",
        "run",      "min_nodes", "max_nodes", "n_nodes", "node_seconds",
        "nodelist", "command"};
    const size_t n = sizeof(keys) / sizeof(*keys);
    size_t i;
    const json_t *job;
    for (size_t k = 0; k < n; k++)
        strbuf_add_fmt(out, "%s%s", k > 0 ? "," : "", keys[k]);
    strbuf_add_str(out, "\r\n");
    json_array_foreach(jobs, i, job)
    {
        for (size_t k = 0; k < n; k++) {
            if (k > 0)
                strbuf_add_char(out, ',');
            add_csv_value(json_object_get(job, keys[k]), out);
        }
        strbuf_add_str(out, "\r\n");
    }
}

/* A job without a status of its own must not look like a good one to those
 * who run failed ones again. */
static int joblog_exit(const json_t *job)
{
    if (json_is_integer(json_object_get(job, "exit_code")))
        return (int)view_integer(job, "exit_code");
    return job_view_exit_status(job);
}

void history_text_joblog(const json_t *jobs, struct strbuf *out)
{
    size_t i;
    const json_t *job;
    strbuf_add_str(out, "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\t"
                        "Exitval\tSignal\tCommand\n");
    json_array_foreach(jobs, i, job)
    {
        time_us start = 0;
        time_text_parse(view_text(job, "started"), &start);
        strbuf_add_fmt(out,
                       "%" PRId64 "\t%s\t%.3f\t%.3f\t0\t0\t%d\t%" PRId64 "\t",
                       view_integer(job, "id"), view_text(job, "nodelist"),
                       (double)start / USEC_PER_SEC, view_number(job, "run"),
                       joblog_exit(job), view_integer(job, "signal"));
        /* one job is one line */
        for (const char *c = view_text(job, "command"); *c != '\0'; c++)
            strbuf_add_char(out, *c == '\n' || *c == '\t' ? ' ' : *c);
        strbuf_add_char(out, '\n');
    }
}
