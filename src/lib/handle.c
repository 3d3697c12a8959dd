/* SPDX-License-Identifier: BSD-2-Clause */
/* See handle.h. */
#include "lib/handle.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS_MAX 1e9

int erm_set_error(struct erm *e, int code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(e->error, sizeof(e->error), format, ap);
    va_end(ap);
    return code;
}

/* With what errno says about PATH. */
int erm_set_errno(struct erm *e, const char *what, const char *path)
{
    int error = errno;
    const char *slash = strrchr(path, '/');
    return erm_set_error(e, ERM_ESYSTEM, "cannot %s %s: %s", what,
                         slash != NULL ? slash + 1 : path, strerror(error));
}

int erm_set_no_memory(struct erm *e)
{
    return erm_set_error(e, ERM_ENOMEM, "no memory");
}

int erm_set_alone(struct erm *e)
{
    return erm_set_error(
        e, ERM_ENOMANAGER,
        "the program runs without a manager: ERM_JOB_DIR names no "
        "folder");
}

double erm_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool erm_is_seconds(double seconds)
{
    return seconds >= 0 && seconds <= SECONDS_MAX;
}

const char *erm_error(erm_t *e)
{
    return e != NULL ? e->error : "no handle: there was no memory for it";
}

erm_t *erm_open(void)
{
    struct stat st;
    const char *dir = getenv("ERM_JOB_DIR");
    struct erm *e = calloc(1, sizeof(*e));
    if (e == NULL)
        return NULL;
    e->notify = -1;
    e->directive.reason = "";
    /* on a host that does not see the folder the program is alone as well */
    if (dir == NULL || strlen(dir) > PATH_MAX - 200 || stat(dir, &st) < 0 ||
        !S_ISDIR(st.st_mode))
        return e;
    e->dir = strdup(dir);
    e->hostfile = malloc(strlen(dir) + sizeof("/hosts"));
    if (e->dir == NULL || e->hostfile == NULL) {
        erm_close(e);
        return NULL;
    }
    sprintf(e->hostfile, "%s/hosts", dir);
    return e;
}

void erm_close(erm_t *e)
{
    if (e == NULL)
        return;
    if (e->notify >= 0)
        close(e->notify);
    erm_forget_directive(e);
    erm_list_release(&e->cur);
    erm_list_release(&e->delta);
    erm_list_release(&e->target);
    erm_list_release(&e->nodes);
    free(e->nodes_text);
    free(e->hostfile);
    free(e->dir);
    free(e);
}
