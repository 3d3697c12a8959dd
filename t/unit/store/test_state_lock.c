/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/state_lock.h"

static int folder_fd(const struct world *world)
{
    int fd = open(world->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static void test_is_taken_and_signed(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock = state_lock_take(dir, 0, NULL);
    char line[256] = "", host[128], boot[64];
    unsigned long long start;
    long pid;

    assert_true(lock >= 0);
    assert_true(pread(lock, line, sizeof(line) - 1, 0) > 0);
    assert_int_equal(
        sscanf(line, "%ld %127s %63s %llu", &pid, host, boot, &start), 4);
    assert_int_equal(pid, getpid());
    assert_int_equal(strlen(boot), 36);
    assert_true(start > 0);
    state_lock_release(lock);
    close(dir);
}

static void test_second_one_is_told_who_holds_it(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock = state_lock_take(dir, 0, NULL);
    char pid[64];

    assert_int_equal(state_lock_take(dir, 0, &world->err), -1);
    assert_int_equal(world->err.code, ERR_BUSY);
    snprintf(pid, sizeof(pid), "already running here: pid %ld on host ",
             (long)getpid());
    assert_contains(world->err.text, pid);
    assert_contains(world->err.text, "(since 2");
    state_lock_release(lock);
    close(dir);
}

static void test_can_be_taken_again_after_release(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world);

    for (int i = 0; i < 3; i++) {
        int lock = state_lock_take(dir, 0, &world->err);
        assert_true(lock >= 0);
        state_lock_release(lock);
    }
    close(dir);
}

static void test_nameless_holder_is_told_too(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock = state_lock_take(dir, 0, NULL);

    assert_int_equal(ftruncate(lock, 0), 0);
    assert_int_equal(state_lock_take(dir, 0, &world->err), -1);
    assert_int_equal(world->err.code, ERR_BUSY);
    assert_string_equal(world->err.text, "a manager is already running here");
    state_lock_release(lock);
    close(dir);
}

/* Forks a child that inherits the lock and ends when the pipe is closed. */
static pid_t heir(int *pipe_end)
{
    int ends[2];
    pid_t child;
    char c;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[1]);
        while (read(ends[0], &c, 1) < 0 && errno == EINTR) {
        }
        usleep(100 * 1000); /* let go while the other one is trying */
        _exit(0);
    }
    close(ends[0]);
    *pipe_end = ends[1];
    return child;
}

static void test_waits_for_a_forked_child(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock = state_lock_take(dir, 0, NULL), end;
    pid_t child = heir(&end);

    close(lock); /* as when the manager is killed */
    assert_int_equal(state_lock_take(dir, 0, &world->err), -1);
    assert_int_equal(world->err.code, ERR_BUSY);
    close(end);
    lock = state_lock_take(dir, 20 * STATE_LOCK_PATIENCE, &world->err);
    assert_true(lock >= 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    state_lock_release(lock);
    close(dir);
}

static void test_release_counts_for_children_too(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock = state_lock_take(dir, 0, NULL), end;
    pid_t child = heir(&end);

    state_lock_release(lock);
    lock = state_lock_take(dir, 0, &world->err);
    assert_true(lock >= 0);
    close(end);
    assert_int_equal(waitpid(child, NULL, 0), child);
    state_lock_release(lock);
    close(dir);
}

static void take_and_die(void *arg)
{
    int dir = open(arg, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    MUST(state_lock_take(dir, 0, NULL) >= 0);
    raise(SIGKILL);
}

static void test_dies_with_its_holder(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world), lock;

    assert_int_equal(in_child(take_and_die, world->folder), 128 + SIGKILL);
    lock = state_lock_take(dir, 0, &world->err);
    assert_true(lock >= 0);
    state_lock_release(lock);
    close(dir);
}

static void test_a_planted_link_is_refused(void **state)
{
    struct world *world = *state;
    int dir = folder_fd(world);

    assert_int_equal(symlinkat("victim", dir, "lock"), 0);
    assert_int_equal(state_lock_take(dir, 0, &world->err), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_int_equal(faccessat(dir, "victim", F_OK, 0), -1);
    close(dir);
}

static void test_release_of_none_is_fine(void **state)
{
    (void)state;
    state_lock_release(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_is_taken_and_signed),
        TEST(test_second_one_is_told_who_holds_it),
        TEST(test_can_be_taken_again_after_release),
        TEST(test_nameless_holder_is_told_too),
        TEST(test_waits_for_a_forked_child),
        TEST(test_release_counts_for_children_too),
        TEST(test_dies_with_its_holder),
        TEST(test_a_planted_link_is_refused),
        TEST(test_release_of_none_is_fine),
    };
    return RUN(tests);
}
