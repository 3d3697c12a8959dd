/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a job leaves when its shepherd is killed: processes that nobody owns.
 * They are known by a variable in their environment (CLAIM_VARIABLE), which is
 * all that such processes still have in common.
 */
#ifndef ERM_LAUNCH_ORPHANS_H
#define ERM_LAUNCH_ORPHANS_H

/* KILLs this user's processes with ERM_CLAIM=<CLAIM_DIR>, again until none is
 * left (for a second at most). Returns how many processes that were. */
int orphans_kill(const char *claim_dir);

#endif
