/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options that set the scheduler: written once, for the commands that run
 * a manager and for those that simulate one.
 */
#ifndef ERM_CLI_SCHED_OPTIONS_H
#define ERM_CLI_SCHED_OPTIONS_H

#include "cli/options.h"
#include "codec/sched_settings.h"

/* Apart from the keys of the commands that have these options. */
enum {
    KEY_BACKFILL = OPTION_FIRST_KEY + 512,
    KEY_BACKFILL_ORDER,
    KEY_BACKFILL_DEPTH,
    KEY_MODE,
    KEY_SIZING,
    KEY_ESTIMATES,
    KEY_EXPAND,
    KEY_SHRINK,
    KEY_COOLDOWN,
    KEY_EVOLVING_DELAY,
    KEY_ACCEPT,
    KEY_DONE,
};

/* Rows of an option table. */
#define SCHED_OPTION_ROWS                                                      \
    {'s', "start", "0|1", "start at min_nodes (0) or at max_nodes (1)"},       \
        {KEY_BACKFILL, "backfill", "HOW",                                      \
         "none, easy (default), conservative"},                                \
        {KEY_BACKFILL_ORDER, "backfill-order", "ORDER",                        \
         "whom easy tries first: fcfs (default), sjf"},                        \
        {KEY_BACKFILL_DEPTH, "backfill-depth", "N",                            \
         "starts that conservative promises (1000; 0: all)"},                  \
        {KEY_MODE, "mode", "MODE", "rigid, evolving, elastic (default)"},      \
        {KEY_SIZING, "sizing", "HOW",                                          \
         "sizes of jobs: preferred (default), min"},                           \
        {KEY_ESTIMATES, "estimates", "WHICH",                                  \
         "run times to plan with: requested, predicted"},                      \
        {KEY_EXPAND, "expand", "STRATEGY", "which job grows first (speedup)"}, \
        {KEY_EXPAND, "expand-strategy", "STRATEGY", NULL},                     \
        {KEY_SHRINK, "shrink", "STRATEGY",                                     \
         "which job shrinks first (speedup)"},                                 \
        {KEY_SHRINK, "shrink-strategy", "STRATEGY", NULL},                     \
        {KEY_COOLDOWN, "cooldown", "SPAN",                                     \
         "least time between resizes of a job"},                               \
        {KEY_EVOLVING_DELAY, "evolving-delay", "SPAN",                         \
         "what grants to jobs that ask may delay others"},                     \
        {KEY_ACCEPT, "accept-within", "SPAN", "for a job to answer (30s)"},    \
    {                                                                          \
        KEY_DONE, "done-within", "SPAN", "for a job to finish a resize (5m)"   \
    }

/* Takes the option KEY; VALUE is borrowed. 0, 1 when KEY is another's, or -1
 * and ERR. */
int sched_options_take(struct sched_settings *settings, int key,
                       const char *value, struct err *err);

#endif
