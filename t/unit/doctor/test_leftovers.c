/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <sys/file.h>

#include "doctor/cleaning.h"
#include "doctor/leftovers.h"
#include "store/store.h"

#define MARK "1f2e3d4c"
#define HOST "n2"

/* A state directory with a mark. */
static void open_home(struct home *home, const char *mark)
{
    struct state_dir dir;
    struct store *store;

    assert_int_equal(state_dir_open(&dir, ".erm", true, NULL), 0);
    store = store_open(&dir, NULL, NULL);
    assert_non_null(store);
    store_set_setting(store, "manager.mark", mark, NULL);
    assert_int_equal(store_commit(store, NULL), 0);
    store_close(store);
    state_dir_close(&dir);
    assert_int_equal(home_open(home, ".erm", NULL), 0);
}

/* As a shepherd's: returns the lock. */
static int claim(const char *jobs, const char *name)
{
    char path[400];
    int fd;

    snprintf(path, sizeof(path), "mkdir -p %s/%s", jobs, name);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof(path), "%s/%s/lock", jobs, name);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    return fd;
}

static const struct leftover *find(const struct leftovers *left,
                                   const char *key)
{
    for (size_t i = 0; i < left->n; i++)
        if (left->items[i].key != NULL && strcmp(left->items[i].key, key) == 0)
            return &left->items[i];
    fail_msg("no %s", key);
    return NULL;
}

static void test_what_hosts_tell_is_read(void **state)
{
    struct leftovers left = {0};
    const struct leftover *item;

    (void)state;
    leftovers_add_keys(&left, HOST,
                       " p:" MARK ".7.1:3 f:" MARK ".7.1:1 f:" MARK ".pool:1");
    assert_int_equal(left.n, 2);
    item = find(&left, MARK ".7.1");
    assert_int_equal(item->n_processes, 3);
    assert_true(item->has_folder);
    assert_int_equal(item->job_id, 7);
    assert_int_equal(item->attempt, 1);
    assert_string_equal(item->mark, MARK);
    item = find(&left, MARK ".pool");
    assert_int_equal(item->job_id, 0);
    assert_int_equal(item->n_processes, 0);
    leftovers_release(&left);
}

static void test_what_is_no_key(void **state)
{
    struct leftovers left = {0};

    (void)state;
    leftovers_add_keys(&left, HOST,
                       "p:" MARK ".7.01:1 p:" MARK ".0.1:1 p:" MARK ".7.1.0:1 "
                       "f:test1.2:1 p:1F2E3D4C.7.1:1 p:" MARK ".-1.1:1 p:: p: "
                       "x:" MARK ".7.1:1 " MARK ".7.1 p:" MARK "0.7.1:1 "
                       "p:" MARK ".7.1;x:1");
    assert_int_equal(left.n, 0);
    leftovers_add_process(&left, HOST, "relative/7.1", NULL);
    leftovers_add_process(&left, HOST, "/x/jobs/seven", NULL);
    leftovers_add_process(&left, HOST, "/x/jobs/7.1/", NULL);
    assert_int_equal(left.n, 0);
}

static void test_only_the_dead_of_this_state_directory(void **state)
{
    struct leftovers left = {0};
    struct home home;
    int lock;

    (void)state;
    open_home(&home, MARK);
    lock = claim(".erm/jobs", "8.1");
    leftovers_add_keys(&left, HOST,
                       "p:" MARK ".7.1:1 p:" MARK ".8.1:1 p:" MARK ".9.2:1 "
                       "f:" MARK ".10.1:1 p:99999999.7.1:1 f:" MARK ".pool:1");
    home_add_live(&home, 9, 2);
    leftovers_judge(&left, &home, MARK ".10.1", NULL);
    assert_int_equal(find(&left, MARK ".7.1")->kind, LEFT_OURS);
    assert_int_equal(find(&left, MARK ".8.1")->kind, LEFT_LIVE);
    assert_int_equal(find(&left, MARK ".9.2")->kind, LEFT_LIVE);
    assert_int_equal(find(&left, MARK ".10.1")->kind, LEFT_LIVE);
    assert_int_equal(find(&left, "99999999.7.1")->kind, LEFT_FOREIGN);
    assert_int_equal(find(&left, MARK ".pool")->kind, LEFT_OURS);
    assert_true(cleaning_takes(find(&left, MARK ".7.1"), false));
    assert_false(cleaning_takes(find(&left, MARK ".8.1"), true));
    assert_false(cleaning_takes(find(&left, "99999999.7.1"), false));
    assert_true(cleaning_takes(find(&left, "99999999.7.1"), true));
    close(lock);
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(find(&left, MARK ".8.1")->kind, LEFT_OURS);
    leftovers_release(&left);
    home_close(&home);
}

/* One of them may outlive another, and all live while the attempt does. */
static void test_the_parts_of_an_attempt(void **state)
{
    struct leftovers left = {0};
    struct home home;
    int lock;

    (void)state;
    open_home(&home, MARK);
    lock = claim(".erm/jobs", "8.1.2");
    leftovers_add_keys(&left, HOST,
                       "p:" MARK ".8.1.2:1 p:" MARK ".8.1.3:1 p:" MARK
                       ".9.2.3:1");
    home_add_live(&home, 9, 2);
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(find(&left, MARK ".8.1.2")->part, 2);
    assert_int_equal(find(&left, MARK ".8.1.2")->kind, LEFT_LIVE);
    assert_int_equal(find(&left, MARK ".8.1.3")->kind, LEFT_OURS);
    assert_int_equal(find(&left, MARK ".9.2.3")->kind, LEFT_LIVE);
    close(lock);
    leftovers_release(&left);
    home_close(&home);
}

static void test_the_dvm_over_the_pool(void **state)
{
    struct leftovers left = {0};
    struct home home;
    int old, new;

    (void)state;
    open_home(&home, MARK);
    old = claim(".erm/jobs", "0.1");
    new = claim(".erm/jobs", "0.2");
    close(old);
    leftovers_add_keys(&left, HOST, "p:" MARK ".pool:2");
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(left.items[0].kind, LEFT_LIVE);
    close(new);
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(left.items[0].kind, LEFT_OURS);
    leftovers_release(&left);
    home_close(&home);
}

static void test_without_a_state_directory_all_is_foreign(void **state)
{
    struct leftovers left = {0};
    struct home home;

    (void)state;
    assert_int_equal(home_open(&home, NULL, NULL), 0);
    leftovers_add_keys(&left, HOST, "p:" MARK ".7.1:1");
    leftovers_add_process(&left, HOST, "/nonexistent/jobs/7.1", NULL);
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(left.items[0].kind, LEFT_FOREIGN);
    assert_int_equal(left.items[1].kind, LEFT_FOREIGN);
    leftovers_release(&left);
    home_close(&home);
}

/* On this machine a claim tells, of whatever state directory it is. */
static void test_processes_of_this_machine(void **state)
{
    struct leftovers left = {0};
    struct home home;
    char dir[400];
    int lock;

    open_home(&home, MARK);
    lock = claim("other/jobs", "3.1");
    snprintf(dir, sizeof(dir), "%s/.erm/jobs/7.1", (char *)*state);
    leftovers_add_process(&left, HOST, dir, NULL);
    leftovers_add_process(&left, HOST, dir, NULL);
    leftovers_add_process(&left, HOST, dir, MARK ".7.1"); /* counted by key */
    snprintf(dir, sizeof(dir), "%s/other/jobs/3.1", (char *)*state);
    leftovers_add_process(&left, HOST, dir, "99999999.3.1");
    leftovers_add_process(&left, HOST, dir, NULL);
    leftovers_add_keys(&left, "n5", "p:99999999.3.1:4 p:99999999.4.1:1");
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(left.n, 4);
    assert_int_equal(left.items[0].n_processes, 2);
    assert_int_equal(left.items[0].kind, LEFT_OURS);
    assert_int_equal(left.items[1].kind, LEFT_LIVE);
    assert_int_equal(find(&left, "99999999.3.1")->kind, LEFT_LIVE);
    assert_int_equal(find(&left, "99999999.4.1")->kind, LEFT_FOREIGN);
    close(lock);
    leftovers_judge(&left, &home, NULL, NULL);
    assert_int_equal(left.items[1].kind, LEFT_FOREIGN);
    assert_int_equal(find(&left, "99999999.3.1")->kind, LEFT_FOREIGN);
    leftovers_judge(&left, &home, NULL, left.items[0].claim_dir);
    assert_int_equal(left.items[0].kind, LEFT_LIVE);
    leftovers_release(&left);
    home_close(&home);
}

static void test_a_state_directory_that_has_no_mark_yet(void **state)
{
    struct state_dir dir;
    struct home home;

    (void)state;
    assert_int_equal(state_dir_open(&dir, ".erm", true, NULL), 0);
    state_dir_close(&dir);
    assert_int_equal(home_open(&home, ".erm", NULL), 0);
    assert_null(home.mark);
    home_close(&home);
    assert_int_equal(home_open(&home, "nothing-here", NULL), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_hosts_tell_is_read),
        TEST(test_what_is_no_key),
        TEST(test_only_the_dead_of_this_state_directory),
        TEST(test_the_parts_of_an_attempt),
        TEST(test_the_dvm_over_the_pool),
        TEST(test_without_a_state_directory_all_is_foreign),
        TEST(test_processes_of_this_machine),
        TEST(test_a_state_directory_that_has_no_mark_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
