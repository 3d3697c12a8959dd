/* SPDX-License-Identifier: BSD-2-Clause */
/* See resize_table.h. */
#include "cli/resize_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/job_view.h"
#include "cli/time_text.h"

static const struct table_column columns[] = {
    {"ID", true},      {"RESIZE", false},   {"AT", false},
    {"BY", true},      {"NODELIST", false}, {"ASKED BY", false},
    {"ANSWER", false}, {"TOOK", true},      {"NOTE", false},
};

void resize_table_init(struct table *table)
{
    table_init(table, columns, sizeof(columns) / sizeof(*columns));
}

static void add_instant(struct table *table, const char *iso, time_us now)
{
    char text[TIME_TEXT_MAX];
    time_us t;
    bool is_known = time_text_parse(iso, &t) == 0;
    table_add(table, is_known ? time_text_clock(t, now, text) : NULL,
              TABLE_PLAIN);
}

/* "scheduler for job 9", "node loss" */
static void add_asker(struct table *table, const json_t *resize)
{
    const char *asker = view_text(resize, "asked_by");
    int64_t for_job = view_integer(resize, "for_job");
    if (strcmp(asker, "node_loss") == 0)
        table_add(table, "node loss", TABLE_PLAIN);
    else if (for_job > 0)
        table_add_fmt(table, "%s for job %" PRId64, asker, for_job);
    else
        table_add(table, asker, TABLE_PLAIN);
}

static enum table_color color_of(const char *state)
{
    if (strcmp(state, "done") == 0)
        return TABLE_GREEN;
    if (strcmp(state, "failed") == 0 || strcmp(state, "forced") == 0)
        return TABLE_RED;
    return TABLE_YELLOW;
}

/* "refused for 1 min": that long it must not be asked again. */
static void add_answer(struct table *table, const json_t *resize)
{
    const char *state = view_text(resize, "state");
    double retry = view_number(resize, "retry_after");
    struct strbuf text;
    char span[DURATION_TEXT_MAX];
    strbuf_init(&text);
    strbuf_add_str(&text, state);
    if (retry > 0)
        strbuf_add_fmt(&text, " for %s",
                       duration_human((dur_us)(retry * USEC_PER_SEC), span));
    table_add(table, text.text, color_of(state));
    strbuf_release(&text);
}

static void add_span(struct table *table, const json_t *resize)
{
    dur_us span = (dur_us)(view_number(resize, "took") * USEC_PER_SEC);
    char text[DURATION_TEXT_MAX];
    table_add(table,
              view_is_null(resize, "took") ? NULL : duration_human(span, text),
              TABLE_PLAIN);
}

void resize_table_add(struct table *table, const json_t *job,
                      const json_t *resizes, time_us now)
{
    size_t i;
    const json_t *resize;
    json_array_foreach(resizes, i, resize)
    {
        const char *op = view_text(resize, "op");
        table_add_fmt(table, "%" PRId64, view_integer(job, "id"));
        table_add(table, op, TABLE_PLAIN);
        add_instant(table, view_text(resize, "offered"), now);
        table_add_fmt(table, "%c%" PRId64, strcmp(op, "grow") == 0 ? '+' : '-',
                      view_integer(resize, "n_nodes"));
        table_add(table, view_text(resize, "nodelist"), TABLE_PLAIN);
        add_asker(table, resize);
        add_answer(table, resize);
        add_span(table, resize);
        table_add(table, view_text(resize, "note"), TABLE_PLAIN);
    }
}

void resize_table_print(const struct table *table, const struct cli *cli)
{
    struct table_style style = {cli->width, true, cli_has_color(cli)};
    if (table->n_cells == 0)
        return;
    fputc('\n', cli->out);
    table_print(table, &style, cli->out);
}
