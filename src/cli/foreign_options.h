/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An honest subset of the options of #SBATCH and #PBS lines, translated to
 * those of `erm submit`.
 */
#ifndef ERM_CLI_FOREIGN_OPTIONS_H
#define ERM_CLI_FOREIGN_OPTIONS_H

#include "base/diag.h"
#include "cli/shell_quote.h"

enum foreign_system { FOREIGN_SLURM, FOREIGN_PBS };

/* Translates the WORDS of one line of the script and appends them to OUT.
 * What is not known becomes a warning at LINE, and so does the rest of it. */
void foreign_options(enum foreign_system system, const struct word_list *words,
                     unsigned line, struct word_list *out,
                     struct diags *warnings);

#endif
