/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "base/diag.h"

/* The form of one error at LINE and COLUMN of SOURCE. */
static void expect(unsigned line, unsigned column, const char *source,
                   const char *text)
{
    struct diags diags;
    struct strbuf out;
    diags_init(&diags);
    strbuf_init(&out);
    diags_error(&diags, line, column, "bad");
    diags_format(&diags, "f", source, &out);
    assert_string_equal(out.text, text);
    strbuf_release(&out);
    diags_release(&diags);
}

static void test_the_whole_form(void **state)
{
    (void)state;
    struct diags diags;
    struct strbuf out;
    diags_init(&diags);
    strbuf_init(&out);
    struct diag *diag =
        diags_error(&diags, 3, 6, "a key or '}' expected, found '%c'", ',');
    diag_set_hint(diag, "remove the comma after '%s'", "{");
    diag_format(diag, "jobs.json", "{\"jobs\":\n  [\n    {,\n}", &out);
    assert_string_equal(
        out.text, "jobs.json:3:6: error: a key or '}' expected, found ','\n"
                  "    3 |     {,\n"
                  "      |      ^\n"
                  "hint: remove the comma after '{'\n");
    strbuf_release(&out);
    diags_release(&diags);
}

static void test_errors_and_warnings_are_counted(void **state)
{
    (void)state;
    struct diags diags;
    diags_init(&diags);
    assert_int_equal(diags.n, 0);
    for (unsigned i = 1; i <= 30; i++) {
        const struct diag *diag = i % 3 ? diags_warning(&diags, i, 0, "w%u", i)
                                        : diags_error(&diags, i, 2, "e%u", i);
        assert_int_equal(diag->is_warning, i % 3 != 0);
        assert_int_equal(diag->line, i);
        assert_null(diag->hint);
    }
    assert_int_equal(diags.n, 30);
    assert_int_equal(diags.n_errors, 10);
    assert_string_equal(diags.items[2].text, "e3");
    assert_string_equal(diags.items[29].text, "e30");
    diags_release(&diags);
    assert_int_equal(diags.n, 0);
    assert_int_equal(diags.n_errors, 0);
    diags_release(NULL);
}

static void test_all_are_printed_in_order(void **state)
{
    (void)state;
    struct diags diags;
    struct strbuf out;
    diags_init(&diags);
    strbuf_init(&out);
    diags_error(&diags, 0, 0, "no jobs");
    diag_set_hint(diags_warning(&diags, 2, 0, "unknown key"), "remove it");
    diags_format(&diags, "j", NULL, &out);
    assert_string_equal(out.text, "j: error: no jobs\n"
                                  "j:2: warning: unknown key\n"
                                  "hint: remove it\n");
    strbuf_release(&out);
    diags_release(&diags);
}

static void test_a_new_hint_replaces_the_old(void **state)
{
    (void)state;
    struct diags diags;
    diags_init(&diags);
    struct diag *diag = diags_error(&diags, 1, 1, "x");
    diag_set_hint(diag, "first");
    diag_set_hint(diag, "not %s", diag->hint);
    assert_string_equal(diag->hint, "not first");
    diags_release(&diags);
}

static void test_places(void **state)
{
    (void)state;
    expect(0, 0, "abc", "f: error: bad\n");
    expect(0, 5, "abc", "f: error: bad\n"); /* no column without a line */
    expect(1, 0, "abc\ndef", "f:1: error: bad\n    1 | abc\n");
    expect(2, 3, "abc\ndef", "f:2:3: error: bad\n    2 | def\n      |   ^\n");
    expect(2, 1, "abc\r\ndef\r\n",
           "f:2:1: error: bad\n    2 | def\n      | ^\n");
    expect(2, 1, "abc\n", "f:2:1: error: bad\n    2 | \n      | ^\n");
    expect(3, 1, "abc\n", "f:3:1: error: bad\n"); /* there is no such line */
    expect(1, 1, NULL, "f:1:1: error: bad\n");
    expect(1, 1, "", "f:1:1: error: bad\n    1 | \n      | ^\n");
}

static void test_caret_stays_at_the_line(void **state)
{
    (void)state;
    expect(1, 4, "abc", "f:1:4: error: bad\n    1 | abc\n      |    ^\n");
    expect(1, 50, "abc", "f:1:50: error: bad\n    1 | abc\n      |    ^\n");
}

static void test_tabs_and_characters_keep_the_caret_in_place(void **state)
{
    (void)state;
    expect(1, 3, "\t{,", "f:1:3: error: bad\n    1 | \t{,\n      | \t ^\n");
    expect(1, 3, "\xc3\xa4\xe2\x82\xac!",
           "f:1:3: error: bad\n    1 | \xc3\xa4\xe2\x82\xac!\n      |   ^\n");
}

static void test_files_do_not_drive_the_terminal(void **state)
{
    (void)state;
    struct diags diags;
    struct strbuf out;
    diags_init(&diags);
    strbuf_init(&out);
    diag_set_hint(diags_error(&diags, 1, 1, "key '%s'", "\x1b[2J\n"), "\x7f");
    diags_format(&diags, "f", "\x1b]0;x\a", &out);
    assert_string_equal(out.text, "f:1:1: error: key '?[2J?'\n"
                                  "    1 | ?]0;x?\n"
                                  "      | ^\n"
                                  "hint: ?\n");
    strbuf_release(&out);
    diags_release(&diags);
}

/* Where the '^' stands, what the quoted line has: the same column. */
static void expect_mark(unsigned column, const char *source)
{
    struct diags diags;
    struct strbuf out;
    diags_init(&diags);
    strbuf_init(&out);
    diags_error(&diags, 1, column, "bad");
    diags_format(&diags, "f", source, &out);
    const char *quote = strchr(out.text, '\n') + 1;
    const char *caret = strchr(quote, '\n') + 1;
    assert_true(caret - quote < 100);
    assert_int_equal(quote[strcspn(caret, "^")], '#');
    strbuf_release(&out);
    diags_release(&diags);
}

static void test_long_lines_are_cut_around_the_column(void **state)
{
    (void)state;
    char source[5001];
    for (unsigned column = 1; column <= 5000; column += 13) {
        memset(source, '.', sizeof(source) - 1);
        source[sizeof(source) - 1] = '\0';
        source[column - 1] = '#';
        expect_mark(column, source);
    }
    source[0] = '\0';
    expect(1, 200, source,
           "f:1:200: error: bad\n    1 | ...\n"
           "      |    ^\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_form),
        cmocka_unit_test(test_errors_and_warnings_are_counted),
        cmocka_unit_test(test_all_are_printed_in_order),
        cmocka_unit_test(test_a_new_hint_replaces_the_old),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_caret_stays_at_the_line),
        cmocka_unit_test(test_tabs_and_characters_keep_the_caret_in_place),
        cmocka_unit_test(test_files_do_not_drive_the_terminal),
        cmocka_unit_test(test_long_lines_are_cut_around_the_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
