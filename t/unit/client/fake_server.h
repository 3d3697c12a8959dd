/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A manager for tests: a child process on a socket in a folder of its own,
 * which answers the first connection with the first answer, and so on, and
 * notes what it was asked.
 */
#ifndef ERM_T_CLIENT_FAKE_SERVER_H
#define ERM_T_CLIENT_FAKE_SERVER_H

#include <stddef.h>
#include <sys/types.h>

struct fake_server {
    char dir[128];
    char socket[160];
    char log[160];
    pid_t pid;
    char *requests; /* owned; all it was asked, after fake_server_stop */
};

/* Starts it with N raw ANSWERS; it ends after the last. */
void fake_server_start(struct fake_server *server, const char *const *answers,
                       size_t n);
/* Waits for its end (kills it when answers are left) and reads the log. */
void fake_server_stop(struct fake_server *server);
/* Removes its folder. */
void fake_server_release(struct fake_server *server);

/* A good answer with a JSON body, a compile time constant. */
#define FAKE_OK(body) \
    "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" body

#endif
