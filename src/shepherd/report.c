/* SPDX-License-Identifier: BSD-2-Clause */
#include "shepherd/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512 /* below PIPE_BUF: lines never mix */

/* Ensures: one line, whatever bytes a path holds. */
static void send_line(const struct report *report, char *line, int n)
{
    if (n >= LINE_MAX_BYTES)
        n = LINE_MAX_BYTES - 1;
    for (int i = 0; i < n; i++)
        if ((unsigned char)line[i] < ' ')
            line[i] = '?';
    line[n++] = '\n';
    ssize_t ignored = write(report->fd, line, (size_t)n);
    (void)ignored;
}

void report_started(const struct report *report, pid_t pid)
{
    char line[LINE_MAX_BYTES + 1];
    if (report->fd < 0)
        return;
    int n = snprintf(line, LINE_MAX_BYTES,
                     "%" PRId64 " %" PRIu32 " %" PRIu32 " started %d",
                     report->job_id, report->attempt, report->part, (int)pid);
    send_line(report, line, n);
}

void report_failed(const struct report *report, const char *what,
                   const char *name, int error)
{
    char line[LINE_MAX_BYTES + 1];
    if (report->fd < 0)
        return;
    /* The reason first: a long name must not push it out of the line. */
    int n = snprintf(line, LINE_MAX_BYTES,
                     "%" PRId64 " %" PRIu32 " %" PRIu32 " failed %s: %s: %s",
                     report->job_id, report->attempt, report->part, what,
                     strerror(error), name);
    send_line(report, line, n);
}
