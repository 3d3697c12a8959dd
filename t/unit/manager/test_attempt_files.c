/* SPDX-License-Identifier: BSD-2-Clause */
/* Removing what an attempt leaves in the state directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/attempt_files.h"
#include "store/state_dir.h"

static char folder[256]; /* of the test that runs */
static struct state_dir dir;

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    assert_int_equal(state_dir_open(&dir, ".erm", true, NULL), 0);
    assert_int_equal(attempt_files_prepare(&dir, NULL), 0);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    state_dir_close(&dir);
    folder_leave(folder);
    return 0;
}

static void test_all_of_the_attempt_and_nothing_else(void **state)
{
    (void)state;
    mkdir(".erm/jobs/3.1", 0700);
    mkdir(".erm/jobs/3.1/sub", 0700);
    file_put(".erm/jobs/3.1/sub/file", "x");
    file_put(".erm/jobs/3.1/exit", "x");
    file_put("precious", "x");
    assert_int_equal(symlink("../../../precious", ".erm/jobs/3.1/link"), 0);
    assert_int_equal(symlink("../../..", ".erm/jobs/3.1/folder"), 0);
    mkdir(".erm/jobs/3.2", 0700);
    file_put(".erm/nodes/3.1", "n1\n");
    file_put(".erm/nodes/3.2", "n1\n");
    attempt_files_remove(&dir, 3, 1, 0);
    assert_int_equal(access(".erm/jobs/3.1", F_OK), -1);
    assert_int_equal(access(".erm/nodes/3.1", F_OK), -1);
    assert_int_equal(access(".erm/jobs/3.2", F_OK), 0);
    assert_int_equal(access(".erm/nodes/3.2", F_OK), 0);
    assert_true(file_has("precious", "x"));
}

static void test_one_part_and_no_other(void **state)
{
    (void)state;
    mkdir(".erm/jobs/3.1", 0700);
    mkdir(".erm/jobs/3.1.2", 0700);
    mkdir(".erm/jobs/3.1.20", 0700);
    file_put(".erm/nodes/3.1.2", "n1\n");
    attempt_files_remove(&dir, 3, 1, 2);
    assert_int_equal(access(".erm/jobs/3.1.2", F_OK), -1);
    assert_int_equal(access(".erm/nodes/3.1.2", F_OK), -1);
    assert_int_equal(access(".erm/jobs/3.1", F_OK), 0);
    assert_int_equal(access(".erm/jobs/3.1.20", F_OK), 0);
}

static void note_part(void *context, int64_t job, uint32_t attempt,
                      uint32_t part)
{
    uint64_t *sum = context;

    *sum += (uint64_t)job * 10000 + attempt * 100 + part;
}

static void test_the_parts_that_have_claims(void **state)
{
    uint64_t sum = 0;

    (void)state;
    mkdir(".erm/jobs/3.1", 0700);
    mkdir(".erm/jobs/3.1.2", 0700);
    mkdir(".erm/jobs/4.2.5", 0700);
    mkdir(".erm/jobs/4.2.5x", 0700);
    attempt_files_each_part(&dir, note_part, &sum);
    assert_int_equal(sum, 30102 + 40205);
}

static void test_what_is_not_there_is_fine(void **state)
{
    (void)state;
    attempt_files_remove(&dir, 99, 1, 0);
    assert_int_equal(attempt_files_prepare(&dir, NULL), 0);
}

static void test_a_claim_that_is_a_link_is_only_unlinked(void **state)
{
    (void)state;
    mkdir("elsewhere", 0700);
    file_put("elsewhere/precious", "x");
    assert_int_equal(symlink("../../elsewhere", ".erm/jobs/4.1"), 0);
    attempt_files_remove(&dir, 4, 1, 0);
    assert_true(file_has("elsewhere/precious", "x"));
    assert_int_equal(access(".erm/jobs/4.1", F_OK), -1);
}

static bool is_below_ten(void *context, int64_t job, uint32_t attempt)
{
    (void)context;
    (void)attempt;
    return job < 10;
}

static void test_a_sweep_takes_what_is_over_and_not_alive(void **state)
{
    int lock;

    (void)state;
    mkdir(".erm/jobs/3.1", 0700);
    mkdir(".erm/jobs/4.1", 0700);
    mkdir(".erm/jobs/3.1.2", 0700);
    mkdir(".erm/jobs/12.1", 0700);
    mkdir(".erm/jobs/.tmp.3.1", 0700);
    file_put(".erm/jobs/3.1/lock", "");
    file_put(".erm/jobs/3.1.2/lock", "");
    file_put(".erm/jobs/4.1/lock", "");
    file_put(".erm/nodes/5.1", "n1\n");
    file_put(".erm/nodes/12.1", "n1\n");
    lock = open(".erm/jobs/4.1/lock", O_RDWR);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    attempt_files_sweep(&dir, is_below_ten, NULL);
    assert_int_equal(access(".erm/jobs/3.1", F_OK), -1);
    assert_int_equal(access(".erm/jobs/3.1.2", F_OK), -1);
    assert_int_equal(access(".erm/nodes/5.1", F_OK), -1);
    assert_int_equal(access(".erm/jobs/4.1", F_OK), 0);
    assert_int_equal(access(".erm/jobs/12.1", F_OK), 0);
    assert_int_equal(access(".erm/nodes/12.1", F_OK), 0);
    assert_int_equal(access(".erm/jobs/.tmp.3.1", F_OK), 0);
    close(lock);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_all_of_the_attempt_and_nothing_else),
        STORY(test_one_part_and_no_other),
        STORY(test_the_parts_that_have_claims),
        STORY(test_what_is_not_there_is_fine),
        STORY(test_a_claim_that_is_a_link_is_only_unlinked),
        STORY(test_a_sweep_takes_what_is_over_and_not_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
