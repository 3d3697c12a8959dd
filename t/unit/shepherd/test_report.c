/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shepherd/report.h"

struct pipe_text {
    int fds[2];
    char text[2048];
};

static struct report open_report(struct pipe_text *p)
{
    assert_int_equal(pipe2(p->fds, O_NONBLOCK), 0);
    return (struct report){p->fds[1], 7, 2, 3};
}

static const char *read_all(struct pipe_text *p)
{
    ssize_t n = read(p->fds[0], p->text, sizeof(p->text) - 1);
    p->text[n > 0 ? n : 0] = '\0';
    close(p->fds[0]);
    close(p->fds[1]);
    return p->text;
}

static void test_started(void **state)
{
    (void)state;
    struct pipe_text p;
    struct report report = open_report(&p);
    report_started(&report, 4711);
    assert_string_equal(read_all(&p), "7 2 3 started 4711\n");
}

static void test_failed(void **state)
{
    (void)state;
    struct pipe_text p;
    struct report report = open_report(&p);
    report_failed(&report, "cannot run", "x y", ENOENT);
    assert_string_equal(read_all(&p),
                        "7 2 3 failed cannot run: No such file or directory: "
                        "x y\n");
}

static void test_one_line_whatever_the_name(void **state)
{
    (void)state;
    struct pipe_text p;
    struct report report = open_report(&p);
    report_failed(&report, "cannot run", "a\nb\tc", EACCES);
    assert_string_equal(read_all(&p),
                        "7 2 3 failed cannot run: Permission denied: a?b?c\n");
}

static void test_long_name_is_cut(void **state)
{
    (void)state;
    struct pipe_text p;
    char name[1500];
    struct report report = open_report(&p);
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    report_failed(&report, "cannot run", name, EACCES);
    const char *text = read_all(&p);
    assert_true(strlen(text) <= PIPE_BUF);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_non_null(strstr(text, "Permission denied: xxx"));
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct report none = {-1, 7, 2, 3};
    report_started(&none, 1);
    report_failed(&none, "cannot run", "x", ENOENT);
}

static void test_full_pipe_does_not_block(void **state)
{
    (void)state;
    struct pipe_text p;
    struct report report = open_report(&p);
    for (int i = 0; i < 10000; i++) /* more than a pipe holds */
        report_started(&report, 1);
    read_all(&p);
}

static void test_manager_is_gone(void **state)
{
    (void)state;
    struct pipe_text p;
    struct report report = open_report(&p);
    signal(SIGPIPE, SIG_IGN); /* the shepherd has it blocked */
    close(p.fds[0]);
    report_started(&report, 1);
    close(p.fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_started),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_one_line_whatever_the_name),
        cmocka_unit_test(test_long_name_is_cut),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_full_pipe_does_not_block),
        cmocka_unit_test(test_manager_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
