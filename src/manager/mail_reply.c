/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reply is taken (renamed to ".reply.SEQ") before it is acted on and kept
 * until the directive has ended, so that what it asks for can be begun again
 * after a crash; a later one takes its place.
 */
#include "manager/mail_box.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/directive_json.h"
#include "codec/reply_json.h"
#include "manager/job_dir.h"
#include "manager/job_files.h"
#include "manager/mail_events.h"
#include "manager/node_names.h"
#include "manager/turn.h"

#define TAKEN ".reply."
#define PATH_SIZE 300

/* ---- showing ---- */

static void reason_of(const struct job *job, char *buf, size_t size)
{
    const struct directive *directive = &job->directive;
    uint32_t n = idset_count(&directive->delta);

    if (directive->asker == ASKED_BY_JOB)
        snprintf(buf, size, "the job has asked for it");
    else if (directive->asker == ASKED_BY_USER)
        snprintf(buf, size, "a user has asked for it");
    else if (directive->for_job != 0)
        snprintf(buf, size, "job %" PRId64 " waits for nodes",
                 directive->for_job);
    else
        snprintf(buf, size, "%u node%s %s idle", n, n == 1 ? "" : "s",
                 n == 1 ? "is" : "are");
}

/* A user may have named the nodes that are to go. */
static bool has_choice(const struct directive *directive)
{
    return directive->op == DIRECTIVE_SHRINK &&
           directive->asker != ASKED_BY_USER;
}

/* What happens when it is late: the job's rule is for shrinks that somebody
 * needs. */
static enum deadline_action deadline_of(const struct job *job)
{
    const struct directive *directive = &job->directive;

    return directive->op == DIRECTIVE_SHRINK && directive->for_job != 0
               ? job->request.on_deadline
               : DEADLINE_KEEP;
}

static void list_nodes(const struct manager *manager, const struct idset *nodes,
                       struct hostlist *out)
{
    hostlist_init(out);
    node_names_list(manager->nodes, nodes, out);
}

static void describe(const struct mail_box *box, const struct job *job,
                     struct strbuf *out)
{
    const struct manager *manager = box->manager;
    const struct directive *directive = &job->directive;
    struct idset after = {.count = 0};
    struct hostlist current, delta, target;
    char reason[80];
    struct directive_note note = {
        .seq = directive->seq,
        .epoch = job_files_epoch(manager, box->job),
        .op = directive->op,
        .on_deadline = deadline_of(job),
        .has_choice = has_choice(directive),
        .is_accepted = directive->state == DIRECTIVE_ACCEPTED,
        .reason = reason,
        .current = &current,
        .delta = &delta,
        .target = &target,
        .offered = mail_wall_time(manager, directive->offered),
        .accept_by = mail_wall_time(manager, directive->accept_by),
        .done_by = mail_wall_time(manager, directive->done_by),
    };

    reason_of(job, reason, sizeof(reason));
    idset_copy(&after, &job->nodes);
    if (directive->op == DIRECTIVE_GROW)
        idset_unite(&after, &directive->delta);
    else
        idset_subtract(&after, &directive->delta);
    list_nodes(manager, &job->nodes, &current);
    list_nodes(manager, &directive->delta, &delta);
    list_nodes(manager, &after, &target);
    directive_to_text(&note, out);
    hostlist_release(&current);
    hostlist_release(&delta);
    hostlist_release(&target);
    idset_release(&after);
}

/* Without a handler it would end. Who looks only later finds the file. */
static void wake(const struct mail_box *box, const struct job *job)
{
    struct launcher *launcher = box->manager->launcher;
    struct launch_key key = {.job_id = box->job, .attempt = job->attempt};
    struct err err;

    err_clear(&err);
    if (box->resize_signal != 0 &&
        launcher->ops->handles(launcher, &key, box->resize_signal) ==
            LAUNCH_HANDLES &&
        launcher->ops->signal(launcher, &key, box->resize_signal, &err) != 0)
        log_warning(&box->manager->log, "job %lld cannot be woken: %s",
                    (long long)box->job, err.text);
}

void mail_reply_show(struct mail_box *box, int fd, const struct job *job)
{
    struct strbuf text;
    struct err err;
    int rc;

    strbuf_init(&text);
    err_clear(&err);
    describe(box, job, &text);
    rc = job_dir_write(fd, "directive.json", &text, 0600, &err);
    strbuf_release(&text);
    if (rc != 0) {
        box->is_due = true; /* tried again each second until its deadline */
        log_debug(&box->manager->log, "job %lld: %s", (long long)box->job,
                  err.text);
        return;
    }
    if (!box->has_to_show)
        return;
    box->has_to_show = false;
    resizing_shown(box->manager, box->job, box->shown);
    wake(box, job);
}

/* ---- acting ---- */

/* The job, while the directive that is shown is open. */
static const struct job *find_open(const struct mail_box *box)
{
    const struct job *job = sched_job(box->manager->sched, box->job);

    return job != NULL && box->shown != 0 && job_has_open_directive(job) &&
                   job->directive.seq == box->shown
               ? job
               : NULL;
}

/* The nodes that the job says to have left. 0, or -1 and ERR. */
static int find_given(const struct mail_box *box, const struct job *job,
                      const struct job_reply *reply, struct idset *out,
                      struct err *err)
{
    const struct directive *directive = &job->directive;
    uint32_t n = idset_count(&directive->delta);

    for (size_t i = 0; i < reply->nodes.n; i++) {
        const char *name = reply->nodes.names[i];
        uint32_t number = node_names_find(box->manager->nodes, name);
        if (number == IDSET_NONE || !idset_has(&job->nodes, number))
            return err_set(err, ERR_INPUT, "nodes: %s is not the job's", name);
        idset_add(out, number);
    }
    if (idset_count(out) != n)
        return err_set(err, ERR_INPUT, "nodes: %u are to be given, found %u", n,
                       idset_count(out));
    if (!has_choice(directive) && !idset_is_equal(out, &directive->delta))
        return err_set(err, ERR_INPUT,
                       "nodes: the job has no choice which to give");
    return 0;
}

static int act_done(struct mail_box *box, const struct job *job,
                    const struct job_reply *reply, struct err *err)
{
    bool is_named = job->directive.op == DIRECTIVE_SHRINK && reply->nodes.n > 0;
    struct idset given = {.count = 0};
    int rc = is_named ? find_given(box, job, reply, &given, err) : 0;

    if (rc == 0) {
        box->has_acted = true;
        resizing_done(box->manager, box->job, box->shown,
                      is_named ? &given : NULL);
    }
    idset_release(&given);
    return rc;
}

/* Said once before: `again` is fine then. */
static int act_accepted(struct mail_box *box, const struct job *job,
                        bool is_again, struct err *err)
{
    switch (job->directive.state) {
    case DIRECTIVE_OFFERED:
        resizing_accepted(box->manager, box->job, box->shown);
        return 0;
    case DIRECTIVE_ACCEPTED:
        return is_again ? 0
                        : err_set(err, ERR_CONFLICT, "it was accepted before");
    default:
        return err_set(err, ERR_CONFLICT,
                       "it comes too late: the directive is being taken back");
    }
}

/* Who is at it has accepted, and may have a new deadline. */
static void act_progress(struct mail_box *box, int fd, const struct job *job)
{
    if (job->directive.state == DIRECTIVE_OFFERED) {
        resizing_accepted(box->manager, box->job, box->shown);
        return;
    }
    resizing_progressed(box->manager, box->job, box->shown);
    job = find_open(box);
    if (job != NULL)
        mail_reply_show(box, fd, job);
}

static int act(struct mail_box *box, int fd, const struct job *job,
               const struct job_reply *reply, bool is_again, struct err *err)
{
    struct manager *manager = box->manager;

    switch (reply->status) {
    case REPLY_ACCEPTED:
        return act_accepted(box, job, is_again, err);
    case REPLY_PROGRESS:
        act_progress(box, fd, job);
        return 0;
    case REPLY_DONE:
        return act_done(box, job, reply, err);
    case REPLY_REFUSED:
        log_info(&manager->log, "[Elastic Scaling] job %lld refuses: %s",
                 (long long)box->job,
                 reply->reason == NULL ? "no reason given" : reply->reason);
        if (reply->reason != NULL)
            turn_add_directive_note(manager->turn, box->job, box->shown,
                                    reply->reason);
        resizing_refused(manager, box->job, box->shown, reply->retry_after);
        return 0;
    case REPLY_FAILED:
        resizing_failed(manager, box->job, box->shown,
                        reply->reason == NULL ? "the job could not do it"
                                              : reply->reason);
        return 0;
    }
    return 0;
}

/* ---- taking ---- */

static int read_reply(int fd, const char *path, uint64_t seq,
                      struct job_reply *out, struct err *err)
{
    struct strbuf text;
    int rc;

    strbuf_init(&text);
    rc = job_dir_read(fd, path, &text, err);
    if (rc == 0)
        rc = job_reply_from_text(text.text, text.len, seq, out, err);
    strbuf_release(&text);
    return rc;
}

static void act_taken(struct mail_box *box, int fd, const char *taken,
                      const char *path, bool is_again)
{
    const struct job *job = find_open(box);
    struct job_reply reply;
    struct err err;

    err_clear(&err);
    if (job == NULL)
        return;
    if (read_reply(fd, taken, box->shown, &reply, &err) == 0) {
        act(box, fd, job, &reply, is_again, &err);
        job_reply_release(&reply);
    }
    if (err.code == ERR_NONE || err.code == ERR_NOT_FOUND ||
        (is_again && err.code == ERR_CONFLICT))
        return;
    if (err.code != ERR_CONFLICT)
        job_dir_drop(fd, taken);
    mail_box_tell_ignored(box, path, err.text);
}

static char *taken_name(uint64_t seq, char buf[64])
{
    snprintf(buf, 64, TAKEN "%" PRIu64, seq);
    return buf;
}

struct look {
    struct mail_box *box;
    int fd;
};

static void ignore_closed(struct mail_box *box, int fd, const char *path,
                          uint64_t seq)
{
    char why[80];

    snprintf(why, sizeof(why), "directive %" PRIu64 " is not open", seq);
    mail_box_ignore(box, fd, path, why);
}

/* By somebody who does not rename: then it is left for later. */
static bool is_being_written(int fd, const char *path, uint64_t seq)
{
    struct job_reply reply;

    if (read_reply(fd, path, seq, &reply, NULL) != 0)
        return job_dir_is_fresh(fd, path);
    job_reply_release(&reply);
    return false;
}

static void take(void *context, const char *name)
{
    const struct look *look = context;
    struct mail_box *box = look->box;
    uint64_t seq = job_reply_seq_of(name);
    char path[PATH_SIZE], taken[64];

    snprintf(path, sizeof(path), "reply/%s", name);
    if (seq != 0 && (seq != box->shown || find_open(box) == NULL)) {
        ignore_closed(box, look->fd, path, seq);
    } else if (seq != 0 && box->has_acted) {
        mail_box_ignore(box, look->fd, path, "the job has said \"done\"");
    } else if (seq == 0) {
        mail_box_ignore(box, look->fd, path, "its name is not SEQ.json");
    } else if (is_being_written(look->fd, path, seq)) {
        box->is_due = true;
    } else if (job_dir_take(look->fd, path, taken_name(seq, taken)) == 0) {
        act_taken(box, look->fd, taken, path, false);
    }
}

void mail_reply_look(struct mail_box *box, int fd)
{
    struct look look = {box, fd};
    const struct job *job = find_open(box);

    if (box->has_to_show && job != NULL)
        mail_reply_show(box, fd, job);
    if (!job_dir_each(fd, "reply", false, MAIL_FILES_MAX, take, &look))
        box->is_due = true;
}

void mail_reply_take_up(struct mail_box *box, int fd)
{
    char taken[64];

    act_taken(box, fd, taken_name(box->shown, taken), taken, true);
    mail_reply_look(box, fd);
}

void mail_reply_resume(struct mail_box *box, int fd, const struct job *job)
{
    box->shown = job->directive.seq;
    box->has_to_show = box->has_acted = false;
    /* The one that is there may still say that it is not accepted. */
    if (job->directive.state == DIRECTIVE_ACCEPTED ||
        faccessat(fd, "directive.json", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        mail_reply_show(box, fd, job);
    mail_reply_take_up(box, fd);
}

/* ---- the end ---- */

static void drop_taken(void *context, const char *name)
{
    if (strncmp(name, TAKEN, sizeof(TAKEN) - 1) == 0)
        job_dir_drop(*(int *)context, name);
}

static void drop_reply(void *context, const char *name)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "reply/%s", name);
    job_dir_drop(*(int *)context, path);
}

void mail_reply_end(int fd)
{
    job_dir_drop(fd, "directive.json");
    job_dir_each(fd, NULL, true, SIZE_MAX - 1, drop_taken, &fd);
}

void mail_reply_clear(int fd)
{
    mail_reply_end(fd);
    job_dir_each(fd, "reply", false, SIZE_MAX - 1, drop_reply, &fd);
}
