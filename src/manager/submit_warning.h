/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told about a new job that is taken but will wait for long. */
#ifndef ERM_MANAGER_SUBMIT_WARNING_H
#define ERM_MANAGER_SUBMIT_WARNING_H

#include "manager/context.h"

/* Fills OUT, "" when there is nothing to say. */
void submit_warning(const struct manager *manager,
                    const struct job_request *request, char *out, size_t size);

#endif
