/* SPDX-License-Identifier: BSD-2-Clause */
/* Each job stands in exactly one place: the queue, aside, nowhere, or the
 * profile and the list of elastic jobs. */
#include "core/index.h"
#include "support.h"

static const char *place_of(const struct story *story, int64_t id)
{
    const struct job *job = job_of(story, id);

    if (job->is_queued + job->is_aside + job->end_release.is_listed > 1)
        return "several";
    if (job->is_queued)
        return "queue";
    if (job->is_aside)
        return "aside";
    if (job->is_listed)
        return "elastic";
    return job->end_release.is_listed ? "profile" : "nowhere";
}

static void each_state_has_its_place(void **state)
{
    static const char *const expected[] = {
        "",        "profile", "elastic", "queue",   "aside",
        "nowhere", "nowhere", "nowhere", "profile",
    };
    struct story *story = STORY(
        "config mode=rigid", "nodes 5", "submit 1 nodes=2 wall=99",
        "submit 2 elastic max=2 wall=99", "submit 8 elastic max=2",
        "started 1; started 2", "submit 3 nodes=3 wall=9", "submit 4 nodes=6",
        "submit 5 held", "submit 6 begin=9", "submit 7 after=ok:3");

    (void)state;
    for (int64_t id = 1; id <= 8; id++)
        assert_string_equal(place_of(story, id), expected[id]);
    tell(story, "started 8", "");
    assert_string_equal(place_of(story, 8), "elastic");
    tell(story, "cancel 8", "kill 8 for cancel\n");
    assert_string_equal(place_of(story, 8), "profile");
    story_destroy(story);
}

static void a_smaller_pool_puts_jobs_aside_and_back(void **state)
{
    struct story *story =
        STORY("nodes 3", "submit 1 nodes=1 wall=99", "submit 2 nodes=3 wall=9");

    (void)state;
    assert_string_equal(place_of(story, 2), "queue");
    tell(story, "drain 2", "");
    assert_string_equal(place_of(story, 2), "aside");
    tell(story, "submit 3 nodes=2 wall=9", "");
    assert_string_equal(place_of(story, 3), "queue");
    tell(story, "node_down 1", "");
    assert_string_equal(place_of(story, 3), "aside");
    tell(story, "undrain 2; node_up 1", "start 3 on 1-2\n");
    assert_string_equal(place_of(story, 2), "queue");
    story_destroy(story);
}

static void the_reserved_job_is_in_no_queue(void **state)
{
    struct story *story = STORY(
        "config mode=rigid start=1", "nodes 2",
        "submit 1 elastic max=2 wall=99", "started 1", "config mode=elastic",
        "submit 2 nodes=1 wall=9", "submit 3 nodes=1 wall=9");

    (void)state;
    assert_string_equal(place_of(story, 2), "nowhere");
    assert_int_equal(sched_head(story->sched)->request.id, 2);
    assert_int_equal(sched_n_idle(story->sched), 0);
    assert_int_equal(sched_n_kept(story->sched), 0);
    tell(story, "refused 1", "directive 1 shrink refused seq 1\nunreserve 2\n");
    assert_string_equal(place_of(story, 2), "queue");
    assert_int_equal(sched_head(story->sched)->request.id, 2);
    story_destroy(story);
}

static void the_profile_holds_usable_nodes_and_offered_ones(void **state)
{
    struct story *story =
        STORY("nodes 5", "submit 1 elastic min=2 max=5 wall=99", "started 1");

    (void)state;
    assert_int_equal(job_of(story, 1)->end_release.n, 5);
    tell(story, "drain 0,4", "");
    assert_int_equal(job_of(story, 1)->end_release.n, 3);
    tell(story, "refused 1",
         "directive 1 expand refused seq 1\n"
         "release 1 2-4\n");
    assert_int_equal(job_of(story, 1)->end_release.n, 1);
    tell(story, "drain 1", "");
    assert_false(job_of(story, 1)->end_release.is_listed);
    story_destroy(story);
}

static void idle_is_free_and_not_reserved(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 4",
              "submit 1 elastic max=2 wall=99", "started 1",
              "config mode=elastic", "submit 2 nodes=3 wall=9");
    struct idset idle = {.count = 0};

    (void)state;
    assert_int_equal(sched_n_kept(story->sched), 2);
    assert_int_equal(sched_n_idle(story->sched), 0);
    sched_idle(story->sched, &idle);
    assert_set_equal(&idle, "none");
    tell(story, "nodes 5", "start 2 on 2-4\n");
    tell(story, "nodes 7", "");
    sched_idle(story->sched, &idle);
    assert_set_equal(&idle, "5-6");
    idset_release(&idle);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_place),
        cmocka_unit_test(a_smaller_pool_puts_jobs_aside_and_back),
        cmocka_unit_test(the_reserved_job_is_in_no_queue),
        cmocka_unit_test(the_profile_holds_usable_nodes_and_offered_ones),
        cmocka_unit_test(idle_is_free_and_not_reserved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
