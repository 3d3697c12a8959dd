/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jobs of erm left on a host: processes and a folder, known by a key
 * ("MARK.JOB.ATTEMPT[.PART]" or "MARK.pool", in ERM_DVM_KEY and /tmp/erm-KEY),
 * or on this machine by the folder of its claim (ERM_CLAIM). Only what this
 * user owns is looked at.
 */
#ifndef ERM_DOCTOR_LEFTOVERS_H
#define ERM_DOCTOR_LEFTOVERS_H

#include "doctor/home.h"

enum left_kind {
    LEFT_LIVE,    /* its job is alive: nothing is left over */
    LEFT_OURS,    /* of an ended job of the state directory at hand */
    LEFT_FOREIGN, /* of another state directory */
};

struct leftover {
    const char *host; /* borrowed */
    char *key;        /* owned; NULL: known by claim_dir */
    char *claim_dir;  /* owned; NULL: known by key */
    char *other_key;  /* owned; of a process in claim_dir; may be NULL */
    char mark[16];    /* of the key */
    int64_t job_id;   /* 0: the pool's DVM */
    uint32_t attempt, part;
    unsigned n_processes;
    bool has_folder;
    enum left_kind kind;
    /* what became of it */
    unsigned n_ended, n_stayed;
    bool is_removed; /* its folder is not there any more */
};

struct leftovers {
    struct leftover *items; /* owned */
    size_t n;
};

void leftovers_release(struct leftovers *left);
/* Adds "p:KEY:COUNT f:KEY:1 ..." of HOST (borrowed); what is no key of erm's
 * is left out. */
void leftovers_add_keys(struct leftovers *left, const char *host,
                        const char *text);
/* One more process of HOST in JOB_DIR, ".../JOBS/ID.ATTEMPT[.PART]"; others are
 * left out. KEY (may be NULL) is what it also has: then it is counted there;
 * and as long as the claim is held, its key lives on all hosts, whatever state
 * directory it is of. */
void leftovers_add_process(struct leftovers *left, const char *host,
                           const char *claim_dir, const char *key);
/* Is there anything that should not be? Once judged. */
bool leftover_is_any(const struct leftover *item);
/* Sets the kinds. OWN_KEY and OWN_DIR (may be NULL) are of the job in which
 * this very program runs: that lives. */
void leftovers_judge(struct leftovers *left, const struct home *home,
                     const char *own_key, const char *own_dir);

#endif
