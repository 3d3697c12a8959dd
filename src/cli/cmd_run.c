/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm run, erm start: their rows in the table. What they do needs the manager
 * and is behind manager_command.h.
 */
#include "cli/commands.h"
#include "cli/manager_command.h"
#include "cli/run_options.h"

const struct option_row run_option_rows[] = {
    {'H', "hostfile", "FILE", "the nodes; default: those of the allocation"},
    {'j', "jobs", "FILE", "run the jobs of this file and watch it"},
    {'N', "nodes", "COUNT", "use only so many nodes"},
    {KEY_NODES_FROM, "nodes-from", "SOURCE",
     "auto, hostfile, slurm, pbs, lsf, cobalt, local"},
    {KEY_ENDS_IN, "ends-in", "SPAN", "how long the nodes are yours"},
    {KEY_ENDS_AT, "ends-at", "TIME", "until when they are: 18:00"},
    {KEY_END_MARGIN, "end-margin", "SPAN", "kept free before that end (30s)"},
    {'p', "policy", "FILE", "policy.json: where jobs are told to resize"},
    {KEY_REQUESTS, "requests", "FILE", "where jobs ask to resize; also -jr"},
    SCHED_OPTION_ROWS,
    {KEY_GRACE, "grace", "SPAN", "between TERM and KILL (10s)"},
    {KEY_WALLTIME, "default-walltime", "TIME", "of jobs that name none"},
    {KEY_LAUNCHER, "launcher", "NAME", "auto (default), local, prrte, fake"},
    {KEY_DVM, "dvm", "job|pool", "whose PRRTE daemons MPI jobs use (job)"},
    {KEY_RSH, "rsh", "COMMAND", "how to reach other hosts (ssh)"},
    {KEY_OUTPUT, "output", "DIR", "where jobs' output goes"},
    {KEY_LOG_LEVEL, "log-level", "LEVEL", "error, warning, info, debug"},
    {'v', "verbose", NULL, "the same as --log-level debug"},
    {'q', "quiet", NULL, "warnings only, no summary"},
    {KEY_UNTIL_IDLE, "until-idle", NULL, "end when everything is done"},
    {KEY_STAY, "stay", NULL, "go on when everything is done"},
    {KEY_FOREGROUND, "foreground", NULL, "start: stay in front, for systemd"},
    {KEY_OBSERVE, "observe", "FD", NULL},
    {0, NULL, NULL, NULL},
};

const struct command command_run = {
    .name = "run",
    .group = GROUP_MANAGER,
    .usage = "[-H hostfile] [-j jobs.json] [OPTIONS]\n[OPTIONS] jobs.json\n"
             "[OPTIONS] -- COMMAND [ARG...]",
    .help = "run a manager in the foreground",
    .more = "With a jobs file or a command as its operand it ends when "
            "everything is done (or\nwith --until-idle), prints a summary and "
            "exits with the highest status of the\njobs, or 1 when some need "
            "more time than the allocation has. Ctrl-C stops the\nmanager; "
            "running jobs go on. The word run may be left out when options "
            "follow.",
    .options = run_option_rows,
    .run = manager_command_run,
};

const struct command command_start = {
    .name = "start",
    .group = GROUP_MANAGER,
    .usage = "[-H hostfile] [-j jobs.json] [OPTIONS]",
    .help = "start a manager in the background and print its pid",
    .more = "It writes its log to erm.log in its state folder.",
    .options = run_option_rows,
    .run = manager_command_start,
};
