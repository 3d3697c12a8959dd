/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backfilling against a second program that was written from the words of
 * doc/backfill.md alone, with plain arrays and loops: on random loads of rigid
 * jobs in whole seconds every job starts at the same time in both.
 */
#include "sim.h"
#include "support.h"

#define N_JOBS 250

/* ---- the naive program ---- */

struct naive {
    const struct sim_job *jobs;
    int64_t *start; /* -1: not yet */
    size_t n, n_here;
    int64_t now;
    uint32_t n_free;
};

static bool is_waiting(const struct naive *naive, size_t i)
{
    return i < naive->n_here && naive->start[i] < 0;
}

static bool is_running(const struct naive *naive, size_t i)
{
    return naive->start[i] >= 0 &&
           naive->start[i] + naive->jobs[i].runtime > naive->now;
}

static void start(struct naive *naive, size_t i)
{
    naive->start[i] = naive->now;
    naive->n_free -= naive->jobs[i].min_nodes;
}

static size_t first_waiting(const struct naive *naive)
{
    size_t i = 0;

    while (i < naive->n_here && !is_waiting(naive, i))
        i++;
    return i;
}

/* Free nodes at WHEN if everybody takes the time that was asked for. */
static uint32_t free_at(const struct naive *naive, int64_t when)
{
    uint32_t n = naive->n_free;

    for (size_t i = 0; i < naive->n_here; i++) {
        if (is_running(naive, i) &&
            naive->start[i] + naive->jobs[i].walltime <= when)
            n += naive->jobs[i].min_nodes;
    }
    return n;
}

/* The shadow time: the earliest planned end by which HEAD fits. */
static int64_t shadow_of(const struct naive *naive, size_t head)
{
    int64_t shadow = INT64_MAX;

    for (size_t i = 0; i < naive->n_here; i++) {
        int64_t end = naive->start[i] + naive->jobs[i].walltime;

        if (is_running(naive, i) && end < shadow &&
            free_at(naive, end) >= naive->jobs[head].min_nodes)
            shadow = end;
    }
    return shadow;
}

/* Those behind HEAD, in the order in which they are tried. */
static size_t sort_candidates(const struct naive *naive, size_t head,
                              bool is_shortest_first, size_t *out)
{
    size_t n = 0;

    for (size_t i = head + 1; i < naive->n_here; i++) {
        size_t at = n;

        if (!is_waiting(naive, i))
            continue;
        while (is_shortest_first && at > 0 &&
               naive->jobs[out[at - 1]].walltime > naive->jobs[i].walltime)
            at--;
        memmove(&out[at + 1], &out[at], (n - at) * sizeof *out);
        out[at] = i;
        n++;
    }
    return n;
}

static void pass_easy(struct naive *naive, bool is_backfilling,
                      bool is_shortest_first)
{
    size_t head, candidates[N_JOBS], n;
    int64_t shadow;
    uint32_t extra;

    while ((head = first_waiting(naive)) < naive->n_here &&
           naive->jobs[head].min_nodes <= naive->n_free)
        start(naive, head);
    if (head == naive->n_here || !is_backfilling)
        return;
    shadow = shadow_of(naive, head);
    extra = free_at(naive, shadow) - naive->jobs[head].min_nodes;
    n = sort_candidates(naive, head, is_shortest_first, candidates);
    for (size_t i = 0; i < n; i++) {
        const struct sim_job *job = &naive->jobs[candidates[i]];
        bool is_short = naive->now + job->walltime <= shadow;

        if (job->min_nodes > naive->n_free ||
            !(is_short || job->min_nodes <= extra))
            continue;
        start(naive, candidates[i]);
        if (!is_short)
            extra -= job->min_nodes;
    }
}

/* Conservative: who is planned for now starts. Instants at which the plan may
 * change are now and all planned ends, of running and of planned jobs. */
struct planned {
    int64_t from, to;
    uint32_t n;
};

static uint32_t planned_free(const struct planned *planned, size_t n,
                             uint32_t n_nodes, int64_t when)
{
    for (size_t i = 0; i < n; i++) {
        if (planned[i].from <= when && when < planned[i].to)
            n_nodes -= planned[i].n;
    }
    return n_nodes;
}

static bool fits(const struct planned *planned, size_t n, uint32_t n_nodes,
                 int64_t from, const struct sim_job *job)
{
    if (planned_free(planned, n, n_nodes, from) < job->min_nodes)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (planned[i].from > from && planned[i].from < from + job->walltime &&
            planned_free(planned, n, n_nodes, planned[i].from) < job->min_nodes)
            return false;
    }
    return true;
}

static void pass_conservative(struct naive *naive, uint32_t n_nodes,
                              uint32_t depth)
{
    struct planned planned[N_JOBS];
    uint32_t n_promised = 0;
    size_t n = 0;

    for (size_t i = 0; i < naive->n_here; i++) {
        if (is_running(naive, i))
            planned[n++] = (struct planned){
                naive->start[i], naive->start[i] + naive->jobs[i].walltime,
                naive->jobs[i].min_nodes};
    }
    for (size_t i = 0; i < naive->n_here; i++) {
        const struct sim_job *job = &naive->jobs[i];
        int64_t when = INT64_MAX;

        if (!is_waiting(naive, i))
            continue;
        if (fits(planned, n, n_nodes, naive->now, job))
            when = naive->now;
        for (size_t j = 0; j < n; j++) {
            if (planned[j].to > naive->now && planned[j].to < when &&
                fits(planned, n, n_nodes, planned[j].to, job))
                when = planned[j].to;
        }
        if (when != naive->now && depth > 0 && n_promised++ >= depth)
            continue;
        planned[n++] =
            (struct planned){when, when + job->walltime, job->min_nodes};
        if (when == naive->now)
            start(naive, i);
    }
}

/* The next end or submission after now. */
static int64_t next_instant(const struct naive *naive)
{
    int64_t next = naive->n_here < naive->n ? naive->jobs[naive->n_here].submit
                                            : INT64_MAX;

    for (size_t i = 0; i < naive->n_here; i++) {
        int64_t end = naive->start[i] + naive->jobs[i].runtime;

        if (is_running(naive, i) && end < next)
            next = end;
    }
    return next;
}

static void run_naive(const struct sched_config *config, uint32_t n_nodes,
                      const struct sim_job *jobs, size_t n, int64_t *starts)
{
    struct naive naive = {.jobs = jobs, .start = starts, .n = n, .now = -1};

    for (size_t i = 0; i < n; i++)
        starts[i] = -1;
    while ((naive.now = next_instant(&naive)) < INT64_MAX) {
        naive.n_free = n_nodes;
        while (naive.n_here < n && jobs[naive.n_here].submit == naive.now)
            naive.n_here++;
        for (size_t i = 0; i < naive.n_here; i++) {
            if (is_running(&naive, i))
                naive.n_free -= jobs[i].min_nodes;
        }
        if (config->backfill == BACKFILL_CONSERVATIVE)
            pass_conservative(&naive, n_nodes, config->backfill_depth);
        else
            pass_easy(&naive, config->backfill == BACKFILL_EASY,
                      config->backfill_order == BACKFILL_SHORTEST);
    }
}

/* ---- side by side ---- */

static void run_both(enum backfill backfill, enum backfill_order order,
                     uint32_t depth, uint64_t n_seeds)
{
    struct sched_config config;
    int n_backfilled = 0;

    sched_config_init(&config);
    config.mode = MODE_RIGID;
    config.backfill = backfill;
    config.backfill_order = order;
    config.backfill_depth = depth;
    for (uint64_t seed = 100; seed < 100 + n_seeds; seed++) {
        uint64_t random = seed;
        uint32_t n_nodes = 1 + random_below(&random, 40);
        struct sim_job jobs[N_JOBS];
        int64_t expected[N_JOBS];
        struct sim sim = {.random = 0};

        sim_make_jobs(&random, n_nodes, false, jobs, N_JOBS);
        sim_run(&sim, &config, n_nodes, jobs, N_JOBS);
        run_naive(&config, n_nodes, jobs, N_JOBS, expected);
        for (size_t i = 0; i < N_JOBS; i++) {
            if (jobs[i].start != expected[i])
                fail_msg("seed %d job %zu: %d, naive %d", (int)seed, i + 1,
                         (int)jobs[i].start, (int)expected[i]);
        }
        n_backfilled += sim.n_backfilled;
    }
    assert_int_equal(n_backfilled > 0, backfill != BACKFILL_NONE);
}

static void none_is_the_same(void **state)
{
    (void)state;
    run_both(BACKFILL_NONE, BACKFILL_IN_ORDER, 0, 20);
}

static void easy_is_the_same(void **state)
{
    (void)state;
    run_both(BACKFILL_EASY, BACKFILL_IN_ORDER, 0, 60);
}

static void easy_with_the_shortest_first_is_the_same(void **state)
{
    (void)state;
    run_both(BACKFILL_EASY, BACKFILL_SHORTEST, 0, 60);
}

static void conservative_is_the_same(void **state)
{
    (void)state;
    run_both(BACKFILL_CONSERVATIVE, BACKFILL_IN_ORDER, 0, 40);
}

static void conservative_with_few_promises_is_the_same(void **state)
{
    (void)state;
    run_both(BACKFILL_CONSERVATIVE, BACKFILL_IN_ORDER, 1, 20);
    run_both(BACKFILL_CONSERVATIVE, BACKFILL_IN_ORDER, 4, 20);
}

/* Moldable jobs take what a hole has, and no more. */
static void a_backfilled_job_takes_its_best_size_that_fits(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 10",
              "[0] submit 1 nodes=4 wall=100", "submit 2 nodes=8 wall=100");

    (void)state;
    /* six are free, two of them beyond the head's start */
    tell(story, "submit 3 moldable min=1 max=9 wall=200", "start 3 on 4-5\n");
    tell(story, "submit 4 moldable min=1 max=9 wall=90", "start 4 on 6-9\n");
    story_destroy(story);
}

static void conservative_sizes_fit_until_their_end(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1 backfill=conservative", "nodes 10",
              "[0] submit 1 nodes=4 wall=100", "submit 2 nodes=8 wall=100");

    (void)state;
    tell(story, "submit 3 moldable min=1 max=9 wall=250", "start 3 on 4-5\n");
    tell(story, "submit 4 moldable min=1 max=9 wall=100", "start 4 on 6-9\n");
    story_destroy(story);
}

/* However many wait: who delays none of them starts at once. */
static void conservative_plans_the_whole_queue(void **state)
{
    struct story *story = STORY("config mode=rigid backfill=conservative",
                                "nodes 10", "[0] submit 1 nodes=9 wall=100");
    char line[80];

    (void)state;
    for (int id = 2; id < 3000; id++) {
        snprintf(line, sizeof line, "submit %d nodes=10 wall=%d", id, 9 + id);
        tell(story, line, "");
    }
    tell(story, "submit 3000 nodes=1 wall=101", "");
    tell(story, "submit 3001 nodes=1 wall=100", "start 3001 on 9\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_the_same),
        cmocka_unit_test(easy_is_the_same),
        cmocka_unit_test(easy_with_the_shortest_first_is_the_same),
        cmocka_unit_test(conservative_is_the_same),
        cmocka_unit_test(conservative_with_few_promises_is_the_same),
        cmocka_unit_test(a_backfilled_job_takes_its_best_size_that_fits),
        cmocka_unit_test(conservative_sizes_fit_until_their_end),
        cmocka_unit_test(conservative_plans_the_whole_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
