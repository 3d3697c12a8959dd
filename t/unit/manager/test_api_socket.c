/* SPDX-License-Identifier: BSD-2-Clause */
/* The API's socket: private, and taken over from the dead only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/api_socket.h"

struct scene {
    char path[256];
    char socket[300];
};

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    folder_enter(scene->path, sizeof(scene->path));
    snprintf(scene->socket, sizeof(scene->socket), "%s/run/s", scene->path);
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;
    folder_leave(scene->path);
    free(scene);
    return 0;
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void it_is_open_to_its_owner_alone(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    int fd = api_socket_listen(scene->socket, &err);
    assert_true(fd >= 0);
    assert_int_equal(mode_of(scene->socket), 0600);
    assert_int_equal(mode_of("run"), 0700);
    int client = connect_to(scene->socket);
    assert_true(client >= 0);
    close(client);
    close(fd);
}

static void a_folder_that_is_open_to_others_is_closed(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    assert_int_equal(mkdir("run", 0700), 0);
    assert_int_equal(chmod("run", 0777), 0);
    int fd = api_socket_listen(scene->socket, &err);
    assert_true(fd >= 0);
    assert_int_equal(mode_of("run"), 0700);
    close(fd);
}

static void a_link_in_place_of_the_folder_is_refused(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    assert_int_equal(mkdir("elsewhere", 0700), 0);
    assert_int_equal(symlink("elsewhere", "run"), 0);
    assert_int_equal(api_socket_listen(scene->socket, &err), -1);
    assert_int_equal(err.code, ERR_DENIED);
}

static void the_socket_of_a_dead_manager_is_taken_over(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    int dead = api_socket_listen(scene->socket, &err);
    close(dead);
    assert_int_equal(access(scene->socket, F_OK), 0);
    int fd = api_socket_listen(scene->socket, &err);
    assert_true(fd >= 0);
    close(fd);
}

static void that_of_a_living_one_is_left_alone(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    int living = api_socket_listen(scene->socket, &err);
    assert_int_equal(api_socket_listen(scene->socket, &err), -1);
    assert_int_equal(err.code, ERR_BUSY);
    int client = connect_to(scene->socket);
    assert_true(client >= 0);
    close(client);
    close(living);
}

static void a_file_in_the_way_is_not_removed(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    assert_int_equal(mkdir("run", 0700), 0);
    file_put("run/s", "precious");
    assert_int_equal(api_socket_listen(scene->socket, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_true(file_has("run/s", "precious"));
}

static void a_path_that_does_not_fit_is_told_with_its_length(void **state)
{
    (void)state;
    struct err err = {0};
    char path[200];
    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(api_socket_listen(path, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "199"));
    assert_non_null(strstr(err.hint, "XDG_RUNTIME_DIR"));
}

static void our_own_processes_are_allowed(void **state)
{
    (void)state;
    int pair[2];
    uid_t uid = 12345;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(api_socket_is_allowed(pair[0], &uid));
    assert_int_equal(uid, geteuid());
    close(pair[0]);
    close(pair[1]);
    assert_false(api_socket_is_allowed(pair[0], NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_open_to_its_owner_alone),
        TEST(a_folder_that_is_open_to_others_is_closed),
        TEST(a_link_in_place_of_the_folder_is_refused),
        TEST(the_socket_of_a_dead_manager_is_taken_over),
        TEST(that_of_a_living_one_is_left_alone),
        TEST(a_file_in_the_way_is_not_removed),
        TEST(a_path_that_does_not_fit_is_told_with_its_length),
        TEST(our_own_processes_are_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
