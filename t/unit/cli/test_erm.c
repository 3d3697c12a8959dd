/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program itself: which command a line means, and its way into a manager
 * and back. All with the launcher that only pretends.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temp_dir.h"

static char text[65536];

/* Runs a line of the shell with $erm in it; its exit status. TEXT is what it
 * printed, errors too. */
static int sh(const char *line)
{
    char command[1000];
    snprintf(command, sizeof(command), "exec 2>&1; erm=$ERM_T_PROGRAM; %s",
             line);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    size_t n = fread(text, 1, sizeof(text) - 1, out);
    text[n] = '\0';
    int status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect(const char *line, int status, const char *part)
{
    int got = sh(line);
    if (got == status && strstr(text, part) != NULL)
        return;
    print_error("%s\n  gave %d:\n%s\n", line, got, text);
    fail();
}

static void test_which_command_a_line_means(void **state)
{
    (void)state;
    expect("$erm", 0, "usage: erm COMMAND");
    expect("$erm --help", 0, "usage: erm COMMAND");
    expect("$erm -h", 0, "usage: erm COMMAND");
    expect("$erm --version", 0, "erm ");
    expect("$erm -V --json", 0, "\"schema\":1");
    expect("$erm sumbit", 2, "did you mean submit?");
    expect("$erm xyzzy", 2, "erm help lists");
    expect("$erm queue --help", 0, "usage: erm queue");
    expect("$erm queue --nope", 2, "unknown option --nope");
    expect("$erm queue --nope", 2, "hint: erm help queue");
    expect("$erm -H missing-hostfile -j missing.json", 1, "missing-hostfile");
}

static void test_commands_without_a_manager(void **state)
{
    (void)state;
    expect("$erm queue", 3, "erm start -H hostfile");
    expect("$erm submit -- true", 3, "erm start");
    expect("$erm status --state-dir nowhere", 3, "nowhere");
    expect("ERM_SOCKET=/nonexistent $erm queue", 3, "no manager");
}

static void test_a_full_disk_is_no_success(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    expect("($erm help >/dev/full)", 1, "cannot write");
}

static void test_help_of_the_commands_elsewhere(void **state)
{
    (void)state;
    expect("$erm help run", 0, "usage: erm run");
    expect("$erm run --help", 0, "usage: erm run");
    expect("$erm start --help", 0, "usage: erm start");
    expect("$erm -j x -z", 2, "unknown option -z");
    expect("$erm run -s 5", 2, "--start");
}

static void test_the_process_id_stays(void **state)
{
    (void)state;
    expect("sh -c 'echo $$ >pid; exec \"$0\" run -q --state-dir state "
           "--launcher fake' $erm & "
           "until [ -s state/socket ]; do sleep 0.02; done; "
           "$erm status --state-dir state --json | "
           "grep -o '\"pid\":[0-9]*' | cut -d: -f2 | cmp - pid && "
           "kill $(cat pid) && wait && echo same",
           0, "same");
}

static void test_a_life_in_the_background(void **state)
{
    (void)state;
    temp_file_write("hostfile", "n1\nn2\nn3\n");
    expect("$erm start -H hostfile --launcher fake", 0, "");
    expect("$erm start -H hostfile --launcher fake", 75, "already running");
    expect("$erm status", 0, "nodes      3: 3 idle");
    expect("$erm submit --hold -N 2-3 -e -- sleep 1", 0, "1\n");
    expect("$erm queue -n -o id,st,want", 0, "1  PD  2-3\n");
    expect("$erm why last", 0, "job 1");
    expect("$erm submit -N 7 -- true", 0, "warning: job 2: ");
    expect("$erm show 99", 4, "no job 99");
    expect("$erm cancel all", 0, "");
    expect("$erm wait --timeout 20 1-2", 1, "");
    expect("$erm nodes -n", 0, "n[1-3]");
    expect("$erm drain n2 --reason 'bad dimm'", 0, "n2");
    expect("$erm nodes -n -R", 0, "bad dimm");
    expect("$erm history -n -o id,state", 0, "cancelled");
    expect("$erm events -n 1", 0, "\"seq\":");
    expect("$erm stop", 0, "");
    expect("$erm queue", 3, "erm start");
    /* what was can still be asked */
    expect("$erm history -n -o id,state", 0, "cancelled");
}

static void test_a_file_runs_to_its_end(void **state)
{
    (void)state;
    temp_file_write("hostfile", "n1\nn2\n");
    temp_file_write("jobs.json", "{\"jobs\":[{\"command\":\"true\"},"
                                 "{\"command\":\"exit 5\"},"
                                 "{\"comand\":\"x\"}]}");
    expect("$erm run -q --launcher local -H hostfile jobs.json", 5, "comand");
    expect("$erm run -q --launcher local -H hostfile jobs.json", 1, "comand");
    expect("$erm run -q --launcher local -- sh -c 'exit 7'", 7, "");
    expect("$erm history -n -o id,exit | sort -n", 0, "2  5:0\n");
}

static void test_the_line_of_the_readme(void **state)
{
    (void)state;
    temp_file_write("hostfile", "st33\nst34\nst35\nst36\nst37\n");
    temp_file_write("jobs.json", "{\"jobs\":[]}");
    temp_file_write("policy.json", "{ \"jobs\": [] }");
    expect("$erm -H hostfile -j jobs.json -N 5 -p policy.json -s 0 "
           "-jr requests.json >log 2>&1 & "
           "until [ -s .erm/socket ]; do sleep 0.02; done; "
           "$erm status; $erm stop; wait; echo ended",
           0, "nodes      5: 5 idle");
    assert_non_null(strstr(text, "policy.json"));
    assert_non_null(strstr(text, "ended"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_which_command_a_line_means,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_commands_without_a_manager,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test(test_a_full_disk_is_no_success),
        cmocka_unit_test(test_help_of_the_commands_elsewhere),
        cmocka_unit_test_setup_teardown(test_the_process_id_stays,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_life_in_the_background,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_file_runs_to_its_end,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_the_line_of_the_readme,
                                        temp_dir_enter, temp_dir_leave),
    };
    if (getenv("ERM_T_PROGRAM") == NULL) {
        fprintf(stderr, "ERM_T_PROGRAM is not set\n");
        return 77;
    }
    unsetenv("ERM_STATE_DIR");
    unsetenv("ERM_SOCKET");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
