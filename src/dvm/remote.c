/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/remote.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "dvm/child.h"
#include "dvm/host_script.h"

static void add_signal(struct strbuf *out, int signal)
{
    const char *name = sigabbrev_np(signal);

    if (name != NULL)
        strbuf_add_str(out, name);
    else /* a real-time signal */
        strbuf_add_fmt(out, "%d", signal);
}

static void add_verb(struct strbuf *out, const struct remote *remote)
{
    const char *key = remote->options->key;

    if (remote->is_look) {
        strbuf_add_fmt(out, HOST_COMMAND " works %s", key);
        return;
    }
    strbuf_add_str(out, HOST_COMMAND " sweep ");
    add_signal(out, remote->signal);
    strbuf_add_fmt(out, " %s %s", key, remote->is_all ? "all" : "job");
}

static void begin(struct remote *remote, size_t slot)
{
    const struct dvm_options *options = remote->options;
    struct argv argv = {0};
    struct strbuf command, how, script;
    pid_t pid;

    strbuf_init(&command);
    strbuf_init(&how);
    strbuf_init(&script);
    strbuf_add_fmt(&script, "%s\n", host_script);
    add_verb(&command, remote);
    strbuf_add_fmt(&how, "ERM_RSH=%s",
                   options->rsh_how ? options->rsh_how : "ssh");
    const char *const env[] = {how.text, NULL};
    argv_add(&argv, options->rsh);
    argv_add(&argv, remote->hosts->names[remote->next++]);
    argv_add(&argv, command.text);
    pid = child_start(&argv, env, script.text, remote->log_fd, remote->log_fd);
    if (pid > 0) {
        remote->running[slot] = pid;
        remote->n_running++;
    }
    argv_release(&argv);
    strbuf_release(&command);
    strbuf_release(&how);
    strbuf_release(&script);
}

static void begin_some(struct remote *remote)
{
    for (size_t i = 0; i < REMOTE_AT_ONCE; i++) {
        while (remote->running[i] == 0 && remote->next < remote->hosts->n)
            begin(remote, i);
    }
}

void remote_give_up(struct remote *remote)
{
    for (size_t i = 0; i < REMOTE_AT_ONCE; i++) {
        if (remote->running[i] > 0)
            kill(-remote->running[i], SIGKILL);
        remote->running[i] = 0;
    }
    remote->n_running = 0;
    remote->next = remote->hosts->n;
}

static void begin_round(struct remote *remote)
{
    remote->next = 0;
    begin_some(remote);
}

void remote_signal(struct remote *remote, int signal, bool is_all)
{
    remote_give_up(remote);
    remote->is_look = false;
    remote->is_all = is_all;
    remote->signal = signal;
    begin_round(remote);
}

void remote_look(struct remote *remote)
{
    remote_give_up(remote);
    remote->is_look = true;
    remote->is_found = false;
    begin_round(remote);
}

bool remote_reaped(struct remote *remote, pid_t pid, int status)
{
    for (size_t i = 0; i < REMOTE_AT_ONCE; i++) {
        if (remote->running[i] != pid)
            continue;
        remote->running[i] = 0;
        remote->n_running--;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
            remote->is_found = true;
        begin_some(remote);
        return true;
    }
    return false;
}

bool remote_is_done(const struct remote *remote)
{
    return remote->n_running == 0 && remote->next == remote->hosts->n;
}
