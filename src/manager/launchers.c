/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/launchers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/suggest.h"
#include "dvm/place.h"
#include "launch/prrte.h"
#include "manager/node_names.h"
#include "manager/node_pool.h"
#include "manager/node_source.h"
#include "manager/reports.h"
#include "manager/shepherd_path.h"
#include "store/state_dir.h"

#define MARK "manager.mark"

/* ---- what the hosts are ---- */

static enum place place_of_pool(const struct manager *manager,
                                const struct idset *nodes)
{
    struct hostlist names;
    enum place place;

    if (node_source_is_local(manager))
        return PLACE_SLICES;
    hostlist_init(&names);
    IDSET_EACH (nodes, node)
        hostlist_add(&names, node_names_name(manager->nodes, node));
    place = place_of_hosts(&names);
    hostlist_release(&names);
    return place;
}

/* ---- the engine ---- */

/* In every key by which processes on other hosts are known. */
static char *own_mark(struct manager *manager, struct err *err)
{
    char *mark = store_get_setting(manager->store, MARK, NULL);
    unsigned char random[4];
    char text[16];

    if (mark != NULL)
        return mark;
    if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
        err_set_errno(err, "no random numbers");
        return NULL;
    }
    snprintf(text, sizeof(text), "%02x%02x%02x%02x", random[0], random[1],
             random[2], random[3]);
    if (store_set_setting(manager->store, MARK, text, err) != 0)
        return NULL;
    return mem_strdup(text);
}

static const char *rsh_of(const struct manager *manager, enum place place)
{
    const char *from_env = getenv("ERM_RSH");

    if (place != PLACE_REMOTE)
        return ENGINE_PRETEND;
    if (manager->options.rsh != NULL)
        return manager->options.rsh;
    return from_env != NULL && *from_env != '\0' ? from_env : "ssh";
}

static struct engine *find_engine(struct manager *manager, enum place place,
                                  struct err *err)
{
    struct engine *engine = NULL;
    struct strbuf dir;
    char *mark;

    if (engine_check_installed(err) != 0 ||
        (mark = own_mark(manager, err)) == NULL)
        return NULL;
    strbuf_init(&dir);
    strbuf_add_fmt(&dir, "%s/dvm", manager->state_dir->path);
    if (mkdir(dir.text, 0700) != 0 && errno != EEXIST)
        err_set_errno(err, "cannot make %s", dir.text);
    else
        engine = engine_find(manager->paths.shepherd, rsh_of(manager, place),
                             dir.text, mark, err);
    strbuf_release(&dir);
    free(mark);
    return engine;
}

/* ---- the note ---- */

static void add_slices(struct strbuf *note, uint32_t n)
{
    uint32_t cores = node_pool_cores();

    strbuf_add_fmt(note, "using %u slice%s of this machine (%u core%s)", n,
                   n == 1 ? "" : "s", cores, cores == 1 ? "" : "s");
}

static void add_remote(struct strbuf *note, const struct manager *manager,
                       const char *names, const struct err *missing)
{
    const struct engine *engine = manager->engine;

    if (engine != NULL && strcmp(manager->launcher->ops->name, "prrte") == 0)
        strbuf_add_fmt(note, "using PRRTE %s over %s on %s", engine->version,
                       engine->rsh_how, names);
    else
        strbuf_add_fmt(note,
                       "%s are other machines, but %s: commands start on this "
                       "machine, as for mpirun --host NODES",
                       names,
                       missing->code == ERR_NONE ? "--launcher local was given"
                                                 : missing->text);
}

static char *make_note(const struct manager *manager, enum place place,
                       const struct idset *nodes, const struct err *missing)
{
    struct strbuf note, names;
    uint32_t n = idset_count(nodes);

    strbuf_init(&note);
    strbuf_init(&names);
    node_names_format(manager->nodes, nodes, &names);
    if (place == PLACE_REMOTE) {
        add_remote(&note, manager, names.text, missing);
    } else {
        if (place == PLACE_UNKNOWN)
            strbuf_add_fmt(&note, "hosts %s do not resolve: ", names.text);
        add_slices(&note, n);
        if (manager->engine != NULL)
            strbuf_add_fmt(&note, "; MPI over pretend hosts by PRRTE %s",
                           manager->engine->version);
    }
    strbuf_release(&names);
    return strbuf_detach(&note);
}

/* ---- the choice ---- */

static int check_name(const char *option, const char *name,
                      const char *const *names, struct err *err)
{
    for (size_t i = 0; name != NULL && names[i] != NULL; i++) {
        if (strcmp(name, names[i]) == 0)
            return 0;
    }
    return name == NULL ? 0 : suggest_unknown(option, name, names, err);
}

static int check_names(const struct manager_options *options, struct err *err)
{
    static const char *const launchers[] = {"auto", "local", "prrte", "fake",
                                            NULL};
    static const char *const dvms[] = {"job", "pool", NULL};

    if (check_name("launcher", options->launcher, launchers, err) != 0)
        return -1;
    return check_name("dvm", options->dvm, dvms, err);
}

static int make_fake(struct manager *manager,
                     const struct launcher_config *config, uint32_t n,
                     struct err *err)
{
    struct strbuf note;

    strbuf_init(&note);
    strbuf_add_fmt(&note, "fake: %u nodes, no processes are started", n);
    manager->launcher_note = strbuf_detach(&note);
    manager->launcher = launcher_fake_create(config, err);
    return manager->launcher == NULL ? -1 : 0;
}

/* A job may start something on nodes that it is offered before it says so. */
static bool nodes_of(void *context, int64_t job_id, struct idset *out)
{
    const struct manager *manager = context;
    const struct job *job = sched_job(manager->sched, job_id);

    if (job == NULL)
        return false;
    idset_copy(out, &job->nodes);
    if (job_has_open_directive(job) && job->directive.op == DIRECTIVE_GROW)
        idset_unite(out, &job->directive.delta);
    return true;
}

/* With PRRTE: over other machines, or over pretend hosts. Takes ENGINE. */
static int make_prrte(struct manager *manager,
                      const struct launcher_config *base, struct engine *engine,
                      bool is_remote, struct err *err)
{
    const char *dvm = manager->options.dvm;
    struct prrte_config config = {
        .base = *base, .engine = engine, .is_remote = is_remote};
    struct strbuf nodes_dir;

    strbuf_init(&nodes_dir);
    strbuf_add_fmt(&nodes_dir, "%s/nodes", manager->state_dir->path);
    manager->paths.nodes_dir = strbuf_detach(&nodes_dir);
    if (dvm != NULL && strcmp(dvm, "pool") == 0)
        config.nodes_dir = manager->paths.nodes_dir;
    manager->launcher = launcher_prrte_create(&config, err);
    if (manager->launcher == NULL)
        return -1;
    manager->engine = engine;
    manager->is_remote = is_remote;
    return 0;
}

static int make_real(struct manager *manager, struct launcher_config *config,
                     enum place place, struct err *missing, struct err *err)
{
    const char *name = manager->options.launcher;
    bool must = name != NULL && strcmp(name, "prrte") == 0;
    bool is_local = name != NULL && strcmp(name, "local") == 0;
    bool is_remote = place == PLACE_REMOTE && !is_local;
    struct engine *engine =
        find_engine(manager, is_remote ? place : PLACE_SLICES, missing);

    if (engine != NULL)
        return make_prrte(manager, config, engine, is_remote, err);
    if (must || (manager->options.dvm != NULL &&
                 strcmp(manager->options.dvm, "pool") == 0)) {
        *err = *missing;
        return -1;
    }
    config->is_unpinned = manager->is_remote = place == PLACE_REMOTE;
    manager->launcher = launcher_local_create(config, err);
    return manager->launcher == NULL ? -1 : 0;
}

int launchers_choose(struct manager *manager, struct err *err)
{
    const struct idset *nodes = node_pool_members(manager->pool);
    enum place place;
    struct err missing;
    struct launcher_config config = {
        .loop = manager->loop,
        .log = &manager->log,
        .jobs_fd = manager->state_dir->jobs_fd,
        .jobs_dir = manager->paths.jobs_dir,
        .report = reports_take,
        .node_report = reports_take_node,
        .job_nodes = nodes_of,
        .context = manager,
    };

    if (check_names(&manager->options, err) != 0)
        return -1;
    if (manager->options.launcher != NULL &&
        strcmp(manager->options.launcher, "fake") == 0)
        return make_fake(manager, &config, idset_count(nodes), err);
    manager->paths.shepherd = shepherd_path_find(
        manager->options.shepherd_path, getenv("ERM_SHEPHERD"), NULL, err);
    if (manager->paths.shepherd == NULL)
        return -1;
    config.shepherd_path = manager->paths.shepherd;
    place = place_of_pool(manager, nodes);
    err_clear(&missing);
    if (make_real(manager, &config, place, &missing, err) != 0)
        return -1;
    manager->launcher_note = make_note(manager, place, nodes, &missing);
    return 0;
}
