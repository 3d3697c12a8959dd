/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace's file: plain or gzip, told apart by its content and not its name.
 * The only part of sim that opens a file.
 */
#ifndef ERM_SIM_TRACE_FILE_H
#define ERM_SIM_TRACE_FILE_H

#include "base/err.h"
#include "codec/swf.h"

/* Bytes of a trace, unpacked: twice what ten million jobs take. */
#define TRACE_BYTES_MAX ((size_t)1 << 30)

/* Fills OUT (initialised, empty) from PATH, "-" being the standard input. 0,
 * or -1 and ERR: ERR_SYSTEM when it cannot be read, ERR_INPUT when it is too
 * long, a damaged gzip file, or no SWF (see swf_read). */
int trace_file_read(const char *path, struct swf *out, struct err *err);

#endif
