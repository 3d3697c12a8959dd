/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes are an environment: NAME=VALUE, a line each. */
#include "fuzz.h"

#include "base/hostlist.h"
#include "codec/allocation_env.h"

static const char *lookup(void *context, const char *name)
{
    size_t n = strlen(name);
    char *const *lines = context;

    for (; *lines != NULL; lines++) {
        if (strncmp(*lines, name, n) == 0 && (*lines)[n] == '=')
            return *lines + n + 1;
    }
    return NULL;
}

static void check_hosts(const struct hostfile *hosts)
{
    for (size_t i = 0; i < hosts->n; i++) {
        EXPECT(hostname_is_valid(hosts->nodes[i].name));
        EXPECT(hosts->nodes[i].slots <= HOSTFILE_SLOTS_MAX);
    }
}

/* What was found has sense; without a file it has nodes. */
static void check_found(const struct allocation_env *env, char **lines)
{
    struct hostfile hosts;
    struct err err;

    err_clear(&err);
    hostfile_init(&hosts);
    EXPECT(env->variable != NULL && env->ends > 0 && env->length > 0);
    EXPECT(env->path == NULL || env->path[0] == '/');
    if (allocation_env_hosts(env, lookup, lines, &hosts, &err) != 0)
        EXPECT(strncmp(err.text, env->variable, 4) == 0);
    else
        EXPECT((hosts.n == 0) == (env->path != NULL));
    check_hosts(&hosts);
    hostfile_release(&hosts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size), *save = NULL, *lines[17];
    struct allocation_env env;
    struct err err;
    size_t n = 0;

    err_clear(&err);
    allocation_env_init(&env);
    for (char *line = strtok_r(text, "\n", &save); line != NULL && n < 16;
         line = strtok_r(NULL, "\n", &save))
        lines[n++] = line;
    lines[n] = NULL;
    if (allocation_env_find(&env, ALLOCATION_NONE, lookup, lines, &err) != 0)
        EXPECT(err.text[0] != '\0' && env.kind == ALLOCATION_NONE);
    else if (env.kind != ALLOCATION_NONE)
        check_found(&env, lines);
    allocation_env_release(&env);
    free(text);
    return 0;
}
