/* SPDX-License-Identifier: BSD-2-Clause */
/* erm-dvm's command line. */
#include "scene.h"

#define NEEDED                                                              \
    "--job", "7", "--attempt", "2", "--dir", "/d", "--key", "k", "--hosts", \
        "/h", "--rsh", "/r"

static int parse(const char *const *words, struct dvm_options *options,
                 const char **problem)
{
    int n = 0;

    while (words[n] != NULL)
        n++;
    /* getopt_long() only reads them, with "+" */
    return dvm_options_parse(n, (char **)(uintptr_t)words, options, problem);
}

#define PARSE(options, problem, ...) \
    parse((const char *const[]){"erm-dvm", __VA_ARGS__, NULL}, options, problem)

static void test_what_is_needed_and_the_defaults(void **state)
{
    struct dvm_options options;
    const char *problem;

    (void)state;
    assert_int_equal(PARSE(&options, &problem, NEEDED), 0);
    assert_int_equal(options.job_id, 7);
    assert_int_equal(options.attempt, 2);
    assert_int_equal(options.part, 0);
    assert_string_equal(options.dir, "/d");
    assert_string_equal(options.key, "k");
    assert_string_equal(options.hosts, "/h");
    assert_string_equal(options.rsh, "/r");
    assert_int_equal(options.within_s, 60);
    assert_int_equal(options.per_node, 0);
    assert_int_equal(options.report_fd, -1);
    assert_null(options.rsh_how);
    assert_null(options.uri);
    assert_null(options.starts);
    assert_null(options.map_by);
    assert_null(options.bind_to);
    assert_null(options.command);
}

static void test_all_of_it(void **state)
{
    struct dvm_options options;
    const char *problem;

    (void)state;
    assert_int_equal(PARSE(&options, &problem, NEEDED, "--part", "4",
                           "--rsh-how", "ssh -4", "--uri", "/u", "--starts",
                           "/s", "--within", "5", "--per-node", "3", "--map-by",
                           "core", "--bind-to", "socket", "--report", "3", "--",
                           "--x 'y'"),
                     0);
    assert_string_equal(options.rsh_how, "ssh -4");
    assert_string_equal(options.uri, "/u");
    assert_string_equal(options.starts, "/s");
    assert_int_equal(options.part, 4);
    assert_int_equal(options.within_s, 5);
    assert_int_equal(options.per_node, 3);
    assert_string_equal(options.map_by, "core");
    assert_string_equal(options.bind_to, "socket");
    assert_int_equal(options.report_fd, 3);
    assert_string_equal(options.command, "--x 'y'");
}

/* In any order: the words of each option are left out once. */
static void test_what_is_missing_is_named(void **state)
{
    const char *const all[] = {"erm-dvm", NEEDED, NULL};
    struct dvm_options options;

    (void)state;
    for (size_t i = 1; all[i] != NULL; i += 2) {
        const char *words[16];
        const char *problem = NULL;
        size_t n = 0;
        for (size_t k = 0; all[k] != NULL; k++)
            if (k != i && k != i + 1)
                words[n++] = all[k];
        words[n] = NULL;
        assert_int_equal(parse(words, &options, &problem), -1);
        assert_string_equal(problem, all[i]);
    }
}

static void test_bad_numbers(void **state)
{
    static const char *const bad[] = {"", "x", "1x", "-1",
                                      "99999999999999999999"};
    struct dvm_options options;
    const char *problem;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        problem = NULL;
        assert_int_equal(PARSE(&options, &problem, NEEDED, "--within", bad[i]),
                         -1);
        assert_string_equal(problem, bad[i]);
    }
}

static void test_words_that_are_too_much(void **state)
{
    struct dvm_options options;
    const char *problem = NULL;

    (void)state;
    assert_int_equal(PARSE(&options, &problem, NEEDED, "--", "one", "two"), -1);
    assert_string_equal(problem, "two");
    assert_int_equal(PARSE(&options, &problem, "--nonsense", NEEDED), -1);
    assert_string_equal(problem, "--nonsense");
    assert_int_equal(PARSE(&options, &problem, NEEDED, "--uri"), -1);
    assert_string_equal(problem, "--uri");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_needed_and_the_defaults),
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_words_that_are_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
