/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/hash.h"

static void test_is_fnv_1a(void **state)
{
    (void)state;
    /* test vectors of the authors */
    assert_true(hash_bytes(HASH_START, "", 0) == HASH_START);
    assert_true(hash_bytes(HASH_START, "a", 1) == 0xaf63dc4c8601ec8c);
    assert_true(hash_bytes(HASH_START, "foobar", 6) == 0x85944171f73967e8);
}

static void test_can_be_gone_on_with(void **state)
{
    (void)state;
    uint64_t part = hash_bytes(HASH_START, "foo", 3);

    assert_true(hash_bytes(part, "bar", 3) ==
                hash_bytes(HASH_START, "foobar", 6));
}

static void test_number_is_its_bytes_lowest_first(void **state)
{
    (void)state;
    const unsigned char bytes[8] = {0xfe, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff};

    assert_true(hash_number(HASH_START, -2) ==
                hash_bytes(HASH_START, bytes, 8));
    assert_true(hash_number(HASH_START, 1) != hash_number(HASH_START, 256));
}

static void test_texts_do_not_run_together(void **state)
{
    (void)state;
    uint64_t split = hash_text(hash_text(HASH_START, "a"), "b");
    uint64_t joined = hash_text(hash_text(HASH_START, "ab"), "");

    assert_true(split != joined);
}

static void test_each_flipped_bit_is_seen(void **state)
{
    (void)state;
    char text[] = "{\"job\":17,\"nodes\":\"1-4\"}";
    uint64_t good = hash_bytes(HASH_START, text, sizeof(text));

    for (size_t bit = 0; bit < 8 * sizeof(text); bit++) {
        text[bit / 8] ^= (char)(1 << bit % 8);
        assert_true(hash_bytes(HASH_START, text, sizeof(text)) != good);
        text[bit / 8] ^= (char)(1 << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_fnv_1a),
        cmocka_unit_test(test_can_be_gone_on_with),
        cmocka_unit_test(test_number_is_its_bytes_lowest_first),
        cmocka_unit_test(test_texts_do_not_run_together),
        cmocka_unit_test(test_each_flipped_bit_is_seen),
    };
    return RUN(tests);
}
