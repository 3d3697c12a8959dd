/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/swf.h"

#define ONE "1 0 5 100 4 -1 -1 8 200 -1 1 7 8 9 2 3 -1 -1\n"
#define TWO "2 10 -1 50 2 -1 -1 2 60 -1 1 7 8 9 2 3 1 15\n"

static void read_text(struct swf *swf, const char *text)
{
    struct err err = {.code = ERR_NONE};

    swf_init(swf);
    if (swf_read(swf, text, strlen(text), "t.swf", &err) < 0)
        fail_msg("%s", err.text);
}

/* Returns what is wrong with the LEN bytes, with its hint. */
static const char *problem_of(const char *text, size_t len)
{
    static char told[800];
    struct err err = {.code = ERR_NONE};
    struct swf swf;

    swf_init(&swf);
    assert_int_equal(swf_read(&swf, text, len, "t.swf", &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_null(swf.jobs);
    assert_int_equal(swf.n, 0);
    snprintf(told, sizeof(told), "%s%s%s", err.text, err.hint[0] ? "; " : "",
             err.hint);
    return told;
}

static void expect_problem(const char *text, const char *problem)
{
    assert_contains(problem_of(text, strlen(text)), problem);
}

static void test_all_fields(void **state)
{
    struct swf swf;
    (void)state;

    read_text(&swf, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n");
    assert_int_equal(swf.n, 1);
    const struct swf_job *job = &swf.jobs[0];
    assert_int_equal(job->id, 1);
    assert_int_equal(job->submit, 2);
    assert_int_equal(job->wait, 3);
    assert_int_equal(job->run, 4);
    assert_int_equal(job->procs_used, 5);
    assert_int_equal(job->cpu_time, 6);
    assert_int_equal(job->memory_used, 7);
    assert_int_equal(job->procs_requested, 8);
    assert_int_equal(job->requested_time, 9);
    assert_int_equal(job->memory_requested, 10);
    assert_int_equal(job->status, 11);
    assert_int_equal(job->user, 12);
    assert_int_equal(job->group, 13);
    assert_int_equal(job->program, 14);
    assert_int_equal(job->queue, 15);
    assert_int_equal(job->partition, 16);
    assert_int_equal(job->preceding, 17);
    assert_int_equal(job->think_time, 18);
    assert_int_equal(job->line, 1);
    swf_release(&swf);
}

static void test_header_and_comments(void **state)
{
    struct swf swf;
    (void)state;

    read_text(&swf, "; Version: 2.2\n;   MaxNodes: 64 (four of them slow)\n"
                    ";MaxProcs:128\n; UnixStartTime: 1027839845\n"
                    "; Note: MaxProcs: 7 is free text\n; MaxJobs\n;\n\n" ONE
                    "; MaxProcs: 9 comes too late\n  \t\n" TWO);
    assert_int_equal(swf.n, 2);
    assert_int_equal(swf.max_nodes, 64);
    assert_int_equal(swf.max_procs, 128);
    assert_int_equal(swf.start, 1027839845);
    assert_int_equal(swf_machine(&swf), 128);
    assert_int_equal(swf.jobs[0].line, 9);
    assert_int_equal(swf.jobs[1].line, 12);
    swf_release(&swf);
}

static void test_machine_of_the_header(void **state)
{
    struct swf swf;
    (void)state;

    read_text(&swf, "; MaxNodes: 64\n" ONE);
    assert_int_equal(swf_machine(&swf), 64);
    swf_release(&swf);
    read_text(&swf, "; MaxNodes: -1\n; MaxProcs: unknown\n" ONE);
    assert_int_equal(swf_machine(&swf), 0);
    swf_release(&swf);
}

/* What the archive's converters and other operating systems write. */
static void test_tolerance(void **state)
{
    struct swf swf;
    (void)state;

    read_text(&swf, "\t 1  0\t5 100.99 4 552.21 -1 8 200.00 -1 1 7 8 9 2 3 -1 "
                    "-0.5 \t\r\n" TWO);
    assert_int_equal(swf.n, 2);
    assert_int_equal(swf.jobs[0].run, 100);
    assert_int_equal(swf.jobs[0].cpu_time, 552);
    assert_int_equal(swf.jobs[0].requested_time, 200);
    assert_int_equal(swf.jobs[0].think_time, 0);
    swf_release(&swf);

    read_text(&swf, "1 0 5 100 4 -1 -1 8 200\n2 1 5 100 4 -1 -1 8 00000000200");
    assert_int_equal(swf.n, 2);
    assert_int_equal(swf.jobs[1].requested_time, 200);
    assert_int_equal(swf.jobs[1].memory_requested, -1);
    assert_int_equal(swf.jobs[1].think_time, -1);
    swf_release(&swf);
}

static void test_backward_times_are_counted(void **state)
{
    struct swf swf;
    (void)state;

    read_text(&swf,
              TWO ONE ONE TWO "3 9 -1 50 2 -1 -1 2 60 -1 1 7 8 9 2 3 1 1");
    assert_int_equal(swf.n_backward, 2);
    assert_int_equal(swf.jobs[0].id, 2);
    swf_release(&swf);
}

static void test_garbage(void **state)
{
    (void)state;
    expect_problem(ONE "2 10 -1 fifty 2 -1 -1 2 60 -1 1 7 8 9 2 3 1 15\n",
                   "t.swf:2:9: field 4 (run time): a number is expected, not "
                   "\"fifty\"; an SWF line is a job of 18 numbers");
    expect_problem("{ \"jobs\": [] }", "t.swf:1:1: field 1 (job number)");
    expect_problem("1 2x 3\n", "t.swf:1:3: field 2 (submit time)");
    expect_problem("1 2. 3\n", "not \"2.\"");
    expect_problem("1 - 3\n", "not \"-\"");
    expect_problem("1 --1 3\n", "not \"--1\"");
    expect_problem("1 +1 3\n", "not \"+1\"");
    expect_problem("1 1e5 3\n", "not \"1e5\"");
    expect_problem("1 nan 3\n", "not \"nan\"");
    expect_problem("1 \xff 3\n",
                   "t.swf:1:3: field 2 (submit time): a number is "
                   "expected, not the byte 0xff");
    assert_contains(problem_of("1 0 5\0 1\n", 9), "not \"5\"");
    assert_contains(problem_of("\0\0", 2), "not the byte 0x00");
}

static void test_huge_numbers(void **state)
{
    (void)state;
    expect_problem("1 100000000001 0\n",
                   "t.swf:1:3: field 2 (submit time): at most 100000000000");
    expect_problem("1 -100000000001 0\n", "t.swf:1:3: field 2 (submit time)");
    expect_problem("1 0 0 100000001\n",
                   "field 4 (run time): at most 100000000");
    expect_problem("1 0 0 1 99999999999999999999999999999999\n",
                   "field 5 (allocated processors): at most 1000000000");
    expect_problem("18446744073709551617 0\n", "field 1 (job number)");
}

static void test_cut_lines(void **state)
{
    (void)state;
    expect_problem(ONE "2 10 -1 50 2 -1 -1 2 60 -1\n" ONE,
                   "t.swf:2:27: 10 fields, but the jobs above have 18: the "
                   "line is cut off or damaged");
    expect_problem(ONE "2 10", "t.swf:2:5: 2 fields, but");
    expect_problem("1 2 3 4 5 6 7 8\n",
                   "t.swf:1:16: 8 fields; a job has 18, at least 9");
    expect_problem("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n",
                   "t.swf:1:46: more than 18 fields");
    expect_problem("", "t.swf: there is no job in it");
    expect_problem("; MaxProcs: 100\n\n", "t.swf: there is no job in it");
}

/* The reader must not look past its bytes, nor slow down on such a line. */
static void test_very_long_lines(void **state)
{
    size_t len = 1 << 24;
    char *text = malloc(len);
    (void)state;

    assert_non_null(text);
    memset(text, '1', len);
    assert_contains(problem_of(text, len), "t.swf:1:1: field 1 (job number): "
                                           "at most 999999999999999");
    memset(text, ' ', len);
    assert_contains(problem_of(text, len), "there is no job in it");
    text[0] = ';';
    assert_contains(problem_of(text, len), "there is no job in it");
    for (size_t i = 0; i < len; i += 2)
        text[i] = '1';
    assert_contains(problem_of(text, len), "t.swf:1:37: more than 18 fields");
    free(text);
}

/* Field: job, submit, run, allocated, requested processors, requested time. */
static struct swf_job job_of(int64_t id, int64_t submit, int64_t run,
                             int64_t used, int64_t requested, int64_t time)
{
    return (struct swf_job){.id = id,
                            .submit = submit,
                            .run = run,
                            .procs_used = used,
                            .procs_requested = requested,
                            .requested_time = time};
}

static void test_strong_filter(void **state)
{
    const struct swf_job jobs[] = {
        job_of(1, 0, 10, 100, 100, 20), job_of(2, 0, 10, 101, 1, 20),
        job_of(3, 0, 10, 1, 101, 20),   job_of(4, 0, 10, -1, 0, 20),
        job_of(5, 0, 10, 3, -1, 20),    job_of(6, 0, 10, 0, 4, 20),
        job_of(7, 0, 0, 1, 1, 20),      job_of(8, 0, -1, 1, 1, 20),
        job_of(9, 0, 10, 1, 1, 0),      job_of(10, 0, 10, 1, 1, 9),
        job_of(11, -1, 10, 1, 1, 20),   job_of(12, -1, 0, -1, 0, 0),
        job_of(13, 0, 10, 3, 5, 10),
    };
    const int64_t kept[] = {1, 5, 6, 10, 13};
    struct swf_filtered filtered;
    struct swf swf;
    (void)state;

    swf_init(&swf);
    for (size_t i = 0; i < N_OF(jobs); i++)
        swf_add(&swf, &jobs[i]);
    swf_normalise(&swf, 100, &filtered);
    assert_int_equal(swf.n, N_OF(kept));
    for (size_t i = 0; i < N_OF(kept); i++)
        assert_int_equal(swf.jobs[i].id, kept[i]);
    assert_int_equal(filtered.n_kept, 5);
    assert_int_equal(filtered.n_too_large, 2);
    assert_int_equal(filtered.n_no_size, 2);
    assert_int_equal(filtered.n_no_run, 2);
    assert_int_equal(filtered.n_no_request, 1);
    assert_int_equal(filtered.n_no_submit, 1);
    assert_int_equal(filtered.n_raised, 1);
    assert_int_equal(swf.jobs[1].procs_requested, 3);
    assert_int_equal(swf.jobs[2].procs_used, 4);
    assert_int_equal(swf.jobs[3].requested_time, 10);
    assert_int_equal(swf.jobs[4].procs_used, 3);
    assert_int_equal(swf.jobs[4].procs_requested, 5);
    swf_release(&swf);
}

static void test_write_and_read_again(void **state)
{
    struct strbuf text;
    struct swf swf;
    (void)state;

    strbuf_init(&text);
    read_text(&swf, "; MaxProcs: 128\n" ONE TWO);
    swf.jobs[0].id = INT64_MAX;
    swf.jobs[0].think_time = INT64_MIN;
    swf_write(&swf, &text);
    assert_string_equal(text.text,
                        "; Version: 2.2\n; MaxJobs: 2\n; MaxProcs: 128\n"
                        "9223372036854775807 0 5 100 4 -1 -1 8 200 -1 1 7 8 9 "
                        "2 3 -1 -9223372036854775808\n" TWO);
    swf_release(&swf);
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_fields),
        cmocka_unit_test(test_header_and_comments),
        cmocka_unit_test(test_machine_of_the_header),
        cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_backward_times_are_counted),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_huge_numbers),
        cmocka_unit_test(test_cut_lines),
        cmocka_unit_test(test_very_long_lines),
        cmocka_unit_test(test_strong_filter),
        cmocka_unit_test(test_write_and_read_again),
    };
    return cmocka_run_group_tests_name("codec/swf", tests, NULL, NULL);
}
