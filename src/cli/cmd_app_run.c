/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app run: a program that can be stopped after a checkpoint. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "cli/app.h"
#include "cli/app_child.h"
#include "cli/app_signals.h"
#include "cli/commands.h"
#include "cli/time_text.h"

#define EXIT_AGAIN 85 /* "I have a checkpoint, run me again" */
#define EXIT_LATER 75 /* of a checkpoint command: not now */
#define LOOK_MS 1000
#define RETRY_SECONDS 60

enum { KEY_CHECKPOINT = OPTION_FIRST_KEY, KEY_WARN, KEY_GRACE };

static const struct option_row rows[] = {
    {KEY_CHECKPOINT, "checkpoint", "COMMAND",
     "at a directive or a warning run this first"},
    {KEY_WARN, "warn", "SIGNAL", "what warns (USR1)"},
    {KEY_GRACE, "grace", "SPAN", "between TERM and KILL (10s)"},
    {0, NULL, NULL, NULL},
};

struct run {
    const char *checkpoint; /* borrowed; NULL: signals are only passed on */
    int warn;               /* the signal */
    dur_us grace;
    char **words; /* borrowed, NULL-ended */
    erm_t *e;
    pid_t pid;
    bool is_apart; /* it leads a group of its own */
    bool is_ended;
    int status;  /* then: as a shell tells it */
    int handled; /* seq of the directive that was seen last */
};

/* One without an end would never come to the KILL. */
static int read_grace(const char *value, dur_us *out, struct err *err)
{
    if (time_text_span_or_none("--grace", value, out, err) < 0)
        return -1;
    if (*out != TIME_NEVER)
        return 0;
    err_set(err, ERR_USAGE, "--grace needs an end, not %s", value);
    return err_hint(err, "write 30s or 10m");
}

static int read_option(struct run *run, int key, const char *value,
                       struct err *err)
{
    switch (key) {
    case KEY_CHECKPOINT:
        run->checkpoint = value;
        return 0;
    case KEY_WARN:
        run->warn = app_signals_find(value);
        if (run->warn == 0)
            return err_set(err, ERR_USAGE,
                           "--warn is HUP, INT, QUIT, TERM, USR1 or USR2, not "
                           "%s",
                           value);
        return 0;
    default:
        return read_grace(value, &run->grace, err);
    }
}

static int read_run(struct run *run, struct cli *cli, int argc, char **argv,
                    struct err *err)
{
    struct options options;
    int key, rc = 0;
    memset(run, 0, sizeof(*run));
    run->warn = SIGUSR1;
    run->grace = 10 * USEC_PER_SEC;
    options_init(&options, rows, &cli->common, argc, argv, true);
    while (rc == 0 && (key = options_next(&options, err)) >= 0)
        rc = read_option(run, key, options.value, err);
    run->words = options.operands;
    int n = options.n_operands;
    options_release(&options);
    if (rc < 0 || key != OPTIONS_END)
        return -1;
    return n > 0 ? 0 : err_set(err, ERR_USAGE, "the command is missing");
}

/* Has the program ended? */
static bool look_for_end(struct run *run)
{
    int status;
    if (!run->is_ended && waitpid(run->pid, &status, WNOHANG) == run->pid) {
        run->is_ended = true;
        run->status = app_child_status(status);
    }
    return run->is_ended;
}

/* ---- the checkpoint ---- */

static void add_nodes(struct strbuf *out, const char *name,
                      const char *const *nodes, int n)
{
    strbuf_add_fmt(out, "%s=", name);
    for (int i = 0; i < n; i++)
        strbuf_add_fmt(out, "%s%s", i > 0 ? "," : "", nodes[i]);
}

/* Runs the checkpoint command; D is the directive behind it, or NULL. Its exit
 * status. */
static int make_checkpoint(const struct run *run, const erm_directive *d)
{
    char pid[40], seq[40], event[40];
    struct strbuf nodes;
    struct err err;
    strbuf_init(&nodes);
    snprintf(pid, sizeof(pid), "ERM_APP_PID=%ld", (long)run->pid);
    snprintf(seq, sizeof(seq), "ERM_RESIZE_SEQ=%d", d != NULL ? d->seq : 0);
    snprintf(event, sizeof(event), "ERM_RESIZE_EVENT=%s",
             d == NULL             ? "warning"
             : d->op == ERM_SHRINK ? "shrink"
                                   : "grow");
    add_nodes(&nodes, "ERM_RESIZE_NODES", d != NULL ? d->delta : NULL,
              d != NULL ? d->n_delta : 0);
    const char *const env[] = {pid, seq, event, nodes.text, NULL};
    const char *const argv[] = {"sh", "-c", run->checkpoint, NULL};
    struct app_child child = {argv, env, -1, false};
    pid_t checkpoint = app_child_start(&child, &err);
    strbuf_release(&nodes);
    return checkpoint < 0 ? 126 : app_child_wait(checkpoint);
}

/* TERM, and KILL after the grace; to all of its group, where it has its own. */
static void end_program(struct run *run, int signals)
{
    pid_t whom = run->is_apart ? -run->pid : run->pid;
    time_us end = time_add(clock_boot_us(), run->grace);
    struct pollfd fd = {signals, POLLIN, 0};
    kill(whom, SIGTERM);
    kill(whom, SIGCONT);
    while (!look_for_end(run)) {
        time_us left = end - clock_boot_us();
        if (left <= 0)
            kill(whom, SIGKILL);
        /* in steps: a long grace is more milliseconds than poll() can take */
        poll(&fd, 1,
             left > 0 && left < LOOK_MS * USEC_PER_MSEC
                 ? (int)(left / USEC_PER_MSEC) + 1
                 : LOOK_MS);
        while (app_signals_next(NULL) != 0)
            ;
    }
}

/* There is a directive (D), or only a warning (NULL). True when the program is
 * to be run again: it has been ended. */
static bool answer(struct run *run, const erm_directive *d, int signals)
{
    char why[80];
    int code = make_checkpoint(run, d);
    if (look_for_end(run) || d == NULL)
        return false; /* its own end counts; it may go on as long as it may */
    if (code == 0) {
        end_program(run, signals);
        return true;
    }
    if (code == EXIT_LATER)
        snprintf(why, sizeof(why), "the checkpoint command said: not now");
    else
        snprintf(why, sizeof(why), "the checkpoint command failed: %d", code);
    erm_refuse(run->e, d->seq, RETRY_SECONDS, why);
    return false;
}

/* ---- waiting ---- */

/* The same for a directive that has not been seen yet. */
static bool follow(struct run *run, int signals)
{
    erm_directive d;
    if (run->checkpoint == NULL || erm_poll(run->e, &d) != 1 ||
        d.seq == run->handled)
        return false;
    run->handled = d.seq;
    return answer(run, &d, signals);
}

/* The same for SIGNAL; others are passed on, unless erm's shepherd has sent
 * them: then the program has got them, too. */
static bool hear(struct run *run, int signal, bool is_shepherds, int signals)
{
    if (run->checkpoint != NULL && signal == run->warn) {
        if (erm_poll(run->e, NULL) == 1)
            return follow(run, signals);
        return answer(run, NULL, signals);
    }
    if (signal != SIGCHLD && !is_shepherds)
        kill(run->pid, signal);
    return false;
}

static int wait_for_end(struct run *run, int signals)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {erm_fd(run->e), POLLIN, 0}};
    bool is_again = false, is_shepherds;
    while (!is_again && !look_for_end(run)) {
        int signal;
        poll(fds, 2, run->checkpoint != NULL ? LOOK_MS : -1);
        while (!is_again && (signal = app_signals_next(&is_shepherds)) != 0)
            is_again = hear(run, signal, is_shepherds, signals);
        is_again = is_again || (!look_for_end(run) && follow(run, signals));
    }
    return is_again ? EXIT_AGAIN : run->status;
}

static int run_run(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct run run;
    if (read_run(&run, cli, argc, argv, err) < 0)
        return -1;
    run.e = erm_open();
    if (run.e == NULL)
        return err_set(err, ERR_SYSTEM, "no memory");
    int signals = app_signals_open(err);
    /* Apart, so that what is sent to a group comes by this way alone; but
     * where there is a terminal, that is the program's. */
    run.is_apart = !isatty(STDIN_FILENO);
    struct app_child child = {(const char *const *)run.words, NULL, -1,
                              run.is_apart};
    run.pid = signals >= 0 ? app_child_start(&child, err) : -1;
    int status = run.pid > 0 ? wait_for_end(&run, signals) : -1;
    erm_close(run.e);
    return status;
}

const struct command command_app_run = {
    .name = "app run",
    .group = GROUP_RESIZE,
    .usage = "[--checkpoint COMMAND] -- PROGRAM...",
    .help = "run a program that can go on from a checkpoint",
    .more = "Passes signals on and exits with the program's status. With "
            "--checkpoint, for jobs\nof resize app or restart: when there is a "
            "directive, COMMAND is run (by sh; with\nERM_APP_PID, "
            "ERM_RESIZE_EVENT, _NODES and _SEQ), then the program is ended, "
            "and the\nexit status is 85: erm starts the job again at its new "
            "size. When COMMAND fails, or\nsays 75 (not now), the directive is "
            "refused and the program goes on. At a warning\nwithout a "
            "directive (the walltime ends) COMMAND is run, and the program "
            "goes on.",
    .options = rows,
    .run = run_run,
};
