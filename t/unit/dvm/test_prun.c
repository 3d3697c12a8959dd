/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for prun. */
#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

#include "dvm/prun.h"

static void join(const struct argv *argv, struct strbuf *out)
{
    strbuf_init(out);
    for (size_t i = 0; i < argv->n; i++)
        strbuf_add_fmt(out, "%s|", argv->words[i]);
}

static void expect(const struct strbuf *line, const char *text)
{
    if (strstr(line->text, text) == NULL)
        fail_msg("%s: not in: %s", text, line->text);
}

static void expect_no(const struct strbuf *line, const char *text)
{
    if (strstr(line->text, text) != NULL)
        fail_msg("%s: in: %s", text, line->text);
}

/* The line for hosts a and b, with COMMAND. */
static void fill(const struct dvm_options *options, struct strbuf *line)
{
    struct hostlist hosts;
    struct argv argv = {0};

    hostlist_init(&hosts);
    hostlist_add(&hosts, "a");
    hostlist_add(&hosts, "b");
    prun_fill(&argv, options, &hosts, "/x/dvm.uri");
    join(&argv, line);
    argv_release(&argv);
    hostlist_release(&hosts);
}

static void test_so_many_on_each_node(void **state)
{
    struct dvm_options options = {.per_node = 3, .command = "./app -x"};
    struct strbuf line;

    (void)state;
    assert_int_equal(chdir("/tmp"), 0);
    fill(&options, &line);
    expect(&line,
           "prun|--dvm-uri|file:/x/dvm.uri|--num-connect-retries|100|"
           "--host|a:1000,b:1000|--wdir|/|--map-by|ppr:3:node|--bind-to|none|"
           "-n|6|-x|");
    expect(&line, "|/bin/sh|-c|sleep 0.1; cd '/tmp' || {");
    expect(&line, "exit 126; }; ./app -x");
    strbuf_release(&line);
}

static void test_as_the_job_asks(void **state)
{
    struct dvm_options options = {
        .per_node = 1, .command = "app", .map_by = "core", .bind_to = "socket"};
    struct strbuf line;

    (void)state;
    fill(&options, &line);
    expect(&line, "|--map-by|core|--bind-to|socket|-n|2|");
    expect_no(&line, "ppr");
    strbuf_release(&line);
}

static void test_what_is_passed_on(void **state)
{
    static const char *const yes[] = {
        "PATH=/bin",        "HOME=/home/me",     "ERM_JOB_ID=1",
        "OMP_NUM_THREADS=", "PMIX_MCA_gds=hash", "PRTE_MCA_x=1",
        "_own=1",           "TERMINAL=1",        "ERM_DVM_URI=file:x"};
    static const char *const no[] = {"HOSTNAME=a",
                                     "PWD=/",
                                     "OLDPWD=/",
                                     "SHLVL=1",
                                     "_=/bin/env",
                                     "TMPDIR=/t",
                                     "TMP=/t",
                                     "TEMP=/t",
                                     "TERM=xterm",
                                     "DISPLAY=:0",
                                     "XDG_RUNTIME_DIR=/run/user/1",
                                     "SSH_TTY=x",
                                     "PMIX_RANK=0",
                                     "PRTE_HNP=1",
                                     "ERM_DVM_KEY=k",
                                     "ERM_NODE=n1",
                                     "ERM_RSH=ssh",
                                     "ERM_RSH_KEY=k",
                                     "BASH_FUNC_module%%=() { :; }",
                                     "1X=1",
                                     "a-b=1",
                                     "=x",
                                     "novalue"};

    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (!prun_passes(yes[i]))
            fail_msg("not passed: %s", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (prun_passes(no[i]))
            fail_msg("passed: %s", no[i]);
}

static void test_variables_by_name(void **state)
{
    struct dvm_options options = {.per_node = 1, .command = "app"};
    struct strbuf line;

    (void)state;
    setenv("ERM_T_PASSED", "with, commas and ; more", 1);
    setenv("PMIX_RANK", "0", 1);
    fill(&options, &line);
    unsetenv("ERM_T_PASSED");
    unsetenv("PMIX_RANK");
    expect(&line, "|-x|ERM_T_PASSED|");
    expect_no(&line, "commas");
    expect_no(&line, "|PMIX_RANK|");
    strbuf_release(&line);
}

/* The last word, run by a shell in another folder, comes back to this one. */
static void test_a_folder_with_a_quote_in_its_name(void **state)
{
    struct scene *scene = *state;
    char folder[SANDBOX_PATH], script[SANDBOX_PATH + 60];
    struct dvm_options options = {.per_node = 1};
    struct hostlist hosts;
    struct argv argv = {0};

    sandbox_path(&scene->box, "it's a $(folder)", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chdir(folder), 0);
    snprintf(script, sizeof(script), "pwd >'%s/out'", scene->box.dir);
    options.command = script;
    hostlist_init(&hosts);
    hostlist_add(&hosts, "a");
    prun_fill(&argv, &options, &hosts, "/x");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(argv.words[argv.n - 1]), 0);
    assert_true(scene_file_has(scene, "out", folder));
    assert_int_equal(rmdir(folder), 0);
    /* and says so where the folder is not */
    assert_int_equal(system(argv.words[argv.n - 1]) >> 8, 126);
    argv_release(&argv);
    hostlist_release(&hosts);
}

static void test_the_probe(void **state)
{
    struct hostlist hosts;
    struct argv argv = {0};
    struct strbuf line;

    (void)state;
    hostlist_init(&hosts);
    hostlist_add(&hosts, "a");
    prun_fill_probe(&argv, &hosts, "/x/dvm.uri");
    join(&argv, &line);
    assert_string_equal(line.text,
                        "prun|--dvm-uri|file:/x/dvm.uri|--num-connect-retries|"
                        "100|--host|a:1000|--map-by|ppr:1:node|--bind-to|none|"
                        "true|");
    strbuf_release(&line);
    argv_release(&argv);
    hostlist_release(&hosts);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_so_many_on_each_node),
        STORY(test_as_the_job_asks),
        STORY(test_what_is_passed_on),
        STORY(test_variables_by_name),
        STORY(test_a_folder_with_a_quote_in_its_name),
        STORY(test_the_probe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
