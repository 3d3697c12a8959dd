/* SPDX-License-Identifier: BSD-2-Clause */
/* erm help, erm completion, erm version: what needs no manager. */
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"

enum { KEY_MANUAL = OPTION_FIRST_KEY, KEY_JSON };

static const struct option_row help_rows[] = {
    {KEY_MANUAL, "manual", NULL, "print the COMMANDS part of erm(1) for scdoc"},
    {0, NULL, NULL, NULL},
};
static const struct option_row no_rows[] = {{0, NULL, NULL, NULL}};
static const struct option_row version_rows[] = {
    {KEY_JSON, "json", NULL, "print JSON"},
    {0, NULL, NULL, NULL},
};

static int run_help(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct strbuf text;
    if (options_read(&parsed, help_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 2, "", err) < 0)
        return -1;
    int n_names;
    const char *name = parsed.operands[0];
    const struct command *command =
        name != NULL
            ? commands_resolve(parsed.n_operands, parsed.operands, &n_names)
            : NULL;
    if (command != NULL && n_names < parsed.n_operands)
        return err_set(err, ERR_USAGE, "erm %s has no %s", name,
                       parsed.operands[1]);
    if (name != NULL && command == NULL) {
        const char *near = commands_suggest(name);
        err_set(err, ERR_USAGE, "there is no command %s", name);
        if (near != NULL)
            err_hint(err, "did you mean %s?", near);
        return -1;
    }
    strbuf_init(&text);
    if (parsed_has(&parsed, KEY_MANUAL))
        help_manual(&text);
    else if (command != NULL)
        help_command(command, &text);
    else
        help_overview(&text);
    fputs(text.text, cli->out);
    strbuf_release(&text);
    return 0;
}

static int run_completion(struct cli *cli, int argc, char **argv,
                          struct err *err)
{
    struct parsed parsed;
    struct strbuf text;
    if (options_read(&parsed, no_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, 1, "the shell's name (bash)", err) <
            0)
        return -1;
    if (strcmp(parsed.operands[0], "bash") != 0)
        return err_set(err, ERR_USAGE, "no completion for %s, only for bash",
                       parsed.operands[0]);
    strbuf_init(&text);
    help_completion_bash(&text);
    fputs(text.text, cli->out);
    strbuf_release(&text);
    return 0;
}

/* Also reached as `erm --version`. */
static int run_version(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    if (options_read(&parsed, version_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    if (parsed_has(&parsed, KEY_JSON))
        fprintf(cli->out, "{\"schema\":1,\"version\":\"%s\",\"api\":\"v1\"}\n",
                ERM_VERSION);
    else
        fprintf(cli->out, "erm %s\n", ERM_VERSION);
    return 0;
}

const struct command command_help = {
    .name = "help",
    .group = GROUP_OTHER,
    .usage = "[COMMAND [VERB]]",
    .help = "show the commands, or the options of one",
    .options = help_rows,
    .run = run_help,
};

const struct command command_completion = {
    .name = "completion",
    .group = GROUP_OTHER,
    .usage = "bash",
    .help = "print the shell's completion",
    .more = "Use: eval \"$(erm completion bash)\" in ~/.bashrc.",
    .options = no_rows,
    .run = run_completion,
};

const struct command command_version = {
    .name = "version",
    .group = GROUP_OTHER,
    .usage = "[--json]",
    .help = "show erm's version",
    .options = version_rows,
    .run = run_version,
};
