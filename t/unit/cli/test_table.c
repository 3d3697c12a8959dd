/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"

static const struct table_column columns[] = {
    {"ID", true}, {"NAME", false}, {"WHERE", false}};

/* Returns what is printed, owned. */
static char *print(const struct table *table, struct table_style style)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    table_print(table, &style, out);
    fclose(out);
    return text;
}

static void fill(struct table *table)
{
    table_init(table, columns, 3);
    table_add_fmt(table, "%d", 5);
    table_add(table, "md", TABLE_GREEN);
    table_add(table, "node[01-03]", TABLE_PLAIN);
    table_add_fmt(table, "%d", 117);
    table_add(table, "training", TABLE_PLAIN);
    table_add(table, "", TABLE_PLAIN);
}

static void expect(const struct table *table, struct table_style style,
                   const char *text)
{
    char *printed = print(table, style);
    assert_string_equal(printed, text);
    free(printed);
}

static void test_columns_are_aligned(void **state)
{
    (void)state;
    struct table table;
    fill(&table);
    expect(&table, (struct table_style){.has_header = true},
           " ID  NAME      WHERE\n"
           "  5  md        node[01-03]\n"
           "117  training  -\n");
    expect(&table, (struct table_style){.has_header = false},
           "  5  md        node[01-03]\n"
           "117  training  -\n");
    table_release(&table);
}

static void test_lines_are_cut_to_the_width(void **state)
{
    (void)state;
    struct table table;
    fill(&table);
    expect(&table, (struct table_style){.width = 19, .has_header = true},
           " ID  NAME      WHER\n"
           "  5  md        node\n"
           "117  training  -\n");
    expect(&table, (struct table_style){.width = 7}, "  5  md\n117  tr\n");
    expect(&table, (struct table_style){.width = 1}, "\n1\n");
    table_release(&table);
}

static void test_colours_do_not_move_columns(void **state)
{
    (void)state;
    struct table table;
    fill(&table);
    expect(&table, (struct table_style){.has_color = true},
           "  5  \033[32mmd\033[0m        node[01-03]\n"
           "117  training  -\n");
    table_release(&table);
}

static void test_letters_of_many_bytes_count_once(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    table_add(&table, "1", TABLE_PLAIN);
    table_add(&table, "größe", TABLE_PLAIN);
    table_add(&table, "x", TABLE_PLAIN);
    table_add(&table, "2", TABLE_PLAIN);
    table_add(&table, "abcde", TABLE_PLAIN);
    table_add(&table, "y", TABLE_PLAIN);
    expect(&table, (struct table_style){0}, "1  größe  x\n2  abcde  y\n");
    /* and are never cut in the middle */
    expect(&table, (struct table_style){.width = 6}, "1  grö\n2  abc\n");
    table_release(&table);
}

static void test_control_characters_are_not_sent(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 1);
    table_add(&table, "a\033[2Jb\nc\x7f", TABLE_PLAIN);
    expect(&table, (struct table_style){0}, "a?[2Jb?c?\n");
    table_release(&table);
}

static void test_an_empty_table_is_its_heading(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    expect(&table, (struct table_style){.has_header = true},
           "ID  NAME  WHERE\n");
    expect(&table, (struct table_style){0}, "");
    table_release(&table);
    table_release(&table); /* twice is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_aligned),
        cmocka_unit_test(test_lines_are_cut_to_the_width),
        cmocka_unit_test(test_colours_do_not_move_columns),
        cmocka_unit_test(test_letters_of_many_bytes_count_once),
        cmocka_unit_test(test_control_characters_are_not_sent),
        cmocka_unit_test(test_an_empty_table_is_its_heading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
