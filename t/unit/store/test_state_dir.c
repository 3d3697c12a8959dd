/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

static void test_makes_and_opens(void **state)
{
    struct world *world = *state;
    struct state_dir *dir = &world->dir;
    struct stat st;

    assert_int_equal(state_dir_open(dir, world->erm, true, NULL), 0);
    assert_string_equal(dir->path, world->erm);
    assert_int_equal(fstat(dir->fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(fstatat(dir->fd, "jobs", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(faccessat(dir->jobs_fd, "../jobs", F_OK, 0), 0);
}

static void test_opens_again_without_making(void **state)
{
    struct world *world = *state;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    state_dir_close(&world->dir);
    assert_int_equal(state_dir_open(&world->dir, world->erm, false, NULL), 0);
}

static void test_missing_one_is_not_made_unasked(void **state)
{
    struct world *world = *state;

    assert_int_equal(
        state_dir_open(&world->dir, world->erm, false, &world->err), -1);
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
    assert_int_equal(access(world->erm, F_OK), -1);
    assert_int_equal(world->dir.fd, -1);
    assert_null(world->dir.path);
}

static void test_path_is_the_real_one(void **state)
{
    struct world *world = *state;
    char sub[400], link[400], path[500];

    assert_int_equal(mkdir(world_path(world, "sub", sub), 0700), 0);
    assert_int_equal(symlink(sub, world_path(world, "link", link)), 0);
    snprintf(path, sizeof(path), "%s/../link/.erm", link);
    assert_int_equal(state_dir_open(&world->dir, path, true, NULL), 0);
    snprintf(path, sizeof(path), "%s/.erm", sub);
    assert_string_equal(world->dir.path, path);
}

static void test_slash_at_the_end_does_not_follow_a_link(void **state)
{
    struct world *world = *state;
    char real[400], link[400];

    assert_int_equal(mkdir(world_path(world, "real", real), 0700), 0);
    assert_int_equal(symlink(real, world_path(world, "link", link)), 0);
    strcat(link, "//");
    assert_int_equal(state_dir_open(&world->dir, link, true, &world->err), -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.hint, "--state-dir");
}

static void test_loose_mode_says_how_to_mend_it(void **state)
{
    struct world *world = *state;

    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(chmod(world->erm, 0775), 0);
    assert_int_equal(state_dir_open(&world->dir, world->erm, true, &world->err),
                     -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, "mode 0775");
    assert_contains(world->err.hint, "chmod go-w");
}

static void test_jobs_may_not_be_a_link_either(void **state)
{
    struct world *world = *state;
    char jobs[400];

    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(symlink("/tmp", world_path(world, ".erm/jobs", jobs)), 0);
    assert_int_equal(state_dir_open(&world->dir, world->erm, true, &world->err),
                     -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, ".erm/jobs is a symbolic link");
    assert_int_equal(world->dir.fd, -1);
}

static void test_foreign_one_hints_at_the_option(void **state)
{
    struct world *world = *state;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can give a folder away\n");
        skip();
    }
    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(chown(world->erm, 1, 1), 0);
    assert_int_equal(state_dir_open(&world->dir, world->erm, true, &world->err),
                     -1);
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, "(uid 1), not to you");
    assert_contains(world->err.hint, "--state-dir");
}

static void test_is_found_from_far_below(void **state)
{
    struct world *world = *state;
    char deep[400], *found;

    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a", deep), 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a/b", deep), 0700), 0);
    found = state_dir_find(deep, &world->err);
    assert_non_null(found);
    assert_string_equal(found, world->erm);
    free(found);
    found = state_dir_find(world->folder, NULL);
    assert_string_equal(found, world->erm);
    free(found);
}

static void test_the_nearest_one_is_found(void **state)
{
    struct world *world = *state;
    char deep[400], near[400], *found;

    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a", deep), 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a/.erm", near), 0700), 0);
    found = state_dir_find(deep, NULL);
    assert_string_equal(found, near);
    free(found);
}

static void test_a_file_or_a_foreign_one_is_passed_by(void **state)
{
    struct world *world = *state;
    char deep[400], path[400], *found;

    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a", deep), 0700), 0);
    assert_int_equal(mkdir(world_path(world, "a/b", deep), 0700), 0);
    write_text(world_path(world, "a/b/.erm", path), "");
    if (geteuid() == 0) {
        assert_int_equal(mkdir(world_path(world, "a/.erm", path), 0700), 0);
        assert_int_equal(chown(path, 1, 1), 0);
    }
    found = state_dir_find(deep, NULL);
    assert_non_null(found);
    assert_string_equal(found, world->erm);
    free(found);
}

static void test_nothing_to_find(void **state)
{
    struct world *world = *state;
    char *found = state_dir_find(world->folder, &world->err);

    if (found) {
        print_message("SKIPPED: there is %s\n", found);
        free(found);
        skip();
    }
    assert_true(world->err.code == ERR_NOT_FOUND ||
                world->err.code == ERR_DENIED);
    assert_null(state_dir_find("/no/such/folder", &world->err));
    assert_int_equal(world->err.code, ERR_SYSTEM);
}

static void test_only_a_foreign_one_to_find(void **state)
{
    struct world *world = *state;
    char *found;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can give a folder away\n");
        skip();
    }
    assert_int_equal(mkdir(world->erm, 0700), 0);
    assert_int_equal(chown(world->erm, 1, 1), 0);
    found = state_dir_find(world->folder, &world->err);
    if (found) {
        print_message("SKIPPED: there is %s\n", found);
        free(found);
        skip();
    }
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.text, world->erm);
}

static void test_local_disk_is_no_network(void **state)
{
    struct world *world = *state;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)world;
    assert_null(state_dir_network_fs(proc));
    close(proc);
    assert_null(state_dir_network_fs(-1));
}

static void read_socket(const struct world *world, char *buf, size_t size)
{
    int fd = openat(world->dir.fd, "socket", O_RDONLY | O_CLOEXEC);
    ssize_t n;

    assert_true(fd >= 0);
    n = read(fd, buf, size - 1);
    assert_true(n >= 0);
    buf[n] = '\0';
    close(fd);
}

static void test_tells_where_the_socket_is(void **state)
{
    struct world *world = *state;
    char text[256];

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    assert_int_equal(state_dir_set_socket(&world->dir, "/run/a.sock", NULL), 0);
    read_socket(world, text, sizeof(text));
    assert_string_equal(text, "/run/a.sock\n");
    assert_int_equal(state_dir_set_socket(&world->dir, "/b", NULL), 0);
    read_socket(world, text, sizeof(text));
    assert_string_equal(text, "/b\n");
    assert_int_equal(state_dir_set_socket(&world->dir, NULL, NULL), 0);
    assert_int_equal(faccessat(world->dir.fd, "socket", F_OK, 0), -1);
    assert_int_equal(state_dir_set_socket(&world->dir, NULL, NULL), 0);
}

static void test_close_is_fine_twice(void **state)
{
    struct world *world = *state;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    state_dir_close(&world->dir);
    state_dir_close(&world->dir);
    assert_int_equal(world->dir.fd, -1);
    assert_int_equal(world->dir.jobs_fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_makes_and_opens),
        TEST(test_opens_again_without_making),
        TEST(test_missing_one_is_not_made_unasked),
        TEST(test_path_is_the_real_one),
        TEST(test_slash_at_the_end_does_not_follow_a_link),
        TEST(test_loose_mode_says_how_to_mend_it),
        TEST(test_jobs_may_not_be_a_link_either),
        TEST(test_foreign_one_hints_at_the_option),
        TEST(test_is_found_from_far_below),
        TEST(test_the_nearest_one_is_found),
        TEST(test_a_file_or_a_foreign_one_is_passed_by),
        TEST(test_nothing_to_find),
        TEST(test_only_a_foreign_one_to_find),
        TEST(test_local_disk_is_no_network),
        TEST(test_tells_where_the_socket_is),
        TEST(test_close_is_fine_twice),
    };
    return RUN(tests);
}
