/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only some DVMs start at the same time: an sshd drops connections when too
 * many are not yet logged in (MaxStartups, 10 by default). Held by locks on
 * files, so that nobody has to be alive to let the next one in.
 */
#ifndef ERM_DVM_TURNSTILE_H
#define ERM_DVM_TURNSTILE_H

#define TURNSTILE_WIDTH 8

/* A descriptor that holds a place in FOLDER; -1 when all are taken (errno
 * EWOULDBLOCK) or the folder is no good. close() gives the place back. */
int turnstile_enter(const char *folder);

#endif
