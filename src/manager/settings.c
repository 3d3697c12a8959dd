/* SPDX-License-Identifier: BSD-2-Clause */
/* See settings.h. What is not given stays as the core has it. */
#include "manager/settings.h"

#include "base/strbuf.h"
#include "base/suggest.h"

static const char *const backfill_names[] = {"none", "easy", "conservative",
                                             NULL};
static const char *const order_names[] = {"fcfs", "sjf", NULL};
static const char *const mode_names[] = {"rigid", "evolving", "elastic",
                                         "scheduler_driven", NULL};

int settings_unknown(const char *option, const char *word,
                     const char *const *names, struct err *err)
{
    struct strbuf all;
    const char *near;
    size_t n = 0;

    while (names[n] != NULL)
        n++;
    near = suggest(word, names, n);
    err_set(err, ERR_USAGE, "--%s: there is no '%s'", option, word);
    if (near != NULL)
        return err_hint(err, "did you mean '%s'?", near);
    strbuf_init(&all);
    for (size_t i = 0; i < n; i++)
        strbuf_add_fmt(&all, "%s%s", i > 0 ? ", " : "", names[i]);
    err_hint(err, "one of %s", all.text);
    strbuf_release(&all);
    return -1;
}

static int set_strategies(const struct manager_options *options,
                          struct sched_config *out, struct err *err)
{
    const char *expand = options->expand, *shrink = options->shrink;

    if (expand != NULL && (out->expand = strategy_expand(expand)) == NULL)
        return settings_unknown("expand", expand, strategy_expand_names(), err);
    if (shrink != NULL && (out->shrink = strategy_shrink(shrink)) == NULL)
        return settings_unknown("shrink", shrink, strategy_shrink_names(), err);
    return 0;
}

int settings_make(const struct manager_options *options,
                  struct sched_config *out, struct err *err)
{
    const char *backfill = options->backfill, *order = options->backfill_order;
    const char *mode = options->mode;

    sched_config_init(out);
    out->start_at_max = options->start_at_max;
    out->cooldown = options->cooldown;
    out->evolving_delay = options->evolving_delay;
    if (options->accept_within > 0)
        out->accept_within = options->accept_within;
    if (options->done_within > 0)
        out->done_within = out->policy_done_within = options->done_within;
    if (backfill != NULL && backfill_parse(backfill, &out->backfill) != 0)
        return settings_unknown("backfill", backfill, backfill_names, err);
    if (order != NULL && backfill_order_parse(order, &out->backfill_order) != 0)
        return settings_unknown("backfill-order", order, order_names, err);
    if (mode != NULL && sched_mode_parse(mode, &out->mode) != 0)
        return settings_unknown("mode", mode, mode_names, err);
    return set_strategies(options, out, err);
}
