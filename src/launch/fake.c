/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake launcher: jobs without processes, for demonstrations and tests. A
 * job's run time and outcome are read off the words of its command:
 *   sleep S      takes S seconds (added up)      true, false   as they say
 *   exit N       ends with status N              ignore-term   only KILL helps
 *   stays        something of it stays on nodes that it gives back
 *   on-signal N  any signal but TERM and KILL ends it with status N
 * A command with none of these takes one second. Signals end the job as they
 * would end a program without handlers; warnings are not sent. Nothing
 * survives a restart: adopt() knows no attempt that it did not start.
 */
#include "launch/launcher.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/alloc.h"
#include "base/shell_words.h"
#include "launch/clearing.h"

/* Instants are clock_boot_us(); only the record has the wall clock. */
struct run {
    struct launch_key key;
    struct fake *fake;   /* borrowed */
    struct idset nodes;  /* owned: that it was started on */
    struct event *timer; /* owned; for whatever comes next */
    bool is_started;
    bool is_ending; /* asked to, or its walltime is over */
    bool ignores_term;
    bool stays;       /* on nodes that it gives back */
    bool has_handler; /* a signal ends it with: */
    int code_at_signal;
    int code;
    dur_us run_time, walltime, grace;
    time_us started, started_wall;
    time_us dies_at; /* TIME_NEVER: no signal is on its way */
    int dies_of;     /* that signal */
    enum exit_reason reason;
    UT_hash_handle hh;
};

struct fake {
    struct launcher launcher;
    struct launcher_config config;
    struct run *runs;           /* owned table */
    struct clearing *clearings; /* owned list */
};

static struct fake *to_fake(struct launcher *launcher)
{
    return (struct fake *)(void *)launcher;
}

static struct run *find(struct fake *fake, const struct launch_key *key)
{
    struct run *found;
    HASH_FIND(hh, fake->runs, key, sizeof(*key), found);
    return found;
}

static struct run *find_or_say(struct launcher *launcher,
                               const struct launch_key *key, struct err *err)
{
    struct run *run = find(to_fake(launcher), key);
    if (!run)
        err_set(err, ERR_NOT_FOUND, "job %lld does not run here",
                (long long)key->job_id);
    return run;
}

static time_us earlier(time_us a, time_us b)
{
    return a < b ? a : b;
}

static time_us end_of(const struct run *run)
{
    bool is_stopped = run->is_ending && !run->ignores_term;
    return is_stopped ? TIME_NEVER : time_add(run->started, run->run_time);
}

static time_us walltime_end_of(const struct run *run)
{
    return run->is_ending ? TIME_NEVER : time_add(run->started, run->walltime);
}

static void set_timer(struct run *run)
{
    time_us at =
        earlier(run->dies_at, earlier(end_of(run), walltime_end_of(run)));
    dur_us left = run->is_started ? at - clock_boot_us() : 0;
    if (left < 0)
        left = 0;
    struct timeval span = {.tv_sec = left / USEC_PER_SEC,
                           .tv_usec = left % USEC_PER_SEC};
    event_add(run->timer, &span); /* replaces what was set */
}

static void free_run(struct run *run)
{
    HASH_DELETE(hh, run->fake->runs, run);
    event_free(run->timer);
    idset_release(&run->nodes);
    free(run);
}

static struct launch_report make_report(const struct run *run)
{
    return (struct launch_report){.key = run->key};
}

static void report_started(struct run *run)
{
    struct launch_report report = make_report(run);
    run->is_started = true;
    run->started = clock_boot_us();
    run->started_wall = clock_wall_us();
    set_timer(run);
    report.what = LAUNCH_STARTED;
    run->fake->config.report(run->fake->config.context, &report);
}

/* By itself when SIGNAL is 0. */
static void report_ended(struct run *run, int signal)
{
    struct fake *fake = run->fake;
    struct launch_report report = make_report(run);
    dur_us lasted = clock_boot_us() - run->started;
    report.what = LAUNCH_ENDED;
    report.exit = (struct exit_record){.reason = run->reason,
                                       .code = signal ? 0 : run->code,
                                       .signal = signal,
                                       .started_us = run->started_wall,
                                       .ended_us = run->started_wall + lasted};
    clearing_forget(&fake->clearings, &report.key);
    free_run(run);
    fake->config.report(fake->config.context, &report);
}

static void die_of(struct run *run, int signal, dur_us after)
{
    time_us at = time_add(clock_boot_us(), after);
    if (at < run->dies_at) {
        run->dies_at = at;
        run->dies_of = signal;
    }
    set_timer(run);
}

/* By itself, as soon as the loop comes to it. */
static void end_at_once(struct run *run, int code)
{
    run->code = code;
    run->run_time = clock_boot_us() - run->started;
    set_timer(run);
}

/* TERM, and KILL after the grace for those who ignore it. */
static void begin_end(struct run *run, enum exit_reason reason, dur_us grace)
{
    if (!run->is_ending)
        run->reason = reason;
    run->is_ending = true;
    if (run->ignores_term)
        die_of(run, SIGKILL, grace);
    else
        die_of(run, SIGTERM, 0);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct run *run = context;
    time_us now = clock_boot_us();
    (void)fd, (void)what;
    if (!run->is_started)
        report_started(run);
    else if (now >= end_of(run))
        report_ended(run, 0);
    else if (now >= run->dies_at)
        report_ended(run, run->dies_of);
    else if (now >= walltime_end_of(run))
        begin_end(run, EXIT_WALLTIME, run->grace);
    else
        set_timer(run);
}

static bool word_is(const char *command, const struct shell_word *word,
                    const char *text)
{
    return word->len == strlen(text) &&
           memcmp(command + word->start, text, word->len) == 0;
}

/* The number in the next word, 0 when there is none. */
static double number_after(const char *command, const struct shell_words *words,
                           size_t i)
{
    i = shell_words_next(words, i);
    return i < words->n ? strtod(command + words->items[i].start, NULL) : 0;
}

static void read_command(struct run *run, const char *command,
                         const struct shell_words *words)
{
    bool is_known = false;
    for (size_t i = 0; i < words->n; i++) {
        const struct shell_word *word = &words->items[i];
        bool is_false = word_is(command, word, "false");
        if (word_is(command, word, "sleep"))
            run->run_time +=
                (dur_us)(number_after(command, words, i) * USEC_PER_SEC);
        else if (word_is(command, word, "exit"))
            run->code = (int)number_after(command, words, i) & 255;
        else if (word_is(command, word, "true") || is_false)
            run->code = is_false;
        else
            continue;
        is_known = true;
    }
    if (!is_known)
        run->run_time = USEC_PER_SEC;
    for (size_t i = 0; i < words->n; i++) {
        run->ignores_term |= word_is(command, &words->items[i], "ignore-term");
        if (word_is(command, &words->items[i], "on-signal")) {
            run->has_handler = true;
            run->code_at_signal = (int)number_after(command, words, i) & 255;
        }
        run->stays |= word_is(command, &words->items[i], "stays");
    }
}

static int set_nodes(struct launcher *launcher, const struct launch_node *nodes,
                     uint32_t n, uint32_t *slots, struct idset *unready,
                     struct err *err)
{
    (void)launcher, (void)unready, (void)err;
    for (uint32_t i = 0; i < n; i++)
        slots[i] = nodes[i].slots ? nodes[i].slots : 1;
    return 0;
}

static int start(struct launcher *launcher,
                 const struct launch_request *request, struct err *err)
{
    struct fake *fake = to_fake(launcher);
    struct shell_words words;
    if (find(fake, &request->key))
        return err_set(err, ERR_CONFLICT, "job %lld was started before",
                       (long long)request->key.job_id);
    if (shell_words_split(request->command, &words, err))
        return -1;
    struct run *run = mem_alloc(sizeof(*run));
    run->key = request->key;
    run->fake = fake;
    idset_copy(&run->nodes, request->nodes);
    run->timer = evtimer_new(fake->config.loop, on_timer, run);
    run->dies_at = TIME_NEVER;
    run->walltime = request->walltime;
    run->grace = request->grace;
    read_command(run, request->command, &words);
    shell_words_release(&words);
    HASH_ADD(hh, fake->runs, key, sizeof(run->key), run);
    set_timer(run);
    return 0;
}

static enum claim_state adopt(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place)
{
    (void)place;
    return find(to_fake(launcher), key) ? CLAIM_RUNNING : CLAIM_NONE;
}

/* Default action of most signals; the others do nothing here. */
static bool ends_by_default(int signal)
{
    static const int harmless[] = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
                                   SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        if (harmless[i] == signal)
            return false;
    return true;
}

static int send_signal(struct launcher *launcher, const struct launch_key *key,
                       int signal, struct err *err)
{
    struct run *run = find_or_say(launcher, key, err);
    if (!run)
        return -1;
    if (run->has_handler && signal != SIGTERM && signal != SIGKILL)
        end_at_once(run, run->code_at_signal);
    else if (ends_by_default(signal) &&
             !(signal == SIGTERM && run->ignores_term))
        die_of(run, signal, 0);
    return 0;
}

static enum launch_handles handles(struct launcher *launcher,
                                   const struct launch_key *key, int signal)
{
    const struct run *run = find(to_fake(launcher), key);
    (void)signal;
    return run && run->has_handler ? LAUNCH_HANDLES : LAUNCH_HANDLES_NOT;
}

static int terminate(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err)
{
    struct run *run = find_or_say(launcher, key, err);
    if (!run)
        return -1;
    begin_end(run, EXIT_TERMINATED, grace);
    return 0;
}

static int set_walltime(struct launcher *launcher, const struct launch_key *key,
                        dur_us walltime, struct err *err)
{
    struct run *run = find_or_say(launcher, key, err);
    if (!run)
        return -1;
    run->walltime = walltime;
    set_timer(run);
    return 0;
}

/* Other parts of the attempt that have none but the nodes that go. */
static uint32_t end_parts(struct fake *fake, struct clearing *clearing,
                          int signal)
{
    struct run *run, *next;
    uint32_t n = 0;
    HASH_ITER (hh, fake->runs, run, next) {
        if (!clearing_takes_part(clearing, &run->key, &run->nodes))
            continue;
        n++;
        if (run->is_ending || signal == 0)
            continue;
        begin_end(run, EXIT_TERMINATED, clearing->kill_at - clock_boot_us());
    }
    return n;
}

static void look_on_nodes(void *context, struct clearing *clearing, int signal)
{
    struct fake *fake = context;
    struct run *run = find(fake, &clearing->key);
    bool is_there = run && run->stays;
    uint32_t n = end_parts(fake, clearing, signal);
    if (is_there && signal != 0 && (signal == SIGKILL || !run->ignores_term))
        run->stays = false; /* when it is looked at again */
    clearing_looked(clearing, n + is_there, 0);
}

static void report_cleared(void *context, const struct clearing *clearing)
{
    struct fake *fake = context;
    struct launch_report report = {.key = clearing->key,
                                   .what = LAUNCH_CLEARED,
                                   .seq = clearing->seq,
                                   .n_killed = clearing->n_ended};
    fake->config.report(fake->config.context, &report);
}

static bool has_any_part(const struct fake *fake, const struct launch_key *key)
{
    const struct run *run;
    for (run = fake->runs; run; run = run->hh.next)
        if (run->key.job_id == key->job_id && run->key.attempt == key->attempt)
            return true;
    return false;
}

static int clear(struct launcher *launcher, const struct launch_change *change,
                 struct err *err)
{
    struct fake *fake = to_fake(launcher);
    if (!has_any_part(fake, &change->key))
        return err_set(err, ERR_NOT_FOUND, "job %lld does not run here",
                       (long long)change->key.job_id);
    clearing_begin(&fake->clearings, fake->config.loop, change, look_on_nodes,
                   report_cleared, fake);
    return 0;
}

/* There is nothing that could be moved. */
static void place_on(struct launcher *launcher, const struct launch_key *key,
                     const struct idset *nodes)
{
    (void)launcher, (void)key, (void)nodes;
}

static void destroy(struct launcher *launcher)
{
    struct fake *fake = to_fake(launcher);
    struct run *run, *next;
    if (!fake)
        return;
    clearing_release(&fake->clearings);
    HASH_ITER (hh, fake->runs, run, next)
        free_run(run);
    free(fake);
}

static const struct launcher_ops ops = {
    .name = "fake",
    .set_nodes = set_nodes,
    .start = start,
    .adopt = adopt,
    .signal = send_signal,
    .handles = handles,
    .terminate = terminate,
    .set_walltime = set_walltime,
    .clear = clear,
    .place = place_on,
    .destroy = destroy,
};

struct launcher *launcher_fake_create(const struct launcher_config *config,
                                      struct err *err)
{
    struct fake *fake = mem_alloc(sizeof(*fake));
    (void)err;
    fake->launcher.ops = &ops;
    fake->config = *config;
    return &fake->launcher;
}
