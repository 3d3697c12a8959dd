/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct option rows[] = {
    {"job", required_argument, NULL, 'j'},
    {"attempt", required_argument, NULL, 'a'},
    {"part", required_argument, NULL, 'p'},
    {"dir", required_argument, NULL, 'd'},
    {"key", required_argument, NULL, 'k'},
    {"hosts", required_argument, NULL, 'h'},
    {"rsh", required_argument, NULL, 'r'},
    {"rsh-how", required_argument, NULL, 'R'},
    {"uri", required_argument, NULL, 'u'},
    {"starts", required_argument, NULL, 's'},
    {"within", required_argument, NULL, 'w'},
    {"per-node", required_argument, NULL, 'n'},
    {"map-by", required_argument, NULL, 'm'},
    {"bind-to", required_argument, NULL, 'b'},
    {"report", required_argument, NULL, 'f'},
    {NULL, 0, NULL, 0},
};

static const char **text_of(struct dvm_options *options, int key)
{
    switch (key) {
    case 'd':
        return &options->dir;
    case 'k':
        return &options->key;
    case 'h':
        return &options->hosts;
    case 'r':
        return &options->rsh;
    case 'R':
        return &options->rsh_how;
    case 'u':
        return &options->uri;
    case 's':
        return &options->starts;
    case 'm':
        return &options->map_by;
    case 'b':
        return &options->bind_to;
    default:
        return NULL;
    }
}

static int64_t *number_of(struct dvm_options *options, int key)
{
    switch (key) {
    case 'j':
        return &options->job_id;
    case 'a':
        return &options->attempt;
    case 'p':
        return &options->part;
    case 'w':
        return &options->within_s;
    case 'n':
        return &options->per_node;
    case 'f':
        return &options->report_fd;
    default:
        return NULL;
    }
}

static int set_option(struct dvm_options *options, int key, const char *value)
{
    const char **text = text_of(options, key);
    int64_t *number = number_of(options, key);
    char *end;

    if (text != NULL)
        *text = value;
    if (number == NULL)
        return text == NULL ? -1 : 0;
    errno = 0;
    *number = strtoll(value, &end, 10);
    return errno != 0 || end == value || *end != '\0' || *number < 0 ? -1 : 0;
}

static const char *missing(const struct dvm_options *options)
{
    if (options->job_id < 0)
        return "--job";
    if (options->attempt < 0)
        return "--attempt";
    if (options->dir == NULL)
        return "--dir";
    if (options->key == NULL)
        return "--key";
    if (options->hosts == NULL)
        return "--hosts";
    return options->rsh == NULL ? "--rsh" : NULL;
}

int dvm_options_parse(int argc, char **argv, struct dvm_options *out,
                      const char **problem)
{
    int key;

    *out = (struct dvm_options){
        .job_id = -1, .attempt = -1, .within_s = 60, .report_fd = -1};
    opterr = 0;
    optind = 1;
    while ((key = getopt_long(argc, argv, "+", rows, NULL)) != -1) {
        *problem = argv[optind - 1];
        if (set_option(out, key, optarg) != 0)
            return -1;
    }
    if (optind < argc)
        out->command = argv[optind];
    *problem = optind + 1 < argc ? argv[optind + 1] : missing(out);
    return *problem == NULL ? 0 : -1;
}
