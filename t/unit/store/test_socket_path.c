/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/socket_path.h"

static void test_lives_in_the_runtime_folder(void **state)
{
    struct world *world = *state;
    char folder[400], *path;
    struct stat st;

    path = socket_path_prepare(world->folder, "/no", "/x/.erm", &world->err);
    assert_non_null(path);
    world_path(world, "erm", folder);
    assert_int_equal(strncmp(path, folder, strlen(folder)), 0);
    assert_int_equal(strlen(path), strlen(folder) + 1 + 16 + 5);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(access(path, F_OK), -1);
    free(path);
}

static void test_name_depends_on_the_state_directory_alone(void **state)
{
    struct world *world = *state;
    char *a = socket_path_prepare(world->folder, "/no", "/x/.erm", NULL);
    char *b = socket_path_prepare(world->folder, "/no", "/y/.erm", NULL);
    char *again = socket_path_prepare(world->folder, "/no", "/x/.erm", NULL);

    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
    free(again);
}

/* All these mean: not in the runtime folder but in TMP/erm-UID. */
static void assert_falls_back(struct world *world, const char *xdg)
{
    char name[64], folder[400], *path;

    path = socket_path_prepare(xdg, world->folder, "/x/.erm", &world->err);
    assert_non_null(path);
    snprintf(name, sizeof(name), "erm-%u/", (unsigned)geteuid());
    world_path(world, name, folder);
    assert_int_equal(strncmp(path, folder, strlen(folder)), 0);
    free(path);
}

static void test_falls_back_to_tmp(void **state)
{
    struct world *world = *state;

    assert_falls_back(world, NULL);
    assert_falls_back(world, "");
    assert_falls_back(world, "relative");
    assert_falls_back(world, "/no/such/folder");
}

static void test_foreign_runtime_folder_is_not_used(void **state)
{
    struct world *world = *state;
    char xdg[400] = "/usr";

    if (geteuid() == 0) {
        assert_int_equal(mkdir(world_path(world, "xdg", xdg), 0700), 0);
        assert_int_equal(chown(xdg, 1, 1), 0);
    }
    assert_falls_back(world, xdg);
}

static void test_too_long_runtime_folder_is_not_used(void **state)
{
    struct world *world = *state;
    char xdg[400], name[120];

    memset(name, 'l', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(mkdir(world_path(world, name, xdg), 0700), 0);
    assert_falls_back(world, xdg);
    strcat(xdg, "/erm");
    assert_int_equal(access(xdg, F_OK), -1);
}

static void test_too_long_everywhere_is_an_error(void **state)
{
    struct world *world = *state;
    char tmp[400], name[120];

    memset(name, 'l', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(mkdir(world_path(world, name, tmp), 0700), 0);
    assert_null(socket_path_prepare(NULL, tmp, "/x/.erm", &world->err));
    assert_int_equal(world->err.code, ERR_INPUT);
    assert_contains(world->err.hint, "XDG_RUNTIME_DIR");
}

static void test_squatted_folder_is_refused(void **state)
{
    struct world *world = *state;
    char name[64], path[400];

    snprintf(name, sizeof(name), "erm-%u", (unsigned)geteuid());
    assert_int_equal(symlink("/tmp", world_path(world, name, path)), 0);
    assert_null(
        socket_path_prepare(NULL, world->folder, "/x/.erm", &world->err));
    assert_int_equal(world->err.code, ERR_DENIED);
    assert_contains(world->err.hint, "XDG_RUNTIME_DIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lives_in_the_runtime_folder),
        TEST(test_name_depends_on_the_state_directory_alone),
        TEST(test_falls_back_to_tmp),
        TEST(test_foreign_runtime_folder_is_not_used),
        TEST(test_too_long_runtime_folder_is_not_used),
        TEST(test_too_long_everywhere_is_an_error),
        TEST(test_squatted_folder_is_refused),
    };
    return RUN(tests);
}
