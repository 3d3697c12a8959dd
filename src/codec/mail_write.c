/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/mail_write.h"

#include <stdlib.h>

#include "base/alloc.h"

/* Microseconds of this century need 16 digits. */
#define FORMAT (JSON_COMPACT | JSON_REAL_PRECISION(16))

void mail_write_time(json_t *object, const char *key, time_us time)
{
    json_object_set_new(object, key,
                        time == TIME_NEVER ? json_null()
                        : time % USEC_PER_SEC == 0
                            ? json_integer(time / USEC_PER_SEC)
                            : json_real((double)time / USEC_PER_SEC));
}

void mail_write_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);

    if (value == NULL) {
        char *ascii = mem_strdup(text);
        for (char *c = ascii; *c != '\0'; c++)
            *c = (unsigned char)*c < 0x80 ? *c : '?';
        value = json_string(ascii);
        free(ascii);
    }
    json_object_set_new(object, key, value);
}

void mail_write_names(json_t *object, const char *key,
                      const struct hostlist *names)
{
    json_t *list = json_array();

    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(list, json_string(names->names[i]));
    json_object_set_new(object, key, list);
}

void mail_write_line(json_t *object, struct strbuf *out)
{
    char *text = json_dumps(object, FORMAT);

    strbuf_add_str(out, text);
    strbuf_add_char(out, '\n');
    free(text);
    json_decref(object);
}
