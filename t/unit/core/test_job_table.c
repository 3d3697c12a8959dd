/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs by id: live ones, ended ones, and the gaps between. */
#include "support.h"

static struct job *add(struct job_table *table, int64_t id)
{
    struct job_request request;
    struct job *job;

    job_request_init(&request);
    request.id = id;
    job = job_create(&request);
    job_table_add(table, job);
    return job;
}

static void an_empty_table_knows_nothing(void **state)
{
    struct job_table table;
    enum job_state outcome;

    (void)state;
    job_table_init(&table);
    assert_null(job_table_get(&table, 1));
    assert_null(job_table_get(&table, 0));
    assert_null(job_table_get(&table, -5));
    assert_null(job_table_next(&table, 0));
    assert_int_equal(job_table_next_ended(&table, 0), 0);
    assert_false(job_table_outcome(&table, 1, &outcome));
    job_table_release(&table);
    job_table_release(NULL);
}

static void a_job_lives_and_ends(void **state)
{
    struct job_table table;
    enum job_state outcome;
    struct job *job;

    (void)state;
    job_table_init(&table);
    job = add(&table, 7);
    assert_ptr_equal(job_table_get(&table, 7), job);
    assert_null(job_table_get(&table, 6));
    assert_null(job_table_get(&table, 8));
    assert_int_equal(table.n_live, 1);
    assert_false(job_table_outcome(&table, 7, &outcome));
    assert_ptr_equal(job_table_end(&table, 7, JOB_TIMEOUT), job);
    job_destroy(job);
    assert_null(job_table_get(&table, 7));
    assert_true(job_table_outcome(&table, 7, &outcome));
    assert_int_equal(outcome, JOB_TIMEOUT);
    assert_int_equal(table.n_live, 0);
    assert_int_equal(table.max_id, 7);
    job_table_release(&table);
}

static void jobs_are_walked_by_rising_id_over_gaps(void **state)
{
    static const int64_t ids[] = {1, JOB_PAGE - 1, JOB_PAGE, 5 * JOB_PAGE + 3,
                                  JOB_ID_MAX};
    struct job_table table;
    const struct job *job;
    size_t n = 0;

    (void)state;
    job_table_init(&table);
    for (size_t i = N_OF(ids); i-- > 0;)
        add(&table, ids[i]);
    for (job = job_table_next(&table, 0); job != NULL;
         job = job_table_next(&table, job->request.id))
        assert_int_equal(job->request.id, ids[n++]);
    assert_int_equal(n, N_OF(ids));
    assert_int_equal(table.max_id, JOB_ID_MAX);
    job_table_release(&table);
}

static void ended_ids_are_walked_too(void **state)
{
    struct job_table table;
    enum job_state outcome;

    (void)state;
    job_table_init(&table);
    job_table_set_ended(&table, 3, JOB_COMPLETED);
    job_table_set_ended(&table, 4 * JOB_PAGE, JOB_LOST);
    add(&table, 5);
    assert_int_equal(job_table_next_ended(&table, 0), 3);
    assert_int_equal(job_table_next_ended(&table, 3), 4 * JOB_PAGE);
    assert_int_equal(job_table_next_ended(&table, 4 * JOB_PAGE), 0);
    assert_true(job_table_outcome(&table, 3, &outcome));
    assert_int_equal(outcome, JOB_COMPLETED);
    assert_true(job_table_outcome(&table, 4 * JOB_PAGE, &outcome));
    assert_int_equal(outcome, JOB_LOST);
    assert_int_equal(job_table_next(&table, 0)->request.id, 5);
    job_table_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_knows_nothing),
        cmocka_unit_test(a_job_lives_and_ends),
        cmocka_unit_test(jobs_are_walked_by_rising_id_over_gaps),
        cmocka_unit_test(ended_ids_are_walked_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
