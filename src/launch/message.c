/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A number and the END behind it, which is skipped. */
static int take_number(const char **text, char end, int64_t max, int64_t *out)
{
    char *rest;
    errno = 0;
    long long value = strtoll(*text, &rest, 10);
    if (rest == *text || errno || *rest != end || value < 0 || value > max)
        return -1;
    *out = value;
    *text = end ? rest + 1 : rest;
    return 0;
}

int message_parse(const char *line, struct message *out)
{
    static const char started[] = "started ", failed[] = "failed ";
    int64_t job_id, attempt, part, pid = 0;
    if (take_number(&line, ' ', INT64_MAX, &job_id) ||
        take_number(&line, ' ', UINT32_MAX, &attempt) ||
        take_number(&line, ' ', UINT32_MAX, &part))
        return -1;
    struct message message = {
        .key = {job_id, (uint32_t)attempt, (uint32_t)part}};
    if (strncmp(line, started, strlen(started)) == 0) {
        line += strlen(started);
        if (take_number(&line, '\0', INT32_MAX, &pid))
            return -1;
        message.what = MESSAGE_STARTED;
        message.pid = (pid_t)pid;
    } else if (strncmp(line, failed, strlen(failed)) == 0) {
        message.what = MESSAGE_FAILED;
        message.text = line + strlen(failed);
    } else {
        return -1;
    }
    *out = message;
    return 0;
}
