/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One loop around sigwaitinfo(): children, control signals and the timer all
 * come as signals, so a job that just runs and ends costs two system calls
 * here. The timer exists only while there is something to wait for.
 */
#include "shepherd/watch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "shepherd/tree.h"

#define NEVER INT64_MAX
#define FIRST_PAUSE_US 10000
#define LONGEST_PAUSE_US 1000000

struct watch {
    const struct options *options;
    struct exit_record *record;
    pid_t command;
    int64_t started;
    int64_t walltime_at, warn_at, kill_at; /* NEVER: not to be done */
    int64_t timer_at;                      /* what the timer is set to */
    int64_t pause; /* from one round of KILL to the next, growing */
    timer_t timer;
    bool has_timer;
    bool is_ending;    /* the job, or its wrapper, was told */
    bool is_tree_told; /* TERM was sent to all of it */
    bool has_command_ended;
    bool is_over; /* no child is left */
};

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

int64_t watch_now_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

int64_t watch_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

static int64_t add_time(int64_t t, int64_t span)
{
    return span > NEVER - t ? NEVER : t + span;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void watch_prepare(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    /* What nohup, or a shell's "&", has ignored would be so in the job; with
     * SIGCHLD among it the job would be reaped unseen. */
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
}

static void set_walltime(struct watch *w, int64_t walltime_us)
{
    int64_t warn_us = w->options->warn_us;
    w->walltime_at = add_time(w->started, walltime_us);
    w->warn_at = NEVER;
    if (warn_us > 0 && w->options->warn_signal && w->walltime_at != NEVER)
        w->warn_at = w->walltime_at - warn_us;
}

/* A wrapper ends the job, or passes a signal on to it, wherever that runs. */
static void tell_wrapper(const struct watch *w, int signal, int value)
{
    union sigval data = {.sival_int = value};
    if (!w->has_command_ended)
        sigqueue(w->command, signal, data);
}

/* TERM to all of the job, KILL to what is left GRACE later. Asked again it
 * can only make the end come sooner. */
static void end_job(struct watch *w, int64_t grace)
{
    bool has_wrapper = w->options->is_wrapped && !w->has_command_ended;
    int64_t extra = has_wrapper ? w->options->wrapper_extra_us : 0;
    w->kill_at =
        earlier(w->kill_at, add_time(add_time(watch_now_us(), grace), extra));
    w->is_ending = true;
    w->warn_at = w->walltime_at = NEVER;
    if (has_wrapper) {
        tell_wrapper(w, SIGTERM, (int)earlier(grace / 1000, INT_MAX));
        return;
    }
    if (w->is_tree_told)
        return;
    w->is_tree_told = true;
    tree_signal(SIGTERM);
    tree_signal(SIGCONT); /* a stopped process could not act on TERM */
}

static void end_for(struct watch *w, enum exit_reason reason, int64_t grace)
{
    if (!w->is_ending)
        w->record->reason = reason;
    end_job(w, grace);
}

static void note_command_end(struct watch *w, int status)
{
    w->has_command_ended = true;
    if (WIFSIGNALED(status))
        w->record->signal = WTERMSIG(status);
    else
        w->record->code = WEXITSTATUS(status);
}

/* One SIGCHLD can stand for many children. */
static void reap(struct watch *w)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == w->command)
            note_command_end(w, status);
    w->is_over = pid < 0 && errno == ECHILD;
    if (w->has_command_ended && !w->is_over)
        end_job(w, earlier(w->options->grace_us, WATCH_LEFTOVER_GRACE_US));
}

static void forward(const struct watch *w, int signal)
{
    if (w->options->is_wrapped)
        tell_wrapper(w, SHEPHERD_SIG_FORWARD, signal);
    else
        tree_forward(signal);
}

static void obey(struct watch *w, int signal, int value)
{
    if (signal == SIGTERM)
        end_for(w, EXIT_TERMINATED, w->options->grace_us);
    else if (signal == SHEPHERD_SIG_TERMINATE)
        end_for(w, EXIT_TERMINATED, value > 0 ? value * INT64_C(1000) : 0);
    else if (signal == SHEPHERD_SIG_FORWARD && value > 0 && value <= SIGRTMAX)
        forward(w, value);
    else if (signal == SHEPHERD_SIG_WALLTIME && !w->is_ending)
        set_walltime(w, value == INT_MAX ? NEVER : value * INT64_C(1000000));
}

static void do_what_is_due(struct watch *w)
{
    int64_t now = watch_now_us();
    if (now >= w->walltime_at)
        end_for(w, EXIT_WALLTIME, w->options->grace_us);
    if (now >= w->warn_at) {
        w->warn_at = NEVER;
        forward(w, (int)w->options->warn_signal);
    }
    if (now >= w->kill_at) {
        tree_kill();
        w->kill_at = now + w->pause;
        w->pause = earlier(2 * w->pause, LONGEST_PAUSE_US);
    }
}

static void set_timer(struct watch *w)
{
    int64_t at = earlier(w->kill_at, earlier(w->warn_at, w->walltime_at));
    if (at == w->timer_at)
        return;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM};
    if (!w->has_timer)
        w->has_timer = timer_create(CLOCK_BOOTTIME, &event, &w->timer) == 0;
    struct itimerspec spec = {{0, 0}, {0, 0}}; /* all zero disarms */
    if (at != NEVER) {
        spec.it_value.tv_sec = at > 0 ? at / 1000000 : 0;
        spec.it_value.tv_nsec = at > 0 ? at % 1000000 * 1000 : 1;
    }
    if (w->has_timer)
        timer_settime(w->timer, TIMER_ABSTIME, &spec, NULL);
    w->timer_at = at;
}

static void wait_signal(struct watch *w)
{
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGALRM);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SHEPHERD_SIG_FORWARD);
    sigaddset(&set, SHEPHERD_SIG_TERMINATE);
    sigaddset(&set, SHEPHERD_SIG_WALLTIME);
    set_timer(w);
    int signal = sigwaitinfo(&set, &info);
    if (signal == SIGCHLD)
        reap(w);
    else if (signal > 0)
        obey(w, signal, info.si_value.sival_int);
}

static int64_t to_us(struct timeval t)
{
    return t.tv_sec * INT64_C(1000000) + t.tv_usec;
}

void watch_run(const struct options *options, pid_t command, int64_t started,
               struct exit_record *record)
{
    struct watch w = {.options = options,
                      .record = record,
                      .command = command,
                      .started = started,
                      .kill_at = NEVER,
                      .timer_at = NEVER,
                      .pause = FIRST_PAUSE_US};
    set_walltime(&w, options->walltime_us);
    while (!w.is_over) {
        wait_signal(&w);
        if (!w.is_over)
            do_what_is_due(&w);
    }
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    record->user_us = to_us(usage.ru_utime);
    record->system_us = to_us(usage.ru_stime);
    record->max_rss_kib = usage.ru_maxrss;
}
