/* SPDX-License-Identifier: BSD-2-Clause */
/* See view_format.h. */
#include "cli/view_format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/suggest.h"
#include "cli/job_view.h"
#include "cli/time_text.h"

/* Writers that only copy a member of the job. */
#define TEXT_FIELD(name, key)                                               \
    static void name(const json_t *job, const struct view_context *context, \
                     struct strbuf *out)                                    \
    {                                                                       \
        (void)context;                                                      \
        strbuf_add_str(out, view_text(job, key));                           \
    }
#define INTEGER_FIELD(name, key)                                            \
    static void name(const json_t *job, const struct view_context *context, \
                     struct strbuf *out)                                    \
    {                                                                       \
        (void)context;                                                      \
        if (!view_is_null(job, key))                                        \
            strbuf_add_fmt(out, "%" PRId64, view_integer(job, key));        \
    }
#define SPAN_FIELD(name, key)                                               \
    static void name(const json_t *job, const struct view_context *context, \
                     struct strbuf *out)                                    \
    {                                                                       \
        (void)context;                                                      \
        add_span(job, key, out);                                            \
    }
#define TIME_FIELD(name, key)                                               \
    static void name(const json_t *job, const struct view_context *context, \
                     struct strbuf *out)                                    \
    {                                                                       \
        add_time(job, key, context, out);                                   \
    }

/* Times of jobs are seconds with a fraction in JSON. */
static void add_span(const json_t *job, const char *key, struct strbuf *out)
{
    char text[DURATION_TEXT_MAX];
    if (view_is_null(job, key))
        return;
    dur_us span = (dur_us)(view_number(job, key) * USEC_PER_SEC);
    strbuf_add_str(out, duration_format(span < 0 ? 0 : span, text));
}

static void add_time(const json_t *job, const char *key,
                     const struct view_context *context, struct strbuf *out)
{
    char text[TIME_TEXT_MAX];
    time_us t;
    if (time_text_parse(view_text(job, key), &t) == 0)
        strbuf_add_str(out, time_text_clock(t, context->now, text));
}

TEXT_FIELD(write_name, "name")
TEXT_FIELD(write_state, "state")
TEXT_FIELD(write_kind, "kind")
TEXT_FIELD(write_resize, "resize")
TEXT_FIELD(write_nodelist, "nodelist")
TEXT_FIELD(write_command, "command")
TEXT_FIELD(write_cwd, "cwd")
TEXT_FIELD(write_stdout, "stdout")
TEXT_FIELD(write_stderr, "stderr")
TEXT_FIELD(write_mailbox, "mailbox")
TEXT_FIELD(write_label, "label")
TEXT_FIELD(write_ended_by, "ended_by")
INTEGER_FIELD(write_id, "id")
INTEGER_FIELD(write_min, "min_nodes")
INTEGER_FIELD(write_max, "max_nodes")
INTEGER_FIELD(write_priority, "priority")
INTEGER_FIELD(write_position, "position")
INTEGER_FIELD(write_attempt, "attempt")
INTEGER_FIELD(write_restarts, "restarts")
TIME_FIELD(write_submitted, "submitted")
TIME_FIELD(write_started, "started")
TIME_FIELD(write_ended, "ended")
TIME_FIELD(write_expected, "expected_start")
SPAN_FIELD(write_wait, "wait")
SPAN_FIELD(write_run, "run")

static void write_st(const json_t *job, const struct view_context *context,
                     struct strbuf *out)
{
    (void)context;
    strbuf_add_str(out, job_view_state(job));
}

/* Nothing for a job that waits: a 0 would look like a size. */
static void write_nodes(const json_t *job, const struct view_context *context,
                        struct strbuf *out)
{
    (void)context;
    if (view_integer(job, "n_nodes") > 0)
        strbuf_add_fmt(out, "%" PRId64, view_integer(job, "n_nodes"));
}

/* "2-4", or one number when there is nothing to choose. */
static void write_want(const json_t *job, const struct view_context *context,
                       struct strbuf *out)
{
    int64_t min = view_integer(job, "min_nodes");
    int64_t max = view_integer(job, "max_nodes");
    (void)context;
    strbuf_add_fmt(out, "%" PRId64, min);
    if (max > min)
        strbuf_add_fmt(out, "-%" PRId64, max);
}

/* A job that waits has not used any. */
static void write_time(const json_t *job, const struct view_context *context,
                       struct strbuf *out)
{
    (void)context;
    if (!view_is_null(job, "started"))
        add_span(job, "elapsed", out);
}

static void add_limit(const json_t *job, struct strbuf *out)
{
    if (view_is_null(job, "walltime"))
        strbuf_add_str(out, "unlimited");
    else
        add_span(job, "walltime", out);
}

static void write_walltime(const json_t *job,
                           const struct view_context *context,
                           struct strbuf *out)
{
    (void)context;
    add_limit(job, out);
    if (json_is_true(json_object_get(job, "walltime_scales")))
        strbuf_add_fmt(out, "@%" PRId64,
                       view_integer(job, view_is_null(job, "pref_nodes")
                                             ? "min_nodes"
                                             : "pref_nodes"));
}

/* What is left of the walltime; all of it while the job waits. */
static void write_left(const json_t *job, const struct view_context *context,
                       struct strbuf *out)
{
    (void)context;
    if (job_view_is_ended(job))
        return;
    if (view_is_null(job, "time_left"))
        add_limit(job, out);
    else
        add_span(job, "time_left", out);
}

/* A sentence where there is one, else the reason's name. */
static void write_reason(const json_t *job, const struct view_context *context,
                         struct strbuf *out)
{
    const char *reason = view_text(job, "reason");
    const char *text = view_text(job, "reason_text");
    (void)context;
    if (strcmp(reason, "none") == 0 && *text == '\0')
        return;
    strbuf_add_str(out, *text != '\0' ? text : reason);
}

/* "code:signal" as Slurm's sacct has it. */
static void write_exit(const json_t *job, const struct view_context *context,
                       struct strbuf *out)
{
    (void)context;
    if (job_view_is_ended(job) && !view_is_null(job, "started"))
        strbuf_add_fmt(out, "%" PRId64 ":%" PRId64,
                       view_integer(job, "exit_code"),
                       view_integer(job, "signal"));
}

/* The nodes of a job, or why it has none, or what ended it. */
static void write_where(const json_t *job, const struct view_context *context,
                        struct strbuf *out)
{
    if (*view_text(job, "nodelist") != '\0') {
        strbuf_add_str(out, view_text(job, "nodelist"));
        return;
    }
    if (!job_view_is_ended(job))
        write_reason(job, context, out);
    else if (*view_text(job, "ended_by") != '\0')
        strbuf_add_str(out, view_text(job, "ended_by"));
}

/* As --after takes them. */
static void write_deps(const json_t *job, const struct view_context *context,
                       struct strbuf *out)
{
    size_t i;
    const json_t *after;
    (void)context;
    json_array_foreach(json_object_get(job, "after"), i, after)
    {
        strbuf_add_fmt(out, "%s%" PRId64 ":%s", i > 0 ? "," : "",
                       view_integer(after, "id"), view_text(after, "kind"));
    }
}

static const struct view_field fields[] = {
    {"id", {"ID", true}, write_id, "the job's number"},
    {"name", {"NAME", false}, write_name, "its name"},
    {"st", {"ST", false}, write_st, "its state, short: PD R R> R< CD F ..."},
    {"state", {"STATE", false}, write_state, "its state in a word"},
    {"nodes", {"NODES", true}, write_nodes, "how many nodes it has"},
    {"want", {"WANT", true}, write_want, "how many it can use"},
    {"min", {"MIN", true}, write_min, "the least"},
    {"max", {"MAX", true}, write_max, "the most"},
    {"time", {"TIME", true}, write_time, "since its start"},
    {"left", {"LEFT", true}, write_left, "of its walltime"},
    {"walltime",
     {"WALLTIME", true},
     write_walltime,
     "its limit (@N: at N nodes)"},
    {"where",
     {"NODELIST/REASON", false},
     write_where,
     "its nodes, or why it has none"},
    {"nodelist", {"NODELIST", false}, write_nodelist, "its nodes"},
    {"reason", {"REASON", false}, write_reason, "why it waits"},
    {"kind", {"KIND", false}, write_kind, "rigid, moldable, elastic..."},
    {"resize", {"RESIZE", false}, write_resize, "how it is told to resize"},
    {"priority", {"PRIO", true}, write_priority, "higher starts earlier"},
    {"position", {"POS", true}, write_position, "its place in the queue"},
    {"expected", {"EXPECTED", false}, write_expected, "its likely start"},
    {"deps", {"AFTER", false}, write_deps, "the jobs it waits for"},
    {"submitted", {"SUBMITTED", false}, write_submitted, "when it came"},
    {"started", {"STARTED", false}, write_started, "when it started"},
    {"ended", {"ENDED", false}, write_ended, "when it ended"},
    {"wait", {"WAIT", true}, write_wait, "how long it waited (history)"},
    {"run", {"RUN", true}, write_run, "how long it ran (history)"},
    {"exit", {"EXIT", true}, write_exit, "exit code:signal"},
    {"ended_by", {"ENDED-BY", false}, write_ended_by, "who ended it"},
    {"attempt", {"TRY", true}, write_attempt, "starts so far"},
    {"restarts", {"RESTARTS", true}, write_restarts, "resizes by restart"},
    {"label", {"LABEL", false}, write_label, "its id in the jobs file"},
    {"command", {"COMMAND", false}, write_command, "what it runs"},
    {"cwd", {"CWD", false}, write_cwd, "where it runs"},
    {"stdout", {"OUTPUT", false}, write_stdout, "the file of its output"},
    {"stderr", {"ERRORS", false}, write_stderr, "the file of its errors"},
    {"mailbox",
     {"MAILBOX", false},
     write_mailbox,
     "the folder it shares with erm"},
};
#define N_FIELDS (sizeof(fields) / sizeof(*fields))

static const char *const formats[][2] = {
    {"default", "id,name,st,nodes,want,time,left,where"},
    {"long", "id,name,kind,state,priority,nodes,want,walltime,time,left,"
             "submitted,started,where"},
    {"deps", "id,name,st,deps,where"},
    {"why", "id,name,st,position,expected,reason"},
    {"history", "id,name,state,exit,nodes,wait,run,started,ended,nodelist"},
};
#define N_FORMATS (sizeof(formats) / sizeof(*formats))

static const struct view_field *find_field(const char *name)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

/* Formats can be misspelt too. */
static int set_unknown_field(const char *name, struct err *err)
{
    const char *names[N_FIELDS + N_FORMATS];
    for (size_t i = 0; i < N_FIELDS; i++)
        names[i] = fields[i].name;
    for (size_t i = 0; i < N_FORMATS; i++)
        names[N_FIELDS + i] = formats[i][0];
    const char *near = suggest(name, names, N_FIELDS + N_FORMATS);
    err_set(err, ERR_USAGE, "--format: there is no field %s", name);
    if (near != NULL && strcmp(near, name) == 0)
        return err_hint(err, "%s is a format: name it alone", name);
    if (near != NULL)
        return err_hint(err, "did you mean %s?", near);
    return err_hint(err, "--format help lists them");
}

int view_format_parse(struct view_format *format, const char *text,
                      struct err *err)
{
    memset(format, 0, sizeof(*format));
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(text, formats[i][0]) == 0)
            text = formats[i][1];
    char *copy = mem_strdup(text), *save = NULL;
    int rc = 0;
    for (char *name = strtok_r(copy, ",", &save); name != NULL && rc == 0;
         name = strtok_r(NULL, ",", &save)) {
        const struct view_field *field = find_field(name);
        if (field == NULL) {
            rc = set_unknown_field(name, err);
            break;
        }
        size_t n = format->n + 1;
        format->fields = mem_resize(format->fields, n, sizeof(field));
        format->columns =
            mem_resize(format->columns, n, sizeof(*format->columns));
        format->fields[format->n] = field;
        format->columns[format->n++] = field->column;
    }
    free(copy);
    if (rc == 0 && format->n == 0)
        rc = err_set(err, ERR_USAGE, "--format: no field is named");
    if (rc < 0)
        view_format_release(format);
    return rc;
}

void view_format_release(struct view_format *format)
{
    free(format->fields);
    free(format->columns);
    memset(format, 0, sizeof(*format));
}

/* Green runs, yellow is being resized, red ended badly. */
static enum table_color color_of(const json_t *job)
{
    const char *code = job_view_state(job);
    if (strcmp(code, "R") == 0)
        return TABLE_GREEN;
    if (strcmp(code, "R>") == 0 || strcmp(code, "R<") == 0)
        return TABLE_YELLOW;
    if (job_view_is_ended(job) && strcmp(code, "CD") != 0)
        return TABLE_RED;
    return TABLE_PLAIN;
}

void view_format_add(const struct view_format *format, struct table *table,
                     const json_t *job, const struct view_context *context)
{
    struct strbuf text;
    strbuf_init(&text);
    for (size_t i = 0; i < format->n; i++) {
        const struct view_field *field = format->fields[i];
        bool is_state = field->write == write_st || field->write == write_state;
        strbuf_reset(&text);
        field->write(job, context, &text);
        table_add(table, text.text, is_state ? color_of(job) : TABLE_PLAIN);
    }
    strbuf_release(&text);
}

void view_format_list(FILE *out)
{
    fprintf(out, "formats:\n");
    for (size_t i = 0; i < N_FORMATS; i++)
        fprintf(out, "  %-10s %s\n", formats[i][0], formats[i][1]);
    fprintf(out, "fields, joined by commas:\n");
    for (size_t i = 0; i < N_FIELDS; i++)
        fprintf(out, "  %-10s %s\n", fields[i].name, fields[i].help);
}
