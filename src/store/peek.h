/* SPDX-License-Identifier: BSD-2-Clause */
/* A look at a state directory's database without its lock: reads only, also
 * beside a running manager. */
#ifndef ERM_STORE_PEEK_H
#define ERM_STORE_PEEK_H

#include "store/state_dir.h"

/* The owned text of the setting KEY. NULL: ERR_NOT_FOUND (no database, or not
 * set), ERR_BUSY, ERR_SYSTEM. */
char *peek_setting(const struct state_dir *dir, const char *key,
                   struct err *err);

#endif
