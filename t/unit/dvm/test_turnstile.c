/* SPDX-License-Identifier: BSD-2-Clause */
/* Only some at the same time. */
#include "scene.h"

#include <errno.h>
#include <unistd.h>

#include "dvm/turnstile.h"

static void test_so_many_and_no_more(void **state)
{
    struct scene *scene = *state;
    int places[TURNSTILE_WIDTH];

    for (int i = 0; i < TURNSTILE_WIDTH; i++) {
        places[i] = turnstile_enter(scene->dir);
        assert_true(places[i] >= 0);
    }
    errno = 0;
    assert_int_equal(turnstile_enter(scene->dir), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(places[3]);
    places[3] = turnstile_enter(scene->dir);
    assert_true(places[3] >= 0);
    assert_int_equal(turnstile_enter(scene->dir), -1);
    for (int i = 0; i < TURNSTILE_WIDTH; i++)
        close(places[i]);
}

/* Nobody has to be alive to give a place back. */
static void test_a_place_is_free_when_its_holder_dies(void **state)
{
    struct scene *scene = *state;
    pid_t pid = fork();
    int place;

    if (pid == 0) {
        for (int i = 0; i < TURNSTILE_WIDTH; i++)
            turnstile_enter(scene->dir);
        _exit(turnstile_enter(scene->dir) == -1 ? 0 : 1);
    }
    assert_int_equal(sandbox_wait(pid), 0);
    place = turnstile_enter(scene->dir);
    assert_true(place >= 0);
    close(place);
}

static void test_a_folder_that_is_no_good(void **state)
{
    struct scene *scene = *state;
    char path[SANDBOX_PATH];

    errno = 0;
    assert_int_equal(turnstile_enter("/nonexistent"), -1);
    assert_int_equal(errno, ENOENT);
    /* what somebody else has put there is not followed */
    snprintf(path, sizeof(path), "%.200s/start.0", scene->dir);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(turnstile_enter(scene->dir), -1);
    assert_int_equal(errno, ELOOP);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_so_many_and_no_more),
        STORY(test_a_place_is_free_when_its_holder_dies),
        STORY(test_a_folder_that_is_no_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
