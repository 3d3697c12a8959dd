/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removing a folder without starting a program for it.
 */
#ifndef ERM_BASE_REMOVE_H
#define ERM_BASE_REMOVE_H

/* Removes PATH and all that is in it, as far as it may: links themselves, not
 * what they lead to, and nothing on another file system. */
void remove_all(const char *path);
/* The same for NAME in the open folder AT_FD, whoever moves that folder
 * meanwhile; not below a depth of 64. */
void remove_at(int at_fd, const char *name);

#endif
