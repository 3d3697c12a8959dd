/* SPDX-License-Identifier: BSD-2-Clause */
/* What is installed, keys, and the words before a command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../shepherd/sandbox.h"
#include "launch/engine.h"

/* A folder bin/ that is all of PATH. */
static int setup(void **state)
{
    struct sandbox *box = calloc(1, sizeof(*box));
    char path[SANDBOX_PATH];

    sandbox_init(box);
    sandbox_path(box, "bin", path);
    setenv("PATH", path, 1);
    *state = box;
    return mkdir(path, 0700);
}

static int teardown(void **state)
{
    sandbox_release(*state);
    free(*state);
    return 0;
}

static void put_program(const struct sandbox *box, const char *name,
                        const char *text)
{
    char path[SANDBOX_PATH];
    FILE *file = fopen(sandbox_path(box, name, path), "we");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

static struct engine *find(const struct sandbox *box, struct err *err)
{
    char path[SANDBOX_PATH];

    err_clear(err);
    return engine_find(sandbox_path(box, "lib/erm-shepherd", path), "ssh",
                       "/state/dvm", "5ca1ab1e", err);
}

static void install(const struct sandbox *box, const char *version)
{
    char path[SANDBOX_PATH], text[100];

    mkdir(sandbox_path(box, "lib", path), 0700);
    put_program(box, "lib/erm-dvm", "");
    put_program(box, "lib/erm-rsh", "");
    snprintf(text, sizeof(text), "[ $1 = --version ] && echo '%s'", version);
    put_program(box, "bin/prte", text);
}

static void test_versions(void **state)
{
    (void)state;
    assert_true(engine_version_is_enough("3.0.8"));
    assert_true(engine_version_is_enough("3.0.0rc1"));
    assert_true(engine_version_is_enough("10.1"));
    assert_true(engine_version_is_enough("5.0.0a1"));
    assert_false(engine_version_is_enough("2.9.9"));
    assert_false(engine_version_is_enough("0.1"));
    assert_false(engine_version_is_enough("gitabc"));
    assert_false(engine_version_is_enough(""));
}

static void test_what_is_in_path(void **state)
{
    struct sandbox *box = *state;
    struct err err;
    char path[SANDBOX_PATH];

    assert_false(engine_is_in_path("prte"));
    assert_int_equal(engine_check_installed(&err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(err.hint, "install " ENGINE_PACKAGE);
    put_program(box, "bin/prte", "");
    assert_true(engine_is_in_path("prte"));
    assert_int_equal(engine_check_installed(&err), -1);
    put_program(box, "bin/prun", "");
    assert_int_equal(engine_check_installed(&err), 0);
    chmod(sandbox_path(box, "bin/prun", path), 0600);
    if (geteuid() != 0)
        assert_false(engine_is_in_path("prun"));
    setenv("PATH", "/nonexistent:/nowhere", 1);
    assert_false(engine_is_in_path("prte"));
    unsetenv("PATH");
    assert_false(engine_is_in_path("prte"));
}

static void test_the_last_of_path(void **state)
{
    struct sandbox *box = *state;
    char path[2 * SANDBOX_PATH];

    put_program(box, "bin/prte", "");
    snprintf(path, sizeof(path), "/nonexistent:%s/bin", box->dir);
    setenv("PATH", path, 1);
    assert_true(engine_is_in_path("prte"));
    snprintf(path, sizeof(path), "%s/bin:/nonexistent", box->dir);
    setenv("PATH", path, 1);
    assert_true(engine_is_in_path("prte"));
}

static void test_found(void **state)
{
    struct sandbox *box = *state;
    struct engine *engine;
    char path[SANDBOX_PATH];
    struct err err;

    install(box, "prte (PRRTE) 3.0.8");
    engine = find(box, &err);
    assert_non_null(engine);
    assert_string_equal(engine->version, "3.0.8");
    assert_string_equal(engine->erm_dvm,
                        sandbox_path(box, "lib/erm-dvm", path));
    assert_string_equal(engine->rsh, sandbox_path(box, "lib/erm-rsh", path));
    assert_string_equal(engine->rsh_how, "ssh");
    assert_string_equal(engine->dir, "/state/dvm");
    assert_string_equal(engine->pool_uri, "/state/dvm/pool.uri");
    assert_string_equal(engine->mark, "5ca1ab1e");
    engine_destroy(engine);
    engine_destroy(NULL);
}

/* The folder beside the shepherd's in a build tree. */
static void test_found_in_a_build_tree(void **state)
{
    struct sandbox *box = *state;
    struct engine *engine;
    char from[SANDBOX_PATH], path[SANDBOX_PATH];
    struct err err;

    install(box, "prte (PRRTE) 5.0.0a1");
    assert_int_equal(
        rename(sandbox_path(box, "lib", from), sandbox_path(box, "dvm", path)),
        0);
    assert_int_equal(mkdir(from, 0700), 0);
    engine = find(box, &err);
    assert_non_null(engine);
    assert_string_equal(engine->erm_dvm,
                        sandbox_path(box, "dvm/erm-dvm", path));
    engine_destroy(engine);
}

static void test_what_is_not_there(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    struct err err;

    install(box, "prte (PRRTE) 3.0.8");
    unlink(sandbox_path(box, "lib/erm-rsh", path));
    assert_null(find(box, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_ptr_equal(strstr(err.text, "erm-rsh is not installed beside "),
                     err.text);
    unlink(sandbox_path(box, "lib/erm-dvm", path));
    assert_null(find(box, &err));
    assert_ptr_equal(strstr(err.text, "erm-dvm "), err.text);
}

static void test_versions_that_are_no_good(void **state)
{
    static const char *const silent[] = {"", "prte", "prte (PRRTE) unknown"};
    struct sandbox *box = *state;
    struct err err;

    install(box, "prte (PRRTE) 2.0.2");
    assert_null(find(box, &err));
    assert_int_equal(err.code, ERR_REQUEST);
    assert_string_equal(err.text,
                        "PRRTE 2.0.2 is too old: 3.0 or later is needed");
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        install(box, silent[i]);
        assert_null(find(box, &err));
        assert_int_equal(err.code, ERR_REQUEST);
        assert_string_equal(err.text, "prte does not tell its version");
    }
}

static void test_keys(void **state)
{
    struct engine engine = {.mark = (char[]){"5ca1ab1e"}};
    char key[ENGINE_KEY_MAX];
    static const struct launch_key job = {17, 3, 0}, worker = {17, 3, 2},
                                   largest = {INT64_MAX, UINT32_MAX,
                                              UINT32_MAX},
                                   pool = {0, 3, 0};
    struct launch_key again;

    (void)state;
    assert_string_equal(engine_key(&engine, &job, key), "5ca1ab1e.17.3");
    assert_true(engine_key_parse(&engine, key, &again));
    assert_memory_equal(&again, &job, sizeof(job));
    assert_string_equal(engine_key(&engine, &worker, key), "5ca1ab1e.17.3.2");
    assert_true(engine_key_parse(&engine, key, &again));
    assert_memory_equal(&again, &worker, sizeof(worker));
    engine_key(&engine, &largest, key);
    assert_true(engine_key_parse(&engine, key, &again));
    assert_memory_equal(&again, &largest, sizeof(largest));
    /* the pool's DVM keeps its key from one generation to the next */
    assert_string_equal(engine_key(&engine, &pool, key), "5ca1ab1e.pool");
}

static void test_keys_of_others(void **state)
{
    static const char *const others[] = {
        "5ca1ab1e.pool", "5ca1ab1f.17.3",  "5ca1ab1.17.3",   "5ca1ab1e17.3",
        "5ca1ab1e.17",   "5ca1ab1e.17.3x", "5ca1ab1e",       "",
        "5ca1ab1e.a.3",  "5ca1ab1e.17.3.", "5ca1ab1e.17.3.0"};
    struct engine engine = {.mark = (char[]){"5ca1ab1e"}};
    struct launch_key key;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (engine_key_parse(&engine, others[i], &key))
            fail_msg("%s", others[i]);
}

static void expect_words_of(const struct launch_key *key,
                            const struct launch_dvm *dvm, const char *expected)
{
    struct engine engine = {.erm_dvm = (char[]){"/l/erm-dvm"},
                            .rsh = (char[]){"/l/erm-rsh"},
                            .rsh_how = (char[]){"ssh -4"},
                            .dir = (char[]){"/s/dvm"},
                            .pool_uri = (char[]){"/s/dvm/pool.uri"},
                            .mark = (char[]){"5ca1ab1e"}};
    struct launch_request request = {.key = *key, .dvm = dvm};
    char **words = engine_wrapper(&engine, &request);
    char line[1000] = "";

    for (char **word = words; *word != NULL; word++) {
        size_t n = strlen(line);
        snprintf(line + n, sizeof(line) - n, "%s;", *word);
    }
    assert_string_equal(line, expected);
    engine_wrapper_free(words);
}

static void expect_words(const struct launch_dvm *dvm, const char *expected)
{
    expect_words_of(&(struct launch_key){7, 2, 0}, dvm, expected);
}

static void test_words_for_another_part(void **state)
{
    struct launch_dvm dvm = {.per_node = 1,
                             .node_file = "/s/nodes/7.2.5",
                             .job_dir = "/s/jobs/7.2.5"};

    (void)state;
    expect_words_of(&(struct launch_key){7, 2, 5}, &dvm,
                    "/l/erm-dvm;--job;7;--attempt;2;--part;5;--dir;"
                    "/s/jobs/7.2.5;--key;5ca1ab1e.7.2.5;--hosts;"
                    "/s/nodes/7.2.5;--rsh;/l/erm-rsh;--rsh-how;ssh -4;"
                    "--starts;/s/dvm;--per-node;1;--report;3;--;");
}

static void test_words_for_a_dvm_of_its_own(void **state)
{
    struct launch_dvm dvm = {.node_file = "/s/nodes/7.2",
                             .job_dir = "/s/jobs/7.2"};

    (void)state;
    expect_words(&dvm, "/l/erm-dvm;--job;7;--attempt;2;--dir;/s/jobs/7.2;--key;"
                       "5ca1ab1e.7.2;--hosts;/s/nodes/7.2;--rsh;/l/erm-rsh;"
                       "--rsh-how;ssh -4;--starts;/s/dvm;--report;3;--;");
    dvm.per_node = 4;
    dvm.map_by = "core";
    dvm.bind_to = "socket";
    expect_words(&dvm,
                 "/l/erm-dvm;--job;7;--attempt;2;--dir;/s/jobs/7.2;--key;"
                 "5ca1ab1e.7.2;--hosts;/s/nodes/7.2;--rsh;/l/erm-rsh;"
                 "--rsh-how;ssh -4;--starts;/s/dvm;--per-node;4;--map-by;core;"
                 "--bind-to;socket;--report;3;--;");
}

static void test_words_for_the_pool_s_dvm(void **state)
{
    struct launch_dvm dvm = {.is_pool = true,
                             .per_node = 1,
                             .node_file = "/s/nodes/7.2",
                             .job_dir = "/s/jobs/7.2"};

    (void)state;
    expect_words(&dvm, "/l/erm-dvm;--job;7;--attempt;2;--dir;/s/jobs/7.2;--key;"
                       "5ca1ab1e.7.2;--hosts;/s/nodes/7.2;--rsh;/l/erm-rsh;"
                       "--rsh-how;ssh -4;--starts;/s/dvm;--uri;/s/dvm/pool.uri;"
                       "--per-node;1;--report;3;--;");
}

int main(void)
{
#define IN_BOX(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        IN_BOX(test_what_is_in_path),
        IN_BOX(test_the_last_of_path),
        IN_BOX(test_found),
        IN_BOX(test_found_in_a_build_tree),
        IN_BOX(test_what_is_not_there),
        IN_BOX(test_versions_that_are_no_good),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_of_others),
        cmocka_unit_test(test_words_for_a_dvm_of_its_own),
        cmocka_unit_test(test_words_for_another_part),
        cmocka_unit_test(test_words_for_the_pool_s_dvm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
