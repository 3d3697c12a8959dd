/* SPDX-License-Identifier: BSD-2-Clause */
/* erm doctor: what it is called and which options it has; the work is
 * doctor_here.c's. */
#include "cli/commands.h"
#include "cli/doctor_options.h"
#include "cli/manager_command.h"

const struct option_row doctor_option_rows[] = {
    {'H', "hostfile", "FILE", "the hosts; default: those of the manager"},
    {KEY_DOCTOR_RSH, "rsh", "COMMAND", "how to reach them (ssh)"},
    {KEY_DOCTOR_CLEAN, "clean", NULL, "end what ended jobs left there"},
    {KEY_DOCTOR_DRY, "dry-run", NULL,
     "with --clean: only tell what would be done"},
    {KEY_DOCTOR_ALL, "all", NULL, "with --clean: other state directories' too"},
    {KEY_DOCTOR_JSON, "json", NULL, "print what was found as JSON"},
    {0, NULL, NULL, NULL},
};

const struct command command_doctor = {
    .name = "doctor",
    .group = GROUP_NODES,
    .usage = "[-H hostfile] [HOST...]\n--clean [--dry-run] [--all] "
             "[-H hostfile] [HOST...]",
    .help = "check hosts before use, or clean them after",
    .more =
        "Without --clean: is each host reached by ssh, and do its PRRTE, "
        "cores, clock,\nshared folder, free space and login scripts fit? "
        "Changes nothing, needs no\nmanager.\n\n"
        "With --clean: on each host and on this machine it kills your "
        "processes that jobs\nof erm started and that have outlived their "
        "job, and removes the jobs' folders in\n/tmp. What belongs to "
        "another state directory is told and left alone; --all ends it\ntoo, "
        "also when its job still runs. The exit status is 1 when there is a "
        "problem.",
    .options = doctor_option_rows,
    .run = manager_command_doctor,
};
