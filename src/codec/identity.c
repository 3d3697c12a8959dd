/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See identity.h. jansson's objects serve as the maps. The hash and the form of
 * an identity are kept in stores: changing them runs every job again.
 */
#include "codec/identity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

void identities_init(struct identities *identities)
{
    identities->ids = json_object();
    identities->contents = json_object();
}

void identities_release(struct identities *identities)
{
    if (!identities)
        return;
    json_decref(identities->ids);
    json_decref(identities->contents);
    *identities = (struct identities){.ids = NULL};
}

bool json_key_is_ignored(const char *key)
{
    return key[0] == '_' || strncmp(key, "x-", 2) == 0 ||
           strcmp(key, "comment") == 0;
}

/* FNV-1a over the entry's canonical JSON. Only what makes it another job
 * counts: not the status, which changes as it runs, nor comments. */
static uint64_t content_hash(const json_t *object)
{
    json_t *all = (json_t *)(uintptr_t)object;
    json_t *content = json_object();
    uint64_t hash = 0xcbf29ce484222325;
    const char *key;
    json_t *value;
    char *text;

    json_object_foreach(all, key, value)
    {
        if (!json_key_is_ignored(key) && strcmp(key, "status") != 0)
            json_object_set(content, key, value);
    }
    text = json_dumps(content, JSON_COMPACT | JSON_SORT_KEYS);
    for (const char *c = text; c && *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    free(text);
    json_decref(content);
    return hash;
}

static char *add_content(struct identities *identities, const json_t *object)
{
    struct strbuf identity;
    json_int_t n;

    strbuf_init(&identity);
    strbuf_add_fmt(&identity, "content:%016" PRIx64, content_hash(object));
    n = 1 + json_integer_value(
                json_object_get(identities->contents, identity.text));
    json_object_set_new(identities->contents, identity.text, json_integer(n));
    strbuf_add_fmt(&identity, "#%lld", (long long)n);
    return strbuf_detach(&identity);
}

char *identities_add(struct identities *identities, size_t index,
                     const json_t *object, int64_t id, const char *label,
                     size_t *first)
{
    struct strbuf identity;
    const json_t *holder;

    if (!id && !label)
        return add_content(identities, object);
    strbuf_init(&identity);
    if (id)
        strbuf_add_fmt(&identity, "id:%" PRId64, id);
    else
        strbuf_add_fmt(&identity, "id:%s", label);
    holder = json_object_get(identities->ids, identity.text);
    if (holder) {
        *first = (size_t)json_integer_value(holder);
        strbuf_release(&identity);
        return NULL;
    }
    json_object_set_new(identities->ids, identity.text,
                        json_integer((json_int_t)index));
    return strbuf_detach(&identity);
}
