/* SPDX-License-Identifier: BSD-2-Clause */
/* See run_options.h. */
#include "cli/run_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/number.h"
#include "cli/time_text.h"

/* The prototype's option has two letters behind one dash. getopt only reads
 * the words of argv, so that a constant may stand there. */
static void rename_jr(int argc, char **argv)
{
    static const char requests[] = "--requests";
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-jr") == 0)
            argv[i] = (char *)(uintptr_t)requests;
}

/* Texts and switches; 1 when KEY is another's. */
static int take_text(struct run_options *run, int key, const char *value,
                     struct err *err)
{
    struct manager_options *manager = &run->manager;
    switch (key) {
    case 'H':
        manager->hostfile = value;
        return 0;
    case 'j':
        manager->jobs_file = value;
        return 0;
    case 'p':
        manager->policy_file = value;
        return 0;
    case KEY_REQUESTS:
        manager->requests_file = value;
        return 0;
    case KEY_LAUNCHER:
        manager->launcher = value;
        return 0;
    case KEY_DVM:
        manager->dvm = value;
        return 0;
    case KEY_RSH:
        manager->rsh = value;
        return 0;
    case KEY_NODES_FROM:
        manager->nodes_from = value;
        return 0;
    case KEY_OUTPUT:
        manager->output_dir = value;
        return 0;
    case KEY_LOG_LEVEL:
        if (log_level_parse(value, &manager->log_level) == 0)
            return 0;
        err_set(err, ERR_USAGE, "--log-level: %s is no level", value);
        return err_hint(err, "levels are error, warning, info, debug");
    default:
        return 1;
    }
}

/* When the nodes are no longer ours; 1 when KEY is another's. */
static int take_end(struct run_options *run, int key, const char *value,
                    struct err *err)
{
    struct manager_options *manager = &run->manager;
    switch (key) {
    case KEY_ENDS_IN:
        return time_text_span("--ends-in", value, &manager->ends_in, err);
    case KEY_ENDS_AT:
        return time_text_at("--ends-at", value, clock_wall_us(),
                            &manager->ends_at, err);
    case KEY_END_MARGIN:
        return time_text_span("--end-margin", value, &manager->end_margin, err);
    default:
        return 1;
    }
}

/* Numbers and spans; 1 when KEY is another's. */
static int take_number(struct run_options *run, int key, const char *value,
                       struct err *err)
{
    struct manager_options *manager = &run->manager;
    int64_t n;
    switch (key) {
    case 'N':
        if (number_parse("--nodes", value, 1, UINT32_MAX, &n, err) < 0)
            return -1;
        manager->n_nodes = (uint32_t)n;
        return 0;
    case KEY_OBSERVE:
        if (number_parse("--observe", value, 0, INT32_MAX, &n, err) < 0)
            return -1;
        manager->is_observer = true;
        manager->ready_fd = (int)n;
        manager->log_level = LOG_ERROR;
        return 0;
    case KEY_GRACE:
        return time_text_span("--grace", value, &manager->grace, err);
    case KEY_WALLTIME:
        if (time_text_span("--default-walltime", value,
                           &manager->default_walltime, err) < 0)
            return -1;
        if (manager->default_walltime == TIME_NEVER)
            manager->default_walltime = 0;
        return 0;
    default:
        return 1;
    }
}

/* Everything without a value. */
static void take_switch(struct run_options *run, int key)
{
    if (key == 'v')
        run->manager.log_level = LOG_DEBUG;
    else if (key == 'q') {
        run->manager.log_level = LOG_WARNING;
        run->is_quiet = true;
    } else if (key == KEY_UNTIL_IDLE)
        run->manager.until_idle = true;
    else if (key == KEY_STAY)
        run->is_staying = true;
    else if (key == KEY_FOREGROUND)
        run->is_foreground = true;
}

/* A variable's value; unset and empty are the same: NULL. */
static const char *from_environment(const char *name)
{
    const char *value = getenv(name);

    return value == NULL || *value == '\0' ? NULL : value;
}

int run_options_parse(struct run_options *run, struct common_options *common,
                      int argc, char **argv, struct err *err)
{
    struct options options;
    int key, rc = 0;
    memset(run, 0, sizeof(*run));
    manager_options_init(&run->manager);
    rename_jr(argc, argv);
    options_init(&options, run_option_rows, common, argc, argv, true);
    while (rc == 0 && (key = options_next(&options, err)) >= 0) {
        rc = sched_options_take(&run->manager.sched, key, options.value, err);
        if (rc > 0)
            rc = take_text(run, key, options.value, err);
        if (rc > 0)
            rc = take_number(run, key, options.value, err);
        if (rc > 0)
            rc = take_end(run, key, options.value, err);
        if (rc > 0) {
            take_switch(run, key);
            rc = 0;
        }
    }
    if (rc == 0 && key == OPTIONS_BAD)
        rc = -1;
    if (rc == 0 && run->manager.ends_in > 0 && run->manager.ends_at > 0)
        rc = err_set(err, ERR_USAGE,
                     "--ends-in and --ends-at: only one of them can be");
    run->operands = options.operands;
    run->n_operands = options.n_operands;
    run->is_command = rc == 0 && options.operands > argv + 1 &&
                      strcmp(options.operands[-1], "--") == 0;
    run->manager.state_dir = common->state_dir;
    if (run->manager.state_dir == NULL)
        run->manager.state_dir = from_environment("ERM_STATE_DIR");
    options_release(&options);
    return rc;
}

int run_options_serve(const struct run_options *run,
                      struct manager_summary *summary, struct err *err)
{
    memset(summary, 0, sizeof(*summary));
    if (manager_run(&run->manager, summary, err) == 0)
        return 0;
    if (err->code == ERR_NOT_FOUND)
        err->code = ERR_REQUEST;
    return -1;
}
