/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/remove.h"

#include <ftw.h>
#include <stdio.h>

#define OPEN_FOLDERS 16

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

void remove_all(const char *path)
{
    nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
