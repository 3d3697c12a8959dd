/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "launch/slices.h"

/* N processors, numbered from FIRST on, for N_NODES nodes. */
static struct slices make(uint32_t first, uint32_t n, uint32_t n_nodes)
{
    struct slices slices;
    uint32_t *processors = mem_alloc_array(n, sizeof(*processors));
    for (uint32_t i = 0; i < n; i++)
        processors[i] = first + i;
    slices_init(&slices, processors, n);
    slices.n_nodes = n_nodes;
    return slices;
}

static void assert_slice(const struct slices *slices, uint64_t node_bits,
                         const char *expected)
{
    struct idset nodes;
    struct strbuf text;
    idset_init(&nodes);
    strbuf_init(&text);
    for (uint32_t i = 0; i < 64; i++)
        if (node_bits >> i & 1)
            idset_add(&nodes, i);
    slices_format(slices, &nodes, &text);
    assert_string_equal(text.text, expected);
    strbuf_release(&text);
    idset_release(&nodes);
}

static void test_equal_blocks(void **state)
{
    (void)state;
    struct slices s = make(0, 8, 2);
    assert_slice(&s, 1, "0-3");
    assert_slice(&s, 2, "4-7");
    assert_slice(&s, 3, "0-7");
    assert_slice(&s, 0, "");
    assert_int_equal(slices_count(&s, 0), 4);
    slices_release(&s);
}

static void test_unequal_blocks(void **state)
{
    (void)state;
    struct slices s = make(10, 8, 3);
    assert_slice(&s, 1, "10-11");
    assert_slice(&s, 2, "12-14");
    assert_slice(&s, 4, "15-17");
    assert_slice(&s, 5, "10-11,15-17");
    slices_release(&s);
}

static void test_each_processor_has_one_node(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 20; n++) {
        for (uint32_t n_nodes = 1; n_nodes <= n; n_nodes++) {
            struct slices s = make(0, n, n_nodes);
            struct idset all;
            uint32_t sum = 0;
            idset_init(&all);
            for (uint32_t node = 0; node < n_nodes; node++) {
                assert_true(slices_count(&s, node) >= 1);
                sum += slices_count(&s, node);
                slices_add(&s, node, &all);
            }
            assert_int_equal(sum, n);
            assert_int_equal(idset_count(&all), n);
            idset_release(&all);
            slices_release(&s);
        }
    }
}

static void test_more_nodes_than_processors(void **state)
{
    (void)state;
    struct slices s = make(0, 2, 5);
    assert_slice(&s, 1, "0");
    assert_slice(&s, 2, "1");
    assert_slice(&s, 4, "0");
    assert_slice(&s, 16, "0");
    assert_slice(&s, 5, "0"); /* the same one, once */
    assert_int_equal(slices_count(&s, 4), 1);
    slices_release(&s);
}

static void test_order_of_the_list_counts(void **state)
{
    (void)state;
    /* Two cores with hardware threads 0,4 and 1,5. */
    static const uint32_t numbers[] = {0, 4, 1, 5};
    struct slices s = make(0, 4, 2);
    memcpy(s.processors, numbers, sizeof(numbers));
    assert_slice(&s, 1, "0,4");
    assert_slice(&s, 2, "1,5");
    assert_slice(&s, 3, "0-1,4-5");
    slices_release(&s);
}

static void test_appends(void **state)
{
    (void)state;
    struct slices s = make(0, 4, 1);
    struct idset nodes;
    struct strbuf text;
    idset_init(&nodes);
    strbuf_init(&text);
    strbuf_add_str(&text, "cpus=");
    idset_add(&nodes, 0);
    slices_format(&s, &nodes, &text);
    assert_string_equal(text.text, "cpus=0-3");
    strbuf_release(&text);
    idset_release(&nodes);
    slices_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_blocks),
        cmocka_unit_test(test_unequal_blocks),
        cmocka_unit_test(test_each_processor_has_one_node),
        cmocka_unit_test(test_more_nodes_than_processors),
        cmocka_unit_test(test_order_of_the_list_counts),
        cmocka_unit_test(test_appends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
