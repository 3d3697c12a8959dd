/* SPDX-License-Identifier: BSD-2-Clause */
/* erm doctor: looks at the hosts of a pool, and cleans them. See
 * manager_command.h for why this is in erm-manager. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/clean_view.h"
#include "cli/doctor_options.h"
#include "cli/doctor_pool.h"
#include "cli/doctor_view.h"
#include "cli/manager_command.h"

/* ---- the shared folder ---- */

/* A file whose text nobody can guess, where jobs would be: in the state
 * directory, or in the working folder. */
struct token {
    char *folder, *path; /* owned; NULL: none could be written */
    char text[40];
};

static void write_token(struct token *token)
{
    struct strbuf path;
    int fd = -1;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/.erm-doctor.%s", token->folder, token->text);
    if (strchr(path.text, '\n') == NULL)
        fd = open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 && dprintf(fd, "%s\n", token->text) > 0)
        token->path = strbuf_detach(&path);
    if (fd >= 0)
        close(fd);
    strbuf_release(&path);
}

/* The folder of STATE_DIR, which need not be there yet: then the one above.
 * Owned; NULL when neither is. */
static char *folder_of(const char *state_dir)
{
    char *folder = realpath(state_dir, NULL);
    char *above;

    if (folder != NULL)
        return folder;
    above = mem_strdup(state_dir);
    folder = realpath(dirname(above), NULL);
    free(above);
    return folder;
}

static void token_make(struct token *token, const char *state_dir)
{
    unsigned char random[16] = {0};

    *token = (struct token){0};
    token->folder = folder_of(state_dir != NULL ? state_dir : ".");
    if (token->folder == NULL ||
        getrandom(random, sizeof(random), 0) != sizeof(random))
        return;
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(token->text + 2 * i, 3, "%02x", random[i]);
    write_token(token);
}

static void token_remove(struct token *token)
{
    if (token->path != NULL)
        unlink(token->path);
    free(token->path);
    free(token->folder);
}

/* ---- examining ---- */

static void ask_hosts(const struct doctor_pool *pool, struct exam *exams,
                      const struct exam_scale *scale, const char *token_path)
{
    size_t n = pool->hosts.n;
    struct call *calls = mem_alloc_array(n, sizeof(*calls));
    struct exam_context *contexts = mem_alloc_array(n, sizeof(*contexts));
    struct strbuf requests;

    strbuf_init(&requests);
    exam_ask(token_path, &requests);
    for (size_t i = 0; i < n; i++) {
        exam_init(&exams[i], pool->hosts.nodes[i].name,
                  pool->hosts.nodes[i].slots);
        contexts[i] = (struct exam_context){&exams[i], scale};
        calls[i] = (struct call){.host = exams[i].name,
                                 .input = requests.text,
                                 .context = &contexts[i]};
    }
    calls_run(&pool->how, calls, n, exam_take_line);
    for (size_t i = 0; i < n; i++)
        exam_judge(&exams[i], scale, &calls[i]);
    strbuf_release(&requests);
    free(contexts);
    free(calls);
}

static void note_place(struct here *here, const struct doctor_pool *pool)
{
    if (pool->is_unknown)
        findings_note(&here->findings, "names",
                      "when they are other machines: correct the names, or "
                      "name the way to them by --rsh",
                      "the hosts' names do not resolve: erm uses slices of "
                      "this machine");
}

static int examine(struct cli *cli, const struct doctor_pool *pool,
                   bool as_json)
{
    size_t n = pool->hosts.n, n_ill;
    struct exam *exams = mem_alloc_array(n, sizeof(*exams));
    struct token token;
    struct here here;

    here_look(&here, n, pool->is_remote, pool->how.rsh_how);
    note_place(&here, pool);
    token_make(&token, pool->state_dir);
    if (token.path == NULL)
        findings_problem(&here.findings, "folder",
                         "go to a folder of yours, or name one by --state-dir",
                         "cannot write into %s: whether it is shared is not "
                         "known",
                         token.folder != NULL ? token.folder : "this folder");
    struct exam_scale scale = {.version = here.version,
                               .folder = token.folder,
                               .token = token.text,
                               .is_remote = pool->is_remote};
    ask_hosts(pool, exams, &scale, token.path);
    token_remove(&token);
    struct doctor_view view = {exams, n, &here, pool->is_remote};
    n_ill = as_json ? doctor_view_print_json(cli, &view)
                    : doctor_view_print(cli, &view);
    for (size_t i = 0; i < n; i++)
        exam_release(&exams[i]);
    free(exams);
    here_release(&here);
    return n_ill > 0;
}

/* ---- cleaning ---- */

/* Owned. Slices have no processes of their own: only this machine counts. */
static char **names_of(const struct doctor_pool *pool, size_t *n)
{
    char **names = mem_alloc_array(pool->hosts.n, sizeof(*names));

    *n = pool->is_remote ? pool->hosts.n : 0;
    for (size_t i = 0; i < *n; i++)
        names[i] = pool->hosts.nodes[i].name;
    return names;
}

static char *own_value(const char *name)
{
    return mem_strdup(getenv(name));
}

/* The hosts come first, then what lives: what is found and has ended since
 * may go, and what has begun since was not found. */
static int clean(struct cli *cli, const struct doctor_pool *pool,
                 struct clean_view *view, bool as_json, struct err *err)
{
    char here[HOST_NAME_MAX + 1] = "";
    char *own_key = own_value("ERM_DVM_KEY"), *own_dir = own_value("ERM_CLAIM");
    struct cleaning cleaning;
    struct home home;
    size_t n, n_ill = 0;
    char **names = names_of(pool, &n);
    int rc = home_open(&home, pool->state_dir, err);

    if (rc == 0) {
        gethostname(here, sizeof(here) - 1);
        cleaning_init(&cleaning, &pool->how, here, names, n);
        cleaning_look(&cleaning);
        doctor_pool_ask_live(cli, &home);
        leftovers_judge(&cleaning.left, &home, own_key, own_dir);
        if (!view->is_dry)
            cleaning_do(&cleaning, view->is_all);
        view->cleaning = &cleaning;
        n_ill = as_json ? clean_view_print_json(cli, view)
                        : clean_view_print(cli, view);
        cleaning_release(&cleaning);
        home_close(&home);
    }
    free(names);
    free(own_key);
    free(own_dir);
    return rc != 0 ? -1 : n_ill > 0;
}

int manager_command_doctor(struct cli *cli, int argc, char **argv,
                           struct err *err)
{
    struct parsed parsed;
    struct doctor_pool pool;
    int rc;

    if (options_read(&parsed, doctor_option_rows, &cli->common, argc, argv,
                     err) < 0)
        return -1;
    struct clean_view view = {.is_all = parsed_has(&parsed, KEY_DOCTOR_ALL),
                              .is_dry = parsed_has(&parsed, KEY_DOCTOR_DRY)};
    bool as_json = parsed_has(&parsed, KEY_DOCTOR_JSON);
    if (!parsed_has(&parsed, KEY_DOCTOR_CLEAN) && (view.is_all || view.is_dry))
        return err_set(err, ERR_USAGE, "--all and --dry-run go with --clean");
    rc = doctor_pool_find(&pool, cli, parsed_value(&parsed, 'H'),
                          parsed.operands,
                          parsed_value(&parsed, KEY_DOCTOR_RSH), err);
    if (rc == 0)
        rc = parsed_has(&parsed, KEY_DOCTOR_CLEAN)
                 ? clean(cli, &pool, &view, as_json, err)
                 : examine(cli, &pool, as_json);
    doctor_pool_release(&pool);
    return rc;
}
