/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"

/* A log into memory. */
struct capture {
    struct log log;
    char *text;
    size_t len;
};

static void capture_init(struct capture *capture, enum log_level level)
{
    *capture = (struct capture){.log = {.level = level}};
    capture->log.stream = open_memstream(&capture->text, &capture->len);
    assert_non_null(capture->log.stream);
}

static void capture_release(struct capture *capture)
{
    fclose(capture->log.stream);
    free(capture->text);
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, text, 0, NULL, 0) != 0)
        fail_msg("'%s' is not like '%s'", text, pattern);
    regfree(&regex);
}

#define TIME_PATTERN                                                   \
    "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]" \
    "\\.[0-9]{3}[+-][0-9]{4}"

static void test_a_line_has_time_level_and_text(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture, LOG_INFO);
    log_info(&capture.log, "job %d started on %s", 7, "node[01-04]");
    assert_matches(capture.text, "^" TIME_PATTERN
                                 " INFO  job 7 started on node\\[01-04\\]\n$");
    capture_release(&capture);
}

static void test_the_time_is_that_of_the_zone(void **state)
{
    (void)state;
    struct capture capture;
    setenv("TZ", "XYZ-05:30", 1); /* POSIX: the sign is the other way round */
    tzset();
    capture_init(&capture, LOG_INFO);
    log_info(&capture.log, "x");
    assert_matches(capture.text, "^.{23}\\+0530 INFO  x\n$");
    capture_release(&capture);
    setenv("TZ", "UTC", 1);
    tzset();
    capture_init(&capture, LOG_INFO);
    log_info(&capture.log, "x");
    assert_matches(capture.text, "^.{23}\\+0000 INFO  x\n$");
    capture_release(&capture);
    unsetenv("TZ");
    tzset();
}

static void write_all_levels(const struct log *log)
{
    log_error(log, "e");
    log_warning(log, "w");
    log_info(log, "i");
    log_debug(log, "d");
}

static void test_lower_levels_are_left_out(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        [LOG_ERROR] = "^[^ ]+ ERROR e\n$",
        [LOG_WARNING] = "^[^ ]+ ERROR e\n[^ ]+ WARN  w\n$",
        [LOG_INFO] = "^[^ ]+ ERROR e\n[^ ]+ WARN  w\n[^ ]+ INFO  i\n$",
        [LOG_DEBUG] = ("^[^ ]+ ERROR e\n[^ ]+ WARN  w\n[^ ]+ INFO  i\n"
                       "[^ ]+ DEBUG d\n$"),
    };
    for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        struct capture capture;
        capture_init(&capture, (enum log_level)level);
        write_all_levels(&capture.log);
        assert_matches(capture.text, patterns[level]);
        capture_release(&capture);
    }
}

static void test_the_journal_gets_priorities(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture, LOG_DEBUG);
    capture.log.is_journald = true;
    write_all_levels(&capture.log);
    assert_string_equal(capture.text, "<3>e\n<4>w\n<6>i\n<7>d\n");
    capture_release(&capture);
}

static void test_no_log_is_silent(void **state)
{
    (void)state;
    struct log log = {.level = LOG_DEBUG};
    log_error(NULL, "x");
    log_error(&log, "x");
}

static void test_one_call_is_one_line(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture, LOG_INFO);
    capture.log.is_journald = true;
    log_info(&capture.log, "%s", "a\n<0>b\r\tc\x1b[2J\x7f");
    log_info(&capture.log, "%s",
             "\xc3\xa4 \xc2\x9b"
             "31m \xc2\xb5 \xc2");
    assert_string_equal(capture.text, "<6>a?<0>b??c?[2J?\n"
                                      "<6>\xc3\xa4 ??31m \xc2\xb5 \xc2\n");
    capture_release(&capture);
}

static void test_long_lines_are_whole(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture, LOG_INFO);
    capture.log.is_journald = true;
    log_info(&capture.log, "%*s|", 20000, "");
    assert_int_equal(capture.len, 3 + 20000 + 1 + 1);
    capture_release(&capture);
}

static void test_errno_is_kept(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    struct log log = {.stream = full, .level = LOG_INFO};
    errno = ENOENT;
    log_info(&log, "x"); /* cannot be written */
    assert_int_equal(errno, ENOENT);
    fclose(full);
}

static void test_init(void **state)
{
    (void)state;
    struct log log;
    unsetenv("JOURNAL_STREAM");
    log_init(&log, LOG_WARNING);
    assert_ptr_equal(log.stream, stderr);
    assert_int_equal(log.level, LOG_WARNING);
    assert_false(log.is_journald);
}

static void test_journal_is_recognised_by_its_stream(void **state)
{
    (void)state;
    char stream[64];
    struct stat st;
    struct log log;
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_init(&log, LOG_INFO);
    assert_true(log.is_journald);

    /* inherited from somebody whose stderr was another one, or nonsense */
    static const char *const others[] = {"1:1", "", "x", "9", "9:", "8:9:7"};
    for (size_t i = 0; i < N_OF(others); i++) {
        setenv("JOURNAL_STREAM", others[i], 1);
        log_init(&log, LOG_INFO);
        assert_false(log.is_journald);
    }
    unsetenv("JOURNAL_STREAM");
}

static void test_level_names(void **state)
{
    (void)state;
    enum log_level level = LOG_INFO;
    assert_int_equal(log_level_parse("error", &level), 0);
    assert_int_equal(level, LOG_ERROR);
    assert_int_equal(log_level_parse("WARNING", &level), 0);
    assert_int_equal(level, LOG_WARNING);
    assert_int_equal(log_level_parse("Info", &level), 0);
    assert_int_equal(level, LOG_INFO);
    assert_int_equal(log_level_parse("debug", &level), 0);
    assert_int_equal(level, LOG_DEBUG);
    assert_int_equal(log_level_parse("loud", &level), -1);
    assert_int_equal(log_level_parse("", &level), -1);
    assert_int_equal(log_level_parse("inf", &level), -1);
    assert_int_equal(level, LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_has_time_level_and_text),
        cmocka_unit_test(test_the_time_is_that_of_the_zone),
        cmocka_unit_test(test_lower_levels_are_left_out),
        cmocka_unit_test(test_the_journal_gets_priorities),
        cmocka_unit_test(test_no_log_is_silent),
        cmocka_unit_test(test_one_call_is_one_line),
        cmocka_unit_test(test_long_lines_are_whole),
        cmocka_unit_test(test_errno_is_kept),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_journal_is_recognised_by_its_stream),
        cmocka_unit_test(test_level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
