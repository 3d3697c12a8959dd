/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/json_text.h"
#include "codec/locate.h"

/* A broken text, and what is said about it: "line:column: text", hint. */
struct broken {
    const char *text, *problem, *hint;
};

static const struct broken broken[] = {
    /* objects */
    {"[\n    {,\n \"a\":1}]", "2:6: a key or '}' expected, found ','",
     "remove the comma after '{'"},
    {"{\"a\":1,}", "1:8: a key expected, found '}'",
     "remove the comma before '}'"},
    {"{\"a\":1,,\"b\":2}", "1:8: a key expected, found ','",
     "remove one of the two commas"},
    {"{a:1}", "1:2: a key or '}' expected, found 'a'",
     "put the key in double quotes"},
    {"{'a':1}", "1:2: a key or '}' expected, found '''",
     "JSON wants double quotes"},
    {"{\"a\" 1}", "1:6: ':' expected after the key, found '1'", ""},
    {"{\"a\":1 \"b\":2}", "1:8: ',' or '}' expected, found \"b\"",
     "put a comma before it"},
    {"{\"a\":[1,2}", "1:10: ',' or ']' expected, found '}'",
     "put a ']' before it"},
    {"[{\"a\":1]", "1:8: ',' or '}' expected, found ']'",
     "put a '}' before it"},
    {"{\"a\":1 // one\n}", "1:8: ',' or '}' expected, found '/'",
     "JSON has no comments; use a \"comment\" key"},
    {"{\"a\":1,\n \"a\":2}", "2:2: the key \"a\" is there twice",
     "remove one of them"},
    /* values */
    {"{\"a\":}", "1:6: a value expected, found '}'",
     "write a value after ':', or remove the key"},
    {"[1,]", "1:4: a value expected, found ']'", "remove the comma before ']'"},
    {"[,1]", "1:2: a value expected, found ','", "remove the comma after '['"},
    {"[1,,2]", "1:4: a value expected, found ','",
     "remove one of the two commas"},
    {"[{}\n{}]", "2:1: ',' or ']' expected, found '{'",
     "put a comma before it"},
    {"[True]", "1:2: a value expected, found 'True'",
     "write true and false in small letters"},
    {"[None]", "1:2: a value expected, found 'None'",
     "write null, or leave the key out"},
    {"[abc]", "1:2: a value expected, found 'abc'",
     "put text in double quotes"},
    {"[+5]", "1:2: a value expected, found '+5'",
     "numbers look like 12, -3 or 0.5"},
    {"[.5]", "1:2: a value expected, found '.5'",
     "numbers look like 12, -3 or 0.5"},
    {"[# no\n1]", "1:2: a value expected, found '#'",
     "JSON has no comments; use a \"comment\" key"},
    {"\xef\xbb\xbf[]", "1:1: '{' or '[' expected",
     "save the file as UTF-8 without a byte order mark"},
    {"[99999999999999999999]",
     "1:2: the number '99999999999999999999' is too large", ""},
    {"[1e999]", "1:2: the number '1e999' is too large", ""},
    /* strings */
    {"[\"abc\n]", "1:2: the string \"abc has no closing '\"'", ""},
    {"[\"a\\u0000b\"]", "\\u0000", ""},
    {"[\"a\\qb\"]", "1:2: invalid escape", ""},
    {"[\"\xff\"]", "not valid UTF-8", ""},
    /* the end */
    {"[1] 2",
     "1:5: nothing more expected after the end of the JSON, "
     "found '2'",
     ""},
    {"{\n\"a\": [1,\n",
     "2:9: the file ends inside the list that begins in "
     "line 2",
     "close it with ']'"},
    {"{\"a\":1", "1:7: the file ends inside the object that begins in line 1",
     "close it with '}'"},
    {"{\"a\":\"b",
     "1:8: the file ends inside the object that begins in "
     "line 1",
     "close it with '}'"},
    {"", "1:1: the file is empty", ""},
    {" \n ", "1:1: the file is empty", ""},
    {"12", "1:1: '{' or '[' expected, found '12'", ""},
};

static void test_every_mistake_is_explained(void **state)
{
    char told[400];

    (void)state;
    for (size_t i = 0; i < N_OF(broken); i++) {
        struct json_problem problem;
        struct place place;
        assert_null(
            json_text_parse(broken[i].text, strlen(broken[i].text), &problem));
        place = place_at(broken[i].text, problem.offset);
        snprintf(told, sizeof(told), "%u:%u: %s", place.line, place.column,
                 problem.text);
        assert_contains(told, broken[i].problem);
        if (*broken[i].hint)
            assert_string_equal(problem.hint, broken[i].hint);
    }
}

static void test_a_short_text_is_told_from_a_wrong_one(void **state)
{
    struct json_problem problem;

    (void)state;
    json_text_parse("{\"a\":[", 6, &problem);
    assert_true(problem.is_end);
    assert_false(problem.is_empty);
    json_text_parse(" ", 1, &problem);
    assert_true(problem.is_end && problem.is_empty);
    json_text_parse("{]", 2, &problem);
    assert_false(problem.is_end || problem.is_empty);
}

static void test_good_text_is_parsed(void **state)
{
    const char *text = "{\"a\": [1, 2.5, \"x\", null, true]}";
    struct json_problem problem;
    json_t *json = json_text_parse(text, strlen(text), &problem);

    (void)state;
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "a")), 5);
    json_decref(json);
}

static void test_a_part_has_the_places_of_the_whole(void **state)
{
    const char *text = "[{},\n{,}]";
    struct json_problem problem;

    (void)state;
    assert_null(
        json_text_parse_part(text, (struct span){5, 8, true}, &problem));
    assert_int_equal(problem.offset, 6);
    json_decref(
        json_text_parse_part(text, (struct span){1, 3, true}, &problem));
    assert_string_equal(problem.text, "");
}

static void test_limits(void **state)
{
    char deep[2 * 33 + 1] = "";
    struct json_problem problem;
    json_t *json;
    char *large;

    (void)state;
    memset(deep, '[', 33);
    memset(deep + 33, ']', 33);
    assert_null(json_text_parse(deep, 66, &problem));
    assert_contains(problem.text, "more than 32 lists and objects");
    assert_int_equal(problem.offset, 32);
    json = json_text_parse(deep + 1, 64, &problem);
    assert_non_null(json);
    json_decref(json);

    assert_null(json_text_parse("[\"a\0b\"]", 7, &problem));
    assert_contains(problem.text, "a NUL byte");
    assert_int_equal(problem.offset, 3);

    large = calloc(1, JSON_TEXT_MAX + 1);
    assert_non_null(large);
    assert_null(json_text_parse(large, JSON_TEXT_MAX + 1, &problem));
    assert_contains(problem.text, "more than 64 MiB");
    free(large);
}

static void test_the_error_for_people(void **state)
{
    struct err err;

    (void)state;
    assert_null(json_text_load("{\n,", 3, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(err.text, "2:1: a key or '}' expected, found ','");
    assert_string_equal(err.hint, "remove the comma after '{'");
    assert_null(json_text_load("{", 1, NULL));
}

static void test_quoting_is_safe(void **state)
{
    char buf[16];

    (void)state;
    assert_string_equal(json_text_quote("a\x1b[2J\n", 6, buf, 16), "a?[2J?");
    assert_string_equal(json_text_quote("0123456789abcdef", 16, buf, 16),
                        "0123456789ab...");
    /* no half characters: the two bytes of an a umlaut stay together */
    assert_string_equal(json_text_quote("0123456789a\xc3\xa4xyz", 16, buf, 16),
                        "0123456789a...");
}

static void test_kinds_have_names(void **state)
{
    static const char *const texts[][2] = {
        {"{}", "an object"}, {"[]", "a list"},    {"\"\"", "a string"},
        {"1", "a number"},   {"1.5", "a number"}, {"true", "true"},
        {"false", "false"},  {"null", "null"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        json_t *json = json_loads(texts[i][0], JSON_DECODE_ANY, NULL);
        assert_string_equal(json_text_kind(json), texts[i][1]);
        json_decref(json);
    }
    assert_string_equal(json_text_kind(NULL), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mistake_is_explained),
        cmocka_unit_test(test_a_short_text_is_told_from_a_wrong_one),
        cmocka_unit_test(test_good_text_is_parsed),
        cmocka_unit_test(test_a_part_has_the_places_of_the_whole),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_the_error_for_people),
        cmocka_unit_test(test_quoting_is_safe),
        cmocka_unit_test(test_kinds_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
