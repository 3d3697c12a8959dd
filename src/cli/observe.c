/* SPDX-License-Identifier: BSD-2-Clause */
/* See observe.h. */
#include "cli/observe.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/manager_path.h"
#include "store/state_dir.h"

/* The state directory as all commands find it, owned; NULL: none. */
static char *find_state(const struct cli *cli)
{
    const char *given = cli->common.state_dir;

    if (given == NULL || *given == '\0')
        given = getenv("ERM_STATE_DIR");
    if (given != NULL && *given != '\0')
        return mem_strdup(given);
    return state_dir_find(".", NULL);
}

static bool has_database(const char *state_dir)
{
    struct strbuf path;
    bool is_there;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/erm.db", state_dir);
    is_there = access(path.text, R_OK) == 0;
    strbuf_release(&path);
    return is_there;
}

/* The child: becomes an observer that serves until it is told to end. Never
 * returns. */
static void be_observer(const char *state_dir, int ready_fd)
{
    char path[PATH_MAX], fd[16];
    struct err err;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    fcntl(ready_fd, F_SETFD, 0);
    snprintf(fd, sizeof(fd), "%d", ready_fd);
    if (manager_path_find(path, &err) == 0)
        execl(path, "erm", "run", "--state-dir", state_dir, "--observe", fd,
              (char *)NULL);
    else
        dprintf(ready_fd, "%s\n", err.text);
    _exit(1);
}

/* 0 when it serves; otherwise what it says is the error. */
static int wait_for(int fd, struct err *err)
{
    char text[512];
    ssize_t n = read(fd, text, sizeof(text) - 1);

    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, "ok") == 0)
        return 0;
    return err_set(err, ERR_REQUEST, "cannot read the state: %s", text);
}

static int ask_observer(struct cli *cli, const char *state_dir,
                        const char *path, json_t **answer, struct err *err)
{
    int ends[2], result;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set_errno(err, "cannot make a pipe");
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_observer(state_dir, ends[1]);
    }
    close(ends[1]);
    result =
        pid < 0 ? err_set_errno(err, "cannot fork") : wait_for(ends[0], err);
    close(ends[0]);
    if (result == 0)
        result = cli_request(cli, "GET", path, NULL, answer, err);
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    return result;
}

int observe_get(struct cli *cli, const char *path, json_t **answer,
                struct err *err)
{
    struct err cause;
    char *state_dir;
    int result = cli_request(cli, "GET", path, NULL, answer, &cause);

    if (result == 0)
        return 0;
    state_dir = cause.code == ERR_NO_MANAGER ? find_state(cli) : NULL;
    if (state_dir != NULL && has_database(state_dir))
        result = ask_observer(cli, state_dir, path, answer, &cause);
    free(state_dir);
    if (result != 0 && err != NULL)
        *err = cause;
    return result;
}
