/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/private_dir.h"

static int open_dir(struct world *world, const char *name, bool is_new_fine)
{
    char path[400];

    err_clear(&world->err);
    return private_dir_open(AT_FDCWD, world_path(world, name, path), path,
                            is_new_fine, &world->err);
}

static void test_makes_a_folder_for_us_alone(void **state)
{
    struct world *world = *state;
    mode_t mask = umask(0);
    int fd = open_dir(world, "new", true);
    struct stat st;

    umask(mask);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}

static void test_opens_one_that_is_there(void **state)
{
    struct world *world = *state;
    int fd = open_dir(world, "d", true);

    close(fd);
    fd = open_dir(world, "d", true);
    assert_true(fd >= 0);
    close(fd);
    fd = open_dir(world, "d", false);
    assert_true(fd >= 0);
    close(fd);
}

static void test_readable_for_others_is_fine(void **state)
{
    struct world *world = *state;
    char path[400];
    int fd;

    assert_int_equal(mkdir(world_path(world, "d", path), 0700), 0);
    assert_int_equal(chmod(path, 0755), 0);
    fd = open_dir(world, "d", true);
    assert_true(fd >= 0);
    close(fd);
}

static void test_writable_for_others_is_refused(void **state)
{
    struct world *world = *state;
    const mode_t loose[] = {0770, 0702, 0777, 01777, 0720};
    char path[400];

    assert_int_equal(mkdir(world_path(world, "d", path), 0700), 0);
    for (size_t i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
        assert_int_equal(chmod(path, loose[i]), 0);
        assert_int_equal(open_dir(world, "d", true), -1);
        assert_int_equal(world->err.code, ERR_DENIED);
    }
    assert_contains(world->err.text, "others can write to");
    assert_contains(world->err.text, "mode 0720");
    assert_contains(world->err.hint, "chmod go-w");
}

static void test_a_link_is_refused(void **state)
{
    struct world *world = *state;
    char real[400], link[400];

    assert_int_equal(mkdir(world_path(world, "real", real), 0700), 0);
    assert_int_equal(symlink(real, world_path(world, "link", link)), 0);
    assert_int_equal(open_dir(world, "link", true), -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, "symbolic link");
}

static void test_a_link_to_nowhere_makes_nothing(void **state)
{
    struct world *world = *state;
    char real[400], link[400];

    world_path(world, "planted", real);
    assert_int_equal(symlink(real, world_path(world, "link", link)), 0);
    assert_int_equal(open_dir(world, "link", true), -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_int_equal(access(real, F_OK), -1);
}

static void test_a_file_is_refused(void **state)
{
    struct world *world = *state;
    char path[400];

    write_text(world_path(world, "f", path), "x");
    assert_int_equal(open_dir(world, "f", true), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_contains(world->err.text, "Not a directory");
}

static void test_a_missing_one_is_not_found(void **state)
{
    struct world *world = *state;

    assert_int_equal(open_dir(world, "no", false), -1);
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
    assert_int_equal(open_dir(world, "no/deeper", true), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_contains(world->err.text, "No such file or directory");
}

/* For root: one given away. For others: one of root's. */
static void test_a_foreign_one_names_its_owner(void **state)
{
    struct world *world = *state;
    char path[400] = "/usr";
    int fd;

    if (geteuid() == 0) {
        assert_int_equal(mkdir(world_path(world, "d", path), 0700), 0);
        assert_int_equal(chown(path, 1, 1), 0);
    }
    err_clear(&world->err);
    fd = private_dir_open(AT_FDCWD, path, path, true, &world->err);
    assert_int_equal(fd, -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, "belongs to user ");
    assert_contains(world->err.text, geteuid() == 0
                                         ? "(uid 1), not to you"
                                         : "root (uid 0), not to you");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_makes_a_folder_for_us_alone),
        TEST(test_opens_one_that_is_there),
        TEST(test_readable_for_others_is_fine),
        TEST(test_writable_for_others_is_refused),
        TEST(test_a_link_is_refused),
        TEST(test_a_link_to_nowhere_makes_nothing),
        TEST(test_a_file_is_refused),
        TEST(test_a_missing_one_is_not_found),
        TEST(test_a_foreign_one_names_its_owner),
    };
    return RUN(tests);
}
