/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The script that runs on hosts, run here by sh as erm-rsh would have it run,
 * on processes of this test's own.
 */
#include "scene.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dvm/host_script.h"

/* Runs the script with WORDS and INPUT; what it prints, owned. */
static char *run(const struct scene *scene, const char *words,
                 const char *input)
{
    char path[SANDBOX_PATH], *command, *text;
    FILE *script;

    assert_true(asprintf(&command, "%s %s >'%s'", HOST_COMMAND, words,
                         sandbox_path(&scene->box, "answers", path)) > 0);
    script = popen(command, "we");
    assert_non_null(script);
    fprintf(script, "%s\n%s", host_script, input);
    assert_int_equal(pclose(script), 0);
    free(command);
    text = sandbox_read(&scene->box, "answers");
    return text;
}

static void expect(const struct scene *scene, const char *input,
                   const char *answers)
{
    char *text = run(scene, "serve", input);

    assert_string_equal(text, answers);
    free(text);
}

static void test_it_is_one_line(void **state)
{
    (void)state;
    assert_null(strchr(host_script, '\n'));
}

static void test_ping(void **state)
{
    expect(*state, "ping 1\nping 184467440\n", "pong 1\npong 184467440\n");
}

static void test_what_it_does_not_know_is_ignored(void **state)
{
    expect(*state, "\nhello 1 there\nping 2\n", "pong 2\n");
}

static void test_facts(void **state)
{
    char *text = run(*state, "serve", "facts 5\n");
    unsigned cores;
    double seconds;
    int used = 0;

    assert_int_equal(sscanf(text, "facts 5 %u %lf %n", &cores, &seconds, &used),
                     2);
    assert_true(cores >= 1);
    assert_true(seconds > 1.6e9);
    assert_true(used > 0 && strlen(text + used) >= 2);
    free(text);
}

static void test_facts_tell_prte_s_version(void **state)
{
    struct scene *scene = *state;
    char path[SANDBOX_PATH], *old = strdup(getenv("PATH")), *with, *text;

    scene_put(scene, "prted", "#!/bin/sh\necho 'prted (PRRTE) 3.0.8'\n");
    chmod(sandbox_path(&scene->box, "prted", path), 0700);
    assert_true(asprintf(&with, "%s:%s", scene->box.dir, old) > 0);
    setenv("PATH", with, 1);
    text = run(scene, "serve", "facts 5\n");
    setenv("PATH", old, 1);
    assert_non_null(strstr(text, " 3.0.8"));
    free(text);
    free(with);
    free(old);
}

/* Each once, and of all that it may see. */
static void test_keys(void **state)
{
    struct scene *scene = *state;
    char other[60], line[160], *text;
    const char *found;

    snprintf(other, sizeof(other), "%s.other", scene->key);
    scene_start_keyed(scene, NULL, "exec sleep 100");
    scene_start_keyed(scene, NULL, "exec sleep 100");
    scene_start_keyed(scene, other, "exec sleep 100");
    text = run(scene, "serve", "keys 9\n");
    assert_ptr_equal(strstr(text, "keys 9"), text);
    snprintf(line, sizeof(line), " %s ", scene->key);
    found = strstr(text, line);
    assert_non_null(found);
    assert_null(strstr(found + 1, line));
    assert_non_null(strstr(text, other));
    free(text);
}

static void sweep(const struct scene *scene, const char *signal,
                  const char *what, const char *counts)
{
    char input[120], answer[60], *text;

    snprintf(input, sizeof(input), "sweep 3 %s %s %s\n", signal, scene->key,
             what);
    text = run(scene, "serve", input);
    snprintf(answer, sizeof(answer), "swept 3 %s\n", counts);
    assert_string_equal(text, answer);
    free(text);
}

static void test_sweep_with_a_signal(void **state)
{
    struct scene *scene = *state;
    char input[100], *text;
    pid_t deaf, plain;

    deaf = scene_start_keyed(
        scene, NULL,
        "trap 'echo got >$FAKE/got' TERM; echo 1 >$FAKE/armed; "
        "while :; do sleep 0.01; done");
    sandbox_await(&scene->box, "armed");
    plain = scene_start_keyed(scene, NULL, "exec sleep 100");
    snprintf(input, sizeof(input), "sweep 3 TERM %s job\n", scene->key);
    text = run(scene, "serve", input);
    assert_ptr_equal(strstr(text, "swept 3 "), text);
    assert_true(atoi(text + 8) >= 2); /* perhaps a sleep of the loop too */
    free(text);
    sandbox_await(&scene->box, "got");
    assert_int_equal(sandbox_wait(plain), 128 + SIGTERM);
    assert_true(scene_is_alive(deaf)); /* TERM is sent once */
}

static void test_nobody_to_sweep(void **state)
{
    sweep(*state, "TERM", "job", "0");
    sweep(*state, "KILL", "all", "0");
}

static void test_another_s_processes_stay(void **state)
{
    struct scene *scene = *state;
    char longer[60], shorter[60];
    pid_t others[2];

    snprintf(longer, sizeof(longer), "%s1", scene->key);
    snprintf(shorter, sizeof(shorter), "%.*s", (int)strlen(scene->key) - 1,
             scene->key);
    others[0] = scene_start_keyed(scene, longer, "exec sleep 100");
    others[1] = scene_start_keyed(scene, shorter, "exec sleep 100");
    sweep(scene, "KILL", "all", "0");
    assert_true(scene_is_alive(others[0]));
    assert_true(scene_is_alive(others[1]));
}

static void test_signal_0_only_counts(void **state)
{
    struct scene *scene = *state;
    pid_t pid = scene_start_keyed(scene, NULL, "exec sleep 100");

    sweep(scene, "0", "job", "1");
    sweep(scene, "0", "node", "1");
    assert_true(scene_is_alive(pid));
}

/* The head may be a host of the pool too: what its shepherds have there is no
 * matter of the host. */
static void test_what_a_shepherd_has_is_not_the_node_s(void **state)
{
    struct scene *scene = *state;
    pid_t head, other;

    head = scene_start_keyed(
        scene, NULL,
        "cd \"$FAKE\" && cp /bin/sh erm-shepherd && exec ./erm-shepherd -c "
        "'(setsid sleep 100 & wait) & sleep 100 & echo 1 >up; wait'");
    sandbox_await(&scene->box, "up");
    other = scene_start_keyed(scene, NULL, "exec sleep 100");
    sweep(scene, "TERM", "node", "1");
    assert_int_equal(sandbox_wait(other), 128 + SIGTERM);
    assert_true(scene_is_alive(head));
    sweep(scene, "0", "node", "0");
}

/* What forks while it is killed does not escape. */
static void test_kill_comes_again(void **state)
{
    struct scene *scene = *state;
    char *text, input[100];

    scene_start_keyed(scene, NULL,
                      "(trap '' TERM; while :; do setsid sleep 100 & "
                      "sleep 0.01; done)");
    snprintf(input, sizeof(input), "sweep 3 KILL %s job\nkeys 4\n", scene->key);
    text = run(scene, "serve", input);
    assert_true(atoi(text + 8) >= 2);
    assert_null(strstr(strchr(text, '\n'), scene->key));
    free(text);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    sandbox_await_count(&scene->box, 0);
}

static bool is_called(pid_t pid, const char *name)
{
    char path[40], comm[32] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(comm, sizeof(comm), file));
    fclose(file);
    return strncmp(comm, name, strlen(name)) == 0;
}

/* A copy of sleep, since it is the name of the program that counts. */
static pid_t start_daemon(const struct scene *scene)
{
    char path[SANDBOX_PATH], command[SANDBOX_PATH + 40];
    pid_t pid;

    snprintf(command, sizeof(command), "cp \"$(command -v sleep)\" '%s'",
             sandbox_path(&scene->box, "prted", path));
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof(command), "exec '%s' 100", path);
    pid = scene_start_keyed(scene, NULL, command);
    AWAIT(is_called(pid, "prted"));
    return pid;
}

static void test_daemons_survive_the_sweep_of_a_job(void **state)
{
    struct scene *scene = *state;
    pid_t daemon = start_daemon(scene);
    pid_t job = scene_start_keyed(scene, NULL, "exec sleep 100");
    struct stat st;

    assert_int_equal(mkdir(scene->tmp, 0700), 0);
    sweep(scene, "KILL", "job", "1");
    assert_int_equal(sandbox_wait(job), 128 + SIGKILL);
    assert_true(scene_is_alive(daemon));
    assert_int_equal(stat(scene->tmp, &st), 0);
    sweep(scene, "KILL", "all", "1");
    assert_int_equal(sandbox_wait(daemon), 128 + SIGKILL);
    assert_int_equal(stat(scene->tmp, &st), -1);
}

/* As erm-dvm uses it: one verb, then its end. */
static void test_one_shot(void **state)
{
    struct scene *scene = *state;
    pid_t job = scene_start_keyed(scene, NULL, "exec sleep 100");
    char words[100], *text;

    snprintf(words, sizeof(words), "sweep TERM %s job", scene->key);
    text = run(scene, words, "ping 1\n");
    assert_string_equal(text, "1\n");
    free(text);
    assert_int_equal(sandbox_wait(job), 128 + SIGTERM);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_it_is_one_line),
        STORY(test_ping),
        STORY(test_what_it_does_not_know_is_ignored),
        STORY(test_facts),
        STORY(test_facts_tell_prte_s_version),
        STORY(test_keys),
        STORY(test_sweep_with_a_signal),
        STORY(test_nobody_to_sweep),
        STORY(test_another_s_processes_stay),
        STORY(test_signal_0_only_counts),
        STORY(test_what_a_shepherd_has_is_not_the_node_s),
        STORY(test_kill_comes_again),
        STORY(test_daemons_survive_the_sweep_of_a_job),
        STORY(test_one_shot),
    };

    signal(SIGPIPE, SIG_IGN); /* the one-shot form reads one line only */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
