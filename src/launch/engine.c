/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define OLDEST_MAJOR 3
#define REPORT_FD "3" /* starter.c hands it to the shepherd */

bool engine_version_is_enough(const char *version)
{
    return atoi(version) >= OLDEST_MAJOR;
}

/* The last word of the first line: "prte (PRRTE) 3.0.8". */
int engine_ask_version(char *version, size_t size, struct err *err)
{
    char line[200] = "";
    FILE *prte = popen("prte --version 2>/dev/null", "re");
    char *word;

    if (prte != NULL) {
        (void)!fgets(line, sizeof(line), prte);
        pclose(prte);
    }
    line[strcspn(line, "\n")] = '\0';
    word = strrchr(line, ' ');
    if (word == NULL || atoi(word + 1) == 0)
        return err_set(err, ERR_REQUEST, "prte does not tell its version");
    snprintf(version, size, "%s", word + 1);
    if (engine_version_is_enough(version))
        return 0;
    err_set(err, ERR_REQUEST, "PRRTE %s is too old: %d.0 or later is needed",
            version, OLDEST_MAJOR);
    return err_hint(err, "install " ENGINE_PACKAGE);
}

bool engine_is_in_path(const char *name)
{
    const char *path = getenv("PATH");
    struct strbuf file;
    bool is_found = false;

    strbuf_init(&file);
    while (path != NULL && *path != '\0' && !is_found) {
        size_t n = strcspn(path, ":");
        strbuf_reset(&file);
        strbuf_add(&file, path, n);
        strbuf_add_fmt(&file, "/%s", name);
        is_found = access(file.text, X_OK) == 0;
        path += n + (path[n] == ':');
    }
    strbuf_release(&file);
    return is_found;
}

/* Installed side by side, or in the neighbouring folder of a build tree. */
static char *find_beside(const char *shepherd_path, const char *name,
                         struct err *err)
{
    static const char *const places[] = {"", "../dvm/"};
    const char *slash = strrchr(shepherd_path, '/');
    int n = slash == NULL ? 0 : (int)(slash - shepherd_path) + 1;
    struct strbuf path;
    char *found = NULL;

    strbuf_init(&path);
    for (size_t i = 0; i < 2 && found == NULL; i++) {
        strbuf_reset(&path);
        strbuf_add_fmt(&path, "%.*s%s%s", n, shepherd_path, places[i], name);
        found = access(path.text, X_OK) == 0 ? realpath(path.text, NULL) : NULL;
    }
    strbuf_release(&path);
    if (found == NULL)
        err_set(err, ERR_NOT_FOUND, "%s is not installed beside %s", name,
                shepherd_path);
    return found;
}

int engine_check_installed(struct err *err)
{
    if (engine_is_in_path("prte") && engine_is_in_path("prun"))
        return 0;
    err_set(err, ERR_NOT_FOUND, "prte and prun are not in PATH");
    return err_hint(err, "install " ENGINE_PACKAGE);
}

struct engine *engine_find(const char *shepherd_path, const char *rsh_how,
                           const char *dir, const char *mark, struct err *err)
{
    struct engine *engine = mem_alloc(sizeof(*engine));
    struct strbuf uri;

    engine->erm_dvm = find_beside(shepherd_path, "erm-dvm", err);
    if (engine->erm_dvm == NULL)
        goto error;
    engine->rsh = find_beside(shepherd_path, "erm-rsh", err);
    if (engine->rsh == NULL ||
        engine_ask_version(engine->version, sizeof(engine->version), err) != 0)
        goto error;
    strbuf_init(&uri);
    strbuf_add_fmt(&uri, "%s/pool.uri", dir);
    engine->pool_uri = strbuf_detach(&uri);
    engine->rsh_how = mem_strdup(rsh_how);
    engine->dir = mem_strdup(dir);
    engine->mark = mem_strdup(mark);
    return engine;
error:
    engine_destroy(engine);
    return NULL;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL)
        return;
    free(engine->erm_dvm);
    free(engine->rsh);
    free(engine->rsh_how);
    free(engine->dir);
    free(engine->pool_uri);
    free(engine->mark);
    free(engine);
}

char *engine_key(const struct engine *engine, const struct launch_key *key,
                 char buf[ENGINE_KEY_MAX])
{
    char name[CLAIM_NAME_MAX] = "pool";

    if (key->job_id > 0)
        claim_name(key->job_id, key->attempt, key->part, name);
    snprintf(buf, ENGINE_KEY_MAX, "%.20s.%s", engine->mark, name);
    return buf;
}

bool engine_key_parse(const struct engine *engine, const char *text,
                      struct launch_key *out)
{
    size_t n = strlen(engine->mark);

    return strncmp(text, engine->mark, n) == 0 && text[n] == '.' &&
           claim_name_parse(text + n + 1, &out->job_id, &out->attempt,
                            &out->part);
}

/* ---- the wrapper ---- */

struct wrapper {
    char **words;
    size_t n;
};

static void add(struct wrapper *wrapper, const char *word)
{
    wrapper->words = mem_resize(wrapper->words, wrapper->n + 2, sizeof(char *));
    wrapper->words[wrapper->n++] = mem_strdup(word);
    wrapper->words[wrapper->n] = NULL;
}

static void add_text(struct wrapper *wrapper, const char *name,
                     const char *value)
{
    if (value == NULL)
        return;
    add(wrapper, name);
    add(wrapper, value);
}

static void add_number(struct wrapper *wrapper, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    add_text(wrapper, name, text);
}

char **engine_wrapper(const struct engine *engine,
                      const struct launch_request *request)
{
    const struct launch_dvm *dvm = request->dvm;
    struct wrapper wrapper = {0};
    char key[ENGINE_KEY_MAX];

    add(&wrapper, engine->erm_dvm);
    add_number(&wrapper, "--job", request->key.job_id);
    add_number(&wrapper, "--attempt", request->key.attempt);
    if (request->key.part > 0)
        add_number(&wrapper, "--part", request->key.part);
    add_text(&wrapper, "--dir", dvm->job_dir);
    add_text(&wrapper, "--key", engine_key(engine, &request->key, key));
    add_text(&wrapper, "--hosts", dvm->node_file);
    add_text(&wrapper, "--rsh", engine->rsh);
    add_text(&wrapper, "--rsh-how", engine->rsh_how);
    add_text(&wrapper, "--starts", engine->dir);
    if (dvm->is_pool)
        add_text(&wrapper, "--uri", engine->pool_uri);
    if (dvm->per_node > 0)
        add_number(&wrapper, "--per-node", dvm->per_node);
    add_text(&wrapper, "--map-by", dvm->map_by);
    add_text(&wrapper, "--bind-to", dvm->bind_to);
    add_text(&wrapper, "--report", REPORT_FD);
    add(&wrapper, "--");
    return wrapper.words;
}

void engine_wrapper_free(char **wrapper)
{
    for (char **word = wrapper; word != NULL && *word != NULL; word++)
        free(*word);
    free(wrapper);
}
