/* SPDX-License-Identifier: BSD-2-Clause */
/* erm show, erm why: all about one job. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/phase_table.h"
#include "cli/resize_table.h"
#include "cli/view_format.h"

enum { KEY_JSON = OPTION_FIRST_KEY };

static const struct option_row rows[] = {
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {0, NULL, NULL, NULL},
};

/* "growing since ..: seq 4, +node[08-09], offered, asked by user" */
static void print_directive(const struct cli *cli, const json_t *job)
{
    const json_t *directive = json_object_get(job, "directive");
    if (!json_is_object(directive))
        return;
    fprintf(cli->out, "  %-10s %s %s: %s, asked by %s, number %" PRId64 "\n",
            "resize", view_text(directive, "op"),
            view_text(directive, "nodelist"), view_text(directive, "state"),
            view_text(directive, "asked_by"), view_integer(directive, "seq"));
}

/* A line for each field that has something to say. */
static void print_fields(const struct cli *cli, const json_t *job)
{
    static const char wanted[] =
        "kind,reason,expected,nodes,nodelist,want,priority,walltime,time,left,"
        "deps,submitted,started,ended,exit,ended_by,attempt,label,command,cwd,"
        "stdout,stderr,mailbox";
    struct view_format format;
    struct view_context context = {clock_wall_us()};
    struct strbuf text;
    if (view_format_parse(&format, wanted, NULL) < 0)
        abort();
    strbuf_init(&text);
    for (size_t i = 0; i < format.n; i++) {
        strbuf_reset(&text);
        format.fields[i]->write(job, &context, &text);
        if (text.len > 0)
            fprintf(cli->out, "  %-10s %s\n", format.fields[i]->name,
                    text.text);
    }
    strbuf_release(&text);
    view_format_release(&format);
}

/* Phases are only of interest once there are two. */
static void print_phases(const struct cli *cli, const json_t *job,
                         const json_t *phases)
{
    struct phase_table table;
    if (json_array_size(phases) < 2)
        return;
    phase_table_init(&table);
    phase_table_add(&table, job, phases, clock_wall_us());
    phase_table_print(&table, cli);
    phase_table_release(&table);
}

/* "resizes of jobs named heat took 350 ms on average (12)" */
static void print_learned(const struct cli *cli, const json_t *learned)
{
    static const char *const kinds[] = {"grow", "shrink", "restart"};
    char text[DURATION_TEXT_MAX];
    double seconds = 0;
    int64_t n = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const json_t *kind = json_object_get(learned, kinds[i]);
        int64_t count = view_integer(kind, "n");
        seconds += view_number(kind, "mean") * (double)count;
        n += count;
    }
    if (n > 0)
        fprintf(
            cli->out,
            "  %-10s resizes of jobs named %s took %s on average (%" PRId64
            ")\n",
            "learned", view_text(learned, "name"),
            duration_human((dur_us)(seconds / (double)n * USEC_PER_SEC), text),
            n);
}

static void print_resizes(const struct cli *cli, const json_t *job,
                          const json_t *resizes)
{
    struct table table;
    resize_table_init(&table);
    resize_table_add(&table, job, resizes, clock_wall_us());
    resize_table_print(&table, cli);
    table_release(&table);
}

static void print_job(struct cli *cli, const json_t *answer)
{
    const json_t *job = json_object_get(answer, "job");
    const char *name = view_text(job, "name");
    fprintf(cli->out, "job %" PRId64, view_integer(job, "id"));
    if (*name != '\0')
        fprintf(cli->out, " (%s)", name);
    fprintf(cli->out, " is %s%s\n", view_text(job, "state"),
            json_is_true(json_object_get(job, "held")) ? ", held" : "");
    print_fields(cli, job);
    print_directive(cli, job);
    print_learned(cli, json_object_get(answer, "learned"));
    print_phases(cli, job, json_object_get(answer, "phases"));
    print_resizes(cli, job, json_object_get(answer, "resizes"));
}

/* The text is the manager's: it alone knows its plan. */
static void print_why(struct cli *cli, const json_t *answer)
{
    const char *text = view_text(answer, "text");
    size_t len = strlen(text);
    fprintf(cli->out, "%s%s", text,
            len > 0 && text[len - 1] == '\n' ? "" : "\n");
}

typedef void print_f(struct cli *cli, const json_t *answer);

/* Of several jobs: one document, in which each is as it is alone, with what
 * it has beside its "job" as keys of the job. */
static void collect(json_t *jobs, json_t *answer)
{
    json_t *job = json_object_get(answer, "job");
    json_object_del(answer, "schema");
    if (job == NULL) {
        json_array_append(jobs, answer);
        return;
    }
    static const char *const keys[] = {"phases", "resizes", "learned"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        json_object_set(job, keys[i], json_object_get(answer, keys[i]));
    json_array_append(jobs, job);
}

static void print_collected(const struct cli *cli, json_t *jobs)
{
    json_t *all = json_pack("{s:i, s:O}", "schema", 1, "jobs", jobs);
    cli_print_json(cli, all);
    json_decref(all);
}

/* GETs /v1/jobs/ID + TAIL for each job. An unknown one among several does not
 * keep the others from being shown. */
static int show_each(struct cli *cli, const struct id_list *ids,
                     const char *tail, bool is_json, print_f *print,
                     struct err *err)
{
    int status = 0;
    json_t *jobs = is_json && id_list_count(ids) != 1 ? json_array() : NULL;
    ID_LIST_EACH(ids, id)
    {
        json_t *answer;
        if (cli_get(cli, &answer, err, "/v1/jobs/%" PRId64 "%s", id, tail) <
            0) {
            if (err->code != ERR_NOT_FOUND) {
                json_decref(jobs);
                return -1;
            }
            status = cli_print_error(cli, err);
            continue;
        }
        if (jobs != NULL)
            collect(jobs, answer);
        else if (is_json)
            cli_print_json(cli, answer);
        else
            print(cli, answer);
        json_decref(answer);
    }
    if (jobs != NULL)
        print_collected(cli, jobs);
    json_decref(jobs);
    return status;
}

/* show and why: the same words, another tail of the path. */
static int run_for_ids(struct cli *cli, int argc, char **argv, const char *tail,
                       print_f *print, struct err *err)
{
    struct parsed parsed;
    struct id_list ids;
    int rc = -1;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, INT_MAX, "a job's id", err) < 0)
        return -1;
    id_list_init(&ids);
    if (id_list_parse_words(&ids, parsed.operands, parsed.n_operands, err) ==
            0 &&
        id_list_resolve(&ids, cli, true, err) == 0)
        rc = show_each(cli, &ids, tail, parsed_has(&parsed, KEY_JSON), print,
                       err);
    id_list_release(&ids);
    return rc;
}

static int run_show(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_for_ids(cli, argc, argv, "", print_job, err);
}

static int run_why(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_for_ids(cli, argc, argv, "/why", print_why, err);
}

const struct command command_show = {
    .name = "show",
    .group = GROUP_LOOK,
    .usage = "ID...",
    .help = "show all about jobs",
    .options = rows,
    .run = run_show,
};

const struct command command_why = {
    .name = "why",
    .group = GROUP_LOOK,
    .usage = "ID...",
    .help = "tell what jobs wait for and what is planned",
    .options = rows,
    .run = run_why,
};
