/* SPDX-License-Identifier: BSD-2-Clause */
/* See job_view.h. */
#include "cli/job_view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/suggest.h"

struct state_row {
    const char *word;
    const char *code;
    bool is_ended;
};

static const struct state_row states[] = {
    {"pending", "PD", false},   {"starting", "ST", false},
    {"running", "R", false},    {"growing", "R>", false},
    {"shrinking", "R<", false}, {"completing", "CG", false},
    {"completed", "CD", true},  {"failed", "F", true},
    {"timeout", "TO", true},    {"cancelled", "CA", true},
    {"node_fail", "NF", true},  {"lost", "LO", true},
    {"rejected", "RJ", true},
};
#define N_STATES (sizeof(states) / sizeof(*states))

const char *view_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

int64_t view_integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_real(value) ? (int64_t)json_real_value(value)
                               : json_integer_value(value);
}

double view_number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

bool view_is_null(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value == NULL || json_is_null(value);
}

static const struct state_row *state_of(const json_t *job)
{
    const char *word = view_text(job, "state");
    for (size_t i = 0; i < N_STATES; i++)
        if (strcmp(word, states[i].word) == 0)
            return &states[i];
    return NULL;
}

const char *job_view_state(const json_t *job)
{
    const struct state_row *row = state_of(job);
    return row != NULL ? row->code : view_text(job, "state");
}

bool job_view_is_ended(const json_t *job)
{
    const struct state_row *row = state_of(job);
    return row != NULL && row->is_ended;
}

int job_view_exit_status(const json_t *job)
{
    const char *word = view_text(job, "state");
    int64_t code = view_integer(job, "exit_code");
    int64_t signal = view_integer(job, "signal");
    if (strcmp(word, "completed") == 0)
        return 0;
    if (strcmp(word, "timeout") == 0)
        return 124;
    if (signal > 0)
        return (int)(128 + signal);
    if (code > 0)
        return (int)code;
    /* one that failed by neither was never started */
    return strcmp(word, "failed") == 0 ? 126 : 1;
}

/* "R" stands for all kinds of running. */
static int add_state(const char *word, struct strbuf *out)
{
    if (strcasecmp(word, "r") == 0 || strcasecmp(word, "running") == 0) {
        strbuf_add_str(out, "running,growing,shrinking");
        return 0;
    }
    for (size_t i = 0; i < N_STATES; i++) {
        if (strcasecmp(word, states[i].word) != 0 &&
            strcasecmp(word, states[i].code) != 0)
            continue;
        strbuf_add_str(out, states[i].word);
        return 0;
    }
    return -1;
}

/* Short names are too short to guess from: only words get a suggestion. */
static int set_unknown_state(const char *word, struct err *err)
{
    const char *words[N_STATES];
    for (size_t i = 0; i < N_STATES; i++)
        words[i] = states[i].word;
    const char *near = suggest(word, words, N_STATES);
    err_set(err, ERR_USAGE, "%s is no state of a job", word);
    if (near != NULL)
        return err_hint(err, "did you mean %s?", near);
    return err_hint(err, "states are PD ST R CG CD F TO CA NF LO, or words "
                         "such as pending");
}

int job_view_parse_states(const char *text, struct strbuf *out, struct err *err)
{
    int rc = 0;
    char *copy = mem_strdup(text), *save = NULL;
    for (char *word = strtok_r(copy, ",", &save); word != NULL && rc == 0;
         word = strtok_r(NULL, ",", &save)) {
        if (out->len > 0)
            strbuf_add_char(out, ',');
        if (add_state(word, out) < 0)
            rc = set_unknown_state(word, err);
    }
    free(copy);
    return rc;
}
