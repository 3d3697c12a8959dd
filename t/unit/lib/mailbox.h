/* SPDX-License-Identifier: BSD-2-Clause */
/* A mailbox whose manager is the test. */
#ifndef ERM_T_LIB_MAILBOX_H
#define ERM_T_LIB_MAILBOX_H

#include <stdbool.h>

#include "erm.h"

/* An empty folder of its own in ERM_JOB_DIR, and no other ERM_*; *STATE is
 * its path. */
int mailbox_enter(void **state);
int mailbox_leave(void **state);
/* The manager writes TEXT into DIR/NAME, by rename. */
void mailbox_put(const char *dir, const char *name, const char *text);
void mailbox_remove(const char *dir, const char *name);
bool mailbox_has(const char *dir, const char *name);
/* What the program wrote into DIR/NAME, into a buffer that the next call
 * takes again; "" when there is no such file. */
const char *mailbox_get(const char *dir, const char *name);
/* The name of the only file in DIR/FOLDER, without ".json"; "" for none.
 * Borrowed as above. */
const char *mailbox_only(const char *dir, const char *folder);

#define GROW_7                                                          \
    "{\"v\":1,\"seq\":7,\"epoch\":3,\"op\":\"grow\",\"reason\":\"idle " \
    "nodes\",\"forced\":false,\"current\":[\"n1\"],\"delta\":[\"n2\","  \
    "\"n3\"],\"target\":[\"n1\",\"n2\",\"n3\"],\"choice\":false,"       \
    "\"accept_by\":1763850000.5,\"done_by\":null}"
#define SHRINK_8                                                    \
    "{\"v\":1,\"seq\":8,\"op\":\"shrink\",\"current\":[\"n1\","     \
    "\"n2\",\"n3\"],\"delta\":[\"n3\"],\"target\":[\"n1\",\"n2\"]," \
    "\"choice\":true,\"forced\":true}"

#endif
