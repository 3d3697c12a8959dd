/* SPDX-License-Identifier: BSD-2-Clause */
/* The strategies themselves, for the table in strategy.c. */
#ifndef ERM_CORE_STRATEGIES_H
#define ERM_CORE_STRATEGIES_H

#include "core/strategy.h"

extern const struct strategy strategy_expand_fcfs;
extern const struct strategy strategy_shrink_fcfs;
extern const struct strategy strategy_expand_length;
extern const struct strategy strategy_shrink_length;
extern const struct strategy strategy_expand_remaining;
extern const struct strategy strategy_shrink_remaining;
extern const struct strategy strategy_expand_priority;
extern const struct strategy strategy_shrink_priority;
extern const struct strategy strategy_expand_scalable;
extern const struct strategy strategy_shrink_scalable;
extern const struct strategy strategy_expand_equal;
extern const struct strategy strategy_shrink_equal;
extern const struct strategy strategy_expand_amdahl;
extern const struct strategy strategy_shrink_amdahl;
extern const struct strategy strategy_expand_speedup;
extern const struct strategy strategy_shrink_speedup;

#endif
