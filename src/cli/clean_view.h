/* SPDX-License-Identifier: BSD-2-Clause */
/* What erm doctor --clean did, for people and as JSON. */
#ifndef ERM_CLI_CLEAN_VIEW_H
#define ERM_CLI_CLEAN_VIEW_H

#include "cli/cli.h"
#include "doctor/cleaning.h"

struct clean_view {
    const struct cleaning *cleaning;
    bool is_all; /* other state directories' too */
    bool is_dry; /* it only would be done */
};

/* Both return how many hosts could not be cleaned. */
size_t clean_view_print(const struct cli *cli, const struct clean_view *view);
size_t clean_view_print_json(const struct cli *cli,
                             const struct clean_view *view);

#endif
