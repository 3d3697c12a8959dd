/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole text of a file that a person named. */
#ifndef ERM_CLI_FILE_TEXT_H
#define ERM_CLI_FILE_TEXT_H

#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

#define FILE_TEXT_MAX ((size_t)256 << 20)

/* Appends the content of PATH ("-" is standard input). -1 and ERR when it
 * cannot be read, is a folder or longer than FILE_TEXT_MAX. */
int file_text_read(const char *path, struct strbuf *out, struct err *err);

#endif
