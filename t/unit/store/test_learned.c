/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/history.h"
#include "store/learned.h"
#include "store/resizes.h"

static void add_job(struct world *world, int64_t id, const char *name)
{
    const struct new_job job = {.id = id, .name = name, .spec = "{}"};

    assert_int_equal(store_add_job(world->store, &job, &world->err), 0);
}

/* A directive of JOB that took TOOK seconds. */
static void resize(struct world *world, int64_t seq, int64_t job,
                   const char *op, int64_t took)
{
    const struct directive_row row = {.seq = seq,
                                      .job = job,
                                      .attempt = 1,
                                      .op = op,
                                      .asker = "user",
                                      .state = "done",
                                      .offered = 100 * USEC_PER_SEC,
                                      .closed = (100 + took) * USEC_PER_SEC,
                                      .n = 1,
                                      .nodes = "n1"};

    assert_int_equal(store_directive(world->store, &row, NULL), 0);
}

static void learn(struct world *world, int64_t seq, int64_t job, const char *op,
                  int64_t took)
{
    resize(world, seq, job, op, took);
    assert_int_equal(store_learn_resize(world->store, seq,
                                        (100 + took) * USEC_PER_SEC, NULL),
                     0);
}

static void begin(struct world *world, int64_t job, uint32_t attempt,
                  int64_t start, uint32_t n, const char *why)
{
    assert_int_equal(store_phase(world->store, job, attempt,
                                 start * USEC_PER_SEC, "n", n, why, NULL),
                     0);
}

static void progress(struct world *world, int64_t job, int64_t when,
                     uint32_t percent)
{
    assert_int_equal(store_progress(world->store, job, percent * 10000,
                                    when * USEC_PER_SEC, NULL),
                     0);
}

/* "heat expand 2 5.0s;heat 4 nodes 1 0.25 in 10.0s;" */
static int write_row(void *arg, const struct learned_row *row)
{
    char *text = arg;
    size_t n = strlen(text);

    if (row->op != NULL)
        snprintf(text + n, 400 - n, "%s %s %lld %.1fs;", row->name, row->op,
                 (long long)row->n, row->seconds);
    else
        snprintf(text + n, 400 - n, "%s %u nodes %lld %.2f in %.1fs;",
                 row->name, row->n_nodes, (long long)row->n, row->progress,
                 row->seconds);
    return 0;
}

static void assert_learned(struct world *world, const char *name,
                           const char *expected)
{
    char text[400] = "";

    assert_int_equal(
        store_each_learned(world->store, name, write_row, text, NULL), 0);
    assert_string_equal(text, expected);
}

static dur_us cost(struct world *world, const char *name)
{
    return store_learned_cost(world->store, name, NULL);
}

static void test_nothing_is_known_at_first(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    assert_int_equal(cost(world, "heat"), 0);
    assert_learned(world, NULL, "");
}

static void test_resizes_add_up_by_name(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    add_job(world, 2, "heat");
    add_job(world, 3, "mandel");
    add_job(world, 4, NULL);
    learn(world, 1, 1, "expand", 2);
    learn(world, 2, 2, "expand", 4);
    learn(world, 3, 1, "shrink", 9);
    learn(world, 4, 3, "shrink", 5);
    learn(world, 5, 4, "expand", 7);
    assert_learned(world, NULL,
                   "heat expand 2 6.0s;heat shrink 1 9.0s;"
                   "mandel shrink 1 5.0s;");
    assert_learned(world, "mandel", "mandel shrink 1 5.0s;");
    assert_learned(world, "none", "");
}

static void test_a_growth_tells_more_of_the_cost_than_a_shrink(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    learn(world, 1, 1, "shrink", 9);
    assert_int_equal(cost(world, "heat"), 9 * USEC_PER_SEC);
    learn(world, 2, 1, "expand", 2);
    learn(world, 3, 1, "expand", 4);
    assert_int_equal(cost(world, "heat"), 3 * USEC_PER_SEC);
}

static void test_a_restart_lasts_until_the_job_runs_again(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    begin(world, 1, 1, 90, 2, "start");
    resize(world, 1, 1, "expand", 5);
    begin(world, 1, 2, 105, 4, "restart");
    assert_int_equal(
        store_learn_restart(world->store, 1, 2, 108 * USEC_PER_SEC, NULL), 0);
    assert_learned(world, NULL, "heat restart 1 8.0s;");
    assert_int_equal(cost(world, "heat"), 8 * USEC_PER_SEC);
}

/* Back from the queue, or in place without a directive: nobody was resized. */
static void test_other_starts_are_no_restarts(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    begin(world, 1, 1, 90, 2, "start");
    resize(world, 1, 1, "expand", 5);
    begin(world, 1, 2, 105, 4, "start");
    store_learn_restart(world->store, 1, 2, 108 * USEC_PER_SEC, NULL);
    begin(world, 1, 3, 120, 4, "restart");
    store_learn_restart(world->store, 1, 3, 121 * USEC_PER_SEC, NULL);
    assert_learned(world, NULL, "");
}

static void test_progress_by_size(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    begin(world, 1, 1, 0, 2, "start");
    progress(world, 1, 10, 5);
    progress(world, 1, 20, 10);
    progress(world, 1, 30, 15);
    begin(world, 1, 1, 40, 4, "grow");
    progress(world, 1, 50, 25);
    progress(world, 1, 60, 45);
    assert_learned(world, "heat",
                   "heat 2 nodes 1 0.10 in 20.0s;"
                   "heat 4 nodes 1 0.20 in 10.0s;");
}

static void test_going_back_is_measured_anew(void **state)
{
    struct world *world = *state;

    add_job(world, 1, "heat");
    begin(world, 1, 1, 0, 2, "start");
    progress(world, 1, 10, 50);
    progress(world, 1, 20, 60);
    progress(world, 1, 30, 20); /* to its checkpoint */
    progress(world, 1, 50, 40);
    assert_learned(world, NULL, "heat 2 nodes 1 0.20 in 20.0s;");
}

static void end(struct world *world, int64_t job, int64_t started,
                int64_t ended, const char *state)
{
    const struct job_end row = {
        .id = job, .attempt = 1, .time = ended * USEC_PER_SEC, .state = state};

    assert_int_equal(
        store_job_started(world->store, job, 1, started * USEC_PER_SEC, NULL),
        0);
    assert_int_equal(store_job_ended(world->store, &row, NULL), 0);
}

static void test_the_last_two_foretell_the_next(void **state)
{
    struct world *world = *state;

    for (int64_t id = 1; id <= 6; id++)
        add_job(world, id, id == 5 ? "other" : "heat");
    assert_int_equal(store_learned_run(world->store, "heat", NULL), 0);
    end(world, 1, 100, 190, "completed");
    assert_int_equal(store_learned_run(world->store, "heat", NULL),
                     90 * USEC_PER_SEC);
    end(world, 2, 100, 110, "completed");
    end(world, 3, 100, 140, "completed");
    end(world, 4, 100, 101, "failed");
    end(world, 5, 100, 500, "completed");
    assert_int_equal(store_learned_run(world->store, "heat", NULL),
                     25 * USEC_PER_SEC);
    assert_int_equal(store_learned_run(world->store, "cold", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_nothing_is_known_at_first),
        STORE_TEST(test_resizes_add_up_by_name),
        STORE_TEST(test_a_growth_tells_more_of_the_cost_than_a_shrink),
        STORE_TEST(test_a_restart_lasts_until_the_job_runs_again),
        STORE_TEST(test_other_starts_are_no_restarts),
        STORE_TEST(test_progress_by_size),
        STORE_TEST(test_going_back_is_measured_anew),
        STORE_TEST(test_the_last_two_foretell_the_next),
    };
    return RUN(tests);
}
