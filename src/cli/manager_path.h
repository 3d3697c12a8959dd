/* SPDX-License-Identifier: BSD-2-Clause */
/* Where erm-manager is: beside this program, or where it is installed. */
#ifndef ERM_CLI_MANAGER_PATH_H
#define ERM_CLI_MANAGER_PATH_H

#include <limits.h>

#include "base/err.h"

/* Writes its path into PATH. -1 and ERR when it is not there. */
int manager_path_find(char path[static PATH_MAX], struct err *err);

#endif
