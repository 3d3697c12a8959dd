/* SPDX-License-Identifier: BSD-2-Clause */
/* The entries of a jobs.json, to be submitted once. */
#ifndef ERM_CLI_SPEC_FILE_H
#define ERM_CLI_SPEC_FILE_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

/* Returns the owned array of specs in the file PATH ("-": standard input).
 * Problems are printed on TOLD; NULL and ERR when one is an error: all or
 * none. */
json_t *spec_file_read(const char *path, FILE *told, struct err *err);

#endif
