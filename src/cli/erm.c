/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erm: finds the command in the table and runs it. `erm -H hosts -j jobs.json`
 * without a command is `erm run` (the line of the README).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/help.h"

static void print_help(const struct cli *cli, const struct command *command)
{
    struct strbuf text;
    strbuf_init(&text);
    help_command(command, &text);
    fputs(text.text, cli->out);
    strbuf_release(&text);
}

/* The exit status of COMMAND. Its error is printed here and nowhere else. */
static int run_command(struct cli *cli, const struct command *command, int argc,
                       char **argv)
{
    struct err err;
    err_clear(&err);
    int status = command->run(cli, argc, argv, &err);
    if (status >= 0)
        return status;
    if (err.code == ERR_NONE) {
        print_help(cli, command);
        return 0;
    }
    if (err.code == ERR_USAGE && err.hint[0] == '\0')
        err_hint(&err, "erm help %s", command->name);
    return cli_print_error(cli, &err);
}

/* A slip of the finger gets the nearest command as a hint. */
static int fail_unknown(const struct cli *cli, const char *name)
{
    struct err err;
    const char *near = commands_suggest(name);
    err_set(&err, ERR_USAGE, "there is no command %s", name);
    if (near != NULL)
        err_hint(&err, "did you mean %s?", near);
    else
        err_hint(&err, "erm help lists the commands");
    return cli_print_error(cli, &err);
}

/* A first word with a dash is no command: then it is the README's line. */
static int dispatch(struct cli *cli, int argc, char **argv)
{
    char help[] = "help";
    char *help_argv[] = {help, NULL};
    if (argc < 2)
        return run_command(cli, &command_help, 1, help_argv);
    const char *name = argv[1];
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
        return run_command(cli, &command_help, 1, help_argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return run_command(cli, &command_version, argc - 1, argv + 1);
    if (name[0] == '-')
        return run_command(cli, &command_run, argc, argv);
    int n_names;
    const struct command *command =
        commands_resolve(argc - 1, argv + 1, &n_names);
    if (command == NULL)
        return fail_unknown(cli, name);
    return run_command(cli, command, argc - n_names, argv + n_names);
}

int main(int argc, char **argv)
{
    struct cli cli;
    cli_init(&cli);
    int status = dispatch(&cli, argc, argv);
    /* a full disk must not look like success */
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        fprintf(stderr, "erm: cannot write: %s\n", strerror(errno));
        status = 1;
    }
    cli_release(&cli);
    return status;
}
