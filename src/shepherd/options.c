/* SPDX-License-Identifier: BSD-2-Clause */
/* One table of options: a name and where its value goes. */
#include "shepherd/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct option_row {
    const char *name;
    size_t text;   /* offset of a const char *, or */
    size_t number; /* offset of an int64_t, with its range */
    int64_t min, max;
};

#define TEXT(name, member)                              \
    {                                                   \
        name, offsetof(struct options, member), 0, 0, 0 \
    }
#define NUMBER(name, member, min, max)                      \
    {                                                       \
        name, 0, offsetof(struct options, member), min, max \
    }

/* jobs_dir is the member at offset 0; number members never are. */
static const struct option_row rows[] = {
    TEXT("--jobs", jobs_dir),
    TEXT("--stdout", stdout_path),
    TEXT("--stderr", stderr_path),
    TEXT("--cwd", cwd),
    TEXT("--cpus", cpus),
    NUMBER("--job", job_id, 0, INT64_MAX),
    NUMBER("--attempt", attempt, 0, UINT32_MAX),
    NUMBER("--part", part, 0, UINT32_MAX),
    NUMBER("--walltime-us", walltime_us, 0, INT64_MAX),
    NUMBER("--warn-us", warn_us, 0, INT64_MAX),
    NUMBER("--warn-signal", warn_signal, 1, 64),
    NUMBER("--grace-us", grace_us, 0, INT64_MAX),
    NUMBER("--nofile", nofile, 0, INT64_MAX),
    NUMBER("--report", report_fd, 3, INT32_MAX),
    NUMBER("--wrapped", is_wrapped, 0, 1),
};

static const struct option_row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static int set_value(const struct option_row *row, const char *value,
                     struct options *out)
{
    char *base = (char *)out;
    if (!row->number) {
        memcpy(base + row->text, &value, sizeof(value));
        return 0;
    }
    char *end;
    errno = 0;
    int64_t number = strtoll(value, &end, 10);
    if (end == value || *end || errno || number < row->min || number > row->max)
        return -1;
    memcpy(base + row->number, &number, sizeof(number));
    return 0;
}

/* Fills *PROBLEM with the first required option that is missing. */
static int check_required(const struct options *options, const char **problem)
{
    *problem = !options->jobs_dir         ? "--jobs"
               : options->job_id < 0      ? "--job"
               : options->attempt < 0     ? "--attempt"
               : !options->stdout_path    ? "--stdout"
               : !options->stderr_path    ? "--stderr"
               : !options->cwd            ? "--cwd"
               : !options->argv           ? "--"
               : options->argv[0] == NULL ? "ARGV"
                                          : NULL;
    return *problem ? -1 : 0;
}

int options_parse(char **argv, struct options *out, const char **problem)
{
    *out = (struct options){.job_id = -1,
                            .attempt = -1,
                            .walltime_us = INT64_MAX,
                            .grace_us = 10000000,
                            .nofile = -1,
                            .report_fd = -1,
                            .wrapper_extra_us = OPTIONS_WRAPPER_EXTRA_US};
    for (char **word = argv + 1; *word; word += 2) {
        if (strcmp(*word, "--") == 0) {
            out->argv = word + 1;
            break;
        }
        const struct option_row *row = find_row(*word);
        *problem = *word;
        if (!row || !word[1] || set_value(row, word[1], out))
            return -1;
    }
    return check_required(out, problem);
}
