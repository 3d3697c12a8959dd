/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded before the C library (LD_PRELOAD), kills the manager with SIGKILL at
 * its Nth step. A step is what the world outside can see of it: a commit of the
 * journal (one step before, one after), a file that is written, renamed,
 * removed or cut, a process that is started or signalled. Between two steps
 * nothing is lost but memory, so all crashes are those before a step.
 *
 * KILL_COUNT  a file: steps are counted while it is there
 * KILL_STEPS  a file: one line "NUMBER WHAT" is added for each
 * KILL_AT     the number of the step before which it is killed; 0: none
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sqlite3.h>

static const char *count_path, *steps_path; /* NULL: not in the manager */
static long kill_at, n_steps;
static bool is_inside; /* SQLite: what it does is one step */

#define NEXT(function)                 \
    static __typeof__(function) *next; \
    if (next == NULL)                  \
    next = (__typeof__(function) *)dlsym(RTLD_NEXT, #function)

/* The children are not to be killed, nor to be delayed. */
__attribute__((constructor)) static void begin(void)
{
    char path[PATH_MAX] = "";

    if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0 ||
        strcmp(basename(path), "erm-manager") != 0)
        return;
    count_path = getenv("KILL_COUNT");
    steps_path = getenv("KILL_STEPS");
    if (getenv("KILL_AT") != NULL)
        kill_at = strtol(getenv("KILL_AT"), NULL, 10);
    unsetenv("LD_PRELOAD");
}

static void write_line(const char *line)
{
    int fd = open(steps_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        abort();
    syscall(SYS_write, fd, line, strlen(line));
    close(fd);
}

/* WHAT is about to be done to NAME. */
static void step(const char *what, const char *name)
{
    char line[PATH_MAX];

    if (count_path == NULL || steps_path == NULL || is_inside ||
        access(count_path, F_OK) != 0)
        return;
    n_steps++;
    snprintf(line, sizeof(line), "%ld %s %s\n", n_steps, what, name);
    write_line(line);
    if (n_steps == kill_at)
        kill(getpid(), SIGKILL);
}

static void step_fd(const char *what, int fd)
{
    char link[64], path[PATH_MAX] = "";

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof(path) - 1) > 0 && path[0] == '/' && fd > 2)
        step(what, path);
}

int sqlite3_step(sqlite3_stmt *statement)
{
    const char *sql = sqlite3_sql(statement);
    bool is_commit = sql != NULL && strcasecmp(sql, "commit") == 0;
    int rc;
    NEXT(sqlite3_step);

    if (is_commit)
        step("commit", "");
    is_inside = true;
    rc = next(statement);
    is_inside = false;
    if (is_commit)
        step("committed", "");
    return rc;
}

ssize_t write(int fd, const void *data, size_t size)
{
    NEXT(write);

    step_fd("write", fd);
    return next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    NEXT(pwrite);

    step_fd("pwrite", fd);
    return next(fd, data, size, at);
}

int ftruncate(int fd, off_t size)
{
    NEXT(ftruncate);

    step_fd("ftruncate", fd);
    return next(fd, size);
}

int rename(const char *from, const char *to)
{
    NEXT(rename);

    step("rename", to);
    return next(from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    NEXT(renameat);

    step("rename", to);
    return next(from_fd, from, to_fd, to);
}

int unlink(const char *path)
{
    NEXT(unlink);

    step("unlink", path);
    return next(path);
}

int unlinkat(int fd, const char *path, int flags)
{
    NEXT(unlinkat);

    step("unlink", path);
    return next(fd, path, flags);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
    NEXT(mkdirat);

    step("mkdir", path);
    return next(fd, path, mode);
}

int posix_spawn(pid_t *pid, const char *path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[],
                char *const envp[])
{
    int rc;
    NEXT(posix_spawn);

    step("spawn", path);
    rc = next(pid, path, actions, attributes, argv, envp);
    step("spawned", path);
    return rc;
}

int pidfd_send_signal(int pidfd, int signal, siginfo_t *info,
                      unsigned int flags)
{
    NEXT(pidfd_send_signal);

    step("signal", strsignal(signal));
    return next(pidfd, signal, info, flags);
}
