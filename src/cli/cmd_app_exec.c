/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app exec: a command on a node of the job. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/app.h"
#include "cli/app_child.h"
#include "cli/app_remote.h"
#include "cli/app_signals.h"
#include "cli/app_way.h"
#include "cli/commands.h"
#include "cli/shell_quote.h"

#define DEFAULT_RSH "ssh -o BatchMode=yes -o ConnectTimeout=10"
#define GRACE_SECONDS 5

enum { KEY_ALL = OPTION_FIRST_KEY };

static const struct option_row rows[] = {
    {'n', "node", "NODE", "on this one (default: ERM_NODE, else the first)"},
    {KEY_ALL, "all", NULL, "on each node of the job"},
    {0, NULL, NULL, NULL},
};

struct exec {
    const char *node; /* borrowed; NULL: not named */
    bool is_all;
    char **words; /* borrowed, NULL-ended */
    int n_words;
};

static int read_exec(struct exec *exec, struct cli *cli, int argc, char **argv,
                     struct err *err)
{
    struct options options;
    int key;
    memset(exec, 0, sizeof(*exec));
    options_init(&options, rows, &cli->common, argc, argv, true);
    while ((key = options_next(&options, err)) >= 0) {
        if (key == 'n')
            exec->node = options.value;
        else
            exec->is_all = true;
    }
    exec->words = options.operands;
    exec->n_words = options.n_operands;
    options_release(&options);
    if (key != OPTIONS_END)
        return -1;
    if (exec->n_words == 0)
        return err_set(err, ERR_USAGE, "the command is missing");
    if (exec->is_all && exec->node != NULL)
        return err_set(err, ERR_USAGE, "either --node or --all");
    return 0;
}

/* ---- on this machine ---- */

/* Of the set those that this machine lets it use; none, and it stays where it
 * is. */
static void use_cpus(const struct idset *cpus)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    IDSET_EACH (cpus, cpu)
        if (cpu < CPU_SETSIZE)
            CPU_SET(cpu, &set);
    if (!idset_is_empty(cpus))
        sched_setaffinity(0, sizeof(set), &set);
}

/* In the place of this process. Comes back with an exit status only when that
 * cannot be. */
static int exec_here(const struct exec *exec, const char *node,
                     const struct idset *cpus, struct err *err)
{
    char *line[] = {(char[]){"sh"}, (char[]){"-c"}, exec->words[0], NULL};
    char **words = exec->n_words == 1 ? line : exec->words;
    setenv("ERM_NODE", node, 1);
    use_cpus(cpus);
    execvp(words[0], words);
    int code = errno == ENOENT ? 127 : 126;
    err_set_errno(err, "cannot run %s", words[0]);
    return code;
}

/* ---- on another one ---- */

/* Its end, while the signals that come here are passed on through INPUT. */
static int pass_signals(int signals, pid_t pid, int input)
{
    int status;
    struct pollfd fd = {signals, POLLIN, 0};
    for (;;) {
        int signal;
        poll(&fd, 1, -1);
        while ((signal = app_signals_next(NULL)) != 0) {
            const char *name = app_signals_name(signal);
            if (signal != SIGCHLD && dprintf(input, "%s\n", name) < 0)
                kill(pid, signal); /* nobody listens over there */
        }
        if (waitpid(pid, &status, WNOHANG) == pid)
            return app_child_status(status);
    }
}

static int run_words(const struct word_list *words, struct err *err)
{
    int ends[2], signals = app_signals_open(err);
    if (signals < 0)
        return -1;
    if (pipe(ends) < 0)
        return err_set_errno(err, "cannot make a pipe");
    signal(SIGPIPE, SIG_IGN);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    /* Apart: a signal for our group is ours to pass on. */
    const char **argv = mem_alloc_array(words->n + 1, sizeof(*argv));
    memcpy(argv, words->words, words->n * sizeof(*argv));
    struct app_child child = {argv, NULL, ends[0], true};
    pid_t pid = app_child_start(&child, err);
    free(argv);
    close(ends[0]);
    int status = pid < 0 ? -1 : pass_signals(signals, pid, ends[1]);
    close(ends[1]);
    return status;
}

/* $ERM_RSH NODE COMMAND. */
static int exec_there(const struct exec *exec, const char *node,
                      struct err *err)
{
    struct word_list words;
    struct strbuf command;
    struct timespec now;
    char id[60], folder[4096];
    const char *rsh = getenv("ERM_RSH");
    if (getcwd(folder, sizeof(folder)) == NULL)
        return err_set_errno(err, "there is no working folder");
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(id, sizeof(id), "%ld.%lld.%09ld", (long)getpid(),
             (long long)now.tv_sec, now.tv_nsec);
    char *line = shell_command(exec->words, exec->n_words);
    struct app_remote remote = {.node = node,
                                .folder = folder,
                                .line = line,
                                .id = id,
                                .env = (const char *const *)environ,
                                .grace = GRACE_SECONDS};
    word_list_init(&words);
    strbuf_init(&command);
    app_remote_command(&remote, &command);
    int rc = shell_split(rsh != NULL && *rsh ? rsh : DEFAULT_RSH, &words, err);
    if (rc == 0) {
        word_list_add(&words, node);
        word_list_add(&words, command.text);
        rc = run_words(&words, err);
    }
    word_list_release(&words);
    strbuf_release(&command);
    free(line);
    return rc;
}

/* ---- one, or all ---- */

static int exec_one(const struct exec *exec, erm_t *e, struct err *err)
{
    struct app_way way;
    const char *const *names;
    const char *node = exec->node != NULL ? exec->node : getenv("ERM_NODE");
    if (node == NULL)
        node = erm_nodes(e, &names) > 0 ? names[0] : "localhost";
    int status = app_way_find(e, node, &way, err);
    if (status == 0 && way.is_remote)
        status = exec_there(exec, node, err);
    else if (status == 0)
        status = exec_here(exec, node, &way.cpus, err);
    app_way_release(&way);
    return status;
}

/* Another one of this command for NODE. */
static pid_t start_for(const struct exec *exec, const char *node,
                       struct err *err)
{
    const char **argv =
        mem_alloc_array((size_t)exec->n_words + 7, sizeof(*argv));
    size_t n = 0;
    argv[n++] = "/proc/self/exe";
    argv[n++] = "app";
    argv[n++] = "exec";
    argv[n++] = "-n";
    argv[n++] = node;
    argv[n++] = "--";
    memcpy(argv + n, exec->words, (size_t)exec->n_words * sizeof(*argv));
    struct app_child child = {argv, NULL, -1, true};
    pid_t pid = app_child_start(&child, err);
    free(argv);
    return pid;
}

/* The highest status of N processes, signals passed on to all of them. */
static int wait_for_all(pid_t *pids, int n, int signals)
{
    int n_left = n, highest = 0;
    struct pollfd fd = {signals, POLLIN, 0};
    while (n_left > 0) {
        int signal, status;
        poll(&fd, 1, -1);
        while ((signal = app_signals_next(NULL)) != 0)
            for (int i = 0; i < n && signal != SIGCHLD; i++)
                if (pids[i] > 0)
                    kill(-pids[i], signal);
        for (int i = 0; i < n; i++) {
            if (pids[i] <= 0 || waitpid(pids[i], &status, WNOHANG) != pids[i])
                continue;
            if (app_child_status(status) > highest)
                highest = app_child_status(status);
            pids[i] = 0;
            n_left--;
        }
    }
    return highest;
}

static int exec_all(const struct exec *exec, erm_t *e, struct err *err)
{
    const char *const *names;
    int n = erm_nodes(e, &names), n_started = 0, signals;
    if (n < 0)
        return app_fail(e, n, err);
    if ((signals = app_signals_open(err)) < 0)
        return -1;
    pid_t *pids = mem_alloc_array((size_t)n, sizeof(*pids));
    while (n_started < n &&
           (pids[n_started] = start_for(exec, names[n_started], err)) > 0)
        n_started++;
    for (int i = 0; i < n_started && n_started < n; i++)
        kill(-pids[i], SIGTERM);
    int status = wait_for_all(pids, n_started, signals);
    free(pids);
    return n_started < n ? -1 : status;
}

static int run_exec(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct exec exec;
    if (read_exec(&exec, cli, argc, argv, err) < 0)
        return -1;
    erm_t *e = erm_open();
    if (e == NULL)
        return err_set(err, ERR_SYSTEM, "no memory");
    int status =
        exec.is_all ? exec_all(&exec, e, err) : exec_one(&exec, e, err);
    if (status > 0 && err->code != ERR_NONE)
        cli_print_error(cli, err);
    erm_close(e);
    return status;
}

const struct command command_app_exec = {
    .name = "app exec",
    .group = GROUP_RESIZE,
    .usage = "[-n NODE | --all] -- COMMAND...",
    .help = "run a command on a node of the job",
    .more = "On a slice of this machine with the slice's processors, on "
            "another host over\nERM_RSH (ssh), in the same folder, with the "
            "ERM_* variables and ERM_NODE. Signals\nare passed on, and the "
            "command ends when this one does. One word is a line for sh.\n"
            "Exit status: the command's; 128 + the signal that ended it; of "
            "--all the highest.",
    .options = rows,
    .run = run_exec,
};
