/* SPDX-License-Identifier: BSD-2-Clause */
/* erm submit: a command, a script or the entries of a file become jobs. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/duration.h"
#include "cli/commands.h"
#include "cli/file_text.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/script.h"
#include "cli/spec_file.h"
#include "cli/submit_options.h"
#include "cli/time_text.h"
#include "cli/waiting.h"

/* A job runs where it was submitted; the manager has another working folder. */
static void set_default_cwd(json_t *spec)
{
    char cwd[PATH_MAX];
    const char *given = view_text(spec, "cwd");
    if (*given == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
        return;
    json_t *path =
        *given == '\0' ? json_string(cwd) : json_sprintf("%s/%s", cwd, given);
    json_object_set_new(spec, "cwd", path);
}

/* Reads the options in the script's head, then those of the command line once
 * more, which win. */
static int read_script_options(struct cli *cli, struct submit_options *submit,
                               const char *path, const char *text, int argc,
                               char **argv, struct err *err)
{
    struct word_list words;
    struct diags diags;
    struct strbuf told;
    word_list_init(&words);
    diags_init(&diags);
    strbuf_init(&told);
    word_list_add(&words, "submit");
    script_options(text, &words, &diags);
    diags_format(&diags, path, text, &told);
    fputs(told.text, cli->err);
    struct submit_options inner = {.spec = json_object()};
    /* getopt wants argv to end with NULL */
    char **list = mem_alloc_array(words.n + 1, sizeof(*list));
    memcpy(list, words.words, words.n * sizeof(*list));
    int rc = 0;
    if (diags.n_errors > 0)
        rc = err_set(err, ERR_INPUT, "%s: its options cannot be read", path);
    if (rc == 0)
        rc =
            submit_options_parse(&inner, &cli->common, (int)words.n, list, err);
    if (rc == 0 && inner.n_operands > 0)
        rc = err_set(err, ERR_INPUT, "%s: #ERM %s is no option", path,
                     inner.operands[0]);
    if (rc == 0) {
        json_decref(submit->spec);
        submit->spec = json_incref(inner.spec);
        submit->is_wait = submit->is_wait || inner.is_wait;
        rc = submit_options_parse(submit, &cli->common, argc, argv, err);
    }
    submit_options_release(&inner);
    free(list);
    strbuf_release(&told);
    diags_release(&diags);
    word_list_release(&words);
    return rc;
}

/* The command that runs the script, with its arguments. */
static void set_script_command(struct submit_options *submit, const char *path,
                               const char *text)
{
    struct strbuf command;
    char *absolute = realpath(path, NULL);
    const char *shown = absolute != NULL ? absolute : path;
    strbuf_init(&command);
    if (access(path, X_OK) != 0) {
        script_interpreter(text, &command);
        strbuf_add_char(&command, ' ');
    }
    shell_quote(shown, &command);
    for (int i = 1; i < submit->n_operands; i++) {
        strbuf_add_char(&command, ' ');
        shell_quote(submit->operands[i], &command);
    }
    if (json_object_get(submit->spec, "name") == NULL) {
        const char *base = strrchr(shown, '/');
        json_object_set_new(submit->spec, "name",
                            json_string(base != NULL ? base + 1 : shown));
    }
    submit_options_set_command(submit, command.text);
    strbuf_release(&command);
    free(absolute);
}

/* A file that is there but is no text is a program: it has no options. */
static int take_script(struct cli *cli, struct submit_options *submit, int argc,
                       char **argv, struct err *err)
{
    struct strbuf text;
    const char *path = submit->operands[0];
    int rc = -1;
    if (access(path, F_OK) != 0) {
        err_set(err, ERR_USAGE, "there is no script %s", path);
        return err_hint(err, "for a command write: erm submit -- %s", path);
    }
    strbuf_init(&text);
    if (file_text_read(path, &text, err) == 0) {
        if (memchr(text.text, '\0', text.len) != NULL)
            rc = 0; /* a program, not a script: it has no options inside */
        else
            rc = read_script_options(cli, submit, path, text.text, argc, argv,
                                     err);
    }
    if (rc == 0)
        set_script_command(submit, path, text.text);
    strbuf_release(&text);
    return rc;
}

static bool is_json_path(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".json") == 0;
}

/* Returns the owned list of specs; NULL and ERR. */
static json_t *make_specs(struct cli *cli, struct submit_options *submit,
                          int argc, char **argv, struct err *err)
{
    const char *first = submit->n_operands > 0 ? submit->operands[0] : NULL;
    if (submit->file == NULL && first != NULL && !submit->is_command &&
        is_json_path(first))
        submit->file = first;
    if (submit->file != NULL)
        return spec_file_read(submit->file, cli->err, err);
    if (first == NULL) {
        err_set(err, ERR_USAGE, "a script or -- COMMAND is missing");
        return NULL;
    }
    if (submit->is_command) {
        char *command = shell_command(submit->operands, submit->n_operands);
        submit_options_set_command(submit, command);
        free(command);
    } else if (take_script(cli, submit, argc, argv, err) < 0) {
        return NULL;
    }
    json_t *specs = json_array();
    json_array_append(specs, submit->spec);
    return specs;
}

static void print_lines(FILE *out, const char *name, const json_t *list)
{
    size_t i;
    const json_t *line;
    json_array_foreach(list, i, line)
    {
        fprintf(out, "  %-8s %s\n", i == 0 ? name : "",
                json_string_value(line));
    }
}

/* The command as it would run, its nodes and its variables. */
static void print_dry_run(const struct cli *cli, const json_t *answer)
{
    size_t i;
    const json_t *job;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        fprintf(cli->out, "would run: %s\n", view_text(job, "command"));
        if (*view_text(job, "nodelist") != '\0')
            fprintf(cli->out, "  %-8s %s\n", "nodes",
                    view_text(job, "nodelist"));
        if (*view_text(job, "launch") != '\0')
            fprintf(cli->out, "  %-8s %s\n", "launch",
                    view_text(job, "launch"));
        print_lines(cli->out, "env", json_object_get(job, "env"));
        if (*view_text(job, "warning") != '\0')
            fprintf(cli->err, "warning: %s\n", view_text(job, "warning"));
    }
}

/* "job 7 queued: needs 2 nodes, 1 free; est. start 14:05 (in 6 min)" */
static void tell_queued(const struct cli *cli, const json_t *job)
{
    struct strbuf text;
    char clock[TIME_TEXT_MAX], span[DURATION_TEXT_MAX];
    time_us start, now = clock_wall_us();
    strbuf_init(&text);
    strbuf_add_fmt(&text, "job %" PRId64 " queued", view_integer(job, "id"));
    if (*view_text(job, "reason_text") != '\0')
        strbuf_add_fmt(&text, ": %s", view_text(job, "reason_text"));
    if (time_text_parse(view_text(job, "expected_start"), &start) == 0 &&
        start > now)
        strbuf_add_fmt(&text, "; est. start %s (in %s)",
                       time_text_clock(start, now, clock),
                       duration_human(start - now, span));
    cli_tell(cli, "%s", text.text);
    strbuf_release(&text);
}

/* Ids on stdout and nothing else, so that $(erm submit ...) works. */
static void print_submitted(const struct cli *cli, const json_t *answer,
                            bool is_quiet)
{
    size_t i;
    const json_t *job;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        int64_t id = view_integer(job, "id");
        fprintf(cli->out, "%" PRId64 "\n", id);
        if (*view_text(job, "warning") != '\0')
            fprintf(cli->err, "warning: job %" PRId64 ": %s\n", id,
                    view_text(job, "warning"));
        else if (!is_quiet)
            tell_queued(cli, job);
    }
}

/* For --wait: the status of the worst of them. */
static int wait_for_submitted(struct cli *cli, const json_t *answer,
                              struct err *err)
{
    struct id_list ids;
    json_t *ended;
    size_t i;
    const json_t *job;
    id_list_init(&ids);
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        id_list_add(&ids, view_integer(job, "id"), view_integer(job, "id"));
    }
    fflush(cli->out); /* the id, before what may take hours */
    int rc = waiting_for_jobs(cli, &ids, false, TIME_NEVER, &ended, err);
    id_list_release(&ids);
    if (rc < 0)
        return -1;
    rc = waiting_exit_status(ended);
    json_decref(ended);
    return rc;
}

/* Sends SPECS (taken) and shows the answer. */
static int send_specs(struct cli *cli, const struct submit_options *submit,
                      json_t *specs, struct err *err)
{
    json_t *answer, *spec;
    size_t i;
    int rc = 0;
    json_array_foreach(specs, i, spec)
    {
        set_default_cwd(spec);
    }
    json_t *body = json_object();
    json_object_set_new(body, "jobs", specs);
    json_object_set_new(body, "dry_run", json_boolean(submit->is_dry_run));
    rc = cli_request(cli, "POST", "/v1/jobs", body, &answer, err);
    json_decref(body);
    if (rc < 0)
        return -1;
    if (submit->is_json)
        cli_print_json(cli, answer);
    else if (submit->is_dry_run)
        print_dry_run(cli, answer);
    else
        print_submitted(cli, answer, submit->is_quiet);
    if (submit->is_wait && !submit->is_dry_run)
        rc = wait_for_submitted(cli, answer, err);
    json_decref(answer);
    return rc;
}

static int run_submit(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct submit_options submit;
    int rc = -1;
    submit_options_init(&submit);
    if (submit_options_parse(&submit, &cli->common, argc, argv, err) == 0) {
        json_t *specs = make_specs(cli, &submit, argc, argv, err);
        if (specs != NULL)
            rc = send_specs(cli, &submit, specs, err);
    }
    submit_options_release(&submit);
    return rc;
}

const struct command command_submit = {
    .name = "submit",
    .group = GROUP_JOBS,
    .usage = "[OPTIONS] -- COMMAND [ARG...]\n[OPTIONS] SCRIPT [ARG...]\n"
             "FILE.json",
    .help = "queue a job and print its id",
    .more =
        "One word behind -- is a line for the shell; several are quoted, so "
        "that the program\ngets exactly them. A script may have options in "
        "lines that begin with #ERM; the usual\nones of #SBATCH and #PBS are "
        "understood too.",
    .options = submit_option_rows,
    .run = run_submit,
};
