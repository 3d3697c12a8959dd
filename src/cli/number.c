/* SPDX-License-Identifier: BSD-2-Clause */
/* See number.h. */
#include "cli/number.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

int number_parse(const char *option, const char *text, int64_t min, int64_t max,
                 int64_t *out, struct err *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    /* strtoll would skip leading blanks */
    if (*text == '\0' || isspace((unsigned char)*text) || *end != '\0')
        return err_set(err, ERR_USAGE, "%s: %s is not a whole number", option,
                       text);
    if (errno == ERANGE || value < min || value > max)
        return err_set(err, ERR_USAGE,
                       "%s: %s is not between %" PRId64 " and %" PRId64, option,
                       text, min, max);
    *out = value;
    return 0;
}
