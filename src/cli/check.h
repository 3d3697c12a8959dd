/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a file of erm's, which one is seen from its content. */
#ifndef ERM_CLI_CHECK_H
#define ERM_CLI_CHECK_H

#include <stddef.h>

#include "base/strbuf.h"

enum file_kind { FILE_JOBS, FILE_POLICY, FILE_REQUESTS, FILE_HOSTS };

/* A guess that also works for broken JSON. */
enum file_kind check_kind(const char *text);
/* Appends all problems and a last line "2 errors, 1 job usable"; returns how
 * many errors there are. NAME is shown before each. */
size_t check_text(const char *name, const char *text, size_t len,
                  struct strbuf *out);

#endif
