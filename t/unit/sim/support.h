/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the simulation share. */
#ifndef ERM_T_SIM_SUPPORT_H
#define ERM_T_SIM_SUPPORT_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

#define assert_contains(text, part)                          \
    do {                                                     \
        const char *text_ = (text);                          \
        if (!strstr(text_, (part)))                          \
            fail_msg("\"%s\" is not in: %s", (part), text_); \
    } while (0)

#define assert_near(value, expected, tolerance)                      \
    do {                                                             \
        double value_ = (value), expected_ = (expected);             \
        if (!(value_ >= expected_ - (tolerance) &&                   \
              value_ <= expected_ + (tolerance)))                    \
            fail_msg("%s is %g, not %g", #value, value_, expected_); \
    } while (0)

#endif
