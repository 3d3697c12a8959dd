/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See app_remote.h. The command takes the place of the shell, whose process id
 * the watcher in the background knows as $$; the others are known by ERM_EXEC
 * in their environment. The watcher leaves with the command: its input ends
 * then.
 */
#include "cli/app_remote.h"

#include <stdbool.h>
#include <string.h>

#include "cli/shell_quote.h"

static const char watcher[] =
    "exec 3<&0; (trap \"\" HUP INT QUIT TERM USR1 USR2;"
    " tell() { kill -$1 $$; for f in $(grep -lsazFx ERM_EXEC=$id"
    " /proc/[0-9]*/environ); do f=${f%/environ};"
    " [ ${f##*/} = $$ ] || kill -$1 ${f##*/}; done; };"
    " while read -r s; do tell $s; done <&3;"
    " if kill -0 $$; then tell TERM; n=0;"
    " while kill -0 $$ && [ $n -lt $grace ]; do sleep 0.1; n=$((n+1)); done;"
    " tell KILL; fi) >/dev/null 2>&1 & exec 3<&-; ";

/* All but those that are about how this process was started. */
static bool goes_along(const char *variable)
{
    return strncmp(variable, "ERM_", 4) == 0 &&
           strncmp(variable, "ERM_NODE=", 9) != 0 &&
           strncmp(variable, "ERM_EXEC=", 9) != 0 &&
           strncmp(variable, "ERM_RSH_KEY=", 12) != 0;
}

static void add_variable(const char *name, const char *value,
                         struct strbuf *out)
{
    strbuf_add_fmt(out, " %s=", name);
    shell_quote(value, out);
}

void app_remote_command(const struct app_remote *remote, struct strbuf *out)
{
    struct strbuf script;
    strbuf_init(&script);
    strbuf_add_fmt(&script, "id=%s grace=%u; %s", remote->id,
                   10 * remote->grace, watcher);
    strbuf_add_str(&script, "cd ");
    shell_quote(remote->folder, &script);
    strbuf_add_str(&script, " || exit 126; exec env");
    for (const char *const *v = remote->env; *v != NULL; v++) {
        const char *equals = strchr(*v, '=');
        if (equals == NULL || !goes_along(*v))
            continue;
        strbuf_add_fmt(&script, " %.*s=", (int)(equals - *v), *v);
        shell_quote(equals + 1, &script);
    }
    add_variable("ERM_NODE", remote->node, &script);
    add_variable("ERM_EXEC", remote->id, &script);
    strbuf_add_str(&script, " sh -c ");
    shell_quote(remote->line, &script);
    strbuf_add_str(&script, " </dev/null");
    strbuf_add_str(out, "exec sh -c ");
    shell_quote(script.text, out);
    strbuf_release(&script);
}
