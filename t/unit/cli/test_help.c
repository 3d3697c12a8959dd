/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/file_text.h"
#include "cli/help.h"
#include "stage.h"
#include "temp_dir.h"

/* All commands and all their verbs, NULL-ended. */
static const struct command *const *all(void)
{
    static const struct command *rows[100];
    size_t n = 0;
    for (const struct command *const *row = commands_all(); *row; row++) {
        rows[n++] = *row;
        const struct command *const *verb = (*row)->verbs;
        for (; verb != NULL && *verb != NULL; verb++)
            rows[n++] = *verb;
    }
    rows[n] = NULL;
    return rows;
}

static void test_every_command_is_in_the_overview(void **state)
{
    (void)state;
    struct strbuf text;
    strbuf_init(&text);
    help_overview(&text);
    for (const struct command *const *row = commands_all(); *row; row++) {
        expect_part(text.text, (*row)->name);
        expect_part(text.text, (*row)->help);
    }
    strbuf_release(&text);
}

static void test_help_fits_a_terminal(void **state)
{
    (void)state;
    struct strbuf text;
    strbuf_init(&text);
    help_overview(&text);
    for (const struct command *const *row = all(); *row; row++)
        help_command(*row, &text);
    for (char *line = strtok(text.text, "\n"); line; line = strtok(NULL, "\n"))
        if (strlen(line) > 90) {
            print_error("%s\n", line);
            fail();
        }
    strbuf_release(&text);
}

static void test_a_command_shows_all_its_options(void **state)
{
    (void)state;
    struct strbuf text;
    strbuf_init(&text);
    help_command(&command_queue, &text);
    assert_memory_equal(text.text, "usage: erm queue [ID...]\n", 25);
    expect_part(text.text, "Other names: jobs squeue.");
    expect_part(text.text, "  -s, --states STATES");
    expect_part(text.text, "      --watch[=SECONDS]");
    expect_part(text.text, "  -h, --help");
    strbuf_release(&text);
}

static void test_a_command_lists_its_verbs(void **state)
{
    (void)state;
    struct stage stage = {0};
    STAGE_RUN_ALONE(&stage, "help app");
    expect_part(stage.out, "Verbs (erm help app VERB):\n  wait ");
    stage_release(&stage);
    STAGE_RUN_ALONE(&stage, "help app done");
    expect_part(stage.out, "usage: erm app done [NODE...]\n");
    stage_release(&stage);
    STAGE_RUN_ALONE(&stage, "help app dome");
    assert_string_equal(stage.err.text, "erm app has no dome");
    stage_release(&stage);
}

/* No letter and no name stands twice in one command, the common ones
 * included. */
static void test_options_are_told_apart(void **state)
{
    (void)state;
    for (const struct command *const *row = all(); *row; row++)
        for (const struct option_row *a = (*row)->options; a->name; a++) {
            for (const struct option_row *b = a + 1; b->name; b++) {
                assert_string_not_equal(a->name, b->name);
                assert_true(a->key != b->key || b->help == NULL);
            }
            for (const struct option_row *b = common_option_rows; b->name;
                 b++) {
                assert_string_not_equal(a->name, b->name);
                assert_int_not_equal(a->key, b->key);
            }
        }
}

static void test_commands_are_found_and_suggested(void **state)
{
    (void)state;
    assert_ptr_equal(commands_find("queue"), &command_queue);
    assert_ptr_equal(commands_find("squeue"), &command_queue);
    assert_ptr_equal(commands_find("jobs"), &command_queue);
    assert_ptr_equal(commands_find("acct"), &command_history);
    assert_ptr_equal(command_verb(&command_app, "wait")->verbs, NULL);
    assert_null(command_verb(&command_app, "wai"));
    assert_null(command_verb(&command_queue, "wait"));
    assert_null(commands_find("job"));
    assert_null(commands_find(""));
    assert_string_equal(commands_suggest("sumbit"), "submit");
    assert_null(commands_suggest("xyzzy"));
}

/* The FILE of the source tree must have what TEXT is now; takes TEXT. */
static void expect_in_tree(const char *name, struct strbuf *text,
                           const char *command)
{
    struct strbuf file;
    strbuf_init(&file);
    assert_int_equal(file_text_read(name, &file, NULL), 0);
    if (strstr(file.text, text->text) == NULL) {
        print_error("%s: put the output of %s there\n", name, command);
        fail();
    }
    strbuf_release(text);
    strbuf_release(&file);
}

static void test_the_committed_copies_are_up_to_date(void **state)
{
    (void)state;
    struct strbuf text;
    strbuf_init(&text);
    help_manual(&text);
    expect_in_tree(ERM_SOURCE_ROOT "/doc/man/erm.1.scd", &text,
                   "erm help --manual");
    help_completion_bash(&text);
    expect_in_tree(ERM_SOURCE_ROOT "/src/cli/erm.bash", &text,
                   "erm completion bash");
}

static void test_the_completion_is_a_program_of_bash(void **state)
{
    (void)state;
    struct strbuf text;
    char words[500] = "";
    strbuf_init(&text);
    help_completion_bash(&text);
    strbuf_add_str(&text, "COMP_WORDS=(erm re); COMP_CWORD=1; _erm\n"
                          "echo \"${COMPREPLY[@]}\"\n"
                          "COMP_WORDS=(erm acct --ph); COMP_CWORD=2; _erm\n"
                          "echo \"${COMPREPLY[@]}\"\n"
                          "COMP_WORDS=(erm app w); COMP_CWORD=2; _erm\n"
                          "echo \"${COMPREPLY[@]}\"\n"
                          "COMP_WORDS=(erm app refuse --re); COMP_CWORD=3\n"
                          "_erm; echo \"${COMPREPLY[@]}\"\n");
    temp_file_write("completion", text.text);
    FILE *bash = popen("bash completion", "r");
    assert_non_null(bash);
    size_t n = fread(words, 1, sizeof(words) - 1, bash);
    words[n] = '\0';
    if (pclose(bash) == 127 << 8)
        skip(); /* no bash here */
    assert_string_equal(words, "reload release requeue resize resume\n"
                               "--phases\nwait\n--retry-after\n");
    strbuf_release(&text);
}

static void test_the_commands_themselves(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN_ALONE(&s, "help");
    expect_part(s.out, "usage: erm COMMAND");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "help squeue");
    expect_part(s.out, "usage: erm queue");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "help qeue");
    assert_int_equal(s.status, 2);
    assert_string_equal(s.err.hint, "did you mean queue?");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "version --json");
    expect_part(s.out, "{\"schema\":1,\"version\":\"");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "completion bash");
    expect_part(s.out, "complete -o bashdefault");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "completion fish");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_is_in_the_overview),
        cmocka_unit_test(test_help_fits_a_terminal),
        cmocka_unit_test(test_a_command_shows_all_its_options),
        cmocka_unit_test(test_a_command_lists_its_verbs),
        cmocka_unit_test(test_options_are_told_apart),
        cmocka_unit_test(test_commands_are_found_and_suggested),
        cmocka_unit_test(test_the_committed_copies_are_up_to_date),
        cmocka_unit_test(test_the_completion_is_a_program_of_bash),
        cmocka_unit_test(test_the_commands_themselves),
    };
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
