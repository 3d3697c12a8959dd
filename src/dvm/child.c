/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

void argv_add(struct argv *argv, const char *word)
{
    argv->words = mem_resize(argv->words, argv->n + 2, sizeof(char *));
    argv->words[argv->n++] = mem_strdup(word);
    argv->words[argv->n] = NULL;
}

void argv_add_pair(struct argv *argv, const char *name, const char *value)
{
    argv_add(argv, name);
    argv_add(argv, value);
}

void argv_release(struct argv *argv)
{
    for (size_t i = 0; i < argv->n; i++)
        free(argv->words[i]);
    free(argv->words);
    *argv = (struct argv){0};
}

static bool is_named_in(const char *item, const char *const *list)
{
    size_t n = strcspn(item, "=") + 1;

    for (; list != NULL && *list != NULL; list++)
        if (strncmp(item, *list, n) == 0)
            return true;
    return false;
}

/* The environment with MORE instead of what has those names. The list is
 * owned, its items are borrowed. */
static char **join_env(const char *const *more)
{
    size_t n = 0, n_more = 0, k = 0;
    char **joined;

    while (environ[n] != NULL)
        n++;
    while (more != NULL && more[n_more] != NULL)
        n_more++;
    joined = mem_alloc_array(n + n_more + 1, sizeof(*joined));
    for (size_t i = 0; i < n; i++)
        if (!is_named_in(environ[i], more))
            joined[k++] = environ[i];
    for (size_t i = 0; i < n_more; i++)
        joined[k++] = (char *)(uintptr_t)more[i];
    return joined;
}

/* The read end of a pipe that holds TEXT and nothing more, or -1. */
static int input_of(const char *text)
{
    int ends[2];
    ssize_t n = (ssize_t)strlen(text);

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    if (write(ends[1], text, (size_t)n) != n) {
        close(ends[0]);
        ends[0] = -1;
    }
    close(ends[1]);
    return ends[0];
}

static int spawn(pid_t *pid, const struct argv *argv, char *const *env,
                 const int fds[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int rc;

    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i <= 2; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    rc = posix_spawnp(pid, argv->words[0], &actions, &attr, argv->words, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return rc;
}

pid_t child_start(const struct argv *argv, const char *const *env,
                  const char *input, int out_fd, int err_fd)
{
    int fds[3] = {input != NULL ? input_of(input) : STDIN_FILENO, out_fd,
                  err_fd};
    char **joined;
    pid_t pid;
    int rc;

    if (fds[0] < 0)
        return -1;
    joined = join_env(env);
    rc = spawn(&pid, argv, joined, fds);
    free(joined);
    if (input != NULL)
        close(fds[0]);
    errno = rc;
    return rc == 0 ? pid : -1;
}
