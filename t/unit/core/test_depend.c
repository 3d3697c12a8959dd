/* SPDX-License-Identifier: BSD-2-Clause */
/* Who comes after whom. */
#include "support.h"

static void dependencies_are_settled_in_any_order(void **state)
{
    struct story *story =
        STORY("nodes 1", "submit 1 wall=9 held", "submit 2 wall=9 held",
              "submit 3 wall=9 after=any:1,any:2,any:1",
              "submit 4 wall=9 after=notok:1");

    (void)state;
    assert_int_equal(job_of(story, 3)->n_unmet, 3);
    tell(story, "cancel 4", "finish 4 cancelled\n");
    tell(story, "cancel 2", "finish 2 cancelled\n");
    assert_int_equal(job_of(story, 3)->n_unmet, 2);
    tell(story, "cancel 1", "finish 1 cancelled\nstart 3 on 0\n");
    story_destroy(story);
}

/* An edge to a job that has ended is settled at once, and one that can never be
 * met cancels who has it. */
static void those_that_have_ended_count_at_once(void **state)
{
    struct story *story =
        STORY("nodes 1", "submit 1 wall=9", "started 1", "exited 1 code=3",
              "submit 2 wall=9 held", "submit 3 wall=9 after=notok:1,any:2");

    (void)state;
    assert_int_equal(job_of(story, 3)->n_unmet, 1);
    tell(story, "submit 4 wall=9 after=ok:1", "finish 4 cancelled\n");
    tell(story, "cancel 3", "finish 3 cancelled\n");
    assert_null(job_of(story, 2)->waiters);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dependencies_are_settled_in_any_order),
        cmocka_unit_test(those_that_have_ended_count_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
