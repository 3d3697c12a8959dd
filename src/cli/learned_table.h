/* SPDX-License-Identifier: BSD-2-Clause */
/* What jobs of a name have taught (doc/api.md, LEARNED): a row for each name.
 */
#ifndef ERM_CLI_LEARNED_TABLE_H
#define ERM_CLI_LEARNED_TABLE_H

#include <jansson.h>

struct cli;

void learned_table_print(const json_t *learned, const struct cli *cli);

#endif
