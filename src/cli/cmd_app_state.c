/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app nodes, hostfile, time-left, progress: what a job has. */
#include <math.h>
#include <stdlib.h>

#include "cli/app.h"
#include "cli/commands.h"

enum { KEY_JSON = OPTION_FIRST_KEY };

static const struct option_row no_rows[] = {{0, NULL, NULL, NULL}};
static const struct option_row nodes_rows[] = {
    {'d', "delimiter", "TEXT",
     "what stands between them (default: a new line)"},
    {KEY_JSON, "json", NULL, "print them as JSON"},
    {0, NULL, NULL, NULL},
};

/* For verbs that have neither options nor operands. */
static int begin(struct cli *cli, int argc, char **argv, erm_t **e,
                 struct err *err)
{
    struct parsed parsed;
    if (options_read(&parsed, no_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0)
        return -1;
    return app_open(e, err);
}

static void print_nodes(const struct cli *cli, const struct parsed *parsed,
                        const char *const *names, int n)
{
    const char *delimiter = parsed_value(parsed, 'd');
    if (parsed_has(parsed, KEY_JSON)) {
        json_t *json = json_pack("{s:i, s:o}", "schema", 1, "nodes",
                                 app_names_json(names, n));
        cli_print_json(cli, json);
        json_decref(json);
        return;
    }
    app_print_names(cli->out, names, n, delimiter != NULL ? delimiter : "\n");
    fputc('\n', cli->out);
}

static int run_nodes(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    const char *const *names;
    erm_t *e;
    if (options_read(&parsed, nodes_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        app_open(&e, err) < 0)
        return -1;
    int n = erm_nodes(e, &names);
    if (n >= 0)
        print_nodes(cli, &parsed, names, n);
    int status = n < 0 ? app_fail(e, n, err) : 0;
    erm_close(e);
    return status;
}

static int run_hostfile(struct cli *cli, int argc, char **argv, struct err *err)
{
    erm_t *e;
    if (begin(cli, argc, argv, &e, err) < 0)
        return -1;
    fprintf(cli->out, "%s\n", erm_hostfile(e));
    erm_close(e);
    return 0;
}

static int run_time_left(struct cli *cli, int argc, char **argv,
                         struct err *err)
{
    erm_t *e;
    if (begin(cli, argc, argv, &e, err) < 0)
        return -1;
    double left = erm_time_left(e);
    if (isinf(left))
        fprintf(cli->out, "unlimited\n");
    else
        fprintf(cli->out, "%.0f\n", floor(left));
    erm_close(e);
    return 0;
}

static int run_progress(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    erm_t *e;
    char *end;
    if (options_read(&parsed, no_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, 1, "a number from 0 to 1", err) < 0)
        return -1;
    double fraction = strtod(parsed.operands[0], &end);
    if (end == parsed.operands[0] || *end != '\0' ||
        !(fraction >= 0 && fraction <= 1))
        return err_set(err, ERR_USAGE, "progress is between 0 and 1, not %s",
                       parsed.operands[0]);
    if (app_open(&e, err) < 0)
        return -1;
    int rc = erm_progress(e, fraction);
    int status = rc < 0 ? app_fail(e, rc, err) : 0;
    erm_close(e);
    return status;
}

const struct command command_app_nodes = {
    .name = "app nodes",
    .group = GROUP_RESIZE,
    .usage = "[-d TEXT]",
    .help = "print the names of the nodes that the job has now",
    .options = nodes_rows,
    .run = run_nodes,
};

const struct command command_app_hostfile = {
    .name = "app hostfile",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "print the path of a file with name:slots for each node",
    .more = "The file is kept up to date.",
    .options = no_rows,
    .run = run_hostfile,
};

const struct command command_app_time_left = {
    .name = "app time-left",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "print the seconds until the job's walltime is over",
    .more = "\"unlimited\" when it has none.",
    .options = no_rows,
    .run = run_time_left,
};

const struct command command_app_progress = {
    .name = "app progress",
    .group = GROUP_RESIZE,
    .usage = "FRACTION",
    .help = "tell how much of the work is done, from 0 to 1",
    .options = no_rows,
    .run = run_progress,
};
