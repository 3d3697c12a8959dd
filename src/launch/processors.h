/* SPDX-License-Identifier: BSD-2-Clause */
/* The processors that this process may use, neighbours side by side. */
#ifndef ERM_LAUNCH_PROCESSORS_H
#define ERM_LAUNCH_PROCESSORS_H

#include <stdint.h>

#include "base/err.h"

/* Returns their owned array of *N > 0 system numbers, hardware threads of one
 * core next to each other; NULL and ERR on failure. */
uint32_t *processors_list(uint32_t *n, struct err *err);

#endif
