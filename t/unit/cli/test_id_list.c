/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/id_list.h"

static void expect(const char *word, const char *formatted, size_t count)
{
    struct id_list list;
    struct strbuf text;
    id_list_init(&list);
    strbuf_init(&text);
    assert_int_equal(id_list_parse(&list, word, NULL), 0);
    id_list_format(&list, &text);
    assert_string_equal(text.text, formatted);
    assert_int_equal(id_list_count(&list), count);
    strbuf_release(&text);
    id_list_release(&list);
}

static void test_ids_and_ranges(void **state)
{
    (void)state;
    expect("3", "3", 1);
    expect("1-5", "1-5", 5);
    expect("1,4", "1,4", 2);
    expect("7,1-2,9", "7,1-2,9", 4);
    expect("5-5", "5", 1);
    expect("0012", "12", 1);
}

static void test_all_and_last_are_words(void **state)
{
    (void)state;
    struct id_list list;
    id_list_init(&list);
    assert_int_equal(id_list_parse(&list, "all", NULL), 0);
    assert_true(list.is_all);
    assert_false(list.has_last);
    assert_int_equal(id_list_count(&list), 0);
    id_list_release(&list);
    assert_int_equal(id_list_parse(&list, "2,last", NULL), 0);
    assert_true(list.has_last);
    assert_int_equal(id_list_count(&list), 1);
    id_list_release(&list);
}

static void test_what_is_no_id(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "x",
                                      "3x",
                                      "-3",
                                      "3-",
                                      "5-3",
                                      "1,,2",
                                      "1,",
                                      ",1",
                                      "0",
                                      "0-3",
                                      "1--2",
                                      "1-2-3",
                                      "alles",
                                      "LAST",
                                      "3 4",
                                      "1-99999999999999999999",
                                      "99999999999999999999",
                                      "1-5000000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct id_list list;
        struct err err;
        id_list_init(&list);
        id_list_add(&list, 8, 9);
        assert_int_equal(id_list_parse(&list, bad[i], &err), -1);
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.hint, "1-5"));
        /* nothing of it is kept */
        assert_int_equal(list.n, 1);
        assert_false(list.is_all || list.has_last);
        id_list_release(&list);
    }
}

static void test_words_add_up(void **state)
{
    (void)state;
    struct id_list list;
    char a[] = "3", b[] = "5-6", c[] = "x";
    char *words[] = {a, b, c};
    id_list_init(&list);
    assert_int_equal(id_list_parse_words(&list, words, 2, NULL), 0);
    assert_int_equal(id_list_count(&list), 3);
    assert_int_equal(id_list_parse_words(&list, words, 3, NULL), -1);
    id_list_release(&list);
}

static void test_every_id_comes_once(void **state)
{
    (void)state;
    struct id_list list;
    int64_t sum = 0;
    id_list_init(&list);
    assert_int_equal(id_list_parse(&list, "1-3,10", NULL), 0);
    ID_LIST_EACH(&list, id)
    {
        sum = sum * 100 + id;
    }
    assert_int_equal(sum, 1020310);
    id_list_release(&list);
}

static void expect_json(const char *word, const char *text)
{
    struct id_list list;
    json_t *body = json_object();
    id_list_init(&list);
    assert_int_equal(id_list_parse(&list, word, NULL), 0);
    id_list_to_json(&list, body);
    char *dumped = json_dumps(body, JSON_COMPACT);
    assert_string_equal(dumped, text);
    free(dumped);
    json_decref(body);
    id_list_release(&list);
}

static void test_bodies_of_requests(void **state)
{
    (void)state;
    expect_json("1-3,7", "{\"ids\":[1,2,3,7]}");
    expect_json("all", "{\"all\":true}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_and_ranges),
        cmocka_unit_test(test_all_and_last_are_words),
        cmocka_unit_test(test_what_is_no_id),
        cmocka_unit_test(test_words_add_up),
        cmocka_unit_test(test_every_id_comes_once),
        cmocka_unit_test(test_bodies_of_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
