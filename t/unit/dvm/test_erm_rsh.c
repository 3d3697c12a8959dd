/* SPDX-License-Identifier: BSD-2-Clause */
/* erm-rsh, with an ssh that is a script: it joins its words as the real one
 * does and lets a shell run them. */
#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

static const char ssh[] = "#!/bin/sh\n"
                          "while [ \"$1\" != -- ]; do\n"
                          "    echo \"$1\" >>$FAKE/ssh.options; shift\n"
                          "done\n"
                          "echo \"$2\" >$FAKE/ssh.host\n"
                          "shift 2\n"
                          "echo $# >$FAKE/ssh.words\n"
                          "exec sh -c \"$*\"\n";

static void install_ssh(const struct scene *scene)
{
    char path[SANDBOX_PATH];

    scene_put(scene, "my-ssh", ssh);
    chmod(sandbox_path(&scene->box, "my-ssh", path), 0700);
    setenv("ERM_RSH", path, 1);
    unsetenv("ERM_RSH_KEY");
}

/* Runs erm-rsh with WORDS of a shell; its code. Output in "out". */
static int run(const struct scene *scene, const char *words)
{
    char *command;
    int status;

    assert_true(asprintf(&command, "%s %s >'%s/out' 2>&1", ERM_RSH, words,
                         scene->box.dir) > 0);
    status = system(command);
    free(command);
    return status >> 8;
}

static void expect(const struct scene *scene, const char *name,
                   const char *text)
{
    char *content = sandbox_read(&scene->box, name);

    assert_string_equal(content, text);
    free(content);
}

static void test_a_command_over_there(void **state)
{
    struct scene *scene = *state;

    install_ssh(scene);
    assert_int_equal(run(scene, "n1 'echo hello; exit 7'"), 7);
    expect(scene, "out", "hello\n");
    expect(scene, "ssh.host", "n1\n");
    expect(scene, "ssh.words", "1\n");
    assert_true(scene_file_has(scene, "ssh.options", "ConnectTimeout=4"));
    assert_true(scene_file_has(scene, "ssh.options", "BatchMode=yes"));
}

/* The login shell sees one quoted word, whatever is in it. */
static void test_quotes_arrive(void **state)
{
    struct scene *scene = *state;

    install_ssh(scene);
    assert_int_equal(
        run(scene, "n1 'printf \"%s|\" \"it'\"'\"'s\" '\"'\"'$HOME `id`'\"'\""
                   "' \"a  b\"'"),
        0);
    expect(scene, "out", "it's|$HOME `id`|a  b|");
}

static void test_options_for_ssh_are_left_out(void **state)
{
    struct scene *scene = *state;

    install_ssh(scene);
    assert_int_equal(run(scene, "-x -p 22 -o Foo=bar -q n2 echo hi"), 0);
    expect(scene, "out", "hi\n");
    expect(scene, "ssh.host", "n2\n");
    assert_false(scene_file_has(scene, "ssh.options", "Foo"));
}

static void test_options_of_erm_rsh_s_own(void **state)
{
    struct scene *scene = *state;
    char *how;

    install_ssh(scene);
    assert_true(asprintf(&how, "%s -4 -i id", getenv("ERM_RSH")) > 0);
    setenv("ERM_RSH", how, 1);
    free(how);
    assert_int_equal(run(scene, "n1 echo hi"), 0);
    expect(scene, "ssh.options",
           "-4\n-i\nid\n-o\nConnectTimeout=4\n-o\nBatchMode=yes\n");
}

static void test_what_is_started_has_the_key(void **state)
{
    struct scene *scene = *state;
    char expected[200];

    install_ssh(scene);
    setenv("ERM_RSH_KEY", scene->key, 1);
    assert_int_equal(run(scene, "n1 'sh -c \"echo \\$ERM_DVM_KEY \\$TMPDIR "
                                "\\$ERM_NODE; "
                                "stat -c %a \\$TMPDIR\"'"),
                     0);
    snprintf(expected, sizeof(expected), "%s %s n1\n700\n", scene->key,
             scene->tmp);
    expect(scene, "out", expected);
    /* a second daemon there finds the folder */
    assert_int_equal(run(scene, "n1 true"), 0);
    unsetenv("ERM_RSH_KEY");
    assert_int_equal(rmdir(scene->tmp), 0);
}

static void expect_refusal(const struct scene *scene)
{
    char text[200], name[65] = "";

    gethostname(name, sizeof(name) - 1);
    setenv("ERM_RSH_KEY", scene->key, 1);
    assert_int_equal(run(scene, "n1 'A=1; export A; echo ran'"), 73);
    snprintf(text, sizeof(text), "erm: %s cannot be used on %s\n", scene->tmp,
             name);
    expect(scene, "out", text);
    unsetenv("ERM_RSH_KEY");
}

/* Somebody may have put it there: what it leads to can be ours. */
static void test_a_link(void **state)
{
    struct scene *scene = *state;

    install_ssh(scene);
    assert_int_equal(symlink(scene->box.dir, scene->tmp), 0);
    expect_refusal(scene);
    assert_int_equal(unlink(scene->tmp), 0);
}

static void test_a_folder_of_somebody_else(void **state)
{
    struct scene *scene = *state;

    if (geteuid() != 0)
        skip();
    install_ssh(scene);
    assert_int_equal(mkdir(scene->tmp, 0777), 0);
    assert_int_equal(chown(scene->tmp, 65534, 65534), 0);
    expect_refusal(scene);
    assert_int_equal(rmdir(scene->tmp), 0);
}

static void test_a_pretend_host(void **state)
{
    struct scene *scene = *state;

    if (system("unshare --user --map-current-user --uts true 2>/dev/null") != 0)
        skip(); /* this machine does not let us */
    setenv("ERM_RSH", "pretend", 1);
    unsetenv("ERM_RSH_KEY");
    assert_int_equal(run(scene, "st33 'hostname; exit 6'"), 6);
    expect(scene, "out", "st33\n");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_command_over_there),
        STORY(test_quotes_arrive),
        STORY(test_options_for_ssh_are_left_out),
        STORY(test_options_of_erm_rsh_s_own),
        STORY(test_what_is_started_has_the_key),
        STORY(test_a_link),
        STORY(test_a_folder_of_somebody_else),
        STORY(test_a_pretend_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
