/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dvm/child.h"
#include "dvm/hosts.h"

#define READY "DVM ready"
#define LOG_TAIL 4096

/* Name and value; each has its reason in doc/prrte.md. */
static const char *const settings[][2] = {
    {"odls_base_max_threads", "0"},   {"oob_tcp_keepalive_time", "3"},
    {"oob_tcp_keepalive_intvl", "1"}, {"oob_tcp_keepalive_probes", "3"},
    {"plm_ssh_no_tree_spawn", "1"},
};

static void add_settings(struct argv *argv, const struct dvm_options *options)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        argv_add(argv, "--prtemca");
        argv_add_pair(argv, settings[i][0], settings[i][1]);
    }
    argv_add(argv, "--prtemca");
    argv_add_pair(argv, "plm_ssh_agent", options->rsh);
}

static void fill_argv(struct argv *argv, const struct dvm_options *options,
                      const struct hostlist *hosts, const char *uri_file)
{
    struct strbuf list;

    strbuf_init(&list);
    hosts_format(hosts, &list);
    argv_add(argv, "prte");
    add_settings(argv, options);
    argv_add_pair(argv, "--report-uri", uri_file);
    argv_add_pair(argv, "--host", list.text);
    strbuf_release(&list);
}

/* NAME=VALUE for prte; it and what it starts here have the key as well. */
static pid_t start_prte(const struct dvm_options *options,
                        const struct argv *argv, const char *tmp, int out_fd,
                        int log_fd)
{
    struct strbuf rsh, key, mark, folder;
    pid_t pid;

    strbuf_init(&rsh);
    strbuf_init(&key);
    strbuf_init(&mark);
    strbuf_init(&folder);
    strbuf_add_fmt(&rsh, "ERM_RSH=%s",
                   options->rsh_how ? options->rsh_how : "ssh");
    strbuf_add_fmt(&key, "ERM_RSH_KEY=%s", options->key);
    strbuf_add_fmt(&mark, "ERM_DVM_KEY=%s", options->key);
    strbuf_add_fmt(&folder, "TMPDIR=%s", tmp);
    const char *const env[] = {rsh.text, key.text, mark.text, folder.text,
                               NULL};
    pid = child_start(argv, env, NULL, out_fd, log_fd);
    strbuf_release(&rsh);
    strbuf_release(&key);
    strbuf_release(&mark);
    strbuf_release(&folder);
    return pid;
}

int daemon_start(struct daemon *daemon, const struct dvm_options *options,
                 const struct hostlist *hosts, const char *uri_file,
                 const char *tmp)
{
    struct argv argv = {0};
    int ends[2], saved;

    unlink(uri_file);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    fill_argv(&argv, options, hosts, uri_file);
    /* prte must not find its own end of the pipe non-blocking */
    fcntl(ends[1], F_SETFL, 0);
    daemon->pid = start_prte(options, &argv, tmp, ends[1], daemon->log_fd);
    saved = errno;
    argv_release(&argv);
    close(ends[1]);
    daemon->out_fd = ends[0];
    daemon->n_line = 0;
    daemon->is_ready = false;
    if (daemon->pid > 0)
        return 0;
    daemon_ended(daemon);
    errno = saved;
    return -1;
}

/* Only the first line matters; what comes later is read to keep the pipe
 * empty. */
void daemon_read(struct daemon *daemon)
{
    char bytes[512];
    ssize_t n;

    while ((n = read(daemon->out_fd, bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < n && !daemon->is_ready; i++) {
            if (bytes[i] == '\n')
                daemon->n_line = 0;
            else if (daemon->n_line < sizeof(daemon->line))
                daemon->line[daemon->n_line++] = bytes[i];
            daemon->is_ready = daemon->n_line == strlen(READY) &&
                               memcmp(daemon->line, READY, daemon->n_line) == 0;
        }
    }
    if (n == 0) {
        close(daemon->out_fd);
        daemon->out_fd = -1;
    }
}

void daemon_signal(const struct daemon *daemon, int signal)
{
    if (daemon->pid > 0)
        kill(-daemon->pid, signal);
}

void daemon_ended(struct daemon *daemon)
{
    if (daemon->out_fd >= 0)
        close(daemon->out_fd);
    daemon->out_fd = -1;
    daemon->pid = 0;
}

/* ssh's own words tell most; frames and advice do not. */
static bool is_telling(const char *line)
{
    static const char *const noise[] = {"----", "* ", "[", "Warning: Perm",
                                        "plm:ssh"};

    for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
        if (strncmp(line, noise[i], strlen(noise[i])) == 0)
            return false;
    return strlen(line) > 3;
}

char *daemon_complaint(const struct daemon *daemon, char *buf, size_t size)
{
    char text[LOG_TAIL + 1], *rest, *line;
    off_t end = lseek(daemon->log_fd, 0, SEEK_END);
    off_t start = end > LOG_TAIL ? end - LOG_TAIL : 0;
    ssize_t n = pread(daemon->log_fd, text, LOG_TAIL, start);

    buf[0] = '\0';
    text[n > 0 ? n : 0] = '\0';
    for (line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (!is_telling(line))
            continue;
        snprintf(buf, size, "%s", line);
        break;
    }
    buf[strcspn(buf, "\r")] = '\0';
    return buf;
}
