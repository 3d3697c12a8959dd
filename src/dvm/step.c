/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/step.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/remove.h"
#include "dvm/announce.h"
#include "dvm/child.h"
#include "dvm/hosts.h"
#include "dvm/in_use.h"
#include "dvm/prun.h"
#include "dvm/turnstile.h"
#include "shepherd/claim.h"
#include "shepherd/tree.h"

#define NEVER INT64_MAX
#define SERVED_HOSTS "dvm.hosts"
#define TRIES 3
#define TURN_PAUSE_US (50 * USEC_PER_MSEC)
#define RETRY_PAUSE_US (500 * USEC_PER_MSEC)
#define PROBE_US (20 * USEC_PER_SEC)
#define KILL_ROUND_US                                      \
    (6 * USEC_PER_SEC) /* ssh to a dead host gives up in 4 \
                        */
#define LOST_PAUSE_US (2 * USEC_PER_SEC)
#define STOP_US (3 * USEC_PER_SEC)
#define USE_PAUSE_US (10 * USEC_PER_SEC)
#define FIRST_LOOK_US (60 * USEC_PER_SEC)
#define SECOND_LOOK_US (5 * USEC_PER_SEC)
#define LAST_LOOK_US (600 * USEC_PER_SEC)
#define NOT_LAUNCHED 126
#define LOST_CONNECTION 195 /* of prun: PMIX_ERR_LOST_CONNECTION */

static void set_state(struct step *step, enum step_state state, int64_t span)
{
    step->state = state;
    step->due = span == NEVER ? NEVER : clock_boot_us() + span;
}

/* Else it joins one that others keep. */
static bool has_own_dvm(const struct dvm_options *options)
{
    return options->uri == NULL || options->command == NULL;
}

/* ---- set up and clear away ---- */

static int open_log(const struct dvm_options *options)
{
    struct strbuf path;
    int fd;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/dvm.log", options->dir);
    fd = open(path.text, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    strbuf_release(&path);
    return fd;
}

int step_init(struct step *step, const struct dvm_options *options,
              const char **what)
{
    *step = (struct step){.options = options, .place = -1, .due = NEVER};
    step->daemon.out_fd = step->daemon.log_fd = -1;
    hostlist_init(&step->hosts);
    strbuf_init(&step->uri_file);
    strbuf_init(&step->tmp);
    if (has_own_dvm(options))
        strbuf_add_fmt(&step->uri_file, "%s/dvm.uri", options->dir);
    else
        strbuf_add_str(&step->uri_file, options->uri);
    strbuf_add_fmt(&step->tmp, "/tmp/erm-%s", options->key);
    *what = options->hosts;
    if (hosts_read(options->hosts, &step->hosts) != 0)
        return -1;
    *what = options->dir;
    step->daemon.log_fd = open_log(options);
    step->remote = (struct remote){.options = options,
                                   .hosts = &step->hosts,
                                   .log_fd = step->daemon.log_fd,
                                   .next = step->hosts.n};
    return step->daemon.log_fd < 0 ? -1 : 0;
}

/* Of the DVMs behind one shared address: no newer one has taken it over. */
static bool is_last(const struct step *step)
{
    char target[PATH_MAX];
    ssize_t n;

    if (step->options->uri == NULL || step->options->command != NULL)
        return false;
    n = readlink(step->options->uri, target, sizeof(target) - 1);
    target[n > 0 ? n : 0] = '\0';
    return n <= 0 || strcmp(target, step->uri_file.text) == 0;
}

void step_release(struct step *step)
{
    if (step->options->uri == NULL || step->options->command != NULL ||
        is_last(step))
        remove_all(step->tmp.text);
    daemon_ended(&step->daemon);
    if (step->daemon.log_fd >= 0)
        close(step->daemon.log_fd);
    hostlist_release(&step->hosts);
    strbuf_release(&step->uri_file);
    strbuf_release(&step->tmp);
}

/* Somebody may have put a link or a folder of theirs there. */
static bool make_tmp(const struct step *step)
{
    struct stat st;

    if (mkdir(step->tmp.text, 0700) == 0)
        return true;
    return errno == EEXIST && lstat(step->tmp.text, &st) == 0 &&
           S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void leave_turnstile(struct step *step)
{
    if (step->place >= 0)
        close(step->place);
    step->place = -1;
}

/* ---- the end ---- */

/* prte is gone. */
static void finish(struct step *step)
{
    if (!is_last(step)) {
        set_state(step, STEP_OVER, NEVER);
        return;
    }
    remote_signal(&step->remote, SIGKILL, true);
    set_state(step, STEP_CLEANING, KILL_ROUND_US);
}

/* No command runs any more. */
static void stop(struct step *step)
{
    remote_give_up(&step->remote);
    leave_turnstile(step);
    if (step->daemon.pid == 0) {
        finish(step);
        return;
    }
    daemon_signal(&step->daemon, SIGTERM);
    set_state(step, STEP_STOPPING, STOP_US);
}

static void fail(struct step *step, int code, const char *text)
{
    announce_note(step->options, "failure", text);
    step->code = code;
    stop(step);
}

static void fail_tmp(struct step *step)
{
    char text[200];

    snprintf(text, sizeof(text), "cannot make %s: %s", step->tmp.text,
             strerror(errno));
    fail(step, CLAIM_TRY_AGAIN, text);
}

/* ---- the command ---- */

static off_t length_of_errors(void)
{
    struct stat st;

    return fstat(STDERR_FILENO, &st) == 0 ? st.st_size : 0;
}

/* What a command starts on its hosts by other means than prun is to be known
 * there. On pretend hosts it is all below the shepherd. */
static bool is_marked(const struct dvm_options *options)
{
    return options->per_node == 0 && (options->rsh_how == NULL ||
                                      strcmp(options->rsh_how, "pretend") != 0);
}

static pid_t start_command(struct step *step)
{
    const struct dvm_options *options = step->options;
    struct argv argv = {0};
    struct strbuf uri, tmp, key;
    pid_t pid;

    strbuf_init(&key);
    strbuf_init(&uri);
    strbuf_init(&tmp);
    strbuf_add_fmt(&uri, "ERM_DVM_URI=file:%s", step->uri_file.text);
    strbuf_add_fmt(&tmp, "TMPDIR=%s", step->tmp.text);
    strbuf_add_fmt(&key, "ERM_DVM_KEY=%s", options->key);
    const char *const env[] = {uri.text, tmp.text,
                               is_marked(options) ? key.text : NULL, NULL};
    if (options->per_node > 0) {
        prun_fill(&argv, options, &step->hosts, step->uri_file.text);
    } else {
        argv_add_pair(&argv, "/bin/sh", "-c");
        argv_add(&argv, options->command);
    }
    pid = child_start(&argv, env, NULL, STDOUT_FILENO, STDERR_FILENO);
    argv_release(&argv);
    strbuf_release(&uri);
    strbuf_release(&tmp);
    strbuf_release(&key);
    return pid;
}

static void write_served(const struct step *step)
{
    struct strbuf names;

    strbuf_init(&names);
    hostlist_join(&step->hosts, "\n", &names);
    announce_note(step->options, SERVED_HOSTS, names.text);
    strbuf_release(&names);
}

/* The DVM is there: for the command, or for whoever wants it. */
static void run(struct step *step)
{
    leave_turnstile(step);
    set_state(step, STEP_RUNNING, NEVER);
    if (step->options->command == NULL) {
        set_state(step, STEP_RUNNING, USE_PAUSE_US);
        write_served(step);
        announce_started(step->options, step->daemon.pid);
        return;
    }
    if (!make_tmp(step)) {
        fail_tmp(step);
        return;
    }
    step->err_start = length_of_errors();
    step->command = start_command(step);
    if (step->command > 0)
        announce_started(step->options, step->command);
    else
        fail(step, NOT_LAUNCHED, "prun cannot be started");
    if (step->command > 0 && step->options->per_node > 0)
        set_state(step, STEP_RUNNING, step->look_in = FIRST_LOOK_US);
    if (step->command < 0)
        step->command = 0;
}

static void probe(struct step *step)
{
    struct argv argv = {0};

    prun_fill_probe(&argv, &step->hosts, step->uri_file.text);
    step->command = child_start(&argv, NULL, NULL, step->daemon.log_fd,
                                step->daemon.log_fd);
    argv_release(&argv);
    set_state(step, STEP_PROBING, PROBE_US);
    if (step->command > 0)
        return;
    step->command = 0;
    daemon_signal(&step->daemon, SIGKILL); /* as a probe that failed */
}

/* Its prun is of no use when the DVM goes. */
static void forget_probe(struct step *step)
{
    if (step->state != STEP_PROBING)
        return;
    if (step->command > 0)
        kill(-step->command, SIGKILL);
    step->command = 0;
}

/* ---- the DVM ---- */

static void start_daemon(struct step *step)
{
    step->n_tries++;
    if (!make_tmp(step)) {
        fail_tmp(step);
        return;
    }
    if (daemon_start(&step->daemon, step->options, &step->hosts,
                     step->uri_file.text, step->tmp.text) != 0) {
        fail(step, NOT_LAUNCHED,
             errno == ENOENT ? "prte is not in PATH (Debian: openmpi-bin)"
                             : "prte cannot be started");
        return;
    }
    set_state(step, STEP_STARTING, step->options->within_s * USEC_PER_SEC);
}

/* Has the shared DVM all hosts of this job? What serves left a copy of its
 * host file beside its address. */
static bool is_covered(const struct step *step)
{
    char path[PATH_MAX + 16];
    ssize_t n = readlink(step->uri_file.text, path, PATH_MAX - 1);
    struct hostlist served;
    bool is_all;

    path[n > 0 ? n : 0] = '\0';
    if (n <= 0 || strrchr(path, '/') == NULL)
        return false;
    strcpy(strrchr(path, '/'), "/" SERVED_HOSTS);
    hostlist_init(&served);
    is_all = hosts_read(path, &served) == 0;
    for (size_t i = 0; is_all && i < step->hosts.n; i++)
        is_all = hostlist_find(&served, step->hosts.names[i]) >= 0;
    hostlist_release(&served);
    return is_all;
}

/* Somebody else starts it, or starts it again with more hosts. */
static void wait_shared(struct step *step)
{
    if (is_covered(step))
        run(step);
    else if (clock_boot_us() > step->give_up)
        fail(step, CLAIM_TRY_AGAIN, "the pool's DVM is not ready");
    else
        set_state(step, STEP_WAITING, TURN_PAUSE_US);
}

static void wait_turn(struct step *step)
{
    if (step->options->starts != NULL)
        step->place = turnstile_enter(step->options->starts);
    if (step->options->starts != NULL && step->place < 0 &&
        errno == EWOULDBLOCK)
        set_state(step, STEP_WAITING, TURN_PAUSE_US);
    else
        start_daemon(step);
}

/* prte is gone before the DVM could be used. Others may start meanwhile. */
static void retry(struct step *step, const char *why)
{
    char complaint[200], text[300];

    snprintf(text, sizeof(text), "the DVM did not start: %s",
             daemon_complaint(&step->daemon, complaint, sizeof(complaint))[0]
                 ? complaint
                 : why);
    leave_turnstile(step);
    forget_probe(step);
    if (step->n_tries >= TRIES)
        fail(step, CLAIM_TRY_AGAIN, text);
    else /* not all at the same time */
        set_state(step, STEP_WAITING,
                  RETRY_PAUSE_US + (int64_t)(getpid() % 16) * TURN_PAUSE_US);
}

static void lose(struct step *step, const char *text)
{
    if (step->is_lost)
        return;
    step->is_lost = true;
    announce_note(step->options, "lost", text);
}

static void daemon_gone(struct step *step, int status)
{
    char text[200];
    enum step_state state = step->state;

    daemon_ended(&step->daemon);
    snprintf(text, sizeof(text), "prte ended with %s %d",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (state == STEP_STARTING || state == STEP_PROBING) {
        retry(step, text);
    } else if (state == STEP_RUNNING && step->command > 0) {
        lose(step, text);
        set_state(step, STEP_ENDING, LOST_PAUSE_US);
    } else if (state == STEP_RUNNING) {
        lose(step, text);
        step->code = LOST_CONNECTION;
        stop(step);
    } else if (state == STEP_STOPPING) {
        finish(step);
    }
}

/* ---- how the command ended ---- */

/* prun's own failures have exit codes that a program can have as well; what it
 * says besides tells them apart. */
static bool has_complained(const struct step *step)
{
    char text[4097];
    int fd = open("/proc/self/fd/2", O_RDONLY | O_CLOEXEC);
    off_t end = length_of_errors();
    off_t start = end - 4096 > step->err_start ? end - 4096 : step->err_start;
    ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, start);

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return strstr(text, "PMIx_Spawn failed") != NULL ||
           strstr(text, "prun failed to initialize") != NULL;
}

static void command_gone(struct step *step, int status)
{
    bool is_prun = step->options->per_node > 0;

    step->command = 0;
    step->code =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (step->state == STEP_ENDING && !step->is_lost) {
        stop(step);
        return;
    }
    if (is_prun && step->code == LOST_CONNECTION)
        lose(step, "the connection to the DVM was lost");
    else if (is_prun && step->code != 0 && !step->is_lost &&
             has_complained(step))
        step->code = NOT_LAUNCHED;
    stop(step);
}

static void probe_gone(struct step *step, int status)
{
    step->command = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        run(step);
    else /* daemon_gone() goes on from here */
        daemon_signal(&step->daemon, SIGKILL);
}

void step_reaped(struct step *step, pid_t pid, int status)
{
    if (remote_reaped(&step->remote, pid, status))
        return;
    if (pid == step->daemon.pid)
        daemon_gone(step, status);
    else if (pid == step->command && step->state == STEP_PROBING)
        probe_gone(step, status);
    else if (pid == step->command)
        command_gone(step, status);
}

/* ---- signals ---- */

void step_end(struct step *step, int64_t grace_us)
{
    int64_t due = clock_boot_us() + grace_us;

    if (step->state == STEP_ENDING) { /* asked again: sooner at most */
        step->due = due < step->due ? due : step->due;
        return;
    }
    if (step->state != STEP_RUNNING || step->command == 0) {
        step->code = 128 + SIGTERM;
        forget_probe(step);
        if (step->state < STEP_STOPPING)
            stop(step);
        return;
    }
    set_state(step, STEP_ENDING, grace_us);
    remote_signal(&step->remote, SIGTERM, false);
    if (step->options->per_node == 0)
        tree_signal_from(step->command, SIGTERM);
}

/* prun passes these on to its job; others end it, and the job stays. In a DVM
 * of many jobs its way would reach all of them. */
static bool goes_through_prun(const struct step *step, int signal)
{
    return step->options->uri == NULL &&
           (signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGTSTP ||
            signal == SIGCONT);
}

void step_forward(struct step *step, int signal)
{
    bool has_job = step->state == STEP_RUNNING || step->state == STEP_ENDING;

    if (step->command == 0 || !has_job || signal <= 0 || signal > SIGRTMAX)
        return;
    if (step->options->per_node == 0)
        tree_forward_from(step->command, signal);
    else if (goes_through_prun(step, signal))
        kill(step->command, signal);
    else if (step->state == STEP_RUNNING) /* else TERM is on its way */
        remote_signal(&step->remote, signal, false);
}

void step_heard(struct step *step)
{
    daemon_read(&step->daemon);
    if (step->state != STEP_STARTING || !step->daemon.is_ready)
        return;
    if (step->options->command == NULL)
        probe(step);
    else
        run(step);
}

/* The grace is over, or the DVM is gone and prun hangs. First the hosts, and
 * when those are done (or do not answer) what runs here. */
static void kill_all(struct step *step)
{
    if (!step->is_lost && step->remote.signal != SIGKILL) {
        remote_signal(&step->remote, SIGKILL, false);
        step->due = clock_boot_us() + KILL_ROUND_US;
        return;
    }
    step->due = NEVER;
    if (step->command > 0)
        tree_signal_from(step->command, SIGKILL);
}

/* PRRTE can miss the end of a process; its prun then waits for ever. Two looks
 * that find nothing, because one may fall between two programs of a script. */
static void judge_look(struct step *step)
{
    step->n_missing = step->remote.is_found ? 0 : step->n_missing + 1;
    step->remote.is_look = false;
    if (step->n_missing >= 2) {
        lose(step, "PRRTE has missed the end of its processes");
        set_state(step, STEP_ENDING, 0);
        return;
    }
    step->look_in =
        2 * step->look_in < LAST_LOOK_US ? 2 * step->look_in : LAST_LOOK_US;
    set_state(step, STEP_RUNNING,
              step->n_missing > 0 ? SECOND_LOOK_US : step->look_in);
}

/* What serves asks whether it is needed; a prun, whether anything runs. */
static void look_after(struct step *step)
{
    if (step->options->command == NULL) {
        set_state(step, STEP_RUNNING, USE_PAUSE_US);
        if (!in_use(step->options->dir))
            stop(step);
    } else if (!step->remote.is_look) {
        remote_look(&step->remote);
        set_state(step, STEP_RUNNING, KILL_ROUND_US);
    } else if (remote_is_done(&step->remote)) {
        judge_look(step);
    } else { /* a host that does not answer cannot tell */
        step->remote.is_found = true;
        remote_give_up(&step->remote);
        judge_look(step);
    }
}

void step_timer(struct step *step)
{
    bool is_swept =
        (step->state == STEP_ENDING || step->state == STEP_CLEANING) &&
        step->remote.signal == SIGKILL && remote_is_done(&step->remote);

    if (clock_boot_us() < step->due && !(is_swept && step->due != NEVER))
        return;
    switch (step->state) {
    case STEP_WAITING:
        if (has_own_dvm(step->options))
            wait_turn(step);
        else
            wait_shared(step);
        break;
    case STEP_STARTING:
    case STEP_PROBING:
        /* a stuck ssh ignores TERM; step_reaped() goes on */
        step->due = NEVER;
        daemon_signal(&step->daemon, SIGKILL);
        break;
    case STEP_ENDING:
        kill_all(step);
        break;
    case STEP_STOPPING:
        step->due = NEVER;
        daemon_signal(&step->daemon, SIGKILL);
        break;
    case STEP_CLEANING:
        remote_give_up(&step->remote);
        set_state(step, STEP_OVER, NEVER);
        break;
    case STEP_RUNNING:
        look_after(step);
        break;
    case STEP_OVER:
        break;
    }
}

void step_begin(struct step *step)
{
    step->give_up = clock_boot_us() + step->options->within_s * USEC_PER_SEC;
    if (has_own_dvm(step->options))
        wait_turn(step);
    else
        wait_shared(step);
}
