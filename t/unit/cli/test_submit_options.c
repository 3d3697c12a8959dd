/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/shell_quote.h"
#include "cli/submit_options.h"
#include "codec/job_spec.h"

struct reading {
    struct submit_options submit;
    struct common_options common;
    struct err err;
    struct word_list words;
    char **argv;
    int rc;
};

/* Parses LINE (split as a shell does) as what follows "erm submit". */
static void begin(struct reading *r, const char *line)
{
    memset(r, 0, sizeof(*r));
    submit_options_init(&r->submit);
    word_list_init(&r->words);
    word_list_add(&r->words, "submit");
    assert_int_equal(shell_split(line, &r->words, NULL), 0);
    r->argv = mem_alloc_array(r->words.n + 1, sizeof(char *));
    memcpy(r->argv, r->words.words, r->words.n * sizeof(char *));
    r->rc = submit_options_parse(&r->submit, &r->common, (int)r->words.n,
                                 r->argv, &r->err);
}

static void end(struct reading *r)
{
    submit_options_release(&r->submit);
    word_list_release(&r->words);
    free(r->argv);
}

/* LINE gives the spec in TEXT (JSON), and the codec accepts it as a job's. */
static void expect(const char *line, const char *text)
{
    struct reading r;
    struct job_spec spec;
    json_t *wanted = json_loads(text, 0, NULL);
    assert_non_null(wanted);
    begin(&r, line);
    assert_int_equal(r.rc, 0);
    if (!json_equal(r.submit.spec, wanted)) {
        char *got = json_dumps(r.submit.spec, JSON_COMPACT);
        print_error("%s\n  gave %s\n", line, got);
        free(got);
        fail();
    }
    submit_options_set_command(&r.submit, "./app");
    if (job_spec_from_json(r.submit.spec, &spec, &r.err) < 0) {
        print_error("%s: %s\n", line, r.err.text);
        fail();
    }
    job_spec_release(&spec);
    json_decref(wanted);
    end(&r);
}

static void expect_bad(const char *line, const char *part)
{
    struct reading r;
    begin(&r, line);
    assert_int_equal(r.rc, -1);
    assert_int_equal(r.err.code, ERR_USAGE);
    if (strstr(r.err.text, part) == NULL) {
        print_error("%s\n  gave %s\n", line, r.err.text);
        fail();
    }
    end(&r);
}

static void test_sizes(void **state)
{
    (void)state;
    expect("-N 3", "{\"min_nodes\":3,\"max_nodes\":3}");
    expect("-N 2-4 -e", "{\"min_nodes\":2,\"max_nodes\":4,\"elastic\":true}");
    expect("--nodes=2-4 --type evolving --pref 3",
           "{\"min_nodes\":2,\"max_nodes\":4,\"type\":\"evolving\","
           "\"pref_nodes\":3}");
    expect("--slots-per-node 4 --procs-per-node 2",
           "{\"slots_per_node\":4,\"procs_per_node\":2}");
    expect_bad("-N 0", "--nodes");
    expect_bad("-N 4-2", "less than");
    expect_bad("-N 2-", "--nodes");
    expect_bad("-N -2", "--nodes");
    expect_bad("-N two", "--nodes");
    expect_bad("--pref x", "--pref");
}

static void test_walltimes_are_never_guessed(void **state)
{
    (void)state;
    expect("-t 1:30:00", "{\"walltime\":\"5400s\"}");
    expect("-t 30m", "{\"walltime\":\"1800s\"}");
    expect("-t 1.5h", "{\"walltime\":\"5400s\"}");
    expect("-t 1-12", "{\"walltime\":\"129600s\"}");
    expect("-t inf", "{\"walltime\":\"inf\"}");
    expect("-t 60s --walltime-scales",
           "{\"walltime\":\"60s\",\"walltime_scales\":true}");
    expect("-t 0.5s", "{\"walltime\":\"0.500000s\"}");
    expect_bad("-t 30", "--walltime");
    expect_bad("-t 1:30", "--walltime");
    expect_bad("-t soon", "--walltime");
}

static void test_texts_and_switches(void **state)
{
    (void)state;
    expect("-J blast -D /work -o out.%j -E err.%j --hold --requeue",
           "{\"name\":\"blast\",\"cwd\":\"/work\",\"stdout\":\"out.%j\","
           "\"stderr\":\"err.%j\",\"hold\":true,\"requeue\":true}");
    expect("-p -5 --begin 1m --serial-fraction 0.25",
           "{\"priority\":-5,\"start_time\":60,\"serial_fraction\":0.25}");
    expect("-N 1-2 -e --hook './h x' --resize-cost 20 --on-deadline force "
           "--on-node-loss shrink --worker './w NODE'",
           "{\"min_nodes\":1,\"max_nodes\":2,\"elastic\":true,"
           "\"hook\":\"./h x\",\"resize_cost\":20,\"on_deadline\":\"force\","
           "\"on_node_loss\":\"shrink\",\"worker\":\"./w NODE\"}");
    expect("-e --resize app --resize-signal HUP",
           "{\"elastic\":true,\"resize\":\"app\",\"resize_signal\":\"HUP\"}");
    expect_bad("--resize-cost inf", "--resize-cost");
    expect_bad("-p high", "--priority");
    expect_bad("--begin later", "--begin");
    expect_bad("--serial-fraction half", "--serial-fraction");
    expect_bad("-J 'a\xff'", "UTF-8");
}

static void test_dependencies_add_up(void **state)
{
    (void)state;
    expect("--after 3", "{\"after\":[\"3:ok\"]}");
    expect("--after 3:any,4 --after 5:notok",
           "{\"after\":[\"3:any\",\"4:ok\",\"5:notok\"]}");
    expect_bad("--after 3:maybe", "--after");
    expect_bad("--after :ok", "--after");
}

static void test_variables_add_up(void **state)
{
    (void)state;
    setenv("ERM_T_HERE", "from here", 1);
    expect("--env A=1 --env 'B=two words' --env A=3 --env ERM_T_HERE",
           "{\"env\":{\"A\":\"3\",\"B\":\"two words\","
           "\"ERM_T_HERE\":\"from here\"}}");
    expect("--env E=", "{\"env\":{\"E\":\"\"}}");
    expect_bad("--env ERM_T_NOWHERE", "not set");
    expect_bad("--env =1", "NAME=VALUE");
    expect_bad("--env 1=1", "NAME=VALUE");
}

static void test_switches_of_the_command_are_not_the_jobs(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "--wait --dry-run --json -q --file x.json");
    assert_int_equal(r.rc, 0);
    assert_true(r.submit.is_wait && r.submit.is_dry_run && r.submit.is_json &&
                r.submit.is_quiet);
    assert_string_equal(r.submit.file, "x.json");
    assert_int_equal(json_object_size(r.submit.spec), 0);
    end(&r);
}

static void test_a_command_stands_behind_two_dashes(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "-N 2 -- ./app -N 9 --wait");
    assert_int_equal(r.rc, 0);
    assert_true(r.submit.is_command);
    assert_int_equal(r.submit.n_operands, 4);
    assert_string_equal(r.submit.operands[0], "./app");
    assert_int_equal(
        json_integer_value(json_object_get(r.submit.spec, "min_nodes")), 2);
    assert_false(r.submit.is_wait);
    end(&r);
    begin(&r, "-N 2 job.sh -x");
    assert_false(r.submit.is_command);
    assert_int_equal(r.submit.n_operands, 2);
    assert_string_equal(r.submit.operands[1], "-x");
    end(&r);
}

static void expect_name(const char *command, const char *name)
{
    struct submit_options submit;
    submit_options_init(&submit);
    submit_options_set_command(&submit, command);
    assert_string_equal(
        json_string_value(json_object_get(submit.spec, "command")), command);
    assert_string_equal(json_string_value(json_object_get(submit.spec, "name")),
                        name);
    submit_options_release(&submit);
}

static void test_a_job_is_named_after_its_program(void **state)
{
    (void)state;
    expect_name("/opt/bin/blast -x 1", "blast");
    expect_name("./app", "app");
    expect_name("'my app' -x", "my");
    expect_name("make && ./app", "make");
    struct reading r;
    begin(&r, "-J given");
    submit_options_set_command(&r.submit, "./app");
    assert_string_equal(
        json_string_value(json_object_get(r.submit.spec, "name")), "given");
    end(&r);
}

static void test_later_options_win(void **state)
{
    (void)state;
    /* as when a script's own options are read before those of the line */
    struct reading r;
    char word0[] = "submit", word1[] = "-N", word2[] = "8", word3[] = "--after",
         word4[] = "7";
    char *argv[] = {word0, word1, word2, word3, word4, NULL};
    begin(&r, "-N 2-4 -J script --after 3");
    assert_int_equal(
        submit_options_parse(&r.submit, &r.common, 5, argv, &r.err), 0);
    assert_int_equal(
        json_integer_value(json_object_get(r.submit.spec, "min_nodes")), 8);
    assert_int_equal(json_array_size(json_object_get(r.submit.spec, "after")),
                     2);
    assert_string_equal(
        json_string_value(json_object_get(r.submit.spec, "name")), "script");
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_walltimes_are_never_guessed),
        cmocka_unit_test(test_texts_and_switches),
        cmocka_unit_test(test_dependencies_add_up),
        cmocka_unit_test(test_variables_add_up),
        cmocka_unit_test(test_switches_of_the_command_are_not_the_jobs),
        cmocka_unit_test(test_a_command_stands_behind_two_dashes),
        cmocka_unit_test(test_a_job_is_named_after_its_program),
        cmocka_unit_test(test_later_options_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
