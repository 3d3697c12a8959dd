/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging: one call, one line, one write, so that lines of several processes
 * on one stderr do not mix. Neither opens nor rotates files.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"

struct level_info {
    const char *name;
    const char *label;
    int priority; /* as in syslog(3) */
};

static const struct level_info levels[] = {
    [LOG_ERROR] = {"error", "ERROR", 3},
    [LOG_WARNING] = {"warning", "WARN ", 4},
    [LOG_INFO] = {"info", "INFO ", 6},
    [LOG_DEBUG] = {"debug", "DEBUG", 7},
};
#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

/* The variable is inherited by children whose stderr goes elsewhere, so its
 * device and inode have to be those of our stderr (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
    struct stat st;
    const char *stream = getenv("JOURNAL_STREAM");
    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;

    char *end;
    unsigned long long device = strtoull(stream, &end, 10);
    if (*end != ':')
        return false;
    unsigned long long inode = strtoull(end + 1, &end, 10);
    return *end == '\0' && device == st.st_dev && inode == st.st_ino;
}

void log_init(struct log *log, enum log_level level)
{
    *log = (struct log){
        .stream = stderr, .level = level, .is_journald = stderr_is_journal()};
}

static void add_time(struct strbuf *line)
{
    char date[32], zone[8];
    struct tm tm;
    time_us now = clock_wall_us();
    time_t seconds = (time_t)(now / USEC_PER_SEC);

    localtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);
    strbuf_add_fmt(line, "%s.%03d%s ", date,
                   (int)(now % USEC_PER_SEC / USEC_PER_MSEC), zone);
}

/* A name from outside must neither forge a line nor drive a terminal. The
 * control characters over 0x7f are two bytes in UTF-8, 0xc2 and one of these.
 */
static void blank_control(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            *at = '?';
        } else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = '?';
            at[1] = '?';
        }
    }
}

void log_write(const struct log *log, enum log_level level, const char *format,
               ...)
{
    if (!log || !log->stream || level > log->level)
        return;

    int saved = errno;
    struct strbuf line;
    strbuf_init(&line);
    if (log->is_journald) {
        strbuf_add_fmt(&line, "<%d>", levels[level].priority);
    } else {
        add_time(&line);
        strbuf_add_fmt(&line, "%s ", levels[level].label);
    }

    va_list ap;
    va_start(ap, format);
    strbuf_add_vfmt(&line, format, ap);
    va_end(ap);
    blank_control(line.text);
    strbuf_add_char(&line, '\n');
    fwrite(line.text, 1, line.len, log->stream);
    fflush(log->stream);
    strbuf_release(&line);
    errno = saved;
}

int log_level_parse(const char *text, enum log_level *out)
{
    for (size_t i = 0; i < N_LEVELS; i++) {
        if (strcasecmp(text, levels[i].name) == 0) {
            *out = (enum log_level)i;
            return 0;
        }
    }
    return -1;
}
