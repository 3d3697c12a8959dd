/* SPDX-License-Identifier: BSD-2-Clause */
/* See sched_settings.h. What is not given stays as the core has it. */
#include "codec/sched_settings.h"

#include "base/suggest.h"

static const char *const backfill_names[] = {"none", "easy", "conservative",
                                             NULL};
static const char *const order_names[] = {"fcfs", "sjf", NULL};
static const char *const sizing_names[] = {"min", "preferred", NULL};
static const char *const estimates_names[] = {"requested", "predicted", NULL};
static const char *const mode_names[] = {"rigid", "evolving", "elastic",
                                         "scheduler_driven", NULL};

void sched_settings_init(struct sched_settings *settings)
{
    *settings = (struct sched_settings){.backfill_depth = -1, .cooldown = -1};
}

static int set_strategies(const struct sched_settings *settings,
                          struct sched_config *out, struct err *err)
{
    const char *expand = settings->expand, *shrink = settings->shrink;

    if (expand != NULL && (out->expand = strategy_expand(expand)) == NULL)
        return suggest_unknown("expand", expand, strategy_expand_names(), err);
    if (shrink != NULL && (out->shrink = strategy_shrink(shrink)) == NULL)
        return suggest_unknown("shrink", shrink, strategy_shrink_names(), err);
    return 0;
}

int sched_settings_make(const struct sched_settings *settings,
                        struct sched_config *out, struct err *err)
{
    const char *backfill = settings->backfill, *mode = settings->mode;
    const char *order = settings->backfill_order, *sizing = settings->sizing;
    const char *estimates = settings->estimates;

    sched_config_init(out);
    out->start_at_max = settings->start_at_max;
    if (settings->backfill_depth >= 0)
        out->backfill_depth = (uint32_t)settings->backfill_depth;
    out->cooldown = settings->cooldown;
    out->evolving_delay = settings->evolving_delay;
    if (settings->accept_within > 0)
        out->accept_within = settings->accept_within;
    if (settings->done_within > 0)
        out->done_within = out->policy_done_within = settings->done_within;
    if (backfill != NULL && backfill_parse(backfill, &out->backfill) != 0)
        return suggest_unknown("backfill", backfill, backfill_names, err);
    if (order != NULL && backfill_order_parse(order, &out->backfill_order) != 0)
        return suggest_unknown("backfill-order", order, order_names, err);
    if (mode != NULL && sched_mode_parse(mode, &out->mode) != 0)
        return suggest_unknown("mode", mode, mode_names, err);
    if (sizing != NULL && sizing_parse(sizing, &out->sizing) != 0)
        return suggest_unknown("sizing", sizing, sizing_names, err);
    if (estimates != NULL && estimates_parse(estimates, &out->estimates) != 0)
        return suggest_unknown("estimates", estimates, estimates_names, err);
    return set_strategies(settings, out, err);
}
