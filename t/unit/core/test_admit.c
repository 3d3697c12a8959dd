/* SPDX-License-Identifier: BSD-2-Clause */
/* Shrinking for the head: who, by how much, and when nobody. */
#include "support.h"

static void nobody_shrinks_for_a_job_that_comes_too_late_anyway(void **state)
{
    /* job 2 ends within a second: shrinking would gain nothing */
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 3",
              "[0] submit 1 elastic min=1 max=2 wall=900",
              "submit 2 nodes=1 wall=100", "[1] started 1; started 2",
              "config mode=elastic");

    (void)state;
    tell(story, "[99] submit 3 nodes=1 wall=10", "");
    tell(story, "[100] exited 2 by=walltime",
         "release 2 2\nfinish 2 timeout\nstart 3 on 2\n");
    story_destroy(story);
}

static void only_running_elastic_jobs_shrink(void **state)
{
    struct story *story = STORY("config mode=rigid start=1", "nodes 8",
                                "[0] submit 1 moldable min=1 max=2 wall=900",
                                "submit 2 evolving min=1 max=2 wall=900",
                                "submit 3 elastic min=1 max=2 wall=900",
                                "submit 4 elastic min=1 max=2 wall=900",
                                "[1] started 1; started 2; started 4",
                                "config mode=elastic", "cancel 4");

    (void)state;
    tell(story, "[2] submit 5 nodes=1 wall=10", "");
    tell(story, "started 3",
         "reserve 5 on 5 until 602\noffer 3 shrink 5 seq 1\n");
    story_destroy(story);
}

static void only_what_is_missing_is_asked_for(void **state)
{
    struct story *story = STORY("config mode=rigid start=1", "nodes 10",
                                "[0] submit 1 elastic min=1 max=8 wall=900",
                                "[1] started 1", "config mode=elastic");

    (void)state;
    tell(story, "[2] submit 2 moldable min=4 max=9 wall=10",
         "reserve 2 on 6-9 until 602\noffer 1 shrink 6-7 seq 1\n");
    tell(story, "done 1",
         "directive 1 shrink done seq 1\nphase 1 shrink 0-5\n"
         "release 1 6-7\nstart 2 on 6-9\n");
    story_destroy(story);
}

/* Down or drained nodes are no help to the one who waits. */
static void nodes_out_of_use_are_not_asked_for(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 4",
              "[0] submit 1 elastic min=1 max=4 wall=900", "[1] started 1",
              "drain 2-3", "config mode=elastic");

    (void)state;
    tell(story, "[2] submit 2 nodes=1 wall=10",
         "reserve 2 on 1 until 602\noffer 1 shrink 1 seq 1\n");
    tell(story, "[3] refused 1",
         "directive 1 shrink refused seq 1\nunreserve 2\n");
    tell(story, "submit 3 nodes=2 wall=10", "");
    tell(story, "why 3",
         "why 3: priority needs=2 free=0 position=2/2 "
         "start=910 first=2 promised=900 extra=0 (needs more "
         "nodes than are free)\n");
    story_destroy(story);
}

static void a_first_node_out_of_use_is_kept_all_the_same(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 3",
              "[0] submit 1 elastic min=1 max=3 wall=900", "[1] started 1",
              "drain 0", "config mode=elastic");

    (void)state;
    tell(story, "[2] submit 2 nodes=2 wall=10",
         "reserve 2 on 1-2 until 602\noffer 1 shrink 1-2 seq 1\n");
    story_destroy(story);
}

static void one_reservation_then_the_next(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1 cooldown=0 shrink=fcfs", "nodes 6",
              "[0] submit 1 elastic min=1 max=3 wall=900",
              "submit 2 elastic min=1 max=3 wall=900",
              "[1] started 1; started 2", "config mode=elastic start=0");

    (void)state;
    tell(story, "[2] submit 3 nodes=2 wall=10",
         "reserve 3 on 4-5 until 602\noffer 2 shrink 4-5 seq 1\n");
    tell(story, "submit 4 nodes=1 wall=10", "");
    tell(story, "done 2",
         "directive 2 shrink done seq 1\nphase 2 shrink 3\nrelease 2 4-5\n"
         "start 3 on 4-5\nreserve 4 on 2 until 602\n"
         "offer 1 shrink 2 seq 2\n");
    story_destroy(story);
}

static void the_job_starts_as_soon_as_it_can_on_any_nodes(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 4",
              "[0] submit 1 elastic min=1 max=3 wall=900",
              "submit 2 nodes=1 wall=100", "[1] started 1; started 2",
              "config mode=elastic", "[2] submit 3 nodes=1 wall=10");

    (void)state;
    assert_int_equal(story->sched->reservation.job, 3);
    tell(story, "[3] exited 2",
         "release 2 3\nfinish 2 completed\nstart 3 on 3\n");
    assert_int_equal(story->sched->reservation.job, 0);
    /* what job 1 gives is then anybody's */
    tell(story, "[4] done 1",
         "directive 1 shrink done seq 1\n"
         "phase 1 shrink 0-1\nrelease 1 2\n");
    tell(story, "state", "nodes 0-1=allocated:1 2=idle 3=allocated:3\n");
    story_destroy(story);
}

static void equal_shrinks_are_dealt_one_by_one(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1 shrink=equal", "nodes 12",
              "[0] submit 1 elastic min=1 max=2 wall=900",
              "submit 2 elastic min=2 max=6 wall=900",
              "submit 3 elastic min=1 max=4 wall=900",
              "[1] started 1; started 2; started 3", "config mode=elastic");

    (void)state;
    tell(story, "[2] submit 4 nodes=6 wall=10",
         "reserve 4 on 1,5-7,10-11 until 602\noffer 2 shrink 5-7 seq 1\n"
         "offer 3 shrink 10-11 seq 2\noffer 1 shrink 1 seq 3\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_shrinks_for_a_job_that_comes_too_late_anyway),
        cmocka_unit_test(only_running_elastic_jobs_shrink),
        cmocka_unit_test(only_what_is_missing_is_asked_for),
        cmocka_unit_test(nodes_out_of_use_are_not_asked_for),
        cmocka_unit_test(a_first_node_out_of_use_is_kept_all_the_same),
        cmocka_unit_test(one_reservation_then_the_next),
        cmocka_unit_test(the_job_starts_as_soon_as_it_can_on_any_nodes),
        cmocka_unit_test(equal_shrinks_are_dealt_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
