/* SPDX-License-Identifier: BSD-2-Clause */
#include "temp_dir.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int temp_dir_enter(void **state)
{
    const char *base = getenv("TMPDIR");
    char *path = malloc(200);
    snprintf(path, 200, "%s/erm-cli-XXXXXX", base != NULL ? base : "/tmp");
    assert(mkdtemp(path) != NULL);
    assert(chdir(path) == 0);
    *state = path;
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type,
                      struct FTW *place)
{
    (void)stat;
    (void)type;
    (void)place;
    return remove(path);
}

int temp_dir_leave(void **state)
{
    assert(chdir("/") == 0);
    int rc = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return rc;
}

void temp_file_write(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert(file != NULL);
    assert(fwrite(text, 1, strlen(text), file) == strlen(text));
    assert(fclose(file) == 0);
}
