/* SPDX-License-Identifier: BSD-2-Clause */
/* See learned_table.h. */
#include "cli/learned_table.h"

#include <inttypes.h>

#include "base/duration.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/job_view.h"
#include "cli/table.h"

static const struct table_column columns[] = {
    {"NAME", false},    {"GROW", false},     {"SHRINK", false},
    {"RESTART", false}, {"PROGRESS", false},
};

/* "350 ms (12)" */
static void add_resize(struct table *table, const json_t *learned,
                       const char *kind)
{
    const json_t *resize = json_object_get(learned, kind);
    char text[DURATION_TEXT_MAX];
    if (!json_is_object(resize)) {
        table_add(table, NULL, TABLE_PLAIN);
        return;
    }
    table_add_fmt(
        table, "%s (%" PRId64 ")",
        duration_human((dur_us)(view_number(resize, "mean") * USEC_PER_SEC),
                       text),
        view_integer(resize, "n"));
}

/* "2: 1.25 %/s, 4: 2.1 %/s": by the number of nodes. */
static void add_rates(struct table *table, const json_t *rates)
{
    struct strbuf text;
    size_t i;
    const json_t *rate;
    strbuf_init(&text);
    json_array_foreach(rates, i, rate)
    {
        strbuf_add_fmt(&text, "%s%" PRId64 ": %.3g %%/s", i > 0 ? ", " : "",
                       view_integer(rate, "n_nodes"),
                       view_number(rate, "per_second") * 100);
    }
    table_add(table, text.text, TABLE_PLAIN);
    strbuf_release(&text);
}

void learned_table_print(const json_t *learned, const struct cli *cli)
{
    struct table_style style = {cli->width, true, false};
    struct table table;
    size_t i;
    const json_t *one;
    table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    json_array_foreach(learned, i, one)
    {
        table_add(&table, view_text(one, "name"), TABLE_PLAIN);
        add_resize(&table, one, "grow");
        add_resize(&table, one, "shrink");
        add_resize(&table, one, "restart");
        add_rates(&table, json_object_get(one, "rates"));
    }
    table_print(&table, &style, cli->out);
    table_release(&table);
}
