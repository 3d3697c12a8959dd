/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/ballast.h"

static int folder_fd(const struct world *world)
{
    int fd = open(world->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    MUST(fd >= 0);
    return fd;
}

static void test_is_really_allocated(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);
    struct stat st;

    assert_int_equal(ballast_init(&ballast, dir, &world->err), 0);
    assert_true(ballast.is_there);
    assert_int_equal(fstatat(dir, "ballast", &st, 0), 0);
    assert_int_equal(st.st_size, BALLAST_SIZE);
    assert_true(st.st_blocks * 512 >= BALLAST_SIZE);
    close(dir);
}

static void test_is_dropped_once(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);

    assert_int_equal(ballast_init(&ballast, dir, NULL), 0);
    assert_true(ballast_drop(&ballast));
    assert_int_equal(faccessat(dir, "ballast", F_OK, 0), -1);
    assert_false(ballast_drop(&ballast));
    close(dir);
}

static void test_comes_back_when_there_is_room(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);

    assert_int_equal(ballast_init(&ballast, dir, NULL), 0);
    assert_true(ballast_drop(&ballast));
    assert_true(ballast_restore(&ballast));
    assert_true(ballast_restore(&ballast));
    assert_int_equal(faccessat(dir, "ballast", F_OK, 0), 0);
    assert_true(ballast_drop(&ballast));
    close(dir);
}

static void test_takes_over_what_is_there(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);
    struct stat before, after;

    assert_int_equal(ballast_init(&ballast, dir, NULL), 0);
    assert_int_equal(fstatat(dir, "ballast", &before, 0), 0);
    assert_int_equal(ballast_init(&ballast, dir, NULL), 0);
    assert_true(ballast.is_there);
    assert_int_equal(fstatat(dir, "ballast", &after, 0), 0);
    assert_true(before.st_ino == after.st_ino);
    close(dir);
}

static void test_a_hollow_file_is_made_anew(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);
    char path[400];
    struct stat st;

    write_text(world_path(world, "ballast", path), "");
    assert_int_equal(truncate(path, BALLAST_SIZE), 0); /* a hole */
    assert_int_equal(ballast_init(&ballast, dir, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_blocks * 512 >= BALLAST_SIZE);
    close(dir);
}

static void test_a_planted_link_is_not_followed(void **state)
{
    struct world *world = *state;
    struct ballast ballast;
    int dir = folder_fd(world);

    assert_int_equal(symlinkat("victim", dir, "ballast"), 0);
    assert_int_equal(ballast_init(&ballast, dir, &world->err), -1);
    assert_int_equal(faccessat(dir, "victim", F_OK, 0), -1);
    assert_false(ballast_drop(&ballast));
    close(dir);
}

static void on_a_small_disk(void *arg)
{
    struct world *world = arg;
    struct ballast ballast;
    struct err err;
    int dir;

    mount_small_disk(world, "1m");
    dir = folder_fd(world);
    /* a quarter of what there is */
    MUST(ballast_init(&ballast, dir, &err) == 0);
    MUST(ballast.size == 256 << 10);
    /* full: comes back only when there is room for two of it */
    fill_disk(world->folder, 0);
    MUST(ballast_drop(&ballast));
    MUST(!ballast_restore(&ballast));
    MUST(unlinkat(dir, "filler", 0) == 0);
    fill_disk(world->folder, (512 << 10) - 4096);
    MUST(!ballast_restore(&ballast));
    MUST(unlinkat(dir, "filler", 0) == 0);
    fill_disk(world->folder, 512 << 10);
    MUST(ballast_restore(&ballast));
    MUST(ballast_drop(&ballast));
    /* not even the smallest */
    MUST(unlinkat(dir, "filler", 0) == 0);
    fill_disk(world->folder, 100 << 10);
    MUST(ballast_init(&ballast, dir, &err) < 0 && err.code == ERR_FULL);
    MUST(!ballast.is_there && !ballast_restore(&ballast));
    MUST(unlinkat(dir, "filler", 0) == 0);
    MUST(ballast_restore(&ballast));
}

static void test_small_disk(void **state)
{
    assert_small_disk_child(in_child(on_a_small_disk, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_is_really_allocated),
        TEST(test_is_dropped_once),
        TEST(test_comes_back_when_there_is_room),
        TEST(test_takes_over_what_is_there),
        TEST(test_a_hollow_file_is_made_anew),
        TEST(test_a_planted_link_is_not_followed),
        TEST(test_small_disk),
    };
    return RUN(tests);
}
