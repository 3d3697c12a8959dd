/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"

static void add(struct findings *findings, struct finding finding,
                const char *format, va_list ap)
{
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_vfmt(&text, format, ap);
    finding.text = strbuf_detach(&text);
    findings->items =
        mem_resize(findings->items, findings->n + 1, sizeof(*findings->items));
    findings->items[findings->n++] = finding;
    findings->n_problems += finding.is_problem;
}

void findings_problem(struct findings *findings, const char *word,
                      const char *hint, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    add(findings,
        (struct finding){.is_problem = true, .word = word, .hint = hint},
        format, ap);
    va_end(ap);
}

void findings_note(struct findings *findings, const char *word,
                   const char *hint, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    add(findings, (struct finding){.word = word, .hint = hint}, format, ap);
    va_end(ap);
}

void findings_release(struct findings *findings)
{
    for (size_t i = 0; i < findings->n; i++)
        free(findings->items[i].text);
    free(findings->items);
    *findings = (struct findings){0};
}
