/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm-shepherd: owns the processes of one job, outlives the manager, and
 * leaves the exit record. doc/shepherd.md has the order of steps and why.
 *
 * Every job pays for what is done here, so the way of a short job through it
 * is kept free of what only long or unruly jobs need. Uses libc only.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shepherd/claim.h"
#include "shepherd/command.h"
#include "shepherd/cpus.h"
#include "shepherd/folder.h"
#include "shepherd/options.h"
#include "shepherd/report.h"
#include "shepherd/watch.h"

#define EXIT_USAGE 2
#define EXIT_CLAIM_TAKEN 75

/* What went wrong before the command could run; all NULL: nothing. */
struct obstacle {
    const char *what;
    const char *name;
    int error;
};

static void note_obstacle(struct obstacle *obstacle, const char *what,
                          const char *name)
{
    if (!obstacle->what)
        *obstacle = (struct obstacle){what, name, errno};
}

/* A file that its starter forgot to close would stay open as long as the job
 * runs, and somebody may wait for the end of that pipe. */
static void close_inherited(int report_fd, bool is_shared)
{
    unsigned first = 3;
    if (report_fd >= 0) {
        if (report_fd > 3)
            close_range(3, (unsigned)report_fd - 1, 0);
        fcntl(report_fd, F_SETFD, is_shared ? 0 : FD_CLOEXEC);
        first = (unsigned)report_fd + 1;
    }
    close_range(first, ~0U, 0);
}

static void open_output(const char *path, int fd, struct obstacle *obstacle)
{
    int got = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (got < 0) {
        note_obstacle(obstacle, "cannot open the output file", path);
        got = open("/dev/null", O_WRONLY);
    }
    if (got != fd && got >= 0) {
        dup2(got, fd);
        close(got);
    }
}

/* Ensures: 0, 1 and 2 are open and nothing else of ours gets these numbers.
 * Opened here and not in the child, which then has nothing left to do. */
static void open_stdio(const struct options *options, struct obstacle *obstacle)
{
    close_range(0, 2, 0);
    open("/dev/null", O_RDONLY); /* the lowest free number, 0 */
    open_output(options->stdout_path, STDOUT_FILENO, obstacle);
    if (strcmp(options->stdout_path, options->stderr_path) == 0)
        dup2(STDOUT_FILENO, STDERR_FILENO);
    else
        open_output(options->stderr_path, STDERR_FILENO, obstacle);
}

static void enter_cwd(const char *cwd, struct obstacle *obstacle)
{
    if (chdir(cwd) < 0)
        note_obstacle(obstacle, "cannot enter the working folder", cwd);
}

/* Best effort: a processor may have gone away since the manager chose it, and
 * a job that runs elsewhere is better than one that does not run. */
static void pin(const char *list)
{
    struct cpus cpus;
    if (list && cpus_parse(list, &cpus) == 0)
        cpus_apply(&cpus);
}

/* The manager raises its own limit; programs that use select() or close every
 * possible descriptor must not inherit that. */
static void restore_nofile(int64_t soft)
{
    struct rlimit limit;
    if (soft < 0 || getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = (rlim_t)soft;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* The command's pid, or -1 with OBSTACLE and the record's code set. */
static pid_t start(const struct options *options, struct obstacle *obstacle,
                   struct exit_record *record)
{
    pid_t pid = -1;
    if (!obstacle->what) {
        pid = command_start(options->argv);
        record->code = command_exit_code(errno);
        if (pid < 0)
            note_obstacle(obstacle, "cannot run", options->argv[0]);
    } else {
        record->code = 126;
    }
    record->reason = pid < 0 ? EXIT_EXEC_FAILED : EXIT_BY_ITSELF;
    if (pid >= 0)
        record->code = 0;
    return pid;
}

/* A wrapper writes `command` when the command runs, and `lost` when that was
 * cut off by no fault of its own. */
static void judge_wrapper(const struct folder *folder,
                          struct exit_record *record)
{
    bool is_own_end = record->reason == EXIT_BY_ITSELF;
    if (record->reason != EXIT_WALLTIME && !folder_has(folder, "command")) {
        if (record->signal || !is_own_end)
            record->code = CLAIM_TRY_AGAIN;
        record->signal = 0;
        record->reason = EXIT_EXEC_FAILED;
    } else if (is_own_end && folder_has(folder, "lost")) {
        record->reason = EXIT_NODE_LOST;
    }
}

static int run(const struct options *options, const struct folder *folder,
               const struct report *report, struct obstacle *obstacle)
{
    struct exit_record record = {0};
    record.started_us = watch_wall_us();
    int64_t started = watch_now_us();
    pid_t pid = start(options, obstacle, &record);
    if (pid >= 0 && !options->is_wrapped) {
        folder_write_command(folder, pid, record.started_us);
        report_started(report, pid);
    }
    if (pid >= 0)
        watch_run(options, pid, started, &record);
    if (pid >= 0 && options->is_wrapped)
        judge_wrapper(folder, &record);
    /* Not the wall clock again: it may have been set meanwhile. */
    record.ended_us = record.started_us + watch_now_us() - started;
    if (folder_write_exit(folder, &record) < 0)
        return 1;
    if (pid < 0)
        report_failed(report, obstacle->what, obstacle->name, obstacle->error);
    return 0;
}

int main(int argc, char **argv)
{
    struct options options;
    const char *problem;
    (void)argc;
    if (options_parse(argv, &options, &problem)) {
        fprintf(stderr, "erm-shepherd: bad or missing: %s\n" OPTIONS_USAGE,
                problem);
        return EXIT_USAGE;
    }
    struct report report = {(int)options.report_fd, options.job_id,
                            (uint32_t)options.attempt, (uint32_t)options.part};
    struct obstacle obstacle = {0};
    struct folder folder;
    watch_prepare();
    setsid(); /* fails when the starter has done it */
    close_inherited(report.fd, options.is_wrapped);
    open_stdio(&options, &obstacle);
    if (folder_claim(&folder, options.jobs_dir, options.job_id, report.attempt,
                     report.part)) {
        if (errno == EEXIST)
            return EXIT_CLAIM_TAKEN;
        report_failed(&report, "cannot claim the job in", options.jobs_dir,
                      errno);
        return 1;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    enter_cwd(options.cwd, &obstacle);
    pin(options.cpus);
    restore_nofile(options.nofile);
    return run(&options, &folder, &report, &obstacle);
}
