/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One bufferevent over a socket pair to each erm-rsh. Every request has a
 * number that comes back with the answer; an operation waits for the answers
 * of several hosts and is over when all are in or its time is.
 */
#include "launch/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <utlist.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "dvm/host_script.h"

#define CONNECTS_AT_ONCE 16
#define LINE_MAX_BYTES 65536

const struct hosts_spans hosts_default_spans = {
    .tick = USEC_PER_SEC,
    .beat = 5 * USEC_PER_SEC,
    .silence = 15 * USEC_PER_SEC,
    .connect = 10 * USEC_PER_SEC,
    .retry = 2 * USEC_PER_SEC,
    .retry_max = 30 * USEC_PER_SEC,
    .operation = 5 * USEC_PER_SEC,
    .flaky = 3600 * USEC_PER_SEC,
    .cooldown = 30 * USEC_PER_SEC,
    .cooldown_max = 1800 * USEC_PER_SEC,
};

enum host_state {
    HOST_NONE,       /* no member of the pool */
    HOST_WAITING,    /* for its next try */
    HOST_CONNECTING, /* started, has not answered yet */
    HOST_SWEEPING,   /* answers; left-overs are being swept away */
    HOST_COOLING,    /* is well, but has failed too often */
    HOST_UP,
};

struct host {
    struct hosts *hosts; /* borrowed */
    char *name;          /* owned */
    uint32_t number;
    enum host_state state;
    bool is_up;                     /* told so; also while it is connected to
                                       again */
    bool is_second;                 /* this connection was made at once after
                                       another, and has not lasted yet */
    pid_t pid;                      /* of erm-rsh, 0 none */
    struct bufferevent *connection; /* owned */
    int64_t heard, due;             /* boot time; due: see the state */
    dur_us retry;                   /* until the next try, growing */
    uint32_t cores;
    uint32_t n_sweeps;   /* HOST_SWEEPING: answers that are missing */
    uint32_t n_failures; /* since it was last new */
    int64_t failed;      /* when it failed last */
    char boot[96];       /* which life of the machine this is */
    char complaint[160]; /* what came instead of an answer */
};

struct operation {
    struct hosts *hosts; /* borrowed */
    uint64_t number;
    struct idset waiting; /* hosts that have not answered */
    bool is_probe;
    uint32_t n_found;
    struct event *timeout; /* owned */
    hosts_done_f *done;    /* NULL: */
    hosts_found_f *found;
    void *context;
    struct operation *prev, *next;
};

struct hosts {
    struct hosts_config config;
    struct hosts_spans spans;
    struct host **items; /* owned, by number; each owned */
    uint32_t n;
    struct operation *operations; /* owned list */
    uint64_t last_number;
    struct event *timer; /* owned */
    uint32_t n_connecting;
    uint32_t turn; /* whose turn it is to be connected to */
    pid_t *killed; /* owned: children that are to be reaped */
    size_t n_killed;
    int64_t ticked; /* boot time of the last beat */
};

static struct timeval time_of(dur_us span)
{
    return (struct timeval){.tv_sec = span / USEC_PER_SEC,
                            .tv_usec = span % USEC_PER_SEC};
}

static struct host *get(const struct hosts *hosts, uint32_t number)
{
    return number < hosts->n ? hosts->items[number] : NULL;
}

/* ---- operations ---- */

static void end_operation(struct operation *operation)
{
    struct operation ended = *operation;

    DL_DELETE(operation->hosts->operations, operation);
    event_free(operation->timeout);
    idset_release(&operation->waiting);
    free(operation);
    if (ended.done != NULL)
        ended.done(ended.context);
    else
        ended.found(ended.context, ended.n_found);
}

static void answered(struct hosts *hosts, uint32_t node, uint64_t number,
                     uint32_t n_found)
{
    struct operation *operation;

    DL_FOREACH(hosts->operations, operation)
    {
        if (operation->number == number)
            break;
    }
    if (operation == NULL || !idset_has(&operation->waiting, node))
        return;
    idset_remove(&operation->waiting, node);
    operation->n_found += n_found;
    if (idset_count(&operation->waiting) == 0) /* not from inside a call */
        event_active(operation->timeout, EV_TIMEOUT, 0);
}

/* HOST keeps no probe (sweep) waiting any more. While it is not down something
 * may be there. */
static void answer_all(struct hosts *hosts, const struct host *host,
                       bool is_probe)
{
    struct operation *operation;

    DL_FOREACH(hosts->operations, operation)
    {
        if (operation->is_probe == is_probe)
            answered(hosts, host->number, operation->number, host->is_up);
    }
}

/* ---- reports ---- */

static void tell(struct hosts *hosts, const struct host *host, bool is_up,
                 const char *reason)
{
    struct launch_node_report report = {
        .node = host->number,
        .is_up = is_up,
        .reason = reason,
        .slots = is_up ? host->cores : 0,
    };

    hosts->config.node_report(hosts->config.report_context, &report);
}

/* ---- connections ---- */

static void send_line(const struct host *host, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void send_line(const struct host *host, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    evbuffer_add_vprintf(bufferevent_get_output(host->connection), format, ap);
    va_end(ap);
}

/* One that a dead file server holds does not end for KILL: nobody waits. */
static void reap(struct hosts *hosts)
{
    size_t n_left = 0;

    for (size_t i = 0; i < hosts->n_killed; i++) {
        if (waitpid(hosts->killed[i], NULL, WNOHANG) == 0)
            hosts->killed[n_left++] = hosts->killed[i];
    }
    hosts->n_killed = n_left;
}

static void kill_child(struct hosts *hosts, pid_t pid)
{
    kill(-pid, SIGKILL);
    hosts->killed =
        mem_resize(hosts->killed, hosts->n_killed + 1, sizeof(*hosts->killed));
    hosts->killed[hosts->n_killed++] = pid;
    reap(hosts);
}

static void disconnect(struct hosts *hosts, struct host *host)
{
    if (host->state == HOST_CONNECTING)
        hosts->n_connecting--;
    if (host->connection != NULL)
        bufferevent_free(host->connection);
    host->connection = NULL;
    if (host->pid > 0)
        kill_child(hosts, host->pid);
    host->pid = 0;
}

static dur_us twice(dur_us span, dur_us most)
{
    return 2 * span < most ? 2 * span : most;
}

static dur_us cooldown(const struct host *host)
{
    const struct hosts_spans *spans = &host->hosts->spans;
    dur_us span = spans->cooldown;

    if (host->n_failures < 2)
        return 0;
    for (uint32_t i = 2; i < host->n_failures && span < spans->cooldown_max;
         i++)
        span = twice(span, spans->cooldown_max);
    return span;
}

static void note_failure(struct host *host)
{
    int64_t now = clock_boot_us();

    if (now - host->failed > host->hosts->spans.flaky)
        host->n_failures = 0;
    host->n_failures++;
    host->failed = now;
}

/* The connection is no good; WHY for people. */
static void fail(struct hosts *hosts, struct host *host, const char *why)
{
    bool was_up = host->is_up;
    char text[240];

    snprintf(text, sizeof(text), "%s%s%s", why, host->complaint[0] ? ": " : "",
             host->complaint);
    disconnect(hosts, host);
    if (was_up)
        note_failure(host);
    host->is_up = false;
    host->state = HOST_WAITING;
    host->due = clock_boot_us() + host->retry;
    host->retry = twice(host->retry, hosts->spans.retry_max);
    answer_all(hosts, host, true);
    answer_all(hosts, host, false);
    if (was_up)
        log_warning(hosts->config.log, "%s is down: %s", host->name, text);
    tell(hosts, host, false, text);
}

/* A killed ssh, say, is no reason to end the jobs there: the host is down only
 * when it cannot be connected to again. What was asked of it meanwhile: sweeps
 * are made up for then, as the keys there are looked at, probes wait. */
static void connect_again(struct hosts *hosts, struct host *host)
{
    disconnect(hosts, host);
    host->is_second = true;
    host->state = HOST_WAITING;
    host->due = 0;
    answer_all(hosts, host, false);
    event_active(hosts->timer, EV_TIMEOUT, 0);
}

static void cool(struct hosts *hosts, struct host *host, int64_t until)
{
    char text[120];

    host->state = HOST_COOLING;
    host->due = until;
    snprintf(text, sizeof(text),
             "answers again, but failed %u times: not used for %lld s",
             host->n_failures,
             (long long)((until - clock_boot_us()) / USEC_PER_SEC));
    tell(hosts, host, false, text);
}

static void come_up(struct hosts *hosts, struct host *host)
{
    int64_t until = host->failed + cooldown(host);

    if (host->n_failures > 1 && !host->is_up && clock_boot_us() < until) {
        cool(hosts, host, until);
        return;
    }
    host->state = HOST_UP;
    host->retry = hosts->spans.retry;
    if (host->is_up) {
        answer_all(hosts, host, true);
        return;
    }
    host->is_up = true;
    tell(hosts, host, true, NULL);
}

/* ---- what hosts say ---- */

static void connect_some(struct hosts *hosts); /* below */

/* What ran there before it was started again is gone. */
static void take_boot(struct hosts *hosts, struct host *host, const char *text)
{
    bool is_same = strncmp(host->boot, text, sizeof(host->boot) - 1) == 0;

    snprintf(host->boot, sizeof(host->boot), "%s", text);
    if (host->is_up && !is_same)
        fail(hosts, host, "was started again");
}

static void take_facts(struct host *host, const char *text)
{
    unsigned cores = 0;

    sscanf(text, "%u", &cores);
    host->cores = cores;
    host->complaint[0] = '\0';
    send_line(host, "keys 0\n");
}

/* The keys of what runs there: what belongs to no job of ours goes. */
static void take_keys(struct hosts *hosts, struct host *host, char *text)
{
    const struct hosts_config *config = &hosts->config;
    enum hosts_claim claim;
    struct launch_key owner;
    char *rest, *key;

    if (host->state != HOST_CONNECTING)
        return;
    hosts->n_connecting--;
    host->state = HOST_SWEEPING;
    for (key = strtok_r(text, " ", &rest); key != NULL;
         key = strtok_r(NULL, " ", &rest)) {
        if (!engine_key_parse(config->engine, key, &owner))
            continue;
        claim = config->claim(config->claim_context, &owner, host->number);
        if (claim == HOSTS_LIVE)
            continue;
        log_info(config->log, "%s has left-overs of job %" PRId64, host->name,
                 owner.job_id);
        send_line(host, "sweep 0 KILL %s %s\n", key,
                  claim == HOSTS_OVER ? "all" : "node");
        host->n_sweeps++;
    }
    if (host->n_sweeps == 0)
        come_up(hosts, host);
    connect_some(hosts);
}

static void take_swept(struct hosts *hosts, struct host *host, uint64_t number,
                       const char *text)
{
    if (number > 0)
        answered(hosts, host->number, number, (uint32_t)atoi(text));
    else if (host->state == HOST_SWEEPING && --host->n_sweeps == 0)
        come_up(hosts, host);
}

static void take_pong(struct hosts *hosts, struct host *host, uint64_t number)
{
    if (host->state == HOST_UP)
        host->is_second = false;
    answered(hosts, host->number, number, 0);
}

static void take_line(struct hosts *hosts, struct host *host, char *line)
{
    char verb[8] = "";
    uint64_t number = 0;
    int used = 0;

    if (sscanf(line, "%7s %" SCNu64 "%n", verb, &number, &used) < 2)
        verb[0] = '\0';
    host->heard = clock_boot_us();
    if (strcmp(verb, "pong") == 0)
        take_pong(hosts, host, number);
    else if (strcmp(verb, "where") == 0)
        take_boot(hosts, host, line + used);
    else if (strcmp(verb, "facts") == 0)
        take_facts(host, line + used);
    else if (strcmp(verb, "keys") == 0)
        take_keys(hosts, host, line + used);
    else if (strcmp(verb, "swept") == 0)
        take_swept(hosts, host, number, line + used);
    else /* ssh, or a login script: the last word before the end may explain */
        snprintf(host->complaint, sizeof(host->complaint), "%s", line);
}

static void on_read(struct bufferevent *connection, void *context)
{
    struct host *host = context;
    struct evbuffer *input = bufferevent_get_input(connection);
    char *line;

    while (host->connection == connection &&
           (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
        take_line(host->hosts, host, line);
        free(line);
    }
    if (host->connection == connection &&
        evbuffer_get_length(input) > LINE_MAX_BYTES)
        fail(host->hosts, host, "speaks nonsense");
}

static void on_event(struct bufferevent *connection, short what, void *context)
{
    struct host *host = context;

    (void)what;
    on_read(connection, context);
    if (host->connection != connection)
        return;
    if (host->state == HOST_UP && !host->is_second)
        connect_again(host->hosts, host);
    else
        fail(host->hosts, host,
             host->state == HOST_CONNECTING ? "cannot be reached"
                                            : "the connection ended");
}

/* erm-rsh HOST HOST_COMMAND serve, with FD for its standard
 * files. Its pid, or -1 with errno. */
static pid_t spawn(const struct hosts *hosts, const struct host *host, int fd)
{
    const struct engine *engine = hosts->config.engine;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    struct strbuf command;
    sigset_t none;
    pid_t pid;
    int rc;

    strbuf_init(&command);
    strbuf_add_str(&command, HOST_COMMAND " serve");
    char *const argv[] = {engine->rsh, host->name, command.text, NULL};
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i <= 2; i++)
        posix_spawn_file_actions_adddup2(&actions, fd, i);
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    rc = posix_spawn(&pid, engine->rsh, &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    strbuf_release(&command);
    errno = rc;
    return rc == 0 ? pid : -1;
}

static void open_connection(struct hosts *hosts, struct host *host, int fd)
{
    evutil_make_socket_nonblocking(fd);
    host->connection =
        bufferevent_socket_new(hosts->config.loop, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(host->connection, on_read, NULL, on_event, host);
    bufferevent_enable(host->connection, EV_READ | EV_WRITE);
}

static void connect_to(struct hosts *hosts, struct host *host)
{
    int ends[2];

    host->complaint[0] = '\0';
    host->n_sweeps = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        fail(hosts, host, strerror(errno));
        return;
    }
    host->pid = spawn(hosts, host, ends[1]);
    close(ends[1]);
    if (host->pid < 0) {
        host->pid = 0;
        close(ends[0]);
        fail(hosts, host, "erm-rsh cannot be started");
        return;
    }
    open_connection(hosts, host, ends[0]);
    host->state = HOST_CONNECTING;
    hosts->n_connecting++;
    host->due = clock_boot_us() + hosts->spans.connect;
    send_line(host, "%s\nwhere 0\nfacts 0\n", host_script);
}

/* In turns, so that those which fail again and again leave room for others. */
static void connect_some(struct hosts *hosts)
{
    int64_t now = clock_boot_us();

    for (uint32_t i = 0; i < hosts->n && hosts->n_connecting < CONNECTS_AT_ONCE;
         i++) {
        struct host *host = hosts->items[hosts->turn];
        hosts->turn = (hosts->turn + 1) % hosts->n;
        if (host != NULL && host->state == HOST_WAITING && now >= host->due)
            connect_to(hosts, host);
    }
}

/* ---- the beat ---- */

static void beat(struct hosts *hosts, struct host *host, int64_t now)
{
    switch (host->state) {
    case HOST_NONE:
        break;
    case HOST_WAITING: /* see connect_some() */
        if (host->is_up && now - host->heard > hosts->spans.silence)
            fail(hosts, host, "the connection ended");
        break;
    case HOST_CONNECTING:
        if (now >= host->due)
            fail(hosts, host, "does not answer");
        break;
    case HOST_COOLING:
        if (now >= host->due)
            come_up(hosts, host);
        /* fall through */
    case HOST_SWEEPING:
    case HOST_UP:
        if (now - host->heard > hosts->spans.silence)
            fail(hosts, host, "does not answer");
        break;
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct hosts *hosts = context;
    int64_t now = clock_boot_us();
    const struct timeval often = time_of(hosts->spans.tick);

    (void)fd, (void)what;
    /* When the manager itself stood still, nobody else is to blame. */
    bool is_late = now - hosts->ticked > hosts->spans.beat;
    hosts->ticked = now;
    for (uint32_t i = 0; i < hosts->n; i++) {
        struct host *host = hosts->items[i];
        if (host == NULL)
            continue;
        if (is_late)
            host->heard = now - hosts->spans.beat;
        beat(hosts, host, now);
        if (host->connection != NULL && now - host->heard > hosts->spans.beat)
            send_line(host, "ping 0\n");
    }
    connect_some(hosts);
    reap(hosts);
    event_add(hosts->timer, &often);
}

/* ---- life ---- */

struct hosts *hosts_create(const struct hosts_config *config)
{
    struct hosts *hosts = mem_alloc(sizeof(*hosts));

    hosts->config = *config;
    hosts->spans = config->spans ? *config->spans : hosts_default_spans;
    hosts->ticked = clock_boot_us();
    setenv("ERM_RSH", config->engine->rsh_how, 1); /* for erm-rsh */
    hosts->timer = event_new(config->loop, -1, 0, on_timer, hosts);
    event_active(hosts->timer, EV_TIMEOUT, 0);
    return hosts;
}

static void forget(struct hosts *hosts, struct host *host)
{
    disconnect(hosts, host);
    host->state = HOST_NONE;
    answer_all(hosts, host, true);
    answer_all(hosts, host, false);
    hosts->items[host->number] = NULL;
    free(host->name);
    free(host);
}

void hosts_destroy(struct hosts *hosts)
{
    if (hosts == NULL)
        return;
    for (uint32_t i = 0; i < hosts->n; i++)
        if (hosts->items[i] != NULL)
            forget(hosts, hosts->items[i]);
    while (hosts->operations != NULL) {
        struct operation *operation = hosts->operations;
        DL_DELETE(hosts->operations, operation);
        event_free(operation->timeout);
        idset_release(&operation->waiting);
        free(operation);
    }
    event_free(hosts->timer);
    reap(hosts);
    free(hosts->killed);
    free(hosts->items);
    free(hosts);
}

static void add_host(struct hosts *hosts, uint32_t number, const char *name)
{
    struct host *host = mem_alloc(sizeof(*host));

    host->hosts = hosts;
    host->name = mem_strdup(name);
    host->number = number;
    host->state = HOST_WAITING;
    host->retry = hosts->spans.retry;
    hosts->items[number] = host;
    event_active(hosts->timer, EV_TIMEOUT, 0);
}

void hosts_set(struct hosts *hosts, const struct launch_node *nodes, uint32_t n,
               struct idset *unready)
{
    if (n > hosts->n) {
        hosts->items = mem_resize(hosts->items, n, sizeof(*hosts->items));
        memset(hosts->items + hosts->n, 0,
               (n - hosts->n) * sizeof(*hosts->items));
        hosts->n = n;
    }
    for (uint32_t i = 0; i < hosts->n; i++) {
        const char *name = i < n ? nodes[i].name : NULL;
        struct host *host = hosts->items[i];
        if (host != NULL && (name == NULL || strcmp(host->name, name) != 0))
            forget(hosts, host);
        if (hosts->items[i] == NULL && name != NULL)
            add_host(hosts, i, name);
        if (unready != NULL && hosts->items[i] != NULL &&
            !hosts->items[i]->is_up)
            idset_add(unready, i);
    }
}

void hosts_resume(struct hosts *hosts, uint32_t node)
{
    struct host *host = get(hosts, node);

    if (host == NULL)
        return;
    host->n_failures = 0;
    host->due = host->state == HOST_CONNECTING ? host->due : 0;
    event_active(hosts->timer, EV_TIMEOUT, 0);
}

uint32_t hosts_cores(const struct hosts *hosts, uint32_t node)
{
    const struct host *host = get(hosts, node);

    return host == NULL ? 0 : host->cores;
}

/* ---- sweep and probe ---- */

static void on_operation_end(evutil_socket_t fd, short what, void *context)
{
    struct operation *operation = context;
    struct hosts *hosts = operation->hosts;

    (void)fd, (void)what;
    IDSET_EACH (&operation->waiting, node) {
        struct host *host = get(hosts, node);
        idset_remove(&operation->waiting, node);
        if (operation->is_probe && host != NULL && host->is_up)
            fail(hosts, host, "does not answer");
        else if (host != NULL && host->is_up)
            operation->n_found++;
    }
    end_operation(operation);
}

static struct operation *begin_operation(struct hosts *hosts,
                                         hosts_done_f *done, void *context)
{
    struct operation *operation = mem_alloc(sizeof(*operation));
    const struct timeval limit = time_of(hosts->spans.operation);

    operation->hosts = hosts;
    operation->number = ++hosts->last_number;
    operation->done = done;
    operation->context = context;
    idset_init(&operation->waiting);
    operation->timeout =
        event_new(hosts->config.loop, -1, 0, on_operation_end, operation);
    event_add(operation->timeout, &limit);
    DL_APPEND(hosts->operations, operation);
    return operation;
}

/* Hosts that are not there are swept when they come back. */
static bool can_ask(const struct hosts *hosts, uint32_t node)
{
    const struct host *host = get(hosts, node);

    return host != NULL && host->connection != NULL &&
           host->state != HOST_CONNECTING;
}

static void finish_beginning(struct operation *operation)
{
    if (idset_count(&operation->waiting) == 0)
        event_active(operation->timeout, EV_TIMEOUT, 0);
}

void hosts_sweep(struct hosts *hosts, const struct idset *nodes,
                 const char *key, bool is_all, hosts_done_f *done,
                 void *context)
{
    struct operation *operation = begin_operation(hosts, done, context);

    IDSET_EACH (nodes, node) {
        if (!can_ask(hosts, node))
            continue;
        send_line(get(hosts, node), "sweep %" PRIu64 " KILL %s %s\n",
                  operation->number, key, is_all ? "all" : "job");
        idset_add(&operation->waiting, node);
    }
    finish_beginning(operation);
}

/* KILL goes by its number: the word asks for a sweep, which goes on until
 * nothing is left and counts a process each time that it is met. */
static void add_signal(struct strbuf *out, int signal)
{
    const char *name =
        signal > 0 && signal != SIGKILL ? sigabbrev_np(signal) : NULL;

    if (name != NULL)
        strbuf_add_str(out, name);
    else
        strbuf_add_fmt(out, "%d", signal);
}

void hosts_signal(struct hosts *hosts, const struct idset *nodes, int signal,
                  const char *key, hosts_found_f *done, void *context)
{
    struct operation *operation = begin_operation(hosts, NULL, context);
    struct strbuf name;

    strbuf_init(&name);
    add_signal(&name, signal);
    operation->found = done;
    IDSET_EACH (nodes, node) {
        const struct host *host = get(hosts, node);
        if (can_ask(hosts, node)) {
            send_line(host, "sweep %" PRIu64 " %s %s node\n", operation->number,
                      name.text, key);
            idset_add(&operation->waiting, node);
        } else if (host != NULL && host->is_up) {
            operation->n_found++;
        }
    }
    strbuf_release(&name);
    finish_beginning(operation);
}

void hosts_probe(struct hosts *hosts, const struct idset *nodes,
                 hosts_done_f *done, void *context)
{
    struct operation *operation = begin_operation(hosts, done, context);

    operation->is_probe = true;
    IDSET_EACH (nodes, node) {
        const struct host *host = get(hosts, node);
        if (can_ask(hosts, node))
            send_line(host, "ping %" PRIu64 "\n", operation->number);
        else if (host == NULL || !host->is_up)
            continue;
        idset_add(&operation->waiting, node);
    }
    finish_beginning(operation);
}
