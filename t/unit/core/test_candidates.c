/* SPDX-License-Identifier: BSD-2-Clause */
/* Dealing nodes: in order, round, each where it brings most, up to the bounds.
 */
#include "core/candidates.h"
#include "support.h"

#define N 3

/* Jobs of one node; the first has least left to do. */
static void make(struct job *jobs, struct candidates *list)
{
    for (uint32_t i = 0; i < N; i++) {
        jobs[i] = (struct job){.planned_end = at(100 * (i + 1)), .arrival = i};
        job_request_init(&jobs[i].request);
        jobs[i].request.id = i + 1;
        idset_add(&jobs[i].nodes, i);
        candidates_add(list, &jobs[i], i, 4);
    }
    candidates_add(list, &jobs[0], 0, 0);
}

static void release(struct job *jobs, struct candidates *list)
{
    candidates_release(list);
    for (uint32_t i = 0; i < N; i++)
        idset_release(&jobs[i].nodes);
}

/* What they are dealt by name, in the order of their ids. */
static void expect(const char *name, uint64_t n, uint64_t left, uint32_t a,
                   uint32_t b, uint32_t c)
{
    struct candidates list = {.items = NULL};
    uint32_t dealt[N] = {0};
    struct job jobs[N];

    make(jobs, &list);
    assert_int_equal(list.n, N);
    assert_int_equal(list.first, 3);
    assert_int_equal(list.room, 12);
    for (int again = 0; again < 2; again++)
        assert_int_equal(
            candidates_deal(&list, strategy_expand(name), at(0), n), left);
    for (size_t i = 0; i < list.n; i++)
        dealt[list.items[i].job->request.id - 1] = list.items[i].n;
    assert_int_equal(dealt[0], a);
    assert_int_equal(dealt[1], b);
    assert_int_equal(dealt[2], c);
    release(jobs, &list);
}

static void all_get_their_first_nodes_before_one_gets_more(void **state)
{
    (void)state;
    expect("fcfs", 2, 0, 0, 1, 1);
    expect("fcfs", 5, 0, 2, 1, 2);
    expect("fcfs", 20, 8, 4, 4, 4);
    expect("most_remaining", 5, 0, 0, 1, 4);
    expect("equal", 6, 0, 1, 2, 3);
    expect("speedup", 3, 0, 0, 1, 2);
    expect("speedup", 20, 8, 4, 4, 4);
    expect("fcfs", 0, 0, 0, 0, 0);
}

static double brought(const uint32_t *n, const struct job *jobs)
{
    double sum = 0;

    for (int i = 0; i < N; i++)
        sum += job_speedup(&jobs[i].request, 1 + n[i]) /
               (double)(jobs[i].planned_end - at(0));
    return sum;
}

/* The most that N nodes bring, all divisions tried. */
static double most_brought(uint32_t n, const struct job *jobs)
{
    double best = 0;
    uint32_t i[N];

    for (i[0] = 0; i[0] <= 4; i[0]++) {
        for (i[1] = 0; i[1] <= 4; i[1]++) {
            i[2] = n - i[0] - i[1];
            if (i[0] + i[1] <= n && i[2] <= 4 && brought(i, jobs) > best)
                best = brought(i, jobs);
        }
    }
    return best;
}

static void dealt_by_speedup_they_bring_most(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= 12; n++) {
        struct candidates list = {.items = NULL};
        uint32_t dealt[N] = {0};
        struct job jobs[N];

        make(jobs, &list);
        for (size_t i = 0; i < N; i++)
            list.items[i].first = list.first = 0;
        candidates_deal(&list, strategy_expand("speedup"), at(0), n);
        for (size_t i = 0; i < N; i++)
            dealt[list.items[i].job->request.id - 1] = list.items[i].n;
        assert_int_equal(dealt[0] + dealt[1] + dealt[2], n);
        assert_true(brought(dealt, jobs) >= 0.999999 * most_brought(n, jobs));
        release(jobs, &list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_get_their_first_nodes_before_one_gets_more),
        cmocka_unit_test(dealt_by_speedup_they_bring_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
