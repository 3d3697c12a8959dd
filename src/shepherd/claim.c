/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a claim and the text of an exit record. Does not make claims: that
 * is folder.c, which only the shepherd has. Rules: doc/shepherd.md.
 */
#include "shepherd/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "shepherd/identity.h"

#define FORMAT_VERSION 1

static const char *const reason_names[] = {
    [EXIT_BY_ITSELF] = "exit",        [EXIT_WALLTIME] = "walltime",
    [EXIT_TERMINATED] = "terminated", [EXIT_EXEC_FAILED] = "exec-failed",
    [EXIT_NODE_LOST] = "node-lost",
};
#define N_REASONS (sizeof(reason_names) / sizeof(reason_names[0]))

char *claim_name(int64_t job_id, uint32_t attempt, uint32_t part,
                 char buf[CLAIM_NAME_MAX])
{
    int n =
        snprintf(buf, CLAIM_NAME_MAX, "%" PRId64 ".%" PRIu32, job_id, attempt);
    if (part > 0)
        snprintf(buf + n, CLAIM_NAME_MAX - (size_t)n, ".%" PRIu32, part);
    return buf;
}

bool claim_name_parse(const char *name, int64_t *job_id, uint32_t *attempt,
                      uint32_t *part)
{
    char again[CLAIM_NAME_MAX];
    *part = 0;
    return sscanf(name, "%" SCNd64 ".%" SCNu32 ".%" SCNu32, job_id, attempt,
                  part) >= 2 &&
           *job_id >= 0 &&
           strcmp(claim_name(*job_id, *attempt, *part, again), name) == 0;
}

const char *exit_reason_name(enum exit_reason reason)
{
    return (size_t)reason < N_REASONS ? reason_names[reason] : "unknown";
}

int exit_record_format(const struct exit_record *record, char *buf, int size)
{
    return snprintf(buf, (size_t)size,
                    "%d %s %d %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                    " %" PRId64 "\n",
                    FORMAT_VERSION, exit_reason_name(record->reason),
                    record->code, record->signal, record->started_us,
                    record->ended_us, record->user_us, record->system_us,
                    record->max_rss_kib);
}

/* One decimal number followed by a blank or the end of the line. */
static int take_number(const char **text, int64_t *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(*text, &end, 10);
    if (end == *text || errno || !strchr(" \n", *end))
        return -1;
    *out = value;
    *text = end;
    return 0;
}

static int take_reason(const char **text, enum exit_reason *out)
{
    for (size_t i = 0; i < N_REASONS; i++) {
        size_t n = strlen(reason_names[i]);
        if (strncmp(*text, reason_names[i], n) != 0 || (*text)[n] != ' ')
            continue;
        *out = (enum exit_reason)i;
        *text += n;
        return 0;
    }
    return -1;
}

int exit_record_parse(const char *text, struct exit_record *out)
{
    int64_t version;
    enum exit_reason reason;
    if (take_number(&text, &version) || version != FORMAT_VERSION ||
        *text++ != ' ' || take_reason(&text, &reason))
        return -1;
    int64_t values[7];
    for (int i = 0; i < 7; i++)
        if (take_number(&text, &values[i]))
            return -1;
    /* Without its newline the line was cut short. */
    if (strcmp(text, "\n") != 0 || values[0] < 0 || values[0] > 255 ||
        values[1] < 0 || values[1] > 64)
        return -1;
    *out = (struct exit_record){.reason = reason,
                                .code = (int)values[0],
                                .signal = (int)values[1],
                                .started_us = values[2],
                                .ended_us = values[3],
                                .user_us = values[4],
                                .system_us = values[5],
                                .max_rss_kib = values[6]};
    return 0;
}

/* The small file NAME as text; -1 when it is not there. */
static int read_text(int dir_fd, const char *name, char *buf, size_t size)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, buf, size - 1);
    close(fd);
    buf[n > 0 ? n : 0] = '\0';
    return n < 0 ? -1 : 0;
}

/* The first two numbers behind the version, 0 for what is not there yet. */
static void read_pair(int dir_fd, const char *name, int64_t *a, int64_t *b)
{
    char text[EXIT_RECORD_MAX];
    int64_t version;
    const char *p = text;
    *a = *b = 0;
    if (read_text(dir_fd, name, text, sizeof(text)) ||
        take_number(&p, &version) || version != FORMAT_VERSION)
        return;
    if (take_number(&p, a) || take_number(&p, b))
        *a = *b = 0;
}

/* 1 held, 0 free, -1 errno (ENOENT: no lock file). */
static int lock_is_held(int dir_fd)
{
    int fd = openat(dir_fd, "lock", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = flock(fd, LOCK_SH | LOCK_NB);
    int saved = errno;
    close(fd);
    errno = saved;
    if (rc == 0)
        return 0;
    return saved == EWOULDBLOCK ? 1 : -1;
}

static void read_exit(int dir_fd, struct claim *out)
{
    char text[EXIT_RECORD_MAX];
    if (read_text(dir_fd, "exit", text, sizeof(text)) == 0 &&
        exit_record_parse(text, &out->exit) == 0)
        out->state = CLAIM_ENDED;
    else
        out->state = CLAIM_LOST;
}

static int read_folder(int dir_fd, struct claim *out)
{
    int held = lock_is_held(dir_fd);
    if (held < 0 && errno == ENOENT)
        return 0; /* somebody's folder, not a claim */
    if (held < 0)
        return -1;
    int64_t pid, value;
    read_pair(dir_fd, "command", &pid, &value);
    out->command_pid = (pid_t)pid;
    out->command_start_us = value;
    if (!held) {
        read_exit(dir_fd, out);
        return 0;
    }
    read_pair(dir_fd, "shepherd", &pid, &value);
    out->state = CLAIM_RUNNING;
    out->shepherd_pid = (pid_t)pid;
    return 0;
}

char *claim_note(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
                 const char *name, char *buf, size_t size)
{
    char folder[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + 16];
    snprintf(path, sizeof(path), "%s/%.12s",
             claim_name(job_id, attempt, part, folder), name);
    if (read_text(jobs_fd, path, buf, size))
        buf[0] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
    return buf;
}

bool claim_is_here(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
                   pid_t pid)
{
    char name[CLAIM_NAME_MAX], path[CLAIM_NAME_MAX + 16], line[IDENTITY_MAX];
    snprintf(path, sizeof(path), "%s/shepherd",
             claim_name(job_id, attempt, part, name));
    return read_text(jobs_fd, path, line, sizeof(line)) == 0 &&
           identity_is_of(line, pid);
}

int claim_read(int jobs_fd, int64_t job_id, uint32_t attempt, uint32_t part,
               struct claim *out)
{
    char name[CLAIM_NAME_MAX];
    *out = (struct claim){.state = CLAIM_NONE};
    int dir_fd = openat(jobs_fd, claim_name(job_id, attempt, part, name),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return errno == ENOENT ? 0 : -1;
    int rc = read_folder(dir_fd, out);
    int saved = errno;
    close(dir_fd);
    errno = saved;
    return rc;
}
