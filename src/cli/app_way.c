/* SPDX-License-Identifier: BSD-2-Clause */
/* See app_way.h. */
#include "cli/app_way.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hostlist.h"
#include "cli/app.h"
#include "cli/file_text.h"
#include "codec/idset_text.h"
#include "dvm/place.h"

bool app_way_cpus(const char *text, const char *node, struct idset *out)
{
    size_t n = strlen(node);
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > n && strncmp(line, node, n) == 0 && line[n] == ' ') {
            char *list = mem_strndup(line + n + 1, length - n - 1);
            int rc = idset_parse(list, out, NULL);
            free(list);
            return rc == 0 && !idset_is_empty(out);
        }
        line += length + (line[length] == '\n');
    }
    return false;
}

static bool has_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_of_the_job(erm_t *e, const char *node)
{
    erm_directive d;
    const char *const *names;
    int n = erm_nodes(e, &names);
    return has_name(names, n, node) ||
           (erm_poll(e, &d) == 1 && d.op == ERM_GROW &&
            has_name(d.delta, d.n_delta, node));
}

/* Who says how hosts are reached means other machines, whether their names are
 * known here or not. */
static bool is_elsewhere(const char *node)
{
    struct hostlist names;
    const char *rsh = getenv("ERM_RSH");
    bool has_rsh = rsh != NULL && *rsh != '\0';
    if (has_rsh && strcmp(rsh, "pretend") == 0)
        return false;
    hostlist_init(&names);
    hostlist_add(&names, node);
    enum place place = place_of_hosts(&names);
    hostlist_release(&names);
    return place == PLACE_REMOTE || (place == PLACE_UNKNOWN && has_rsh);
}

int app_way_find(erm_t *e, const char *node, struct app_way *way,
                 struct err *err)
{
    struct strbuf path, text;
    idset_init(&way->cpus);
    way->is_remote = false;
    if (!is_of_the_job(e, node))
        return err_set(err, ERR_NOT_FOUND, "%s is not a node of this job",
                       node);
    strbuf_init(&path);
    strbuf_init(&text);
    if (erm_dir(e) != NULL)
        strbuf_add_fmt(&path, "%s/cpus", erm_dir(e));
    bool is_slice = path.len > 0 && file_text_read(path.text, &text, NULL) == 0;
    if (!is_slice || !app_way_cpus(text.text, node, &way->cpus))
        way->is_remote = is_elsewhere(node);
    strbuf_release(&path);
    strbuf_release(&text);
    return 0;
}

void app_way_release(struct app_way *way)
{
    idset_release(&way->cpus);
}
