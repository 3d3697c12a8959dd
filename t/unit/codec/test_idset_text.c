/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/idset_text.h"

static void expect_same(const char *text)
{
    struct strbuf out;
    struct idset set;
    struct err err;

    idset_init(&set);
    strbuf_init(&out);
    if (idset_parse(text, &set, &err) < 0)
        fail_msg("%s", err.text);
    idset_format(&set, &out);
    assert_string_equal(out.text, text);
    strbuf_release(&out);
    idset_release(&set);
}

static void test_round_trip(void **state)
{
    static const char *const texts[] = {
        "", "0", "7", "0-3", "0-3,7", "0,2,4", "1-2,4-5,9999999", "63-64",
    };

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++)
        expect_same(texts[i]);
}

static void test_the_ids_are_the_right_ones(void **state)
{
    struct idset set;

    (void)state;
    idset_init(&set);
    assert_int_equal(idset_parse("2-3,70", &set, NULL), 0);
    assert_int_equal(idset_count(&set), 3);
    assert_true(idset_has(&set, 2) && idset_has(&set, 3) &&
                idset_has(&set, 70));
    /* the next one replaces it */
    assert_int_equal(idset_parse("1", &set, NULL), 0);
    assert_int_equal(idset_count(&set), 1);
    idset_release(&set);
}

static void test_bad_texts_change_nothing(void **state)
{
    static const char *const texts[] = {
        ",",   "1,",  ",1",    "1,,2",  "1-",       "-1",
        "3-1", "2,1", "1,1",   "1-3,3", "10000000", "4294967296",
        "1 2", "a",   "1-2-3", " 1",    "0x1",      "1;2",
    };
    struct idset set;
    struct err err;

    (void)state;
    idset_init(&set);
    idset_add(&set, 5);
    for (size_t i = 0; i < N_OF(texts); i++) {
        assert_int_equal(idset_parse(texts[i], &set, &err), -1);
        assert_int_equal(err.code, ERR_INPUT);
        assert_contains(err.text, texts[i]);
        assert_int_equal(idset_count(&set), 1);
    }
    idset_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_the_ids_are_the_right_ones),
        cmocka_unit_test(test_bad_texts_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
