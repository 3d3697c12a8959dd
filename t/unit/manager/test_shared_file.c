/* SPDX-License-Identifier: BSD-2-Clause */
/* When a file that clients edit too is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "folder.h"
#include "manager/shared_file.h"

struct scene {
    char path[256];
    struct event_base *loop;
    struct shared_file *file;
    struct log log;
    FILE *log_stream;
    int n_looks, n_made;
    const char *to_write; /* NULL = nothing */
    bool is_bad;          /* says that it makes no sense */
};

static int edit(void *context, struct locked_file *file, struct err *err)
{
    struct scene *scene = context;

    scene->n_looks++;
    if (scene->is_bad)
        return err_set(err, ERR_INPUT, "nonsense");
    return scene->to_write == NULL
               ? 0
               : locked_file_write(file, scene->to_write, err);
}

static void made(void *context)
{
    ((struct scene *)context)->n_made++;
}

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct shared_file_config config = {
        .path = "f", .empty = "{}\n", .edit = edit, .made = made};

    folder_enter(scene->path, sizeof(scene->path));
    scene->loop = event_base_new();
    scene->log_stream = tmpfile();
    log_init(&scene->log, LOG_INFO);
    scene->log.stream = scene->log_stream;
    config.loop = scene->loop;
    config.log = &scene->log;
    config.context = scene;
    scene->file = shared_file_create(&config, NULL);
    assert_non_null(scene->file);
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;

    shared_file_destroy(scene->file);
    event_base_free(scene->loop);
    fclose(scene->log_stream);
    folder_leave(scene->path);
    free(scene);
    return 0;
}

static bool is_looked_at(void *context)
{
    return ((struct scene *)context)->n_looks > 0;
}

static bool is_made(void *context)
{
    return ((struct scene *)context)->n_made > 0;
}

static bool is_stuck(void *context)
{
    return shared_file_is_stuck(((struct scene *)context)->file);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void test_it_is_made_and_left_in_peace(void **state)
{
    struct scene *scene = *state;

    assert_true(file_has("f", "{}"));
    assert_string_equal(shared_file_path(scene->file), "f");
    loop_until(scene->loop, never, NULL, 200);
    assert_int_equal(scene->n_looks, 0);
}

static void test_asked_changed_or_polled(void **state)
{
    struct scene *scene = *state;

    shared_file_ask(scene->file);
    assert_int_equal(scene->n_looks, 0); /* not from inside the call */
    assert_true(loop_until(scene->loop, is_looked_at, scene, 2000));
    scene->n_looks = 0;
    file_put("f", "{\"a\": 1}");
    assert_true(loop_until(scene->loop, is_looked_at, scene, 2000));
    scene->n_looks = 0;
    shared_file_poll(scene->file, true);
    assert_true(loop_until(scene->loop, is_looked_at, scene, 3000));
    shared_file_poll(scene->file, false);
}

static void test_a_lock_is_waited_for(void **state)
{
    struct scene *scene = *state;
    int fd = open("f", O_RDWR);

    assert_int_equal(flock(fd, LOCK_EX), 0);
    shared_file_ask(scene->file);
    loop_until(scene->loop, never, NULL, 200);
    assert_int_equal(scene->n_looks, 0);
    flock(fd, LOCK_UN);
    assert_true(loop_until(scene->loop, is_looked_at, scene, 2000));
    close(fd);
}

static bool has_logged(const struct scene *scene, const char *text, int n)
{
    char line[1024];
    int found = 0;

    rewind(scene->log_stream);
    while (fgets(line, sizeof(line), scene->log_stream) != NULL)
        found += strstr(line, text) != NULL;
    fseek(scene->log_stream, 0, SEEK_END);
    return found == n;
}

static void test_nonsense_is_looked_at_again_and_told_once(void **state)
{
    struct scene *scene = *state;

    scene->is_bad = true;
    shared_file_ask(scene->file);
    assert_true(loop_until(scene->loop, is_stuck, scene, 10000));
    loop_until(scene->loop, never, NULL, 500);
    assert_true(scene->n_looks > 10);
    assert_true(has_logged(scene, "nonsense", 1));
    scene->is_bad = false;
    scene->n_looks = 0;
    assert_true(loop_until(scene->loop, is_looked_at, scene, 2000));
    assert_false(shared_file_is_stuck(scene->file));
    assert_true(has_logged(scene, "is right again", 1));
}

static void test_a_lost_file_is_made_anew_after_a_while(void **state)
{
    struct scene *scene = *state;

    unlink("f");
    loop_until(scene->loop, never, NULL, 500);
    assert_null(file_get("f"));
    assert_true(loop_until(scene->loop, is_made, scene, 10000));
    assert_true(file_has("f", "{}"));
    assert_int_equal(scene->n_made, 1);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_it_is_made_and_left_in_peace),
        STORY(test_asked_changed_or_polled),
        STORY(test_a_lock_is_waited_for),
        STORY(test_nonsense_is_looked_at_again_and_told_once),
        STORY(test_a_lost_file_is_made_anew_after_a_while),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
