/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/prun.h"

#include <assert.h>
#include <string.h>

/* What an option settles, so that it is not given twice. */
enum topic {
    TOPIC_OTHER = 0,
    TOPIC_DVM = 1,
    TOPIC_HOSTS = 2,
    TOPIC_MAPPING = 4,
    TOPIC_BINDING = 8,
    TOPIC_COUNT = 16,
};

struct option_row {
    const char *name;
    int n_values; /* words that follow and belong to it */
    enum topic topic;
};

/* prun's options that take values (prun(1) of PRRTE 3), and those without
 * that matter here. The first word that is none of them is the program. */
static const struct option_row rows[] = {
    {"--dvm-uri", 1, TOPIC_DVM},
    {"--dvm", 1, TOPIC_DVM},
    {"--pid", 1, TOPIC_DVM},
    {"--namespace", 1, TOPIC_DVM},
    {"--system-server-first", 0, TOPIC_DVM},
    {"--system-server-only", 0, TOPIC_DVM},
    {"--host", 1, TOPIC_HOSTS},
    {"-host", 1, TOPIC_HOSTS},
    {"-H", 1, TOPIC_HOSTS},
    {"--hostfile", 1, TOPIC_HOSTS},
    {"-hostfile", 1, TOPIC_HOSTS},
    {"--machinefile", 1, TOPIC_HOSTS},
    {"-machinefile", 1, TOPIC_HOSTS},
    {"--map-by", 1, TOPIC_MAPPING},
    {"--bind-to", 1, TOPIC_BINDING},
    {"-n", 1, TOPIC_COUNT},
    {"--n", 1, TOPIC_COUNT},
    {"-np", 1, TOPIC_COUNT},
    {"--np", 1, TOPIC_COUNT},
    {"-c", 1, TOPIC_COUNT},
    {"-N", 1, TOPIC_COUNT},
    {"--rank-by", 1, TOPIC_OTHER},
    {"--add-host", 1, TOPIC_OTHER},
    {"--add-hostfile", 1, TOPIC_OTHER},
    {"-x", 1, TOPIC_OTHER},
    {"--mca", 2, TOPIC_OTHER},
    {"-mca", 2, TOPIC_OTHER},
    {"--pmixmca", 2, TOPIC_OTHER},
    {"--prtemca", 2, TOPIC_OTHER},
    {"--gpmixmca", 2, TOPIC_OTHER},
    {"--gprtemca", 2, TOPIC_OTHER},
    {"--tune", 1, TOPIC_OTHER},
    {"--wdir", 1, TOPIC_OTHER},
    {"-wdir", 1, TOPIC_OTHER},
    {"--wd", 1, TOPIC_OTHER},
    {"--path", 1, TOPIC_OTHER},
    {"--prefix", 1, TOPIC_OTHER},
    {"--app-prefix", 1, TOPIC_OTHER},
    {"--personality", 1, TOPIC_OTHER},
    {"--display", 1, TOPIC_OTHER},
    {"--output", 1, TOPIC_OTHER},
    {"--stdin", 1, TOPIC_OTHER},
    {"--timeout", 1, TOPIC_OTHER},
    {"--spawn-timeout", 1, TOPIC_OTHER},
    {"--runtime-options", 1, TOPIC_OTHER},
    {"--max-restarts", 1, TOPIC_OTHER},
    {"--num-connect-retries", 1, TOPIC_OTHER},
    {"--preload-files", 1, TOPIC_OTHER},
    {"--pset", 1, TOPIC_OTHER},
    {"--report-uri", 1, TOPIC_OTHER},
};

static const struct option_row *find_row(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return &rows[i];
    return NULL;
}

/* The topics that the user's own options settle. */
static unsigned topics_given(const char *text, const struct shell_words *words,
                             size_t i)
{
    unsigned given = 0;
    for (i = shell_words_next(words, i); i < words->n;
         i = shell_words_next(words, i)) {
        const char *word = text + words->items[i].start;
        size_t len = words->items[i].len;
        const char *equals = memchr(word, '=', len);
        if (word[0] != '-')
            break;
        const struct option_row *row =
            find_row(word, equals ? (size_t)(equals - word) : len);
        if (!row)
            continue;
        given |= row->topic;
        for (int k = 0; k < row->n_values && !equals && i < words->n; k++)
            i = shell_words_next(words, i);
        if (i == words->n)
            break;
    }
    return given;
}

static void add_shell_word(struct strbuf *out, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ_/.:,@%+=-";
    if (strspn(text, safe) == strlen(text)) {
        strbuf_add_str(out, text);
        return;
    }
    strbuf_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            strbuf_add_str(out, "'\\''");
        else
            strbuf_add_char(out, *text);
    }
    strbuf_add_char(out, '\'');
}

static void add_dvm(struct strbuf *out, const char *uri)
{
    struct strbuf value;
    strbuf_init(&value);
    strbuf_add_fmt(&value, "%s%s", uri[0] == '/' ? "file:" : "", uri);
    strbuf_add_str(out, " --dvm-uri ");
    add_shell_word(out, value.text);
    strbuf_release(&value);
}

static void add_hosts(struct strbuf *out, const struct allocation *allocation)
{
    strbuf_add_str(out, " --host ");
    for (size_t i = 0; i < allocation->nodes->n; i++)
        strbuf_add_fmt(out, "%s%s:%u", i > 0 ? "," : "",
                       allocation->nodes->names[i],
                       allocation->slots ? allocation->slots[i] : 1);
}

bool prun_is(const char *text, const struct shell_words *words, size_t i)
{
    const struct shell_word *word = &words->items[i];
    const char *start = text + word->start;
    if (word->quoting != WORD_BARE || word->len < 4)
        return false;
    const char *name = start + word->len - 4;
    return memcmp(name, "prun", 4) == 0 && (name == start || name[-1] == '/');
}

void prun_add_options(const char *text, const struct shell_words *words,
                      size_t i, const struct allocation *allocation,
                      struct strbuf *out)
{
    unsigned given = topics_given(text, words, i);
    unsigned per_node = allocation->procs_per_node;
    assert(allocation->dvm_uri);
    if (!(given & TOPIC_DVM))
        add_dvm(out, allocation->dvm_uri);
    if (!(given & TOPIC_HOSTS))
        add_hosts(out, allocation);
    if (!(given & TOPIC_MAPPING))
        strbuf_add_str(out, " --map-by node");
    if (!(given & TOPIC_BINDING))
        strbuf_add_str(out, " --bind-to none");
    if (allocation->dvm_key)
        strbuf_add_fmt(out, " -x ERM_DVM_KEY=%s", allocation->dvm_key);
    if (!(given & TOPIC_COUNT))
        strbuf_add_fmt(out, " -n %zu",
                       allocation->nodes->n * (per_node ? per_node : 1));
}
