/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_spec.h"

#include "base/duration.h"

static dur_us walltime_of(const char *value)
{
    struct job_spec spec;
    char members[100];
    dur_us walltime;

    snprintf(members, sizeof(members), "\"walltime\": %s", value);
    read_spec(&spec, members);
    walltime = spec.request.walltime;
    job_spec_release(&spec);
    return walltime;
}

static void test_walltimes_in_every_form(void **state)
{
    (void)state;
    assert_int_equal(walltime_of("1800"), 1800 * USEC_PER_SEC);
    assert_int_equal(walltime_of("0.5"), USEC_PER_SEC / 2);
    assert_int_equal(walltime_of("\"00:30:00\""), 1800 * USEC_PER_SEC);
    assert_int_equal(walltime_of("\"30:00\""), 1800 * USEC_PER_SEC);
    assert_int_equal(walltime_of("\"90\""), 90 * USEC_PER_SEC);
    assert_int_equal(walltime_of("\"1.5h\""), 5400 * USEC_PER_SEC);
    assert_int_equal(walltime_of("\"PT30M\""), 1800 * USEC_PER_SEC);
    assert_int_equal(walltime_of("\"unlimited\""), TIME_NEVER);
    assert_int_equal(walltime_of("null"), TIME_NEVER);
    assert_int_equal(walltime_of("100000000"), DURATION_MAX);
}

static void test_commands_that_no_shell_could_read(void **state)
{
    static const struct refusal refusals[] = {
        {"\"job_command\": \"echo 'a\"",
         "job_command: the same as \"command\", which is given too", NULL},
        {"\"worker\": \"echo 'a\"",
         "worker: a single quote is not closed, column 6", NULL},
        {"\"hook\": \"echo $(a\", \"elastic\": true",
         "hook: '$(' is not closed, column 7", NULL},
    };
    struct job_spec spec;
    struct err err;

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    assert_int_equal(
        job_spec_from_text("{\"command\": \"echo \\\"a\"}", &spec, &err), -1);
    assert_string_equal(err.text,
                        "command: a double quote is not closed, column 6");
    read_spec(&spec, "\"worker\": \"echo 'a' \\\"$(b)\\\" # don't\"");
    assert_string_equal(spec.worker, "echo 'a' \"$(b)\" # don't");
    job_spec_release(&spec);
}

static void test_times_out_of_range(void **state)
{
    static const struct refusal refusals[] = {
        {"\"walltime\": 0", "walltime: must be more than 0", NULL},
        {"\"walltime\": -5", "walltime: must be more than 0", NULL},
        {"\"walltime\": 100000001",
         "walltime: out of range (up to 100000000 seconds)", NULL},
        {"\"walltime\": 1e300",
         "walltime: out of range (up to 100000000 seconds)", NULL},
        {"\"walltime\": true", "walltime: a time is expected, found true",
         NULL},
        {"\"walltime\": \"\"", "walltime: must not be empty", NULL},
        {"\"walltime\": \"0\"", "walltime: must be more than 0", NULL},
        {"\"grace\": \"unlimited\"", "grace: must have a limit", NULL},
        {"\"start_time\": -1", "start_time: must not be less than 0", NULL},
        {"\"cooldown\": \"inf\"", "cooldown: must have a limit", NULL},
    };
    struct err err;

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    assert_contains(refuse_spec("\"walltime\": \"soon\"", &err), "walltime: ");
    assert_true(*err.hint);
}

static void test_zero_where_it_means_something(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"cooldown\": 0, \"warn_before\": \"0s\", "
                     "\"start_time\": \"0\"");
    assert_int_equal(spec.request.cooldown, 0);
    assert_int_equal(spec.warn_before, 0);
    assert_int_equal(spec.begin_delay, 0);
    job_spec_release(&spec);
}

static void test_spans_go_where_they_belong(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"accept_within\": 1, \"done_within\": \"inf\", "
                     "\"grace\": 3, \"cooldown\": 4, \"warn_before\": 5, "
                     "\"start_time\": 6");
    assert_int_equal(spec.request.accept_within, 1 * USEC_PER_SEC);
    assert_int_equal(spec.request.done_within, TIME_NEVER);
    assert_int_equal(spec.grace, 3 * USEC_PER_SEC);
    assert_int_equal(spec.request.cooldown, 4 * USEC_PER_SEC);
    assert_int_equal(spec.warn_before, 5 * USEC_PER_SEC);
    assert_int_equal(spec.begin_delay, 6 * USEC_PER_SEC);
    assert_int_equal(spec.request.begin, 0);
    job_spec_release(&spec);
}

static void test_numbers(void **state)
{
    static const struct refusal refusals[] = {
        {"\"min_nodes\": 0", "min_nodes: 0 is out of range (1 to 100000)",
         NULL},
        {"\"max_nodes\": 100001",
         "max_nodes: 100001 is out of range (1 to 100000)", NULL},
        {"\"min_nodes\": 9223372036854775807",
         "min_nodes: 9223372036854775807 is out of range (1 to 100000)", NULL},
        {"\"min_nodes\": 2.0",
         "min_nodes: a whole number is expected, found a fraction", NULL},
        {"\"min_nodes\": \"2\"",
         "min_nodes: a whole number is expected, found a string",
         "write it without the quotes"},
        {"\"min_nodes\": [2]",
         "min_nodes: a whole number is expected, found a list", NULL},
        {"\"priority\": 1000000001",
         "priority: 1000000001 is out of range "
         "(-1000000000 to 1000000000)",
         NULL},
    };
    struct job_spec spec;

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    read_spec(&spec, "\"min_nodes\": 1, \"max_nodes\": 100000, "
                     "\"priority\": -7, \"slots_per_node\": 4, "
                     "\"procs_per_node\": 2");
    assert_int_equal(spec.request.max_nodes, 100000);
    assert_int_equal(spec.request.priority, -7);
    assert_int_equal(spec.slots_per_node, 4);
    assert_int_equal(spec.procs_per_node, 2);
    job_spec_release(&spec);
}

static void test_strings(void **state)
{
    static const struct refusal refusals[] = {
        {"\"cwd\": 3", "cwd: a string is expected, found a number", NULL},
        {"\"cwd\": \"\"", "cwd: must not be empty", NULL},
        {"\"name\": \"a\\nb\"", "name: must not hold control characters", NULL},
        {"\"name\": \"a\\u001bb\"", "name: must not hold control characters",
         NULL},
        {"\"hold\": 1", "hold: true or false is expected, found a number",
         NULL},
    };
    struct job_spec spec;

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    read_spec(&spec, "\"name\": \"n\xc3\xa4me 1\", \"cwd\": \"/a b\", "
                     "\"stdout\": \"o\", \"stderr\": \"e\"");
    assert_string_equal(spec.name, "n\xc3\xa4me 1");
    assert_string_equal(spec.cwd, "/a b");
    assert_string_equal(spec.stdout_path, "o");
    assert_string_equal(spec.stderr_path, "e");
    job_spec_release(&spec);
}

static void test_a_string_has_a_longest_length(void **state)
{
    json_t *object = json_object();
    char *text = malloc(65538);
    struct job_spec spec;
    struct err err;

    (void)state;
    memset(text, 'a', 65536);
    text[65536] = '\0';
    json_object_set_new(object, "command", json_string(text));
    assert_int_equal(job_spec_from_json(object, &spec, &err), 0);
    job_spec_release(&spec);
    strcat(text, "a");
    json_object_set_new(object, "command", json_string(text));
    assert_int_equal(job_spec_from_json(object, &spec, &err), -1);
    assert_string_equal(err.text, "command: longer than 65536 bytes");
    json_decref(object);
    free(text);
}

static void test_words(void **state)
{
    static const struct refusal refusals[] = {
        {"\"type\": \"elastik\"",
         "type: unknown word \"elastik\"; did you mean \"elastic\"?", NULL},
        {"\"on_deadline\": \"explode\"",
         "on_deadline: unknown word \"explode\"",
         "one of: keep, force, requeue, cancel"},
        {"\"type\": 3", "type: a string is expected, found a number", NULL},
    };

    (void)state;
    refuse_all(refusals, N_OF(refusals));
}

static void test_how_an_mpi_program_is_started(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"launch\": \"mpi\", \"dvm\": \"job\", "
                     "\"map_by\": \"ppr:2:node:PE=2\", "
                     "\"bind_to\": \"core\"");
    assert_int_equal(spec.launch, LAUNCH_MPI);
    assert_int_equal(spec.dvm, DVM_OWN);
    assert_string_equal(spec.map_by, "ppr:2:node:PE=2");
    assert_string_equal(spec.bind_to, "core");
    job_spec_release(&spec);
    read_spec(&spec, "\"dvm\": \"pool\"");
    assert_int_equal(spec.launch, LAUNCH_SHELL);
    assert_int_equal(spec.dvm, DVM_OF_POOL);
    assert_null(spec.map_by);
    assert_null(spec.bind_to);
    job_spec_release(&spec);
    read_spec(&spec, "\"launch\": \"mpi\"");
    assert_int_equal(spec.dvm, DVM_BY_RULE);
    job_spec_release(&spec);
}

/* They become words of prun's command line: none of them may be an option of
 * its own, or need a quote. */
static void test_options_of_prun_are_plain_words(void **state)
{
    static const char hint[] =
        "write it as for prun, for example \"core\" or \"ppr:2:node\"";
    static const struct refusal refusals[] = {
        {"\"map_by\": \"-x\"", "map_by: not a value of this option", hint},
        {"\"map_by\": \"--host\"", "map_by: not a value of this option", hint},
        {"\"map_by\": \"\"", "map_by: not a value of this option", hint},
        {"\"map_by\": \"node core\"", "map_by: not a value of this option",
         hint},
        {"\"bind_to\": \"-n\"", "bind_to: not a value of this option", hint},
        {"\"bind_to\": \"core'\"", "bind_to: not a value of this option", hint},
        {"\"bind_to\": \"$(id)\"", "bind_to: not a value of this option", hint},
        {"\"bind_to\": \"core\\n\"", "bind_to: not a value of this option",
         hint},
        {"\"map_by\": 2", "map_by: a string is expected, found a number", NULL},
        {"\"dvm\": \"own\"", "dvm: unknown word \"own\"", "one of: job, pool"},
    };

    (void)state;
    refuse_all(refusals, N_OF(refusals));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walltimes_in_every_form),
        cmocka_unit_test(test_commands_that_no_shell_could_read),
        cmocka_unit_test(test_times_out_of_range),
        cmocka_unit_test(test_zero_where_it_means_something),
        cmocka_unit_test(test_spans_go_where_they_belong),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_a_string_has_a_longest_length),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_how_an_mpi_program_is_started),
        cmocka_unit_test(test_options_of_prun_are_plain_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
