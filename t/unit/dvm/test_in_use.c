/* SPDX-License-Identifier: BSD-2-Clause */
/* Who still needs a DVM that serves. */
#include "scene.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dvm/in_use.h"

/* Makes the file NAME; its descriptor. */
static int make(const struct scene *scene, const char *name)
{
    char path[SANDBOX_PATH];
    int fd = open(sandbox_path(&scene->box, name, path),
                  O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    return fd;
}

/* Attempt 1 of job 0 serves; the scene's 1.1 is a job's. */
static const char *serve(const struct scene *scene, char dir[SANDBOX_PATH])
{
    sandbox_path(&scene->box, "jobs/0.1", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    return dir;
}

/* Asked by somebody else: a lock does not hinder its own holder. */
static bool asked_by_another(const char *dir)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(in_use(dir) ? 1 : 0);
    return sandbox_wait(pid) == 1;
}

static void test_a_manager(void **state)
{
    struct scene *scene = *state;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char dir[SANDBOX_PATH];
    int fd = make(scene, "lock");

    serve(scene, dir);
    assert_false(asked_by_another(dir));
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
    assert_true(asked_by_another(dir));
    close(fd);
    assert_false(asked_by_another(dir));
}

static void test_a_job(void **state)
{
    struct scene *scene = *state;
    char dir[SANDBOX_PATH];
    int job, own;

    close(make(scene, "lock"));
    serve(scene, dir);
    assert_false(in_use(dir)); /* 1.1 has no lock at all */
    own = make(scene, "jobs/0.1/lock");
    assert_int_equal(flock(own, LOCK_EX | LOCK_NB), 0);
    job = make(scene, "jobs/1.1/lock");
    assert_false(in_use(dir)); /* its own claim does not count */
    assert_int_equal(flock(job, LOCK_EX | LOCK_NB), 0);
    assert_true(in_use(dir));
    close(job);
    assert_false(in_use(dir));
    close(own);
}

static void test_when_it_cannot_be_told(void **state)
{
    struct scene *scene = *state;
    char dir[SANDBOX_PATH];

    serve(scene, dir);
    assert_true(in_use(dir)); /* there is no lock file to ask about */
    scene_put(scene, "file", "");
    assert_true(in_use(sandbox_path(&scene->box, "file/0.1", dir)));
}

/* Nobody is left who could end it. */
static void test_a_state_directory_that_is_gone(void **state)
{
    struct scene *scene = *state;
    char dir[SANDBOX_PATH];

    serve(scene, dir);
    assert_int_equal(rmdir(dir), 0);
    assert_false(in_use(dir));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_manager),
        STORY(test_a_job),
        STORY(test_when_it_cannot_be_told),
        STORY(test_a_state_directory_that_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
