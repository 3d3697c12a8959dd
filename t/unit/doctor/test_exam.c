/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "doctor/exam.h"

#define NOW ((time_us)1700000000 * USEC_PER_SEC)

static const struct exam_scale scale = {.version = "3.0.8",
                                        .folder = "/shared/x",
                                        .token = "abc",
                                        .is_remote = true};

/* What a host with eight cores says that is well. */
#define WELL                                                      \
    "clock 1 1700000000.250000000", "lacks 1", "space 1 1048576", \
        "token 1 abc", "facts 1 8 1700000000.3 3.0.8 0"

static void hear(struct exam *exam, const char *text, bool is_error)
{
    struct exam_context context = {exam, &scale};
    struct call_line line = {.text = text,
                             .is_error = is_error,
                             .after = 120 * USEC_PER_MSEC,
                             .wall_us = NOW};

    exam_take_line(&context, &line);
}

static void examine(struct exam *exam, uint32_t slots, const char *const *lines)
{
    const struct call call = {.status = 0};

    exam_init(exam, "n1", slots);
    for (; *lines != NULL; lines++)
        hear(exam, *lines, false);
    exam_judge(exam, &scale, &call);
}
#define EXAMINE(exam, slots, ...) \
    examine(exam, slots, (const char *const[]){__VA_ARGS__, NULL})

/* It has this one problem, of which TEXT tells; ends it. */
static void assert_problem(struct exam *exam, const char *word,
                           const char *text)
{
    assert_int_equal(exam->findings.n_problems, 1);
    assert_string_equal(exam->findings.items[0].word, word);
    assert_string_equal(exam->findings.items[0].text, text);
    assert_true(exam->findings.items[0].hint[0] != '\0');
    exam_release(exam);
}

static void test_a_host_that_is_well(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 8, WELL);
    assert_int_equal(exam.findings.n, 0);
    assert_true(exam.has_answered);
    assert_int_equal(exam.connect, 120 * USEC_PER_MSEC);
    assert_in_range(exam.clock_offset, 249000, 251000);
    assert_int_equal(exam.cores, 8);
    assert_int_equal(exam.is_shared, ANSWER_YES);
    assert_int_equal(exam.free_kib, 1048576);
    assert_string_equal(exam.version, "3.0.8");
    exam_release(&exam);
}

static void test_the_clock(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 0, "clock 1 1700000001.9");
    assert_int_equal(exam.findings.n, 0);
    exam_release(&exam);
    EXAMINE(&exam, 0, "clock 1 1700000004.2");
    assert_problem(&exam, "clock",
                   "its clock is 4.2 s ahead of this machine's");
    EXAMINE(&exam, 0, "clock 1 1699999997.5");
    assert_problem(&exam, "clock", "its clock is 2.5 s behind this machine's");
}

static void test_versions_of_prrte(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 0, "clock 1 1700000000", "facts 1 8 1700000000.1 0");
    assert_problem(&exam, "no PRRTE",
                   "prted is not found by a command over ssh");
    EXAMINE(&exam, 0, "clock 1 1700000000", "facts 1 8 1700000000.1 2.1.0 0");
    assert_problem(&exam, "PRRTE too old",
                   "PRRTE 2.1.0 is too old: 3.0 or later is needed");
    EXAMINE(&exam, 0, "clock 1 1700000000", "facts 1 8 1700000000.1 3.0.7 0");
    assert_problem(&exam, "other PRRTE",
                   "has PRRTE 3.0.7, this machine has 3.0.8");
}

static void test_cores_and_slots(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 9, WELL);
    assert_problem(&exam, "slots", "has 8 cores, but slots=9");
    /* without nproc: the time is no number of cores */
    EXAMINE(&exam, 9, "clock 1 1700000000", "lacks 1 nproc",
            "facts 1 1700000000.1 3.0.8 0");
    assert_int_equal(exam.cores, 0);
    assert_problem(&exam, "tools missing", "lacks what erm needs there: nproc");
}

static void test_folders(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 0, "clock 1 1700000000", "token 1 ");
    assert_problem(&exam, "not shared",
                   "does not see what is in /shared/x here");
    EXAMINE(&exam, 0, "clock 1 1700000000", "space 1 51200");
    assert_problem(&exam, "/tmp full", "only 50 MB are free in /tmp");
    EXAMINE(&exam, 0, "clock 1 1700000000", "space 1 ");
    assert_int_equal(exam.findings.n, 0);
    exam_release(&exam);
}

static void test_a_noisy_shell(void **state)
{
    struct exam exam;

    (void)state;
    EXAMINE(&exam, 0, "Welcome!", "clock is wrong", WELL);
    assert_int_equal(exam.n_noise, 2);
    assert_problem(&exam, "noisy shell",
                   "its login scripts print 2 lines over ssh: Welcome!");
    /* a banner on standard error disturbs nothing */
    exam_init(&exam, "n1", 0);
    hear(&exam, "authorised use only", true);
    hear(&exam, "clock 1 1700000000", false);
    exam_judge(&exam, &scale, &(struct call){.status = 0});
    assert_int_equal(exam.findings.n_problems, 0);
    assert_int_equal(exam.findings.n, 1);
    exam_release(&exam);
}

static void test_no_answer(void **state)
{
    struct exam exam;

    (void)state;
    exam_init(&exam, "n1", 0);
    hear(&exam, "ssh: connect to host n1 port 22: Connection refused", true);
    exam_judge(&exam, &scale, &(struct call){.status = 255});
    assert_problem(&exam, "refused",
                   "ssh: connect to host n1 port 22: Connection refused");
    exam_init(&exam, "n1", 0);
    exam_judge(&exam, &scale, &(struct call){.status = 137, .is_late = true});
    assert_problem(&exam, "no answer", "does not answer in time");
    exam_init(&exam, "n1", 0);
    exam_judge(&exam, &scale, &(struct call){.status = -1});
    assert_problem(&exam, "erm-rsh", "erm-rsh cannot be started");
    exam_init(&exam, "n1", 0);
    exam_judge(&exam, &scale, &(struct call){.status = 3});
    assert_problem(&exam, "no ssh",
                   "the connection ended (status 3) before an answer");
    exam_init(&exam, "n1", 0);
    hear(&exam, "clock 1 1700000000", false);
    exam_judge(&exam, &scale, &(struct call){.status = 137, .is_late = true});
    assert_problem(&exam, "slow", "did not answer everything in time");
}

/* Slices have this machine's PRRTE, and all of its cores each. */
static void test_slices(void **state)
{
    struct exam_scale slices = scale;
    struct exam exam;

    (void)state;
    slices.is_remote = false;
    exam_init(&exam, "n1", 64);
    hear(&exam, "clock 1 1700000000", false);
    hear(&exam, "facts 1 8 1700000000.1 0", false);
    exam_judge(&exam, &slices, &(struct call){.status = 0});
    assert_int_equal(exam.findings.n, 0);
    exam_release(&exam);
}

static void test_what_is_asked(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text);
    exam_ask("/shared/x/file", &text);
    assert_non_null(strstr(text.text, "\ntoken 1 /shared/x/file\n"));
    assert_memory_equal(text.text, "clock 1\n", 8);
    strbuf_reset(&text);
    exam_ask(NULL, &text);
    assert_null(strstr(text.text, "token"));
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_host_that_is_well),
        cmocka_unit_test(test_the_clock),
        cmocka_unit_test(test_versions_of_prrte),
        cmocka_unit_test(test_cores_and_slots),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_a_noisy_shell),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
