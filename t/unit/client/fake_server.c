/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_server.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Is there a whole request in TEXT? */
static int is_complete(const char *text, size_t n)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "content-length:");
    if (end == NULL)
        return 0;
    size_t body = length != NULL ? strtoul(length + 15, NULL, 10) : 0;
    return n >= (size_t)(end - text) + 4 + body;
}

static void serve_one(int listener, const char *answer, int log)
{
    static const char quiet_end[] = "\n----\n";
    char text[65536];
    size_t n = 0;
    int fd = accept(listener, NULL, NULL);
    while (n + 1 < sizeof(text)) {
        ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
        if (is_complete(text, n))
            break;
    }
    if (write(log, text, n) < 0 ||
        write(log, quiet_end, sizeof(quiet_end) - 1) < 0)
        _exit(1);
    /* in two pieces, so that the client must put them together */
    size_t len = strlen(answer), half = len / 2;
    if (send(fd, answer, half, MSG_NOSIGNAL) >= 0)
        send(fd, answer + half, len - half, MSG_NOSIGNAL);
    close(fd);
}

void fake_server_start(struct fake_server *server, const char *const *answers,
                       size_t n)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *base = getenv("TMPDIR");
    memset(server, 0, sizeof(*server));
    snprintf(server->dir, sizeof(server->dir), "%s/erm-client-XXXXXX",
             base != NULL ? base : "/tmp");
    assert(mkdtemp(server->dir) != NULL);
    snprintf(server->socket, sizeof(server->socket), "%s/s", server->dir);
    snprintf(server->log, sizeof(server->log), "%s/log", server->dir);
    strcpy(address.sun_path, server->socket);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    assert(listen(listener, 16) == 0);
    fflush(NULL);
    server->pid = fork();
    assert(server->pid >= 0);
    if (server->pid == 0) {
        int log = open(server->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        for (size_t i = 0; i < n; i++)
            serve_one(listener, answers[i], log);
        _exit(0);
    }
    close(listener);
}

void fake_server_stop(struct fake_server *server)
{
    struct stat stat;
    int status;
    if (server->pid <= 0)
        return;
    for (int i = 0; i < 500 && waitpid(server->pid, &status, WNOHANG) == 0;
         i++) {
        if (i == 499) {
            kill(server->pid, SIGKILL);
            waitpid(server->pid, &status, 0);
        }
        usleep(2000);
    }
    server->pid = 0;
    int fd = open(server->log, O_RDONLY);
    size_t size = fd >= 0 && fstat(fd, &stat) == 0 ? (size_t)stat.st_size : 0;
    server->requests = calloc(1, size + 1);
    assert(server->requests != NULL);
    if (fd >= 0) {
        assert(read(fd, server->requests, size) == (ssize_t)size);
        close(fd);
    }
}

void fake_server_release(struct fake_server *server)
{
    fake_server_stop(server);
    unlink(server->socket);
    unlink(server->log);
    rmdir(server->dir);
    free(server->requests);
    server->requests = NULL;
}
