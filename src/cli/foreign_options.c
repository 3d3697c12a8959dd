/* SPDX-License-Identifier: BSD-2-Clause */
/* See foreign_options.h. */
#include "cli/foreign_options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

/* How the value of a foreign option is turned into ours. */
typedef void translate_f(const char *value, struct word_list *out,
                         struct diags *warnings, unsigned line);

struct foreign {
    char letter;      /* 0 = none */
    const char *name; /* long name, NULL = none */
    bool has_value;
    const char *ours; /* the option it becomes, when the value is the same */
    translate_f *translate; /* else this */
};

static void add_pair(struct word_list *out, const char *option,
                     const char *value)
{
    word_list_add(out, option);
    word_list_add(out, value);
}

/* Adds -t with VALUE made unambiguous: a plain number gets UNIT, and MM:SS,
 * whose minutes may be more than 59, becomes H:MM:SS. */
static void add_walltime(const char *value, const char *unit,
                         struct word_list *out)
{
    char text[64];
    unsigned minutes, seconds;
    char rest;
    if (sscanf(value, "%u:%u%c", &minutes, &seconds, &rest) == 2)
        snprintf(text, sizeof(text), "%u:%02u:%02u", minutes / 60, minutes % 60,
                 seconds);
    else
        snprintf(text, sizeof(text), "%.48s%s", value,
                 value[strspn(value, "0123456789")] == '\0' ? unit : "");
    add_pair(out, "-t", text);
}

/* Slurm's plain number is minutes. */
static void slurm_time(const char *value, struct word_list *out,
                       struct diags *warnings, unsigned line)
{
    (void)warnings;
    (void)line;
    add_walltime(value, "m", out);
}

/* "afterok:1:2,afterany:3" becomes --after 1:ok, --after 2:ok, ... */
static void add_dependencies(const char *value, struct word_list *out,
                             struct diags *warnings, unsigned line)
{
    static const char *const kinds[][2] = {
        {"afterok", "ok"}, {"afterany", "any"}, {"afternotok", "notok"}};
    char *copy = mem_strdup(value), *save = NULL;
    for (char *part = strtok_r(copy, ",", &save); part != NULL;
         part = strtok_r(NULL, ",", &save)) {
        char *inner = NULL, *id;
        const char *kind = NULL;
        char *word = strtok_r(part, ":", &inner);
        for (size_t i = 0; i < 3 && word != NULL; i++)
            if (strcmp(word, kinds[i][0]) == 0)
                kind = kinds[i][1];
        if (kind == NULL) {
            diags_warning(warnings, line, 0, "dependency %s is not understood",
                          part);
            continue;
        }
        while ((id = strtok_r(NULL, ":", &inner)) != NULL) {
            struct strbuf text;
            strbuf_init(&text);
            strbuf_add_fmt(&text, "%s:%s", id, kind);
            add_pair(out, "--after", text.text);
            strbuf_release(&text);
        }
    }
    free(copy);
}

/* --export=A=1,B=2; ALL and NONE say nothing about values. */
static void add_export(const char *value, struct word_list *out,
                       struct diags *warnings, unsigned line)
{
    char *copy = mem_strdup(value), *save = NULL;
    for (char *part = strtok_r(copy, ",", &save); part != NULL;
         part = strtok_r(NULL, ",", &save)) {
        if (strchr(part, '=') != NULL)
            add_pair(out, "--env", part);
        else if (strcasecmp(part, "ALL") == 0 || strcasecmp(part, "NONE") == 0)
            diags_warning(warnings, line, 0,
                          "export %s is ignored: a job gets the manager's "
                          "environment",
                          part);
        else if (getenv(part) != NULL) {
            struct strbuf text;
            strbuf_init(&text);
            strbuf_add_fmt(&text, "%s=%s", part, getenv(part));
            add_pair(out, "--env", text.text);
            strbuf_release(&text);
        }
    }
    free(copy);
}

/* "now+1hour" style only: a delay. */
static void slurm_begin(const char *value, struct word_list *out,
                        struct diags *warnings, unsigned line)
{
    unsigned long n;
    char unit[16] = "";
    if (sscanf(value, "now+%lu%15s", &n, unit) < 1) {
        diags_warning(warnings, line, 0,
                      "begin %s is not understood: only now+DELAY is", value);
        return;
    }
    char text[64];
    char letter = unit[0] == '\0' ? 's' : unit[0];
    snprintf(text, sizeof(text), "%lu%c", n, letter);
    add_pair(out, "--begin", text);
}

/* "n" is what a job does here by default. */
static void pbs_rerun(const char *value, struct word_list *out,
                      struct diags *warnings, unsigned line)
{
    (void)warnings;
    (void)line;
    if (*value == 'y')
        word_list_add(out, "--requeue");
}

/* Output and errors go to one file by default: -j oe says nothing new. */
static void pbs_join(const char *value, struct word_list *out,
                     struct diags *warnings, unsigned line)
{
    (void)out;
    if (strcmp(value, "oe") != 0)
        diags_warning(warnings, line, 0, "-j %s is ignored: only oe is known",
                      value);
}

/* -l walltime=1:00:00,nodes=4:ppn=8,select=4 */
static void pbs_resources(const char *value, struct word_list *out,
                          struct diags *warnings, unsigned line)
{
    char *copy = mem_strdup(value), *save = NULL;
    for (char *part = strtok_r(copy, ",", &save); part != NULL;
         part = strtok_r(NULL, ",", &save)) {
        char *equal = strchr(part, '=');
        const char *what = equal != NULL ? equal + 1 : "";
        size_t digits = strspn(what, "0123456789");
        if (strncmp(part, "walltime=", 9) == 0) {
            add_walltime(what, "s", out);
            continue;
        }
        bool is_nodes =
            strncmp(part, "nodes=", 6) == 0 || strncmp(part, "select=", 7) == 0;
        if (is_nodes && digits > 0) {
            char *count = mem_strndup(what, digits);
            add_pair(out, "-N", count);
            free(count);
        }
        if (!is_nodes || what[digits] != '\0')
            diags_warning(warnings, line, 0, "-l %s is ignored",
                          is_nodes ? what + digits : part);
    }
    free(copy);
}

/* -W is a bag of many things; only dependencies are ours. */
static void pbs_depend(const char *value, struct word_list *out,
                       struct diags *warnings, unsigned line)
{
    if (strncmp(value, "depend=", 7) == 0)
        add_dependencies(value + 7, out, warnings, line);
    else
        diags_warning(warnings, line, 0, "-W %s is ignored", value);
}

static const struct foreign slurm_table[] = {
    {'N', "nodes", true, "-N", NULL},
    {'t', "time", true, NULL, slurm_time},
    {'J', "job-name", true, "-J", NULL},
    {'o', "output", true, "-o", NULL},
    {'e', "error", true, "--stderr", NULL},
    {'D', "chdir", true, "-D", NULL},
    {'d', "dependency", true, NULL, add_dependencies},
    {'b', "begin", true, NULL, slurm_begin},
    {'H', "hold", false, "--hold", NULL},
    {0, "export", true, NULL, add_export},
    {0, "priority", true, "-p", NULL},
    {0, "requeue", false, "--requeue", NULL},
    {0, "ntasks-per-node", true, "--procs-per-node", NULL},
    {0, NULL, false, NULL, NULL},
};

static const struct foreign pbs_table[] = {
    {'N', NULL, true, "-J", NULL},       {'l', NULL, true, NULL, pbs_resources},
    {'o', NULL, true, "-o", NULL},       {'e', NULL, true, "--stderr", NULL},
    {'p', NULL, true, "-p", NULL},       {'h', NULL, false, "--hold", NULL},
    {'r', NULL, true, NULL, pbs_rerun},  {'v', NULL, true, NULL, add_export},
    {'W', NULL, true, NULL, pbs_depend}, {'j', NULL, true, NULL, pbs_join},
    {0, NULL, false, NULL, NULL},
};

static bool is_end(const struct foreign *row)
{
    return row->letter == 0 && row->name == NULL;
}

/* The row for WORD ("-N4", "--nodes=4"); *VALUE is what is glued to it. */
static const struct foreign *find_foreign(const struct foreign *row,
                                          const char *word, const char **value)
{
    *value = NULL;
    for (; !is_end(row); row++) {
        size_t n = row->name != NULL ? strlen(row->name) : 0;
        if (word[1] != '-' && row->letter != 0 && word[1] == row->letter) {
            *value = word[2] != '\0' ? word + 2 : NULL;
            return row;
        }
        if (n > 0 && word[1] == '-' && strncmp(word + 2, row->name, n) == 0 &&
            (word[2 + n] == '=' || word[2 + n] == '\0')) {
            *value = word[2 + n] == '=' ? word + 3 + n : NULL;
            return row;
        }
    }
    return NULL;
}

/* One word of a foreign line, with its value. */
static void translate(const struct foreign *row, const char *value,
                      struct word_list *out, struct diags *warnings,
                      unsigned line)
{
    if (row->translate != NULL)
        row->translate(value, out, warnings, line);
    else if (row->has_value)
        add_pair(out, row->ours, value);
    else
        word_list_add(out, row->ours);
}

void foreign_options(enum foreign_system system, const struct word_list *words,
                     unsigned line, struct word_list *out,
                     struct diags *warnings)
{
    const struct foreign *table =
        system == FOREIGN_SLURM ? slurm_table : pbs_table;
    const char *name = system == FOREIGN_SLURM ? "#SBATCH" : "#PBS";
    for (size_t i = 0; i < words->n; i++) {
        const char *value = NULL, *word = words->words[i];
        const struct foreign *row =
            word[0] == '-' ? find_foreign(table, word, &value) : NULL;
        if (row == NULL) {
            /* what follows may be its value: the line is given up */
            diags_warning(warnings, line, 0, "%s %s is ignored: not known",
                          name, word);
            return;
        }
        if (row->has_value && value == NULL && i + 1 < words->n)
            value = words->words[++i];
        if (row->has_value && value == NULL)
            diags_warning(warnings, line, 0, "%s %s needs a value", name, word);
        else
            translate(row, value, out, warnings, line);
    }
}
