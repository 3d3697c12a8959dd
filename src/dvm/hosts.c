/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hosts_read(const char *path, struct hostlist *out)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;

    if (file == NULL)
        return -1;
    while (getline(&line, &size, file) >= 0) {
        line[strcspn(line, " \t\n")] = '\0';
        if (line[0] != '\0')
            hostlist_add(out, line);
    }
    free(line);
    fclose(file);
    errno = ENODATA;
    return out->n > 0 ? 0 : -1;
}

void hosts_format(const struct hostlist *hosts, struct strbuf *out)
{
    for (size_t i = 0; i < hosts->n; i++)
        strbuf_add_fmt(out, "%s%s:%d", i > 0 ? "," : "", hosts->names[i],
                       DVM_SLOTS);
}
