/* SPDX-License-Identifier: BSD-2-Clause */
/* See table.h. */
#include "cli/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define GAP 2 /* spaces between columns */

void table_init(struct table *table, const struct table_column *columns,
                size_t n_columns)
{
    assert(n_columns > 0);
    memset(table, 0, sizeof(*table));
    table->columns = columns;
    table->n_columns = n_columns;
}

void table_release(struct table *table)
{
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i].text);
    free(table->cells);
    table->cells = NULL;
    table->n_cells = table->size = 0;
}

void table_add(struct table *table, const char *text, enum table_color color)
{
    if (table->n_cells == table->size) {
        table->size = table->size == 0 ? 64 : table->size * 2;
        table->cells =
            mem_resize(table->cells, table->size, sizeof(*table->cells));
    }
    if (text == NULL || *text == '\0')
        text = "-";
    char *copy = mem_strdup(text);
    for (char *c = copy; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    table->cells[table->n_cells++] = (struct table_cell){copy, color};
}

void table_add_fmt(struct table *table, const char *format, ...)
{
    struct strbuf text;
    va_list ap;
    strbuf_init(&text);
    va_start(ap, format);
    strbuf_add_vfmt(&text, format, ap);
    va_end(ap);
    table_add(table, text.text, TABLE_PLAIN);
    strbuf_release(&text);
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static size_t text_width(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Bytes of the first N characters of TEXT. */
static size_t prefix_len(const char *text, size_t n)
{
    size_t i = 0;
    for (; text[i] != '\0'; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        if (n-- == 0)
            break;
    }
    return i;
}

/* The widest cell decides; a heading counts only when it is shown. */
static size_t column_width(const struct table *table, size_t column,
                           bool has_header)
{
    size_t width = has_header ? text_width(table->columns[column].heading) : 0;
    for (size_t i = column; i < table->n_cells; i += table->n_columns) {
        size_t n = text_width(table->cells[i].text);
        if (n > width)
            width = n;
    }
    return width;
}

static const char *color_start(enum table_color color)
{
    static const char *const codes[] = {"", "\033[32m", "\033[33m", "\033[31m"};
    return codes[color];
}

static void add_spaces(struct strbuf *line, size_t n)
{
    while (n-- > 0)
        strbuf_add_char(line, ' ');
}

/* Appends one cell with its padding; *ROOM is what is left of the line. */
static void add_cell(struct strbuf *line, const struct table_cell *cell,
                     const struct table_column *column, size_t width,
                     bool is_last, const struct table_style *style,
                     size_t *room)
{
    size_t n = text_width(cell->text);
    size_t before = column->is_right ? width - n : 0;
    size_t after = column->is_right ? 0 : width - n;
    bool is_colored = style->has_color && cell->color != TABLE_PLAIN;
    if (before >= *room) {
        *room = 0;
        return;
    }
    *room -= before;
    add_spaces(line, before);
    if (n > *room)
        n = *room;
    *room -= n;
    if (is_colored)
        strbuf_add_str(line, color_start(cell->color));
    strbuf_add(line, cell->text, prefix_len(cell->text, n));
    if (is_colored)
        strbuf_add_str(line, "\033[0m");
    if (is_last || after + GAP >= *room) {
        *room = is_last ? *room : 0;
        return;
    }
    *room -= after + GAP;
    add_spaces(line, after + GAP);
}

/* No blanks at the end of a line: they would be noise in a diff. */
static void print_row(const struct table *table, const struct table_cell *row,
                      const size_t *widths, const struct table_style *style,
                      FILE *out)
{
    struct strbuf line;
    size_t room = style->width > 0 ? style->width : SIZE_MAX;
    strbuf_init(&line);
    for (size_t i = 0; i < table->n_columns && room > 0; i++)
        add_cell(&line, &row[i], &table->columns[i], widths[i],
                 i + 1 == table->n_columns, style, &room);
    while (line.len > 0 && line.text[line.len - 1] == ' ')
        strbuf_truncate(&line, line.len - 1);
    fprintf(out, "%s\n", line.text);
    strbuf_release(&line);
}

/* The headings as a row of cells. */
static void print_header(const struct table *table, const size_t *widths,
                         const struct table_style *style, FILE *out)
{
    struct table_cell *row = mem_alloc_array(table->n_columns, sizeof(*row));
    for (size_t i = 0; i < table->n_columns; i++)
        row[i].text = mem_strdup(table->columns[i].heading);
    print_row(table, row, widths, style, out);
    for (size_t i = 0; i < table->n_columns; i++)
        free(row[i].text);
    free(row);
}

void table_print(const struct table *table, const struct table_style *style,
                 FILE *out)
{
    assert(table->n_cells % table->n_columns == 0);
    size_t *widths = mem_alloc_array(table->n_columns, sizeof(*widths));
    for (size_t i = 0; i < table->n_columns; i++)
        widths[i] = column_width(table, i, style->has_header);
    if (style->has_header)
        print_header(table, widths, style, out);
    for (size_t i = 0; i < table->n_cells; i += table->n_columns)
        print_row(table, &table->cells[i], widths, style, out);
    free(widths);
}
