/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/list_doc.h"

static enum list_doc_state parse(const char *text, struct list_doc *doc,
                                 struct err *err)
{
    return list_doc_parse(text, strlen(text), "things", doc, err);
}

static void test_empty_is_not_broken(void **state)
{
    static const char *const empty[] = {"", " ", "\n\t\r\n"};
    static const char *const broken[] = {"{",
                                         "x",
                                         "[]",
                                         "{\"things\": {}}",
                                         "{\"things\": [}",
                                         "null",
                                         "{\"things\": null}"};
    struct list_doc doc;
    struct err err;

    (void)state;
    for (size_t i = 0; i < N_OF(empty); i++) {
        assert_int_equal(parse(empty[i], &doc, &err), LIST_DOC_EMPTY);
        assert_null(doc.root);
    }
    for (size_t i = 0; i < N_OF(broken); i++) {
        assert_int_equal(parse(broken[i], &doc, &err), LIST_DOC_BROKEN);
        assert_int_equal(err.code, ERR_INPUT);
        assert_true(*err.text);
        assert_null(doc.root);
    }
    assert_int_equal(parse("{\n,", &doc, &err), LIST_DOC_BROKEN);
    assert_contains(err.text, "2:1: ");
}

static void test_what_is_not_ours_stays(void **state)
{
    struct list_doc doc;
    char *text;

    (void)state;
    assert_int_equal(parse("{\"z\":1,\"things\":[{\"b\":1,\"a\":[2]}],"
                           "\"a\":{\"y\":null}}",
                           &doc, NULL),
                     LIST_DOC_GOOD);
    text = list_doc_format(&doc);
    assert_string_equal(text, "{\n"
                              "  \"z\": 1,\n"
                              "  \"things\": [\n"
                              "    {\n"
                              "      \"b\": 1,\n"
                              "      \"a\": [\n"
                              "        2\n"
                              "      ]\n"
                              "    }\n"
                              "  ],\n"
                              "  \"a\": {\n"
                              "    \"y\": null\n"
                              "  }\n"
                              "}\n");
    free(text);
    list_doc_release(&doc);
}

static void test_a_missing_list_is_made(void **state)
{
    struct list_doc doc;
    char *text;

    (void)state;
    assert_int_equal(parse("{}", &doc, NULL), LIST_DOC_GOOD);
    text = list_doc_format(&doc);
    assert_string_equal(text, "{\n  \"things\": []\n}\n");
    free(text);
    list_doc_release(&doc);
    list_doc_init(&doc, "things");
    assert_int_equal(json_array_size(doc.list), 0);
    list_doc_release(&doc);
    list_doc_release(NULL);
}

static int64_t id_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    int64_t id = list_doc_id(value);

    json_decref(value);
    return id;
}

static void test_ids_as_strings_and_numbers(void **state)
{
    (void)state;
    assert_int_equal(id_of("\"2\""), 2);
    assert_int_equal(id_of("2"), 2);
    assert_int_equal(id_of("\"9999999\""), 9999999);
    assert_int_equal(id_of("10000000"), 0);
    assert_int_equal(id_of("\"10000000\""), 0);
    assert_int_equal(id_of("\"99999999999999999999\""), 0);
    assert_int_equal(id_of("0"), 0);
    assert_int_equal(id_of("-1"), 0);
    assert_int_equal(id_of("\"\""), 0);
    assert_int_equal(id_of("\"2x\""), 0);
    assert_int_equal(id_of("2.0"), 0);
    assert_int_equal(id_of("null"), 0);
    assert_int_equal(list_doc_id(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_is_not_broken),
        cmocka_unit_test(test_what_is_not_ours_stays),
        cmocka_unit_test(test_a_missing_list_is_made),
        cmocka_unit_test(test_ids_as_strings_and_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
