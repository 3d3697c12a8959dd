/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How jobs were resized (doc/api.md, RESIZE): a row for each directive, with
 * who asked for it, what came of it, and in what time.
 */
#ifndef ERM_CLI_RESIZE_TABLE_H
#define ERM_CLI_RESIZE_TABLE_H

#include <jansson.h>

#include "base/clock.h"
#include "cli/table.h"

struct cli;

void resize_table_init(struct table *table);
/* Adds the RESIZES of JOB; times are told as from NOW. */
void resize_table_add(struct table *table, const json_t *job,
                      const json_t *resizes, time_us now);
/* After an empty line; nothing when there is nothing to tell. */
void resize_table_print(const struct table *table, const struct cli *cli);

#endif
