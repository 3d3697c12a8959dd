/* SPDX-License-Identifier: BSD-2-Clause */
/* This user's processes on this machine that jobs of erm started. */
#ifndef ERM_DOCTOR_PROCESSES_H
#define ERM_DOCTOR_PROCESSES_H

/* KEY is its ERM_DVM_KEY, NULL: none. */
typedef void processes_job_f(void *context, const char *claim_dir,
                             const char *key);

/* Calls TAKE with the ERM_CLAIM of each, but for this process. */
void processes_each_job(processes_job_f *take, void *context);

#endif
