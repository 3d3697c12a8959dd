/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long one scheduling pass takes, and what a queued job costs, with queues
 * of 1,000 to 100,000 jobs on 1,000 nodes. A pass here is: one job ends, the
 * scheduler starts or backfills what fits, one new job arrives, another pass.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "core/sched.h"

#define N_NODES 1000
#define N_ROUNDS 20000

struct bench {
    struct sched *sched;
    struct actions actions;
    int64_t *running; /* started and not ended, in a ring */
    size_t head, tail, size;
    int64_t last_id;
    uint64_t random;
    time_us now;
    uint64_t n_starts;
};

static uint32_t pick(struct bench *bench, uint32_t below)
{
    bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(bench->random >> 33) % below;
}

static void feed(struct bench *bench, struct event *event)
{
    event->now = bench->now;
    actions_clear(&bench->actions);
    sched_step(bench->sched, event, &bench->actions);
    for (size_t i = 0; i < bench->actions.n; i++) {
        const struct action *action = &bench->actions.items[i];

        if (action->type != ACT_START)
            continue;
        bench->running[bench->tail++ % bench->size] = action->job;
        bench->n_starts++;
    }
    event_release(event);
}

static void submit(struct bench *bench)
{
    struct event event;

    event_init(&event, EV_SUBMIT, bench->now);
    job_request_init(&event.request);
    event.request.id = ++bench->last_id;
    event.request.min_nodes = 1 + pick(bench, 8) * pick(bench, 8);
    event.request.max_nodes = event.request.min_nodes;
    event.request.walltime = (60 + pick(bench, 36000)) * USEC_PER_SEC;
    feed(bench, &event);
}

static void end_one(struct bench *bench)
{
    struct event event;

    event_init(&event, EV_STARTED, bench->now);
    event.job = bench->running[bench->head % bench->size];
    event.attempt = 1;
    feed(bench, &event);
    event_init(&event, EV_EXITED, bench->now);
    event.job = bench->running[bench->head++ % bench->size];
    event.attempt = 1;
    feed(bench, &event);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(uint32_t n_queued, enum backfill backfill, int n_rounds)
{
    struct bench bench = {.random = 42, .now = USEC_PER_SEC, .size = 1 << 20};
    struct sched_config config;
    struct event event;
    size_t before;
    double start;

    sched_config_init(&config);
    config.backfill = backfill;
    bench.sched = sched_create(&config);
    actions_init(&bench.actions);
    bench.actions.without_records = true;
    bench.running = mem_alloc_array(bench.size, sizeof *bench.running);
    event_init(&event, EV_POOL_CHANGED, bench.now);
    idset_add_range(&event.nodes, 0, N_NODES - 1);
    feed(&bench, &event);
    before = mallinfo2().uordblks;
    while (bench.last_id < n_queued + 64)
        submit(&bench);
    printf("%-13s %7u queued: %4zu bytes a job", backfill_name(backfill),
           n_queued, (mallinfo2().uordblks - before) / bench.last_id);
    bench.n_starts = 0;
    start = seconds();
    for (int i = 0; i < n_rounds; i++) {
        bench.now += USEC_PER_SEC;
        end_one(&bench);
        submit(&bench);
    }
    printf(", %8.2f us a pass, %5.2f starts a pass\n",
           (seconds() - start) * 1e6 / (3.0 * n_rounds),
           (double)bench.n_starts / (3.0 * n_rounds));
    free(bench.running);
    actions_release(&bench.actions);
    sched_destroy(bench.sched);
}

int main(void)
{
    setvbuf(stdout, 0, _IONBF, 0);
    for (uint32_t n = 1000; n <= 100000; n *= 10)
        run(n, BACKFILL_EASY, N_ROUNDS);
    setvbuf(stdout, 0, _IONBF, 0);
    for (uint32_t n = 1000; n <= 100000; n *= 10)
        run(n, BACKFILL_CONSERVATIVE, n == 100000 ? 20 : 200);
    return 0;
}
