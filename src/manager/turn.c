/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions are kept until their records are durable. While they are done, new
 * events may come (a start that is refused at once); those belong to the next
 * turn, which is then asked for at once.
 */
#include "manager/turn.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "manager/ledger.h"
#include "manager/news.h"
#include "manager/perform.h"
#include "manager/recover.h"
#include "store/history.h"
#include "store/journal.h"

#define RETRY_AFTER (3 * USEC_PER_SEC)
#define SNAPSHOT_EVERY 10000
/* Room for so many stays for the next turn; a large jobs file needs more, but
 * only once. */
#define KEEP_ACTIONS 4096
/* After a turn of so many actions the heap is mostly empty. */
#define TRIM_ACTIONS 500

struct waiting_client {
    turn_done_f *done;
    void *context;
};

struct turn {
    struct manager *manager; /* borrowed */
    struct actions actions;  /* of this turn */
    struct actions spare;    /* swapped with the above while it is done */
    struct news news;
    struct turn_spec *specs; /* owned */
    size_t n_specs, specs_size;
    struct turn_end *ends; /* owned */
    size_t n_ends, ends_size;
    size_t end_hint;         /* where the last one was found */
    struct turn_note *notes; /* owned */
    size_t n_notes, notes_size;
    struct waiting_client *clients; /* owned */
    size_t n_clients, clients_size;
    turn_news_f *on_news;
    void *on_news_context;
    struct event *wake;  /* owned: EV_TIMER */
    struct event *retry; /* owned: the disk is full */
    struct event *again; /* owned: the next turn is due at once */
    time_us wake_time;
    time_us next_try; /* 0 = the last commit went well */
    int64_t snapshot_seq;
};

/* ---- events in ---- */

time_us manager_now(const struct manager *manager)
{
    return clock_now(&manager->clock);
}

int manager_event(struct manager *manager, struct event *event, struct err *err)
{
    struct turn *turn = manager->turn;
    size_t first = turn->actions.n;
    int result = sched_step(manager->sched, event, &turn->actions);

    if (result == 0)
        news_take(&turn->news, manager, event, &turn->actions, first);
    else if (err != NULL)
        *err = turn->actions.err;
    event_release(event);
    return result;
}

static void send_timer(evutil_socket_t fd, short what, void *context)
{
    struct turn *turn = context;
    struct event event;

    (void)fd;
    (void)what;
    turn->wake_time = TIME_NEVER;
    event_init(&event, EV_TIMER, manager_now(turn->manager));
    manager_event(turn->manager, &event, NULL);
}

void turn_wake_at(struct turn *turn, time_us when)
{
    dur_us left = when - manager_now(turn->manager);
    struct timeval tv;

    if (when == turn->wake_time)
        return;
    turn->wake_time = when;
    if (when == TIME_NEVER) {
        event_del(turn->wake);
        return;
    }
    if (left < 0)
        left = 0;
    tv.tv_sec = left / USEC_PER_SEC;
    tv.tv_usec = left % USEC_PER_SEC;
    event_add(turn->wake, &tv);
}

/* ---- life ---- */

static void try_again(evutil_socket_t fd, short what, void *context)
{
    struct turn *turn = context;
    struct timeval later = {.tv_sec = RETRY_AFTER / USEC_PER_SEC};

    (void)fd;
    (void)what;
    turn->next_try = turn->next_try == 0 ? 0 : 1;
    if (store_refill(turn->manager->store) && turn->next_try == 0)
        turn->manager->is_read_only = false;
    else
        event_add(turn->retry, &later);
}

/* That the loop returns from this callback is all that is wanted of it. */
static void wake_loop(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

struct turn *turn_create(struct manager *manager)
{
    struct turn *turn = mem_alloc(sizeof(*turn));

    turn->manager = manager;
    actions_init(&turn->actions);
    actions_init(&turn->spare);
    news_init(&turn->news);
    turn->wake = evtimer_new(manager->loop, send_timer, turn);
    turn->retry = evtimer_new(manager->loop, try_again, turn);
    turn->again = event_new(manager->loop, -1, 0, wake_loop, NULL);
    turn->wake_time = TIME_NEVER;
    turn->snapshot_seq = store_last_seq(manager->store);
    return turn;
}

static void release_spec(struct turn_spec *spec)
{
    free(spec->text);
    free(spec->name);
    free(spec->label);
    free(spec->identity);
}

static void forget_rows(struct turn *turn)
{
    for (size_t i = 0; i < turn->n_specs; i++)
        release_spec(&turn->specs[i]);
    for (size_t i = 0; i < turn->n_ends; i++)
        free(turn->ends[i].note);
    for (size_t i = 0; i < turn->n_notes; i++)
        free(turn->notes[i].text);
    turn->n_specs = turn->n_ends = turn->n_notes = turn->end_hint = 0;
}

void turn_destroy(struct turn *turn)
{
    if (turn == NULL)
        return;
    forget_rows(turn);
    free(turn->specs);
    free(turn->ends);
    free(turn->notes);
    free(turn->clients);
    actions_release(&turn->actions);
    actions_release(&turn->spare);
    news_release(&turn->news);
    event_free(turn->wake);
    event_free(turn->retry);
    event_free(turn->again);
    free(turn);
}

struct actions *turn_actions(struct turn *turn)
{
    return &turn->actions;
}

bool turn_is_pending(const struct turn *turn)
{
    return turn->actions.n > 0 || turn->n_specs > 0 || turn->n_notes > 0;
}

/* ---- rows of this turn ---- */

/* ITEMS with room for one more. */
static void *grown(void *items, size_t n, size_t *size, size_t item_size)
{
    if (n < *size)
        return items;
    *size = *size == 0 ? 16 : 2 * *size;
    return mem_resize(items, *size, item_size);
}

void turn_add_spec(struct turn *turn, const struct turn_spec *spec)
{
    turn->specs = grown(turn->specs, turn->n_specs, &turn->specs_size,
                        sizeof(*turn->specs));
    turn->specs[turn->n_specs++] = *spec;
}

void turn_drop_spec(struct turn *turn)
{
    release_spec(&turn->specs[--turn->n_specs]);
}

char *turn_job_spec(const struct turn *turn, int64_t id, struct err *err)
{
    for (size_t i = 0; i < turn->n_specs; i++) {
        if (turn->specs[i].id == id)
            return mem_strdup(turn->specs[i].text);
    }
    return store_job_spec(turn->manager->store, id, err);
}

int turn_read_spec(const struct turn *turn, int64_t id, struct job_spec *spec,
                   struct err *err)
{
    char *text = turn_job_spec(turn, id, err);
    int result;

    if (text == NULL)
        return -1;
    result = job_spec_from_text(text, spec, err);
    free(text);
    return result;
}

void turn_add_end(struct turn *turn, int64_t job, uint32_t attempt,
                  const struct exit_record *exit, char *note)
{
    struct turn_end end = {.job = job, .attempt = attempt, .note = note};

    end.has_exit = exit != NULL;
    if (exit != NULL)
        end.exit = *exit;
    turn->ends =
        grown(turn->ends, turn->n_ends, &turn->ends_size, sizeof(*turn->ends));
    turn->ends[turn->n_ends++] = end;
}

/* Ends are looked up in the order in which they came, mostly. */
const struct turn_end *turn_find_end(struct turn *turn, int64_t job)
{
    for (size_t i = 0; i < turn->n_ends; i++) {
        size_t at = (turn->end_hint + i) % turn->n_ends;
        if (turn->ends[at].job != job)
            continue;
        turn->end_hint = at;
        return &turn->ends[at];
    }
    return NULL;
}

void turn_add_directive_note(struct turn *turn, int64_t job, uint64_t seq,
                             const char *text)
{
    turn->notes = grown(turn->notes, turn->n_notes, &turn->notes_size,
                        sizeof(*turn->notes));
    turn->notes[turn->n_notes++] =
        (struct turn_note){.job = job, .seq = seq, .text = mem_strdup(text)};
}

void turn_on_news(struct turn *turn, turn_news_f *news, void *context)
{
    turn->on_news = news;
    turn->on_news_context = context;
}

void turn_after_commit(struct turn *turn, turn_done_f *done, void *context)
{
    struct waiting_client client = {.done = done, .context = context};

    if (!turn_is_pending(turn)) {
        done(context, true);
        return;
    }
    turn->clients = grown(turn->clients, turn->n_clients, &turn->clients_size,
                          sizeof(*turn->clients));
    turn->clients[turn->n_clients++] = client;
}

/* ---- the end of a turn ---- */

static void answer_clients(struct turn *turn, bool is_committed)
{
    struct waiting_client *clients = turn->clients;
    size_t n = turn->n_clients;

    turn->clients = NULL;
    turn->n_clients = turn->clients_size = 0;
    for (size_t i = 0; i < n; i++)
        clients[i].done(clients[i].context, is_committed);
    free(clients);
}

static void become_read_only(struct turn *turn, const char *why)
{
    struct timeval later = {.tv_sec = RETRY_AFTER / USEC_PER_SEC};

    if (!turn->manager->is_read_only)
        log_error(&turn->manager->log,
                  "%s: no new jobs are taken until there is space", why);
    turn->manager->is_read_only = true;
    if (!event_pending(turn->retry, EV_TIMEOUT, NULL))
        event_add(turn->retry, &later);
}

static void commit_failed(struct turn *turn, const struct err *err)
{
    struct manager *manager = turn->manager;

    if (err->code == ERR_FULL || err->code == ERR_BUSY) {
        turn->next_try = time_add(manager_now(manager), RETRY_AFTER);
        become_read_only(turn, err->text);
    } else {
        log_error(&manager->log, "%s: stopping; running jobs go on", err->text);
        manager->fatal = *err;
        manager->is_stopping = true;
    }
    answer_clients(turn, false);
}

static int commit(struct turn *turn, struct err *err)
{
    struct manager *manager = turn->manager;

    for (size_t i = 0; i < turn->n_specs; i++)
        ledger_write_spec(manager, &turn->specs[i]);
    ledger_write_actions(manager, &turn->actions);
    for (size_t i = 0; i < turn->n_notes; i++)
        ledger_write_note(manager, &turn->notes[i]);
    return store_commit(manager->store, err);
}

/* The state is just that of the records that are committed. */
static void save_snapshot_when_due(struct turn *turn)
{
    struct manager *manager = turn->manager;
    int64_t seq = store_last_seq(manager->store);
    struct err err;

    if (seq - turn->snapshot_seq < SNAPSHOT_EVERY || manager->is_read_only)
        return;
    turn->snapshot_seq = seq;
    if (recover_save_snapshot(manager, &err) != 0)
        log_warning(&manager->log, "no snapshot was made: %s", err.text);
}

static void do_actions(struct turn *turn)
{
    struct actions done = turn->actions;

    turn->actions = turn->spare;
    if (turn->on_news != NULL)
        turn->on_news(turn->on_news_context, &done);
    for (size_t i = 0; i < done.n; i++)
        perform_action(turn->manager, &done.items[i]);
    if (done.size > KEEP_ACTIONS) {
        actions_release(&done);
        actions_init(&done);
    }
    actions_clear(&done);
    turn->spare = done;
}

static void committed(struct turn *turn)
{
    struct manager *manager = turn->manager;
    bool is_large = turn->actions.n > TRIM_ACTIONS;

    if (turn->next_try != 0)
        log_info(&manager->log, "the journal is written again");
    turn->next_try = 0;
    if (store_is_full(manager->store))
        become_read_only(turn, "the disk is full");
    else
        manager->is_read_only = false;
    save_snapshot_when_due(turn);
    news_take_rest(&turn->news, manager);
    news_print(&turn->news, &manager->log);
    forget_rows(turn);
    do_actions(turn);
    answer_clients(turn, true);
    if (is_large)
        malloc_trim(0);
    if (turn_is_pending(turn))
        event_active(turn->again, EV_TIMEOUT, 1);
}

void turn_run(struct turn *turn)
{
    struct err err;

    if (!turn_is_pending(turn) || turn->manager->fatal.code != ERR_NONE)
        return;
    if (turn->next_try > manager_now(turn->manager)) {
        answer_clients(turn, false);
        return;
    }
    err_clear(&err);
    if (commit(turn, &err) == 0)
        committed(turn);
    else
        commit_failed(turn, &err);
}
