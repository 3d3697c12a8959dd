/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm doctor, the program, on hosts that an ssh of the test's own plays: each
 * name has its one fault. They are this machine, and say that they are not.
 */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "stage.h"
#include "store/store.h"
#include "temp_dir.h"

static char text[65536];

/* The last argument is the command; the one before is the host. */
#define SSH                                                              \
    "#!/bin/sh\n"                                                        \
    "while [ $# -gt 2 ]; do shift; done\n"                               \
    "PATH=$PWD/$1:$PWD/bin:$PATH; export PATH\n"                         \
    "case $1 in\n"                                                       \
    "down) echo 'ssh: connect to host down port 22: Connection refused'" \
    " >&2; exit 255;;\n"                                                 \
    "far) sed 's|^token 1 |token 1 /elsewhere|' | sh -c \"$2\";;\n"      \
    "noisy) echo 'Welcome to the cluster'; sh -c \"$2\";;\n"             \
    "*) sh -c \"$2\";;\n"                                                \
    "esac\n"

static void write_program(const char *name, const char *content)
{
    temp_file_write(name, content);
    assert_int_equal(chmod(name, 0755), 0);
}

static int enter(void **state)
{
    static const char *const folders[] = {"bin", "old", "late", "small", "far"};
    int rc = temp_dir_enter(state);

    for (size_t i = 0; i < 5; i++)
        mkdir(folders[i], 0755);
    write_program("ssh", SSH);
    write_program("bin/prte", "#!/bin/sh\necho 'prte (PRRTE) 3.0.8'\n");
    write_program("bin/prun", "#!/bin/sh\n");
    write_program("bin/prted", "#!/bin/sh\necho 'prted (PRRTE) 3.0.8'\n");
    write_program("far/readlink", "#!/bin/sh\necho 'pid:[1]'\n");
    write_program("bin/nproc", "#!/bin/sh\necho 8\n");
    write_program("old/prted", "#!/bin/sh\necho 'prted (PRRTE) 3.0.1'\n");
    write_program("late/date",
                  "#!/bin/sh\necho $(($(/bin/date +%s) - 100)).5\n");
    write_program("small/nproc", "#!/bin/sh\necho 2\n");
    setenv("ERM_RSH", "./ssh", 1);
    unsetenv("ERM_SOCKET");
    unsetenv("ERM_STATE_DIR");
    return rc;
}

/* Runs a line of the shell with $erm in it; its exit status. */
static int sh(const char *line)
{
    char command[1000];
    size_t n;
    FILE *out;
    int status;

    snprintf(command, sizeof(command),
             "exec 2>&1; erm=$ERM_T_PROGRAM;"
             " PATH=$PWD/bin:$PATH; %s",
             line);
    out = popen(command, "r");
    assert_non_null(out);
    n = fread(text, 1, sizeof(text) - 1, out);
    text[n] = '\0';
    status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect(const char *line, int status, const char *part)
{
    int got = sh(line);

    if (got != status) {
        print_error("%s gave %d:\n%s\n", line, got, text);
        fail();
    }
    expect_part(text, part);
}

static void refuse_part(const char *part)
{
    if (strstr(text, part) != NULL) {
        print_error("\"%s\" in:\n%s\n", part, text);
        fail();
    }
}

static void test_all_well(void **state)
{
    (void)state;
    temp_file_write("hostfile", "a slots=8\nb slots=4\n");
    expect("$erm doctor -H hostfile", 0, "2 hosts: all well\n");
    expect_part(text, "HOST  ");
    expect_part(text, "3.0.8    8/8");
    expect_part(text, "3.0.8    4/8");
    expect_part(text, "yes     well");
    refuse_part("\033[");
    expect("$erm doctor -H hostfile --color always", 0, "\033[32mwell");
    expect("$erm doctor --state-dir not/yet a", 1, "cannot write into");
    expect("$erm doctor --state-dir not-yet a", 0, "yes     well");
    expect("ls -A", 0, "hostfile");
    refuse_part(".erm-doctor"); /* its file is gone */
}

static void test_each_fault_is_told_with_a_hint(void **state)
{
    (void)state;
    temp_file_write("hostfile", "a\ndown\nold\nlate\nsmall slots=4\nfar\n"
                                "noisy\n");
    expect("$erm doctor -H hostfile", 1,
           "\n7 hosts: 1 well, 6 with problems\n");
    expect_part(text, "down: ssh: connect to host down port 22: Connection "
                      "refused\n  hint: is sshd running there?\n");
    expect_part(text, "old: has PRRTE 3.0.1, this machine has 3.0.8\n  hint:");
    expect_part(text, "s behind this machine's\n  hint: set up a time");
    expect_part(text, "small: has 2 cores, but slots=4\n  hint:");
    expect_part(text, "far: does not see what is in ");
    expect_part(text, "noisy: its login scripts print 1 line over ssh: "
                      "Welcome to the cluster\n  hint:");
    expect("$erm doctor -H hostfile a noisy", 1,
           "\n2 hosts: 1 well, 1 with problems\n");
}

static void test_json(void **state)
{
    json_t *all, *host;

    (void)state;
    assert_int_equal(sh("$erm doctor --json a down"), 1);
    all = json_loads(text, 0, NULL);
    assert_non_null(all);
    assert_int_equal(json_integer_value(json_object_get(all, "schema")), 1);
    host = json_array_get(json_object_get(all, "hosts"), 0);
    assert_true(json_is_true(json_object_get(host, "ok")));
    assert_true(json_is_true(json_object_get(host, "shared")));
    assert_int_equal(json_integer_value(json_object_get(host, "cores")), 8);
    host = json_array_get(json_object_get(all, "hosts"), 1);
    assert_true(json_is_false(json_object_get(host, "ok")));
    assert_true(json_is_null(json_object_get(host, "connect")));
    assert_int_equal(json_array_size(json_object_get(host, "problems")), 1);
    json_decref(all);
}

static void test_wrong_usage(void **state)
{
    (void)state;
    expect("$erm doctor --dry-run", 2, "go with --clean");
    expect("$erm doctor -H nothing-here", 1, "nothing-here");
    temp_file_write("bad", "n1 slots=many\n");
    expect("$erm doctor -H bad", 1, "hint: erm check bad");
    expect("$erm doctor 'n[1'", 1, "n[1");
    expect("$erm doctor", 0, "no hosts: name some, or a hostfile by -H\n");
}

/* ---- cleaning ---- */

static char mark[16];

static void make_state(void)
{
    struct state_dir dir;
    struct store *store;

    snprintf(mark, sizeof(mark), "%08x", 0xe0000000u + (unsigned)getpid());
    assert_int_equal(state_dir_open(&dir, ".erm", true, NULL), 0);
    store = store_open(&dir, NULL, NULL);
    assert_non_null(store);
    store_set_setting(store, "manager.mark", mark, NULL);
    assert_int_equal(store_commit(store, NULL), 0);
    store_close(store);
    state_dir_close(&dir);
}

static pid_t start_sleeper(const char *name, const char *value)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails */
        setenv(name, value, 1);
        execlp("sleep", "sleep", "1000", (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 0); /* once it is exec'ed */
    close(ready[0]);
    return pid;
}

static pid_t start_keyed(const char *key_mark, const char *job)
{
    char key[40];

    snprintf(key, sizeof(key), "%s.%s", key_mark, job);
    return start_sleeper("ERM_DVM_KEY", key);
}

static bool lives(pid_t pid)
{
    return waitpid(pid, NULL, WNOHANG) == 0;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static int claim(const char *name)
{
    char path[100];
    int fd;

    snprintf(path, sizeof(path), ".erm/jobs/%s", name);
    mkdir(path, 0700);
    strcat(path, "/lock");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    return fd;
}

static void test_orphans_are_found_and_ended(void **state)
{
    char folder[60], line[100];
    pid_t a, b, alive, foreign;
    int lock;

    (void)state;
    make_state();
    lock = claim("8.1");
    a = start_keyed(mark, "7.1");
    b = start_keyed(mark, "7.1");
    alive = start_keyed(mark, "8.1");
    foreign = start_keyed("0f0f0f0f", "7.1");
    snprintf(folder, sizeof(folder), "/tmp/erm-%s.7.1", mark);
    mkdir(folder, 0700);

    expect("$erm doctor --clean --dry-run far", 0,
           "far: would end 2 processes of job 7 (attempt 1), would remove ");
    snprintf(line, sizeof(line), "would remove %s\n", folder);
    expect_part(text, line);
    expect_part(text, "far: left alone: 1 process of job 7 (attempt 1) of "
                      "another state directory (mark 0f0f0f0f)\n");
    refuse_part("job 8");
    assert_true(lives(a) && lives(b) && lives(alive) && lives(foreign));
    assert_int_equal(access(folder, F_OK), 0);

    expect("$erm doctor --clean far", 0,
           "far: ended 2 processes of job 7 (attempt 1), removed ");
    assert_false(lives(a) || lives(b));
    assert_true(lives(alive) && lives(foreign));
    assert_int_equal(access(folder, F_OK), -1);

    close(lock);
    expect("$erm doctor --clean far", 0,
           "far: ended 1 process of job 8 (attempt 1)\n");
    assert_false(lives(alive));
    expect("$erm doctor --clean far", 0, "nothing to clean on 2 hosts\n");
    assert_true(lives(foreign));
    end(foreign);
}

static void test_this_machine_by_the_jobs_folder(void **state)
{
    char dir[400];
    pid_t dead, alive, elsewhere;
    int lock;

    make_state();
    lock = claim("4.1");
    snprintf(dir, sizeof(dir), "%s/.erm/jobs/3.1", (char *)*state);
    dead = start_sleeper("ERM_CLAIM", dir);
    snprintf(dir, sizeof(dir), "%s/.erm/jobs/4.1", (char *)*state);
    alive = start_sleeper("ERM_CLAIM", dir);
    snprintf(dir, sizeof(dir), "%s/other/jobs/3.1", (char *)*state);
    elsewhere = start_sleeper("ERM_CLAIM", dir);
    expect("$erm doctor --clean", 0,
           ": ended 1 process of job 3 (attempt 1)\n");
    expect_part(text, "/other/jobs/3.1)\n");
    assert_false(lives(dead));
    assert_true(lives(alive) && lives(elsewhere));
    end(alive);
    end(elsewhere);
    close(lock);
}

/* As when it is typed in a job's own shell, whose claim is not at hand. */
static void test_the_job_it_runs_in_is_no_orphan(void **state)
{
    char line[200];

    (void)state;
    make_state();
    snprintf(line, sizeof(line),
             "ERM_DVM_KEY=%s.5.1 sh -c '$0 doctor --clean far' $erm; echo "
             "still here",
             mark);
    expect(line, 0, "nothing to clean");
    expect_part(text, "still here");
}

static void test_a_host_that_cannot_be_cleaned(void **state)
{
    json_t *all;

    (void)state;
    make_state();
    expect("$erm doctor --clean down", 1,
           "erm: down: cannot be looked at: ssh: connect to host down");
    assert_int_equal(sh("$erm doctor --clean --json far down"), 1);
    all = json_loads(text, 0, NULL);
    assert_non_null(all);
    assert_int_equal(json_array_size(json_object_get(all, "unreachable")), 1);
    json_decref(all);
}

/* One that has this machine's processes is this machine under another name. */
static void test_names_of_this_machine_count_once(void **state)
{
    pid_t pid;

    (void)state;
    make_state();
    pid = start_keyed(mark, "6.1");
    expect("$erm doctor --clean a b", 0,
           ": ended 1 process of job 6 (attempt 1)\n");
    refuse_part("a: ");
    refuse_part("b: ");
    assert_false(lives(pid));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, temp_dir_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_well),
        TEST(test_each_fault_is_told_with_a_hint),
        TEST(test_json),
        TEST(test_wrong_usage),
        TEST(test_orphans_are_found_and_ended),
        TEST(test_this_machine_by_the_jobs_folder),
        TEST(test_the_job_it_runs_in_is_no_orphan),
        TEST(test_a_host_that_cannot_be_cleaned),
        TEST(test_names_of_this_machine_count_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
