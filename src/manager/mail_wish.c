/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request is taken (renamed to ".wish.NUMBER.LAST_SEQ.NAME") before it is
 * put to the scheduler, and removed when its last answer is written. NUMBER is
 * what the scheduler knows it by; a directive of the job's own asking with a
 * number above LAST_SEQ is what it was granted. So after a crash at any point
 * it is known whether it is to be asked still.
 */
#include "manager/mail_box.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utlist.h>

#include "base/alloc.h"
#include "codec/mail_write.h"
#include "manager/job_dir.h"
#include "manager/mail_events.h"
#include "manager/node_names.h"
#include "manager/turn.h"

#define TAKEN ".wish."
#define PATH_SIZE 300

/* ---- the list ---- */

static char *taken_name(const struct mail_wish *wish, char buf[PATH_SIZE])
{
    snprintf(buf, PATH_SIZE, TAKEN "%" PRIu64 ".%" PRIu64 ".%s", wish->number,
             wish->last_seq, wish->name);
    return buf;
}

static int by_number(const struct mail_wish *a, const struct mail_wish *b)
{
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct mail_wish *add(struct mail_box *box, const struct mail_wish *from)
{
    struct mail_wish *wish = mem_alloc(sizeof(*wish));

    *wish = *from;
    wish->next = NULL;
    LL_INSERT_INORDER(box->wishes, wish, by_number);
    return wish;
}

/* FD -1: it stays in the mailbox, for the next manager. */
static void forget(struct mail_box *box, int fd, struct mail_wish *wish)
{
    char taken[PATH_SIZE];

    if (fd >= 0)
        job_dir_drop(fd, taken_name(wish, taken));
    LL_DELETE(box->wishes, wish);
    wish_release(&wish->wish);
    free(wish);
}

static struct mail_wish *find(const struct mail_box *box, uint64_t number)
{
    struct mail_wish *wish;

    LL_FOREACH(box->wishes, wish)
    {
        if (wish->number == number)
            break;
    }
    return wish;
}

/* ---- answers ---- */

static void tell_answer(struct mail_box *box, const char *name,
                        const struct wish_answer_note *note)
{
    json_t *event = mail_event(box->manager, "answered");

    mail_write_text(event, "name", name);
    mail_write_text(event, "status", wish_answer_name(note->status));
    json_object_set_new(event, "granted", json_integer(note->granted));
    if (note->reason != NULL)
        mail_write_text(event, "reason", note->reason);
    mail_event_tell(box->manager, box->job, event);
    log_info(&box->manager->log,
             "[Elastic Scaling] job %lld wishes (%s): %s%s%s",
             (long long)box->job, name, wish_answer_name(note->status),
             note->reason == NULL ? "" : ": ",
             note->reason == NULL ? "" : note->reason);
}

static void answer(struct mail_box *box, int fd, const char *name,
                   const struct wish_answer_note *note)
{
    char path[PATH_SIZE];
    struct strbuf text;
    struct err err;

    snprintf(path, sizeof(path), "answer/%s.json", name);
    strbuf_init(&text);
    err_clear(&err);
    wish_answer_to_text(note, &text);
    if (job_dir_write(fd, path, &text, 0600, &err) != 0)
        log_warning(&box->manager->log, "job %lld: %s", (long long)box->job,
                    err.text);
    strbuf_release(&text);
    tell_answer(box, name, note);
}

static void deny(struct mail_box *box, int fd, const char *name,
                 const char *why, dur_us retry)
{
    struct wish_answer_note note = {
        .status = ANSWER_DENIED, .reason = why, .retry_after = retry};

    answer(box, fd, name, &note);
}

/* The directive by which WISH was granted, as long as it is the job's last. */
static bool is_of_wish(const struct mail_wish *wish, const struct job *job)
{
    return job->directive.asker == ASKED_BY_JOB &&
           job->directive.seq > wish->last_seq;
}

static void grant(struct mail_box *box, int fd, struct mail_wish *wish,
                  const struct job *job, uint32_t n)
{
    struct wish_answer_note note = {
        .status = n < wish->wish.max && wish->wish.op != WISH_SET
                      ? ANSWER_PARTIAL
                      : ANSWER_GRANTED,
        .granted = n,
        .seq = job != NULL && is_of_wish(wish, job) ? job->directive.seq : 0,
    };

    answer(box, fd, wish->name, &note);
    if (wish->wish.op == WISH_RELEASE && job != NULL &&
        job_has_open_directive(job))
        wish->is_granted = true;
    else
        forget(box, fd, wish);
}

static const char *denied_because(const struct mail_box *box,
                                  const struct mail_wish *wish)
{
    return manager_now(box->manager) >= wish->until
               ? "it could not be granted in its time"
               : "another wish has taken its place";
}

/* One that names its nodes is granted as it is, or not at all: the core gives
 * no further answer to it. */
void mail_wish_offered(struct mail_box *box, int fd)
{
    const struct job *job = sched_job(box->manager->sched, box->job);
    struct mail_wish *wish, *next;

    LL_FOREACH_SAFE(box->wishes, wish, next)
    {
        if (job != NULL && wish->is_asked && !wish->is_granted &&
            wish->wish.nodes.n > 0 && is_of_wish(wish, job))
            grant(box, fd, wish, job, wish->wish.max);
    }
}

void mail_wish_answer(struct mail_box *box, int fd, const struct action *action)
{
    const struct job *job = sched_job(box->manager->sched, box->job);
    struct mail_wish *wish = find(box, action->seq);
    struct wish_answer_note note = {.status = ANSWER_QUEUED};

    if (wish == NULL)
        return;
    switch (action->answer) {
    case ANSWER_GRANTED:
    case ANSWER_PARTIAL:
        grant(box, fd, wish, job, action->n);
        break;
    case ANSWER_QUEUED:
        if (job == NULL || job->wish.seq != wish->number)
            return; /* the next answer is on its way */
        wish->until = job->wish.until;
        note.until = mail_wall_time(box->manager, job->wish.until);
        answer(box, fd, wish->name, &note);
        break;
    case ANSWER_DENIED:
        deny(box, fd, wish->name, denied_because(box, wish), action->duration);
        forget(box, fd, wish);
        break;
    }
}

/* ---- asking ---- */

static int find_nodes(const struct mail_box *box, const struct hostlist *names,
                      struct idset *out, struct err *err)
{
    for (size_t i = 0; i < names->n; i++) {
        uint32_t number = node_names_find(box->manager->nodes, names->names[i]);
        if (number == IDSET_NONE)
            return err_set(err, ERR_INPUT, "nodes: there is no %s",
                           names->names[i]);
        idset_add(out, number);
    }
    return 0;
}

/* `set` by how many from what the job has. */
static void set_difference(const struct wish *wish, uint32_t has,
                           struct event *event)
{
    if (wish->max >= has) {
        event->op = DIRECTIVE_GROW;
        event->n = wish->max - has;
        event->n_min = wish->min > has  ? wish->min - has
                       : wish->min == 0 ? event->n
                                        : 1;
    } else {
        event->op = DIRECTIVE_SHRINK;
        event->n = event->n_min = has - wish->max;
    }
}

/* Fills EVENT. */
static int make_event(const struct mail_box *box, const struct mail_wish *wish,
                      const struct job *job, struct event *event,
                      struct err *err)
{
    event_init(event, EV_RESIZE_ASKED, manager_now(box->manager));
    event->job = box->job;
    event->asker = ASKED_BY_JOB;
    event->seq = wish->number;
    event->wait = wish->wish.wait;
    event->n = wish->wish.max;
    event->n_min = wish->wish.min;
    event->op = wish->wish.op == WISH_GROW ? DIRECTIVE_GROW : DIRECTIVE_SHRINK;
    if (wish->wish.op == WISH_SET)
        set_difference(&wish->wish, idset_count(&job->nodes), event);
    if (wish->wish.nodes.n > 0)
        event->n = event->n_min = 0;
    return find_nodes(box, &wish->wish.nodes, &event->nodes, err);
}

/* Its last answer is in the turn's actions, or ERR says why it is denied. */
static void ask_core(struct mail_box *box, int fd, struct mail_wish *wish,
                     const struct job *job)
{
    struct manager *manager = box->manager;
    struct event event;
    struct err err;

    err_clear(&err);
    wish->is_asked = true;
    if (make_event(box, wish, job, &event, &err) != 0) {
        event_release(&event);
        deny(box, fd, wish->name, err.text, 0);
        forget(box, fd, wish);
    } else if (manager_event(manager, &event, &err) != 0) {
        deny(box, fd, wish->name, err.text,
             turn_actions(manager->turn)->retry_after);
        forget(box, fd, wish);
    }
}

static void answer_offers(struct mail_box *box, int fd, const char *name)
{
    const struct manager *manager = box->manager;
    struct wish_answer_note note = {.status = ANSWER_GRANTED};
    time_us until;

    if (!sched_offers(manager->sched, box->job, manager_now(manager),
                      &note.granted, &until))
        until = 0;
    note.until = until == 0 ? TIME_NEVER : mail_wall_time(manager, until);
    answer(box, fd, name, &note);
}

static bool is_as_set(const struct wish *wish, const struct job *job)
{
    return wish->op == WISH_SET && wish->max == idset_count(&job->nodes);
}

static void ask(struct mail_box *box, int fd, struct mail_wish *wish,
                const struct job *job)
{
    if (wish->wish.op == WISH_OFFERS) {
        answer_offers(box, fd, wish->name);
        forget(box, fd, wish);
    } else if (is_as_set(&wish->wish, job)) {
        grant(box, fd, wish, NULL, 0);
    } else {
        ask_core(box, fd, wish, job);
    }
}

/* ---- taking ---- */

struct look {
    struct mail_box *box;
    int fd;
    const struct job *job;
};

static int read_wish(int fd, const char *path, struct wish *out,
                     struct err *err)
{
    struct strbuf text;
    int rc;

    strbuf_init(&text);
    rc = job_dir_read(fd, path, &text, err);
    if (rc == 0)
        rc = wish_from_text(text.text, text.len, out, err);
    strbuf_release(&text);
    return rc;
}

static bool is_being_written(int fd, const char *path)
{
    struct wish wish;

    if (read_wish(fd, path, &wish, NULL) != 0)
        return job_dir_is_fresh(fd, path);
    wish_release(&wish);
    return false;
}

/* Above all before, also over restarts: the clock never goes back. */
static uint64_t next_number(const struct mail_box *box)
{
    uint64_t number = (uint64_t)manager_now(box->manager);
    const struct mail_wish *last = box->wishes;

    while (last != NULL && last->next != NULL)
        last = last->next;
    return last != NULL && last->number >= number ? last->number + 1 : number;
}

/* One of the same name that is not done with has nobody who waits for it. */
static void forget_same(struct mail_box *box, int fd, const char *name)
{
    struct mail_wish *wish, *next;

    LL_FOREACH_SAFE(box->wishes, wish, next)
    {
        if (strcmp(wish->name, name) == 0 && !wish->is_granted)
            forget(box, fd, wish);
    }
}

static void take_named(struct look *look, const char *path,
                       struct mail_wish *wish)
{
    struct mail_box *box = look->box;
    char taken[PATH_SIZE];
    struct err err;

    err_clear(&err);
    wish->number = next_number(box);
    wish->last_seq = look->job->directive.seq;
    forget_same(box, look->fd, wish->name);
    if (job_dir_take(look->fd, path, taken_name(wish, taken)) != 0)
        return;
    if (read_wish(look->fd, taken, &wish->wish, &err) == 0) {
        add(box, wish);
        return;
    }
    job_dir_drop(look->fd, taken);
    mail_box_tell_ignored(box, path, err.text);
    deny(box, look->fd, wish->name, err.text, 0);
}

static void take(void *context, const char *name)
{
    struct look *look = context;
    struct mail_wish wish = {.number = 0};
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "request/%s", name);
    if (!wish_name_of(name, wish.name))
        mail_box_ignore(look->box, look->fd, path,
                        "its name is not NAME.json (letters, digits, . _ -)");
    else if (is_being_written(look->fd, path))
        look->box->is_due = true;
    else
        take_named(look, path, &wish);
}

void mail_wish_look(struct mail_box *box, int fd)
{
    struct look look = {box, fd, sched_job(box->manager->sched, box->job)};
    struct mail_wish *wish, *next;

    if (look.job == NULL)
        return;
    if (look.job->state == JOB_STARTING) {
        box->is_due = true; /* nothing can be asked for it yet */
        return;
    }
    if (!job_dir_each(fd, "request", false, MAIL_FILES_MAX, take, &look))
        box->is_due = true;
    LL_FOREACH_SAFE(box->wishes, wish, next)
    {
        const struct job *job = sched_job(box->manager->sched, box->job);
        if (!wish->is_asked && job != NULL)
            ask(box, fd, wish, job);
    }
}

/* ---- after a restart ---- */

static void load(void *context, const char *name)
{
    struct look *look = context;
    struct mail_wish wish = {.number = 0};
    struct err err;
    int n = 0;

    if (sscanf(name, TAKEN "%" SCNu64 ".%" SCNu64 ".%n", &wish.number,
               &wish.last_seq, &n) != 2 ||
        n == 0)
        return;
    if (strlen(name + n) <= WISH_NAME_MAX &&
        read_wish(look->fd, name, &wish.wish, &err) == 0) {
        strcpy(wish.name, name + n);
        add(look->box, &wish);
    } else {
        job_dir_drop(look->fd, name);
    }
}

/* What it has got is what the journal says. */
static void resume(struct mail_box *box, int fd, struct mail_wish *wish,
                   const struct job *job)
{
    bool is_last = wish->next == NULL;
    struct wish_answer_note note = {.status = ANSWER_QUEUED};

    if (job->wish.n > 0 && job->wish.seq == wish->number) {
        wish->is_asked = true;
        wish->until = job->wish.until;
        note.until = mail_wall_time(box->manager, job->wish.until);
        answer(box, fd, wish->name, &note);
    } else if (is_of_wish(wish, job) && is_last) {
        uint32_t n = idset_count(&job->directive.delta);
        wish->is_asked = true;
        grant(box, fd, wish, job, n > 0 ? n : wish->wish.max);
    } else if (!is_last) {
        deny(box, fd, wish->name, "another wish has taken its place", 0);
        forget(box, fd, wish);
    }
}

void mail_wish_resume(struct mail_box *box, int fd, const struct job *job)
{
    struct look look = {box, fd, job};
    struct mail_wish *wish, *next;

    if (box->wishes != NULL)
        return;
    job_dir_each(fd, NULL, true, SIZE_MAX - 1, load, &look);
    LL_FOREACH_SAFE(box->wishes, wish, next)
    resume(box, fd, wish, job);
}

/* ---- releases ---- */

struct mail_wish *mail_wish_released(const struct mail_box *box,
                                     const struct job *job)
{
    struct mail_wish *wish;

    LL_FOREACH(box->wishes, wish)
    {
        if (wish->wish.op == WISH_RELEASE && wish->is_asked &&
            is_of_wish(wish, job))
            return wish;
    }
    return NULL;
}

void mail_wish_directive_ended(struct mail_box *box, int fd)
{
    struct mail_wish *wish, *next;

    LL_FOREACH_SAFE(box->wishes, wish, next)
    {
        if (wish->is_granted)
            forget(box, fd, wish);
    }
}

static void drop_taken(void *context, const char *name)
{
    if (strncmp(name, TAKEN, sizeof(TAKEN) - 1) == 0)
        job_dir_drop(*(int *)context, name);
}

static void drop_request(void *context, const char *name)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "request/%s", name);
    job_dir_drop(*(int *)context, path);
}

void mail_wish_clear(struct mail_box *box, int fd, bool is_for_good)
{
    while (box->wishes != NULL)
        forget(box, -1, box->wishes);
    if (!is_for_good)
        return;
    job_dir_each(fd, NULL, true, SIZE_MAX - 1, drop_taken, &fd);
    job_dir_each(fd, "request", false, SIZE_MAX - 1, drop_request, &fd);
}

/* ---- offers, progress ---- */

static void renew_offers(struct mail_box *box, int fd)
{
    const struct manager *manager = box->manager;
    struct strbuf text;
    uint32_t n;
    time_us until;

    if (!sched_offers(manager->sched, box->job, manager_now(manager), &n,
                      &until)) {
        n = 0;
        until = TIME_NEVER;
    }
    if (box->has_offers && n == box->n_offered && until == box->offered_until)
        return;
    strbuf_init(&text);
    wish_offers_to_text(n, mail_wall_time(manager, until), &text);
    box->has_offers = job_dir_write(fd, "offers.json", &text, 0600, NULL) == 0;
    box->n_offered = n;
    box->offered_until = until;
    strbuf_release(&text);
}

static void send_progress(struct mail_box *box, uint32_t parts)
{
    struct event event;

    if (parts == box->progress)
        return;
    box->progress = parts;
    event_init(&event, EV_PROGRESS, manager_now(box->manager));
    event.job = box->job;
    event.n = parts;
    manager_event(box->manager, &event, NULL);
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static void read_progress(struct mail_box *box, int fd)
{
    struct strbuf text;
    struct stat st;
    struct err err;
    uint32_t parts;

    if (fstatat(fd, "progress", &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        is_same_time(&st.st_mtim, &box->progress_stamp))
        return;
    box->progress_stamp = st.st_mtim;
    strbuf_init(&text);
    err_clear(&err);
    if (job_dir_read(fd, "progress", &text, &err) == 0 &&
        wish_progress_from_text(text.text, text.len, &parts, &err) == 0)
        send_progress(box, parts);
    else if (err.code != ERR_NOT_FOUND)
        mail_box_tell_ignored(box, "progress", err.text);
    strbuf_release(&text);
}

void mail_wish_measure(struct mail_box *box, int fd)
{
    const struct job *job = sched_job(box->manager->sched, box->job);

    if (job == NULL || job->state != JOB_RUNNING)
        return;
    box->is_measured = true;
    read_progress(box, fd);
    renew_offers(box, fd);
}
