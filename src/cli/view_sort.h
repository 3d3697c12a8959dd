/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of a list of jobs by one member of them. */
#ifndef ERM_CLI_VIEW_SORT_H
#define ERM_CLI_VIEW_SORT_H

#include <jansson.h>

/* Sorts the array JOBS by KEY ("priority"; "-priority": backwards): numbers
 * as numbers, texts as texts, missing ones first; equal ones keep their
 * order. */
void view_sort(json_t *jobs, const char *key);

#endif
