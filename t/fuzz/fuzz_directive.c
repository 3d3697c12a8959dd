/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a mailbox's directive.json, and what liberm makes of them. */
#include "fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "erm.h"

static char dir[100];
static erm_t *e; /* one for all: closing it takes milliseconds */

static void remove_folder(void)
{
    char path[200];
    erm_close(e);
    snprintf(path, sizeof(path), "%s/directive.json", dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/reply", dir);
    rmdir(path);
    rmdir(dir);
}

static void enter_folder(void)
{
    if (dir[0] != '\0')
        return;
    snprintf(dir, sizeof(dir), "/tmp/erm-fuzz-directive-XXXXXX");
    EXPECT(mkdtemp(dir) != NULL);
    setenv("ERM_JOB_DIR", dir, 1);
    e = erm_open();
    EXPECT(e != NULL);
    atexit(remove_folder);
}

static void write_directive(const uint8_t *data, size_t size)
{
    char path[200], new[200];
    snprintf(path, sizeof(path), "%s/directive.json", dir);
    snprintf(new, sizeof(new), "%s/new", dir);
    int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    EXPECT(rename(new, path) == 0);
}

static size_t read_names(const char *const *names, int n)
{
    size_t length = 0;
    for (int i = 0; i < n; i++) {
        EXPECT(names[i][0] != '\0');
        length += strlen(names[i]);
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    erm_directive d;
    enter_folder();
    write_directive(data, size);
    int rc = erm_poll(e, &d);
    if (rc < 0) {
        EXPECT(rc == ERM_EFORMAT && erm_error(e)[0] != '\0');
    } else {
        EXPECT(rc == 1 && d.seq > 0 && d.n_delta > 0 && d.n_target > 0);
        EXPECT(d.op == ERM_GROW || d.op == ERM_SHRINK);
        EXPECT(d.accept_by - d.accept_by == 0 && d.done_by - d.done_by == 0);
        EXPECT(read_names(d.cur, d.n_cur) + read_names(d.delta, d.n_delta) +
                   read_names(d.target, d.n_target) + strlen(d.reason) <=
               size);
    }
    return 0;
}
