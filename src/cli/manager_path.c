/* SPDX-License-Identifier: BSD-2-Clause */
/* See manager_path.h. */
#include "cli/manager_path.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Relative to the folder of erm: side by side, or installed. */
static const char *const places[] = {"erm-manager",
                                     "../libexec/erm/erm-manager"};

int manager_path_find(char path[static PATH_MAX], struct err *err)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n < 0)
        return err_set_errno(err, "cannot read /proc/self/exe");
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        int len = snprintf(path, PATH_MAX, "%s/%s", self, places[i]);
        if (len < PATH_MAX && access(path, X_OK) == 0)
            return 0;
    }
    return err_set(err, ERR_SYSTEM,
                   "erm-manager is not installed beside %s/erm", self);
}
