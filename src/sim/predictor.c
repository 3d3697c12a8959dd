/* SPDX-License-Identifier: BSD-2-Clause */
/* See predictor.h. */
#include "sim/predictor.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"

struct predictor_past {
    uint64_t kind;
    dur_us last, before; /* 0 = there was none */
    UT_hash_handle hh;
};

void predictor_init(struct predictor *predictor)
{
    predictor->pasts = NULL;
}

void predictor_release(struct predictor *predictor)
{
    struct predictor_past *past, *next;

    HASH_ITER (hh, predictor->pasts, past, next) {
        HASH_DEL(predictor->pasts, past);
        free(past);
    }
}

uint64_t predictor_kind(const char *name)
{
    unsigned hash = 0;

    if (name == NULL || *name == '\0')
        return 0;
    HASH_VALUE(name, strlen(name), hash);
    return (uint64_t)hash + 1;
}

static struct predictor_past *find(const struct predictor *predictor,
                                   uint64_t kind)
{
    struct predictor_past *past;

    HASH_FIND(hh, predictor->pasts, &kind, sizeof kind, past);
    return past;
}

void predictor_learn(struct predictor *predictor, uint64_t kind, dur_us run)
{
    struct predictor_past *past = find(predictor, kind);

    if (kind == 0 || run <= 0)
        return;
    if (past == NULL) {
        past = mem_alloc(sizeof *past);
        past->kind = kind;
        HASH_ADD(hh, predictor->pasts, kind, sizeof past->kind, past);
    }
    past->before = past->last;
    past->last = run;
}

dur_us predictor_guess(const struct predictor *predictor, uint64_t kind)
{
    const struct predictor_past *past = find(predictor, kind);

    if (kind == 0 || past == NULL)
        return 0;
    return past->before == 0 ? past->last : (past->last + past->before) / 2;
}
