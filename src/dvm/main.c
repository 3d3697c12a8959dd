/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm-dvm: runs a job's command in a DVM of PRRTE over the job's hosts, under
 * a shepherd, or keeps a DVM for others. Waits for children, signals, prte's
 * words and the time; step.c says what each means. doc/prrte.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "dvm/announce.h"
#include "dvm/step.h"
#include "shepherd/claim.h"

#define EXIT_USAGE 2
#define EXIT_NOT_LAUNCHED 126
#define DEFAULT_GRACE_US (10 * USEC_PER_SEC)

static void reap(struct step *step)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        step_reaped(step, pid, status);
}

/* With a shepherd's TERM comes the grace, in milliseconds. What it forwards has
 * a signal of its own: a TERM for the job must not be taken for its end. A PIPE
 * is for nobody: the manager that a report was for is gone. */
static void take_signals(struct step *step, int fd)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof(info)) == sizeof(info)) {
        int signal = (int)info.ssi_signo;
        if (signal == SIGCHLD || signal == SIGPIPE)
            continue;
        if (signal == SHEPHERD_SIG_FORWARD)
            step_forward(step, info.ssi_int);
        else if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP)
            step_end(step, info.ssi_code == SI_QUEUE
                               ? info.ssi_int * USEC_PER_MSEC
                               : DEFAULT_GRACE_US);
        else
            step_forward(step, signal);
    }
    reap(step);
}

static int timeout_of(const struct step *step)
{
    int64_t left;

    if (step->due == INT64_MAX)
        return -1;
    left = step->due - clock_boot_us();
    return left <= 0 ? 0 : (int)(left / USEC_PER_MSEC % 3600000) + 1;
}

static void loop(struct step *step, int signals)
{
    while (step->state != STEP_OVER) {
        struct pollfd fds[2] = {{.fd = signals, .events = POLLIN},
                                {.fd = step->daemon.out_fd, .events = POLLIN}};
        poll(fds, 2, timeout_of(step));
        if (fds[1].revents != 0)
            step_heard(step);
        if (fds[0].revents != 0)
            take_signals(step, signals);
        step_timer(step);
    }
}

static int block_signals(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL);
    return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int fail_early(const struct dvm_options *options, const char *what)
{
    char text[300];

    snprintf(text, sizeof(text), "cannot use %.200s: %s", what,
             strerror(errno));
    announce_note(options, "failure", text);
    fprintf(stderr, "erm-dvm: %s\n", text);
    return EXIT_NOT_LAUNCHED;
}

int main(int argc, char **argv)
{
    struct dvm_options options;
    struct step step;
    const char *problem;
    int signals;

    if (dvm_options_parse(argc, argv, &options, &problem) != 0) {
        fprintf(stderr, "erm-dvm: bad or missing: %s\n" DVM_USAGE, problem);
        return EXIT_USAGE;
    }
    signals = block_signals();
    if (signals < 0)
        return fail_early(&options, "signalfd");
    if (options.report_fd >= 0)
        fcntl((int)options.report_fd, F_SETFD, FD_CLOEXEC);
    if (geteuid() == 0) { /* PRRTE asks to be told twice */
        setenv("PRTE_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("PRTE_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
    /* Pretend hosts meet on the loopback, which Open MPI leaves out, and there
     * may be more ranks than processors: those that wait should not spin. */
    if (options.rsh_how != NULL && strcmp(options.rsh_how, "pretend") == 0) {
        setenv("OMPI_MCA_btl_tcp_if_include", "lo", 0);
        setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
    }
    /* prte's ssh children come here when it dies, and are ended with it. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (step_init(&step, &options, &problem) == 0) {
        step_begin(&step);
        loop(&step, signals);
    } else {
        step.code = fail_early(&options, problem);
    }
    step_release(&step);
    return step.code;
}
