/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user's own prun gets to run on the job's nodes: the options that the
 * command line does not have yet (doc/commands.md). Pure.
 */
#ifndef ERM_LAUNCH_PRUN_H
#define ERM_LAUNCH_PRUN_H

#include <stdbool.h>

#include "base/shell_words.h"
#include "launch/cmdline.h"

/* Is word I of TEXT the program prun, by name or by path? */
bool prun_is(const char *text, const struct shell_words *words, size_t i);
/* Appends " --dvm-uri ... -n N" to OUT for the prun at word I, without those
 * options (in any spelling) that stand before its program already.
 * ALLOCATION->dvm_uri must be set. */
void prun_add_options(const char *text, const struct shell_words *words,
                      size_t i, const struct allocation *allocation,
                      struct strbuf *out);

#endif
