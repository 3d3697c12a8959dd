/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "core/job.h"
#include "store/history_view.h"
#include "store/resizes.h"

#define HOUR (3600 * USEC_PER_SEC)

/* A job that ran from START to END on N nodes, submitted 10 s before. */
static void run_job(struct world *world, int64_t id, time_us start, time_us end,
                    uint32_t n, const char *state)
{
    char name[32];
    const struct new_job job = {.id = id,
                                .name = name,
                                .source = "submit",
                                .spec = "{}",
                                .submitted = start - 10 * USEC_PER_SEC};
    const struct job_end ended = {.id = id,
                                  .attempt = 1,
                                  .time = end,
                                  .state = state,
                                  .code = 3,
                                  .signal = 9,
                                  .ended_by = "walltime",
                                  .usage = {1, 2, 3}};

    snprintf(name, sizeof(name), "job%lld", (long long)id);
    assert_int_equal(store_add_job(world->store, &job, NULL), 0);
    store_job_started(world->store, id, 1, start, NULL);
    store_phase(world->store, id, 1, start, "n1", n, "start", NULL);
    assert_int_equal(store_job_ended(world->store, &ended, NULL), 0);
}

/* Writes the ids it sees as "3 2 1 "; stops at job 99. */
static int write_id(void *arg, const struct history_job *job)
{
    char *text = arg;
    size_t n = strlen(text);

    snprintf(text + n, 200 - n, "%lld ", (long long)job->id);
    return job->id == 99 ? 99 : 0;
}

static void assert_ids(struct world *world, struct history_filter filter,
                       const char *expected)
{
    char text[200] = "";

    assert_int_equal(store_each_ended_job(world->store, &filter, write_id, text,
                                          &world->err),
                     0);
    assert_string_equal(text, expected);
}

static void test_newest_end_comes_first(void **state)
{
    struct world *world = *state;

    assert_ids(world, (struct history_filter){0}, "");
    run_job(world, 1, HOUR, 5 * HOUR, 1, "completed");
    run_job(world, 2, HOUR, 2 * HOUR, 1, "failed");
    run_job(world, 3, HOUR, 3 * HOUR, 1, "completed");
    run_job(world, 4, HOUR, 3 * HOUR, 1, "completed");
    assert_ids(world, (struct history_filter){0}, "1 4 3 2 ");
}

static void test_filters_work_together(void **state)
{
    const int64_t ids[] = {9, 2, 4, 1000, 6};
    struct world *world = *state;

    for (int64_t id = 1; id <= 9; id++)
        run_job(world, id, HOUR, (id + 1) * HOUR, 1, "completed");
    assert_ids(world, (struct history_filter){.since = 8 * HOUR}, "9 8 7 ");
    assert_ids(world, (struct history_filter){.limit = 2}, "9 8 ");
    assert_ids(world, (struct history_filter){.ids = ids, .n_ids = 5},
               "9 6 4 2 ");
    assert_ids(world,
               (struct history_filter){
                   .ids = ids, .n_ids = 5, .since = 4 * HOUR, .limit = 2},
               "9 6 ");
    assert_ids(world, (struct history_filter){.ids = ids, .n_ids = 0}, "");
}

static void test_live_jobs_are_no_history(void **state)
{
    struct world *world = *state;
    const struct new_job job = {.id = 1, .spec = "{}"};

    assert_int_equal(store_add_job(world->store, &job, NULL), 0);
    assert_ids(world, (struct history_filter){0}, "");
}

static void test_iteration_can_be_stopped(void **state)
{
    const struct history_filter all = {0};
    struct world *world = *state;
    char text[200] = "";

    run_job(world, 1, HOUR, 2 * HOUR, 1, "completed");
    run_job(world, 99, HOUR, 3 * HOUR, 1, "completed");
    run_job(world, 3, HOUR, 4 * HOUR, 1, "completed");
    assert_int_equal(
        store_each_ended_job(world->store, &all, write_id, text, NULL), 99);
    assert_string_equal(text, "3 99 ");
}

static int check_row(void *arg, const struct history_job *job)
{
    (void)arg;
    assert_int_equal(job->id, 7);
    assert_string_equal(job->name, "job7");
    assert_null(job->label);
    assert_string_equal(job->source, "submit");
    assert_string_equal(job->spec, "{}");
    assert_string_equal(job->state, "timeout");
    assert_string_equal(job->ended_by, "walltime");
    assert_true(job->submitted == HOUR - 10 * USEC_PER_SEC);
    assert_true(job->first_started == HOUR);
    assert_true(job->started == HOUR);
    assert_true(job->ended == 3 * HOUR);
    assert_int_equal(job->attempt, 1);
    assert_int_equal(job->code, 3);
    assert_int_equal(job->signal, 9);
    assert_true(job->node_us == 4 * 2 * HOUR);
    assert_int_equal(job->usage.user_us, 1);
    assert_int_equal(job->usage.system_us, 2);
    assert_int_equal(job->usage.max_rss_kib, 3);
    return 5;
}

static void test_a_row_has_it_all(void **state)
{
    const struct history_filter all = {0};
    struct world *world = *state;

    run_job(world, 7, HOUR, 3 * HOUR, 4, "timeout");
    assert_int_equal(store_view_job(world->store, 7, check_row, NULL, NULL), 5);
    assert_int_equal(
        store_each_ended_job(world->store, &all, check_row, NULL, NULL), 5);
}

static int check_live(void *arg, const struct history_job *job)
{
    (void)arg;
    assert_int_equal(job->id, 1);
    assert_string_equal(job->name, "live");
    assert_null(job->state);
    assert_true(job->ended == 0);
    assert_true(job->attempt == 0);
    return 0;
}

static void test_live_job_can_be_viewed(void **state)
{
    struct world *world = *state;
    const struct new_job job = {.id = 1, .name = "live", .spec = "{}"};

    assert_int_equal(store_add_job(world->store, &job, NULL), 0);
    assert_int_equal(store_view_job(world->store, 1, check_live, NULL, NULL),
                     0);
    assert_int_equal(
        store_view_job(world->store, 2, check_live, NULL, &world->err), -1);
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
}

static int look_inside(void *arg, const struct history_job *job)
{
    struct world *world = arg;
    char *name = store_job_name(world->store, job->id, NULL);

    assert_string_equal(name, job->name);
    free(name);
    return 0;
}

static void test_callback_may_look_at_other_things(void **state)
{
    const struct history_filter all = {0};
    struct world *world = *state;

    for (int64_t id = 1; id <= 5; id++)
        run_job(world, id, HOUR, (id + 1) * HOUR, 1, "completed");
    assert_int_equal(
        store_each_ended_job(world->store, &all, look_inside, world, NULL), 0);
}

/* ---- summary ---- */

static void test_summary_of_nothing(void **state)
{
    struct world *world = *state;
    struct history_summary sum;

    assert_int_equal(store_summary(world->store, 0, INT64_MAX, &sum, NULL), 0);
    assert_int_equal(sum.jobs, 0);
    assert_true(sum.node_seconds == 0);
    assert_true(sum.last_end == 0);
    assert_true(sum.wait_seconds == 0);
}

static void add_directive(struct world *world, int64_t seq, const char *op,
                          const char *state, time_us closed)
{
    const struct directive_row row = {.seq = seq,
                                      .job = 1,
                                      .op = op,
                                      .asker = "user",
                                      .state = state,
                                      .offered = closed ? closed - 1 : 1,
                                      .closed = closed,
                                      .n = 1,
                                      .nodes = "n1"};

    assert_int_equal(store_directive(world->store, &row, NULL), 0);
}

static void test_summary_adds_up(void **state)
{
    struct world *world = *state;
    struct job_end end = {
        .id = 5, .attempt = 1, .time = 3 * HOUR, .state = "cancelled"};
    const struct new_job idle = {.id = 5, .spec = "{}", .submitted = 2 * HOUR};
    struct history_summary sum;

    run_job(world, 1, 1 * HOUR, 2 * HOUR, 2, "completed");
    run_job(world, 2, 1 * HOUR, 3 * HOUR, 1, "completed");
    run_job(world, 3, 2 * HOUR, 4 * HOUR, 3, "timeout");
    assert_int_equal(store_add_job(world->store, &idle, NULL), 0);
    assert_int_equal(store_job_ended(world->store, &end, NULL), 0);
    add_directive(world, 1, "expand", "done", 2 * HOUR);
    add_directive(world, 2, "expand", "refused", 2 * HOUR);
    add_directive(world, 3, "shrink", "forced", 2 * HOUR);
    add_directive(world, 4, "shrink", "done", 3 * HOUR);
    add_directive(world, 5, "shrink", "offered", 0);
    assert_int_equal(store_summary(world->store, 0, INT64_MAX, &sum, NULL), 0);
    assert_int_equal(sum.jobs, 4);
    assert_int_equal(sum.completed, 2);
    assert_int_equal(sum.cancelled, 1);
    assert_int_equal(sum.failed, 1);
    assert_true(sum.node_seconds == 3600.0 * (2 + 2 + 6));
    assert_true(sum.first_submitted == HOUR - 10 * USEC_PER_SEC);
    assert_true(sum.first_start == HOUR);
    assert_true(sum.last_end == 4 * HOUR);
    assert_int_equal(sum.n_started, 3);
    assert_true(sum.wait_seconds == 30.0);
    assert_int_equal(sum.expands, 1);
    assert_int_equal(sum.shrinks, 2);
    assert_int_equal(sum.resizes.done, 2);
    assert_int_equal(sum.resizes.forced, 1);
    assert_int_equal(sum.resizes.refused, 1);
    assert_int_equal(sum.resizes.failed, 0);
    assert_int_equal(sum.resizes.expired, 0);
    assert_true(sum.resizes.seconds == 2e-6); /* each took 1 us */
}

/* The SQL has some words in it that others must go on using. */
static void test_summary_knows_the_words_of_the_core(void **state)
{
    struct world *world = *state;
    struct history_summary sum;

    for (int i = JOB_COMPLETED; i < JOB_N_STATES; i++)
        run_job(world, i, HOUR, 2 * HOUR, 1, job_state_name(i));
    add_directive(world, 1, directive_op_name(DIRECTIVE_GROW),
                  directive_state_name(DIRECTIVE_DONE), HOUR);
    for (int i = DIRECTIVE_DONE; i <= DIRECTIVE_FORCED; i++)
        add_directive(world, 10 + i, directive_op_name(DIRECTIVE_SHRINK),
                      directive_state_name(i), HOUR);
    assert_int_equal(store_summary(world->store, 0, INT64_MAX, &sum, NULL), 0);
    assert_int_equal(sum.completed, 1);
    assert_int_equal(sum.cancelled, 1);
    assert_int_equal(sum.failed, 4);
    assert_int_equal(sum.expands, 1);
    assert_int_equal(sum.shrinks, 2); /* done and forced */
    assert_int_equal(sum.resizes.done, 2);
    assert_int_equal(sum.resizes.forced, 1);
    assert_int_equal(sum.resizes.refused, 1);
    assert_int_equal(sum.resizes.failed, 1);
    assert_int_equal(sum.resizes.expired, 1);
}

static void test_summary_of_a_span_has_its_start_not_its_end(void **state)
{
    struct world *world = *state;
    struct history_summary sum;

    for (int64_t id = 1; id <= 5; id++)
        run_job(world, id, HOUR, (id + 1) * HOUR, 1, "completed");
    assert_int_equal(
        store_summary(world->store, 3 * HOUR, 5 * HOUR, &sum, NULL), 0);
    assert_int_equal(sum.jobs, 2);
    assert_true(sum.last_end == 4 * HOUR);
}

static void test_large_sums_do_not_overflow(void **state)
{
    struct world *world = *state;
    struct history_summary sum;

    /* 10,000 nodes for 3 years, many times */
    for (int64_t id = 1; id <= 20; id++)
        run_job(world, id, HOUR, 26281 * HOUR, 10000, "completed");
    assert_int_equal(store_summary(world->store, 0, INT64_MAX, &sum, NULL), 0);
    assert_true(sum.node_seconds == 20 * 10000.0 * 26280 * 3600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_newest_end_comes_first),
        STORE_TEST(test_filters_work_together),
        STORE_TEST(test_live_jobs_are_no_history),
        STORE_TEST(test_iteration_can_be_stopped),
        STORE_TEST(test_a_row_has_it_all),
        STORE_TEST(test_live_job_can_be_viewed),
        STORE_TEST(test_callback_may_look_at_other_things),
        STORE_TEST(test_summary_of_nothing),
        STORE_TEST(test_summary_adds_up),
        STORE_TEST(test_summary_knows_the_words_of_the_core),
        STORE_TEST(test_summary_of_a_span_has_its_start_not_its_end),
        STORE_TEST(test_large_sums_do_not_overflow),
    };
    return RUN(tests);
}
