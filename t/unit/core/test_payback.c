/* SPDX-License-Identifier: BSD-2-Clause */
/* When growing pays, and up to which size. */
#include "core/payback.h"
#include "support.h"

/* A job of HAS nodes with LEFT seconds to go, of which a resize takes COST. */
static struct job a_job(uint32_t has, int64_t left, int64_t cost)
{
    struct job job = {.planned_end = at(left), .resize_cost = sec(cost)};

    job_request_init(&job.request);
    idset_add_range(&job.nodes, 0, has - 1);
    return job;
}

static void expect_size_by(const struct payback *rule, struct job job,
                           uint32_t most, uint32_t expected)
{
    assert_int_equal(payback_size(&job, at(0), most, rule), expected);
    idset_release(&job.nodes);
}

static void expect_size(struct job job, uint32_t most, uint32_t expected)
{
    expect_size_by(&(struct payback){.costs = 1}, job, most, expected);
}

static void what_costs_nothing_always_pays(void **state)
{
    struct job job = a_job(1, 5, 0);

    (void)state;
    expect_size(job, 7, 7);
    expect_size(a_job(3, 5, 0), 3, 0);
    expect_size(a_job(3, 0, 0), 7, 0);
    job = a_job(3, 5, 0);
    job.planned_end = TIME_NEVER;
    expect_size(job, 4, 4);
}

/* With a tenth of it serial, four nodes take 0.325 of the time of one. */
static void it_pays_when_more_is_saved_than_it_costs(void **state)
{
    (void)state;
    expect_size(a_job(1, 100, 67), 4, 4);
    expect_size(a_job(1, 100, 68), 4, 0);
    expect_size(a_job(1, 100, 44), 2, 2);
    expect_size(a_job(1, 100, 46), 2, 0);
    expect_size(a_job(1, 100, 100), 99, 0);
    expect_size(a_job(1, 100, 1000), 99, 0);
}

static void a_serial_program_never_grows(void **state)
{
    struct job job = a_job(1, 1000, 0);

    (void)state;
    job.request.serial_fraction = 1;
    expect_size(job, 8, 0);
}

static struct job with_table(struct job job, struct job_runtime *table,
                             uint32_t n)
{
    job.request.runtimes = table;
    job.request.n_runtimes = n;
    return job;
}

static void the_fastest_size_is_the_last(void **state)
{
    struct job_runtime table[] = {
        {1, 900}, {2, 500}, {4, 300}, {6, 400}, {8, 300}};

    (void)state;
    expect_size(with_table(a_job(1, 1000, 0), table, 5), 99, 4);
    expect_size(with_table(a_job(1, 1000, 0), table, 5), 3, 3);
    expect_size(with_table(a_job(4, 1000, 0), table, 5), 99, 0);
    expect_size(with_table(a_job(5, 1000, 0), table, 5), 99, 0);
}

/* At three nodes it takes 400, at five 250; 300 pay at the most. */
static void the_largest_size_that_pays(void **state)
{
    struct job_runtime table[] = {
        {1, 600}, {2, 300}, {12, 500}, {14, 100}, {15, 100}};

    (void)state;
    /* below 360: two, and on the way up as far as four */
    expect_size(with_table(a_job(1, 100, 40), table, 5), 12, 4);
    expect_size(with_table(a_job(1, 100, 40), table, 5), 3, 3);
    expect_size(with_table(a_job(1, 100, 51), table, 5), 12, 0);
    expect_size(with_table(a_job(1, 100, 40), table, 5), 13, 13);
    expect_size(with_table(a_job(1, 100, 51), table, 5), 13, 0);
    expect_size(with_table(a_job(1, 100, 51), table, 5), 99, 14);
}

/* Looked up one by one it is the same, whatever the table. */
static void as_a_naive_search_finds_it(void **state)
{
    uint64_t random = 7;
    int n_paying = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct job_runtime table[6];
        uint32_t n = 0, nodes = 0, most = 1 + random_below(&random, 40);
        uint32_t naive = 0, fastest = UINT32_MAX;
        struct job job = a_job(1 + random_below(&random, 20), 100,
                               random_below(&random, 90));
        double best = 1e9, limit;

        for (; n < 1 + random_below(&random, 6); n++) {
            nodes += 1 + random_below(&random, 9);
            table[n] =
                (struct job_runtime){nodes, 1 + random_below(&random, 50)};
            if ((double)table[n].runtime < best) {
                best = (double)table[n].runtime;
                fastest = nodes;
            }
        }
        job = with_table(job, table, n);
        limit = job_relative_time(&job.request, idset_count(&job.nodes)) *
                (1 - (double)job.resize_cost / (double)sec(100));
        for (uint32_t i = idset_count(&job.nodes) + 1; i <= most; i++) {
            if (i <= fastest && job_relative_time(&job.request, i) < limit)
                naive = i;
        }
        n_paying += naive > 0;
        expect_size(job, most, naive);
    }
    assert_true(n_paying > 200);
}

static void more_may_be_asked_for_than_the_cost(void **state)
{
    struct payback half = {.part = 0.5}, thrice = {.costs = 3, .part = 0.1};

    (void)state;
    /* serial: a tenth; three nodes take 0.4 of one, seven 0.229 */
    expect_size_by(&half, a_job(3, 100, 0), 7, 0);
    expect_size_by(&half, a_job(2, 100, 0), 7, 7);
    /* 43 s are saved; 10 s, and thrice the cost */
    expect_size_by(&thrice, a_job(3, 100, 10), 7, 7);
    expect_size_by(&thrice, a_job(3, 100, 11), 7, 0);
    expect_size_by(&thrice, a_job(3, 100, 0), 4, 4);
}

static void the_cost_is_learned_slowly(void **state)
{
    (void)state;
    assert_true(payback_learn(0, sec(8)) == sec(8));
    assert_true(payback_learn(sec(8), sec(16)) == sec(10));
    assert_true(payback_learn(sec(8), 0) == sec(6));
    assert_true(payback_learn(0, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_costs_nothing_always_pays),
        cmocka_unit_test(it_pays_when_more_is_saved_than_it_costs),
        cmocka_unit_test(a_serial_program_never_grows),
        cmocka_unit_test(the_fastest_size_is_the_last),
        cmocka_unit_test(the_largest_size_that_pays),
        cmocka_unit_test(as_a_naive_search_finds_it),
        cmocka_unit_test(more_may_be_asked_for_than_the_cost),
        cmocka_unit_test(the_cost_is_learned_slowly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
