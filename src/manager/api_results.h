/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to a request about several things, each of which may succeed or
 * fail: one result per thing, in order.
 */
#ifndef ERM_MANAGER_API_RESULTS_H
#define ERM_MANAGER_API_RESULTS_H

#include "manager/api_args.h"

/* Adds {KEY: NAME (taken), "ok"...} to LIST: ok and TEXT when ERR is NULL,
 * else its code, text and hint. */
void results_add(json_t *list, const char *key, json_t *name, const char *text,
                 const struct err *err);
/* Answers REQUEST with LIST (taken) after the commit. */
void results_answer(struct api_request *request, json_t *list);

/* Does one job's part; TEXT may get a sentence. 0, or -1 and ERR. */
typedef int change_f(struct manager *manager, int64_t id, const void *what,
                     struct strbuf *text, struct err *err);
/* Is the job meant by "all"? */
typedef bool change_is_meant_f(const struct job *job);
/* Does CHANGE with WHAT for each of IDS (released) and answers. */
void results_of_jobs(struct api_request *request, struct job_ids *ids,
                     change_is_meant_f *is_meant, change_f *change,
                     const void *what);

#endif
