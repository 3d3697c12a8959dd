/* SPDX-License-Identifier: BSD-2-Clause */
/* The table, and that the documents say the same as it. */
#include "support.h"

#include <jansson.h>

#include "codec/spec_fields.h"

static json_t *job_schema(json_t **root)
{
    size_t len;
    char *text = read_source("doc/jobs.schema.json", &len);
    json_error_t error;

    *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!*root)
        fail_msg("jobs.schema.json:%d: %s", error.line, error.text);
    return json_object_get(
        json_object_get(json_object_get(*root, "$defs"), "job"), "properties");
}

static void test_every_key_is_found(void **state)
{
    size_t n;
    const struct spec_field *fields = spec_fields(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(spec_field_find(fields[i].key), &fields[i]);
        if (fields[i].alias)
            assert_ptr_equal(spec_field_find(fields[i].alias), &fields[i]);
        assert_non_null(fields[i].read);
        assert_non_null(fields[i].write);
        assert_true(*fields[i].doc && *fields[i].type);
    }
    assert_null(spec_field_find("nodes"));
    assert_null(spec_field_find(""));
}

static void test_near_keys_are_suggested(void **state)
{
    (void)state;
    assert_string_equal(spec_field_suggest("min_node"), "min_nodes");
    assert_string_equal(spec_field_suggest("wallTime"), "walltime");
    assert_string_equal(spec_field_suggest("jobcommand"), "job_command");
    assert_null(spec_field_suggest("colour"));
    assert_null(spec_field_suggest("min_nodesmin_nodesmin_nodesmin_nodes"));
}

static void test_the_schema_has_every_key(void **state)
{
    json_t *root, *properties = job_schema(&root);
    size_t n, n_keys = 1; /* comment */
    const struct spec_field *fields = spec_fields(&n);

    (void)state;
    for (size_t i = 0; i < n; i++, n_keys++) {
        if (!json_object_get(properties, fields[i].key))
            fail_msg("%s is not in the schema", fields[i].key);
        if (fields[i].alias) {
            assert_non_null(json_object_get(properties, fields[i].alias));
            n_keys++;
        }
    }
    assert_int_equal(json_object_size(properties), n_keys);
    json_decref(root);
}

/* The words of the schema are the ones that are not refused. */
static void test_the_schema_has_the_words(void **state)
{
    json_t *root, *properties = job_schema(&root);
    size_t n;
    const struct spec_field *fields = spec_fields(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        json_t *words =
            json_object_get(json_object_get(properties, fields[i].key), "enum");
        size_t n_words = 1; /* null */
        if (!fields[i].words)
            continue;
        for (size_t j = 0; fields[i].words[j].name; j++)
            n_words += !fields[i].words[j].refusal;
        assert_int_equal(json_array_size(words), n_words);
        for (size_t j = 0; j + 1 < n_words; j++) {
            const char *word = json_string_value(json_array_get(words, j));
            bool is_known = false;
            for (size_t k = 0; fields[i].words[k].name; k++)
                is_known |= strcmp(fields[i].words[k].name, word) == 0;
            assert_true(is_known);
        }
    }
    json_decref(root);
}

static void test_the_document_has_every_key(void **state)
{
    size_t n, len;
    const struct spec_field *fields = spec_fields(&n);
    char *text = read_source("doc/jobs.json.md", &len), key[64];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        snprintf(key, sizeof(key), "`%s`", fields[i].key);
        assert_contains(text, key);
        snprintf(key, sizeof(key), "`%s`", fields[i].alias);
        if (fields[i].alias)
            assert_contains(text, key);
    }
    free(text);
}

/* The types that the schema allows are those that the readers take. */
static void test_the_schema_has_the_limits(void **state)
{
    json_t *root, *properties = job_schema(&root);
    json_t *defs = json_object_get(root, "$defs");
    json_t *count = json_object_get(defs, "count");
    json_t *string = json_object_get(defs, "string");
    json_t *priority = json_object_get(properties, "priority");
    const struct spec_field *field = spec_field_find("priority");

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(count, "maximum")),
                     NODES_MAX);
    assert_int_equal(json_integer_value(json_object_get(string, "maxLength")),
                     SPEC_STRING_MAX);
    assert_int_equal(json_integer_value(json_object_get(priority, "minimum")),
                     field->low);
    assert_int_equal(json_integer_value(json_object_get(priority, "maximum")),
                     field->high);
    json_decref(root);
}

static void test_the_policy_schema_is_json(void **state)
{
    size_t len;
    char *text = read_source("doc/policy.schema.json", &len);
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

    (void)state;
    assert_non_null(root);
    json_decref(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_found),
        cmocka_unit_test(test_near_keys_are_suggested),
        cmocka_unit_test(test_the_schema_has_every_key),
        cmocka_unit_test(test_the_schema_has_the_words),
        cmocka_unit_test(test_the_document_has_every_key),
        cmocka_unit_test(test_the_schema_has_the_limits),
        cmocka_unit_test(test_the_policy_schema_is_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
