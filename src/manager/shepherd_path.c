/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a person named must be right; only places that nobody named are tried
 * one after the other.
 */
#include "manager/shepherd_path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* Relative to the folder of the program: installed, side by side, build tree
 * (src/cli/erm and src/shepherd/erm-shepherd), and from a unit test in it. */
static const char *const places[] = {
    "../libexec/erm/erm-shepherd",
    "erm-shepherd",
    "../shepherd/erm-shepherd",
    "../../../src/shepherd/erm-shepherd",
};

static char *checked(const char *path, struct err *err)
{
    char *real = realpath(path, NULL);

    if (real != NULL && access(real, X_OK) == 0)
        return real;
    err_set_errno(err, "cannot use %s as erm-shepherd", path);
    free(real);
    return NULL;
}

static char *own_path(struct err *err)
{
    char buf[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", buf, sizeof(buf) - 1);

    if (n < 0) {
        err_set_errno(err, "cannot read /proc/self/exe");
        return NULL;
    }
    return mem_strndup(buf, (size_t)n);
}

static char *search_beside(const char *program, struct err *err)
{
    const char *slash = strrchr(program, '/');
    int folder_len = slash == NULL ? 0 : (int)(slash - program) + 1;
    struct strbuf path;
    char *found = NULL;

    strbuf_init(&path);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        strbuf_reset(&path);
        strbuf_add_fmt(&path, "%.*s%s", folder_len, program, places[i]);
        found = checked(path.text, NULL);
        if (found != NULL)
            break;
    }
    if (found == NULL) {
        err_set(err, ERR_NOT_FOUND, "erm-shepherd is not installed beside %s",
                program);
        err_hint(err, "set ERM_SHEPHERD to its path");
    }
    strbuf_release(&path);
    return found;
}

char *shepherd_path_find(const char *given, const char *from_env,
                         const char *program, struct err *err)
{
    char *own, *found;

    if (given != NULL)
        return checked(given, err);
    if (from_env != NULL && from_env[0] != '\0')
        return checked(from_env, err);
    if (program != NULL)
        return search_beside(program, err);
    own = own_path(err);
    if (own == NULL)
        return NULL;
    found = search_beside(own, err);
    free(own);
    return found;
}
