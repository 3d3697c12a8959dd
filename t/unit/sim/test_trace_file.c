/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "sim/trace_file.h"

#define LINE "1 0 5 100 4 -1 -1 8 200 -1 1 7 8 9 2 3 -1 -1\n"

static char folder[64], path[80];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/erm-trace-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/t", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_plain(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* N lines, which differ so that the packed file has some length. */
static void write_gzip(int n)
{
    gzFile file = gzopen(path, "wb");

    assert_non_null(file);
    for (int i = 0; i < n; i++)
        gzprintf(file,
                 "%d %d"
                 " 5 %d 4 -1 -1 8 200 -1 1 7 8 9 2 3 -1 -1\n",
                 i, i, i * 7919 % 1000);
    assert_int_equal(gzclose(file), Z_OK);
}

static struct err problem_of(const char *name)
{
    struct err err = {.code = ERR_NONE};
    struct swf swf;

    swf_init(&swf);
    assert_int_equal(trace_file_read(name, &swf, &err), -1);
    assert_null(swf.jobs);
    return err;
}

static void expect_jobs(const char *name, size_t n)
{
    struct err err = {.code = ERR_NONE};
    struct swf swf;

    swf_init(&swf);
    if (trace_file_read(name, &swf, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(swf.n, n);
    swf_release(&swf);
}

static void test_plain_and_gzip(void **state)
{
    (void)state;
    write_plain(LINE LINE);
    expect_jobs(path, 2);
    write_gzip(5000);
    expect_jobs(path, 5000);
}

static void test_standard_input(void **state)
{
    int saved = dup(STDIN_FILENO), fd;
    (void)state;

    write_gzip(3);
    fd = open(path, O_RDONLY);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    expect_jobs("-", 3);
    write_plain("garbage\n");
    assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_SET), 0);
    assert_contains(problem_of("-").text, "standard input:1:1: ");
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(fd);
}

static void test_truncated_gzip(void **state)
{
    struct err err;
    (void)state;

    write_gzip(5000);
    assert_int_equal(truncate(path, 8000), 0);
    err = problem_of(path);
    assert_int_equal(err.code, ERR_INPUT);
    assert_contains(err.text, "the gzip file ends too early");
}

static void test_damaged_gzip(void **state)
{
    struct err err;
    int fd;
    (void)state;

    write_gzip(5000);
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 4000),
                     8);
    close(fd);
    err = problem_of(path);
    assert_int_equal(err.code, ERR_INPUT);
    assert_contains(err.text, "a damaged gzip file");
}

static void test_no_such_file_and_a_folder(void **state)
{
    struct err err = problem_of("/nowhere/t.swf");
    (void)state;

    assert_int_equal(err.code, ERR_SYSTEM);
    assert_contains(err.text, "cannot open /nowhere/t.swf: No such file");
    err = problem_of(folder);
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_contains(err.text, "Is a directory");
}

/* Ten gigabytes, of which nothing is read. */
static void test_too_long(void **state)
{
    struct err err;
    (void)state;

    write_plain(LINE);
    assert_int_equal(truncate(path, 10737418240), 0);
    err = problem_of(path);
    assert_int_equal(err.code, ERR_INPUT);
    assert_contains(err.text, "/t is too long: at most 1024 MiB");
}

static void test_problem_names_file_and_line(void **state)
{
    char expected[120];
    (void)state;

    write_plain(LINE "2 x\n");
    snprintf(expected, sizeof(expected), "%s:2:3: field 2 (submit time)", path);
    assert_contains(problem_of(path).text, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_and_gzip),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_truncated_gzip),
        cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_no_such_file_and_a_folder),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_problem_names_file_and_line),
    };
    return cmocka_run_group_tests_name("sim/trace_file", tests, make_folder,
                                       remove_folder);
}
