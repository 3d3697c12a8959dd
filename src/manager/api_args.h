/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request asks for: the keys of its body and the parameters of its
 * query, checked. Every error names the key and what was expected.
 */
#ifndef ERM_MANAGER_API_ARGS_H
#define ERM_MANAGER_API_ARGS_H

#include "manager/api_request.h"

/* 0, or -1 and ERR (with "did you mean") when the body has a key that is not
 * among KEYS (N), or when there is no body. */
int args_check(const struct api_request *request, const char *const *keys,
               size_t n, struct err *err);
/* Is KEY there and not null? */
bool args_has(const struct api_request *request, const char *key);
/* Each leaves *OUT as it is when KEY is not there or null. */
int args_int(const struct api_request *request, const char *key, int64_t min,
             int64_t max, int64_t *out, struct err *err);
/* A span in seconds, from MIN to 10^8. */
int args_seconds(const struct api_request *request, const char *key, dur_us min,
                 dur_us *out, struct err *err);
int args_bool(const struct api_request *request, const char *key, bool *out,
              struct err *err);
/* Borrowed from the body. */
int args_string(const struct api_request *request, const char *key,
                const char **out, struct err *err);

/* Adds the names of a list of names and brackets ("n[2-3]"), or of one such
 * text. Not there: an error. */
int args_names(const struct api_request *request, const char *key,
               struct hostlist *out, struct err *err);
/* The same as numbers of known nodes; not there: none. */
int args_nodes(const struct api_request *request, const char *key,
               struct idset *out, struct err *err);

/* A number in the query, as args_int. */
int args_param_int(const struct api_request *request, const char *name,
                   int64_t min, int64_t max, int64_t *out, struct err *err);

struct job_ids {
    int64_t *ids; /* owned */
    size_t n, size;
    bool is_all; /* "all": true */
};

#define JOB_IDS_MAX 100000
void job_ids_release(struct job_ids *ids);
void job_ids_add(struct job_ids *ids, int64_t id);
/* Is ID among them? */
bool job_ids_has(const struct job_ids *ids, int64_t id);
/* "ids" (numbers, or texts as in the query) or "all" of the body: one of them
 * must be there. Release by job_ids_release, also after -1. */
int args_ids(const struct api_request *request, struct job_ids *out,
             struct err *err);
/* The query's "ids=1,4-6"; none given: none, 0. */
int args_param_ids(const struct api_request *request, struct job_ids *out,
                   struct err *err);

#endif
