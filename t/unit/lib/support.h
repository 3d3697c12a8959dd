/* SPDX-License-Identifier: BSD-2-Clause */
/* What cmocka wants included before itself, in the order it wants. */
#ifndef ERM_T_LIB_SUPPORT_H
#define ERM_T_LIB_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailbox.h"

#endif
