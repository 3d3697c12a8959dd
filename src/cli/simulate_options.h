/* SPDX-License-Identifier: BSD-2-Clause */
/* What erm simulate is asked for. */
#ifndef ERM_CLI_SIMULATE_OPTIONS_H
#define ERM_CLI_SIMULATE_OPTIONS_H

#include "cli/options.h"
#include "codec/sched_settings.h"
#include "sim/lublin.h"
#include "sim/sim.h"

/* How the workload is made from what is read. */
struct simulate_workload {
    char **files; /* borrowed; n_files of them */
    int n_files;
    bool is_history;              /* of the state folder's manager */
    struct lublin_options lublin; /* n_jobs 0: nothing is generated */
    uint32_t n_nodes;             /* 0 = as the trace says */
    bool keeps_all;               /* --filter none */
    bool knows_run_times;         /* --estimates actual */
    size_t head;                  /* first jobs; 0 = all */
    uint32_t shake;               /* seconds */
    uint64_t seed;
    unsigned malleable; /* per cent of the jobs */
    enum malleable_model model;
    double serial_fraction; /* < 0: the model's */
};

struct simulate_options {
    struct simulate_workload workload;
    struct sched_settings sched;
    struct sim_options sim; /* all but sched, progress and decisions */
    bool is_moldable;       /* malleable jobs: sized at the start alone */
    const char *compare;    /* borrowed; NULL = one policy */
    bool is_json;
    const char *csv, *swf, *batsim, *decisions; /* files; NULL = none */
};

extern const struct option_row simulate_option_rows[];

/* Borrows from ARGV. -1 and ERR as options_next. */
int simulate_options_parse(struct simulate_options *options,
                           struct common_options *common, int argc, char **argv,
                           struct err *err);

#endif
