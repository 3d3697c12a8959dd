/* SPDX-License-Identifier: BSD-2-Clause */
/* What erm doctor found, for people and as JSON. */
#ifndef ERM_CLI_DOCTOR_VIEW_H
#define ERM_CLI_DOCTOR_VIEW_H

#include "cli/cli.h"
#include "doctor/exam.h"
#include "doctor/here.h"

struct doctor_view {
    const struct exam *exams;
    size_t n;
    const struct here *here;
    bool is_remote;
};

/* Both return how many hosts, this machine among them, have problems. */
size_t doctor_view_print(const struct cli *cli, const struct doctor_view *view);
size_t doctor_view_print_json(const struct cli *cli,
                              const struct doctor_view *view);

#endif
