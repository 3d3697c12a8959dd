/* SPDX-License-Identifier: BSD-2-Clause */
/* JOB: the keys of doc/api.md, live and ended. */
#include "api_scene.h"

#include "manager/views_job.h"

static const char *const keys[] = {
    "id",        "name",       "command",  "kind",        "resize",
    "state",     "held",       "reason",   "reason_text", "expected_start",
    "position",  "nodes",      "nodelist", "n_nodes",     "min_nodes",
    "max_nodes", "pref_nodes", "priority", "walltime",    "elapsed",
    "time_left", "submitted",  "started",  "ended",       "attempt",
    "restarts",  "exit_code",  "signal",   "ended_by",    "after",
    "cwd",       "stdout",     "stderr",   "label",       "directive",
    "mailbox"};

static json_t *view(struct scene *scene, int64_t id)
{
    struct views views;
    struct err err = {0};
    views_init(&views, &scene->manager);
    json_t *job = view_any_job(&views, id, &err);
    if (job == NULL)
        fail_msg("%s", err.text);
    views_release(&views);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        at(job, keys[i]);
    return job;
}

#define SPEC                                                                  \
    "{\"command\":\"./app\",\"name\":\"md\",\"min_nodes\":2,\"max_nodes\":4," \
    "\"pref_nodes\":3,\"elastic\":true,\"walltime\":\"30:00\","               \
    "\"priority\":7,\"cwd\":\"/tmp\",\"stdout\":\"%x-%j.txt\"}"

static void a_pending_job_has_all_keys(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":5}");
    submit(scene, SPEC);
    json_t *job = view(scene, 2);
    assert_string_equal(text_at(job, "state"), "pending");
    assert_string_equal(text_at(job, "kind"), "elastic");
    assert_string_equal(text_at(job, "resize"), "policy");
    assert_string_equal(text_at(job, "reason"), "resources");
    assert_int_equal(int_at(job, "position"), 1);
    assert_int_equal(int_at(job, "pref_nodes"), 3);
    assert_int_equal(int_at(job, "walltime"), 1800);
    assert_int_equal(int_at(job, "time_left"), 1800);
    assert_int_equal(int_at(job, "elapsed"), 0);
    assert_true(is_null_at(job, "started"));
    assert_true(is_null_at(job, "exit_code"));
    assert_true(is_null_at(job, "directive"));
    assert_string_equal(text_at(job, "stdout"), "/tmp/md-2.txt");
    assert_string_equal(text_at(job, "stderr"), "/tmp/md-2.txt");
    assert_true(is_null_at(job, "mailbox"));
    json_decref(job);
}

static void a_running_job_knows_its_time(void **state)
{
    struct scene *scene = *state;
    submit(scene, SPEC);
    job_started(scene, 1);
    json_t *job = view(scene, 1);
    double left = json_number_value(at(job, "time_left"));
    assert_true(left > 1790 && left <= 1800);
    assert_string_equal(text_at(job, "reason"), "none");
    assert_true(is_null_at(job, "expected_start"));
    assert_false(is_null_at(job, "started"));
    assert_int_equal(int_at(job, "attempt"), 1);
    json_decref(job);
}

static void a_growing_job_shows_its_directive(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":3,\"max_nodes\":4,"
                  "\"elastic\":true}");
    job_started(scene, 1);
    const struct job *live = sched_job(scene->manager.sched, 1);
    if (!job_has_open_directive(live))
        json_decref(ask_json(scene, 200, "POST", "/v1/jobs/resize",
                             "{\"ids\":[1],\"op\":\"expand\",\"n\":1}"));
    json_t *job = view(scene, 1);
    assert_string_equal(text_at(job, "state"), "growing");
    assert_int_equal(int_at(job, "directive.seq"), 1);
    assert_string_equal(text_at(job, "directive.state"), "offered");
    assert_string_equal(text_at(job, "directive.nodelist"), "n4");
    assert_true(is_null_at(job, "directive.for_job"));
    assert_false(is_null_at(job, "directive.done_by"));
    json_decref(job);
}

static void an_ended_job_has_the_same_keys(void **state)
{
    struct scene *scene = *state;
    submit(scene, SPEC);
    job_started(scene, 1);
    job_exited(scene, 1, 9);
    json_t *job = view(scene, 1);
    assert_string_equal(text_at(job, "state"), "failed");
    assert_int_equal(int_at(job, "exit_code"), 9);
    assert_int_equal(int_at(job, "signal"), 0);
    assert_string_equal(text_at(job, "name"), "md");
    assert_int_equal(int_at(job, "walltime"), 1800);
    assert_string_equal(text_at(job, "nodelist"), "n[1-4]");
    assert_true(is_null_at(job, "time_left"));
    assert_string_equal(text_at(job, "stdout"), "/tmp/md-1.txt");
    json_decref(job);
}

static void an_end_that_is_not_stored_yet_is_shown(void **state)
{
    struct scene *scene = *state;
    struct event event;
    submit(scene, SPEC);
    job_started(scene, 1);
    event_init(&event, EV_EXITED, manager_now(&scene->manager));
    event.job = 1;
    event.attempt = 1;
    manager_event(&scene->manager, &event, NULL);
    json_t *job = view(scene, 1);
    assert_string_equal(text_at(job, "state"), "completed");
    assert_string_equal(text_at(job, "command"), "./app");
    assert_true(is_null_at(job, "ended"));
    json_decref(job);
}

static void dependencies_are_shown_by_id(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"name\":\"first\",\"min_nodes\":5}");
    submit(scene, "{\"command\":\"b\",\"after\":[\"first:notok\",1]}");
    json_t *job = view(scene, 2);
    assert_int_equal(int_at(job, "after.0.id"), 1);
    assert_string_equal(text_at(job, "after.0.kind"), "notok");
    assert_string_equal(text_at(job, "after.1.kind"), "ok");
    json_decref(job);
    json_decref(
        ask_json(scene, 200, "POST", "/v1/jobs/cancel", "{\"ids\":[2]}"));
    job = view(scene, 2);
    assert_int_equal(json_array_size(at(job, "after")), 2);
    json_decref(job);
}

static void an_unknown_job_is_an_error(void **state)
{
    struct scene *scene = *state;
    struct views views;
    struct err err = {0};
    views_init(&views, &scene->manager);
    assert_null(view_any_job(&views, 5, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    views_release(&views);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pending_job_has_all_keys),
        TEST(a_running_job_knows_its_time),
        TEST(a_growing_job_shows_its_directive),
        TEST(an_ended_job_has_the_same_keys),
        TEST(an_end_that_is_not_stored_yet_is_shown),
        TEST(dependencies_are_shown_by_id),
        TEST(an_unknown_job_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
