/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that we and others edit in place under its own lock. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <jansson.h>

#include "folder.h"
#include "manager/locked_file.h"

static char folder[256]; /* of the test that runs */
static int n_states;     /* of the file that were looked at */

/* The linker gives us every change of the file (--wrap): after each of them
 * it must be JSON. */
static void check_json(void)
{
    char *text = file_get("p");
    json_t *json = json_loads(text, 0, NULL);

    if (json == NULL)
        fail_msg("a reader can see this: '%s'", text);
    json_decref(json);
    free(text);
    n_states++;
}

ssize_t __real_pwrite64(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t at);
int __real_ftruncate64(int fd, off_t size);
int __wrap_ftruncate64(int fd, off_t size);

ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t at)
{
    ssize_t n = __real_pwrite64(fd, data, size, at);

    check_json();
    return n;
}

int __wrap_ftruncate64(int fd, off_t size)
{
    int result = __real_ftruncate64(fd, size);

    check_json();
    return result;
}

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    return 0;
}

static int leave(void **state)
{
    (void)state;
    folder_leave(folder);
    return 0;
}

static ino_t inode_of(const char *name)
{
    struct stat st;

    assert_int_equal(stat(name, &st), 0);
    return st.st_ino;
}

static void test_write_longer_and_shorter_in_place(void **state)
{
    struct locked_file file;
    ino_t inode;

    (void)state;
    file_put("p", "{ \"jobs\": [] }");
    inode = inode_of("p");
    assert_int_equal(locked_file_open(&file, "p", NULL), 0);
    assert_string_equal(file.text.text, "{ \"jobs\": [] }");
    assert_int_equal(locked_file_write(&file, "{\"jobs\": [1, 2, 3, 4]}", NULL),
                     0);
    assert_true(file_has("p", "{\"jobs\": [1, 2, 3, 4]}"));
    assert_int_equal(locked_file_write(&file, "{}", NULL), 0);
    locked_file_close(&file);
    assert_int_equal(inode_of("p"), inode);
    assert_int_equal(locked_file_open(&file, "p", NULL), 0);
    assert_string_equal(file.text.text, "{}");
    locked_file_close(&file);
}

/* A reader copies while we do, so no write may change content and size. */
static void test_a_longer_text_comes_into_room_made_before(void **state)
{
    struct locked_file file;

    (void)state;
    file_put("p", "{}");
    assert_int_equal(locked_file_open(&file, "p", NULL), 0);
    n_states = 0;
    assert_int_equal(locked_file_write(&file, "{\"jobs\": [1, 2]}", NULL), 0);
    assert_int_equal(n_states, 2);
    n_states = 0;
    assert_int_equal(locked_file_write(&file, "{\"jobs\": []}", NULL), 0);
    assert_int_equal(n_states, 2);
    locked_file_close(&file);
}

static void test_a_lock_held_by_another_is_busy(void **state)
{
    struct locked_file file;
    struct err err;
    int fd;

    (void)state;
    file_put("p", "{}");
    fd = open("p", O_RDWR);
    assert_int_equal(flock(fd, LOCK_SH), 0);
    assert_int_equal(locked_file_open(&file, "p", &err), -1);
    assert_int_equal(err.code, ERR_BUSY);
    close(fd);
    assert_int_equal(locked_file_open(&file, "p", &err), 0);
    fd = open("p", O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    locked_file_close(&file);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
}

static void test_what_cannot_be_locked(void **state)
{
    struct locked_file file;
    struct err err;

    (void)state;
    assert_int_equal(locked_file_open(&file, "none", &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(locked_file_open(&file, "fifo", &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    mkdir("d", 0700);
    assert_int_equal(locked_file_open(&file, "d", &err), -1);
    assert_int_equal(err.code, ERR_SYSTEM);
}

static void test_make_only_what_is_missing(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(locked_file_make("p", "{ \"jobs\": [] }\n", &err), 1);
    file_put("p", "mine");
    assert_int_equal(locked_file_make("p", "yours", &err), 0);
    assert_true(file_has("p", "mine"));
    assert_int_equal(locked_file_make("no/such/p", "x", &err), -1);
    assert_int_equal(err.code, ERR_SYSTEM);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_write_longer_and_shorter_in_place),
        STORY(test_a_longer_text_comes_into_room_made_before),
        STORY(test_a_lock_held_by_another_is_busy),
        STORY(test_what_cannot_be_locked),
        STORY(test_make_only_what_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
