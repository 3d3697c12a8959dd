/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/file_text.h"
#include "temp_dir.h"

static void test_a_file_is_read_whole(void **state)
{
    (void)state;
    struct strbuf text;
    char *big = malloc(200001);
    memset(big, 'x', 200000);
    big[200000] = '\0';
    temp_file_write("big", big);
    strbuf_init(&text);
    strbuf_add_str(&text, ">");
    assert_int_equal(file_text_read("big", &text, NULL), 0);
    assert_int_equal(text.len, 200001);
    assert_string_equal(text.text + 1, big);
    strbuf_release(&text);
    free(big);
}

static void test_what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct strbuf text;
    struct err err;
    strbuf_init(&text);
    assert_int_equal(file_text_read("missing", &text, &err), -1);
    assert_non_null(strstr(err.text, "missing"));
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(file_text_read("folder", &text, &err), -1);
    assert_non_null(strstr(err.text, "folder"));
    assert_int_equal(text.len, 0);
    strbuf_release(&text);
}

static void test_a_dash_is_standard_input(void **state)
{
    (void)state;
    struct strbuf text;
    int ends[2], before = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    strbuf_init(&text);
    assert_int_equal(file_text_read("-", &text, NULL), 0);
    assert_string_equal(text.text, "piped");
    strbuf_release(&text);
    dup2(before, STDIN_FILENO);
    close(before);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_whole),
        cmocka_unit_test(test_what_cannot_be_read_is_named),
        cmocka_unit_test(test_a_dash_is_standard_input),
    };
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
