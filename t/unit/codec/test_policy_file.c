/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/policy_file.h"

static void read_policy(struct policy_file *file, const char *text)
{
    struct err err;

    if (policy_file_parse(text, strlen(text), file, &err) != LIST_DOC_GOOD)
        fail_msg("%s", err.text);
}

static void expect_text(const struct policy_file *file, const char *text)
{
    char *found = policy_file_format(file);

    assert_string_equal(found, text);
    free(found);
}

/* The seed's own client reads exactly this. */
static void test_an_entry_as_the_seed_writes_it(void **state)
{
    const struct policy_entry entry = {
        .id = 2, .op = DIRECTIVE_GROW, .n_nodes = 1, .nodes = "st37"};
    struct policy_file file;

    (void)state;
    read_policy(&file, "{ \"jobs\": [] }");
    policy_file_add(&file, &entry);
    expect_text(&file, "{\n"
                       "  \"jobs\": [\n"
                       "    {\n"
                       "      \"id\": \"2\",\n"
                       "      \"scale\": \"expand\",\n"
                       "      \"num_nodes\": 1,\n"
                       "      \"nodes\": \"st37\",\n"
                       "      \"start_after\": 0\n"
                       "    }\n"
                       "  ]\n"
                       "}\n");
    policy_file_release(&file);
}

static void test_an_offer_and_its_end(void **state)
{
    const struct policy_entry entry = {.id = 7,
                                       .op = DIRECTIVE_SHRINK,
                                       .n_nodes = 2,
                                       .nodes = "a,b",
                                       .start_after = 5};
    struct policy_entry found;
    struct policy_file file;

    (void)state;
    policy_file_init(&file);
    assert_false(policy_file_find(&file, 7, NULL));
    policy_file_add(&file, &entry);
    assert_true(policy_file_find(&file, 7, &found));
    assert_int_equal(found.id, 7);
    assert_true(found.has_op);
    assert_int_equal(found.op, DIRECTIVE_SHRINK);
    assert_int_equal(found.n_nodes, 2);
    assert_string_equal(found.nodes, "a,b");
    assert_int_equal(found.start_after, 5);
    assert_int_equal(policy_file_remove(&file, 7), 1);
    assert_false(policy_file_find(&file, 7, NULL));
    assert_int_equal(policy_file_remove(&file, 7), 0);
    policy_file_release(&file);
}

static void test_removing_leaves_the_rest(void **state)
{
    struct policy_file file;

    (void)state;
    read_policy(&file, "{\"by\":\"me\",\"jobs\":[{\"id\":\"1\"},{\"id\":2},"
                       "{\"note\":\"x\"},{\"id\":\"2\"},{\"id\":\"3\"}],"
                       "\"z\":[]}");
    assert_int_equal(policy_file_remove(&file, 2), 2);
    expect_text(&file, "{\n"
                       "  \"by\": \"me\",\n"
                       "  \"jobs\": [\n"
                       "    {\n"
                       "      \"id\": \"1\"\n"
                       "    },\n"
                       "    {\n"
                       "      \"note\": \"x\"\n"
                       "    },\n"
                       "    {\n"
                       "      \"id\": \"3\"\n"
                       "    }\n"
                       "  ],\n"
                       "  \"z\": []\n"
                       "}\n");
    policy_file_release(&file);
}

static void test_the_first_entry_of_a_job_counts(void **state)
{
    struct policy_entry entry;
    struct policy_file file;

    (void)state;
    read_policy(&file, "{\"jobs\":[{\"id\":\"2\",\"scale\":\"expand\"},"
                       "{\"id\":\"2\",\"scale\":\"shrink\"}]}");
    assert_true(policy_file_find(&file, 2, &entry));
    assert_int_equal(entry.op, DIRECTIVE_GROW);
    policy_file_release(&file);
}

static void test_foreign_entries_can_be_told(void **state)
{
    struct policy_entry entry;
    struct policy_file file;
    char buf[60];

    (void)state;
    read_policy(&file, "{\"jobs\":[{\"id\":\"x\",\"scale\":\"grow\","
                       "\"num_nodes\":-1},17,{\"id\":\"\\u001b[2J\"},"
                       "{\"id\":5,\"scale\":\"shrink\",\"num_nodes\":\"2\","
                       "\"nodes\":[],\"start_after\":99999999999}]}");
    assert_int_equal(policy_file_count(&file), 4);
    policy_file_entry(&file, 0, &entry);
    assert_int_equal(entry.id, 0);
    assert_false(entry.has_op);
    assert_int_equal(entry.n_nodes, 0);
    policy_file_entry(&file, 1, &entry);
    assert_int_equal(entry.id, 0);
    policy_file_entry(&file, 3, &entry);
    assert_int_equal(entry.id, 5);
    assert_true(entry.has_op);
    assert_int_equal(entry.n_nodes, 0);
    assert_int_equal(entry.start_after, 0);
    assert_null(entry.nodes);
    assert_string_equal(policy_file_describe(&file, 1, buf, sizeof(buf)),
                        "jobs[1]: 17");
    policy_file_describe(&file, 2, buf, sizeof(buf));
    assert_null(strchr(buf, '\x1b'));
    policy_file_release(&file);
}

static void test_while_the_job_writes(void **state)
{
    struct policy_file file;
    struct err err;

    (void)state;
    assert_int_equal(policy_file_parse("", 0, &file, &err), LIST_DOC_EMPTY);
    assert_int_equal(policy_file_parse(" \n", 2, &file, &err), LIST_DOC_EMPTY);
    assert_int_equal(policy_file_parse("{\"jobs\": [", 10, &file, &err),
                     LIST_DOC_BROKEN);
    assert_contains(err.text, "the file ends inside the list");
    policy_file_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_as_the_seed_writes_it),
        cmocka_unit_test(test_an_offer_and_its_end),
        cmocka_unit_test(test_removing_leaves_the_rest),
        cmocka_unit_test(test_the_first_entry_of_a_job_counts),
        cmocka_unit_test(test_foreign_entries_can_be_told),
        cmocka_unit_test(test_while_the_job_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
