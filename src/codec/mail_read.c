/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/mail_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "codec/json_text.h"

#define REASON_SIZE 512
#define NAMES_MAX 100000

json_t *mail_read_object(const char *text, size_t len, struct err *err)
{
    json_t *object = json_text_load(text, len, err);

    if (object == NULL || json_is_object(object))
        return object;
    err_set(err, ERR_INPUT, "an object is expected, found %s",
            json_text_kind(object));
    json_decref(object);
    return NULL;
}

static bool has(const json_t *value)
{
    return value != NULL && !json_is_null(value);
}

int mail_read_seconds(const json_t *object, const char *key, dur_us *out,
                      struct err *err)
{
    const json_t *value = json_object_get(object, key);
    double seconds = json_number_value(value);

    if (!has(value))
        return 0;
    if (!json_is_number(value) || !(seconds >= 0) ||
        seconds > (double)(DURATION_MAX / USEC_PER_SEC))
        return err_set(err, ERR_INPUT,
                       "%s: a number of seconds from 0 to 10^8 is expected",
                       key);
    *out = (dur_us)(seconds * USEC_PER_SEC + 0.5);
    return 0;
}

int mail_read_count(const json_t *object, const char *key, int64_t low,
                    int64_t high, int64_t *out, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    json_int_t n = json_integer_value(value);

    if (!has(value))
        return 0;
    if (!json_is_integer(value) || n < low || n > high)
        return err_set(err, ERR_INPUT,
                       "%s: a whole number from %lld to %lld is expected", key,
                       (long long)low, (long long)high);
    *out = n;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int check_twice(const char *key, const struct hostlist *names,
                       struct err *err)
{
    const char **sorted = mem_alloc_array(names->n + 1, sizeof(*sorted));
    int rc = 0;

    for (size_t i = 0; i < names->n; i++)
        sorted[i] = names->names[i];
    qsort(sorted, names->n, sizeof(*sorted), compare);
    for (size_t i = 1; i < names->n && rc == 0; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            rc = err_set(err, ERR_INPUT, "%s: %s is there twice", key,
                         sorted[i]);
    free(sorted);
    return rc;
}

static int add_names(const char *key, const json_t *value, struct hostlist *out,
                     struct err *err)
{
    const char *text = json_string_value(value);
    struct err why;

    if (text == NULL)
        return err_set(err, ERR_INPUT,
                       "%s: a list of node names is expected, found %s", key,
                       json_text_kind(value));
    err_clear(&why);
    if (*text != '\0' && hostlist_parse(out, text, &why) != 0)
        return err_set(err, ERR_INPUT, "%s: %.400s", key, why.text);
    if (out->n > NAMES_MAX)
        return err_set(err, ERR_INPUT, "%s: more than %d names", key,
                       NAMES_MAX);
    return 0;
}

int mail_read_names(const json_t *object, const char *key, struct hostlist *out,
                    struct err *err)
{
    const json_t *value = json_object_get(object, key);
    int rc = 0;

    if (!has(value))
        return 0;
    if (!json_is_array(value))
        rc = add_names(key, value, out, err);
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
        rc = add_names(key, json_array_get(value, i), out, err);
    return rc != 0 ? rc : check_twice(key, out, err);
}

int mail_read_word(const json_t *object, const char *key,
                   const char *const *words, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    char found[64] = "nothing", list[160] = "";

    for (int i = 0; words[i] != NULL; i++) {
        if (text != NULL && strcmp(words[i], text) == 0)
            return i;
        strcat(strcat(list, i == 0 ? "" : ", "), words[i]);
    }
    if (text != NULL)
        json_text_quote(text, strlen(text), found, sizeof(found));
    else if (has(value))
        strcpy(found, json_text_kind(value));
    return err_set(err, ERR_INPUT, "%s: one of %s is expected, found %s", key,
                   list, found);
}

char *mail_read_reason(const json_t *object)
{
    const json_t *value = json_object_get(object, "reason");
    char buf[REASON_SIZE];

    if (!json_is_string(value) || json_string_length(value) == 0)
        return NULL;
    return mem_strdup(json_text_quote(
        json_string_value(value), json_string_length(value), buf, sizeof(buf)));
}
