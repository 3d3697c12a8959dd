/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a whole file, and replacing one of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/text_file.h"

static char folder[256]; /* of the test that runs */

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    return 0;
}

static int leave(void **state)
{
    (void)state;
    folder_leave(folder);
    return 0;
}

static void test_read_all_of_it(void **state)
{
    struct strbuf text;
    struct text_file_facts facts;
    char *big = malloc(200001);

    (void)state;
    memset(big, 'x', 200000);
    big[200000] = '\0';
    strbuf_init(&text);
    file_put("f", big);
    assert_int_equal(text_file_read("f", &text, &facts, NULL), 0);
    assert_string_equal(text.text, big);
    assert_false(facts.is_foreign);
    assert_true(llabs(facts.last_modified - clock_wall_us()) <
                60 * USEC_PER_SEC);
    file_put("f", "");
    assert_int_equal(text_file_read("f", &text, NULL, NULL), 0);
    assert_int_equal(text.len, 0);
    strbuf_release(&text);
    free(big);
}

static void test_a_foreign_owner_is_told(void **state)
{
    struct strbuf text;
    struct text_file_facts facts;

    (void)state;
    if (geteuid() != 0)
        skip();
    strbuf_init(&text);
    file_put("f", "x");
    assert_int_equal(chown("f", 12345, 12345), 0);
    assert_int_equal(text_file_read("f", &text, &facts, NULL), 0);
    assert_true(facts.is_foreign);
    strbuf_release(&text);
}

static void test_what_is_no_file_is_refused(void **state)
{
    struct strbuf text;
    struct err err;

    (void)state;
    strbuf_init(&text);
    assert_int_equal(text_file_read("none", &text, NULL, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(text_file_read("fifo", &text, NULL, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    mkdir("d", 0700);
    assert_int_equal(text_file_read("d", &text, NULL, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    file_put("huge", "");
    assert_int_equal(truncate("huge", (off_t)TEXT_FILE_MAX + 1), 0);
    assert_int_equal(text_file_read("huge", &text, NULL, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    strbuf_release(&text);
}

static void test_replace_whole(void **state)
{
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    struct strbuf text;
    struct err err;

    (void)state;
    strbuf_init(&text);
    strbuf_add_str(&text, "n1 slots=2\n");
    file_put("list", "something much longer than the new one\n");
    assert_int_equal(text_file_replace(dir, "list", &text, &err), 0);
    strbuf_reset(&text);
    assert_int_equal(text_file_read("list", &text, NULL, &err), 0);
    assert_string_equal(text.text, "n1 slots=2\n");
    assert_int_equal(text_file_replace(dir, "no/list", &text, &err), -1);
    strbuf_release(&text);
    close(dir);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_read_all_of_it),
        STORY(test_a_foreign_owner_is_told),
        STORY(test_what_is_no_file_is_refused),
        STORY(test_replace_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
