/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_spec.h"

static void test_a_new_spec_is_empty(void **state)
{
    struct job_spec spec;

    (void)state;
    job_spec_init(&spec);
    assert_string_equal(spec.name, "");
    assert_string_equal(spec.command, "");
    assert_null(spec.env);
    assert_int_equal(spec.request.walltime, TIME_NEVER);
    assert_true(spec.warn_before < 0);
    job_spec_release(&spec);
    job_spec_release(&spec);
    job_spec_release(NULL);
}

/* Text -> spec -> text gives the text back. */
static void expect_same(const char *text)
{
    struct job_spec spec;
    struct err err;
    char *again;

    if (job_spec_from_text(text, &spec, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    again = job_spec_to_text(&spec);
    assert_string_equal(again, text);
    free(again);
    job_spec_release(&spec);
}

static void test_round_trip_of_the_least(void **state)
{
    (void)state;
    expect_same("{\"command\":\"c\",\"type\":\"rigid\",\"min_nodes\":1,"
                "\"max_nodes\":1}");
}

static void test_round_trip_of_everything(void **state)
{
    (void)state;
    expect_same(
        "{\"id\":7,\"label\":\"x\",\"name\":\"n\",\"command\":\"a \\\"b\\\"\","
        "\"worker\":\"w\",\"type\":\"elastic\",\"min_nodes\":2,\"max_nodes\":8,"
        "\"pref_nodes\":4,\"walltime\":1800,"
        "\"walltime_scales\":true,\"priority\":-3,"
        "\"serial_fraction\":0.25,\"runtimes\":{\"1\":100,\"2\":60.5},"
        "\"after\":[\"3:ok\",\"a:b:any\",\"c:notok\"],\"start_time\":5,"
        "\"env\":{\"A\":\"1\",\"B\":\"x=y\"},\"cwd\":\"/d\",\"stdout\":\"o\","
        "\"stderr\":\"e\",\"slots_per_node\":4,\"procs_per_node\":2,"
        "\"launch\":\"workers\",\"resize\":\"app\","
        "\"resize_signal\":\"HUP\",\"resize_cost\":20,"
        "\"accept_within\":1,\"done_within\":\"unlimited\",\"grace\":3,"
        "\"cooldown\":0,\"on_deadline\":\"force\","
        "\"on_node_loss\":\"restart\",\"warn_before\":0,"
        "\"warn_signal\":\"USR2\",\"requeue\":true,\"hold\":true}");
}

static void test_fractions_of_seconds_are_exact(void **state)
{
    static const dur_us times[] = {1, 999999, 1000001, 123456789,
                                   99999999999999};
    struct job_spec spec, again;
    char *text;

    (void)state;
    for (size_t i = 0; i < N_OF(times); i++) {
        read_spec(&spec, "\"name\": \"x\"");
        spec.request.walltime = times[i];
        text = job_spec_to_text(&spec);
        assert_int_equal(job_spec_from_text(text, &again, NULL), 0);
        assert_int_equal(again.request.walltime, times[i]);
        free(text);
        job_spec_release(&spec);
        job_spec_release(&again);
    }
}

static void test_an_assigned_id_is_written(void **state)
{
    struct job_spec spec;
    json_t *object;

    (void)state;
    read_spec(&spec, "\"name\": \"x\"");
    object = job_spec_to_json(&spec);
    assert_null(json_object_get(object, "id"));
    json_decref(object);
    spec.request.id = 12;
    object = job_spec_to_json(&spec);
    assert_int_equal(json_integer_value(json_object_get(object, "id")), 12);
    json_decref(object);
    job_spec_release(&spec);
}

static void test_errors_have_the_key_and_the_place(void **state)
{
    struct job_spec spec;
    struct err err;

    (void)state;
    assert_int_equal(job_spec_from_text("{\"command\": \"c\",}", &spec, &err),
                     -1);
    assert_string_equal(err.text, "1:17: a key expected, found '}'");
    assert_int_equal(job_spec_from_text("{\"min_nodes\": 0}", &spec, &err), -1);
    assert_string_equal(err.text, "min_nodes: 0 is out of range (1 to 100000)");
    assert_int_equal(job_spec_from_text("{}", &spec, &err), -1);
    assert_string_equal(err.text, "the job has no \"command\"");
    assert_int_equal(job_spec_from_text("[]", &spec, &err), -1);
    assert_string_equal(err.text, "a job is an object {...}, found a list");
    assert_int_equal(job_spec_from_json(NULL, &spec, &err), -1);
    assert_int_equal(job_spec_from_text("{", &spec, NULL), -1);
}

static void test_a_warning_is_no_error(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"walltime\": \"30:00\"");
    assert_null(spec.identity);
    job_spec_release(&spec);
}

static void test_only_pending_jobs_are_taken(void **state)
{
    static const struct refusal refusals[] = {
        {"\"status\": \"completed\"", "status: only a pending job can be run",
         NULL},
    };
    struct job_spec spec;

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    read_spec(&spec, "\"status\": \"pending\"");
    job_spec_release(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_spec_is_empty),
        cmocka_unit_test(test_round_trip_of_the_least),
        cmocka_unit_test(test_round_trip_of_everything),
        cmocka_unit_test(test_fractions_of_seconds_are_exact),
        cmocka_unit_test(test_an_assigned_id_is_written),
        cmocka_unit_test(test_errors_have_the_key_and_the_place),
        cmocka_unit_test(test_a_warning_is_no_error),
        cmocka_unit_test(test_only_pending_jobs_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
