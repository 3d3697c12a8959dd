/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local launcher: nodes are slices of this machine, each attempt is one
 * erm-shepherd. What a shepherd leaves on disk is the truth; its messages and
 * its pidfd only say when to look (doc/shepherd.md).
 */
#include "launch/launcher.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uthash.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "launch/affinity.h"
#include "launch/clearing.h"
#include "launch/message.h"
#include "launch/orphans.h"
#include "launch/processors.h"
#include "launch/residents.h"
#include "launch/slices.h"
#include "launch/starter.h"

#define LOOK_EVERY_SEC 1
#define NOTE_MAX 300

struct attempt { /* or a part of one */
    struct launch_key key;
    struct local *local; /* borrowed */
    pid_t shepherd;      /* 0: not known */
    int pidfd;           /* -1: looked at by the timer instead */
    struct event *event; /* owned; when the shepherd is gone, or to be now */
    struct idset nodes;  /* owned: that it was started on */
    bool is_told;        /* to end, because its nodes go */
    bool is_started;     /* `started` was reported */
    char *failure;       /* owned: why the command could not start, or NULL */
    UT_hash_handle hh;
};

struct local {
    struct launcher launcher;
    struct launcher_config config;
    struct slices slices;
    struct hostlist names; /* of the nodes */
    struct starter starter;
    struct attempt *attempts;   /* owned table */
    struct clearing *clearings; /* owned list */
    int report_fd;              /* read end of the shepherds' pipe */
    struct event *report;       /* owned */
    struct event *timer;        /* owned; set while an attempt needs it */
    struct strbuf line;         /* the start of a line that is not complete */
};

static void look(struct attempt *attempt);

static struct local *to_local(struct launcher *launcher)
{
    return (struct local *)(void *)launcher;
}

static struct attempt *find(struct local *local, const struct launch_key *key)
{
    struct attempt *found;
    HASH_FIND(hh, local->attempts, key, sizeof(*key), found);
    return found;
}

/* No pidfd (out of descriptors, or a shepherd on another machine), or its
 * message may have been lost: only the timer brings us to look. */
static bool needs_timer(const struct attempt *attempt)
{
    return attempt->pidfd < 0 || !attempt->is_started;
}

static void set_timer(struct local *local)
{
    struct timeval period = {.tv_sec = LOOK_EVERY_SEC};
    if (!event_pending(local->timer, EV_TIMEOUT, NULL))
        event_add(local->timer, &period);
}

/* EV_READ: the shepherd is gone. Whatever the claim says then, no pidfd will
 * tell us of it again. */
static void on_event(evutil_socket_t fd, short what, void *context)
{
    struct attempt *attempt = context;
    if (what & EV_READ) {
        event_del(attempt->event);
        waitpid(attempt->shepherd, NULL, WNOHANG);
        close(fd);
        attempt->pidfd = -1;
        attempt->shepherd = 0;
    }
    look(attempt);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct local *local = context;
    struct attempt *attempt, *next;
    bool is_needed = false;
    (void)fd, (void)what;
    HASH_ITER (hh, local->attempts, attempt, next) {
        if (!needs_timer(attempt))
            continue;
        is_needed = true;
        look(attempt);
    }
    if (is_needed)
        set_timer(local);
}

static void unwatch(struct attempt *attempt)
{
    event_free(attempt->event);
    if (attempt->pidfd >= 0)
        close(attempt->pidfd);
    attempt->pidfd = -1;
}

/* Watches PID, or nothing when PID is 0. */
static void watch(struct attempt *attempt, pid_t pid)
{
    struct event_base *loop = attempt->local->config.loop;
    attempt->shepherd = pid;
    attempt->pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
    /* Persistent: event_active() must not take it off the pidfd. */
    attempt->event = event_new(loop, attempt->pidfd,
                               attempt->pidfd >= 0 ? EV_READ | EV_PERSIST : 0,
                               on_event, attempt);
    if (attempt->pidfd >= 0)
        event_add(attempt->event, NULL);
    set_timer(attempt->local);
}

static struct attempt *add_attempt(struct local *local,
                                   const struct launch_key *key,
                                   const struct idset *nodes, pid_t shepherd)
{
    struct attempt *attempt = mem_alloc(sizeof(*attempt));
    attempt->key = *key;
    attempt->local = local;
    if (nodes)
        idset_copy(&attempt->nodes, nodes);
    watch(attempt, shepherd);
    HASH_ADD(hh, local->attempts, key, sizeof(attempt->key), attempt);
    return attempt;
}

static void free_attempt(struct attempt *attempt)
{
    HASH_DELETE(hh, attempt->local->attempts, attempt);
    unwatch(attempt);
    idset_release(&attempt->nodes);
    free(attempt->failure);
    free(attempt);
}

static struct launch_report make_report(const struct attempt *attempt)
{
    return (struct launch_report){.key = attempt->key};
}

static void report_started(struct attempt *attempt, pid_t pid)
{
    struct local *local = attempt->local;
    struct launch_report report = make_report(attempt);
    if (attempt->is_started)
        return;
    attempt->is_started = true;
    report.what = LAUNCH_STARTED;
    report.pid = pid;
    local->config.report(local->config.context, &report);
}

/* The last report of an attempt. Ensures: it is forgotten before the owner
 * hears of it and perhaps starts the next one. */
static void report_last(struct attempt *attempt, struct launch_report report)
{
    struct local *local = attempt->local;
    char *failure = attempt->failure;
    attempt->failure = NULL;
    free_attempt(attempt);
    clearing_forget(&local->clearings, &report.key);
    if (report.what == LAUNCH_START_FAILED && failure)
        report.text = failure;
    local->config.report(local->config.context, &report);
    free(failure);
}

static void report_start_failed(struct attempt *attempt, const char *text)
{
    struct launch_report report = make_report(attempt);
    report.what = LAUNCH_START_FAILED;
    report.text = text;
    report_last(attempt, report);
}

static int read_claim(const struct local *local, const struct launch_key *key,
                      struct claim *out)
{
    return claim_read(local->config.jobs_fd, key->job_id, key->attempt,
                      key->part, out);
}

static char *name_of(const struct launch_key *key, char buf[CLAIM_NAME_MAX])
{
    return claim_name(key->job_id, key->attempt, key->part, buf);
}

/* What a wrapper left in the claim, or OTHERWISE. Returns BUF. */
static const char *note(const struct attempt *attempt, const char *name,
                        char buf[NOTE_MAX], const char *otherwise)
{
    claim_note(attempt->local->config.jobs_fd, attempt->key.job_id,
               attempt->key.attempt, attempt->key.part, name, buf, NOTE_MAX);
    return buf[0] ? buf : otherwise;
}

static void report_ended(struct attempt *attempt, const struct claim *claim)
{
    struct launch_report report = make_report(attempt);
    char buf[NOTE_MAX];
    if (claim->exit.reason == EXIT_EXEC_FAILED) {
        report_start_failed(attempt,
                            note(attempt, "failure", buf,
                                 claim->exit.code == 127
                                     ? "the command was not found"
                                     : "the command could not be started"));
        return;
    }
    report_started(attempt, claim->command_pid);
    report.what = LAUNCH_ENDED;
    report.exit = claim->exit;
    report.text = note(attempt, "lost", buf, NULL);
    report_last(attempt, report);
}

static void report_lost(struct attempt *attempt, const struct claim *claim)
{
    struct local *local = attempt->local;
    struct launch_report report = make_report(attempt);
    char name[CLAIM_NAME_MAX];
    struct strbuf dir;
    strbuf_init(&dir);
    strbuf_add_fmt(&dir, "%s/%s", local->config.jobs_dir,
                   name_of(&report.key, name));
    int n = orphans_kill(dir.text);
    log_warning(local->config.log,
                "the shepherd of job %s was killed; ended %d of its processes",
                name, n);
    strbuf_release(&dir);
    if (claim->command_pid)
        report_started(attempt, claim->command_pid);
    report.what = LAUNCH_LOST;
    report_last(attempt, report);
}

/* The lock is held. When our own child lost the claim (another shepherd was
 * on its way already) or we came back after a restart, its holder is the one
 * to watch. */
static void follow(struct attempt *attempt, const struct claim *claim)
{
    if (attempt->pidfd >= 0 && attempt->shepherd == claim->shepherd_pid)
        return;
    unwatch(attempt);
    watch(attempt, claim->shepherd_pid);
    /* Only now, with a pidfd in hand, the check holds for good. */
    if (claim_is_here(attempt->local->config.jobs_fd, attempt->key.job_id,
                      attempt->key.attempt, attempt->key.part,
                      claim->shepherd_pid))
        return;
    unwatch(attempt);
    watch(attempt, 0);
}

/* True while the shepherd is a living child of ours. Reaps it. */
static bool is_living_child(struct attempt *attempt)
{
    if (attempt->shepherd <= 0)
        return false;
    return waitpid(attempt->shepherd, NULL, WNOHANG) == 0;
}

static void take_line(struct local *local, const char *line)
{
    struct message message;
    if (message_parse(line, &message)) {
        log_warning(local->config.log, "strange message of a shepherd: %s",
                    line);
        return;
    }
    struct attempt *attempt = find(local, &message.key);
    if (!attempt)
        return;
    if (message.what == MESSAGE_STARTED) {
        report_started(attempt, message.pid);
    } else {
        free(attempt->failure);
        attempt->failure = mem_strdup(message.text);
    }
}

static void take_bytes(struct local *local, const char *bytes, size_t n)
{
    const char *end = bytes + n;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t len = (size_t)((newline ? newline : end) - bytes);
        strbuf_add(&local->line, bytes, len);
        if (!newline)
            return;
        char *line = strbuf_detach(&local->line);
        take_line(local, line);
        free(line);
        bytes = newline + 1;
    }
}

static void read_messages(struct local *local)
{
    char bytes[16384];
    ssize_t n;
    while ((n = read(local->report_fd, bytes, sizeof(bytes))) > 0)
        take_bytes(local, bytes, (size_t)n);
}

static void on_report(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    read_messages(context);
}

/* Finds out how an attempt stands and says what is new. Messages first: the
 * start is reported before the end even when both are there. */
static void look(struct attempt *attempt)
{
    struct local *local = attempt->local;
    struct claim claim;
    read_messages(local);
    bool is_child = is_living_child(attempt);
    if (read_claim(local, &attempt->key, &claim)) {
        log_warning(local->config.log, "cannot read the claim of job %lld: %s",
                    (long long)attempt->key.job_id, strerror(errno));
        set_timer(local);
        return;
    }
    if (claim.state == CLAIM_RUNNING) {
        follow(attempt, &claim);
        if (claim.command_pid)
            report_started(attempt, claim.command_pid);
    } else if (claim.state == CLAIM_ENDED)
        report_ended(attempt, &claim);
    else if (claim.state == CLAIM_LOST)
        report_lost(attempt, &claim);
    else if (!is_child)
        report_start_failed(attempt, "its shepherd ended before the start");
}

static int set_nodes(struct launcher *launcher, const struct launch_node *nodes,
                     uint32_t n, uint32_t *slots, struct idset *unready,
                     struct err *err)
{
    struct local *local = to_local(launcher);
    (void)unready, (void)err;
    local->slices.n_nodes = n;
    hostlist_release(&local->names);
    for (uint32_t i = 0; i < n; i++) {
        slots[i] =
            nodes[i].slots ? nodes[i].slots : slices_count(&local->slices, i);
        hostlist_add(&local->names, nodes[i].name ? nodes[i].name : "");
    }
    return 0;
}

static int start(struct launcher *launcher,
                 const struct launch_request *request, struct err *err)
{
    struct local *local = to_local(launcher);
    char name[CLAIM_NAME_MAX];
    struct strbuf cpus;
    name_of(&request->key, name);
    /* Left by another life of this folder: its record must not be taken for
     * the result of a job that never ran. */
    if (find(local, &request->key) ||
        faccessat(local->config.jobs_fd, name, F_OK, 0) == 0)
        return err_set(err, ERR_CONFLICT, "job %s was started before", name);
    strbuf_init(&cpus);
    if (!local->config.is_unpinned)
        slices_format(&local->slices, request->nodes, &cpus);
    pid_t pid = starter_spawn(&local->starter, request,
                              cpus.len ? cpus.text : NULL, err);
    strbuf_release(&cpus);
    if (pid < 0)
        return -1;
    add_attempt(local, &request->key, request->nodes, pid);
    return 0;
}

static enum claim_state adopt(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place)
{
    struct local *local = to_local(launcher);
    struct claim claim;
    if (find(local, key))
        return CLAIM_RUNNING;
    if (read_claim(local, key, &claim))
        claim.state = CLAIM_RUNNING; /* for all we know; look() goes on */
    if (claim.state == CLAIM_NONE)
        return CLAIM_NONE;
    struct attempt *adopted =
        add_attempt(local, key, place ? place->nodes : NULL, 0);
    event_active(adopted->event, EV_TIMEOUT, 0);
    return claim.state;
}

static int cannot_signal(const struct attempt *attempt, struct err *err)
{
    long long id = attempt->key.job_id;
    if (attempt->pidfd < 0)
        return err_set(err, ERR_SYSTEM,
                       "the shepherd of job %lld is not on this machine", id);
    if (errno == ESRCH)
        return err_set(err, ERR_CONFLICT, "job %lld has just ended", id);
    return err_set_errno(err, "cannot reach the shepherd of job %lld", id);
}

/* After adopt(), before the loop's next turn, nobody is watched yet. */
static void watch_holder(struct attempt *attempt)
{
    struct claim claim;
    if (read_claim(attempt->local, &attempt->key, &claim) ||
        claim.state != CLAIM_RUNNING)
        return;
    follow(attempt, &claim);
    event_active(attempt->event, EV_TIMEOUT, 0);
}

/* Only over a pidfd, so it cannot hit another process. */
static int tell(struct launcher *launcher, const struct launch_key *key,
                int signal, int value, struct err *err)
{
    struct attempt *attempt = find(to_local(launcher), key);
    if (!attempt)
        return err_set(err, ERR_NOT_FOUND, "job %lld does not run here",
                       (long long)key->job_id);
    if (attempt->pidfd < 0)
        watch_holder(attempt);
    siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    if (pidfd_send_signal(attempt->pidfd, signal, &info, 0) == 0)
        return 0;
    return cannot_signal(attempt, err);
}

static int send_signal(struct launcher *launcher, const struct launch_key *key,
                       int signal, struct err *err)
{
    return tell(launcher, key, SHEPHERD_SIG_FORWARD, signal, err);
}

static enum launch_handles handles(struct launcher *launcher,
                                   const struct launch_key *key, int signal)
{
    struct attempt *attempt = find(to_local(launcher), key);
    if (!attempt)
        return LAUNCH_HANDLES_NOT;
    if (attempt->pidfd < 0)
        watch_holder(attempt);
    if (attempt->pidfd < 0)
        return LAUNCH_UNSEEN;
    return residents_handle(attempt->shepherd, signal) ? LAUNCH_HANDLES
                                                       : LAUNCH_HANDLES_NOT;
}

/* D in units of UNIT, rounded up, what does not fit cut off. */
static int in_units(dur_us d, dur_us unit)
{
    dur_us n = d <= 0 ? 0 : (d - 1) / unit + 1;
    return n < INT_MAX ? (int)n : INT_MAX - 1;
}

static int terminate(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err)
{
    struct err problem = {.code = ERR_NONE};
    int rc = tell(launcher, key, SHEPHERD_SIG_TERMINATE,
                  in_units(grace, USEC_PER_MSEC), &problem);
    if (rc == 0 || problem.code == ERR_CONFLICT)
        return 0; /* it has ended: what was asked for */
    if (err)
        *err = problem;
    return -1;
}

static int set_walltime(struct launcher *launcher, const struct launch_key *key,
                        dur_us walltime, struct err *err)
{
    int value =
        walltime == TIME_NEVER ? INT_MAX : in_units(walltime, USEC_PER_SEC);
    return tell(launcher, key, SHEPHERD_SIG_WALLTIME, value, err);
}

static void add_cpus(struct launcher *launcher, uint32_t node,
                     struct strbuf *out)
{
    struct local *local = to_local(launcher);
    struct idset nodes;
    if (local->config.is_unpinned || node >= local->slices.n_nodes)
        return;
    idset_init(&nodes);
    idset_add(&nodes, node);
    slices_format(&local->slices, &nodes, out);
    idset_release(&nodes);
}

/* ---- nodes that come and go ---- */

static void add_processors(const struct local *local, const struct idset *nodes,
                           struct idset *out)
{
    IDSET_EACH (nodes, node) {
        if (node < local->slices.n_nodes)
            slices_add(&local->slices, node, out);
    }
}

/* What only the nodes that go have: neighbours may share a processor. */
static void find_own_processors(const struct local *local,
                                const struct clearing *clearing,
                                struct idset *out)
{
    struct idset kept = {.count = 0};
    if (local->config.is_unpinned)
        return;
    add_processors(local, &clearing->nodes, out);
    add_processors(local, &clearing->stay, &kept);
    idset_subtract(out, &kept);
    idset_release(&kept);
}

/* Its shepherd knows best how; KILL comes from it too. */
static void end_part(struct attempt *attempt, struct clearing *clearing)
{
    dur_us grace = clearing->kill_at - clock_boot_us();
    if (attempt->is_told)
        return;
    attempt->is_told = terminate(&attempt->local->launcher, &attempt->key,
                                 grace > 0 ? grace : 0, NULL) == 0;
}

/* Those that end by themselves are not counted as ended. */
static uint32_t look_for_residents(const struct attempt *attempt,
                                   struct clearing *clearing,
                                   const struct residents *residents,
                                   int signal)
{
    struct idset passing = {.count = 0};
    uint32_t n = residents_signal(attempt->shepherd, residents, signal,
                                  signal == SIGTERM,
                                  signal == 0 ? &passing : &clearing->seen);
    idset_release(&passing);
    return n;
}

static uint32_t look_at(struct attempt *attempt, struct clearing *clearing,
                        const struct residents *residents, int signal)
{
    if (attempt->key.job_id != clearing->key.job_id ||
        attempt->key.attempt != clearing->key.attempt)
        return 0;
    if (attempt->pidfd < 0)
        watch_holder(attempt);
    if (clearing_takes_part(clearing, &attempt->key, &attempt->nodes)) {
        if (signal != 0)
            end_part(attempt, clearing);
        return 1;
    }
    if (attempt->shepherd <= 0)
        return 0;
    return look_for_residents(attempt, clearing, residents, signal);
}

static void look_on_nodes(void *context, struct clearing *clearing, int signal)
{
    struct local *local = context;
    struct hostlist names;
    struct idset processors = {.count = 0};
    struct residents residents = {.nodes = &names, .processors = &processors};
    struct attempt *attempt, *next;
    uint32_t n = 0;
    hostlist_init(&names);
    IDSET_EACH (&clearing->nodes, node) {
        if (node < local->names.n)
            hostlist_add(&names, local->names.names[node]);
    }
    find_own_processors(local, clearing, &processors);
    HASH_ITER (hh, local->attempts, attempt, next)
        n += look_at(attempt, clearing, &residents, signal);
    hostlist_release(&names);
    idset_release(&processors);
    clearing_looked(clearing, n, 0);
}

static void report_cleared(void *context, const struct clearing *clearing)
{
    struct local *local = context;
    struct launch_report report = {.key = clearing->key,
                                   .what = LAUNCH_CLEARED,
                                   .seq = clearing->seq,
                                   .n_killed = clearing->n_ended};
    local->config.report(local->config.context, &report);
}

static bool has_any_part(const struct local *local,
                         const struct launch_key *key)
{
    const struct attempt *attempt;
    for (attempt = local->attempts; attempt; attempt = attempt->hh.next)
        if (attempt->key.job_id == key->job_id &&
            attempt->key.attempt == key->attempt)
            return true;
    return false;
}

static int clear(struct launcher *launcher, const struct launch_change *change,
                 struct err *err)
{
    struct local *local = to_local(launcher);
    if (!has_any_part(local, &change->key))
        return err_set(err, ERR_NOT_FOUND, "job %lld does not run here",
                       (long long)change->key.job_id);
    clearing_begin(&local->clearings, local->config.loop, change, look_on_nodes,
                   report_cleared, local);
    return 0;
}

static void place_on(struct launcher *launcher, const struct launch_key *key,
                     const struct idset *nodes)
{
    struct local *local = to_local(launcher);
    struct attempt *attempt = find(local, key);
    struct idset processors = {.count = 0};
    if (!attempt || local->config.is_unpinned)
        return;
    if (attempt->pidfd < 0)
        watch_holder(attempt);
    add_processors(local, nodes, &processors);
    if (attempt->shepherd > 0 && !idset_is_empty(&processors))
        affinity_move(attempt->shepherd, &processors);
    idset_release(&processors);
}

static void destroy(struct launcher *launcher)
{
    struct local *local = to_local(launcher);
    struct attempt *attempt, *next;
    if (!local)
        return;
    clearing_release(&local->clearings);
    HASH_ITER (hh, local->attempts, attempt, next)
        free_attempt(attempt);
    if (local->report)
        event_free(local->report);
    if (local->timer)
        event_free(local->timer);
    if (local->report_fd >= 0)
        close(local->report_fd);
    if (local->starter.report_fd >= 0)
        close(local->starter.report_fd);
    slices_release(&local->slices);
    hostlist_release(&local->names);
    strbuf_release(&local->line);
    free(local);
}

static const struct launcher_ops ops = {
    .name = "local",
    .set_nodes = set_nodes,
    .start = start,
    .adopt = adopt,
    .signal = send_signal,
    .handles = handles,
    .terminate = terminate,
    .set_walltime = set_walltime,
    .add_cpus = add_cpus,
    .clear = clear,
    .place = place_on,
    .destroy = destroy,
};

/* Each running job takes a descriptor. Returns the old soft limit, which is
 * what jobs get, or -1 when nothing was changed. */
static long raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
        return -1;
    long old = (long)limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? old : -1;
}

static int open_pipe(struct local *local, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return err_set_errno(err, "cannot make a pipe");
    local->report_fd = ends[0];
    local->starter.report_fd = ends[1];
    local->report = event_new(local->config.loop, ends[0], EV_READ | EV_PERSIST,
                              on_report, local);
    local->timer = event_new(local->config.loop, -1, 0, on_timer, local);
    return event_add(local->report, NULL);
}

struct launcher *launcher_local_create(const struct launcher_config *config,
                                       struct err *err)
{
    struct local *local = mem_alloc(sizeof(*local));
    uint32_t n, *processors;
    local->launcher.ops = &ops;
    local->config = *config;
    local->report_fd = -1;
    strbuf_init(&local->line);
    hostlist_init(&local->names);
    local->starter = (struct starter){.shepherd_path = config->shepherd_path,
                                      .jobs_dir = config->jobs_dir,
                                      .report_fd = -1,
                                      .nofile = -1};
    processors = processors_list(&n, err);
    if (!processors)
        goto error;
    slices_init(&local->slices, processors, n);
    if (open_pipe(local, err))
        goto error;
    local->starter.nofile = raise_file_limit();
    return &local->launcher;
error:
    destroy(&local->launcher);
    return NULL;
}
