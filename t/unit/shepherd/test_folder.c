/* SPDX-License-Identifier: BSD-2-Clause */
/* The claim itself: at most one shepherd gets an attempt. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "shepherd/folder.h"

static void leave(struct folder *folder)
{
    close(folder->lock_fd);
    close(folder->dir_fd);
    close(folder->jobs_fd);
}

static int count_entries(const struct sandbox *box)
{
    DIR *dir = opendir(box->jobs);
    struct dirent *entry;
    int n = 0;
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            n++;
    closedir(dir);
    return n;
}

static void test_life_of_a_claim(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    struct exit_record record = {.code = 3, .ended_us = 9};
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    struct claim claim = sandbox_claim(box, 7);
    assert_int_equal(claim.state, CLAIM_RUNNING);
    assert_int_equal(claim.shepherd_pid, getpid());
    assert_int_equal(claim.command_pid, 0);
    assert_int_equal(folder_write_command(&folder, 4711, 5), 0);
    assert_int_equal(sandbox_claim(box, 7).command_pid, 4711);
    assert_int_equal(folder_write_exit(&folder, &record), 0);
    assert_int_equal(sandbox_claim(box, 7).state, CLAIM_RUNNING);
    leave(&folder);
    claim = sandbox_claim(box, 7);
    assert_int_equal(claim.state, CLAIM_ENDED);
    assert_int_equal(claim.exit.code, 3);
}

static struct stat look(const struct folder *folder, const char *name)
{
    struct stat st;
    assert_int_equal(fstatat(folder->dir_fd, name, &st, 0), 0);
    return st;
}

/* A disk that fills up while the job runs must not keep it from ending. */
static void test_record_has_its_room_since_the_claim(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    struct exit_record record = {.code = 3, .ended_us = 9};
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    struct stat room = look(&folder, "exit.tmp");
    assert_int_equal(room.st_size, EXIT_RECORD_MAX);
    assert_int_equal(folder_write_exit(&folder, &record), 0);
    struct stat written = look(&folder, "exit");
    assert_int_equal(written.st_ino, room.st_ino);
    char *text = sandbox_read(box, "jobs/7.1/exit");
    assert_int_equal(written.st_size, strlen(text));
    free(text);
    leave(&folder);
}

static void test_identity_line(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    int version, pid;
    unsigned long long start;
    char boot[64], real[64] = "";
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    char *text = sandbox_read(box, "jobs/7.1/shepherd");
    assert_int_equal(
        sscanf(text, "%d %d %llu %63s", &version, &pid, &start, boot), 4);
    assert_int_equal(version, 1);
    assert_int_equal(pid, getpid());
    assert_true(start > 0);
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    assert_non_null(fgets(real, sizeof(real), file));
    fclose(file);
    assert_int_equal(strncmp(boot, real, strlen(boot)), 0);
    free(text);
    leave(&folder);
}

static void test_second_claim_loses(void **state)
{
    struct sandbox *box = *state;
    struct folder first, second;
    assert_int_equal(folder_claim(&first, box->jobs, 7, 1, 0), 0);
    assert_int_equal(folder_claim(&second, box->jobs, 7, 1, 0), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(count_entries(box), 1); /* the loser cleaned up */
    assert_int_equal(folder_claim(&second, box->jobs, 7, 2, 0), 0);
    leave(&first);
    leave(&second);
}

static void test_ended_attempt_is_taken_for_ever(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    leave(&folder); /* lost */
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), -1);
    assert_int_equal(errno, EEXIST);
}

static void test_empty_folder_may_be_claimed(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    char path[SANDBOX_PATH];
    assert_int_equal(mkdir(sandbox_path(box, "jobs/7.1", path), 0700), 0);
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    leave(&folder);
}

static void test_no_jobs_folder(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    char path[SANDBOX_PATH];
    sandbox_path(box, "nowhere", path);
    assert_int_equal(folder_claim(&folder, path, 7, 1, 0), -1);
    assert_int_equal(errno, ENOENT);
}

/* Both wait for the same pipe to close, then claim. */
static pid_t start_racer(const struct sandbox *box, int64_t job,
                         const int gate[2])
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char byte;
    struct folder folder;
    close(gate[1]);
    ssize_t n = read(gate[0], &byte, 1);
    _exit(n == 0 && folder_claim(&folder, box->jobs, job, 1, 0) == 0);
}

static void test_race(void **state)
{
    struct sandbox *box = *state;
    for (int64_t job = 1; job <= 100; job++) {
        int gate[2];
        assert_int_equal(pipe(gate), 0);
        pid_t a = start_racer(box, job, gate);
        pid_t b = start_racer(box, job, gate);
        close(gate[0]);
        close(gate[1]);
        assert_int_equal(sandbox_wait(a) + sandbox_wait(b), 1);
    }
    assert_int_equal(count_entries(box), 100);
}

static void test_removed_folder(void **state)
{
    struct sandbox *box = *state;
    struct folder folder;
    struct exit_record record = {.code = 3};
    char path[SANDBOX_PATH];
    assert_int_equal(folder_claim(&folder, box->jobs, 7, 1, 0), 0);
    unlink(sandbox_path(box, "jobs/7.1/exit.tmp", path));
    unlink(sandbox_path(box, "jobs/7.1/lock", path));
    unlink(sandbox_path(box, "jobs/7.1/shepherd", path));
    assert_int_equal(rmdir(sandbox_path(box, "jobs/7.1", path)), 0);
    assert_int_equal(folder_write_command(&folder, 1, 1), -1);
    assert_int_equal(folder_write_exit(&folder, &record), -1);
    leave(&folder);
}

static int setup(void **state)
{
    struct sandbox *box = calloc(1, sizeof(*box));
    sandbox_init(box);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    sandbox_release(*state);
    free(*state);
    return 0;
}

int main(void)
{
#define BOXED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        BOXED(test_life_of_a_claim),
        BOXED(test_record_has_its_room_since_the_claim),
        BOXED(test_identity_line),
        BOXED(test_second_claim_loses),
        BOXED(test_ended_attempt_is_taken_for_ever),
        BOXED(test_empty_folder_may_be_claimed),
        BOXED(test_no_jobs_folder),
        BOXED(test_race),
        BOXED(test_removed_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
