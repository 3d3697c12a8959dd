/* SPDX-License-Identifier: BSD-2-Clause */
/* See phase_table.h. */
#include "cli/phase_table.h"

#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/job_view.h"
#include "cli/time_text.h"

static const struct table_column columns[] = {
    {"ID", true},    {"PHASE", true},     {"START", false}, {"END", false},
    {"NODES", true}, {"NODELIST", false}, {"WHY", false},
};

void phase_table_init(struct phase_table *phases)
{
    table_init(&phases->table, columns, sizeof(columns) / sizeof(*columns));
    phase_chart_init(&phases->chart);
}

void phase_table_release(struct phase_table *phases)
{
    table_release(&phases->table);
    phase_chart_release(&phases->chart);
}

/* "-" for what has not ended. */
static void add_time(struct table *table, const char *iso, time_us now)
{
    char text[TIME_TEXT_MAX];
    time_us t;
    if (time_text_parse(iso, &t) == 0)
        table_add(table, time_text_clock(t, now, text), TABLE_PLAIN);
    else
        table_add(table, NULL, TABLE_PLAIN);
}

/* Did the job have NAME in PHASE? */
static bool has_node(const json_t *phase, const char *name)
{
    size_t i;
    const json_t *node;
    json_array_foreach(json_object_get(phase, "nodes"), i, node)
    {
        if (strcmp(json_string_value(node), name) == 0)
            return true;
    }
    return false;
}

/* FIRST is the phase in which this attempt of the job started. */
static void add_bars(struct phase_chart *chart, const json_t *job,
                     const json_t *phase, const json_t *first, time_us now)
{
    size_t i;
    const json_t *node;
    time_us start, end;
    if (time_text_parse(view_text(phase, "start"), &start) < 0)
        return;
    if (time_text_parse(view_text(phase, "end"), &end) < 0)
        end = now;
    json_array_foreach(json_object_get(phase, "nodes"), i, node)
    {
        const char *name = json_string_value(node);
        if (name != NULL)
            phase_chart_add(chart, view_integer(job, "id"),
                            view_text(job, "name"), name, start, end,
                            !has_node(first, name));
    }
}

void phase_table_add(struct phase_table *phases, const json_t *job,
                     const json_t *list, time_us now)
{
    struct table *table = &phases->table;
    const json_t *first = NULL, *phase;
    size_t i;
    json_array_foreach(list, i, phase)
    {
        if (first == NULL ||
            view_integer(first, "attempt") != view_integer(phase, "attempt"))
            first = phase;
        table_add_fmt(table, "%" PRId64, view_integer(job, "id"));
        table_add_fmt(table, "%" PRId64, view_integer(phase, "phase"));
        add_time(table, view_text(phase, "start"), now);
        add_time(table, view_text(phase, "end"), now);
        table_add_fmt(table, "%" PRId64, view_integer(phase, "n_nodes"));
        table_add(table, view_text(phase, "nodelist"), TABLE_PLAIN);
        table_add(table, view_text(phase, "why"), TABLE_PLAIN);
        add_bars(&phases->chart, job, phase, first, now);
    }
}

void phase_table_print(const struct phase_table *phases, const struct cli *cli)
{
    struct strbuf chart;
    struct table_style style = {cli->width, true, false};
    if (phases->table.n_cells == 0)
        return;
    table_print(&phases->table, &style, cli->out);
    strbuf_init(&chart);
    phase_chart_format(&phases->chart, cli->width > 0 ? cli->width : 100,
                       &chart);
    fprintf(cli->out, "\n%s", chart.text);
    strbuf_release(&chart);
}
