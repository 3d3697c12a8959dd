/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing into idle nodes: who, by how much, and when nobody. What the sizes
 * that jobs prefer have to do with it: t/scenario/preferred_*.scn. */
#include "support.h"

static void growth_stops_at_max_nodes(void **state)
{
    struct story *story =
        STORY("nodes 10", "[0] submit 1 elastic min=2 max=5 wall=900");

    (void)state;
    tell(story, "[1] started 1", "offer 1 expand 2-4 seq 1\n");
    tell(story, "[300] done 1",
         "directive 1 expand done seq 1\nphase 1 grow 0-4\n");
    tell(story, "[900] timer", "");
    story_destroy(story);
}

static void only_elastic_jobs_grow_by_themselves(void **state)
{
    struct story *story =
        STORY("nodes 10", "[0] submit 1 moldable min=1 max=5 wall=900",
              "submit 2 evolving min=1 max=5 wall=900", "submit 3 wall=900");

    (void)state;
    tell(story, "[1] started 1; started 2; started 3", "");
    story_destroy(story);
}

static void equal_shares_are_dealt_one_by_one(void **state)
{
    struct story *story =
        STORY("config mode=evolving expand=equal", "nodes 12",
              "[0] submit 9 nodes=7 wall=900",
              "submit 1 elastic min=1 max=2 wall=900",
              "submit 2 elastic min=2 max=9 wall=900",
              "submit 3 elastic min=2 max=9 wall=900",
              "[1] started 1; started 2; started 3", "config mode=elastic");

    (void)state;
    /* one for job 1, which is then full; three for each of the others */
    tell(story, "[2] exited 9",
         "release 9 0-6\nfinish 9 completed\noffer 1 expand 0 seq 1\n"
         "offer 2 expand 1-3 seq 2\noffer 3 expand 4-6 seq 3\n");
    story_destroy(story);
}

static void extra_nodes_are_shared_by_those_who_stay(void **state)
{
    /* The head starts at 100 and leaves one node over; jobs 2 and 3 both run
     * on, and only one of them gets it. */
    struct story *story = STORY(
        "config mode=evolving", "nodes 8", "[0] submit 1 nodes=4 wall=100",
        "submit 2 elastic min=1 max=4 wall=900",
        "submit 3 elastic min=1 max=4 wall=900",
        "[1] started 1; started 2; started 3", "submit 4 nodes=5 wall=9",
        "config mode=elastic");

    (void)state;
    tell(story, "timer", "offer 2 expand 6 seq 1\n");
    tell(story, "forecast", "forecast 4@100\n");
    story_destroy(story);
}

static void a_growth_that_ends_makes_room_for_another(void **state)
{
    struct story *story =
        STORY("config cooldown=100", "nodes 4",
              "[0] submit 1 elastic min=1 max=4 wall=900",
              "submit 2 elastic min=1 max=4 wall=900", "[1] started 1");

    (void)state;
    tell(story, "started 2", "");
    tell(story, "[2] refused 1",
         "directive 1 expand refused seq 1\nrelease 1 2-3\n"
         "offer 2 expand 2-3 seq 2\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_stops_at_max_nodes),
        cmocka_unit_test(only_elastic_jobs_grow_by_themselves),
        cmocka_unit_test(equal_shares_are_dealt_one_by_one),
        cmocka_unit_test(extra_nodes_are_shared_by_those_who_stay),
        cmocka_unit_test(a_growth_that_ends_makes_room_for_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
