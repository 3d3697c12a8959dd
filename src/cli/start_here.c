/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm start: a manager in the background. The parent waits until the child
 * serves, so that the next command finds it, or shows why it could not start.
 * See manager_command.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cli/manager_command.h"
#include "cli/run_options.h"
#include "store/state_dir.h"

/* Where the manager keeps its state: as it says itself in manager.h. */
static void default_state_dir(const struct run_options *run, struct strbuf *out)
{
    const char *jobs = run->manager.jobs_file;
    const char *slash = jobs != NULL ? strrchr(jobs, '/') : NULL;
    if (run->manager.state_dir != NULL) {
        strbuf_add_str(out, run->manager.state_dir);
        return;
    }
    if (slash != NULL)
        strbuf_add(out, jobs, (size_t)(slash - jobs) + 1);
    strbuf_add_str(out, STATE_DIR_NAME);
}

/* Opens STATE_DIR/erm.log, which also makes the folder. */
static int open_log(const char *state_dir, struct strbuf *path, struct err *err)
{
    struct state_dir dir;
    if (state_dir_open(&dir, state_dir, true, err) < 0)
        return -1;
    strbuf_add_fmt(path, "%s/erm.log", dir.path);
    int fd =
        openat(dir.fd, "erm.log",
               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set_errno(err, "cannot open %s", path->text);
    state_dir_close(&dir);
    return fd;
}

/* The terminal must be free: whoever started us may log out. And whoever
 * reads what we were started in must see its end. */
static void redirect(int log_fd, int ready_fd)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null_fd >= 0)
        dup2(null_fd, STDIN_FILENO);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, (unsigned)ready_fd - 1, 0);
    close_range((unsigned)ready_fd + 1, ~0U, 0);
}

/* The child: never returns. */
static void be_manager(struct run_options *run, int log_fd, int ready_fd)
{
    struct manager_summary summary;
    struct err err;
    err_clear(&err);
    setsid();
    redirect(log_fd, ready_fd);
    run->manager.ready_fd = ready_fd;
    if (manager_run(&run->manager, &summary, &err) == 0)
        _exit(0);
    fprintf(stderr, "erm: %s\n", err.text);
    _exit(err_exit_status(err.code));
}

/* The kind of error that a child which could not serve ended with. */
static enum err_code code_of_child(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status))
        return ERR_REQUEST;
    if (WEXITSTATUS(status) == err_exit_status(ERR_BUSY))
        return ERR_BUSY;
    return WEXITSTATUS(status) == err_exit_status(ERR_USAGE) ? ERR_USAGE
                                                             : ERR_REQUEST;
}

/* Reads what the child says until it serves or ends. 0 when it serves, else
 * -1 and ERR. */
static int wait_until_ready(pid_t pid, int fd, const char *log, struct err *err)
{
    char text[1024] = "";
    size_t n = 0;
    for (;;) {
        ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
        if (n >= 3 && strncmp(text, "ok\n", 3) == 0)
            return 0;
    }
    text[n] = '\0';
    const char *hint = text + strlen(text) + (strlen(text) < n);
    err_set(err, code_of_child(pid), "%s",
            n > 0 ? text : "the manager ended at its start");
    if (*hint != '\0')
        return err_hint(err, "%s", hint);
    return err_hint(err, "more is in %s", log);
}

/* Prints the child's pid once it serves. */
static int start_child(struct cli *cli, struct run_options *run, int log_fd,
                       const char *log, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set_errno(err, "cannot make a pipe");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_manager(run, log_fd, ends[1]);
    }
    close(ends[1]);
    int rc = pid < 0 ? err_set_errno(err, "cannot fork")
                     : wait_until_ready(pid, ends[0], log, err);
    close(ends[0]);
    if (rc == 0)
        fprintf(cli->out, "%d\n", (int)pid);
    if (rc == 0)
        cli_tell(cli, "the manager runs; its log is %s", log);
    return rc;
}

/* systemd watches the process itself and keeps the log. */
static int run_in_front(struct run_options *run, struct err *err)
{
    struct manager_summary summary;
    return run_options_serve(run, &summary, err);
}

int manager_command_start(struct cli *cli, int argc, char **argv,
                          struct err *err)
{
    struct run_options run;
    struct strbuf state_dir, log;
    if (run_options_parse(&run, &cli->common, argc, argv, err) < 0)
        return -1;
    if (run.n_operands > 1 || run.is_command ||
        (run.n_operands == 1 && run.manager.jobs_file != NULL))
        return err_set(err, ERR_USAGE, "%s: one jobs file at a time",
                       run.operands[run.n_operands - 1]);
    if (run.n_operands == 1)
        run.manager.jobs_file = run.operands[0];
    if (run.is_foreground)
        return run_in_front(&run, err);
    strbuf_init(&state_dir);
    strbuf_init(&log);
    default_state_dir(&run, &state_dir);
    run.manager.state_dir = state_dir.text;
    int rc = -1, log_fd = open_log(state_dir.text, &log, err);
    if (log_fd >= 0) {
        rc = start_child(cli, &run, log_fd, log.text, err);
        close(log_fd);
    }
    strbuf_release(&state_dir);
    strbuf_release(&log);
    return rc;
}
