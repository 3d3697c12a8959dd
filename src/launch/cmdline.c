/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes over the command's words once, from left to right, and copies what is
 * between the changed ones untouched. Splitting is words.c, prun is prun.c.
 */
#include "launch/cmdline.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/shell_words.h"
#include "launch/prun.h"

#define EXAMOL_MARKER "NUM_NODES_EXAMOL"

struct span {
    size_t start, len;
};

struct adapter {
    const char *text;
    const struct allocation *allocation;
    struct shell_words words;
    struct strbuf list; /* the node names, joined by commas */
    struct strbuf *out;
    size_t done;    /* so much of the text is in OUT */
    size_t program; /* word behind the marker, or words.n */
};

/* A flag whose value is filled in, and what an adaptation may put there. */
enum value { VALUE_NODES, VALUE_ID, VALUE_COUNT, VALUE_WALLTIME, VALUE_NODE };

struct flag_row {
    const char *name;
    enum value value;
};

static const struct flag_row flags[] = {
    {"--nodelist", VALUE_NODES},
    {"--job_id", VALUE_ID},
    {"--nnodes", VALUE_COUNT},
    {"--wt", VALUE_WALLTIME},
};

static const struct flag_row placeholders[] = {
    {"NODES", VALUE_NODES},
    {"ID", VALUE_ID},
    {"NNODES", VALUE_COUNT},
    {"NODE", VALUE_NODE},
};

static bool span_is(const struct adapter *ad, struct span span,
                    const char *text)
{
    return strlen(text) == span.len &&
           memcmp(ad->text + span.start, text, span.len) == 0;
}

/* HH:MM:SS; whole seconds, so that nobody is told of more than there is. */
static void add_walltime(struct strbuf *out, dur_us walltime)
{
    long long s = walltime / USEC_PER_SEC;
    strbuf_add_fmt(out, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

static void add_value(const struct adapter *ad, enum value value,
                      struct strbuf *out)
{
    const struct allocation *a = ad->allocation;
    switch (value) {
    case VALUE_NODES:
        strbuf_add_str(out, ad->list.text);
        break;
    case VALUE_ID:
        strbuf_add_fmt(out, "%lld", (long long)a->job_id);
        break;
    case VALUE_COUNT:
        strbuf_add_fmt(out, "%zu", a->nodes->n);
        break;
    case VALUE_WALLTIME:
        add_walltime(out, a->walltime);
        break;
    case VALUE_NODE:
        strbuf_add_str(out, a->node);
        break;
    }
}

static bool has_value(const struct adapter *ad, enum value value)
{
    if (value == VALUE_NODE)
        return ad->allocation->node != NULL;
    return value != VALUE_WALLTIME || ad->allocation->walltime != TIME_NEVER;
}

/* Ensures: OUT has the text up to END. */
static void copy_to(struct adapter *ad, size_t end)
{
    strbuf_add(ad->out, ad->text + ad->done, end - ad->done);
    ad->done = end;
}

static void replace(struct adapter *ad, struct span span, enum value value)
{
    copy_to(ad, span.start);
    add_value(ad, value, ad->out);
    ad->done += span.len;
}

/* Leaves out one pair of double quotes. False for what the user computes or
 * quotes in another way: that is never touched. */
static bool take_plain(const struct adapter *ad, struct span *span)
{
    switch (shell_words_quoting(ad->text + span->start, span->len)) {
    case WORD_DOUBLE:
        span->start++;
        span->len -= 2;
        return true;
    case WORD_BARE:
        return true;
    default:
        return false;
    }
}

static struct span word_span(const struct adapter *ad, size_t i)
{
    const struct shell_word *word = &ad->words.items[i];
    return (struct span){word->start, word->len};
}

/* The part behind the first '='; false when there is none. */
static bool split_at_equals(const struct adapter *ad, struct span *name,
                            struct span *value)
{
    const char *text = ad->text + name->start;
    const char *equals = memchr(text, '=', name->len);
    if (!equals)
        return false;
    size_t len = (size_t)(equals - text);
    *value = (struct span){name->start + len + 1, name->len - len - 1};
    name->len = len;
    return true;
}

/* Index of the word that is the value of the flag at word I, or words.n. */
static size_t value_word(const struct adapter *ad, size_t i)
{
    size_t next = shell_words_next(&ad->words, i);
    if (next < ad->words.n && ad->text[ad->words.items[next].start] == '-')
        return ad->words.n;
    return next;
}

/* A flag without its value: the prototype's short forms. */
static void add_missing_value(struct adapter *ad, enum value value)
{
    const struct allocation *a = ad->allocation;
    strbuf_add_char(ad->out, ' ');
    add_value(ad, value, ad->out);
    if (value == VALUE_COUNT)
        strbuf_add_fmt(ad->out, " --minnodes %u --maxnodes %u", a->min_nodes,
                       a->max_nodes);
}

static bool adapt_flag(struct adapter *ad, size_t i)
{
    struct span name = word_span(ad, i), value = {0, 0};
    bool has_equals = split_at_equals(ad, &name, &value);
    const struct flag_row *row = NULL;
    for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++)
        if (span_is(ad, name, flags[k].name))
            row = &flags[k];
    if (!row)
        return false;
    size_t next = has_equals ? i : value_word(ad, i);
    if (!has_value(ad, row->value))
        return true;
    if (next == ad->words.n) {
        copy_to(ad, name.start + name.len);
        add_missing_value(ad, row->value);
        return true;
    }
    if (!has_equals)
        value = word_span(ad, next);
    if (take_plain(ad, &value))
        replace(ad, value, row->value);
    return true;
}

static bool adapt_short_flag(struct adapter *ad, size_t i)
{
    struct span span = word_span(ad, i);
    const struct allocation *a = ad->allocation;
    if (!span_is(ad, span, "-L") || value_word(ad, i) < ad->words.n)
        return false;
    copy_to(ad, span.start + span.len);
    strbuf_add_fmt(ad->out, " %s -N %zu -J %lld -mi %u -ma %u", ad->list.text,
                   a->nodes->n, (long long)a->job_id, a->min_nodes,
                   a->max_nodes);
    return true;
}

static void adapt_placeholder(struct adapter *ad, size_t i)
{
    struct span name = word_span(ad, i), span = name;
    split_at_equals(ad, &name, &span);
    if (!take_plain(ad, &span))
        return;
    for (size_t k = 0; k < sizeof(placeholders) / sizeof(placeholders[0]); k++)
        if (span_is(ad, span, placeholders[k].name) &&
            has_value(ad, placeholders[k].value))
            replace(ad, span, placeholders[k].value);
}

static void add_examol(const struct adapter *ad, struct strbuf *out)
{
    const struct allocation *a = ad->allocation;
    strbuf_add_fmt(out, "NUM_NODES_EXAMOL=%zu", a->nodes->n);
    strbuf_add_fmt(out, " NODES_EXAMOL=%s", ad->list.text);
    strbuf_add_fmt(out, " JOB_ID_EXAMOL=%lld", (long long)a->job_id);
    strbuf_add_fmt(out, " MIN_NODES_EXAMOL=%u", a->min_nodes);
    strbuf_add_fmt(out, " MAX_NODES_EXAMOL=%u", a->max_nodes);
    if (a->walltime == TIME_NEVER)
        return;
    strbuf_add_str(out, " WALLTIME_EXAMOL=");
    add_walltime(out, a->walltime);
}

static bool adapt_marker(struct adapter *ad, size_t i)
{
    const struct shell_word *word = &ad->words.items[i];
    struct span span = word_span(ad, i);
    if (!word->is_command || !span_is(ad, span, EXAMOL_MARKER))
        return false;
    copy_to(ad, span.start);
    add_examol(ad, ad->out);
    ad->done += span.len;
    ad->program = shell_words_next(&ad->words, i);
    return true;
}

static bool adapt_prun(struct adapter *ad, size_t i)
{
    const struct shell_word *word = &ad->words.items[i];
    if (!(word->is_command || i == ad->program) || !ad->allocation->dvm_uri ||
        !prun_is(ad->text, &ad->words, i))
        return false;
    copy_to(ad, word->start + word->len);
    prun_add_options(ad->text, &ad->words, i, ad->allocation, ad->out);
    return true;
}

bool cmdline_calls_prun(const char *command)
{
    struct shell_words words;
    bool is_found = false;
    if (shell_words_split(command, &words, NULL))
        return false;
    size_t program = words.n; /* behind a marker */
    for (size_t i = 0; i < words.n && !is_found; i++) {
        const struct shell_word *word = &words.items[i];
        if (word->is_command && word->len == strlen(EXAMOL_MARKER) &&
            !strncmp(command + word->start, EXAMOL_MARKER, word->len))
            program = shell_words_next(&words, i);
        is_found =
            (word->is_command || i == program) && prun_is(command, &words, i);
    }
    shell_words_release(&words);
    return is_found;
}

/* Between the words of one plain command there are only blanks. */
static bool is_plain(const char *command, const struct shell_words *words)
{
    size_t end = 0;
    for (size_t i = 0; i < words->n; i++) {
        const struct shell_word *word = &words->items[i];
        if (strspn(command + end, " \t") != word->start - end ||
            word->command != words->items[0].command)
            return false;
        end = word->start + word->len;
    }
    return words->n > 0 && words->items[0].is_command &&
           words->items[0].quoting == WORD_BARE &&
           command[end + strspn(command + end, " \t\n")] == '\0';
}

size_t cmdline_program(const char *command)
{
    struct shell_words words;
    size_t len = 0;
    if (shell_words_split(command, &words, NULL))
        return 0;
    if (is_plain(command, &words) && words.items[0].start == 0)
        len = words.items[0].len;
    shell_words_release(&words);
    return len;
}

int cmdline_adapt(const char *command, const struct allocation *allocation,
                  struct strbuf *out, struct err *err)
{
    struct adapter ad = {.text = command, .allocation = allocation, .out = out};
    if (shell_words_split(command, &ad.words, err))
        return -1;
    strbuf_init(&ad.list);
    hostlist_join(allocation->nodes, ",", &ad.list);
    ad.program = ad.words.n;
    for (size_t i = 0; i < ad.words.n; i++) {
        if (ad.words.items[i].start < ad.done)
            continue; /* it was a flag's value */
        if (!adapt_marker(&ad, i) && !adapt_prun(&ad, i) &&
            !adapt_flag(&ad, i) && !adapt_short_flag(&ad, i))
            adapt_placeholder(&ad, i);
    }
    copy_to(&ad, strlen(command));
    strbuf_release(&ad.list);
    shell_words_release(&ad.words);
    return 0;
}

struct env {
    char **items; /* NULL-ended */
    size_t n, size;
};

static bool is_same_name(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");
    return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* Takes ITEM, NAME=VALUE. */
static void env_put(struct env *env, char *item)
{
    for (size_t i = 0; i < env->n; i++) {
        if (!is_same_name(item, env->items[i]))
            continue;
        free(env->items[i]);
        env->items[i] = item;
        return;
    }
    if (env->n + 1 >= env->size) {
        env->size = env->size ? 2 * env->size : 64;
        env->items = mem_resize(env->items, env->size, sizeof(char *));
    }
    env->items[env->n++] = item;
    env->items[env->n] = NULL;
}

static void env_set(struct env *env, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void env_set(struct env *env, const char *name, const char *format, ...)
{
    struct strbuf item;
    va_list ap;
    strbuf_init(&item);
    strbuf_add_fmt(&item, "%s=", name);
    va_start(ap, format);
    strbuf_add_vfmt(&item, format, ap);
    va_end(ap);
    env_put(env, strbuf_detach(&item));
}

static bool starts_with_any(const char *item, const char *const *list)
{
    for (; *list; list++)
        if (strncmp(item, *list, strlen(*list)) == 0)
            return true;
    return false;
}

/* What belongs to the manager's own process: where it reports to its service
 * manager, which job of another launcher it is, and its own settings. */
static bool is_of_manager(const char *item)
{
    static const char *const prefixes[] = {"ERM_",
                                           "PARSL_RUN_DIR=",
                                           "NUM_NODES_EXAMOL=",
                                           "NODES_EXAMOL=",
                                           "JOB_ID_EXAMOL=",
                                           "MIN_NODES_EXAMOL=",
                                           "MAX_NODES_EXAMOL=",
                                           "WALLTIME_EXAMOL=",
                                           "NOTIFY_SOCKET=",
                                           "LISTEN_",
                                           "WATCHDOG_",
                                           "JOURNAL_STREAM=",
                                           "INVOCATION_ID=",
                                           "MAINPID=",
                                           "OLDPWD=",
                                           "PMIX_",
                                           "PRTE_",
                                           "OMPI_COMM_WORLD_",
                                           "OMPI_UNIVERSE_",
                                           NULL};
    static const char *const kept[] = {"PMIX_MCA_", "PRTE_MCA_", NULL};
    return starts_with_any(item, prefixes) && !starts_with_any(item, kept);
}

static void put_all(struct env *env, const char *const *items, bool filters)
{
    for (; items && *items; items++)
        if (strchr(*items, '=') && !(filters && is_of_manager(*items)))
            env_put(env, mem_strdup(*items));
}

/* The same assignments as in front of a command. */
static void put_examol(struct env *env, const struct adapter *ad)
{
    struct strbuf text;
    char *rest, *item;
    strbuf_init(&text);
    add_examol(ad, &text);
    for (item = strtok_r(text.text, " ", &rest); item;
         item = strtok_r(NULL, " ", &rest))
        env_put(env, mem_strdup(item));
    strbuf_release(&text);
}

static uint32_t least_slots(const struct allocation *a)
{
    uint32_t least = a->slots && a->nodes->n ? a->slots[0] : 1;
    for (size_t i = 1; a->slots && i < a->nodes->n; i++)
        if (a->slots[i] < least)
            least = a->slots[i];
    return least;
}

static void put_nodes(struct env *env, const struct adapter *ad)
{
    const struct allocation *a = ad->allocation;
    struct strbuf brackets;
    strbuf_init(&brackets);
    hostlist_format(a->nodes, &brackets);
    env_set(env, "ERM_NODES", "%s", ad->list.text);
    env_set(env, "ERM_NODELIST", "%s", brackets.text);
    env_set(env, "ERM_NNODES", "%zu", a->nodes->n);
    env_set(env, "ERM_MIN_NODES", "%u", a->min_nodes);
    env_set(env, "ERM_MAX_NODES", "%u", a->max_nodes);
    env_set(env, "ERM_PREF_NODES", "%u", a->pref_nodes);
    env_set(env, "ERM_SLOTS_PER_NODE", "%u", least_slots(a));
    strbuf_release(&brackets);
}

static void put_times(struct env *env, const struct allocation *a)
{
    if (a->walltime == TIME_NEVER)
        return;
    long long end = time_add(a->start, a->walltime) / USEC_PER_SEC;
    env_set(env, "ERM_WALLTIME", "%lld",
            (long long)(a->walltime / USEC_PER_SEC));
    env_set(env, "ERM_DEADLINE", "%lld", end);
    env_set(env, "ERM_END_TIME", "%lld", end);
}

/* What the user has set stays. */
static void put_default(struct env *env, const char *item)
{
    for (size_t i = 0; i < env->n; i++) {
        if (is_same_name(item, env->items[i]))
            return;
    }
    env_put(env, mem_strdup(item));
}

/* MPI_Finalize() is not to wait for those who go on; and Open MPI's collectives
 * by hosts (han) may spoil the memory of those who stay: ends crashed. */
static void put_for_leaving(struct env *env)
{
    put_default(env, "OMPI_MCA_async_mpi_finalize=1");
    put_default(env, "OMPI_MCA_coll=^han");
}

static void put_text(struct env *env, const char *name, const char *value)
{
    if (value)
        env_set(env, name, "%s", value);
}

char **cmdline_env(const char *const *base, const struct allocation *allocation,
                   const char *const *extra)
{
    const struct allocation *a = allocation;
    struct env env = {0};
    struct adapter ad = {.allocation = a};
    strbuf_init(&ad.list);
    hostlist_join(a->nodes, ",", &ad.list);
    put_all(&env, base, true);
    env_set(&env, "ERM_JOB_ID", "%lld", (long long)a->job_id);
    env_set(&env, "ERM_PROTOCOL", "%d", CMDLINE_PROTOCOL);
    env_set(&env, "ERM_ATTEMPT", "%u", a->attempt);
    env_set(&env, "ERM_RESTART", "%u", a->attempt > 0 ? a->attempt - 1 : 0);
    env_set(&env, "ERM_EPOCH", "%llu", (unsigned long long)a->epoch);
    put_text(&env, "ERM_JOB_NAME", a->job_name);
    put_text(&env, "ERM_JOB_DIR", a->job_dir);
    put_text(&env, "ERM_RESIZE", a->resize);
    put_text(&env, "ERM_SOCKET", a->socket);
    put_text(&env, "ERM_NODEFILE", a->node_file);
    put_text(&env, "ERM_POLICY_FILE", a->policy_file);
    put_text(&env, "ERM_REQUESTS_FILE", a->requests_file);
    put_text(&env, "ERM_DVM_KEY", a->key);
    put_text(&env, "ERM_RSH", a->rsh);
    put_nodes(&env, &ad);
    put_text(&env, "ERM_NODE", a->node);
    if (a->node)
        env_set(&env, "ERM_NODE_INDEX", "%u", a->node_index);
    put_times(&env, a);
    put_examol(&env, &ad);
    if (a->job_dir)
        env_set(&env, "PARSL_RUN_DIR", "%s/runinfo", a->job_dir);
    if (base && a->can_lose_ranks)
        put_for_leaving(&env);
    put_all(&env, extra, false);
    strbuf_release(&ad.list);
    return env.items;
}

void cmdline_env_free(char **env)
{
    for (char **item = env; item && *item; item++)
        free(*item);
    free(env);
}
