/* SPDX-License-Identifier: BSD-2-Clause */
/* See cli.h. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cli/locate.h"

/* COLUMNS wins, as for other programs; 80 where nobody knows. */
static unsigned terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (columns != NULL && atoi(columns) > 0)
        return (unsigned)atoi(columns);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void cli_init(struct cli *cli)
{
    memset(cli, 0, sizeof(*cli));
    cli->out = stdout;
    cli->err = stderr;
    cli->out_is_tty = isatty(STDOUT_FILENO);
    cli->err_is_tty = isatty(STDERR_FILENO);
    cli->width = cli->out_is_tty ? terminal_width() : 0;
}

void cli_release(struct cli *cli)
{
    if (cli->is_connected)
        client_release(&cli->client);
    cli->is_connected = false;
}

bool cli_has_color(const struct cli *cli)
{
    if (cli->common.color != COLOR_AUTO)
        return cli->common.color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    return cli->out_is_tty && (no_color == NULL || *no_color == '\0');
}

int cli_connect(struct cli *cli, struct err *err)
{
    if (cli->is_connected)
        return 0;
    char *path = locate_socket(cli->common.state_dir, err);
    if (path == NULL)
        return -1;
    client_init(&cli->client, path);
    cli->is_connected = true;
    free(path);
    return 0;
}

int cli_request(struct cli *cli, const char *method, const char *path,
                const json_t *body, json_t **answer, struct err *err)
{
    if (cli_connect(cli, err) < 0)
        return -1;
    if (client_request(&cli->client, method, path, body, answer, err) == 0)
        return 0;
    if (err != NULL && err->code == ERR_NO_MANAGER)
        locate_hint(err);
    return -1;
}

int cli_get(struct cli *cli, json_t **answer, struct err *err,
            const char *format, ...)
{
    struct strbuf path;
    va_list ap;
    strbuf_init(&path);
    va_start(ap, format);
    strbuf_add_vfmt(&path, format, ap);
    va_end(ap);
    int rc = cli_request(cli, "GET", path.text, NULL, answer, err);
    strbuf_release(&path);
    return rc;
}

void cli_print_json(const struct cli *cli, const json_t *json)
{
    size_t flags = cli->out_is_tty ? JSON_INDENT(2) : JSON_COMPACT;
    json_dumpf(json, cli->out, flags | JSON_REAL_PRECISION(15));
    fputc('\n', cli->out);
}

int cli_print_error(const struct cli *cli, const struct err *err)
{
    fprintf(cli->err, "erm: %s\n", err->text);
    if (err->hint[0] != '\0')
        fprintf(cli->err, "hint: %s\n", err->hint);
    return err_exit_status(err->code);
}

void cli_tell(const struct cli *cli, const char *format, ...)
{
    va_list ap;
    if (!cli->err_is_tty)
        return;
    va_start(ap, format);
    vfprintf(cli->err, format, ap);
    va_end(ap);
    fputc('\n', cli->err);
}

/* Who the result is about: "job 3", "node n1", or "". */
static void add_subject(const json_t *result, struct strbuf *out)
{
    const json_t *id = json_object_get(result, "id");
    const char *node = json_string_value(json_object_get(result, "node"));
    if (json_is_integer(id))
        strbuf_add_fmt(out, "job %" JSON_INTEGER_FORMAT,
                       json_integer_value(id));
    else if (node != NULL)
        strbuf_add_fmt(out, "node %s", node);
}

/* "job 3: TEXT"; a text that names its job already is left alone. */
static void print_about(FILE *out, const char *lead, const json_t *result)
{
    const char *text = json_string_value(json_object_get(result, "text"));
    struct strbuf subject;
    if (text == NULL)
        text = "";
    strbuf_init(&subject);
    add_subject(result, &subject);
    if (subject.len == 0 || strstr(text, subject.text) != NULL)
        fprintf(out, "%s%s\n", lead, text);
    else
        fprintf(out, "%s%s: %s\n", lead, subject.text, text);
    strbuf_release(&subject);
}

/* Prints one entry of "results"; its exit status. */
static int print_result(const struct cli *cli, const json_t *result, bool words)
{
    const char *text = json_string_value(json_object_get(result, "text"));
    const char *hint = json_string_value(json_object_get(result, "hint"));
    const char *code = json_string_value(json_object_get(result, "code"));
    if (json_is_true(json_object_get(result, "ok"))) {
        if (words && text != NULL && *text != '\0')
            print_about(cli->out, "", result);
        return 0;
    }
    print_about(cli->err, "erm: ", result);
    if (hint != NULL && *hint != '\0')
        fprintf(cli->err, "hint: %s\n", hint);
    return code != NULL && strcmp(code, "ERR_NOT_FOUND") == 0 ? 4 : 1;
}

int cli_print_results(const struct cli *cli, json_t *answer, bool as_json,
                      bool is_quiet)
{
    int status = 0;
    size_t i;
    const json_t *result;
    const json_t *results = json_object_get(answer, "results");
    if (as_json)
        cli_print_json(cli, answer);
    json_array_foreach(results, i, result)
    {
        int rc = print_result(cli, result, !is_quiet && !as_json);
        if (status == 0)
            status = rc;
    }
    json_decref(answer);
    return status;
}

void cli_sleep_ms(unsigned ms)
{
    struct timespec span = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&span, NULL);
}
