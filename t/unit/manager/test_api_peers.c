/* SPDX-License-Identifier: BSD-2-Clause */
/* Too many connections: the silent ones go, the busy ones stay. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/api_peers.h"
#include "manager/api_socket.h"

#define LIMIT 20

struct scene {
    char path[256];
    char socket[300];
    int listener;
    struct api_peers peers;
    int clients[100], ours[100];
    int n;
};

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    folder_enter(scene->path, sizeof(scene->path));
    snprintf(scene->socket, sizeof(scene->socket), "%s/run/s", scene->path);
    scene->listener = api_socket_listen(scene->socket, NULL);
    assert_true(scene->listener >= 0);
    api_peers_init(&scene->peers, scene->socket);
    scene->peers.limit = LIMIT;
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < scene->n; i++) {
        close(scene->clients[i]);
        close(scene->ours[i]);
    }
    close(scene->listener);
    api_peers_release(&scene->peers);
    folder_leave(scene->path);
    free(scene);
    return 0;
}

/* One more connection; is it time to sweep? */
static bool come(struct scene *scene)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, scene->socket);
    bool is_full = api_peers_add(&scene->peers);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    scene->clients[scene->n] = fd;
    scene->ours[scene->n] = accept(scene->listener, NULL, NULL);
    scene->n++;
    return is_full;
}

static bool is_shut(const struct scene *scene, int i)
{
    struct pollfd look = {.fd = scene->clients[i], .events = 0};
    return poll(&look, 1, 0) == 1 && (look.revents & POLLHUP) != 0;
}

/* What the HTTP server does when it sees the end. */
static void close_shut(struct scene *scene)
{
    for (int i = 0; i < scene->n; i++) {
        if (scene->ours[i] < 0 || !is_shut(scene, i))
            continue;
        close(scene->ours[i]);
        scene->ours[i] = -1;
    }
}

static int count_shut(const struct scene *scene)
{
    int n = 0;
    for (int i = 0; i < scene->n; i++)
        n += is_shut(scene, i);
    return n;
}

static void below_the_limit_nobody_is_bothered(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < LIMIT; i++)
        assert_false(come(scene));
    assert_true(come(scene));
    close(scene->ours[0]);
    close(scene->ours[1]);
    assert_int_equal(api_peers_sweep(&scene->peers), 0);
    assert_int_equal(scene->peers.n, LIMIT - 1);
    assert_int_equal(count_shut(scene), 2);
}

static void beyond_it_the_longest_silent_go(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < LIMIT; i++)
        come(scene);
    for (int i = 0; i < LIMIT; i++)
        api_peers_touch(&scene->peers, scene->ours[(i + 5) % LIMIT]);
    assert_true(come(scene));
    assert_int_equal(api_peers_sweep(&scene->peers), 1 + LIMIT / 10);
    /* 5 was touched first, then 6 and 7 */
    assert_true(is_shut(scene, 5) && is_shut(scene, 6) && is_shut(scene, 7));
    assert_int_equal(count_shut(scene), 3);
}

static void one_that_asked_stays_though_it_came_first(void **state)
{
    struct scene *scene = *state;
    come(scene);
    for (int i = 0; i < 3 * LIMIT; i++) {
        if (!come(scene))
            continue;
        api_peers_touch(&scene->peers, scene->ours[0]);
        api_peers_sweep(&scene->peers);
        close_shut(scene);
    }
    assert_false(is_shut(scene, 0));
    assert_true(count_shut(scene) >= 2 * LIMIT);
}

static void a_descriptor_that_is_used_again_is_a_new_peer(void **state)
{
    struct scene *scene = *state;
    come(scene);
    api_peers_sweep(&scene->peers);
    int fd = scene->ours[0];
    uint64_t before = scene->peers.items[0].active;
    close(scene->ours[0]);
    api_peers_touch(&scene->peers, scene->listener);
    scene->ours[0] = dup(scene->clients[0]); /* takes the free number */
    assert_int_equal(scene->ours[0], fd);
    come(scene);
    api_peers_sweep(&scene->peers);
    /* the old entry is gone, the new peer has its own time */
    assert_int_equal(scene->peers.n, 1);
    assert_int_equal(scene->peers.items[0].fd, scene->ours[1]);
    assert_true(scene->peers.items[0].active > before);
    assert_false(scene->peers.items[0].has_asked);
}

static void other_descriptors_are_not_counted(void **state)
{
    struct scene *scene = *state;
    int pairs[40];
    for (int i = 0; i < 40; i += 2)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs + i), 0);
    come(scene);
    assert_int_equal(api_peers_sweep(&scene->peers), 0);
    assert_int_equal(scene->peers.n, 1);
    for (int i = 0; i < 40; i++)
        close(pairs[i]);
}

static void the_limit_leaves_descriptors_for_others(void **state)
{
    (void)state;
    struct api_peers peers;
    api_peers_init(&peers, "/x");
    assert_true(peers.limit >= 10 && peers.limit <= API_PEERS_MAX);
    api_peers_release(&peers);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(below_the_limit_nobody_is_bothered),
        TEST(beyond_it_the_longest_silent_go),
        TEST(one_that_asked_stays_though_it_came_first),
        TEST(a_descriptor_that_is_used_again_is_a_new_peer),
        TEST(other_descriptors_are_not_counted),
        TEST(the_limit_leaves_descriptors_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
