/* SPDX-License-Identifier: BSD-2-Clause */
/* See api_scene.h. */
#include "api_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "folder.h"
#include "manager/api.h"
#include "manager/setup.h"
#include "manager/turn.h"

#define PATIENCE 10000 /* ms */

/* ---- a launcher that starts nothing ---- */

static int set_nodes(struct launcher *launcher, const struct launch_node *nodes,
                     uint32_t n, uint32_t *slots, struct idset *unready,
                     struct err *err)
{
    (void)unready;
    (void)launcher;
    (void)err;
    for (uint32_t i = 0; i < n; i++)
        slots[i] = nodes[i].slots == 0 ? 2 : nodes[i].slots;
    return 0;
}

static int start(struct launcher *launcher,
                 const struct launch_request *request, struct err *err)
{
    (void)launcher;
    (void)request;
    (void)err;
    return 0;
}

static enum claim_state adopt(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place)
{
    (void)launcher;
    (void)key;
    (void)place;
    return CLAIM_NONE;
}

static int send_signal(struct launcher *launcher, const struct launch_key *key,
                       int signal, struct err *err)
{
    struct scene *scene =
        (struct scene *)((char *)launcher - offsetof(struct scene, launcher));
    (void)err;
    scene->last_signal = signal;
    scene->signalled = key->job_id;
    return 0;
}

static int terminate(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err)
{
    (void)launcher;
    (void)key;
    (void)grace;
    (void)err;
    return 0;
}

static int set_walltime(struct launcher *launcher, const struct launch_key *key,
                        dur_us walltime, struct err *err)
{
    return terminate(launcher, key, walltime, err);
}

static int clear(struct launcher *launcher, const struct launch_change *change,
                 struct err *err)
{
    (void)launcher;
    (void)change;
    (void)err;
    return 0;
}

static void destroy(struct launcher *launcher)
{
    (void)launcher;
}

static const struct launcher_ops silent_ops = {
    .name = "silent",
    .set_nodes = set_nodes,
    .start = start,
    .adopt = adopt,
    .signal = send_signal,
    .terminate = terminate,
    .set_walltime = set_walltime,
    .clear = clear,
    .destroy = destroy,
};

/* ---- the manager ---- */

int scene_enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct manager *manager = &scene->manager;
    struct err err = {0};
    folder_enter(scene->path, sizeof(scene->path));
    setenv("XDG_RUNTIME_DIR", scene->path, 1);
    file_put("hosts", "n1 slots=2\nn2 slots=2\nn3 slots=2\nn4 slots=2\n"
                      "n5 slots=2\n");
    manager_options_init(&manager->options);
    manager->options.hostfile = "hosts";
    manager->options.launcher = "fake";
    log_init(&manager->log, LOG_ERROR);
    if (setup_make(manager, &err) != 0)
        fail_msg("%s", err.text);
    manager->launcher->ops->destroy(manager->launcher);
    scene->launcher.ops = &silent_ops;
    manager->launcher = &scene->launcher;
    snprintf(scene->socket, sizeof(scene->socket), "%s",
             api_socket_path(manager->api));
    turn_run(manager->turn);
    *state = scene;
    return 0;
}

int scene_leave(void **state)
{
    struct scene *scene = *state;
    setup_release(&scene->manager);
    folder_leave(scene->path);
    free(scene);
    return 0;
}

void scene_turn(struct scene *scene)
{
    event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    turn_run(scene->manager.turn);
}

/* ---- clients ---- */

void peer_connect(struct peer *peer, const struct scene *scene)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, scene->socket);
    strbuf_init(&peer->got);
    peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer->fd >= 0);
    assert_int_equal(
        connect(peer->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
}

void peer_close(struct peer *peer)
{
    close(peer->fd);
    strbuf_release(&peer->got);
}

/* The test is the server, too: what does not fit waits for the next turn. */
static void send_all(struct peer *peer, struct scene *scene, const char *data,
                     size_t n)
{
    while (n > 0) {
        ssize_t sent = send(peer->fd, data, n, MSG_NOSIGNAL);
        if (sent > 0) {
            data += sent;
            n -= (size_t)sent;
        } else if (errno != EAGAIN) {
            return;
        }
        if (scene != NULL)
            scene_turn(scene);
    }
}

void peer_send(struct peer *peer, const char *text)
{
    send_all(peer, NULL, text, strlen(text));
}

static void format_request(struct strbuf *out, const char *method,
                           const char *path, const char *body)
{
    strbuf_add_fmt(out, "%s %s HTTP/1.1\r\nHost: erm\r\n", method, path);
    if (body != NULL)
        strbuf_add_fmt(out, "Content-Length: %zu\r\n", strlen(body));
    strbuf_add_str(out, "\r\n");
    if (body != NULL)
        strbuf_add_str(out, body);
}

void peer_ask(struct peer *peer, const char *method, const char *path,
              const char *body)
{
    struct strbuf text;
    strbuf_init(&text);
    format_request(&text, method, path, body);
    peer_send(peer, text.text);
    strbuf_release(&text);
}

/* Reads what there is; false when the other side has closed. */
static bool receive(struct peer *peer)
{
    char data[65536];
    ssize_t n;
    while ((n = recv(peer->fd, data, sizeof(data), 0)) > 0)
        strbuf_add(&peer->got, data, (size_t)n);
    return n < 0 && errno == EAGAIN;
}

static void wait_a_bit(struct peer *peer, struct scene *scene)
{
    struct pollfd look = {.fd = peer->fd, .events = POLLIN};
    scene_turn(scene);
    poll(&look, 1, 1);
}

bool peer_expect(struct peer *peer, struct scene *scene, const char *text,
                 long milliseconds)
{
    int64_t deadline = clock_boot_us() + milliseconds * USEC_PER_MSEC;
    bool is_open = true;
    while (is_open && clock_boot_us() < deadline) {
        wait_a_bit(peer, scene);
        is_open = receive(peer);
        if (strstr(peer->got.text, text) != NULL)
            return true;
    }
    return false;
}

bool peer_is_closed(struct peer *peer, struct scene *scene, long milliseconds)
{
    int64_t deadline = clock_boot_us() + milliseconds * USEC_PER_MSEC;
    while (clock_boot_us() < deadline) {
        wait_a_bit(peer, scene);
        if (!receive(peer))
            return true;
    }
    return false;
}

/* Bytes of the whole answer at the start of TEXT; 0: not all there yet. */
static size_t answer_size(const char *text, size_t n, size_t *head)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "Content-Length: ");
    if (end == NULL || length == NULL || length > end)
        return 0;
    *head = (size_t)(end - text) + 4;
    size_t size = *head + strtoul(length + 16, NULL, 10);
    return n >= size ? size : 0;
}

struct reply peer_reply(struct peer *peer, struct scene *scene)
{
    int64_t deadline = clock_boot_us() + PATIENCE * USEC_PER_MSEC;
    struct reply reply = {0};
    size_t size = 0, head = 0;
    bool is_open = true;
    while (is_open && size == 0 && clock_boot_us() < deadline) {
        wait_a_bit(peer, scene);
        is_open = receive(peer);
        size = answer_size(peer->got.text, peer->got.len, &head);
    }
    if (size == 0)
        return reply;
    reply.status = atoi(peer->got.text + strlen("HTTP/1.1 "));
    reply.body = mem_strndup(peer->got.text + head, size - head);
    reply.json = json_loads(reply.body, 0, NULL);
    memmove(peer->got.text, peer->got.text + size, peer->got.len - size);
    strbuf_truncate(&peer->got, peer->got.len - size);
    return reply;
}

void reply_release(struct reply *reply)
{
    free(reply->body);
    json_decref(reply->json);
}

struct reply ask(struct scene *scene, const char *method, const char *path,
                 const char *body)
{
    struct peer peer;
    struct strbuf text;
    strbuf_init(&text);
    peer_connect(&peer, scene);
    format_request(&text, method, path, body);
    send_all(&peer, scene, text.text, text.len);
    struct reply reply = peer_reply(&peer, scene);
    strbuf_release(&text);
    peer_close(&peer);
    return reply;
}

json_t *ask_json(struct scene *scene, int status, const char *method,
                 const char *path, const char *body)
{
    struct reply reply = ask(scene, method, path, body);
    if (reply.status != status || reply.json == NULL)
        fail_msg("%s %s: %d: %s", method, path, reply.status,
                 reply.body == NULL ? "(no answer)" : reply.body);
    assert_int_equal(int_at(reply.json, "schema"), 1);
    free(reply.body);
    return reply.json;
}

/* ---- jobs ---- */

int64_t submit(struct scene *scene, const char *spec)
{
    struct strbuf body;
    strbuf_init(&body);
    strbuf_add_fmt(&body, "{\"jobs\":[%s]}", spec);
    json_t *answer = ask_json(scene, 200, "POST", "/v1/jobs", body.text);
    int64_t id = int_at(answer, "jobs.0.id");
    json_decref(answer);
    strbuf_release(&body);
    return id;
}

static void send_event(struct scene *scene, struct event *event)
{
    struct err err = {0};
    if (manager_event(&scene->manager, event, &err) != 0)
        fail_msg("%s", err.text);
}

static const struct job *live_job(const struct scene *scene, int64_t id)
{
    const struct job *job = sched_job(scene->manager.sched, id);
    assert_non_null(job);
    return job;
}

void job_started(struct scene *scene, int64_t id)
{
    struct event event;
    event_init(&event, EV_STARTED, manager_now(&scene->manager));
    event.job = id;
    event.attempt = live_job(scene, id)->attempt;
    send_event(scene, &event);
    turn_run(scene->manager.turn);
}

void job_exited(struct scene *scene, int64_t id, int code)
{
    struct event event;
    event_init(&event, EV_EXITED, manager_now(&scene->manager));
    event.job = id;
    event.attempt = live_job(scene, id)->attempt;
    event.code = code;
    send_event(scene, &event);
    turn_run(scene->manager.turn);
}

void job_answers(struct scene *scene, int64_t id, enum event_type type)
{
    struct event event;
    event_init(&event, type, manager_now(&scene->manager));
    event.job = id;
    event.seq = live_job(scene, id)->directive.seq;
    send_event(scene, &event);
    turn_run(scene->manager.turn);
}

enum job_state job_state_of(const struct scene *scene, int64_t id)
{
    enum job_state state;
    assert_true(sched_outcome(scene->manager.sched, id, &state));
    return state;
}

/* ---- JSON ---- */

const json_t *at(const json_t *json, const char *path)
{
    char *copy = mem_strdup(path), *rest = NULL;
    const json_t *value = json;
    for (char *key = strtok_r(copy, ".", &rest); key != NULL;
         key = strtok_r(NULL, ".", &rest))
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key))
                                     : json_object_get(value, key);
    free(copy);
    if (value == NULL)
        fail_msg("no %s in %s", path, json_dumps(json, 0));
    return value;
}

const char *text_at(const json_t *json, const char *path)
{
    const char *text = json_string_value(at(json, path));
    if (text == NULL)
        fail_msg("%s is no text in %s", path, json_dumps(json, 0));
    return text;
}

int64_t int_at(const json_t *json, const char *path)
{
    if (!json_is_integer(at(json, path)))
        fail_msg("%s is no integer in %s", path, json_dumps(json, 0));
    return json_integer_value(at(json, path));
}

bool is_null_at(const json_t *json, const char *path)
{
    return json_is_null(at(json, path));
}
