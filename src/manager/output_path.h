/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the output of a job, of its workers and of its hook goes. */
#ifndef ERM_MANAGER_OUTPUT_PATH_H
#define ERM_MANAGER_OUTPUT_PATH_H

#include <stdint.h>

struct output_place {       /* all borrowed */
    const char *pattern;    /* of the job: %j id, %a attempt, %x name, %n node,
                               %%; NULL = erm-<id>.out in `output_dir` */
    const char *output_dir; /* NULL = `cwd` */
    const char *cwd; /* absolute; a pattern without a slash is below it */
    int64_t id;
    uint32_t attempt;
    const char *name; /* of the job */
    const char *part; /* node of a worker, "hook"; NULL = the command itself.
                         Stands for %n ("main" for the command), or without one
                         behind the name and a dot */
};

/* Returns owned. */
char *output_path(const struct output_place *place);

#endif
