/* SPDX-License-Identifier: BSD-2-Clause */
#include "mailbox.h"

#include <assert.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[8192];

int mailbox_enter(void **state)
{
    const char *base = getenv("TMPDIR");
    char *path = malloc(200);
    snprintf(path, 200, "%s/erm-lib-XXXXXX", base != NULL ? base : "/tmp");
    assert(mkdtemp(path) != NULL);
    setenv("ERM_JOB_DIR", path, 1);
    unsetenv("ERM_NODES");
    unsetenv("ERM_DEADLINE");
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

int mailbox_leave(void **state)
{
    int rc = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return rc;
}

void mailbox_put(const char *dir, const char *name, const char *text)
{
    char path[400], temporary[400];
    const char *slash = strchr(name, '/');
    snprintf(path, sizeof(path), "%s/%.*s", dir,
             slash != NULL ? (int)(slash - name) : 0, name);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    snprintf(temporary, sizeof(temporary), "%s/.new", dir);
    FILE *file = fopen(temporary, "w");
    assert(file != NULL);
    assert(fwrite(text, 1, strlen(text), file) == strlen(text));
    assert(fclose(file) == 0);
    assert(rename(temporary, path) == 0);
}

void mailbox_remove(const char *dir, const char *name)
{
    char path[400];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert(unlink(path) == 0);
}

bool mailbox_has(const char *dir, const char *name)
{
    char path[400];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

const char *mailbox_get(const char *dir, const char *name)
{
    char path[400];
    buffer[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        buffer[fread(buffer, 1, sizeof(buffer) - 1, file)] = '\0';
        fclose(file);
    }
    return buffer;
}

const char *mailbox_only(const char *dir, const char *folder)
{
    char path[400];
    const struct dirent *entry;
    buffer[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", dir, folder);
    DIR *stream = opendir(path);
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        assert(buffer[0] == '\0');
        snprintf(buffer, sizeof(buffer), "%.*s",
                 (int)strcspn(entry->d_name, "."), entry->d_name);
    }
    if (stream != NULL)
        closedir(stream);
    return buffer;
}
