/* SPDX-License-Identifier: BSD-2-Clause */
/* A watched file: when is a change told, and is the last one ever lost? */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "folder.h"
#include "manager/watch.h"

struct scene {
    char path[256];
    struct event_base *loop;
    int n_told;
    char *last; /* what the file held when it was told */
};

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    folder_enter(scene->path, sizeof(scene->path));
    scene->loop = event_base_new();
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;

    event_base_free(scene->loop);
    folder_leave(scene->path);
    free(scene->last);
    free(scene);
    return 0;
}

static void on_change(void *context)
{
    struct scene *scene = context;

    scene->n_told++;
    free(scene->last);
    scene->last = file_get("f");
}

static bool is_told(void *context)
{
    return ((struct scene *)context)->n_told > 0;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool is_last(void *context)
{
    const struct scene *scene = context;

    return scene->last != NULL && strcmp(scene->last, "last") == 0;
}

static struct watch *watch_f(struct scene *scene)
{
    struct watch *watch =
        watch_create(scene->loop, "f", on_change, scene, NULL);

    assert_non_null(watch);
    return watch;
}

static void test_a_file_at_rest_is_not_told(void **state)
{
    struct scene *scene = *state;
    struct watch *watch;

    file_put("f", "a");
    watch = watch_f(scene);
    watch_set_poll(watch, 5);
    loop_until(scene->loop, never, NULL, 150);
    assert_int_equal(scene->n_told, 0);
    watch_destroy(watch);
}

static void test_a_rewrite_in_place_is_told_once(void **state)
{
    struct scene *scene = *state;
    struct watch *watch;

    file_put("f", "a");
    watch = watch_f(scene);
    file_put("f", "b");
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    loop_until(scene->loop, never, NULL, 100);
    assert_int_equal(scene->n_told, 1);
    assert_string_equal(scene->last, "b");
    watch_destroy(watch);
}

static void test_a_rename_over_it_and_its_removal_are_told(void **state)
{
    struct scene *scene = *state;
    struct watch *watch;

    file_put("f", "a");
    watch = watch_f(scene);
    file_replace("f", "b");
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    assert_string_equal(scene->last, "b");
    scene->n_told = 0;
    unlink("f");
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    assert_null(scene->last);
    watch_destroy(watch);
}

static void test_a_file_that_appears_is_told(void **state)
{
    struct scene *scene = *state;
    struct watch *watch = watch_f(scene);

    file_put("f", "new");
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    assert_string_equal(scene->last, "new");
    watch_destroy(watch);
}

static void test_the_neighbours_do_not_matter(void **state)
{
    struct scene *scene = *state;
    struct watch *watch;

    file_put("f", "a");
    watch = watch_f(scene);
    file_put("g", "b");
    file_put("ff", "c");
    loop_until(scene->loop, never, NULL, 150);
    assert_int_equal(scene->n_told, 0);
    watch_destroy(watch);
}

static bool write_again(void *context)
{
    static const char *const texts[] = {"1", "2", "3"};
    struct scene *scene = context;

    file_put("f", texts[scene->n_told % 3]);
    return scene->n_told > 0;
}

static void test_the_last_of_many_changes_is_never_lost(void **state)
{
    struct scene *scene = *state;
    struct watch *watch = watch_f(scene);

    for (int i = 0; i < 20; i++) {
        file_put("f", i < 19 ? "early" : "last");
        loop_until(scene->loop, never, NULL, 10);
    }
    assert_true(loop_until(scene->loop, is_last, scene, 2000));
    watch_destroy(watch);
}

static void test_a_file_that_never_rests_is_told_all_the_same(void **state)
{
    struct scene *scene = *state;
    struct watch *watch = watch_f(scene);

    /* write_again() writes every few milliseconds until it is told */
    assert_true(loop_until(scene->loop, write_again, scene, 3000));
    watch_destroy(watch);
}

static void test_polling_finds_what_inotify_does_not(void **state)
{
    struct scene *scene = *state;
    struct watch *watch;

    mkdir("d", 0700);
    file_put("d/real", "a");
    assert_int_equal(symlink("d/real", "f"), 0);
    watch = watch_f(scene);
    watch_set_poll(watch, 10);
    file_put("d/real", "bb"); /* nothing happens in f's own folder */
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    assert_string_equal(scene->last, "bb");
    watch_destroy(watch);
}

static void test_a_folder_may_come_later(void **state)
{
    struct scene *scene = *state;
    struct watch *watch =
        watch_create(scene->loop, "later/f", on_change, scene, NULL);

    assert_non_null(watch);
    watch_set_poll(watch, 10);
    mkdir("later", 0700);
    file_put("later/f", "a");
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    watch_destroy(watch);
}

static void test_a_touch_counts_as_a_change(void **state)
{
    struct scene *scene = *state;
    struct watch *watch = watch_f(scene);

    watch_touch(watch);
    assert_true(loop_until(scene->loop, is_told, scene, 2000));
    watch_destroy(watch);
    watch_destroy(NULL);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_file_at_rest_is_not_told),
        STORY(test_a_rewrite_in_place_is_told_once),
        STORY(test_a_rename_over_it_and_its_removal_are_told),
        STORY(test_a_file_that_appears_is_told),
        STORY(test_the_neighbours_do_not_matter),
        STORY(test_the_last_of_many_changes_is_never_lost),
        STORY(test_a_file_that_never_rests_is_told_all_the_same),
        STORY(test_polling_finds_what_inotify_does_not),
        STORY(test_a_folder_may_come_later),
        STORY(test_a_touch_counts_as_a_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
