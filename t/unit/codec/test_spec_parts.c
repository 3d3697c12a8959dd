/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_spec.h"

#include <signal.h>

#include "codec/spec_parts.h"

static void test_ids_and_labels(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"id\": 7");
    assert_int_equal(spec.request.id, 7);
    assert_null(spec.label);
    job_spec_release(&spec);
    read_spec(&spec, "\"id\": \"0042\"");
    assert_int_equal(spec.request.id, 42);
    job_spec_release(&spec);
    read_spec(&spec, "\"id\": \"prep.1-a_B\"");
    assert_int_equal(spec.request.id, 0);
    assert_string_equal(spec.label, "prep.1-a_B");
    job_spec_release(&spec);
    read_spec(&spec, "\"id\": 9999999, \"label\": \"x\"");
    assert_int_equal(spec.request.id, 9999999);
    assert_string_equal(spec.label, "x");
    job_spec_release(&spec);
}

static void test_bad_ids(void **state)
{
    static const struct refusal refusals[] = {
        {"\"id\": 0", "id: a job id is a number from 1 to 9999999", NULL},
        {"\"id\": -1", "id: a job id is a number from 1 to 9999999", NULL},
        {"\"id\": \"0\"", "id: a job id is a number from 1 to 9999999", NULL},
        {"\"id\": 10000000", "id: a job id is a number from 1 to 9999999",
         NULL},
        {"\"id\": \"99999999999999999999999\"",
         "id: a job id is a number from 1 to 9999999", NULL},
        {"\"id\": 1.5", "id: a number or a string is expected, found a number",
         NULL},
        {"\"id\": \"\"", "id: must not be empty", NULL},
        {"\"id\": \"a b\"", "id: bad label",
         "a label has up to 64 letters, digits, '.', '_' and '-'"},
        {"\"id\": \"a\", \"label\": \"b\"",
         "label: the job has a label already", NULL},
        {"\"label\": \"12\"", "label: a label must not be a number", NULL},
    };
    char label[66];

    (void)state;
    refuse_all(refusals, N_OF(refusals));
    memset(label, 'a', 65);
    label[65] = '\0';
    assert_false(spec_label_is_valid(label));
    assert_true(spec_label_is_valid(label + 1));
    assert_false(spec_label_is_valid(""));
}

static void expect_after(const struct job_spec *spec, size_t i, const char *on,
                         enum dependency_kind kind)
{
    assert_true(i < spec->n_after);
    assert_string_equal(spec->after[i].on, on);
    assert_int_equal(spec->after[i].kind, kind);
}

static void test_dependencies(void **state)
{
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"after\": 3");
    assert_int_equal(spec.n_after, 1);
    expect_after(&spec, 0, "3", AFTER_OK);
    job_spec_release(&spec);

    read_spec(&spec, "\"after\": [3, \"4\", \"5:any\", \"prep:notok\", "
                     "\"a:b:ok\", \"my job\"]");
    assert_int_equal(spec.n_after, 6);
    expect_after(&spec, 0, "3", AFTER_OK);
    expect_after(&spec, 1, "4", AFTER_OK);
    expect_after(&spec, 2, "5", AFTER_ANY);
    expect_after(&spec, 3, "prep", AFTER_NOT_OK);
    expect_after(&spec, 4, "a:b", AFTER_OK);
    expect_after(&spec, 5, "my job", AFTER_OK);
    assert_int_equal(spec.request.n_after, 0);
    job_spec_release(&spec);

    read_spec(&spec, "\"after\": []");
    assert_int_equal(spec.n_after, 0);
    job_spec_release(&spec);
}

static void test_bad_dependencies(void **state)
{
    static const struct refusal refusals[] = {
        {"\"after\": [1, 0]",
         "after[1]: a job id is a number from 1 to 9999999", NULL},
        {"\"after\": \"3:maybe\"", "after: unknown condition after ':'",
         "write an id or a name, then :ok, :any or :notok"},
        {"\"after\": \":ok\"", "after: no job is named", NULL},
        {"\"after\": [\"\"]", "after[0]: must not be empty", NULL},
        {"\"after\": [[1]]",
         "after[0]: a job id or a name is expected, found a list", NULL},
        {"\"after\": true", "after: a job id or a name is expected, found true",
         NULL},
        {"\"after\": \"10000000:any\"",
         "after: a job id is a number from 1 to 9999999", NULL},
    };

    (void)state;
    refuse_all(refusals, N_OF(refusals));
}

static void test_environment(void **state)
{
    static const struct refusal refusals[] = {
        {"\"env\": {\"1A\": \"x\"}", "env.1A: not a name of a variable", NULL},
        {"\"env\": {\"A=B\": \"x\"}", "env.A=B: not a name of a variable",
         NULL},
        {"\"env\": {\"\": \"x\"}", "env.: not a name of a variable", NULL},
        {"\"env\": {\"A\": true}", "env.A: a string is expected, found true",
         NULL},
        {"\"env\": [\"A=1\"]",
         "env: an object of at most 10000 variables is expected, found a list",
         "write {\"NAME\": \"value\"}"},
    };
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"env\": {\"PATH\": \"/a:/b\", \"_n1\": 4, \"E\": \"\"}");
    assert_string_equal(spec.env[0], "PATH=/a:/b");
    assert_string_equal(spec.env[1], "_n1=4");
    assert_string_equal(spec.env[2], "E=");
    assert_null(spec.env[3]);
    job_spec_release(&spec);
    refuse_all(refusals, N_OF(refusals));
}

static void test_runtimes_are_sorted(void **state)
{
    static const struct refusal refusals[] = {
        {"\"runtimes\": {\"0\": 1}",
         "runtimes.0: not a number of nodes (1 to 100000)", NULL},
        {"\"runtimes\": {\"two\": 1}",
         "runtimes.two: not a number of nodes (1 to 100000)", NULL},
        {"\"runtimes\": {\"2\": 0}", "runtimes.2: must be more than 0", NULL},
        {"\"runtimes\": {\"2\": 5, \"02\": 6}",
         "runtimes: 2 nodes are given twice", NULL},
        {"\"runtimes\": 5",
         "runtimes: an object of at most 1000 sizes is "
         "expected, found a number",
         NULL},
    };
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"runtimes\": {\"4\": \"10m\", \"1\": 1800}");
    assert_int_equal(spec.request.n_runtimes, 2);
    assert_int_equal(spec.request.runtimes[0].nodes, 1);
    assert_int_equal(spec.request.runtimes[0].runtime, 1800 * USEC_PER_SEC);
    assert_int_equal(spec.request.runtimes[1].nodes, 4);
    assert_int_equal(spec.request.runtimes[1].runtime, 600 * USEC_PER_SEC);
    job_spec_release(&spec);
    refuse_all(refusals, N_OF(refusals));
}

static void test_serial_fraction(void **state)
{
    static const struct refusal refusals[] = {
        {"\"serial_fraction\": 1.1", "serial_fraction: must be from 0 to 1",
         NULL},
        {"\"serial_fraction\": -0.1", "serial_fraction: must be from 0 to 1",
         NULL},
        {"\"serial_fraction\": \"0.1\"",
         "serial_fraction: a number is expected, found a string", NULL},
    };
    struct job_spec spec;

    (void)state;
    read_spec(&spec, "\"serial_fraction\": 0");
    assert_true(spec.request.serial_fraction == 0);
    job_spec_release(&spec);
    refuse_all(refusals, N_OF(refusals));
}

static int signal_of(const char *value)
{
    struct job_spec spec;
    char members[60];
    int number;

    snprintf(members, sizeof(members), "\"warn_signal\": %s", value);
    read_spec(&spec, members);
    number = spec.warn_signal;
    job_spec_release(&spec);
    return number;
}

static void test_signals(void **state)
{
    static const struct refusal refusals[] = {
        {"\"warn_signal\": \"USR3\"", "warn_signal: unknown signal",
         "write a name as \"USR1\" or a number"},
        {"\"warn_signal\": \"KILL\"",
         "warn_signal: a program cannot catch this signal", NULL},
        {"\"warn_signal\": 65", "warn_signal: 65 is out of range (1 to 64)",
         NULL},
        {"\"warn_signal\": 0", "warn_signal: 0 is out of range (1 to 64)",
         NULL},
    };

    (void)state;
    assert_int_equal(signal_of("\"USR1\""), SIGUSR1);
    assert_int_equal(signal_of("\"SIGTERM\""), SIGTERM);
    assert_int_equal(signal_of("\"usr2\""), SIGUSR2);
    assert_int_equal(signal_of("34"), 34);
    assert_int_equal(signal_of("null"), 0);
    refuse_all(refusals, N_OF(refusals));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_and_labels),
        cmocka_unit_test(test_bad_ids),
        cmocka_unit_test(test_dependencies),
        cmocka_unit_test(test_bad_dependencies),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_runtimes_are_sorted),
        cmocka_unit_test(test_serial_fraction),
        cmocka_unit_test(test_signals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
