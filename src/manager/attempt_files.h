/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of an attempt in the state directory: its claim jobs/<id>.<n>/
 * and its node file nodes/<id>.<n>. They are removed once its end is durable;
 * not before, because the claim is what tells how it ended.
 */
#ifndef ERM_MANAGER_ATTEMPT_FILES_H
#define ERM_MANAGER_ATTEMPT_FILES_H

#include <stdint.h>

#include "base/err.h"

struct state_dir;

/* Makes the folder for node files. */
int attempt_files_prepare(const struct state_dir *dir, struct err *err);
/* What is not there is fine. */
void attempt_files_remove(const struct state_dir *dir, int64_t job,
                          uint32_t attempt);

#endif
