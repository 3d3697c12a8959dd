/* SPDX-License-Identifier: BSD-2-Clause */
#include "shepherd/cpus.h"

#include <ctype.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS (8 * sizeof(unsigned long))

static int take_cpu(const char **text, unsigned long *out)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return -1;
    *out = strtoul(*text, &end, 10);
    *text = end;
    return *out < CPUS_MAX ? 0 : -1;
}

int cpus_parse(const char *list, struct cpus *out)
{
    memset(out, 0, sizeof(*out));
    for (;; list++) {
        unsigned long first, last;
        if (take_cpu(&list, &first))
            return -1;
        last = first;
        if (*list == '-' && (list++, take_cpu(&list, &last)))
            return -1;
        for (unsigned long cpu = first; cpu <= last; cpu++)
            out->words[cpu / WORD_BITS] |= 1UL << cpu % WORD_BITS;
        if (last < first || (*list && *list != ','))
            return -1;
        if (!*list)
            return 0;
    }
}

int cpus_apply(const struct cpus *cpus)
{
    /* The kernel's own layout; glibc's cpu_set_t stops at 1024. */
    return sched_setaffinity(0, sizeof(cpus->words),
                             (const cpu_set_t *)(const void *)cpus->words);
}
