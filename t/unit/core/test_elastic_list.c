/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs are listed, know their places, and leave from anywhere. */
#include "core/elastic_list.h"
#include "support.h"

#define N 200

static void jobs_know_their_places(void **state)
{
    struct elastic_list list = {.items = NULL};
    static struct job jobs[N];
    uint64_t random = 5;
    uint32_t n = 0;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct job *job = &jobs[random_below(&random, N)];

        if (job->is_listed)
            elastic_list_remove(&list, job), n--;
        else
            elastic_list_add(
                &list,
                &(struct elastic_entry){.job = job,
                                        .n_nodes = (uint32_t)(job - jobs)}),
                n++;
        assert_int_equal(list.n, n);
        for (uint32_t i = 0; i < n; i++) {
            assert_true(list.items[i].job->is_listed);
            assert_int_equal(list.items[i].job->listed_at, i);
            assert_int_equal(list.items[i].n_nodes, list.items[i].job - jobs);
        }
    }
    elastic_list_release(&list);
    assert_int_equal(list.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_know_their_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
