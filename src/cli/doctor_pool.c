/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor_pool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/file_text.h"
#include "cli/job_view.h"
#include "dvm/place.h"
#include "store/state_dir.h"

#define LIMIT (10 * USEC_PER_SEC)

/* ---- which ---- */

static int read_hostfile(struct hostfile *hosts, const char *path,
                         struct err *err)
{
    struct strbuf text;
    struct diags diags;
    int rc;

    strbuf_init(&text);
    diags_init(&diags);
    rc = file_text_read(path, &text, err);
    if (rc == 0 && hostfile_parse(text.text, text.len, hosts, &diags) != 0) {
        err_set(err, ERR_INPUT, "%s is not a good hostfile", path);
        rc = err_hint(err, "erm check %s tells what is wrong", path);
    }
    diags_release(&diags);
    strbuf_release(&text);
    return rc;
}

/* Nothing when no manager answers. */
static void ask_manager(struct cli *cli, struct hostfile *hosts)
{
    struct err err;
    json_t *answer;
    const json_t *node;
    size_t i;

    err_clear(&err);
    if (cli_get(cli, &answer, &err, "/v1/nodes") != 0)
        return;
    json_array_foreach(json_object_get(answer, "nodes"), i, node)
    {
        hostfile_add(hosts, view_text(node, "name"),
                     (uint32_t)view_integer(node, "slots"));
    }
    json_decref(answer);
}

static uint32_t slots_of(const struct hostfile *hosts, const char *name)
{
    for (size_t i = 0; i < hosts->n; i++)
        if (strcmp(hosts->nodes[i].name, name) == 0)
            return hosts->nodes[i].slots;
    return 0;
}

static bool has_host(const struct hostfile *hosts, const char *name)
{
    for (size_t i = 0; i < hosts->n; i++)
        if (strcmp(hosts->nodes[i].name, name) == 0)
            return true;
    return false;
}

/* Only those of OPERANDS; one that is not known is looked at all the same. */
static int choose(struct hostfile *hosts, char **operands, struct err *err)
{
    struct hostfile chosen;
    struct hostlist names;
    int rc = 0;

    hostfile_init(&chosen);
    hostlist_init(&names);
    for (char **word = operands; *word != NULL && rc == 0; word++)
        rc = hostlist_parse(&names, *word, err);
    for (size_t i = 0; i < names.n; i++)
        if (!has_host(&chosen, names.names[i]))
            hostfile_add(&chosen, names.names[i],
                         slots_of(hosts, names.names[i]));
    hostlist_release(&names);
    hostfile_release(hosts);
    *hosts = chosen;
    return rc;
}

/* ---- how ---- */

/* Beside this program, in the build tree, or installed. */
static int find_rsh(char path[static PATH_MAX], struct err *err)
{
    static const char *const places[] = {"erm-rsh", "../dvm/erm-rsh",
                                         "../libexec/erm/erm-rsh"};
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return err_set_errno(err, "cannot read /proc/self/exe");
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        int len = snprintf(path, PATH_MAX, "%s/%s", self, places[i]);
        if (len < PATH_MAX && access(path, X_OK) == 0)
            return 0;
    }
    return err_set(err, ERR_SYSTEM, "erm-rsh is not installed beside %s", self);
}

/* As a manager would decide; but who says how hosts are reached means other
 * machines, whether their names are known here or not. */
static int find_how(struct doctor_pool *pool, const char *rsh, struct err *err)
{
    struct hostlist names;
    enum place place;

    hostlist_init(&names);
    for (size_t i = 0; i < pool->hosts.n; i++)
        hostlist_add(&names, pool->hosts.nodes[i].name);
    place = place_of_hosts(&names);
    hostlist_release(&names);
    if (rsh == NULL)
        rsh = getenv("ERM_RSH");
    if (rsh != NULL && *rsh == '\0')
        rsh = NULL;
    pool->is_remote = place == PLACE_REMOTE || rsh != NULL;
    if (rsh != NULL && strcmp(rsh, "pretend") == 0)
        pool->is_remote = false;
    pool->is_unknown = place == PLACE_UNKNOWN && !pool->is_remote;
    if (!pool->is_remote)
        rsh = "pretend";
    pool->how = (struct calls_how){
        .rsh = pool->rsh, .rsh_how = rsh ? rsh : "ssh", .limit = LIMIT};
    return find_rsh(pool->rsh, err);
}

/* ---- the state directory ---- */

/* As named, else that of the manager that answers, else the one around. */
static char *find_state_dir(struct cli *cli)
{
    const char *named = cli->common.state_dir;
    struct err err;
    json_t *answer;
    char *path;

    if (named == NULL || *named == '\0')
        named = getenv("ERM_STATE_DIR");
    if (named != NULL && *named != '\0')
        return mem_strdup(named);
    err_clear(&err);
    if (cli_get(cli, &answer, &err, "/v1/status") != 0)
        return state_dir_find(".", &err);
    path = mem_strdup(view_text(answer, "state_dir"));
    json_decref(answer);
    return path;
}

/* A job that waits for its next attempt has none that lives. */
void doctor_pool_ask_live(struct cli *cli, struct home *home)
{
    struct err err;
    json_t *answer;
    const json_t *job;
    size_t i;

    err_clear(&err);
    if (!home->is_there || cli_get(cli, &answer, &err, "/v1/jobs") != 0)
        return;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        if (strcmp(view_text(job, "state"), "pending") != 0)
            home_add_live(home, view_integer(job, "id"),
                          (uint32_t)view_integer(job, "attempt"));
    }
    json_decref(answer);
}

int doctor_pool_find(struct doctor_pool *pool, struct cli *cli,
                     const char *hostfile, char **operands, const char *rsh,
                     struct err *err)
{
    *pool = (struct doctor_pool){0};
    hostfile_init(&pool->hosts);
    if (hostfile != NULL) {
        if (read_hostfile(&pool->hosts, hostfile, err) != 0)
            return -1;
    } else {
        ask_manager(cli, &pool->hosts);
    }
    if (*operands != NULL && choose(&pool->hosts, operands, err) != 0)
        return -1;
    pool->state_dir = find_state_dir(cli);
    return find_how(pool, rsh, err);
}

void doctor_pool_release(struct doctor_pool *pool)
{
    hostfile_release(&pool->hosts);
    free(pool->state_dir);
}
