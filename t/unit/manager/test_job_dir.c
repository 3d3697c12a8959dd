/* SPDX-License-Identifier: BSD-2-Clause */
/* The mailboxes' folders, and what a job may put in the way of their files. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/job_dir.h"
#include "store/state_dir.h"

static char folder[256]; /* of the test that runs */
static struct state_dir dir;
static struct strbuf text;

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    assert_int_equal(state_dir_open(&dir, ".erm", true, NULL), 0);
    assert_int_equal(job_dir_prepare(&dir, NULL), 0);
    strbuf_init(&text);
    strbuf_add_str(&text, "n1\n");
    return 0;
}

static int leave(void **state)
{
    (void)state;
    strbuf_release(&text);
    state_dir_close(&dir);
    folder_leave(folder);
    return 0;
}

static int make(int64_t job)
{
    int fd = job_dir_make(&dir, job, NULL);

    assert_true(fd >= 0);
    return fd;
}

static void test_it_is_made_once_and_removed_whole(void **state)
{
    struct stat st;
    int fd = make(7);

    (void)state;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    close(fd);
    file_put(".erm/mailbox/7/checkpoint", "x");
    close(make(7));
    assert_true(file_has(".erm/mailbox/7/checkpoint", "x"));
    mkdir(".erm/mailbox/7/deep", 0700);
    file_put(".erm/mailbox/7/deep/file", "x");
    file_put("precious", "x");
    assert_int_equal(symlink("../../..", ".erm/mailbox/7/link"), 0);
    job_dir_remove(&dir, 7);
    assert_int_equal(job_dir_open(&dir, 7), -1);
    assert_int_equal(access(".erm/mailbox/.gone.7", F_OK), -1);
    assert_true(file_has("precious", "x"));
    job_dir_remove(&dir, 7);
}

static void test_a_link_is_no_mailbox(void **state)
{
    struct err err;

    (void)state;
    mkdir("elsewhere", 0700);
    assert_int_equal(symlink("../../elsewhere", ".erm/mailbox/8"), 0);
    assert_int_equal(job_dir_make(&dir, 8, &err), -1);
    assert_non_null(strstr(err.text, "mailbox/8"));
    assert_int_equal(job_dir_open(&dir, 8), -1);
}

static bool is_even(void *context, int64_t job)
{
    (void)context;
    return job % 2 == 0;
}

static void test_the_sweep_takes_those_of_finished_jobs(void **state)
{
    (void)state;
    close(make(2));
    close(make(3));
    mkdir(".erm/mailbox/.gone.5", 0700);
    file_put(".erm/mailbox/.gone.5/x", "x");
    mkdir(".erm/mailbox/4x", 0700);
    job_dir_sweep(&dir, is_even, NULL);
    assert_int_equal(access(".erm/mailbox/2", F_OK), -1);
    assert_int_equal(access(".erm/mailbox/3", F_OK), 0);
    assert_int_equal(access(".erm/mailbox/.gone.5", F_OK), -1);
    assert_int_equal(access(".erm/mailbox/4x", F_OK), 0);
}

/* ---- files ---- */

static void test_a_file_replaces_whatever_is_there(void **state)
{
    int fd = make(7);
    struct stat st;

    (void)state;
    file_put("precious", "x");
    assert_int_equal(symlink("../../../precious", ".erm/mailbox/7/a"), 0);
    assert_int_equal(symlink("../../../precious", ".erm/mailbox/7/.a.new"), 0);
    mkdir(".erm/mailbox/7/b", 0700);
    file_put(".erm/mailbox/7/b/file", "x");
    mkdir(".erm/mailbox/7/.b.new", 0700);
    assert_int_equal(mkfifo(".erm/mailbox/7/c", 0600), 0);
    assert_int_equal(mkfifo(".erm/mailbox/7/.c.new", 0600), 0);
    assert_int_equal(job_dir_write(fd, "a", &text, 0600, NULL), 0);
    assert_int_equal(job_dir_write(fd, "b", &text, 0600, NULL), 0);
    assert_int_equal(job_dir_write(fd, "c", &text, 0700, NULL), 0);
    assert_true(file_has(".erm/mailbox/7/a", "n1\n"));
    assert_true(file_has(".erm/mailbox/7/b", "n1\n"));
    assert_true(file_has(".erm/mailbox/7/c", "n1\n"));
    assert_int_equal(lstat(".erm/mailbox/7/c", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_true(file_has("precious", "x"));
    assert_int_equal(access(".erm/mailbox/7/.a.new", F_OK), -1);
    close(fd);
}

static void test_a_folder_that_is_a_link_is_not_entered(void **state)
{
    int fd = make(7);
    struct strbuf out;

    (void)state;
    strbuf_init(&out);
    mkdir("elsewhere", 0700);
    file_put("elsewhere/x", "secret");
    assert_int_equal(symlink("../../../elsewhere", ".erm/mailbox/7/answer"), 0);
    assert_int_equal(job_dir_write(fd, "answer/x", &text, 0600, NULL), -1);
    assert_int_equal(job_dir_read(fd, "answer/x", &out, NULL), -1);
    assert_true(file_has("elsewhere/x", "secret"));
    assert_int_equal(job_dir_make_folder(fd, "answer", NULL), 0);
    assert_int_equal(job_dir_write(fd, "answer/x", &text, 0600, NULL), 0);
    assert_int_equal(job_dir_make_folder(fd, "answer", NULL), 0);
    assert_true(file_has(".erm/mailbox/7/answer/x", "n1\n"));
    assert_true(file_has("elsewhere/x", "secret"));
    strbuf_release(&out);
    close(fd);
}

static void reads(int fd, const char *name, enum err_code code)
{
    struct strbuf out;
    struct err err;

    strbuf_init(&out);
    err_clear(&err);
    assert_int_equal(job_dir_read(fd, name, &out, &err), -1);
    assert_int_equal(err.code, code);
    assert_int_equal(strncmp(err.text, "it ", 3), 0);
    strbuf_release(&out);
}

static void test_only_small_regular_files_are_read(void **state)
{
    char large[JOB_DIR_FILE_MAX + 2];
    struct strbuf out;
    int fd = make(7);

    (void)state;
    memset(large, 'x', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    file_put(".erm/mailbox/7/large", large);
    large[sizeof(large) - 2] = '\0';
    file_put(".erm/mailbox/7/good", large);
    assert_int_equal(mkfifo(".erm/mailbox/7/pipe", 0600), 0);
    assert_int_equal(symlink("good", ".erm/mailbox/7/link"), 0);
    mkdir(".erm/mailbox/7/folder", 0700);
    reads(fd, "nothing", ERR_NOT_FOUND);
    reads(fd, "large", ERR_INPUT);
    reads(fd, "pipe", ERR_INPUT);
    reads(fd, "link", ERR_INPUT);
    reads(fd, "folder", ERR_INPUT);
    strbuf_init(&out);
    assert_int_equal(job_dir_read(fd, "good", &out, NULL), 0);
    assert_int_equal(out.len, JOB_DIR_FILE_MAX);
    strbuf_release(&out);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_is_made_once_and_removed_whole,
                                        enter, leave),
        cmocka_unit_test_setup_teardown(test_a_link_is_no_mailbox, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(
            test_the_sweep_takes_those_of_finished_jobs, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_file_replaces_whatever_is_there,
                                        enter, leave),
        cmocka_unit_test_setup_teardown(
            test_a_folder_that_is_a_link_is_not_entered, enter, leave),
        cmocka_unit_test_setup_teardown(test_only_small_regular_files_are_read,
                                        enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
