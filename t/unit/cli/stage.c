/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/shell_quote.h"

static void run_words(struct stage *stage, struct word_list *words)
{
    struct cli cli;
    size_t n_out, n_told;
    char **argv = mem_alloc_array(words->n + 1, sizeof(*argv));
    memcpy(argv, words->words, words->n * sizeof(*argv));
    int n_names;
    const struct command *command =
        commands_resolve((int)words->n, argv, &n_names);
    assert_non_null(command);
    cli_init(&cli);
    cli.out = open_memstream(&stage->out, &n_out);
    cli.err = open_memstream(&stage->told, &n_told);
    cli.out_is_tty = cli.err_is_tty = stage->is_tty;
    cli.width = 0;
    err_clear(&stage->err);
    stage->status = command->run(&cli, (int)words->n - n_names + 1,
                                 argv + n_names - 1, &stage->err);
    if (stage->status < 0)
        stage->status = err_exit_status(stage->err.code);
    fclose(cli.out);
    fclose(cli.err);
    cli_release(&cli);
    free(argv);
}

void stage_run(struct stage *stage, const char *line,
               const char *const *answers)
{
    struct word_list words;
    size_t n = 0;
    while (answers[n] != NULL)
        n++;
    fake_server_start(&stage->server, answers, n);
    unsetenv("ERM_STATE_DIR");
    setenv("ERM_SOCKET", stage->server.socket, 1);
    word_list_init(&words);
    assert_int_equal(shell_split(line, &words, NULL), 0);
    run_words(stage, &words);
    word_list_release(&words);
    fake_server_stop(&stage->server);
    stage->requests = mem_strdup(stage->server.requests);
    fake_server_release(&stage->server);
}

void stage_release(struct stage *stage)
{
    free(stage->out);
    free(stage->told);
    free(stage->requests);
    memset(stage, 0, sizeof(*stage));
}

void expect_part(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return;
    print_error("no \"%s\" in:\n%s\n", part, text);
    fail();
}
