/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/history_view.h"

static void add_job(struct world *world, int64_t id, const char *identity)
{
    const struct new_job job = {.id = id,
                                .identity = identity,
                                .name = "case",
                                .label = "A",
                                .source = "jobs.json",
                                .spec = "{\"command\":\"true\"}",
                                .submitted = 100};

    if (store_add_job(world->store, &job, &world->err) < 0)
        fail_msg("%s", world->err.text);
}

static int end_job(struct world *world, int64_t id, uint32_t attempt,
                   time_us time, const char *state)
{
    const struct job_end end = {.id = id,
                                .attempt = attempt,
                                .time = time,
                                .state = state,
                                .usage = {11, 22, 33}};

    return store_job_ended(world->store, &end, &world->err);
}

/* Phases as text: "attempt.phase start-end nodes why;..." */
static int write_phase(void *arg, const struct history_phase *phase)
{
    char *text = arg;
    size_t n = strlen(text);

    snprintf(text + n, 400 - n, "%u.%u %lld-%lld %u:%s %s;", phase->attempt,
             phase->phase, (long long)phase->start, (long long)phase->end,
             phase->n_nodes, phase->nodes, phase->why);
    return 0;
}

static void assert_phases(struct world *world, int64_t id, const char *expected)
{
    char text[400] = "";

    assert_int_equal(
        store_each_phase(world->store, id, write_phase, text, NULL), 0);
    assert_string_equal(text, expected);
}

static int copy_job(void *arg, const struct history_job *job)
{
    *(struct history_job *)arg = *job; /* its texts are not for use */
    return 0;
}

static struct history_job view(struct world *world, int64_t id)
{
    struct history_job job;

    assert_int_equal(store_view_job(world->store, id, copy_job, &job, NULL), 0);
    return job;
}

/* ---- jobs ---- */

static void test_job_is_found_by_its_identity(void **state)
{
    struct world *world = *state;

    assert_int_equal(store_find_identity(world->store, "id:a", NULL), 0);
    add_job(world, 5, "id:a");
    add_job(world, 6, "id:b");
    assert_int_equal(store_find_identity(world->store, "id:a", NULL), 5);
    assert_int_equal(store_find_identity(world->store, "id:b", NULL), 6);
    assert_int_equal(store_find_identity(world->store, "id:", NULL), 0);
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_reopen(world);
    assert_int_equal(store_find_identity(world->store, "id:a", NULL), 5);
}

static void test_neither_id_nor_identity_is_used_twice(void **state)
{
    struct world *world = *state;
    struct new_job job = {.id = 5, .identity = "id:x", .spec = "{}"};

    add_job(world, 5, "id:a");
    assert_int_equal(store_add_job(world->store, &job, &world->err), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    job = (struct new_job){.id = 6, .identity = "id:a", .spec = "{}"};
    assert_int_equal(store_add_job(world->store, &job, &world->err), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(store_max_job_id(world->store, NULL), 5);
}

static void test_jobs_without_identity_are_all_different(void **state)
{
    struct world *world = *state;

    add_job(world, 1, NULL);
    add_job(world, 2, NULL);
    assert_int_equal(store_max_job_id(world->store, NULL), 2);
}

static void test_spec_and_name_come_back(void **state)
{
    struct world *world = *state;
    const struct new_job nameless = {.id = 6, .spec = "{}"};
    char *text;

    add_job(world, 5, NULL);
    text = store_job_spec(world->store, 5, NULL);
    assert_string_equal(text, "{\"command\":\"true\"}");
    free(text);
    text = store_job_name(world->store, 5, NULL);
    assert_string_equal(text, "case");
    free(text);
    assert_int_equal(store_add_job(world->store, &nameless, NULL), 0);
    err_clear(&world->err);
    assert_null(store_job_name(world->store, 6, &world->err));
    assert_int_equal(world->err.code, ERR_NONE);
    assert_null(store_job_spec(world->store, 7, &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
    err_clear(&world->err);
    assert_null(store_job_name(world->store, 7, &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
}

static void test_largest_id(void **state)
{
    struct world *world = *state;

    assert_int_equal(store_max_job_id(world->store, NULL), 0);
    add_job(world, 9999999, NULL);
    add_job(world, 3, NULL);
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_reopen(world);
    assert_int_equal(store_max_job_id(world->store, NULL), 9999999);
}

/* ---- phases ---- */

static void test_phases_follow_each_other(void **state)
{
    struct world *world = *state;
    struct store *store = world->store;

    add_job(world, 1, NULL);
    assert_phases(world, 1, "");
    assert_int_equal(store_job_started(store, 1, 1, 110, NULL), 0);
    assert_int_equal(store_phase(store, 1, 1, 110, "n[1-2]", 2, "start", NULL),
                     0);
    assert_phases(world, 1, "1.1 110-0 2:n[1-2] start;");
    store_phase(store, 1, 1, 150, "n[1-4]", 4, "grow", NULL);
    store_phase(store, 1, 1, 170, "n1", 1, "shrink", NULL);
    assert_int_equal(end_job(world, 1, 1, 200, "completed"), 0);
    assert_phases(world, 1,
                  "1.1 110-150 2:n[1-2] start;1.2 150-170 4:n[1-4] grow;"
                  "1.3 170-200 1:n1 shrink;");
    assert_true(view(world, 1).node_us == 2 * 40 + 4 * 20 + 1 * 30);
}

static void test_requeued_job_begins_a_new_attempt(void **state)
{
    struct world *world = *state;
    struct store *store = world->store;
    struct history_job job;

    add_job(world, 1, NULL);
    store_job_started(store, 1, 1, 110, NULL);
    store_phase(store, 1, 1, 110, "n1", 1, "start", NULL);
    assert_int_equal(store_job_requeued(store, 1, 1, 130, NULL), 0);
    assert_int_equal(
        store_attempt_usage(store, 1, 1, &(struct job_usage){7, 8, 9}, NULL),
        0);
    store_job_started(store, 1, 2, 160, NULL);
    store_phase(store, 1, 2, 160, "n2", 1, "start", NULL);
    assert_int_equal(end_job(world, 1, 2, 200, "completed"), 0);
    assert_phases(world, 1, "1.1 110-130 1:n1 start;2.1 160-200 1:n2 start;");
    job = view(world, 1);
    assert_int_equal(job.attempt, 2);
    assert_int_equal(job.first_started, 110);
    assert_int_equal(job.started, 160);
    assert_int_equal(job.node_us, 20 + 40);
    assert_int_equal(job.usage.user_us, 11); /* of the last attempt */
}

static void test_second_start_changes_nothing(void **state)
{
    struct world *world = *state;

    add_job(world, 1, NULL);
    assert_int_equal(store_job_started(world->store, 1, 1, 110, NULL), 0);
    assert_int_equal(store_job_started(world->store, 1, 1, 120, NULL), 0);
    assert_int_equal(end_job(world, 1, 1, 200, "completed"), 0);
    assert_int_equal(view(world, 1).started, 110);
}

static void test_phases_of_jobs_do_not_mix(void **state)
{
    struct world *world = *state;

    for (int64_t id = 1; id <= 3; id++) {
        add_job(world, id, NULL);
        store_job_started(world->store, id, 1, 110, NULL);
        store_phase(world->store, id, 1, 110, "n1", 1, "start", NULL);
    }
    assert_int_equal(end_job(world, 2, 1, 200, "completed"), 0);
    assert_phases(world, 1, "1.1 110-0 1:n1 start;");
    assert_phases(world, 2, "1.1 110-200 1:n1 start;");
    assert_phases(world, 3, "1.1 110-0 1:n1 start;");
}

/* ---- the end ---- */

static void test_a_job_ends_exactly_once(void **state)
{
    struct world *world = *state;
    int64_t ended, failed;

    add_job(world, 1, NULL);
    store_job_started(world->store, 1, 1, 110, NULL);
    store_phase(world->store, 1, 1, 110, "n1", 1, "start", NULL);
    assert_int_equal(end_job(world, 1, 1, 200, "completed"), 0);
    assert_int_equal(end_job(world, 1, 1, 300, "failed"), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    assert_contains(world->err.text, "job 1 has ended before");
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(end_job(world, 1, 2, 300, "failed"), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    world_reopen(world);
    assert_int_equal(end_job(world, 1, 1, 300, "failed"), -1);
    assert_int_equal(view(world, 1).ended, 200);
    assert_phases(world, 1, "1.1 110-200 1:n1 start;");
    store_count_ended(world->store, &ended, &failed);
    assert_int_equal(ended, 1);
    assert_int_equal(failed, 0);
}

static void test_unknown_job_cannot_end(void **state)
{
    struct world *world = *state;

    assert_int_equal(end_job(world, 1, 1, 200, "completed"), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    assert_contains(world->err.text, "does not exist");
}

static void test_job_that_never_ran_can_end(void **state)
{
    struct world *world = *state;
    struct history_job job;

    add_job(world, 1, NULL);
    assert_int_equal(end_job(world, 1, 1, 200, "cancelled"), 0);
    job = view(world, 1);
    assert_int_equal(job.ended, 200);
    assert_int_equal(job.first_started, 0);
    assert_int_equal(job.started, 0);
    assert_int_equal(job.node_us, 0);
    assert_int_equal(job.usage.user_us, 0);
}

static void test_ends_are_counted(void **state)
{
    const char *const states[] = {"completed", "failed",    "timeout",
                                  "cancelled", "node_fail", "lost"};
    struct world *world = *state;
    int64_t ended, failed;

    for (int i = 0; i < 6; i++) {
        add_job(world, i + 1, NULL);
        assert_int_equal(end_job(world, i + 1, 1, 200, states[i]), 0);
    }
    store_count_ended(world->store, &ended, &failed);
    assert_int_equal(ended, 6);
    assert_int_equal(failed, 4);
    assert_int_equal(store_commit(world->store, NULL), 0);
    add_job(world, 7, NULL);
    assert_int_equal(end_job(world, 7, 1, 200, "failed"), 0); /* is lost */
    world_reopen(world);
    store_count_ended(world->store, &ended, &failed);
    assert_int_equal(ended, 6);
    assert_int_equal(failed, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_job_is_found_by_its_identity),
        STORE_TEST(test_neither_id_nor_identity_is_used_twice),
        STORE_TEST(test_jobs_without_identity_are_all_different),
        STORE_TEST(test_spec_and_name_come_back),
        STORE_TEST(test_largest_id),
        STORE_TEST(test_phases_follow_each_other),
        STORE_TEST(test_requeued_job_begins_a_new_attempt),
        STORE_TEST(test_second_start_changes_nothing),
        STORE_TEST(test_phases_of_jobs_do_not_mix),
        STORE_TEST(test_a_job_ends_exactly_once),
        STORE_TEST(test_unknown_job_cannot_end),
        STORE_TEST(test_job_that_never_ran_can_end),
        STORE_TEST(test_ends_are_counted),
    };
    return RUN(tests);
}
