/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/locate.h"

static const char text[] =
    "{\n"
    "  \"jobs\": [\n"
    "    {\"command\": \"a, {b}\", \"env\": {\"A\": 1}},\n"
    "    [7],\n"
    "\t{\"command\": \"\xc3\xa4\xc3\xb6\", \"min\": 3}\n"
    "  ],\n"
    "  \"last\": 1\n"
    "}\n";

/* Line and column of a path as "line:column", or "none". */
static const char *place_of(const struct step *path, size_t n, char *buf)
{
    struct place place;
    size_t offset;

    if (!locate_path(text, strlen(text), path, n, &offset))
        return "none";
    place = place_at(text, offset);
    sprintf(buf, "%u:%u", place.line, place.column);
    return buf;
}
#define PLACE(...)                                                             \
    place_of((const struct step[]){__VA_ARGS__},                               \
             sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step), \
             buf)

static void test_a_key_is_found_at_its_quote(void **state)
{
    char buf[40];

    (void)state;
    assert_string_equal(PLACE(STEP_KEY("jobs")), "2:3");
    assert_string_equal(PLACE(STEP_KEY("last")), "7:3");
    assert_string_equal(
        PLACE(STEP_KEY("jobs"), STEP_INDEX(0), STEP_KEY("command")), "3:6");
    assert_string_equal(
        PLACE(STEP_KEY("jobs"), STEP_INDEX(0), STEP_KEY("env"), STEP_KEY("A")),
        "3:35");
}

static void test_an_element_is_found_at_its_first_byte(void **state)
{
    char buf[40];

    (void)state;
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_INDEX(0)), "3:5");
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_INDEX(1), STEP_INDEX(0)),
                        "4:6");
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_INDEX(2)), "5:2");
}

static void test_columns_count_characters(void **state)
{
    char buf[40];

    (void)state;
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_INDEX(2), STEP_KEY("min")),
                        "5:20");
}

static void test_what_is_not_there(void **state)
{
    char buf[40];

    (void)state;
    assert_string_equal(PLACE(STEP_KEY("job")), "none");
    assert_string_equal(PLACE(STEP_INDEX(0)), "none");
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_INDEX(3)), "none");
    assert_string_equal(PLACE(STEP_KEY("jobs"), STEP_KEY("a")), "none");
    assert_string_equal(PLACE(STEP_KEY("last"), STEP_INDEX(0)), "none");
}

static void test_the_empty_path_is_the_text_itself(void **state)
{
    size_t offset;

    (void)state;
    assert_true(locate_path("  {}", 4, NULL, 0, &offset));
    assert_int_equal(offset, 2);
    assert_false(locate_path("  ", 2, NULL, 0, &offset));
}

/* It must come to an end on any text, also on one jansson would refuse. */
static void test_broken_text_ends(void **state)
{
    static const char *const broken[] = {
        "{",
        "{\"",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":}",
        "{\"a\" 1 \"b\"}",
        "[",
        "[,",
        "[}",
        "[1,,2]",
        "{,}",
        "[:",
        "]",
        "{\"a\":[[[",
    };
    const struct step path[] = {STEP_KEY("a"), STEP_INDEX(3)};
    const struct step other[] = {STEP_INDEX(3)};
    size_t offset;

    (void)state;
    for (size_t i = 0; i < N_OF(broken); i++) {
        assert_false(
            locate_path(broken[i], strlen(broken[i]), path, 2, &offset));
        assert_false(
            locate_path(broken[i], strlen(broken[i]), other, 1, &offset));
    }
}

static void test_counting_on_from_a_known_place(void **state)
{
    struct place start = {3, 5};
    struct place place = place_from("ab\ncd", 0, start, 5);

    (void)state;
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    place = place_from("ab\ncd", 0, start, 2);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_is_found_at_its_quote),
        cmocka_unit_test(test_an_element_is_found_at_its_first_byte),
        cmocka_unit_test(test_columns_count_characters),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_the_empty_path_is_the_text_itself),
        cmocka_unit_test(test_broken_text_ends),
        cmocka_unit_test(test_counting_on_from_a_known_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
