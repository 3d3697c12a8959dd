/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reader makes of a claim's folder, whole or broken. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "shepherd/claim.h"

static const struct exit_record sample = {.reason = EXIT_WALLTIME,
                                          .code = 0,
                                          .signal = 15,
                                          .started_us = 1795432670607175,
                                          .ended_us = 1795432680607175,
                                          .user_us = 12,
                                          .system_us = 34,
                                          .max_rss_kib = 1088};

/* By members: the padding between them is not ours. */
static void assert_same(const struct exit_record *a,
                        const struct exit_record *b)
{
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->signal, b->signal);
    assert_int_equal(a->started_us, b->started_us);
    assert_int_equal(a->ended_us, b->ended_us);
    assert_int_equal(a->user_us, b->user_us);
    assert_int_equal(a->system_us, b->system_us);
    assert_int_equal(a->max_rss_kib, b->max_rss_kib);
}

static void write_file(const struct sandbox *box, const char *name,
                       const char *text)
{
    char path[SANDBOX_PATH];
    FILE *file = fopen(sandbox_path(box, name, path), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* jobs/7.1 with a lock file that nobody holds. */
static void make_claim(const struct sandbox *box)
{
    char path[SANDBOX_PATH];
    assert_int_equal(mkdir(sandbox_path(box, "jobs/7.1", path), 0700), 0);
    write_file(box, "jobs/7.1/lock", "");
    write_file(box, "jobs/7.1/shepherd", "1 321 55 boot\n");
    write_file(box, "jobs/7.1/command", "1 322 1795432670607175\n");
}

static void test_name(void **state)
{
    (void)state;
    char buf[CLAIM_NAME_MAX];
    assert_string_equal(claim_name(7, 2, 0, buf), "7.2");
    assert_string_equal(claim_name(INT64_MAX, UINT32_MAX, 0, buf),
                        "9223372036854775807.4294967295");
    assert_string_equal(claim_name(7, 2, 3, buf), "7.2.3");
    assert_string_equal(claim_name(INT64_MAX, UINT32_MAX, UINT32_MAX, buf),
                        "9223372036854775807.4294967295.4294967295");
}

static void test_name_goes_there_and_back(void **state)
{
    static const char *const good[] = {
        "7.2", "0.1", "7.2.3", "9223372036854775807.4294967295.4294967295"};
    static const char *const bad[] = {
        "",      "7",       "7.",      "7.2.",           "7.2.0",   "7.02",
        "-7.2",  "7.2.3.4", "7.2x",    ".tmp.7.2",       " 7.2",    "7.2.03",
        "7.2.x", "7.2 ",    "7.2.3\n", "7.4294967296.1", "seven.1", "7..1"};
    char again[CLAIM_NAME_MAX];
    int64_t job;
    uint32_t attempt, part;
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(claim_name_parse(good[i], &job, &attempt, &part));
        assert_string_equal(claim_name(job, attempt, part, again), good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (claim_name_parse(bad[i], &job, &attempt, &part))
            fail_msg("%s", bad[i]);
}

static void test_record_goes_there_and_back(void **state)
{
    (void)state;
    for (int reason = EXIT_BY_ITSELF; reason <= EXIT_EXEC_FAILED; reason++) {
        char text[EXIT_RECORD_MAX];
        struct exit_record in = sample, out;
        in.reason = (enum exit_reason)reason;
        assert_true(exit_record_format(&in, text, sizeof(text)) <
                    (int)sizeof(text));
        assert_int_equal(exit_record_parse(text, &out), 0);
        assert_same(&in, &out);
    }
}

static void test_largest_record_fits(void **state)
{
    (void)state;
    struct exit_record in = {EXIT_EXEC_FAILED, 255,       64,        INT64_MIN,
                             INT64_MIN,        INT64_MIN, INT64_MIN, INT64_MIN};
    struct exit_record out;
    char text[EXIT_RECORD_MAX];
    assert_true(exit_record_format(&in, text, sizeof(text)) <
                (int)sizeof(text));
    assert_int_equal(exit_record_parse(text, &out), 0);
    assert_int_equal(out.ended_us, INT64_MIN);
}

static void test_what_is_no_record(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "1",
        "2 exit 0 0 1 2 3 4 5\n",   /* a later version */
        "1 exit 0 0 1 2 3 4 5",     /* cut off */
        "1 exit 0 0 1 2 3 4\n",     /* too few */
        "1 exit 0 0 1 2 3 4 5 6\n", /* too many */
        "1 exits 0 0 1 2 3 4 5\n",  /* no such reason */
        "1 exit 256 0 1 2 3 4 5\n", /* no such code */
        "1 exit -1 0 1 2 3 4 5\n",
        "1 exit 0 65 1 2 3 4 5\n",
        "1 exit 0 0 1 2 3 4 99999999999999999999\n",
        "1 exit x 0 1 2 3 4 5\n",
        "1exit 0 0 1 2 3 4 5\n",
    };
    struct exit_record out = sample;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(exit_record_parse(bad[i], &out), -1);
    assert_same(&out, &sample); /* untouched */
}

static void test_reason_names(void **state)
{
    (void)state;
    assert_string_equal(exit_reason_name(EXIT_BY_ITSELF), "exit");
    assert_string_equal(exit_reason_name(EXIT_WALLTIME), "walltime");
    assert_string_equal(exit_reason_name((enum exit_reason)99), "unknown");
}

static void test_no_folder_is_no_claim(void **state)
{
    struct sandbox *box = *state;
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_NONE);
}

static void test_folder_without_lock_is_no_claim(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    assert_int_equal(mkdir(sandbox_path(box, "jobs/7.1", path), 0700), 0);
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_NONE);
}

static void test_not_a_folder_is_an_error(void **state)
{
    struct sandbox *box = *state;
    struct claim claim;
    write_file(box, "jobs/7.1", "a file");
    assert_int_equal(claim_read(box->jobs_fd, 7, 1, 0, &claim), -1);
}

static void test_held_lock_is_running(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    make_claim(box);
    int fd = open(sandbox_path(box, "jobs/7.1/lock", path), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    struct claim claim = sandbox_claim(box, 7);
    assert_int_equal(claim.state, CLAIM_RUNNING);
    assert_int_equal(claim.shepherd_pid, 321);
    assert_int_equal(claim.command_pid, 322);
    assert_int_equal(claim.command_start_us, 1795432670607175);
    /* The lock counts, even when a record is there already. */
    write_file(box, "jobs/7.1/exit", "1 exit 0 0 1 2 3 4 5\n");
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_RUNNING);
    close(fd);
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_ENDED);
}

static void test_command_not_there_yet(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    make_claim(box);
    unlink(sandbox_path(box, "jobs/7.1/command", path));
    int fd = open(sandbox_path(box, "jobs/7.1/lock", path), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(sandbox_claim(box, 7).command_pid, 0);
    write_file(box, "jobs/7.1/command", "1 32"); /* half written */
    assert_int_equal(sandbox_claim(box, 7).command_pid, 0);
    close(fd);
}

static void test_record_is_ended(void **state)
{
    struct sandbox *box = *state;
    char text[EXIT_RECORD_MAX];
    make_claim(box);
    exit_record_format(&sample, text, sizeof(text));
    write_file(box, "jobs/7.1/exit", text);
    struct claim claim = sandbox_claim(box, 7);
    assert_int_equal(claim.state, CLAIM_ENDED);
    assert_same(&claim.exit, &sample);
}

static void test_neither_is_lost(void **state)
{
    struct sandbox *box = *state;
    make_claim(box);
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_LOST);
    write_file(box, "jobs/7.1/exit", "1 exit 0 0 1"); /* after a power cut */
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_LOST);
}

static void test_bad_jobs_folder(void **state)
{
    (void)state;
    struct claim claim;
    assert_int_equal(claim_read(-1, 7, 1, 0, &claim), -1);
}

static void test_notes(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH], buf[8];
    assert_int_equal(mkdir(sandbox_path(box, "jobs/1.1", path), 0700), 0);
    assert_string_equal(
        claim_note(box->jobs_fd, 1, 1, 0, "lost", buf, sizeof(buf)), "");
    write_file(box, "jobs/1.1/lost", "a\nb\n");
    assert_string_equal(
        claim_note(box->jobs_fd, 1, 1, 0, "lost", buf, sizeof(buf)), "a");
    assert_string_equal(
        claim_note(box->jobs_fd, 1, 1, 0, "failure", buf, sizeof(buf)), "");
    assert_string_equal(
        claim_note(box->jobs_fd, 1, 2, 0, "lost", buf, sizeof(buf)), "");
    write_file(box, "jobs/1.1/failure", "too long for it\n");
    assert_string_equal(
        claim_note(box->jobs_fd, 1, 1, 0, "failure", buf, sizeof(buf)),
        "too lon");
}

static int setup(void **state)
{
    struct sandbox *box = calloc(1, sizeof(*box));
    sandbox_init(box);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    sandbox_release(*state);
    free(*state);
    return 0;
}

int main(void)
{
#define BOXED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_name_goes_there_and_back),
        cmocka_unit_test(test_record_goes_there_and_back),
        cmocka_unit_test(test_largest_record_fits),
        cmocka_unit_test(test_what_is_no_record),
        cmocka_unit_test(test_reason_names),
        BOXED(test_no_folder_is_no_claim),
        BOXED(test_folder_without_lock_is_no_claim),
        BOXED(test_not_a_folder_is_an_error),
        BOXED(test_held_lock_is_running),
        BOXED(test_command_not_there_yet),
        BOXED(test_record_is_ended),
        BOXED(test_neither_is_lost),
        cmocka_unit_test(test_bad_jobs_folder),
        BOXED(test_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
