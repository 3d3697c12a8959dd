/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a job waits, in words: every reason, with its numbers and names. */
#include "api_scene.h"

#include "manager/views_why.h"

#define FULL "{\"command\":\"a\",\"min_nodes\":5,\"walltime\":\"1:00:00\"}"

/* The one-line reason, from a list and for the job alone. */
static void expect(struct scene *scene, int64_t id, enum pending_reason reason,
                   const char *part)
{
    const struct job *job = sched_job(scene->manager.sched, id);
    assert_non_null(job);
    for (int is_list = 0; is_list < 2; is_list++) {
        struct views views;
        struct view_reason got;
        if (is_list)
            views_init_list(&views, &scene->manager);
        else
            views_init(&views, &scene->manager);
        view_reason(&got, &views, job);
        assert_int_equal(got.reason, reason);
        assert_contains(got.text.text, part);
        view_reason_release(&got);
        views_release(&views);
    }
}

static char *explain(struct scene *scene, int64_t id)
{
    struct views views;
    views_init(&views, &scene->manager);
    json_t *why = view_why(&views, sched_job(scene->manager.sched, id));
    char *text = strdup(text_at(why, "text"));
    json_decref(why);
    views_release(&views);
    return text;
}

static void a_held_job_is_held_by_the_user(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"hold\":true}");
    expect(scene, 1, REASON_HELD, "held by the user");
    char *text = explain(scene, 1);
    assert_contains(text, "job 1 is pending\n  reason  held by the user\n"
                          "  needs   1 node; free 5 (n[1-5]); 0 busy, 0 "
                          "drained");
    free(text);
}

static void a_dependency_is_named(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"name\":\"prep\"}");
    submit(scene, "{\"command\":\"b\",\"after\":[1]}");
    submit(scene, "{\"command\":\"c\",\"after\":[\"1:notok\"]}");
    submit(scene, "{\"command\":\"d\",\"after\":[\"1:any\"]}");
    expect(scene, 2, REASON_DEPENDENCY, "waits for job 1 (prep) to complete");
    expect(scene, 3, REASON_DEPENDENCY, "waits for job 1 (prep) to fail");
    expect(scene, 4, REASON_DEPENDENCY, "waits for job 1 (prep) to end");
}

static void a_begin_time_is_told(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"start_time\":3600}");
    expect(scene, 1, REASON_BEGIN_TIME, "not before ");
}

static void too_few_nodes_are_counted(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":9}");
    expect(scene, 1, REASON_TOO_LARGE, "needs 9 nodes, the pool has 5");
    json_decref(ask_json(scene, 200, "POST", "/v1/nodes/drain",
                         "{\"nodes\":[\"n5\"]}"));
    submit(scene, FULL);
    expect(scene, 2, REASON_UNAVAILABLE,
           "needs 5 nodes, 4 of 5 can be used; the others are drained or down");
}

static void allocation_ends_in(struct scene *scene, dur_us left)
{
    struct sched_config config = *sched_config(scene->manager.sched);
    struct event event;

    config.ends = manager_now(&scene->manager) + left;
    config.least_run = 31 * USEC_PER_SEC;
    sched_set_config(scene->manager.sched, &config);
    event_init(&event, EV_TIMER, manager_now(&scene->manager));
    manager_event(&scene->manager, &event, NULL);
    scene_turn(scene);
}

static void what_is_left_of_the_allocation_is_told(void **state)
{
    struct scene *scene = *state;
    /* half a second more than what will be shown */
    allocation_ends_in(scene, 4200 * USEC_PER_SEC + 500 * USEC_PER_MSEC);
    submit(scene, "{\"command\":\"a\",\"walltime\":\"30:00:00\"}");
    submit(scene, FULL);
    submit(scene, FULL);
    submit(scene, "{\"command\":\"a\",\"walltime\":\"inf\"}");
    expect(scene, 1, REASON_ALLOCATION_END,
           "needs 30:00:00, the allocation ends in 01:10:00");
    char *text = explain(scene, 1);
    assert_contains(text, "job 1 is pending\n  reason  needs 30:00:00, the "
                          "allocation ends in 01:10:00\n  needs   1 node;");
    free(text);
    text = explain(scene, 3);
    assert_contains(text, "no start is expected from which it could end "
                          "before the allocation");
    free(text);
    allocation_ends_in(scene, 30 * USEC_PER_SEC + 500 * USEC_PER_MSEC);
    expect(scene, 4, REASON_ALLOCATION_END,
           "has no walltime, the allocation ends in 00:00:30");
    allocation_ends_in(scene, -1);
    expect(scene, 3, REASON_ALLOCATION_END,
           "needs 01:00:00, the allocation has ended");
}

static void the_first_knows_when_and_the_others_who_is_first(void **state)
{
    struct scene *scene = *state;
    submit(scene, FULL);
    job_started(scene, 1);
    submit(scene, FULL);
    submit(scene, "{\"command\":\"a\",\"name\":\"blast\",\"min_nodes\":5,"
                  "\"walltime\":\"30:00\"}");
    expect(scene, 2, REASON_RESOURCES, "needs 5 nodes, 0 free; expected ");
    expect(scene, 3, REASON_PRIORITY,
           "job 2 is first, this is number 2; expected ");
    char *text = explain(scene, 3);
    assert_contains(text, "job 3 (blast) is pending, position 2 of 2\n");
    assert_contains(text, "\n  needs   5 nodes; free 0; 5 busy, 0 drained");
    assert_contains(text, "\n  plan    start expected ");
    assert_contains(text, "\n  first   job 2, promised ");
    assert_contains(text, "\n  backfill  not possible now: ");
    free(text);
}

static void without_a_walltime_no_time_is_promised(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":5,\"walltime\":\"inf\"}");
    job_started(scene, 1);
    submit(scene, FULL);
    expect(scene, 2, REASON_RESOURCES, "needs 5 nodes, 0 free");
    char *text = explain(scene, 2);
    assert_contains(text, "no time can be told");
    free(text);
}

static void a_reservation_names_nodes_and_who_shrinks(void **state)
{
    struct scene *scene = *state;
    struct sched_config config = *sched_config(scene->manager.sched);
    config.cooldown = 0;
    sched_set_config(scene->manager.sched, &config);
    /* job 1 grows to all nodes and can give three of them */
    submit(scene, "{\"command\":\"a\",\"min_nodes\":2,\"max_nodes\":5,"
                  "\"elastic\":true,\"walltime\":\"10:00:00\"}");
    job_started(scene, 1);
    job_answers(scene, 1, EV_DONE);
    submit(scene, "{\"command\":\"b\",\"min_nodes\":2,\"walltime\":\"10:00\"}");
    expect(scene, 2, REASON_RESERVED, "needs 2 nodes, 0 free; n[4-5] expected");
    expect(scene, 2, REASON_RESERVED, "(shrink of job 1)");
    char *text = explain(scene, 2);
    assert_contains(text, "\n  plan    reservation ");
    assert_contains(text, " on n[4-5], from shrink of job 1 (asked ");
    assert_contains(text, ", deadline ");
    free(text);
    text = explain(scene, 1);
    assert_contains(text, "job 1 is shrinking");
    assert_contains(text, "\n  resize  shrink by 2 (n[4-5]) offered, asked ");
    assert_contains(text, ", for job 2");
    free(text);
}

static void the_data_has_what_the_text_says(void **state)
{
    struct scene *scene = *state;
    struct views views;
    submit(scene, FULL);
    submit(scene, FULL);
    views_init(&views, &scene->manager);
    json_t *why = view_why(&views, sched_job(scene->manager.sched, 2));
    assert_int_equal(int_at(why, "id"), 2);
    assert_string_equal(text_at(why, "state"), "pending");
    assert_string_equal(text_at(why, "why.reason"), "resources");
    assert_int_equal(int_at(why, "why.n_pool"), 5);
    assert_int_equal(int_at(why, "why.position"), 1);
    assert_int_equal(int_at(why, "why.first_id"), 2);
    assert_int_equal(json_array_size(at(why, "why.shrinking")), 0);
    assert_true(is_null_at(why, "why.depends_kind"));
    json_decref(why);
    why = view_why(&views, sched_job(scene->manager.sched, 1));
    assert_string_equal(text_at(why, "state"), "starting");
    assert_contains(text_at(why, "text"), "\n  nodes   5 of 5-5: n[1-5]");
    assert_contains(text_at(why, "text"), ", walltime 1 h ends ");
    json_decref(why);
    views_release(&views);
}

static void a_job_that_ends_says_so(void **state)
{
    struct scene *scene = *state;
    submit(scene, FULL);
    job_started(scene, 1);
    json_decref(
        ask_json(scene, 200, "POST", "/v1/jobs/cancel", "{\"ids\":[1]}"));
    char *text = explain(scene, 1);
    assert_contains(text, "job 1 is completing");
    assert_contains(text, "told to end (cancel)");
    free(text);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_held_job_is_held_by_the_user),
        TEST(a_dependency_is_named),
        TEST(a_begin_time_is_told),
        TEST(too_few_nodes_are_counted),
        TEST(what_is_left_of_the_allocation_is_told),
        TEST(the_first_knows_when_and_the_others_who_is_first),
        TEST(without_a_walltime_no_time_is_promised),
        TEST(a_reservation_names_nodes_and_who_shrinks),
        TEST(the_data_has_what_the_text_says),
        TEST(a_job_that_ends_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
