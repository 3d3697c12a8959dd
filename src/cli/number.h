/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole numbers on the command line. */
#ifndef ERM_CLI_NUMBER_H
#define ERM_CLI_NUMBER_H

#include <stdint.h>

#include "base/err.h"

/* TEXT, all of it, between MIN and MAX. -1 and ERR (ERR_USAGE), which names
 * OPTION. */
int number_parse(const char *option, const char *text, int64_t min, int64_t max,
                 int64_t *out, struct err *err);

#endif
