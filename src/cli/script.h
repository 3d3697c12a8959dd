/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options inside a job script: `#ERM` lines take what `erm submit` takes, and
 * an honest subset of `#SBATCH` and `#PBS` is translated to the same. What is
 * not understood is told, never guessed.
 *
 * Ambiguous times are read as the system that the line is written for does:
 * "30" is minutes for #SBATCH and seconds for #PBS.
 */
#ifndef ERM_CLI_SCRIPT_H
#define ERM_CLI_SCRIPT_H

#include "base/diag.h"
#include "cli/shell_quote.h"

/* Appends the options of TEXT (a whole script) to OUT as words for the parser
 * of submit. Reading stops at the first line that is neither blank nor a
 * comment. Problems become WARNINGS with their line; broken quotes are errors
 * there. */
void script_options(const char *text, struct word_list *out,
                    struct diags *warnings);
/* Appends the interpreter of a "#!" line ("/bin/sh" without one). */
void script_interpreter(const char *text, struct strbuf *out);

#endif
