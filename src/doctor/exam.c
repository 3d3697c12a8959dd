/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/exam.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "doctor/ssh_words.h"
#include "dvm/host_script.h"
#include "launch/engine.h"

#define CLOCK_OFFSET_MAX (2 * USEC_PER_SEC)
#define TMP_FREE_MIN_KIB ((int64_t)100 * 1024)
#define WORDS_MAX 4096

void exam_init(struct exam *exam, const char *name, uint32_t slots)
{
    *exam = (struct exam){.slots = slots, .free_kib = -1};
    exam->name = mem_strdup(name);
    strbuf_init(&exam->lacks);
    strbuf_init(&exam->noise);
    strbuf_init(&exam->words);
}

void exam_release(struct exam *exam)
{
    free(exam->name);
    strbuf_release(&exam->lacks);
    strbuf_release(&exam->noise);
    strbuf_release(&exam->words);
    findings_release(&exam->findings);
}

/* PRRTE takes the longest, so it comes last. */
void exam_ask(const char *token_path, struct strbuf *out)
{
    strbuf_add_str(out, "clock 1\nlacks 1\nspace 1 /tmp\n");
    if (token_path != NULL)
        strbuf_add_fmt(out, "token 1 %s\n", token_path);
    strbuf_add_str(out, "facts 1\n");
}

/* ---- what it tells ---- */

static void take_clock(struct exam *exam, const char *text,
                       const struct call_line *line)
{
    char *end;
    double there = strtod(text, &end);

    exam->has_answered = true;
    exam->connect = line->after;
    exam->has_clock = end != text && *end == '\0';
    if (exam->has_clock)
        exam->clock_offset =
            (dur_us)(there * (double)USEC_PER_SEC) - line->wall_us;
}

#define CORES_MAX 100000

/* "CORES SECONDS VERSION 0". Without nproc the seconds come first: too many. */
static void take_facts(struct exam *exam, const char *text)
{
    char version[32] = "";

    exam->has_facts = true;
    if (sscanf(text, "%" SCNu32 " %*s %31s", &exam->cores, version) == 2 &&
        strcmp(version, "0") != 0)
        memcpy(exam->version, version, sizeof(version));
    if (exam->cores > CORES_MAX)
        exam->cores = 0;
}

static void take_space(struct exam *exam, const char *text)
{
    char *end;
    long long free_kib = strtoll(text, &end, 10);

    if (end != text)
        exam->free_kib = free_kib;
}

/* The rest of LINE behind "VERB 1 ", or NULL. */
static const char *answer_to(const char *line, const char *verb)
{
    size_t n = strlen(verb);

    if (strncmp(line, verb, n) != 0 || strncmp(line + n, " 1", 2) != 0)
        return NULL;
    line += n + 2;
    return *line == '\0' ? line : *line == ' ' ? line + 1 : NULL;
}

static bool take_answer(const struct exam_context *context,
                        const struct call_line *line)
{
    struct exam *exam = context->exam;
    const char *text;

    if ((text = answer_to(line->text, "clock")) != NULL)
        take_clock(exam, text, line);
    else if ((text = answer_to(line->text, "facts")) != NULL)
        take_facts(exam, text);
    else if ((text = answer_to(line->text, "space")) != NULL)
        take_space(exam, text);
    else if ((text = answer_to(line->text, "lacks")) != NULL)
        strbuf_add_str(&exam->lacks, text);
    else if ((text = answer_to(line->text, "token")) != NULL)
        exam->is_shared =
            strcmp(text, context->scale->token) == 0 ? ANSWER_YES : ANSWER_NO;
    else
        return false;
    return true;
}

void exam_take_line(void *context, const struct call_line *line)
{
    struct exam *exam = ((const struct exam_context *)context)->exam;

    if (line->is_error) {
        if (exam->words.len < WORDS_MAX)
            strbuf_add_fmt(&exam->words, "%s\n", line->text);
    } else if (!take_answer(context, line)) {
        if (exam->n_noise++ == 0)
            strbuf_add_str(&exam->noise, line->text);
    }
}

/* ---- what it means ---- */

static void judge_silence(struct exam *exam, const struct call *call)
{
    const struct ssh_words *words =
        ssh_words_find(exam->words.text, call->is_late);
    struct strbuf last;

    strbuf_init(&last);
    ssh_words_last(exam->words.text, &last);
    if (call->status < 0 && !call->is_late)
        findings_problem(&exam->findings, "erm-rsh",
                         "is there a limit on processes or files?",
                         "erm-rsh cannot be started");
    else if (last.len > 0)
        findings_problem(&exam->findings, words->word, words->hint, "%s",
                         last.text);
    else if (call->is_late)
        findings_problem(&exam->findings, words->word, words->hint,
                         "does not answer in time");
    else
        findings_problem(&exam->findings, words->word, words->hint,
                         "the connection ended (status %d) before an answer",
                         call->status);
    strbuf_release(&last);
}

static void judge_version(struct exam *exam, const struct exam_scale *scale)
{
    if (exam->version[0] == '\0')
        findings_problem(&exam->findings, "no PRRTE",
                         "install " ENGINE_PACKAGE "; or set PATH there for "
                         "shells that are not interactive",
                         "prted is not found by a command over ssh");
    else if (!engine_version_is_enough(exam->version))
        findings_problem(
            &exam->findings, "PRRTE too old", "install " ENGINE_PACKAGE,
            "PRRTE %s is too old: 3.0 or later is needed", exam->version);
    else if (scale->version[0] != '\0' &&
             strcmp(exam->version, scale->version) != 0)
        findings_problem(&exam->findings, "other PRRTE",
                         "install the same version on all hosts",
                         "has PRRTE %s, this machine has %s", exam->version,
                         scale->version);
}

static void judge_cores(struct exam *exam)
{
    if (exam->cores > 0 && exam->slots > exam->cores)
        findings_problem(&exam->findings, "slots",
                         "correct slots= in the hostfile",
                         "has %" PRIu32 " cores, but slots=%" PRIu32,
                         exam->cores, exam->slots);
}

static void judge_clock(struct exam *exam)
{
    dur_us offset = llabs(exam->clock_offset);

    if (exam->has_clock && offset > CLOCK_OFFSET_MAX)
        findings_problem(&exam->findings, "clock",
                         "set up a time service there (chrony, NTP)",
                         "its clock is %.1f s %s this machine's",
                         (double)offset / (double)USEC_PER_SEC,
                         exam->clock_offset > 0 ? "ahead of" : "behind");
}

static void judge_folders(struct exam *exam, const struct exam_scale *scale)
{
    if (exam->is_shared == ANSWER_NO)
        findings_problem(&exam->findings, "not shared",
                         "use a folder on a file system that all hosts mount",
                         "does not see what is in %s here", scale->folder);
    if (exam->free_kib >= 0 && exam->free_kib < TMP_FREE_MIN_KIB)
        findings_problem(&exam->findings, "/tmp full",
                         "free some space there; erm doctor --clean removes "
                         "what ended jobs left",
                         "only %" PRId64 " MB are free in /tmp",
                         exam->free_kib / 1024);
}

static void judge_shell(struct exam *exam)
{
    if (exam->lacks.len > 0)
        findings_problem(&exam->findings, "tools missing",
                         "grep-z is GNU grep; the others are in coreutils and "
                         "util-linux",
                         "lacks what erm needs there: %s", exam->lacks.text);
    if (exam->n_noise > 0)
        findings_problem(&exam->findings, "noisy shell",
                         "in ~/.bashrc print only when the shell is "
                         "interactive: case $- in *i*) ...",
                         "its login scripts print %zu line%s over ssh: %s",
                         exam->n_noise, exam->n_noise == 1 ? "" : "s",
                         exam->noise.text);
    if (exam->words.len > 0) {
        struct strbuf last;
        strbuf_init(&last);
        ssh_words_last(exam->words.text, &last);
        findings_note(&exam->findings, "says something", "",
                      "says on its standard error: %s", last.text);
        strbuf_release(&last);
    }
}

void exam_judge(struct exam *exam, const struct exam_scale *scale,
                const struct call *call)
{
    if (!exam->has_answered) {
        judge_silence(exam, call);
        return;
    }
    if (call->is_late)
        findings_problem(&exam->findings, "slow",
                         "is it loaded, or its file system slow?",
                         "did not answer everything in time");
    if (scale->is_remote && exam->has_facts)
        judge_version(exam, scale);
    if (scale->is_remote)
        judge_cores(exam);
    judge_clock(exam);
    judge_folders(exam, scale);
    judge_shell(exam);
}
