/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/prun.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dvm/hosts.h"

/* What tells of this host, this terminal or this login, not of the job. */
static const char *const own[] = {
    "HOSTNAME=",   "HOST=", "PWD=",  "OLDPWD=",      "SHLVL=",    "_=",
    "TMPDIR=",     "TMP=",  "TEMP=", "TERM=",        "TTY=",      "DISPLAY=",
    "XAUTHORITY=", "XDG_",  "DBUS_", "SSH_",         "WINDOW",    "TMUX",
    "LS_COLORS=",  "PMIX_", "PRTE_", "ERM_DVM_KEY=", "ERM_NODE=", "ERM_RSH",
    "MAIL=",       NULL};
static const char *const passed[] = {"PMIX_MCA_", "PRTE_MCA_", NULL};

static bool starts_with_any(const char *item, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strncmp(item, *list, strlen(*list)) == 0)
            return true;
    return false;
}

/* Shell functions and other odd names would end prun's reading of -x. */
static bool is_plain_name(const char *item)
{
    size_t n = strcspn(item, "=");

    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)item[i]) && item[i] != '_')
            return false;
    return n > 0 && item[n] == '=' && !isdigit((unsigned char)item[0]);
}

bool prun_passes(const char *item)
{
    return is_plain_name(item) &&
           (!starts_with_any(item, own) || starts_with_any(item, passed));
}

static void add_environment(struct argv *argv)
{
    struct strbuf name;

    strbuf_init(&name);
    for (char **item = environ; *item != NULL; item++) {
        if (!prun_passes(*item))
            continue;
        strbuf_reset(&name);
        strbuf_add(&name, *item, strcspn(*item, "="));
        argv_add_pair(argv, "-x", name.text);
    }
    strbuf_release(&name);
}

/* The daemons of a DVM that others keep have another key. */
static void add_mark(struct argv *argv, const char *key)
{
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_fmt(&text, "ERM_DVM_KEY=%s", key);
    argv_add_pair(argv, "-x", text.text);
    strbuf_release(&text);
}

static void add_place(struct argv *argv, const struct hostlist *hosts,
                      const char *uri_file)
{
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_fmt(&text, "file:%s", uri_file);
    argv_add_pair(argv, "--dvm-uri", text.text);
    argv_add_pair(argv, "--num-connect-retries", "100");
    strbuf_reset(&text);
    hosts_format(hosts, &text);
    argv_add_pair(argv, "--host", text.text);
    strbuf_release(&text);
}

/*
 * A rank that fails before PRRTE has answered prun makes that answer an error,
 * and its exit code is lost: one in four of `exit 7`, none after 50 ms. PRRTE
 * would run it in the home folder where this one is not there; and it takes
 * away a quote at the end of a word, so the last thing is a newline.
 */
static void add_command(struct argv *argv, const char *command)
{
    char *cwd = getcwd(NULL, 0);
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_str(&text, "sleep 0.1; cd '");
    for (const char *p = cwd ? cwd : "/"; *p != '\0'; p++)
        strbuf_add_fmt(&text, *p == '\'' ? "'\\''" : "%c", *p);
    strbuf_add_fmt(&text,
                   "' || { echo \"erm: no such folder on $(hostname)\" >&2; "
                   "exit 126; }; %s\n",
                   command);
    argv_add(argv, text.text);
    strbuf_release(&text);
    free(cwd);
}

void prun_fill(struct argv *argv, const struct dvm_options *options,
               const struct hostlist *hosts, const char *uri_file)
{
    struct strbuf text;

    argv_add(argv, "prun");
    add_place(argv, hosts, uri_file);
    argv_add_pair(argv, "--wdir", "/"); /* add_command() goes on from there */
    strbuf_init(&text);
    strbuf_add_fmt(&text, "ppr:%lld:node", (long long)options->per_node);
    argv_add_pair(argv, "--map-by",
                  options->map_by ? options->map_by : text.text);
    argv_add_pair(argv, "--bind-to",
                  options->bind_to ? options->bind_to : "none");
    strbuf_reset(&text);
    strbuf_add_fmt(&text, "%lld",
                   (long long)options->per_node * (long long)hosts->n);
    argv_add_pair(argv, "-n", text.text);
    strbuf_release(&text);
    add_environment(argv);
    if (options->uri != NULL)
        add_mark(argv, options->key);
    argv_add_pair(argv, "/bin/sh", "-c");
    add_command(argv, options->command);
}

void prun_fill_probe(struct argv *argv, const struct hostlist *hosts,
                     const char *uri_file)
{
    argv_add(argv, "prun");
    add_place(argv, hosts, uri_file);
    argv_add_pair(argv, "--map-by", "ppr:1:node");
    argv_add_pair(argv, "--bind-to", "none");
    argv_add(argv, "true");
}
