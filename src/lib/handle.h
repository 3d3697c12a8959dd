/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an erm_t holds, its errors, and the files of its mailbox.
 *
 * The manager replaces files by rename, so a file is never seen half written;
 * this side does the same. What changed is seen by stat: a replaced file has
 * another inode, time or size.
 */
#ifndef ERM_LIB_HANDLE_H
#define ERM_LIB_HANDLE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "erm.h"
#include "lib/list.h"
#include "lib/text.h"

/* Of this side alone: the seq of the directive that was answered last. */
#define ANSWERED_FILE ".answered"

/* What a file was when it was read. */
struct erm_stamp {
    bool is_there;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed, modified;
};

struct erm {
    char *dir;      /* NULL: alone */
    char *hostfile; /* DIR/hosts */
    int notify;     /* inotify, -1 while it is not needed, or cannot be */
    char error[320];
    struct erm_stamp directive_stamp;
    int state; /* of directive.json: 1 read, 0 none, below 0: why not */
    char *directive_text;
    struct erm_list cur, delta, target;
    erm_directive directive;
    int answered; /* seq that was answered for good; 0 = none */
    struct erm_stamp nodes_stamp;
    char *nodes_text; /* NULL: not read yet */
    struct erm_list nodes;
    char wish[80]; /* the name of the last one; "" = answered, or none */
    double retry_after;
};

/* Says what happened; returns CODE. */
int erm_set_error(struct erm *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "cannot WHAT PATH's last part: what errno says"; ERM_ESYSTEM. */
int erm_set_errno(struct erm *e, const char *what, const char *path);
int erm_set_no_memory(struct erm *e);
/* ERM_ENOMANAGER. */
int erm_set_alone(struct erm *e);

/* Seconds of a clock. */
double erm_clock(clockid_t clock);
/* Is it a number of seconds that may be sent? */
bool erm_is_seconds(double seconds);

struct erm_stamp erm_stamp_of(const struct stat *st);
bool erm_stamp_is_same(const struct erm_stamp *a, const struct erm_stamp *b);
/*
 * The text of the mailbox's file NAME, owned, NUL-ended; what it was then in
 * *STAMP. NULL with *RC 0 when there is no such file, else with *RC an error.
 */
char *erm_read_file(struct erm *e, const char *name, struct erm_stamp *stamp,
                    int *rc);
/* TEXT becomes the mailbox's file NAME, whole or not at all. Takes TEXT. */
int erm_put_file(struct erm *e, const char *name, struct erm_text *text);

/* Leaves the directive that was read (directive.c). */
void erm_forget_directive(struct erm *e);

#endif
