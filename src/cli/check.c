/* SPDX-License-Identifier: BSD-2-Clause */
/* See check.h. */
#include "cli/check.h"

#include <string.h>

#include "base/diag.h"
#include "codec/hostfile.h"
#include "codec/jobs_file.h"
#include "codec/policy_file.h"
#include "codec/requests_file.h"

enum file_kind check_kind(const char *text)
{
    const char *first = text + strspn(text, " \t\r\n\xef\xbb\xbf");
    if (*first != '{' && *first != '[')
        return FILE_HOSTS;
    if (strstr(first, "\"job_requests\"") != NULL)
        return FILE_REQUESTS;
    /* a policy has entries with "scale" and no commands; an empty list of
     * jobs is good as either */
    if (strstr(first, "\"scale\"") != NULL &&
        strstr(first, "command\"") == NULL)
        return FILE_POLICY;
    return FILE_JOBS;
}

/* Each of these adds what is wrong to DIAGS and returns how many entries are
 * good. */
static size_t check_jobs(const char *text, size_t len, struct diags *diags)
{
    struct jobs_file file;
    jobs_file_init(&file);
    jobs_file_parse(text, len, &file, diags);
    if (file.is_partial && diags->n_errors == 0)
        diags_error(diags, 0, 0, "the file is empty or cut off");
    size_t n = file.n;
    jobs_file_release(&file);
    return n;
}

static size_t check_hosts(const char *text, size_t len, struct diags *diags)
{
    struct hostfile file;
    hostfile_init(&file);
    hostfile_parse(text, len, &file, diags);
    size_t n = file.n;
    hostfile_release(&file);
    return n;
}

/* Adds what kept a list from being read. */
static void add_state(enum list_doc_state state, const struct err *err,
                      struct diags *diags)
{
    if (state == LIST_DOC_EMPTY)
        diags_error(diags, 0, 0, "the file is empty");
    if (state != LIST_DOC_BROKEN)
        return;
    struct diag *diag = diags_error(diags, 0, 0, "%s", err->text);
    if (err->hint[0] != '\0')
        diag_set_hint(diag, "%s", err->hint);
}

/* policy.json is edited by jobs while they run: an entry that is not understood
 * is theirs to explain, but a person wants to know. */
static size_t check_policy(const char *text, size_t len, struct diags *diags)
{
    struct policy_file file;
    struct err err;
    size_t n_good = 0;
    enum list_doc_state state = policy_file_parse(text, len, &file, &err);
    add_state(state, &err, diags);
    if (state != LIST_DOC_GOOD)
        return 0;
    for (size_t i = 0; i < policy_file_count(&file); i++) {
        struct policy_entry entry;
        char shown[128];
        policy_file_entry(&file, i, &entry);
        if (entry.id > 0 && entry.has_op)
            n_good++;
        else
            diags_error(diags, 0, 0, "%s: %s",
                        policy_file_describe(&file, i, shown, sizeof(shown)),
                        entry.id > 0 ? "\"scale\" is expand or shrink"
                                     : "\"id\" is no job");
    }
    policy_file_release(&file);
    return n_good;
}

/* A request that makes no sense is one error; the rest is still looked at. */
static size_t check_requests(const char *text, size_t len, struct diags *diags)
{
    struct requests_file file;
    struct err err;
    size_t n_good = 0;
    enum list_doc_state state = requests_file_parse(text, len, &file, &err);
    add_state(state, &err, diags);
    if (state != LIST_DOC_GOOD)
        return 0;
    for (size_t i = 0; i < requests_file_count(&file); i++) {
        struct size_request request;
        if (requests_file_get(&file, i, &request, &err) == 0)
            n_good++;
        else
            add_state(LIST_DOC_BROKEN, &err, diags);
    }
    requests_file_release(&file);
    return n_good;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

size_t check_text(const char *name, const char *text, size_t len,
                  struct strbuf *out)
{
    static const struct {
        size_t (*check)(const char *text, size_t len, struct diags *diags);
        const char *what, *many;
    } kinds[] = {
        [FILE_JOBS] = {check_jobs, "job", "jobs"},
        [FILE_POLICY] = {check_policy, "policy entry", "policy entries"},
        [FILE_REQUESTS] = {check_requests, "request", "requests"},
        [FILE_HOSTS] = {check_hosts, "node", "nodes"},
    };
    struct diags diags;
    enum file_kind kind = check_kind(text);
    diags_init(&diags);
    size_t n = kinds[kind].check(text, len, &diags);
    diags_format(&diags, name, text, out);
    size_t n_errors = diags.n_errors, n_warnings = diags.n - n_errors;
    if (n_errors > 0)
        strbuf_add_fmt(out, "%zu error%s, ", n_errors, plural(n_errors));
    if (n_warnings > 0)
        strbuf_add_fmt(out, "%zu warning%s, ", n_warnings, plural(n_warnings));
    if (n_errors + n_warnings == 0)
        strbuf_add_fmt(out, "%s: good, ", name);
    strbuf_add_fmt(out, "%zu %s usable\n", n,
                   n == 1 ? kinds[kind].what : kinds[kind].many);
    diags_release(&diags);
    return n_errors;
}
