/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes by number and by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/strbuf.h"
#include "manager/node_names.h"

static struct node_names *three_nodes(void)
{
    struct node_names *names = node_names_create();

    node_names_put(names, 0, "st33", 0);
    node_names_put(names, 1, "st34", 4);
    node_names_put(names, 5, "gpu1", 0);
    return names;
}

static void test_names_and_slots(void **state)
{
    struct node_names *names = three_nodes();

    (void)state;
    assert_string_equal(node_names_name(names, 1), "st34");
    assert_string_equal(node_names_name(names, 3), "?");
    assert_string_equal(node_names_name(names, 1000), "?");
    assert_int_equal(node_names_slots(names, 1), 4);
    assert_int_equal(node_names_slots(names, 0), 1);
    assert_int_equal(node_names_slots(names, 1000), 1);
    assert_int_equal(node_names_find(names, "gpu1"), 5);
    assert_int_equal(node_names_find(names, "st3"), IDSET_NONE);
    node_names_put(names, 1, "st34", 8);
    assert_int_equal(node_names_slots(names, 1), 8);
    node_names_destroy(names);
    node_names_destroy(NULL);
}

static void test_sets_of_nodes(void **state)
{
    struct node_names *names = three_nodes();
    struct idset nodes;
    struct strbuf text;

    (void)state;
    idset_init(&nodes);
    strbuf_init(&text);
    assert_int_equal(node_names_parse(names, "gpu1,st[33-34]", &nodes, NULL),
                     0);
    assert_int_equal(idset_count(&nodes), 3);
    node_names_format(names, &nodes, &text);
    assert_string_equal(text.text, "st[33-34],gpu1");
    strbuf_release(&text);
    idset_release(&nodes);
    node_names_destroy(names);
}

static void test_an_unknown_node_changes_nothing(void **state)
{
    struct node_names *names = three_nodes();
    struct idset nodes;
    struct err err;

    (void)state;
    idset_init(&nodes);
    assert_int_equal(node_names_parse(names, "st33,st99", &nodes, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "st99"));
    assert_true(idset_is_empty(&nodes));
    assert_int_equal(node_names_parse(names, "st[33", &nodes, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    idset_release(&nodes);
    node_names_destroy(names);
}

static void test_why_and_since_when(void **state)
{
    struct node_names *names = three_nodes();

    (void)state;
    node_names_note(names, 1, 500, "bad dimm");
    assert_string_equal(names->entries[1].reason, "bad dimm");
    node_names_note(names, 1, 600, NULL);
    assert_null(names->entries[1].reason);
    assert_int_equal(names->entries[1].since, 600);
    node_names_note(names, 1000, 600, "nobody");
    node_names_destroy(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_slots),
        cmocka_unit_test(test_sets_of_nodes),
        cmocka_unit_test(test_an_unknown_node_changes_nothing),
        cmocka_unit_test(test_why_and_since_when),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
