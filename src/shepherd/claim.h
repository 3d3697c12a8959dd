/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The claim: what a shepherd leaves on disk for the manager (doc/shepherd.md).
 *
 * JOBS/<id>.<attempt>/ (of a further part of the attempt:
 * JOBS/<id>.<attempt>.<part>/) is made as JOBS/.tmp.<pid>.<random>/ and then
 * renamed, so it appears whole; the rename is the claim and a second shepherd
 * of the same attempt, or part, loses. In it:
 *   lock      flock(2)ed by the shepherd for as long as it lives
 *   shepherd  one line: "1 PID STARTTIME BOOT_ID" of the shepherd
 *   command   one line: "1 PID STARTTIME_US" once the command runs
 *   exit      the exit record, by rename, once nothing of the job is left
 *   failure   one line of a wrapper (erm-dvm): why the command did not start
 *   lost      the same: why the command was cut off, by no fault of its own
 * Order for readers: test the lock first, then read `exit`.
 * Uses libc only; shared by erm-shepherd and the launchers.
 */
#ifndef ERM_SHEPHERD_CLAIM_H
#define ERM_SHEPHERD_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Why the job ended, as the shepherd saw it. */
enum exit_reason {
    EXIT_BY_ITSELF,   /* the command ended */
    EXIT_WALLTIME,    /* the walltime was over */
    EXIT_TERMINATED,  /* somebody asked (cancel, requeue, node loss) */
    EXIT_EXEC_FAILED, /* the command could not be started (code 126, 127, or
                         CLAIM_TRY_AGAIN) */
    EXIT_NODE_LOST,   /* a node of it, or the DVM over its nodes, was lost */
};

struct exit_record {
    enum exit_reason reason;
    int code;           /* exit status, 0 when signal is set */
    int signal;         /* signal that ended the command, else 0 */
    int64_t started_us; /* wall clock, microseconds */
    int64_t ended_us;
    int64_t user_us, system_us; /* CPU time of the whole job */
    int64_t max_rss_kib;
};

/* The exit code of a wrapper that could not start the command now, but may
 * when it is tried again (EX_TEMPFAIL). */
#define CLAIM_TRY_AGAIN 75

enum claim_state {
    CLAIM_NONE,    /* no folder: the attempt was never started */
    CLAIM_RUNNING, /* lock held: its shepherd lives */
    CLAIM_ENDED,   /* exit record there */
    CLAIM_LOST,    /* neither: shepherd killed, or the machine rebooted */
};

struct claim {
    enum claim_state state;
    pid_t shepherd_pid;       /* CLAIM_RUNNING */
    pid_t command_pid;        /* 0 until the command runs */
    int64_t command_start_us; /* wall clock; 0 until then */
    struct exit_record exit;  /* CLAIM_ENDED */
};

/* The folder's name in BUF: "<id>.<attempt>", or for another PART than the
 * command itself (0) "<id>.<attempt>.<part>". */
#define CLAIM_NAME_MAX 48
char *claim_name(int64_t job_id, uint32_t attempt, uint32_t part,
                 char buf[CLAIM_NAME_MAX]);
/* And back: true only for what claim_name() writes. */
bool claim_name_parse(const char *name, int64_t *job_id, uint32_t *attempt,
                      uint32_t *part);
/* Looks at that folder of JOBS_FD. 0, or -1 with errno when it cannot tell. */
int claim_read(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
               struct claim *out);
/* The first line of the claim's file NAME ("failure", "lost") in BUF, "" when
 * there is none. Returns BUF. */
char *claim_note(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
                 const char *name, char *buf, size_t size);
/* Is PID, on this machine and now, the shepherd of that claim? Ask before a
 * pid that was read is trusted. */
bool claim_is_here(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
                   pid_t pid);
/* In the environment of all that a shepherd starts: the path of its claim. */
#define CLAIM_VARIABLE "ERM_CLAIM"
/* One line of text for the exit record and back (-1: not a record). */
#define EXIT_RECORD_MAX 256
int exit_record_format(const struct exit_record *record, char *buf, int size);
int exit_record_parse(const char *text, struct exit_record *out);
const char *exit_reason_name(enum exit_reason reason);

/*
 * Signals that a shepherd takes (sigqueue or pidfd_send_signal, value in
 * si_value.sival_int):
 */
#define SHEPHERD_SIG_FORWARD SIGRTMIN         /* send signal VALUE to the job */
#define SHEPHERD_SIG_TERMINATE (SIGRTMIN + 1) /* TERM, VALUE ms, then KILL */
#define SHEPHERD_SIG_WALLTIME (SIGRTMIN + 2)  /* ends VALUE s after start */
/* SIGTERM = terminate with the grace given at the start. */

#endif
