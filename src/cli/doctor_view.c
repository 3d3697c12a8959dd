/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/table.h"

static const struct table_column columns[] = {
    {"HOST", false}, {"SSH", true},     {"PRRTE", false}, {"CORES", true},
    {"CLOCK", true}, {"SHARED", false}, {"NOTES", false},
};

/* ---- the table ---- */

static const char *answer_text(enum answer answer)
{
    return answer == ANSWER_NONE ? NULL : answer == ANSWER_YES ? "yes" : "no";
}

static void add_connection(struct table *table, const struct exam *exam)
{
    if (exam->has_answered)
        table_add_fmt(table, "%" PRId64 " ms", exam->connect / USEC_PER_MSEC);
    else
        table_add(table, "no", TABLE_RED);
}

static void add_cores(struct table *table, const struct exam *exam)
{
    if (exam->cores == 0)
        table_add(table, NULL, TABLE_PLAIN);
    else if (exam->slots == 0)
        table_add_fmt(table, "%" PRIu32, exam->cores);
    else
        table_add_fmt(table, "%" PRIu32 "/%" PRIu32, exam->slots, exam->cores);
}

static void add_clock(struct table *table, const struct exam *exam)
{
    double offset = (double)exam->clock_offset / (double)USEC_PER_SEC;

    if (!exam->has_clock)
        table_add(table, NULL, TABLE_PLAIN);
    else if (offset > -0.05 && offset < 0.05)
        table_add(table, "0.0 s", TABLE_PLAIN); /* never -0.0 */
    else
        table_add_fmt(table, "%+.1f s", offset);
}

/* The words of all problems; of a host without any, that it is well. */
static void add_notes(struct table *table, const struct exam *exam)
{
    struct strbuf text;

    strbuf_init(&text);
    for (size_t i = 0; i < exam->findings.n; i++)
        if (exam->findings.items[i].is_problem)
            strbuf_add_fmt(&text, "%s%s", text.len > 0 ? ", " : "",
                           exam->findings.items[i].word);
    if (text.len == 0)
        table_add(table, "well", TABLE_GREEN);
    else
        table_add(table, text.text, TABLE_RED);
    strbuf_release(&text);
}

static void print_table(const struct cli *cli, const struct doctor_view *view)
{
    struct table_style style = {cli->width, true, cli_has_color(cli)};
    struct table table;

    table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = 0; i < view->n; i++) {
        const struct exam *exam = &view->exams[i];
        table_add(&table, exam->name, TABLE_PLAIN);
        add_connection(&table, exam);
        table_add(&table, exam->version, TABLE_PLAIN);
        add_cores(&table, exam);
        add_clock(&table, exam);
        table_add(&table, answer_text(exam->is_shared), TABLE_PLAIN);
        add_notes(&table, exam);
    }
    table_print(&table, &style, cli->out);
    table_release(&table);
}

/* ---- the words ---- */

/* What hosts say must not drive a terminal. */
static void print_plain(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
    }
}

static void print_findings(const struct cli *cli, const char *name,
                           const struct findings *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *item = &findings->items[i];
        fprintf(cli->out, "%s: %s", name, item->is_problem ? "" : "note: ");
        print_plain(cli->out, item->text);
        fputc('\n', cli->out);
        if (*item->hint != '\0')
            fprintf(cli->out, "  hint: %s\n", item->hint);
    }
}

static size_t count_ill(const struct doctor_view *view)
{
    size_t n = 0;

    for (size_t i = 0; i < view->n; i++)
        n += view->exams[i].findings.n_problems > 0;
    return n;
}

static void print_sum(const struct cli *cli, const struct doctor_view *view,
                      size_t n_ill)
{
    if (view->n == 0)
        fprintf(cli->out, "no hosts: name some, or a hostfile by -H");
    else
        fprintf(cli->out, "%zu host%s: ", view->n, view->n == 1 ? "" : "s");
    if (view->n > 0 && n_ill == 0)
        fprintf(cli->out, "all well");
    else if (view->n > 0)
        fprintf(cli->out, "%zu well, %zu with problems", view->n - n_ill,
                n_ill);
    if (view->here->findings.n_problems > 0)
        fprintf(cli->out, "; this machine has problems");
    fputc('\n', cli->out);
}

size_t doctor_view_print(const struct cli *cli, const struct doctor_view *view)
{
    size_t n_ill = count_ill(view);

    if (view->n > 0)
        print_table(cli, view);
    for (size_t i = 0; i < view->n; i++)
        print_findings(cli, view->exams[i].name, &view->exams[i].findings);
    print_findings(cli, "this machine", &view->here->findings);
    print_sum(cli, view, n_ill);
    return n_ill + (view->here->findings.n_problems > 0);
}

/* ---- JSON ---- */

/* A host may say anything, also what is no UTF-8. */
static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    struct strbuf plain;

    if (value != NULL)
        return value;
    strbuf_init(&plain);
    for (; *text != '\0'; text++)
        strbuf_add_char(&plain, (unsigned char)*text < 0x80 ? *text : '?');
    value = json_string(plain.text);
    strbuf_release(&plain);
    return value;
}

static json_t *findings_json(const struct findings *findings, bool problems)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *item = &findings->items[i];
        if (item->is_problem == problems)
            json_array_append_new(
                list, json_pack("{s:s,s:o,s:s}", "word", item->word, "text",
                                text_json(item->text), "hint", item->hint));
    }
    return list;
}

static json_t *seconds_json(bool is_known, dur_us span)
{
    return is_known ? json_real((double)span / (double)USEC_PER_SEC)
                    : json_null();
}

static json_t *exam_json(const struct exam *exam)
{
    json_t *shared = exam->is_shared == ANSWER_NONE
                         ? json_null()
                         : json_boolean(exam->is_shared == ANSWER_YES);

    return json_pack(
        "{s:s,s:b,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "name", exam->name,
        "ok", exam->findings.n_problems == 0, "connect",
        seconds_json(exam->has_answered, exam->connect), "prrte",
        text_json(exam->version), "cores", (json_int_t)exam->cores, "slots",
        (json_int_t)exam->slots, "clock_offset",
        seconds_json(exam->has_clock, exam->clock_offset), "shared", shared,
        "tmp_free_kib",
        exam->free_kib < 0 ? json_null() : json_integer(exam->free_kib),
        "problems", findings_json(&exam->findings, true), "notes",
        findings_json(&exam->findings, false));
}

static json_t *here_json(const struct here *here)
{
    return json_pack("{s:b,s:s,s:b,s:b,s:I,s:o,s:o}", "ok",
                     here->findings.n_problems == 0, "prrte", here->version,
                     "ssh", here->has_ssh, "namespaces", here->has_namespaces,
                     "open_files", (json_int_t)here->files, "problems",
                     findings_json(&here->findings, true), "notes",
                     findings_json(&here->findings, false));
}

size_t doctor_view_print_json(const struct cli *cli,
                              const struct doctor_view *view)
{
    size_t n_ill = count_ill(view);
    json_t *hosts = json_array();
    json_t *all;

    for (size_t i = 0; i < view->n; i++)
        json_array_append_new(hosts, exam_json(&view->exams[i]));
    all = json_pack("{s:i,s:o,s:o,s:b,s:I,s:I}", "schema", 1, "hosts", hosts,
                    "machine", here_json(view->here), "remote", view->is_remote,
                    "n_hosts", (json_int_t)view->n, "n_problems",
                    (json_int_t)n_ill);
    cli_print_json(cli, all);
    json_decref(all);
    return n_ill + (view->here->findings.n_problems > 0);
}
