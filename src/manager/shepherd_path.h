/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where erm-shepherd is: as said, or beside the running program in the places
 * where an installation or a build tree has it.
 */
#ifndef ERM_MANAGER_SHEPHERD_PATH_H
#define ERM_MANAGER_SHEPHERD_PATH_H

#include "base/err.h"

/* GIVEN (may be NULL), else FROM_ENV (ERM_SHEPHERD's value, may be NULL), else
 * relative to the folder of PROGRAM (NULL: this program). Returns the owned
 * path of a file that can be executed, or NULL and ERR (ERR_NOT_FOUND). */
char *shepherd_path_find(const char *given, const char *from_env,
                         const char *program, struct err *err);

#endif
