/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See node_source.h. The end is that of the allocation which erm runs in, also
 * when the nodes are named by a hostfile or are slices of this machine: all
 * that runs here ends with it.
 */
#include "manager/node_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/suggest.h"
#include "codec/allocation_env.h"
#include "manager/node_names.h"
#include "manager/text_file.h"
#include "manager/time_limit.h"
#include "manager/views.h"

#define READ_TRIES 50

enum origin { FROM_LOCAL, FROM_HOSTFILE, FROM_ALLOCATION };

struct node_source {
    enum origin origin;
    struct allocation_env env; /* that erm runs in; kind NONE = in none */
    time_us ends;              /* wall clock; TIME_NEVER = not known */
};

static const char *const words[] = {"auto", "hostfile", "slurm", "pbs",
                                    "lsf",  "cobalt",   "local"};
enum { AUTO, HOSTFILE, FIRST_SYSTEM, LOCAL = 6, N_WORDS };

static const char *lookup(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

/* ---- which ---- */

static int read_word(const struct manager *manager, struct err *err)
{
    const char *word = manager->options.nodes_from, *near;

    if (word == NULL)
        return AUTO;
    for (int i = 0; i < N_WORDS; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    err_set(err, ERR_USAGE, "--nodes-from: there is no '%s'", word);
    near = suggest(word, words, N_WORDS);
    if (near != NULL)
        return err_hint(err, "did you mean '%s'?", near);
    return err_hint(err, "one of auto, hostfile, slurm, pbs, lsf, cobalt, "
                         "local");
}

/* The kind of allocation that WORD asks for; NONE: any or no. */
static enum allocation_kind kind_of(int word)
{
    if (word < FIRST_SYSTEM || word >= LOCAL)
        return ALLOCATION_NONE;
    return (enum allocation_kind)(ALLOCATION_SLURM + word - FIRST_SYSTEM);
}

/* ERM_HOSTFILE stands for -H where a hostfile may be used. */
static int choose_hostfile(struct manager *manager, int word, struct err *err)
{
    struct manager_options *options = &manager->options;
    const char *variable = getenv("ERM_HOSTFILE");

    if (word != AUTO && word != HOSTFILE) {
        if (options->hostfile == NULL)
            return 0;
        return err_set(err, ERR_USAGE,
                       "-H and --nodes-from %s: only one of "
                       "them can be",
                       words[word]);
    }
    if (options->hostfile == NULL && variable != NULL && *variable != '\0')
        options->hostfile = variable;
    if (options->hostfile == NULL && word == HOSTFILE)
        return err_set(err, ERR_USAGE,
                       "--nodes-from hostfile needs -H or ERM_HOSTFILE");
    return 0;
}

/* An error of the environment, with a way out. */
static int unusable(struct err *err)
{
    err->code = ERR_INPUT;
    return err_hint(err, "name the nodes by -H FILE, or take slices of this "
                         "machine by --nodes-from local");
}

static int find_allocation(struct node_source *source, int word,
                           struct err *err)
{
    enum allocation_kind kind = kind_of(word);
    struct strbuf names;

    if (allocation_env_find(&source->env, kind, lookup, NULL, err) != 0)
        return unusable(err);
    if (kind == ALLOCATION_NONE || source->env.kind != ALLOCATION_NONE)
        return 0;
    strbuf_init(&names);
    allocation_kind_variables(kind, &names);
    err_set(err, ERR_INPUT, "this is no %s allocation: %s is not set",
            allocation_kind_title(kind), names.text);
    strbuf_release(&names);
    return unusable(err);
}

/* ---- the end ---- */

/* An allocation's length counts from its start, which is when its node file
 * was written: the manager may be started late, or again. */
static time_us start_of(const struct allocation_env *env)
{
    struct stat st;

    if (env->path == NULL || stat(env->path, &st) != 0)
        return clock_wall_us();
    return st.st_mtim.tv_sec * USEC_PER_SEC + st.st_mtim.tv_nsec / 1000;
}

static int end_of(const struct allocation_env *env, time_us *out,
                  struct err *err)
{
    time_us now = clock_wall_us();
    char span[DURATION_TEXT_MAX];

    *out = env->ends;
    if (env->length != TIME_NEVER)
        *out = time_add(start_of(env), env->length);
    if (*out > now)
        return 0;
    err_set(err, ERR_INPUT, "%s: the allocation ended %s ago",
            env->end_variable, duration_human(now - *out, span));
    return err_hint(err, "if it did not, say when it ends by --ends-in SPAN");
}

static int find_end(const struct manager *manager, struct err *err)
{
    const struct manager_options *options = &manager->options;
    struct node_source *source = manager->source;
    time_us now = clock_wall_us();

    source->ends = options->ends_at > 0 ? options->ends_at : TIME_NEVER;
    if (options->ends_in > 0)
        source->ends = time_add(now, options->ends_in);
    if (options->ends_in > 0 || options->ends_at > 0)
        return 0;
    return end_of(&source->env, &source->ends, err);
}

void node_source_set_end(const struct manager *manager)
{
    const struct node_source *source = manager->source;
    struct sched_config config = *sched_config(manager->sched);

    if (source == NULL || source->ends == TIME_NEVER)
        return;
    /* erm's clock may be ahead of the wall's: see clock_init() */
    config.ends = manager_now(manager) + source->ends - clock_wall_us();
    config.least_run = time_limit_margin(manager) + USEC_PER_SEC;
    sched_set_config(manager->sched, &config);
}

/* ---- both ---- */

/* The nodes are named otherwise, or this would be the end of the start. */
static void ignore(struct manager *manager, struct err *err)
{
    log_warning(&manager->log, "the end of the allocation is not known: %s",
                err->text);
    err_clear(err);
    manager->source->ends = TIME_NEVER;
}

int node_source_find(struct manager *manager, struct err *err)
{
    struct node_source *source = mem_alloc(sizeof(*source));
    int word = read_word(manager, err);
    bool is_needed;

    manager->source = source;
    allocation_env_init(&source->env);
    if (word < 0 || choose_hostfile(manager, word, err) != 0)
        return -1;
    if (manager->options.hostfile != NULL)
        source->origin = FROM_HOSTFILE;
    is_needed = source->origin != FROM_HOSTFILE && word != LOCAL;
    if (find_allocation(source, word, err) != 0) {
        if (is_needed)
            return -1;
        ignore(manager, err);
        return find_end(manager, err);
    }
    if (is_needed && source->env.kind != ALLOCATION_NONE)
        source->origin = FROM_ALLOCATION;
    if (find_end(manager, err) == 0)
        return 0;
    if (is_needed)
        return -1;
    ignore(manager, err);
    return 0;
}

void node_source_destroy(struct node_source *source)
{
    if (source == NULL)
        return;
    allocation_env_release(&source->env);
    free(source);
}

/* ---- its hosts ---- */

static void make_names(struct hostfile *out, uint32_t n)
{
    char name[32];

    for (uint32_t i = 1; i <= n; i++) {
        snprintf(name, sizeof(name), "node%u", i);
        hostfile_add(out, name, 0);
    }
}

static int read_text(const char *path, struct strbuf *text, struct err *err)
{
    int result;

    /* somebody writes it at this moment: it will be done soon */
    for (int i = 0; i < READ_TRIES; i++) {
        result = text_file_read(path, text, NULL, err);
        if (result == 0 || err == NULL || err->code != ERR_BUSY)
            return result;
        usleep(10000);
    }
    return result;
}

static int parse_text(const char *path, const struct strbuf *text,
                      struct hostfile *out, struct err *err)
{
    struct diags diags;
    struct strbuf report;
    int result;

    diags_init(&diags);
    strbuf_init(&report);
    result = hostfile_parse(text->text, text->len, out, &diags);
    diags_format(&diags, path, text->text, &report);
    while (report.len > 0 && report.text[report.len - 1] == '\n')
        strbuf_truncate(&report, report.len - 1);
    if (result != 0)
        err_set(err, ERR_INPUT, "%s", report.text);
    strbuf_release(&report);
    diags_release(&diags);
    return result;
}

static int read_file(const char *path, struct hostfile *out, struct err *err)
{
    struct strbuf text;
    int result;

    strbuf_init(&text);
    result = read_text(path, &text, err);
    if (result == 0)
        result = parse_text(path, &text, out, err);
    strbuf_release(&text);
    return result;
}

static int read_allocation(const struct allocation_env *env,
                           struct hostfile *out, struct err *err)
{
    struct err cause;

    err_clear(&cause);
    if (env->path == NULL) {
        if (allocation_env_hosts(env, lookup, NULL, out, err) == 0)
            return 0;
        return unusable(err);
    }
    if (read_file(env->path, out, &cause) == 0)
        return 0;
    err_set(err, cause.code, "%s: %s", env->variable, cause.text);
    return unusable(err);
}

bool node_source_is_local(const struct manager *manager)
{
    return manager->source == NULL || manager->source->origin == FROM_LOCAL;
}

int node_source_read(const struct manager *manager, uint32_t n_slices,
                     struct hostfile *out, struct err *err)
{
    const struct node_source *source = manager->source;

    if (manager->options.hostfile != NULL)
        return read_file(manager->options.hostfile, out, err);
    if (node_source_is_local(manager)) {
        make_names(out, n_slices);
        return 0;
    }
    return read_allocation(&source->env, out, err);
}

/* ---- in words ---- */

const char *node_source_kind(const struct manager *manager)
{
    if (node_source_is_local(manager))
        return words[LOCAL];
    if (manager->source->origin == FROM_HOSTFILE)
        return words[HOSTFILE];
    return allocation_kind_name(manager->source->env.kind);
}

const char *node_source_id(const struct manager *manager)
{
    return manager->source == NULL ? NULL : manager->source->env.id;
}

/* "Slurm allocation 4711" */
static void add_allocation(const struct allocation_env *env, struct strbuf *out)
{
    strbuf_add_fmt(out, "%s allocation%s%s", allocation_kind_title(env->kind),
                   env->id == NULL ? "" : " ", env->id == NULL ? "" : env->id);
}

void node_source_add_name(const struct manager *manager, struct strbuf *out)
{
    if (node_source_is_local(manager))
        strbuf_add_str(out, "this machine");
    else if (manager->source->origin == FROM_HOSTFILE)
        strbuf_add_str(out, manager->options.hostfile);
    else
        add_allocation(&manager->source->env, out);
}

/* ", 16 slots each"; nothing where the launcher is to know. */
static void add_slots(const struct node_names *names, const struct idset *nodes,
                      struct strbuf *out)
{
    uint32_t least = UINT32_MAX, most = 0;

    IDSET_EACH (nodes, node) {
        uint32_t n = names->entries[node].asked;

        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    if (most == 0)
        return;
    if (least == most)
        strbuf_add_fmt(out, ", %u slot%s each", most, most == 1 ? "" : "s");
    else
        strbuf_add_fmt(out, ", up to %u slots each", most);
}

void node_source_describe(const struct manager *manager,
                          const struct idset *nodes, struct strbuf *out)
{
    node_source_add_name(manager, out);
    if (idset_is_empty(nodes))
        return;
    strbuf_add_str(out, ": ");
    node_names_format(manager->nodes, nodes, out);
    add_slots(manager->nodes, nodes, out);
}

static void add_end(const struct manager *manager, struct strbuf *out)
{
    const struct sched_config *config = sched_config(manager->sched);
    char span[DURATION_TEXT_MAX];
    struct views views;

    if (config->ends == TIME_NEVER)
        return;
    views_init(&views, manager);
    strbuf_add_str(out, out->len > 0 ? ", ends " : "the allocation ends ");
    views_add_clock(out, &views, config->ends, true);
    strbuf_add_fmt(out, " (in %s)",
                   duration_human(config->ends - views.now, span));
    views_release(&views);
}

void node_source_log(const struct manager *manager, const struct idset *nodes)
{
    const struct node_source *source = manager->source;
    struct strbuf text;

    if (source == NULL)
        return;
    strbuf_init(&text);
    if (source->origin == FROM_ALLOCATION)
        node_source_describe(manager, nodes, &text);
    else if (source->ends != TIME_NEVER && source->env.kind != ALLOCATION_NONE)
        add_allocation(&source->env, &text);
    add_end(manager, &text);
    if (text.len > 0)
        log_info(&manager->log, "%s", text.text);
    strbuf_release(&text);
}
