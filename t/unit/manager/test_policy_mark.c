/* SPDX-License-Identifier: BSD-2-Clause */
/* What tells a manager after a crash whether its entries were in the file. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/policy_mark.h"

#define FILE_NAME "policy.json"

struct scene {
    int dir_fd;
    struct locked_file file;
    struct policy_mark mark;
};

static struct scene begin(void)
{
    struct scene scene = {.dir_fd = open(".", O_RDONLY | O_DIRECTORY)};

    file_put(FILE_NAME, "{ \"jobs\": [] }\n");
    assert_int_equal(locked_file_open(&scene.file, FILE_NAME, NULL), 0);
    policy_mark_init(&scene.mark);
    policy_mark_add(&scene.mark, 7);
    policy_mark_add(&scene.mark, 9);
    assert_int_equal(
        policy_mark_write(&scene.mark, scene.dir_fd, &scene.file, NULL), 0);
    return scene;
}

static bool tells(const struct scene *scene, uint64_t seq)
{
    struct policy_mark read;
    bool is_so;

    policy_mark_init(&read);
    policy_mark_read(&read, scene->dir_fd);
    is_so = policy_mark_tells(&read, seq, &scene->file);
    policy_mark_release(&read);
    return is_so;
}

static void end(struct scene *scene)
{
    policy_mark_release(&scene->mark);
    locked_file_close(&scene->file);
    close(scene->dir_fd);
}

static void test_killed_before_the_write(void **state)
{
    struct scene scene = begin();

    (void)state;
    assert_false(tells(&scene, 7));
    end(&scene);
}

static void test_killed_after_the_write(void **state)
{
    struct scene scene = begin();

    (void)state;
    assert_int_equal(locked_file_write(&scene.file, "{ \"jobs\": [1] }", NULL),
                     0);
    assert_true(tells(&scene, 7));
    assert_true(tells(&scene, 9));
    assert_false(tells(&scene, 8)); /* one that it is not about */
    end(&scene);
}

/* Half way: room was made, and nothing else. */
static void test_killed_within_the_write(void **state)
{
    struct scene scene = begin();

    (void)state;
    locked_file_close(&scene.file);
    file_put(FILE_NAME, "{ \"jobs\": [] }\n         ");
    assert_int_equal(locked_file_open(&scene.file, FILE_NAME, NULL), 0);
    assert_false(tells(&scene, 7));
    end(&scene);
}

static void test_a_write_that_failed(void **state)
{
    struct scene scene = begin();

    (void)state;
    policy_mark_remove(scene.dir_fd);
    assert_int_equal(locked_file_write(&scene.file, "{}", NULL), 0);
    assert_false(tells(&scene, 7));
    end(&scene);
}

static void test_garbage_tells_nothing(void **state)
{
    struct scene scene = begin();

    (void)state;
    file_put("policy.mark", "");
    assert_false(tells(&scene, 7));
    file_put("policy.mark", "a b c\nd\n");
    assert_false(tells(&scene, 7));
    end(&scene);
}

static char folder[256];

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

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_killed_before_the_write), STORY(test_killed_after_the_write),
        STORY(test_killed_within_the_write), STORY(test_a_write_that_failed),
        STORY(test_garbage_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
