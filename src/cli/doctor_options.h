/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of erm doctor, which two programs know: see manager_command.h. */
#ifndef ERM_CLI_DOCTOR_OPTIONS_H
#define ERM_CLI_DOCTOR_OPTIONS_H

#include "cli/options.h"

enum {
    KEY_DOCTOR_RSH = OPTION_FIRST_KEY,
    KEY_DOCTOR_CLEAN,
    KEY_DOCTOR_DRY,
    KEY_DOCTOR_ALL,
    KEY_DOCTOR_JSON,
};

extern const struct option_row doctor_option_rows[];

#endif
