/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One job's mailbox, while an attempt of it runs. For the parts of mailbox.h
 * only: mail_reply.c (directives and replies), mail_wish.c (requests, offers,
 * progress).
 */
#ifndef ERM_MANAGER_MAIL_BOX_H
#define ERM_MANAGER_MAIL_BOX_H

#include <uthash.h>

#include "codec/wish_json.h"
#include "manager/mailbox.h"

/* Files that one look takes; more are taken by the next one. */
#define MAIL_FILES_MAX 64

/* A request that was taken and is not done with. It is in the mailbox as
 * ".wish.NUMBER.LAST_SEQ.NAME". */
struct mail_wish {
    char name[WISH_NAME_MAX + 1];
    uint64_t number;   /* as the core knows it; rising */
    uint64_t last_seq; /* of the job's directives when it was taken */
    struct wish wish;  /* owned */
    bool is_asked;     /* the core has it, or has had it */
    time_us until;     /* while it waits: denied then */
    bool is_granted;   /* a release, until it is done */
    struct mail_wish *next;
};

struct mail_box {
    int64_t job; /* key */
    struct manager *manager;
    int resize_signal; /* 0 = none */
    int watches[2];    /* inotify: reply, request; -1 none */
    bool is_due;       /* something was left for the next look */
    uint64_t shown;    /* the directive that is to be answered here; 0 none */
    bool has_to_show;  /* it could not be written yet */
    bool has_acted;    /* it was answered by "done" */
    struct mail_wish *wishes; /* owned, by rising number */
    bool is_measured;         /* once at least */
    uint32_t n_offered;       /* as in offers.json */
    time_us offered_until;
    bool has_offers;                /* there is such a file */
    struct timespec progress_stamp; /* of the file when it was read */
    uint32_t progress;
    uint32_t n_ignored; /* told since: */
    time_us ignored_since;
    UT_hash_handle hh;
};

/* The file PATH, which was taken, makes no sense, because of WHY: says so. */
void mail_box_tell_ignored(struct mail_box *box, const char *path,
                           const char *why);
/* The same, and removes it. */
void mail_box_ignore(struct mail_box *box, int fd, const char *path,
                     const char *why);

/* Replies. FD is the mailbox, open. */
void mail_reply_look(struct mail_box *box, int fd);
/* The same, after what was taken before and perhaps not done: the manager may
 * have died meanwhile. */
void mail_reply_take_up(struct mail_box *box, int fd);
/* After a restart: the directive of JOB was shown before. */
void mail_reply_resume(struct mail_box *box, int fd, const struct job *job);
/* Writes directive.json for JOB's open directive; the first time tells the core
 * and wakes the job. */
void mail_reply_show(struct mail_box *box, int fd, const struct job *job);
/* The directive has ended: removes it, and what was taken of its answers. */
void mail_reply_end(int fd);
/* The attempt is over: answers that are still there are nobody's. */
void mail_reply_clear(int fd);

/* Requests, and the files beside them. */
void mail_wish_look(struct mail_box *box, int fd);
/* After a restart: what was taken and not done with. */
void mail_wish_resume(struct mail_box *box, int fd, const struct job *job);
/* A directive was offered. */
void mail_wish_offered(struct mail_box *box, int fd);
void mail_wish_answer(struct mail_box *box, int fd,
                      const struct action *action);
/* Its open release, else NULL. */
struct mail_wish *mail_wish_released(const struct mail_box *box,
                                     const struct job *job);
/* A directive has ended. */
void mail_wish_directive_ended(struct mail_box *box, int fd);
/* Forgets them; IS_FOR_GOOD: removes what was asked. FD may be -1 then not. */
void mail_wish_clear(struct mail_box *box, int fd, bool is_for_good);
/* Every few seconds: `progress` and offers.json. */
void mail_wish_measure(struct mail_box *box, int fd);

#endif
