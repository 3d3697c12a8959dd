/* SPDX-License-Identifier: BSD-2-Clause */
/* Cancel, hold, release, requeue, update. */
#include "api_scene.h"

#include <signal.h>

#define ONE "{\"command\":\"a\",\"min_nodes\":1,\"walltime\":\"1:00:00\"}"
#define ALL "{\"command\":\"a\",\"min_nodes\":5,\"walltime\":\"1:00:00\"}"

static json_t *post(struct scene *scene, const char *verb, const char *body)
{
    char path[64];
    snprintf(path, sizeof(path), "/v1/jobs/%s", verb);
    return ask_json(scene, 200, "POST", path, body);
}

/* One result: "ok text" or "code text". */
static void expect(struct scene *scene, const char *verb, const char *body,
                   const char *expected)
{
    json_t *answer = post(scene, verb, body);
    struct strbuf got;
    size_t i;
    const json_t *result;
    strbuf_init(&got);
    json_array_foreach(at(answer, "results"), i, result) strbuf_add_fmt(
        &got, "%s%d %s %s", i ? "; " : "", (int)int_at(result, "id"),
        json_is_true(at(result, "ok")) ? "ok" : text_at(result, "code"),
        text_at(result, "text"));
    assert_string_equal(got.text, expected);
    strbuf_release(&got);
    json_decref(answer);
}

/* Job 1 runs on all nodes, 2 and 3 wait. */
static void fill(struct scene *scene)
{
    submit(scene, ALL);
    job_started(scene, 1);
    submit(scene, ONE);
    submit(scene, ONE);
}

static void cancel_does_what_it_can_for_each(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "cancel", "{\"ids\":[2,1,9]}",
           "2 ok cancelled; 1 ok is being ended; "
           "9 ERR_NOT_FOUND no job 9");
    assert_int_equal(job_state_of(scene, 2), JOB_CANCELLED);
    assert_int_equal(job_state_of(scene, 1), JOB_COMPLETING);
    expect(scene, "cancel", "{\"ids\":[2]}",
           "2 ERR_CONFLICT job 2 has ended (cancelled)");
    /* all: those that are there; its reason goes to the log */
    expect(scene, "cancel", "{\"all\":true,\"reason\":\"enough\"}",
           "1 ok is being ended; 3 ok cancelled");
}

static void a_signal_is_sent_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "cancel", "{\"ids\":[1,2],\"signal\":\"USR1\"}",
           "1 ok sent USR1; 2 ERR_CONFLICT job 2 is pending, not running");
    assert_int_equal(scene->last_signal, SIGUSR1);
    assert_int_equal(scene->signalled, 1);
    assert_int_equal(job_state_of(scene, 1), JOB_RUNNING);
    expect(scene, "cancel", "{\"all\":true,\"signal\":\"SIGTERM\"}",
           "1 ok sent TERM");
    expect(scene, "cancel", "{\"ids\":[1],\"signal\":\"12\"}",
           "1 ok sent USR2");
    expect(scene, "cancel", "{\"ids\":[9],\"signal\":\"HUP\"}",
           "9 ERR_NOT_FOUND no job 9");
    json_t *error = ask_json(scene, 400, "POST", "/v1/jobs/cancel",
                             "{\"ids\":[1],\"signal\":\"NOPE\"}");
    assert_string_equal(text_at(error, "error.text"),
                        "signal: 'NOPE' is no signal");
    json_decref(error);
}

static void hold_and_release(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "hold", "{\"ids\":[2,1]}",
           "2 ok held; 1 ERR_CONFLICT job 1 runs: it cannot be held");
    expect(scene, "hold", "{\"all\":true}", "3 ok held");
    job_exited(scene, 1, 0);
    assert_int_equal(job_state_of(scene, 2), JOB_PENDING);
    expect(scene, "release", "{\"ids\":[2]}", "2 ok released");
    assert_int_equal(job_state_of(scene, 2), JOB_STARTING);
    expect(scene, "release", "{\"all\":true}", "3 ok released");
    expect(scene, "release", "{\"ids\":[3]}",
           "3 ERR_CONFLICT job 3 is not held");
}

static void requeue_ends_and_queues_again(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "requeue", "{\"ids\":[1,2]}",
           "1 ok goes back to the queue; "
           "2 ERR_CONFLICT job 2 waits already");
    assert_int_equal(job_state_of(scene, 1), JOB_COMPLETING);
}

static void a_pending_job_can_be_changed(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "update",
           "{\"ids\":[2],\"priority\":5,\"walltime\":600,\"min_nodes\":2,"
           "\"max_nodes\":4}",
           "2 ok priority 5, walltime 10:00, nodes 2-4");
    const struct job *job = sched_job(scene->manager.sched, 2);
    assert_int_equal(job->request.priority, 5);
    assert_int_equal(job->request.walltime, 600 * USEC_PER_SEC);
    assert_int_equal(job->request.max_nodes, 4);
    expect(scene, "update", "{\"ids\":[2],\"walltime_add\":-60.5}",
           "2 ok walltime 09:00");
    expect(scene, "update", "{\"ids\":[2],\"max_nodes\":1}",
           "2 ERR_INPUT job 2 cannot have min_nodes > max_nodes");
    expect(scene, "update", "{\"ids\":[3],\"begin\":100}",
           "3 ok begin changed");
    job_exited(scene, 1, 0);
    assert_int_equal(job_state_of(scene, 3), JOB_PENDING);
    expect(scene, "update", "{\"ids\":[3],\"begin\":0}", "3 ok begin changed");
    assert_int_equal(job_state_of(scene, 3), JOB_STARTING);
}

static void of_a_running_job_only_the_walltime(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    expect(scene, "update", "{\"ids\":[1],\"walltime_add\":600}",
           "1 ok walltime 1:10:00");
    expect(scene, "update", "{\"ids\":[1],\"min_nodes\":1}",
           "1 ERR_CONFLICT job 1 runs: only its priority and walltime can be "
           "changed");
    json_t *answer =
        post(scene, "update", "{\"ids\":[1],\"walltime_add\":-7200}");
    assert_contains(text_at(answer, "results.0.text"), "would end it");
    assert_contains(text_at(answer, "results.0.hint"), "erm cancel 1");
    json_decref(answer);
    expect(scene, "update", "{\"ids\":[9],\"walltime\":60}",
           "9 ERR_NOT_FOUND no job 9");
}

static void what_makes_no_sense_is_refused_at_once(void **state)
{
    struct scene *scene = *state;
    static const char *const bodies[] = {
        "{\"ids\":[1]}",
        "{\"priority\":5}",
        "{\"ids\":[1],\"priority\":\"5\"}",
        "{\"ids\":[1],\"priority\":5000000000}",
        "{\"ids\":[1],\"walltime\":60,\"walltime_add\":60}",
        "{\"ids\":[1],\"walltime\":-5}",
        "{\"ids\":[1],\"min_nodes\":0}",
        "{\"ids\":[1],\"begin\":\"now\"}",
        "{\"ids\":[1],\"priorty\":5}",
    };
    fill(scene);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        json_decref(ask_json(scene, 400, "POST", "/v1/jobs/update", bodies[i]));
    json_decref(ask_json(scene, 400, "POST", "/v1/jobs/cancel", "{}"));
    json_decref(ask_json(scene, 400, "POST", "/v1/jobs/hold", "{\"ids\":0}"));
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cancel_does_what_it_can_for_each),
        TEST(a_signal_is_sent_and_nothing_else),
        TEST(hold_and_release),
        TEST(requeue_ends_and_queues_again),
        TEST(a_pending_job_can_be_changed),
        TEST(of_a_running_job_only_the_walltime),
        TEST(what_makes_no_sense_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
