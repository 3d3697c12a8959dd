/* SPDX-License-Identifier: BSD-2-Clause */
/* erm events: the journal, one JSON object per line. */
#include "base/strbuf.h"
#include "cli/commands.h"
#include "cli/number.h"

enum { KEY_SINCE = OPTION_FIRST_KEY, KEY_JSON };

static const struct option_row rows[] = {
    {'f', "follow", NULL, "go on with new ones"},
    {KEY_SINCE, "since", "SEQ", "those after this sequence number"},
    {'n', "lines", "N", "at most so many (default: the last 1000)"},
    {KEY_JSON, "json", NULL, "one object per line, as always"},
    {0, NULL, NULL, NULL},
};

/* Flushed line by line: who follows a pipe wants each event at once. */
static bool print_line(void *context, const char *line, size_t len)
{
    struct cli *cli = context;
    (void)len;
    fprintf(cli->out, "%s\n", line);
    return fflush(cli->out) == 0;
}

static int run_events(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct strbuf path;
    int64_t since = 0, limit = 0;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0)
        return -1;
    const char *from = parsed_value(&parsed, KEY_SINCE);
    const char *lines = parsed_value(&parsed, 'n');
    if (from != NULL &&
        number_parse("--since", from, 0, INT64_MAX, &since, err) < 0)
        return -1;
    if (lines != NULL &&
        number_parse("--lines", lines, 1, INT32_MAX, &limit, err) < 0)
        return -1;
    if (cli_connect(cli, err) < 0)
        return -1;
    strbuf_init(&path);
    strbuf_add_fmt(&path, "/v1/events?follow=%d", parsed_has(&parsed, 'f'));
    if (from != NULL)
        strbuf_add_fmt(&path, "&since=%lld", (long long)since);
    if (lines != NULL)
        strbuf_add_fmt(&path, "&limit=%lld", (long long)limit);
    int rc = client_stream(&cli->client, path.text, print_line, cli, err);
    strbuf_release(&path);
    return rc;
}

const struct command command_events = {
    .name = "events",
    .group = GROUP_LOOK,
    .usage = "[-f] [--since SEQ]",
    .help = "show what happened, one JSON object per line",
    .options = rows,
    .run = run_events,
};
