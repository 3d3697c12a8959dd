/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm log, erm attach: a job's output, read from its file (the manager never
 * sees it) while the API tells when there is no more to come.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/number.h"

#define LOOK_MS 200

enum { KEY_STDERR = OPTION_FIRST_KEY };

static const struct option_row log_rows[] = {
    {'f', "follow", NULL, "go on until the job has ended"},
    {'n', "lines", "N", "begin with the last N lines"},
    {KEY_STDERR, "stderr", NULL, "its errors, when they have their own file"},
    {0, NULL, NULL, NULL},
};

static const struct option_row attach_rows[] = {
    {KEY_STDERR, "stderr", NULL, "its errors, when they have their own file"},
    {0, NULL, NULL, NULL},
};

struct output {
    int64_t id;
    const char *key; /* "stdout" or "stderr" */
    char *path;      /* owned; of the file that is open */
    int fd;          /* -1 while there is no file */
    json_t *answer;  /* owned; the last look at the job */
};

static const json_t *job_of(const struct output *output)
{
    return json_object_get(output->answer, "job");
}

/* The file only; the answer stays for what is asked about the job. */
static void close_output(struct output *output)
{
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    free(output->path);
    output->path = NULL;
}

/* Asks for the job and opens its file if that is there; another attempt may
 * have another file. */
static int look(struct cli *cli, struct output *output, struct err *err)
{
    json_decref(output->answer);
    output->answer = NULL;
    if (cli_get(cli, &output->answer, err, "/v1/jobs/%" PRId64, output->id) < 0)
        return -1;
    const char *path = view_text(job_of(output), output->key);
    if (output->path != NULL && strcmp(output->path, path) != 0)
        close_output(output);
    if (output->fd >= 0 || *path == '\0')
        return 0;
    output->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (output->fd < 0 && errno != ENOENT)
        return err_set_errno(err, "cannot open %s", path);
    if (output->fd >= 0)
        output->path = mem_strdup(path);
    return 0;
}

/* Writes what is new in the file; -1 and ERR. */
static int copy_new(struct cli *cli, struct output *output, struct err *err)
{
    char bytes[65536];
    ssize_t n;
    if (output->fd < 0)
        return 0;
    while ((n = read(output->fd, bytes, sizeof(bytes))) > 0)
        if (fwrite(bytes, 1, (size_t)n, cli->out) != (size_t)n)
            return err_set_errno(err, "cannot write");
    if (n < 0)
        return err_set_errno(err, "cannot read %s", output->path);
    fflush(cli->out);
    return 0;
}

/* Moves to where the last LINES lines begin. */
static void skip_to_lines(int fd, int64_t lines)
{
    char bytes[4096];
    off_t at = lseek(fd, 0, SEEK_END);
    bool is_end = true; /* the last line's own end does not count */
    while (at > 0) {
        size_t n = at < (off_t)sizeof(bytes) ? (size_t)at : sizeof(bytes);
        at -= (off_t)n;
        if (pread(fd, bytes, n, at) != (ssize_t)n)
            break;
        for (size_t i = n; i-- > 0; is_end = false) {
            if (bytes[i] != '\n' || is_end || --lines > 0)
                continue;
            lseek(fd, at + (off_t)i + 1, SEEK_SET);
            return;
        }
    }
    lseek(fd, 0, SEEK_SET);
}

/* Copies until the job has ended. The look comes before the last copy, so
 * that nothing written in between is lost. */
static int follow(struct cli *cli, struct output *output, struct err *err)
{
    for (;;) {
        bool is_ended = job_view_is_ended(job_of(output));
        if (copy_new(cli, output, err) < 0)
            return -1;
        if (is_ended)
            return 0;
        cli_sleep_ms(LOOK_MS);
        if (look(cli, output, err) < 0)
            return -1;
    }
}

/* What is there now. No file yet is said, and so is one that vanished. */
static int show_once(struct cli *cli, struct output *output, struct err *err)
{
    if (output->fd >= 0)
        return copy_new(cli, output, err);
    const json_t *job = job_of(output);
    if (view_is_null(job, "started"))
        return err_set(err, ERR_REQUEST,
                       "job %" PRId64 " has not started: no output yet",
                       output->id);
    return err_set(err, ERR_REQUEST, "the file %s is not there",
                   view_text(job, output->key));
}

/* Exactly one job. */
static int parse_one_id(struct cli *cli, const struct parsed *parsed,
                        int64_t *id, struct err *err)
{
    struct id_list ids;
    int rc = -1;
    if (parsed_check_operands(parsed, 1, 1, "a job's id", err) < 0)
        return -1;
    id_list_init(&ids);
    if (id_list_parse(&ids, parsed->operands[0], err) < 0 ||
        id_list_resolve(&ids, cli, false, err) < 0)
        goto done;
    if (ids.is_all || id_list_count(&ids) != 1) {
        err_set(err, ERR_USAGE, "one job at a time");
        goto done;
    }
    *id = ids.ranges[0].first;
    rc = 0;
done:
    id_list_release(&ids);
    return rc;
}

/* Reads the operands and takes the first look. */
static int open_output(struct cli *cli, const struct parsed *parsed,
                       struct output *output, struct err *err)
{
    *output = (struct output){.fd = -1, .key = "stdout"};
    if (parsed_has(parsed, KEY_STDERR))
        output->key = "stderr";
    if (parse_one_id(cli, parsed, &output->id, err) < 0)
        return -1;
    return look(cli, output, err);
}

static int run_log(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct output output;
    int64_t n = 0;
    if (options_read(&parsed, log_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    const char *lines = parsed_value(&parsed, 'n');
    if (lines != NULL &&
        number_parse("--lines", lines, 1, INT32_MAX, &n, err) < 0)
        return -1;
    int rc = open_output(cli, &parsed, &output, err);
    if (rc == 0 && n > 0 && output.fd >= 0)
        skip_to_lines(output.fd, n);
    if (rc == 0)
        rc = parsed_has(&parsed, 'f') ? follow(cli, &output, err)
                                      : show_once(cli, &output, err);
    close_output(&output);
    json_decref(output.answer);
    return rc;
}

static int run_attach(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct output output;
    if (options_read(&parsed, attach_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    int rc = open_output(cli, &parsed, &output, err);
    if (rc == 0)
        rc = follow(cli, &output, err);
    if (rc == 0)
        rc = job_view_exit_status(job_of(&output));
    close_output(&output);
    json_decref(output.answer);
    return rc;
}

const struct command command_log = {
    .name = "log",
    .group = GROUP_LOOK,
    .usage = "ID",
    .help = "show the output of a job",
    .options = log_rows,
    .run = run_log,
};

const struct command command_attach = {
    .name = "attach",
    .group = GROUP_LOOK,
    .usage = "ID",
    .help = "follow the output of a job and exit with its status",
    .more = "Ctrl-C ends the watching, not the job.",
    .options = attach_rows,
    .run = run_attach,
};
