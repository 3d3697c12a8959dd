/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs.json: the text of the file -> the jobs in it, and all that is wrong
 * with it at once (doc/jobs.json.md). A broken entry, even one that is no
 * JSON, does not hide the good ones beside it.
 */
#ifndef ERM_CODEC_JOBS_FILE_H
#define ERM_CODEC_JOBS_FILE_H

#include "base/diag.h"
#include "codec/job_spec.h"

#define JOBS_FILE_MAX 1000000 /* entries */

struct jobs_file_entry {
    struct job_spec spec;  /* owned; spec.identity is set */
    size_t index;          /* in the file's list, from 0 */
    unsigned line, column; /* where the entry begins */
};

struct jobs_file {
    struct jobs_file_entry *items; /* owned; the usable ones, in order */
    size_t n, size;
    size_t n_entries; /* all in the file */
    size_t n_skipped; /* with a status that is not pending */
    bool is_partial;  /* empty, or its list has no end: perhaps half written */
};

void jobs_file_init(struct jobs_file *file);
void jobs_file_release(struct jobs_file *file);
/* Fills OUT (initialised) and adds to DIAGS. Returns 0, or -1 when there is
 * any error; the entries of OUT are good either way. A partial file gives
 * none. */
int jobs_file_parse(const char *text, size_t len, struct jobs_file *out,
                    struct diags *diags);

#endif
