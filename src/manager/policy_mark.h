/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What policy.json was like before entries were put in, kept in the file
 * policy.mark of the state directory. A manager that was killed between that
 * write and its record cannot know by the file alone whether an entry that is
 * missing was never there or has been acted on; the mark tells it. Locked, the
 * file can have changed since only by the write that followed, or later. A
 * write that was broken off has left blanks at its end (locked_file.c), which
 * clients do not.
 */
#ifndef ERM_MANAGER_POLICY_MARK_H
#define ERM_MANAGER_POLICY_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "manager/locked_file.h"

struct policy_mark {
    struct strbuf like; /* which file, when changed, how large; "" = no mark */
    uint64_t *seqs;     /* owned: the directives whose entries were put in */
    size_t n, size;
};

void policy_mark_init(struct policy_mark *mark);
void policy_mark_release(struct policy_mark *mark);
/* Fills MARK (initialised) with the one that is in the folder DIR_FD, if any.
 */
void policy_mark_read(struct policy_mark *mark, int dir_fd);
void policy_mark_add(struct policy_mark *mark, uint64_t seq);
/* Keeps it in DIR_FD, by rename. FILE is locked, room is reserved, and nothing
 * but the write comes between. -1 and ERR. */
int policy_mark_write(struct policy_mark *mark, int dir_fd,
                      const struct locked_file *file, struct err *err);
/* The write that it was made for came to nothing. */
void policy_mark_remove(int dir_fd);
/* Has FILE, which is locked, had the entry of SEQ since? */
bool policy_mark_tells(const struct policy_mark *mark, uint64_t seq,
                       const struct locked_file *file);

#endif
