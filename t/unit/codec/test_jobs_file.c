/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/jobs_file.h"
#include "codec/json_text.h"

struct reading {
    const char *text;
    struct jobs_file file;
    struct diags diags;
    struct strbuf told; /* all problems as they are printed */
    int rc;
};

static void read_len(struct reading *reading, const char *text, size_t len)
{
    reading->text = text;
    jobs_file_init(&reading->file);
    diags_init(&reading->diags);
    strbuf_init(&reading->told);
    reading->rc = jobs_file_parse(text, len, &reading->file, &reading->diags);
    diags_format(&reading->diags, "jobs.json", text, &reading->told);
}

static void read_text(struct reading *reading, const char *text)
{
    read_len(reading, text, strlen(text));
}

static void done(struct reading *reading)
{
    jobs_file_release(&reading->file);
    diags_release(&reading->diags);
    strbuf_release(&reading->told);
}

/* The commands of the usable jobs, in order, as one word: "abc". */
static void expect(const struct reading *reading, const char *commands,
                   size_t n_errors)
{
    char found[64] = "";

    for (size_t i = 0; i < reading->file.n; i++)
        strcat(found, reading->file.items[i].spec.command);
    assert_string_equal(found, commands);
    if (reading->diags.n_errors != n_errors)
        fail_msg("%zu errors: %s", reading->diags.n_errors, reading->told.text);
    assert_int_equal(reading->rc, n_errors ? -1 : 0);
}

static void expect_line(const struct reading *reading, const char *line)
{
    assert_contains(reading->told.text, line);
}

/* ---- good files ---- */

static void test_both_shapes(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, "{\"jobs\": [{\"command\": \"a\"},\n"
                        "  {\"job_command\": \"b\"}]}");
    expect(&reading, "ab", 0);
    assert_int_equal(reading.file.items[1].line, 2);
    assert_int_equal(reading.file.items[1].column, 3);
    assert_int_equal(reading.file.items[1].index, 1);
    assert_int_equal(reading.file.n_entries, 2);
    assert_false(reading.file.is_partial);
    done(&reading);
    read_text(&reading, "[{\"command\": \"a\"}]");
    expect(&reading, "a", 0);
    done(&reading);
}

static void test_no_jobs_is_fine(void **state)
{
    static const char *const texts[] = {
        "[]", "{\"jobs\": []}",
        "{\"$schema\": \"x\", \"comment\": 1, \"_a\": 1, \"jobs\": []}"};
    struct reading reading;

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        read_text(&reading, texts[i]);
        expect(&reading, "", 0);
        assert_int_equal(reading.diags.n, 0);
        assert_false(reading.file.is_partial);
        done(&reading);
    }
}

static void test_the_file_of_the_prototype(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading,
              "[{\"id\": \"1\", \"job_command\": \"a\", \"min_nodes\": 1,"
              "  \"max_nodes\": 4, \"walltime\": \"00:10:00\","
              "  \"type\": \"elastic\", \"status\": \"pending\","
              "  \"default_nodes\": 2, \"serial_fraction\": 0.1,"
              "  \"priority\": 3, \"start_time\": 5}]");
    expect(&reading, "a", 0);
    assert_int_equal(reading.file.items[0].spec.request.kind, JOB_ELASTIC);
    assert_string_equal(reading.file.items[0].spec.identity, "id:1");
    done(&reading);
}

static void test_other_statuses_are_skipped(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, "[{\"command\": \"a\", \"status\": \"completed\"},"
                        "{\"command\": \"b\", \"status\": \"\"},"
                        "{\"nonsense\": 1, \"status\": \"failed\"}]");
    expect(&reading, "b", 0);
    assert_int_equal(reading.file.n_skipped, 2);
    assert_int_equal(reading.file.n_entries, 3);
    done(&reading);
}

/* ---- identity ---- */

static void test_a_skipped_twin_keeps_its_turn(void **state)
{
    struct reading reading;
    char *second;

    (void)state;
    read_text(&reading, "[{\"command\": \"a\"}, {\"command\": \"a\"}]");
    expect(&reading, "aa", 0);
    second = strdup(reading.file.items[1].spec.identity);
    assert_string_not_equal(second, reading.file.items[0].spec.identity);
    done(&reading);
    /* the first one has ended and its status was written back */
    read_text(&reading, "[{\"command\": \"a\", \"status\": \"completed\"},"
                        " {\"command\": \"a\"}]");
    expect(&reading, "a", 0);
    assert_string_equal(reading.file.items[0].spec.identity, second);
    done(&reading);
    free(second);
}

static void test_an_id_is_used_once(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, "{\"jobs\": [\n"
                        "{\"command\": \"a\", \"id\": 3},\n"
                        "{\"command\": \"b\", \"id\": \"3\"},\n"
                        "{\"command\": \"c\", \"id\": \"x\"},\n"
                        "{\"command\": \"d\", \"label\": \"x\"},\n"
                        "{\"command\": \"e\", \"id\": 4}]}");
    expect(&reading, "ace", 2);
    expect_line(&reading, "jobs.json:3:18: error: jobs[1].id: id 3 is already "
                          "used by jobs[0] (line 2)\n");
    expect_line(&reading, "jobs.json:5:18: error: jobs[3].label: id \"x\" is "
                          "already used by jobs[2] (line 4)\n");
    done(&reading);
}

static void test_a_skipped_entry_keeps_its_id(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading,
              "[{\"command\": \"a\", \"id\": 3, \"status\": \"failed\"},"
              " {\"command\": \"b\", \"id\": 3}]");
    expect(&reading, "", 1);
    expect_line(&reading, "[1].id: id 3 is already used by [0] (line 1)");
    done(&reading);
}

/* ---- wrong values ---- */

static void test_all_errors_with_their_places(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading,
              "{\"jobs\": [\n"
              "  {\"command\": \"a\", \"min_node\": 1},\n"
              "  {\"command\": \"b\"},\n"
              "  {\"min_nodes\": 9,\n"
              "   \"max_nodes\": 4},\n"
              "  {\"command\": \"c\", \"min_nodes\": 9, \"max_nodes\": 4},\n"
              "  {\"command\": \"d\", \"env\": {\"A\": \"1\", \"2\": \"x\"},\n"
              "   \"after\": [1, 0]},\n"
              "  7\n"
              "]}");
    expect(&reading, "b", 6);
    expect_line(&reading, "jobs.json:2:20: error: jobs[0].min_node: unknown "
                          "key; did you mean \"min_nodes\"?\n");
    expect_line(&reading,
                "jobs.json:4:3: error: jobs[2]: the job has no \"command\"\n");
    expect_line(&reading, "jobs.json:6:20: error: jobs[3].min_nodes: 9 is "
                          "more than max_nodes 4\n");
    expect_line(&reading, "jobs.json:7:38: error: jobs[4].env.2: not a name "
                          "of a variable\n");
    expect_line(&reading, "jobs.json:8:17: error: jobs[4].after[1]: a job id "
                          "is a number from 1 to 9999999\n");
    expect_line(&reading, "jobs.json:9:3: error: jobs[5]: a job is an object "
                          "{...}, found a number\n");
    done(&reading);
}

static void test_a_warning_lets_the_job_run(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, "[{\"command\": \"a\",\n \"walltime\": \"30:00\"}]");
    expect(&reading, "a", 0);
    expect_line(&reading, "jobs.json:2:2: warning: [0].walltime: \"30:00\" is "
                          "read as 30 min\n");
    expect_line(&reading, "hint: write \"0:30:00\" to be clear\n");
    done(&reading);
}

static void test_what_is_not_a_list_of_jobs(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, "{}");
    expect(&reading, "", 1);
    expect_line(&reading, "1:1: error: the object has no \"jobs\"");
    done(&reading);
    read_text(&reading, "{\"jobs\": {}}");
    expect_line(&reading, "1:1: error: \"jobs\" must be a list");
    done(&reading);
    read_text(&reading, "{\n \"job\": []}");
    expect(&reading, "", 1);
    expect_line(&reading,
                "2:2: error: job: unknown key; did you mean \"jobs\"?");
    done(&reading);
    read_text(&reading, "{\"colour\": 1, \"jobs\": [{\"command\": \"a\"}]}");
    expect(&reading, "a", 0);
    expect_line(&reading, "1:2: warning: colour: unknown key, not used");
    done(&reading);
}

/* ---- no JSON ---- */

static char *seed_sample(void)
{
    size_t len;

    return read_source("t/unit/codec/seed_jobs.json", &len);
}

static void test_the_sample_of_the_seed(void **state)
{
    char *text = seed_sample();
    struct reading reading;

    (void)state;
    read_text(&reading, text);
    assert_string_equal(
        reading.told.text,
        "jobs.json:3:6: error: a key or '}' expected, found ','\n"
        "    3 |     {,\n"
        "      |      ^\n"
        "hint: remove the comma after '{'\n");
    assert_int_equal(reading.diags.n_errors, 1);
    assert_int_equal(reading.file.n, 2);
    assert_int_equal(reading.file.n_entries, 3);
    assert_int_equal(reading.file.items[0].line, 10);
    assert_int_equal(reading.file.items[0].spec.request.kind, JOB_ELASTIC);
    assert_int_equal(reading.file.items[1].spec.request.walltime,
                     600 * USEC_PER_SEC);
    assert_false(reading.file.is_partial);
    done(&reading);
    free(text);
}

/* Fixing the broken entry must not run the good ones again. */
static void test_identities_survive_the_fix(void **state)
{
    char *text = seed_sample();
    struct reading before, after;

    (void)state;
    read_text(&before, text);
    *strstr(text, "{,") = ' ';
    *strchr(text, ',') = '{';
    read_text(&after, text);
    assert_int_equal(after.rc, 0);
    assert_int_equal(after.file.n, 3);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(before.file.items[i].spec.identity,
                            after.file.items[i + 1].spec.identity);
    done(&before);
    done(&after);
    free(text);
}

struct rescue {
    const char *text, *commands;
    size_t n_errors;
    const char *line;
};

static void test_good_entries_beside_broken_ones(void **state)
{
    static const struct rescue rescues[] = {
        {"[{\"command\":\"a\"},]", "a", 1, "remove the comma before ']'"},
        {"[{\"command\":\"a\"}\n{\"command\":\"b\"}]", "ab", 1,
         "2:1: error: ',' or ']' expected, found '{'"},
        {"{\"jobs\":[{\"command\":\"a\"}],}", "a", 1,
         "remove the comma before '}'"},
        {"{,\"jobs\":[{\"command\":\"a\"}]}", "a", 1, "1:2: error: a key or"},
        {"[{\"command\":\"a\"}] x", "a", 1, "1:19: error: nothing more"},
        {"{\"jobs\":[{\"command\":\"a\"}]", "a", 1, "the file ends inside"},
        {"[{\"command\":\"a\",,\"name\":1},{\"command\":\"b\"},\n"
         "{\"command\":\"c\" \"x\":1},{\"command\":\"d\",\"zap\":1}]",
         "b", 3, "2:16: error: ',' or '}' expected, found \"x\""},
        {"[{\"command\":\"a\",\"command\":\"b\"},{\"command\":\"c\"}]", "c", 1,
         "1:17: error: the key \"command\" is there twice"},
        {"[{\"command\":\"a\"},{\"command\":\"b\",\"after\":[1,2},"
         "{\"command\":\"c\"}]",
         "ac", 1, "',' or ']' expected, found '}'"},
        {"[{\"command\":\"a\"},{\"command\":\"b\"]", "a", 1,
         "1:32: error: ',' or '}' expected, found ']'"},
        {"[{\"command\":\"a\"},{\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]"
         "]]]]]]]]]]]]]]]]]]]]]]]]]]]]},{\"command\":\"b\"}]",
         "ab", 1, "more than 32"},
        {"[{\"command\":\"a\",},\"what\",{\"command\":\"b\"}]", "b", 2,
         "1:19: error: [1]: a job is an object"},
    };
    struct reading reading;

    (void)state;
    for (size_t i = 0; i < N_OF(rescues); i++) {
        read_text(&reading, rescues[i].text);
        expect(&reading, rescues[i].commands, rescues[i].n_errors);
        expect_line(&reading, rescues[i].line);
        assert_false(reading.file.is_partial);
        done(&reading);
    }
}

/* Every beginning of a file is a half written file: nothing of it is run, or
 * all that is in its list. */
static void test_half_a_file_runs_nothing(void **state)
{
    static const char text[] = "{\"jobs\": [{\"command\": \"a\"},"
                               " {\"command\": \"b\"}]}";
    size_t closed = strlen(text) - 1;
    struct reading reading;

    (void)state;
    for (size_t len = 0; len < closed; len++) {
        char *part = strndup(text, len);
        read_text(&reading, part);
        expect(&reading, "", 1);
        assert_true(reading.file.is_partial);
        done(&reading);
        free(part);
    }
    read_len(&reading, text, closed);
    expect(&reading, "ab", 1);
    assert_false(reading.file.is_partial);
    done(&reading);
}

static void test_an_entry_behind_a_comment_mark_is_not_run(void **state)
{
    static const char *const texts[] = {
        "[{\"command\":\"a\"},\n// {\"command\":\"b\"},\n{\"command\":\"c\"}]",
        "[{\"command\":\"a\"},\n# {\"command\":\"b\"}\n]",
        "[{\"command\":\"a\"}, /* {\"command\":\"b\"} */]",
    };
    struct reading reading;

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        read_text(&reading, texts[i]);
        expect(&reading, "", 1);
        expect_line(&reading, "JSON has no comments");
        done(&reading);
    }
}

static void test_empty_files(void **state)
{
    struct reading reading;

    (void)state;
    read_text(&reading, " \n");
    expect(&reading, "", 1);
    expect_line(&reading, "the file is empty");
    expect_line(&reading, "hint: write {\"jobs\": []}");
    assert_true(reading.file.is_partial);
    done(&reading);
}

/* ---- limits ---- */

static void test_files_that_are_too_large(void **state)
{
    size_t len = JSON_TEXT_MAX + 1;
    char *text = malloc(len + 1);
    struct reading reading;

    (void)state;
    memset(text, ' ', len);
    text[len] = '\0';
    read_len(&reading, text, len);
    expect(&reading, "", 1);
    expect_line(&reading, "the file has more than 64 MiB");
    done(&reading);
    len = 2 * (JOBS_FILE_MAX + 1);
    text[0] = '[';
    for (size_t i = 1; i <= len; i += 2)
        memcpy(text + i, "1,", 2);
    memcpy(text + len, "]", 2);
    read_text(&reading, text);
    assert_int_equal(reading.file.n, 0);
    assert_int_equal(reading.diags.n_errors, 1);
    expect_line(&reading, "more than 1000000 jobs");
    done(&reading);
    free(text);
}

static void test_many_jobs(void **state)
{
    struct reading reading;
    struct strbuf text;

    (void)state;
    strbuf_init(&text);
    strbuf_add_char(&text, '[');
    for (int i = 0; i < 10000; i++)
        strbuf_add_fmt(&text, "%s{\"command\": \"run %d\", \"oops\": 1}\n",
                       i ? "," : "", i);
    strbuf_add_char(&text, ']');
    read_text(&reading, text.text);
    assert_int_equal(reading.diags.n_errors, 10000);
    assert_int_equal(reading.diags.items[9999].line, 10000);
    assert_int_equal(reading.diags.items[9999].column, 26);
    done(&reading);
    strbuf_release(&text);
}

static void test_nul_and_other_bytes(void **state)
{
    static const char nul[] = "[{\"command\":\"a\0b\"},{\"command\":\"c\"}]";
    struct reading reading;

    (void)state;
    read_len(&reading, nul, sizeof(nul) - 1);
    expect(&reading, "c", 1);
    expect_line(&reading, "1:15: error: a NUL byte");
    done(&reading);
    read_text(&reading, "[{\"command\":\"\xff\"},{\"command\":\"c\"}]");
    expect(&reading, "c", 1);
    expect_line(&reading, "not valid UTF-8");
    done(&reading);
}

/* ---- one wrong byte ---- */

/* Promises that hold for every text. */
static void expect_sane(const char *text)
{
    struct reading reading;

    read_text(&reading, text);
    assert_int_equal(reading.rc, reading.diags.n_errors ? -1 : 0);
    assert_true(reading.file.n + reading.file.n_skipped <=
                reading.file.n_entries);
    if (reading.rc == 0)
        assert_int_equal(reading.file.n + reading.file.n_skipped,
                         reading.file.n_entries);
    for (size_t i = 0; i < reading.file.n; i++)
        assert_non_null(reading.file.items[i].spec.identity);
    for (size_t i = 1; i < reading.diags.n; i++)
        assert_true(reading.diags.items[i - 1].line <=
                    reading.diags.items[i].line);
    done(&reading);
}

static void test_any_byte_of_the_sample_may_be_wrong(void **state)
{
    static const char others[] = "{}[],:\"\\\n 0x";
    char *text = seed_sample();
    size_t len = strlen(text);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        char right = text[i];
        for (size_t j = 0; others[j]; j++) {
            text[i] = others[j];
            expect_sane(text);
        }
        text[i] = right;
    }
    free(text);
}

static void test_any_byte_of_the_sample_may_be_missing(void **state)
{
    char *text = seed_sample(), *part;
    size_t len = strlen(text);

    (void)state;
    part = malloc(len);
    for (size_t i = 0; i < len; i++) {
        memcpy(part, text, i);
        memcpy(part + i, text + i + 1, len - i);
        expect_sane(part);
    }
    free(part);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_shapes),
        cmocka_unit_test(test_no_jobs_is_fine),
        cmocka_unit_test(test_the_file_of_the_prototype),
        cmocka_unit_test(test_other_statuses_are_skipped),
        cmocka_unit_test(test_a_skipped_twin_keeps_its_turn),
        cmocka_unit_test(test_an_id_is_used_once),
        cmocka_unit_test(test_a_skipped_entry_keeps_its_id),
        cmocka_unit_test(test_all_errors_with_their_places),
        cmocka_unit_test(test_a_warning_lets_the_job_run),
        cmocka_unit_test(test_what_is_not_a_list_of_jobs),
        cmocka_unit_test(test_the_sample_of_the_seed),
        cmocka_unit_test(test_identities_survive_the_fix),
        cmocka_unit_test(test_good_entries_beside_broken_ones),
        cmocka_unit_test(test_half_a_file_runs_nothing),
        cmocka_unit_test(test_an_entry_behind_a_comment_mark_is_not_run),
        cmocka_unit_test(test_empty_files),
        cmocka_unit_test(test_files_that_are_too_large),
        cmocka_unit_test(test_many_jobs),
        cmocka_unit_test(test_nul_and_other_bytes),
        cmocka_unit_test(test_any_byte_of_the_sample_may_be_wrong),
        cmocka_unit_test(test_any_byte_of_the_sample_may_be_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
