/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the host script that only erm doctor uses, run by a shell. */
#include "support.h"

#include "dvm/host_script.h"

static char answers[65536];

/* What the script answers to REQUESTS, with PATH in front. */
static const char *ask(const char *requests, const char *path)
{
    FILE *input = fopen("input", "w"), *out;
    char command[400];
    size_t n;

    fprintf(input, "%s\n%s", host_script, requests);
    fclose(input);
    snprintf(command, sizeof(command), "PATH=%s:$PATH; <input %s serve", path,
             HOST_COMMAND);
    out = popen(command, "r");
    assert_non_null(out);
    n = fread(answers, 1, sizeof(answers) - 1, out);
    answers[n] = '\0';
    assert_int_equal(pclose(out), 0);
    return answers;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" in: %s", part, text);
}

static void test_what_a_host_tells(void **state)
{
    char boot[40] = "", wanted[120], line[200];
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

    assert_int_equal(fscanf(file, "%39s", boot), 1);
    fclose(file);
    snprintf(wanted, sizeof(wanted), "where 3 %s pid:[", boot);
    file = fopen("a file", "w");
    fputs("first line\nsecond\n", file);
    fclose(file);
    snprintf(line, sizeof(line),
             "where 3\ntoken 4 %s/a file\n"
             "token 5 /nonexistent\nspace 6 /\n",
             (char *)*state);
    ask(line, "/bin");
    assert_has(answers, wanted);
    assert_has(answers, "\ntoken 4 first line\n");
    assert_has(answers, "\ntoken 5 \n");
    assert_true(atoll(strstr(answers, "space 6 ") + 8) > 0);
}

static void test_the_clock_has_fractions(void **state)
{
    double before = (double)time(NULL) - 1;

    (void)state;
    ask("clock 1\n", "/bin");
    assert_true(strtod(answers + strlen("clock 1 "), NULL) > before);
    assert_non_null(strchr(answers, '.'));
}

static void test_missing_tools_are_named(void **state)
{
    (void)state;
    assert_string_equal(ask("lacks 1\n", "/bin"), "lacks 1\n");
    mkdir("bin", 0755);
    write_program("bin/grep", "exit 2");
    assert_string_equal(ask("lacks 1\n", "bin"), "lacks 1 grep-z\n");
}

static void test_processes_are_counted_and_ended_by_key(void **state)
{
    char key[40], other[40], wanted[200], request[200];
    pid_t a, b, c;

    (void)state;
    snprintf(key, sizeof(key), "%s.7.1", own_mark());
    snprintf(other, sizeof(other), "%s.7.11", own_mark());
    a = start_sleeper("ERM_DVM_KEY", key);
    b = start_sleeper("ERM_DVM_KEY", key);
    c = start_sleeper("ERM_DVM_KEY", other);
    snprintf(wanted, sizeof(wanted), " p:%s:2", key);
    assert_has(ask("left 1\n", "/bin"), wanted);
    snprintf(request, sizeof(request), "clear 2 %s\nleft 3\n", key);
    snprintf(wanted, sizeof(wanted), "cleared 2 %s 2 0 1\n", key);
    assert_has(ask(request, "/bin"), wanted);
    snprintf(wanted, sizeof(wanted), "p:%s:", key);
    assert_lacks(answers, wanted);
    assert_true(was_killed(a));
    assert_true(was_killed(b));
    assert_false(was_killed(c));
}

static void test_a_folder_goes_but_no_link(void **state)
{
    char key[40], folder[80], wanted[200], request[200];

    snprintf(key, sizeof(key), "%s.8.1", own_mark());
    snprintf(folder, sizeof(folder), "/tmp/erm-%s", key);
    snprintf(request, sizeof(request), "left 1\nclear 2 %s\n", key);
    assert_int_equal(symlink(*state, folder), 0);
    snprintf(wanted, sizeof(wanted), "cleared 2 %s 0 0 0\n", key);
    assert_has(ask(request, "/bin"), wanted);
    snprintf(wanted, sizeof(wanted), "f:%s", key);
    assert_lacks(answers, wanted);
    assert_int_equal(unlink(folder), 0);
    assert_int_equal(access(*state, F_OK), 0);

    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(wanted, sizeof(wanted), " f:%s:1", key);
    assert_has(ask(request, "/bin"), wanted);
    snprintf(wanted, sizeof(wanted), "cleared 2 %s 0 0 1\n", key);
    assert_has(answers, wanted);
    assert_int_equal(access(folder, F_OK), -1);
}

/* Anybody can set the variable, and only words without meaning to a shell are
 * keys. */
static void test_what_is_no_key(void **state)
{
    char key[60];
    pid_t pid;

    (void)state;
    snprintf(key, sizeof(key), "%s.7.1;touch made", own_mark());
    pid = start_sleeper("ERM_DVM_KEY", key);
    assert_lacks(ask("left 1\n", "/bin"), "touch");
    was_killed(pid);
    assert_string_equal(
        ask("clear 1 ../../x\nclear 1 \nclear 1 a*.b\nping 2\n", "/bin"),
        "pong 2\n");
    assert_int_equal(access("made", F_OK), -1);
}

/* Also as root: another user's process with the same key is not ours. */
static void test_other_users_are_left_alone(void **state)
{
    char key[40], request[100], wanted[100];
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip();
    snprintf(key, sizeof(key), "%s.9.1", own_mark());
    pid = fork();
    if (pid == 0) {
        setenv("ERM_DVM_KEY", key, 1);
        if (setuid(65534) == 0)
            execlp("sleep", "sleep", "1000", (char *)NULL);
        _exit(127);
    }
    usleep(200000);
    snprintf(request, sizeof(request), "left 1\nclear 2 %s\n", key);
    ask(request, "/bin");
    snprintf(wanted, sizeof(wanted), "cleared 2 %s 0 0 1\n", key);
    assert_has(answers, wanted);
    snprintf(wanted, sizeof(wanted), "p:%s", key);
    assert_lacks(answers, wanted);
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    was_killed(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_host_tells),
        cmocka_unit_test(test_the_clock_has_fractions),
        cmocka_unit_test(test_missing_tools_are_named),
        cmocka_unit_test(test_processes_are_counted_and_ended_by_key),
        cmocka_unit_test(test_a_folder_goes_but_no_link),
        cmocka_unit_test(test_what_is_no_key),
        cmocka_unit_test(test_other_users_are_left_alone),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
