/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app: what a job says and asks. The verbs are in cmd_app_*.c. */
#include <string.h>

#include "base/suggest.h"
#include "cli/app.h"
#include "cli/commands.h"

static const struct command *const verbs[] = {
    &command_app_wait,      &command_app_poll,     &command_app_accept,
    &command_app_refuse,    &command_app_busy,     &command_app_done,
    &command_app_fail,      &command_app_grow,     &command_app_release,
    &command_app_offers,    &command_app_nodes,    &command_app_hostfile,
    &command_app_time_left, &command_app_progress, &command_app_run,
    &command_app_exec,      &command_app_pool,     NULL,
};

int app_open(erm_t **e, struct err *err)
{
    *e = erm_open();
    if (*e == NULL)
        return err_set(err, ERR_SYSTEM, "no memory");
    if (erm_dir(*e) != NULL)
        return 0;
    erm_close(*e);
    err_set(err, ERR_NO_MANAGER,
            "this is no job of erm: ERM_JOB_DIR names no folder");
    return err_hint(err, "erm submit -- erm app ... runs it in a job");
}

int app_fail(erm_t *e, int rc, struct err *err)
{
    enum err_code code = rc == ERM_EINVAL       ? ERR_USAGE
                         : rc == ERM_ESEQ       ? ERR_NOT_FOUND
                         : rc == ERM_EDENIED    ? ERR_REFUSED
                         : rc == ERM_ETIME      ? ERR_TIMEOUT
                         : rc == ERM_ENOMANAGER ? ERR_NO_MANAGER
                                                : ERR_SYSTEM;
    return err_set(err, code, "%s", erm_error(e));
}

void app_print_names(FILE *out, const char *const *names, int n,
                     const char *separator)
{
    for (int i = 0; i < n; i++)
        fprintf(out, "%s%s", i > 0 ? separator : "", names[i]);
}

json_t *app_names_json(const char *const *names, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

json_t *app_time_json(double time)
{
    return time > 0 ? json_real(time) : json_null();
}

/* Reached when no verb follows, or an unknown one. */
static int run_app(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const size_t n_verbs = sizeof(verbs) / sizeof(*verbs) - 1;
    const char *names[sizeof(verbs) / sizeof(*verbs)], *near;
    struct parsed parsed;
    if (options_read(&parsed, command_app.options, &cli->common, argc, argv,
                     err) < 0)
        return -1;
    if (parsed.n_operands == 0)
        return err_set(err, ERR_USAGE, "erm app: which verb?");
    for (size_t i = 0; i < n_verbs; i++)
        names[i] = command_verb_name(verbs[i]);
    near = suggest(parsed.operands[0], names, n_verbs);
    err_set(err, ERR_USAGE, "erm app has no verb %s", parsed.operands[0]);
    return near != NULL ? err_hint(err, "did you mean %s?", near) : -1;
}

static const struct option_row no_rows[] = {{0, NULL, NULL, NULL}};

const struct command command_app = {
    .name = "app",
    .group = GROUP_RESIZE,
    .usage = "VERB [OPTIONS]",
    .help = "inside of a job: hear of resizes, answer, ask for nodes",
    .more = "For scripts; a program in C or Fortran uses erm(3), which does "
            "the same. What is\nbehind it is the job's mailbox, ERM_JOB_DIR. "
            "Exit status: 0 done, 1 it did not come to\npass, 2 usage, 3 not "
            "in a job, 4 no directive is open, 75 denied, 124 timed out.",
    .options = no_rows,
    .run = run_app,
    .verbs = verbs,
};
