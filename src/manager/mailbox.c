/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of mailboxes and when to look into them. One inotify descriptor
 * and one timer serve all; a mailbox is opened for each look, so that jobs
 * cost no descriptors.
 */
#include "manager/mailbox.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "codec/mail_write.h"
#include "manager/job_dir.h"
#include "manager/job_files.h"
#include "manager/mail_box.h"
#include "manager/mail_events.h"
#include "manager/turn.h"
#include "store/state_dir.h"

#define TICK_SEC 1
#define TICKS_PER_MEASURE 10
#define WATCHED (IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR | IN_DONT_FOLLOW)
#define IGNORED_MAX \
    20 /* lines in a minute; a job gone wild is not worth more */

struct watch_row {
    int watch; /* key */
    struct mail_box *box;
    UT_hash_handle hh;
};

struct mailbox {
    struct manager *manager;   /* borrowed */
    struct mail_box *boxes;    /* owned table */
    struct watch_row *watches; /* owned table */
    int inotify;               /* -1: polling alone */
    struct event *on_inotify;  /* owned, as both */
    struct event *on_tick;
    unsigned n_ticks;
};

static const char *const folders[] = {"reply", "request"};

static struct mail_box *find(const struct manager *manager, int64_t job)
{
    struct mail_box *box = NULL;

    if (manager->mailbox != NULL)
        HASH_FIND(hh, manager->mailbox->boxes, &job, sizeof(job), box);
    return box;
}

/* ---- looking ---- */

static void look(struct mail_box *box)
{
    int fd = job_dir_open(box->manager->state_dir, box->job);

    if (fd < 0)
        return;
    box->is_due = false;
    mail_reply_look(box, fd);
    mail_wish_look(box, fd);
    close(fd);
}

static bool is_outstanding(const struct mail_box *box)
{
    return box->is_due || (box->shown != 0 && !box->has_acted);
}

static void measure(struct mail_box *box)
{
    int fd = job_dir_open(box->manager->state_dir, box->job);

    if (fd < 0)
        return;
    mail_wish_measure(box, fd);
    close(fd);
}

static void tick(evutil_socket_t fd, short what, void *context)
{
    struct mailbox *mail = context;
    bool is_remote = mail->manager->state_dir->network != NULL;
    bool is_time = ++mail->n_ticks % TICKS_PER_MEASURE == 0;
    struct mail_box *box, *next;

    (void)fd;
    (void)what;
    HASH_ITER (hh, mail->boxes, box, next) {
        if (is_remote || mail->inotify < 0 || is_outstanding(box))
            look(box);
        if (is_time || !box->is_measured)
            measure(box);
    }
}

/* Marks what the events are about; a lost event may be about any. */
static void take_event(struct mailbox *mail, const struct inotify_event *event)
{
    struct watch_row *row;
    struct mail_box *box, *next;

    if ((event->mask & IN_Q_OVERFLOW) != 0) {
        HASH_ITER (hh, mail->boxes, box, next)
            box->is_due = true;
        return;
    }
    HASH_FIND_INT(mail->watches, &event->wd, row);
    if (row != NULL && event->len > 0 && event->name[0] != '.')
        row->box->is_due = true;
}

static void read_inotify(evutil_socket_t fd, short what, void *context)
{
    struct mailbox *mail = context;
    struct mail_box *box, *next;
    union {
        struct inotify_event event;
        char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    } buf;
    ssize_t n;

    (void)what;
    n = read(fd, buf.bytes, sizeof(buf.bytes));
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *event = (void *)(buf.bytes + at);
        take_event(mail, event);
        at += (ssize_t)(sizeof(*event) + event->len);
    }
    HASH_ITER (hh, mail->boxes, box, next)
        if (box->is_due)
            look(box);
}

void mailbox_touch(struct manager *manager, int64_t job)
{
    struct mail_box *box = find(manager, job);

    if (box != NULL)
        look(box);
}

/* ---- watches ---- */

static void unwatch(struct mailbox *mail, int *watch)
{
    struct watch_row *row;

    HASH_FIND_INT(mail->watches, watch, row);
    if (row != NULL) {
        HASH_DELETE(hh, mail->watches, row);
        free(row);
        inotify_rm_watch(mail->inotify, *watch);
    }
    *watch = -1;
}

/* By the path through the manager's own descriptor: nobody can put another
 * folder in its way. */
static void watch(struct mailbox *mail, struct mail_box *box, int fd, int which)
{
    struct watch_row *row;
    char path[64];

    unwatch(mail, &box->watches[which]); /* of the attempt before */
    if (mail->inotify < 0)
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, folders[which]);
    box->watches[which] = inotify_add_watch(mail->inotify, path, WATCHED);
    if (box->watches[which] < 0)
        return;
    row = mem_alloc(sizeof(*row));
    row->watch = box->watches[which];
    row->box = box;
    HASH_ADD_INT(mail->watches, watch, row);
}

/* ---- life of one ---- */

static int signal_of(const struct manager *manager, const struct job *job)
{
    struct job_spec spec;
    int number;

    if (turn_read_spec(manager->turn, job->request.id, &spec, NULL) != 0)
        return 0;
    number = spec.resize_signal;
    job_spec_release(&spec);
    return number;
}

static bool has_mailbox(const struct job *job)
{
    return job->request.kind == JOB_ELASTIC ||
           job->request.kind == JOB_EVOLVING;
}

static void prepare(struct mailbox *mail, struct mail_box *box, int fd)
{
    struct err err;

    err_clear(&err);
    if (job_dir_make_folder(fd, "reply", &err) != 0 ||
        job_dir_make_folder(fd, "request", &err) != 0 ||
        job_dir_make_folder(fd, "answer", &err) != 0)
        log_warning(&mail->manager->log, "job %lld: %s", (long long)box->job,
                    err.text);
    for (int i = 0; i < 2; i++)
        watch(mail, box, fd, i);
}

static struct mail_box *add_box(struct mailbox *mail, const struct job *job)
{
    struct mail_box *box = mem_alloc(sizeof(*box));
    struct timeval period = {.tv_sec = TICK_SEC};

    box->job = job->request.id;
    box->manager = mail->manager;
    box->watches[0] = box->watches[1] = -1;
    box->resize_signal = signal_of(mail->manager, job);
    if (mail->boxes == NULL)
        event_add(mail->on_tick, &period);
    HASH_ADD(hh, mail->boxes, job, sizeof(box->job), box);
    return box;
}

static void remove_box(struct mailbox *mail, struct mail_box *box)
{
    for (int i = 0; i < 2; i++)
        unwatch(mail, &box->watches[i]);
    mail_wish_clear(box, -1, false);
    HASH_DELETE(hh, mail->boxes, box);
    free(box);
    if (mail->boxes == NULL)
        event_del(mail->on_tick);
}

void mailbox_open(struct manager *manager, const struct job *job, bool is_new)
{
    struct mail_box *box = find(manager, job->request.id);
    int fd;

    if (manager->mailbox == NULL || !has_mailbox(job))
        return;
    fd = job_dir_make(manager->state_dir, job->request.id, NULL);
    if (fd < 0)
        return;
    if (box == NULL)
        box = add_box(manager->mailbox, job);
    prepare(manager->mailbox, box, fd);
    if (is_new) {
        box->shown = 0;
        box->has_to_show = box->has_acted = false;
        mail_reply_clear(fd);
        box->is_due = true; /* it may have left a wish */
    } else {
        if (!job_has_open_directive(job))
            mail_reply_end(fd);
        else if (job->request.resize == RESIZE_RESTART && job->directive.shown)
            mail_reply_resume(box, fd, job);
        mail_wish_resume(box, fd, job);
        job_files_renew(manager, box->job);
        box->is_due = true;
    }
    close(fd);
}

void mailbox_close(struct manager *manager, int64_t job)
{
    struct mail_box *box = find(manager, job);
    int fd;

    if (box == NULL)
        return;
    fd = job_dir_open(manager->state_dir, job);
    if (fd >= 0) {
        mail_reply_clear(fd);
        mail_wish_clear(box, fd, true);
        close(fd);
    }
    remove_box(manager->mailbox, box);
}

/* ---- what makes no sense ---- */

/* Not more than some lines in a minute. */
static bool is_worth_telling(struct mail_box *box)
{
    time_us now = manager_now(box->manager);

    if (box->ignored_since == 0 ||
        now - box->ignored_since > 60 * USEC_PER_SEC) {
        box->ignored_since = now;
        box->n_ignored = 0;
    }
    return box->n_ignored++ < IGNORED_MAX;
}

void mail_box_tell_ignored(struct mail_box *box, const char *path,
                           const char *why)
{
    json_t *event;

    if (!is_worth_telling(box))
        return;
    log_warning(&box->manager->log, "job %lld: %s is ignored: %s",
                (long long)box->job, path, why);
    event = mail_event(box->manager, "ignored");
    mail_write_text(event, "file", path);
    mail_write_text(event, "reason", why);
    mail_event_tell(box->manager, box->job, event);
}

void mail_box_ignore(struct mail_box *box, int fd, const char *path,
                     const char *why)
{
    job_dir_drop(fd, path);
    mail_box_tell_ignored(box, path, why);
}

/* ---- the way ---- */

static void offer(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);
    struct mail_box *box = find(manager, action->job);
    int fd;

    if (box == NULL || job == NULL || job->directive.seq != action->seq)
        return;
    fd = job_dir_open(manager->state_dir, action->job);
    box->shown = action->seq;
    box->has_acted = false;
    box->has_to_show = true;
    box->is_due = true;
    if (fd < 0)
        return;
    mail_reply_show(box, fd, job);
    mail_reply_take_up(box, fd);
    close(fd);
}

void mailbox_show(struct manager *manager, const struct job *job)
{
    struct mail_box *box = find(manager, job->request.id);
    int fd;

    if (box == NULL)
        return;
    box->shown = job->directive.seq;
    box->has_to_show = box->has_acted = false;
    fd = job_dir_open(manager->state_dir, box->job);
    if (fd < 0)
        return;
    mail_reply_show(box, fd, job);
    close(fd);
}

/* What the job has said until now counts. */
static void withdraw(struct manager *manager, const struct action *action)
{
    struct mail_box *box = find(manager, action->job);
    int fd = job_dir_open(manager->state_dir, action->job);

    if (box != NULL && fd >= 0 && box->shown == action->seq)
        mail_reply_look(box, fd);
    if (fd >= 0)
        close(fd);
    if (box == NULL || box->shown != action->seq || !box->has_acted)
        resizing_withdrawn(manager, action->job, action->seq, true);
}

static void adopt(struct manager *manager, const struct job *job)
{
    struct mail_box *box = find(manager, job->request.id);
    int fd = job_dir_open(manager->state_dir, job->request.id);

    if (box != NULL && fd >= 0)
        mail_reply_resume(box, fd, job);
    if (fd >= 0)
        close(fd);
}

const struct resize_way mailbox_way = {
    .offer = offer,
    .withdraw = withdraw,
    .adopt = adopt,
};

bool mailbox_is_released(const struct manager *manager, const struct job *job)
{
    const struct mail_box *box = find(manager, job->request.id);

    return box != NULL && mail_wish_released(box, job) != NULL;
}

/* ---- news ---- */

static void tell_directive(const struct manager *manager,
                           const struct action *action)
{
    json_t *event =
        mail_event(manager, directive_state_name(action->directive));

    json_object_set_new(event, "seq", json_integer((json_int_t)action->seq));
    mail_write_text(event, "op",
                    action->op == DIRECTIVE_GROW ? "grow" : "shrink");
    mail_event_add_nodes(manager, event, &action->nodes);
    mail_event_tell(manager, action->job, event);
}

/* The files come first: who sees that the directive is gone finds them new. */
static void end_directive(struct manager *manager, struct mail_box *box,
                          const struct action *action)
{
    int fd;

    job_files_renew(manager, action->job);
    tell_directive(manager, action);
    fd = job_dir_open(manager->state_dir, action->job);
    if (fd < 0)
        return;
    if (box->shown == action->seq || box->shown == 0) {
        mail_reply_end(fd);
        box->shown = 0;
        box->has_to_show = box->has_acted = false;
    }
    mail_reply_look(box, fd);
    mail_wish_directive_ended(box, fd);
    close(fd);
}

/* It has a new deadline, and what is to go is not for use any more. */
static void note_accepted(struct mail_box *box, int fd,
                          const struct action *action)
{
    const struct job *job = sched_job(box->manager->sched, box->job);

    if (action->op == DIRECTIVE_SHRINK)
        job_files_renew(box->manager, box->job);
    if (job != NULL && job->directive.state == DIRECTIVE_ACCEPTED &&
        box->shown == action->seq && !box->has_to_show)
        mail_reply_show(box, fd, job);
}

void mailbox_directive(struct manager *manager, const struct action *action)
{
    struct mail_box *box = find(manager, action->job);
    bool is_open = directive_state_is_open(action->directive);
    int fd;

    if (box == NULL) {
        if (!is_open)
            job_files_renew(manager, action->job);
        return;
    }
    if (!is_open) {
        end_directive(manager, box, action);
        return;
    }
    tell_directive(manager, action);
    fd = job_dir_open(manager->state_dir, action->job);
    if (fd < 0)
        return;
    if (action->directive == DIRECTIVE_OFFERED)
        mail_wish_offered(box, fd);
    else if (action->directive == DIRECTIVE_ACCEPTED)
        note_accepted(box, fd, action);
    close(fd);
}

void mailbox_phase(struct manager *manager, const struct action *action)
{
    bool is_start = action->why == PHASE_START || action->why == PHASE_RESTART;
    struct mail_box *box = find(manager, action->job);
    json_t *event;

    if (!is_start)
        job_files_renew(manager, action->job);
    if (box == NULL)
        return;
    event = mail_event(manager, is_start ? "started" : "nodes");
    if (!is_start)
        mail_write_text(event, "why", phase_why_name(action->why));
    json_object_set_new(event, "attempt", json_integer(action->attempt));
    json_object_set_new(
        event, "epoch",
        json_integer((json_int_t)job_files_epoch(manager, action->job)));
    mail_event_add_nodes(manager, event, &action->nodes);
    mail_event_tell(manager, action->job, event);
}

void mailbox_answer(struct manager *manager, const struct action *action)
{
    struct mail_box *box = find(manager, action->job);
    int fd = job_dir_open(manager->state_dir, action->job);

    if (box != NULL && fd >= 0)
        mail_wish_answer(box, fd, action);
    if (fd >= 0)
        close(fd);
}

/* ---- life ---- */

struct mailbox *mailbox_create(struct manager *manager)
{
    struct mailbox *mail = mem_alloc(sizeof(*mail));

    mail->manager = manager;
    mail->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (mail->inotify < 0)
        log_warning(&manager->log,
                    "the mailboxes are looked at once a second: no inotify");
    else
        mail->on_inotify = event_new(manager->loop, mail->inotify,
                                     EV_READ | EV_PERSIST, read_inotify, mail);
    mail->on_tick = event_new(manager->loop, -1, EV_PERSIST, tick, mail);
    if (mail->on_inotify != NULL)
        event_add(mail->on_inotify, NULL);
    return mail;
}

void mailbox_destroy(struct mailbox *mail)
{
    struct mail_box *box, *next;

    if (mail == NULL)
        return;
    HASH_ITER (hh, mail->boxes, box, next)
        remove_box(mail, box);
    if (mail->on_inotify != NULL)
        event_free(mail->on_inotify);
    event_free(mail->on_tick);
    if (mail->inotify >= 0)
        close(mail->inotify);
    free(mail);
}
