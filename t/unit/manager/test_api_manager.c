/* SPDX-License-Identifier: BSD-2-Clause */
/* Status, reload, stop. */
#include "api_scene.h"

#include <unistd.h>

#include "folder.h"
#include "manager/api.h"
#include "manager/problems.h"

static void status_tells_what_there_is(void **state)
{
    struct scene *scene = *state;
    json_t *answer = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_string_equal(text_at(answer, "version"), ERM_VERSION);
    assert_int_equal(int_at(answer, "pid"), getpid());
    assert_string_equal(text_at(answer, "socket"), scene->socket);
    assert_contains(text_at(answer, "state_dir"), "/.erm");
    assert_string_equal(text_at(answer, "hostfile"), "hosts");
    assert_true(is_null_at(answer, "jobs_file"));
    assert_string_equal(text_at(answer, "settings.backfill"), "easy");
    assert_string_equal(text_at(answer, "settings.mode"), "elastic");
    assert_int_equal(int_at(answer, "settings.start"), 0);
    assert_true(is_null_at(answer, "settings.cooldown"));
    assert_int_equal(int_at(answer, "nodes.idle"), 5);
    assert_int_equal(int_at(answer, "jobs.pending"), 0);
    assert_true(json_is_true(at(answer, "idle")));
    assert_int_equal(json_array_size(at(answer, "rejected")), 0);
    json_decref(answer);
}

static void status_counts_jobs_and_problems(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":5}");
    submit(scene, "{\"command\":\"b\"}");
    job_started(scene, 1);
    problems_add(scene->manager.problems, "jobs.json", "jobs.json:1:2: error");
    json_t *answer = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_int_equal(int_at(answer, "jobs.pending"), 1);
    assert_int_equal(int_at(answer, "jobs.running"), 1);
    assert_true(json_is_false(at(answer, "idle")));
    assert_string_equal(text_at(answer, "rejected.0.file"), "jobs.json");
    assert_string_equal(text_at(answer, "rejected.0.text"),
                        "jobs.json:1:2: error");
    json_decref(answer);
    job_exited(scene, 1, 1);
    answer = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_int_equal(int_at(answer, "jobs.finished"), 1);
    assert_int_equal(int_at(answer, "jobs.failed"), 1);
    json_decref(answer);
}

static void reload_reads_the_hostfile_again(void **state)
{
    struct scene *scene = *state;
    file_replace("hosts", "n1\nn2\nn9\n");
    json_decref(ask_json(scene, 200, "POST", "/v1/reload", NULL));
    json_t *answer = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_int_equal(int_at(answer, "nodes.total"), 3);
    json_decref(answer);
    file_replace("hosts", "n1 slots=many\n");
    json_t *error = ask_json(scene, 400, "POST", "/v1/reload", NULL);
    assert_contains(text_at(error, "error.text"), "hosts:1:");
    json_decref(error);
}

static void stop_is_answered_before_the_end(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\"}");
    json_t *error =
        ask_json(scene, 400, "POST", "/v1/stop", "{\"jobs\":\"kill\"}");
    json_decref(error);
    json_t *answer =
        ask_json(scene, 200, "POST", "/v1/stop", "{\"jobs\":\"keep\"}");
    assert_contains(text_at(answer, "text"), "jobs go on");
    json_decref(answer);
    assert_true(scene->manager.is_stopping);
    assert_int_equal(job_state_of(scene, 1), JOB_STARTING);
}

static void stop_can_end_the_jobs(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":5}");
    submit(scene, "{\"command\":\"b\"}");
    json_decref(
        ask_json(scene, 200, "POST", "/v1/stop", "{\"jobs\":\"cancel\"}"));
    assert_true(scene->manager.is_draining);
    assert_int_equal(job_state_of(scene, 1), JOB_COMPLETING);
    assert_int_equal(job_state_of(scene, 2), JOB_CANCELLED);
    json_t *answer = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_true(json_is_true(at(answer, "stopping")));
    json_decref(answer);
}

static void a_full_disk_does_not_keep_it_from_stopping(void **state)
{
    struct scene *scene = *state;
    scene->manager.is_read_only = true;
    json_decref(ask_json(scene, 200, "POST", "/v1/stop", NULL));
    assert_true(scene->manager.is_stopping);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_tells_what_there_is),
        TEST(status_counts_jobs_and_problems),
        TEST(reload_reads_the_hostfile_again),
        TEST(stop_is_answered_before_the_end),
        TEST(stop_can_end_the_jobs),
        TEST(a_full_disk_does_not_keep_it_from_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
