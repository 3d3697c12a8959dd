/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP/1.0 with Connection: close, because then the end of an answer is the
 * end of the connection and there are no chunks: doc/decisions/0002.
 */
#include "client/client.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "client/http_answer.h"

#define READ_SIZE 65536
#define DEFAULT_PATIENCE (120 * USEC_PER_SEC)

void client_init(struct client *client, const char *socket_path)
{
    client->socket_path = mem_strdup(socket_path);
    client->patience = DEFAULT_PATIENCE;
}

void client_release(struct client *client)
{
    if (client == NULL)
        return;
    free(client->socket_path);
    client->socket_path = NULL;
}

/* A connection to PATH; ERR_NO_MANAGER when nobody is behind it. */
static int open_socket(const char *path, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return err_set(err, ERR_INPUT, "%s: too long for a socket's path",
                       path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set_errno(err, "cannot make a socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    /* refused: the socket of a manager that is gone */
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR)
        err_set(err, ERR_NO_MANAGER, "no manager is running");
    else
        err_set_errno(err, "cannot connect to %s", path);
    close(fd);
    return -1;
}

/* For each read and write, not for the whole: a long answer may take its time.
 * */
static void set_patience(int fd, dur_us patience)
{
    if (patience == TIME_NEVER)
        return;
    struct timeval limit = {.tv_sec = patience / USEC_PER_SEC,
                            .tv_usec = patience % USEC_PER_SEC};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* A manager that closes early (413) has still answered: EPIPE is no error. */
static int send_all(int fd, const char *data, size_t n, struct err *err)
{
    while (n > 0) {
        ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return 0;
        if (sent < 0)
            return err_set_errno(err, "cannot send to the manager");
        data += sent;
        n -= (size_t)sent;
    }
    return 0;
}

/* Opens a connection and sends the request; the socket, or -1 and ERR. */
static int start_request(const struct client *client, const char *method,
                         const char *path, const json_t *body, dur_us patience,
                         struct err *err)
{
    struct strbuf request;
    int fd = open_socket(client->socket_path, err);
    if (fd < 0)
        return -1;
    set_patience(fd, patience);
    strbuf_init(&request);
    strbuf_add_fmt(&request,
                   "%s %s HTTP/1.0\r\nHost: erm\r\nConnection: close\r\n",
                   method, path);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    if (text != NULL)
        strbuf_add_fmt(&request,
                       "Content-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       strlen(text), text);
    else
        strbuf_add_str(&request, "Content-Length: 0\r\n\r\n");
    free(text);
    int rc = send_all(fd, request.text, request.len, err);
    strbuf_release(&request);
    if (rc == 0)
        return fd;
    close(fd);
    return -1;
}

/* Appends what comes next to DATA: bytes read, 0 at the end, -1 and ERR. */
static ssize_t read_more(int fd, struct strbuf *data, struct err *err)
{
    char bytes[READ_SIZE];
    ssize_t n;
    do
        n = recv(fd, bytes, sizeof(bytes), 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == ECONNRESET)
        n = 0; /* it ended with our request unread */
    if (n > 0)
        strbuf_add(data, bytes, (size_t)n);
    else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        err_set(err, ERR_SYSTEM, "the manager does not answer");
    else if (n < 0)
        err_set_errno(err, "the connection to the manager broke");
    return n;
}

/* Reads until the head is complete. */
static int read_head(int fd, struct strbuf *data, struct http_answer *head,
                     struct err *err)
{
    for (;;) {
        int rc = http_answer_parse(data->text, data->len, head, err);
        if (rc != 0)
            return rc < 0 ? -1 : 0;
        ssize_t n = read_more(fd, data, err);
        if (n == 0 && data->len == 0)
            return err_set(err, ERR_NO_MANAGER,
                           "the manager ended before it answered");
        if (n == 0)
            return err_set(err, ERR_SYSTEM,
                           "the manager closed in the middle of its answer");
        if (n < 0)
            return -1;
    }
}

/* Reads the rest of the body into DATA, which begins with the head. */
static int read_body(int fd, struct strbuf *data,
                     const struct http_answer *head, struct err *err)
{
    bool is_known = head->body_len != HTTP_LENGTH_UNKNOWN;
    for (;;) {
        if (is_known && data->len - head->head_len >= head->body_len)
            return 0;
        ssize_t n = read_more(fd, data, err);
        if (n < 0)
            return -1;
        if (n == 0 && is_known)
            return err_set(err, ERR_SYSTEM,
                           "the manager closed in the middle of its answer");
        if (n == 0)
            return 0;
    }
}

/* The code that the API calls NAME; a later manager may know more of them. */
static enum err_code code_of(const char *name, int status)
{
#define CODE_ROW(code, exit_status, text) code,
    static const enum err_code codes[] = {ERR_CODES(CODE_ROW)};
#undef CODE_ROW
    for (size_t i = 0; name != NULL && i < sizeof(codes) / sizeof(*codes); i++)
        if (strcmp(name, err_code_name(codes[i])) == 0)
            return codes[i];
    return status == 404 ? ERR_NOT_FOUND : ERR_REQUEST;
}

/* Turns the body of a failed request into ERR; always -1. */
static int set_api_error(const char *body, int status, struct err *err)
{
    json_t *root = json_loads(body, 0, NULL);
    const json_t *error = json_object_get(root, "error");
    const char *text = json_string_value(json_object_get(error, "text"));
    const char *hint = json_string_value(json_object_get(error, "hint"));
    const char *name = json_string_value(json_object_get(error, "code"));
    if (text != NULL && *text != '\0')
        err_set(err, code_of(name, status), "%s", text);
    else
        err_set(err, code_of(name, status), "the manager answered status %d",
                status);
    if (hint != NULL && *hint != '\0')
        err_hint(err, "%s", hint);
    json_decref(root);
    return -1;
}

/* The body of a good answer. */
static int decode(const struct strbuf *data, const struct http_answer *head,
                  json_t **answer, struct err *err)
{
    const char *body = data->text + head->head_len;
    if (head->status < 200 || head->status > 299)
        return set_api_error(body, head->status, err);
    json_error_t problem;
    size_t len = data->len - head->head_len;
    if (len > head->body_len)
        len = head->body_len;
    *answer = json_loadb(body, len, 0, &problem);
    if (*answer == NULL)
        return err_set(err, ERR_SYSTEM, "the manager's answer is not JSON: %s",
                       problem.text);
    return 0;
}

int client_request(struct client *client, const char *method, const char *path,
                   const json_t *body, json_t **answer, struct err *err)
{
    int rc = -1;
    struct http_answer head;
    struct strbuf data;
    int fd = start_request(client, method, path, body, client->patience, err);
    if (fd < 0)
        return -1;
    strbuf_init(&data);
    if (read_head(fd, &data, &head, err) == 0 &&
        read_body(fd, &data, &head, err) == 0)
        rc = decode(&data, &head, answer, err);
    strbuf_release(&data);
    close(fd);
    return rc;
}

/* Hands out all complete lines of DATA from *AT on; false to stop. */
static bool take_lines(struct strbuf *data, size_t *at, client_line_f *take,
                       void *context)
{
    char *end;
    while ((end = memchr(data->text + *at, '\n', data->len - *at)) != NULL) {
        char *line = data->text + *at;
        *end = '\0';
        *at += (size_t)(end - line) + 1;
        if (!take(context, line, (size_t)(end - line)))
            return false;
    }
    return true;
}

/* Lines of DATA from AT on, then what comes. A last line may lack its end. */
static int stream_lines(int fd, struct strbuf *data, size_t at,
                        client_line_f *take, void *context, struct err *err)
{
    for (;;) {
        if (!take_lines(data, &at, take, context))
            return 0;
        memmove(data->text, data->text + at, data->len - at);
        strbuf_truncate(data, data->len - at);
        at = 0;
        ssize_t n = read_more(fd, data, err);
        if (n < 0)
            return -1;
        if (n > 0)
            continue;
        if (data->len > 0)
            take(context, data->text, data->len);
        return 0;
    }
}

int client_stream(struct client *client, const char *path, client_line_f *take,
                  void *context, struct err *err)
{
    int rc = -1;
    struct http_answer head;
    struct strbuf data;
    int fd = start_request(client, "GET", path, NULL, TIME_NEVER, err);
    if (fd < 0)
        return -1;
    strbuf_init(&data);
    if (read_head(fd, &data, &head, err) < 0)
        goto done;
    if (head.status == 200) {
        rc = stream_lines(fd, &data, head.head_len, take, context, err);
    } else if (read_body(fd, &data, &head, err) == 0) {
        set_api_error(data.text + head.head_len, head.status, err);
    }
done:
    strbuf_release(&data);
    close(fd);
    return rc;
}

bool client_is_answered(const struct client *client)
{
    int fd = open_socket(client->socket_path, NULL);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}
