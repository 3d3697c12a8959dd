/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See allocation_env.h. One row per batch system; the first of its variables
 * that is set tells of the nodes. An empty variable is as one that is not set.
 */
#include "codec/allocation_env.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hostlist.h"
#include "codec/json_text.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])
#define ID_MAX 128
/* Slurm's words for "no limit" where seconds are expected. */
#define SLURM_NO_VALUE 4294967294
#define SLURM_INFINITE 4294967295

struct reader {
    allocation_lookup_f *lookup;
    void *context;
    struct hostfile *hosts;
    struct err *err;
};

typedef int read_f(struct reader *reader, const char *name, const char *value);

struct variable {
    const char *name;
    read_f *read; /* NULL: names a file */
};

static read_f read_slurm, read_pairs, read_words;

static const struct batch_system {
    const char *title, *name;
    const char *id, *end, *length;
    struct variable nodes[3];
} systems[] = {
    [ALLOCATION_SLURM] = {"Slurm",
                          "slurm",
                          "SLURM_JOB_ID",
                          "SLURM_JOB_END_TIME",
                          NULL,
                          {{"SLURM_JOB_NODELIST", read_slurm},
                           {"SLURM_NODELIST", read_slurm}}},
    [ALLOCATION_PBS] = {"PBS",
                        "pbs",
                        "PBS_JOBID",
                        NULL,
                        "PBS_WALLTIME",
                        {{"PBS_NODEFILE", NULL}}},
    [ALLOCATION_LSF] = {"LSF",
                        "lsf",
                        "LSB_JOBID",
                        NULL,
                        NULL,
                        {{"LSB_DJOB_HOSTFILE", NULL},
                         {"LSB_MCPU_HOSTS", read_pairs},
                         {"LSB_HOSTS", read_words}}},
    [ALLOCATION_COBALT] = {"Cobalt",
                           "cobalt",
                           "COBALT_JOBID",
                           "COBALT_ENDTIME",
                           NULL,
                           {{"COBALT_NODEFILE", NULL}}},
};

void allocation_env_init(struct allocation_env *env)
{
    *env = (struct allocation_env){.ends = TIME_NEVER, .length = TIME_NEVER};
}

void allocation_env_release(struct allocation_env *env)
{
    if (env == NULL)
        return;
    free(env->id);
    free(env->path);
    allocation_env_init(env);
}

const char *allocation_kind_title(enum allocation_kind kind)
{
    return systems[kind].title;
}

const char *allocation_kind_name(enum allocation_kind kind)
{
    return systems[kind].name;
}

void allocation_kind_variables(enum allocation_kind kind, struct strbuf *out)
{
    const struct variable *nodes = systems[kind].nodes;

    for (size_t i = 0; i < N_OF(systems[0].nodes) && nodes[i].name; i++) {
        bool is_last = i + 1 == N_OF(systems[0].nodes) || !nodes[i + 1].name;

        strbuf_add_fmt(out, "%s%s",
                       i == 0    ? ""
                       : is_last ? " or "
                                 : ", ",
                       nodes[i].name);
    }
}

/* ---- values ---- */

static const char *get(const struct reader *reader, const char *name)
{
    const char *value =
        name == NULL ? NULL : reader->lookup(reader->context, name);

    return value == NULL || *value == '\0' ? NULL : value;
}

static int bad(struct reader *reader, const char *name, const char *value,
               const char *expected)
{
    char shown[64];

    json_text_quote(value, strlen(value), shown, sizeof(shown));
    return err_set(reader->err, ERR_INPUT, "%s: %s is expected, not \"%s\"",
                   name, expected, shown);
}

/* A number from 1 to MAX without a sign; moves *AT behind it. 0: none. */
static int64_t take_number(const char **at, int64_t max)
{
    size_t n = strspn(*at, "0123456789");
    int64_t number;

    if (n == 0 || n > 12)
        return 0;
    number = strtoll(*at, NULL, 10);
    *at += n;
    return number <= max ? number : 0;
}

static int read_seconds(struct reader *reader, const char *name,
                        const char *expected, int64_t *out)
{
    const char *value = get(reader, name), *at = value;

    *out = TIME_NEVER;
    if (value == NULL)
        return 0;
    *out = take_number(&at, 100000000000);
    if (*out == 0 || *at != '\0')
        return bad(reader, name, value, expected);
    if (*out == SLURM_NO_VALUE || *out == SLURM_INFINITE)
        *out = TIME_NEVER;
    else
        *out *= USEC_PER_SEC;
    return 0;
}

/* It is shown and nothing else; but it must not upset a terminal. */
static int check_id(struct reader *reader, const char *name, const char *id)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789._@:+[]-";
    size_t n = strlen(id);

    if (n > ID_MAX || strspn(id, good) != n)
        return bad(reader, name, id, "the id of a job");
    return 0;
}

/* ---- nodes ---- */

static int check_name(struct reader *reader, const char *name,
                      const char *value)
{
    return hostname_is_valid(value) ? 0
                                    : bad(reader, name, value, "a host name");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds NAMES, no name twice. */
static int add_names(struct reader *reader, const char *name,
                     const struct hostlist *list)
{
    char **sorted = mem_alloc_array(list->n, sizeof(*sorted));
    int result = 0;

    memcpy(sorted, list->names, list->n * sizeof(*sorted));
    qsort(sorted, list->n, sizeof(*sorted), compare_names);
    for (size_t i = 1; result == 0 && i < list->n; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            result = err_set(reader->err, ERR_INPUT, "%s: %s is in it twice",
                             name, sorted[i]);
    }
    for (size_t i = 0; result == 0 && i < list->n; i++)
        hostfile_add(reader->hosts, list->names[i], 0);
    free(sorted);
    return result;
}

static int add_item(struct hostlist *list, const char *item, struct err *err);

/* A name for each number of the first brackets, with what is behind them. */
static int add_product(struct hostlist *list, const char *item,
                       const char *behind, struct err *err)
{
    char *first = mem_strndup(item, (size_t)(behind - item));
    struct hostlist heads;
    struct strbuf text;
    int result;

    hostlist_init(&heads);
    strbuf_init(&text);
    result = hostlist_parse(&heads, first, err);
    for (size_t i = 0; result == 0 && i < heads.n; i++) {
        strbuf_truncate(&text, 0);
        strbuf_add_fmt(&text, "%s%s", heads.names[i], behind);
        result = add_item(list, text.text, err);
    }
    strbuf_release(&text);
    hostlist_release(&heads);
    free(first);
    return result;
}

/* Slurm writes "rack[0-1]node[0-3]" where names have two numbers; a hostlist
 * has one pair of brackets in a name. */
static int add_item(struct hostlist *list, const char *item, struct err *err)
{
    const char *close = strchr(item, ']');

    if (list->n > HOSTLIST_MAX)
        return err_set(err, ERR_INPUT, "more than %d names", HOSTLIST_MAX);
    if (close != NULL && strchr(close, '[') != NULL)
        return add_product(list, item, close + 1, err);
    return hostlist_parse(list, item, err);
}

/* Up to a comma outside of brackets, or the end. */
static size_t item_length(const char *text)
{
    size_t n = 0;

    for (bool is_inside = false; text[n] != '\0'; n++) {
        if (text[n] == '[' || text[n] == ']')
            is_inside = text[n] == '[';
        else if (text[n] == ',' && !is_inside)
            break;
    }
    return n;
}

static int add_list(struct hostlist *list, const char *text, struct err *err)
{
    int result;

    do {
        size_t n = item_length(text);
        char *item = mem_strndup(text, n);

        result = add_item(list, item, err);
        free(item);
        text += n;
    } while (result == 0 && *text++ == ',');
    return result;
}

/* "72(x2),36": 72 slots on each of the first two nodes, 36 on the third. */
static int read_counts(struct reader *reader, const char *name,
                       const char *value)
{
    struct hostfile *hosts = reader->hosts;
    const char *at = value;
    size_t n = 0;

    do {
        int64_t slots, repeats = 1;

        at += n > 0; /* the comma */
        slots = take_number(&at, HOSTFILE_SLOTS_MAX);
        if (strncmp(at, "(x", 2) == 0) {
            at += 2;
            repeats = take_number(&at, HOSTFILE_NODES_MAX);
            if (*at != ')')
                repeats = 0;
            at += repeats > 0;
        }
        if (slots == 0 || repeats == 0 || (*at != ',' && *at != '\0'))
            return bad(reader, name, value, "a list as \"4(x2),2\"");
        for (; repeats > 0; repeats--, n++) {
            if (n < hosts->n)
                hosts->nodes[n].slots = (uint32_t)slots;
        }
    } while (*at == ',');
    if (n != hosts->n)
        return err_set(reader->err, ERR_INPUT,
                       "%s is for %zu nodes, the allocation has %zu", name, n,
                       hosts->n);
    return 0;
}

/* The processors that were given are what jobs can use; the tasks may be fewer
 * and are taken where nothing else is told. */
static int read_slurm(struct reader *reader, const char *name,
                      const char *value)
{
    static const char *const counts[] = {"SLURM_JOB_CPUS_PER_NODE",
                                         "SLURM_TASKS_PER_NODE"};
    struct hostlist list;
    struct err cause;
    int result = -1;

    hostlist_init(&list);
    if (add_list(&list, value, &cause) != 0)
        err_set(reader->err, ERR_INPUT, "%s: %s", name, cause.text);
    else if (list.n == 0)
        err_set(reader->err, ERR_INPUT, "%s: there is no node in it", name);
    else
        result = add_names(reader, name, &list);
    hostlist_release(&list);
    for (size_t i = 0; result == 0 && i < N_OF(counts); i++) {
        const char *text = get(reader, counts[i]);

        if (text != NULL)
            return read_counts(reader, counts[i], text);
    }
    return result;
}

/* The next word of *AT, owned; NULL at the end. */
static char *next_word(const char **at)
{
    const char *start = *at + strspn(*at, " \t\n");
    size_t n = strcspn(start, " \t\n");

    *at = start + n;
    return n == 0 ? NULL : mem_strndup(start, n);
}

/* As a hostfile has it: what is told more than once adds up. */
static int parse_lines(struct reader *reader, const char *name,
                       const struct strbuf *lines)
{
    struct diags diags;
    int result;

    diags_init(&diags);
    result = hostfile_parse(lines->text, lines->len, reader->hosts, &diags);
    if (result != 0)
        err_set(reader->err, ERR_INPUT, "%s: %s", name, diags.items[0].text);
    diags_release(&diags);
    return result;
}

/* "h1 4 h2 4" */
static int read_pairs(struct reader *reader, const char *name,
                      const char *value)
{
    const char *at = value;
    struct strbuf lines;
    char *host, *slots;
    int result = 0;

    strbuf_init(&lines);
    while (result == 0 && (host = next_word(&at)) != NULL) {
        const char *digits = slots = next_word(&at);

        result = check_name(reader, name, host);
        if (result == 0 &&
            (slots == NULL || take_number(&digits, HOSTFILE_SLOTS_MAX) == 0 ||
             *digits != '\0'))
            result = bad(reader, name, slots == NULL ? host : slots,
                         "a list as \"h1 4 h2 4\"");
        else if (result == 0)
            strbuf_add_fmt(&lines, "%s slots=%s\n", host, slots);
        free(host);
        free(slots);
    }
    if (result == 0)
        result = parse_lines(reader, name, &lines);
    strbuf_release(&lines);
    return result;
}

/* "h1 h1 h2": a name as often as it has slots. */
static int read_words(struct reader *reader, const char *name,
                      const char *value)
{
    const char *at = value;
    struct strbuf lines;
    int result = 0;
    char *host;

    strbuf_init(&lines);
    while (result == 0 && (host = next_word(&at)) != NULL) {
        result = check_name(reader, name, host);
        if (result == 0)
            strbuf_add_fmt(&lines, "%s\n", host);
        free(host);
    }
    if (result == 0)
        result = parse_lines(reader, name, &lines);
    strbuf_release(&lines);
    return result;
}

/* ---- all of it ---- */

static const struct variable *nodes_variable(const struct reader *reader,
                                             enum allocation_kind kind)
{
    const struct variable *nodes = systems[kind].nodes;

    for (size_t i = 0; i < N_OF(systems[0].nodes); i++) {
        if (get(reader, nodes[i].name) != NULL)
            return &nodes[i];
    }
    return NULL;
}

static int read_system(struct reader *reader, enum allocation_kind kind,
                       const struct variable *nodes, struct allocation_env *out)
{
    const struct batch_system *system = &systems[kind];
    const char *id = get(reader, system->id);
    const char *value = get(reader, nodes->name);
    int64_t ends, length;

    if (read_seconds(reader, system->end, "seconds since 1970", &ends) != 0 ||
        read_seconds(reader, system->length, "a number of seconds", &length) !=
            0 ||
        (id != NULL && check_id(reader, system->id, id) != 0))
        return -1;
    if (nodes->read == NULL && value[0] != '/')
        return bad(reader, nodes->name, value, "the absolute path of a file");
    out->kind = kind;
    out->ends = ends;
    out->length = length;
    if (ends != TIME_NEVER || length != TIME_NEVER)
        out->end_variable = ends != TIME_NEVER ? system->end : system->length;
    out->variable = nodes->name;
    out->id = id == NULL ? NULL : mem_strdup(id);
    out->path = nodes->read == NULL ? mem_strdup(value) : NULL;
    return 0;
}

int allocation_env_find(struct allocation_env *out, enum allocation_kind kind,
                        allocation_lookup_f *lookup, void *context,
                        struct err *err)
{
    struct reader reader = {lookup, context, NULL, err};

    for (int i = ALLOCATION_SLURM; i <= (int)ALLOCATION_COBALT; i++) {
        enum allocation_kind it = (enum allocation_kind)i;
        const struct variable *nodes;

        if (kind != ALLOCATION_NONE && it != kind)
            continue;
        nodes = nodes_variable(&reader, it);
        if (nodes != NULL)
            return read_system(&reader, it, nodes, out);
    }
    return 0;
}

int allocation_env_hosts(const struct allocation_env *env,
                         allocation_lookup_f *lookup, void *context,
                         struct hostfile *hosts, struct err *err)
{
    struct reader reader = {lookup, context, hosts, err};
    const struct variable *nodes = nodes_variable(&reader, env->kind);

    if (nodes == NULL || nodes->read == NULL)
        return 0;
    return nodes->read(&reader, nodes->name, get(&reader, nodes->name));
}
