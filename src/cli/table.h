/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table for people: aligned columns, a heading, cut to a width on demand.
 *
 * Cells are UTF-8; control characters are shown as '?', so that a job's name
 * cannot move the cursor.
 */
#ifndef ERM_CLI_TABLE_H
#define ERM_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_color { TABLE_PLAIN, TABLE_GREEN, TABLE_YELLOW, TABLE_RED };

struct table_column {
    const char *heading; /* borrowed */
    bool is_right;       /* aligned to the right */
};

struct table_cell {
    char *text; /* owned */
    enum table_color color;
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t n_columns;
    struct table_cell *cells; /* owned, row by row */
    size_t n_cells, size;
};

struct table_style {
    unsigned width; /* cut lines after so many characters; 0 = never */
    bool has_header;
    bool has_color;
};

void table_init(struct table *table, const struct table_column *columns,
                size_t n_columns);
void table_release(struct table *table);
/* Adds the next cell, left to right and row by row; copies TEXT, whose NULL
 * or "" is shown as "-". */
void table_add(struct table *table, const char *text, enum table_color color);
void table_add_fmt(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes the table; every row must be complete. */
void table_print(const struct table *table, const struct table_style *style,
                 FILE *out);

#endif
