/* SPDX-License-Identifier: BSD-2-Clause */
/* See help.h. */
#include "cli/help.h"

#include <ctype.h>
#include <string.h>

#include "cli/commands.h"

/* "-N, --nodes MIN[-MAX]"; "[=SEC]" is glued to the name. */
static void add_option_names(const struct option_row *row, struct strbuf *out)
{
    if (row->key < OPTION_FIRST_KEY)
        strbuf_add_fmt(out, "-%c, ", row->key);
    strbuf_add_fmt(out, "--%s", row->name);
    if (row->value != NULL)
        strbuf_add_fmt(out, "%s%s", row->value[0] == '[' ? "" : " ",
                       row->value);
}

/* Long names get a line of their own, so that the help texts stay aligned. */
static void add_options(const struct option_row *row, struct strbuf *out)
{
    struct strbuf names;
    strbuf_init(&names);
    for (; row->name != NULL; row++) {
        if (row->help == NULL)
            continue;
        strbuf_reset(&names);
        if (row->key >= OPTION_FIRST_KEY)
            strbuf_add_str(&names, "    ");
        add_option_names(row, &names);
        if (names.len > 26)
            strbuf_add_fmt(out, "  %s\n%*s%s\n", names.text, 30, "", row->help);
        else
            strbuf_add_fmt(out, "  %-26s  %s\n", names.text, row->help);
    }
    strbuf_release(&names);
}

/* One line per form: "usage: erm run [FILE]", "       erm run -- CMD". */
static void add_usage(const struct command *command, struct strbuf *out)
{
    const char *form = command->usage, *lead = "usage:";
    for (;;) {
        size_t n = strcspn(form, "\n");
        strbuf_add_fmt(out, "%6s erm %s%s%.*s\n", lead, command->name,
                       n > 0 ? " " : "", (int)n, form);
        if (form[n] == '\0')
            return;
        form += n + 1;
        lead = "";
    }
}

/* A line for each. */
static void add_verbs(const struct command *command, struct strbuf *out)
{
    const struct command *const *row = command->verbs;
    if (row != NULL)
        strbuf_add_fmt(out, "\nVerbs (erm help %s VERB):\n", command->name);
    for (; row != NULL && *row != NULL; row++)
        strbuf_add_fmt(out, "  %-10s  %s\n", command_verb_name(*row),
                       (*row)->help);
}

void help_command(const struct command *command, struct strbuf *out)
{
    add_usage(command, out);
    strbuf_add_fmt(out, "\n%c%s.\n", toupper((unsigned char)command->help[0]),
                   command->help + 1);
    if (command->aliases != NULL)
        strbuf_add_fmt(out, "Other names: %s.\n", command->aliases);
    if (command->more != NULL)
        strbuf_add_fmt(out, "\n%s\n", command->more);
    add_verbs(command, out);
    strbuf_add_str(out, "\nOptions:\n");
    add_options(command->options, out);
    add_options(common_option_rows, out);
}

void help_overview(struct strbuf *out)
{
    enum command_group group = GROUP_OTHER;
    strbuf_add_str(out, "erm: runs jobs on some nodes and resizes them.\n"
                        "usage: erm COMMAND [OPTIONS]\n"
                        "       erm -H hostfile -j jobs.json [-N COUNT] [-p "
                        "policy.json] [-s 0|1]\n");
    for (const struct command *const *row = commands_all(); *row; row++) {
        if (row == commands_all() || (*row)->group != group) {
            group = (*row)->group;
            strbuf_add_fmt(out, "\n%s\n", command_group_name(group));
        }
        strbuf_add_fmt(out, "  %-11s %s\n", (*row)->name, (*row)->help);
    }
    strbuf_add_str(out, "\nMore about one: erm help COMMAND. Ids of jobs are "
                        "written 3, 1-5, 1,4, all, last.\n"
                        "Exit status: 0 done, 1 failed, 2 usage, 3 no manager, "
                        "4 no such job, 124 timed out.\n");
}

/* scdoc gives '_', '*' and '\' a meaning. */
static void add_escaped(const char *text, size_t n, struct strbuf *out)
{
    for (size_t i = 0; i < n && text[i] != '\0'; i++) {
        if (strchr("_*\\#<>~`", text[i]) != NULL)
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, text[i]);
    }
}

/* As scdoc wants a list of definitions. */
static void add_manual_options(const struct option_row *row, struct strbuf *out)
{
    struct strbuf names;
    strbuf_init(&names);
    for (; row->name != NULL; row++) {
        if (row->help == NULL)
            continue;
        strbuf_reset(&names);
        add_option_names(row, &names);
        strbuf_add_str(out, "*");
        add_escaped(names.text, names.len, out);
        strbuf_add_str(out, "*\n\t");
        add_escaped(row->help, strlen(row->help), out);
        strbuf_add_str(out, ".\n\n");
    }
    strbuf_release(&names);
}

/* A section for one command. */
static void add_manual_command(const struct command *command,
                               struct strbuf *out)
{
    const char *form = command->usage;
    strbuf_add_fmt(out, "## erm %s\n\n", command->name);
    for (;;) {
        size_t n = strcspn(form, "\n");
        strbuf_add_fmt(out, "*erm %s* ", command->name);
        add_escaped(form, n, out);
        if (form[n] == '\0')
            break;
        strbuf_add_str(out, "++\n");
        form += n + 1;
    }
    strbuf_add_fmt(out, "\n\n%c", toupper((unsigned char)command->help[0]));
    add_escaped(command->help + 1, strlen(command->help), out);
    strbuf_add_str(out, ".");
    if (command->aliases != NULL)
        strbuf_add_fmt(out, " Other names: %s.", command->aliases);
    strbuf_add_str(out, "\n\n");
    if (command->more != NULL) {
        add_escaped(command->more, strlen(command->more), out);
        strbuf_add_str(out, "\n\n");
    }
    add_manual_options(command->options, out);
}

void help_manual(struct strbuf *out)
{
    strbuf_add_str(out, "# COMMANDS\n\nEvery command takes:\n\n");
    add_manual_options(common_option_rows, out);
    for (const struct command *const *row = commands_all(); *row; row++) {
        const struct command *const *verb = (*row)->verbs;
        add_manual_command(*row, out);
        for (; verb != NULL && *verb != NULL; verb++)
            add_manual_command(*verb, out);
    }
}

/* The long options, for completion. */
static void add_words(const struct option_row *row, struct strbuf *out)
{
    for (; row->name != NULL; row++)
        if (row->help != NULL)
            strbuf_add_fmt(out, " --%s", row->name);
}

/* Commands whose operands are jobs complete from the queue. */
static bool takes_ids(const struct command *command)
{
    return strncmp(command->usage, "ID", 2) == 0;
}

/* "words="--a --b"": what completes a command's options. */
static void add_completion_words(const struct command *command,
                                 struct strbuf *out)
{
    strbuf_add_str(out, "words=\"");
    size_t start = out->len;
    add_words(command->options, out);
    add_words(common_option_rows, out);
    if (out->len > start) /* without the first blank */
        memmove(out->text + start, out->text + start + 1, out->len - start);
    strbuf_truncate(out, out->len - 1);
    strbuf_add_fmt(out, "\"%s;;\n", takes_ids(command) ? " ids=1" : "");
}

/* The second word of a command with verbs, and what follows it. */
static void add_completion_verbs(const struct command *command,
                                 struct strbuf *out)
{
    const struct command *const *row = command->verbs;
    strbuf_add_str(out, "\n            if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
                        "                verbs=\"");
    for (; *row != NULL; row++)
        strbuf_add_fmt(out, "%s%s", row == command->verbs ? "" : " ",
                       command_verb_name(*row));
    strbuf_add_str(out, "\"\n            fi\n"
                        "            case ${COMP_WORDS[2]} in\n");
    for (row = command->verbs; *row != NULL; row++) {
        strbuf_add_fmt(out, "            %s) ", command_verb_name(*row));
        add_completion_words(*row, out);
    }
    strbuf_add_str(out, "            esac;;\n");
}

/* "        queue|jobs) words=...;;" */
static void add_completion_case(const struct command *command,
                                struct strbuf *out)
{
    strbuf_add_fmt(out, "        %s", command->name);
    for (const char *c = command->aliases; c != NULL && *c != '\0';) {
        size_t n = strcspn(c, " ");
        strbuf_add_fmt(out, "|%.*s", (int)n, c);
        c += n + (c[n] == ' ');
    }
    if (command->verbs != NULL) {
        strbuf_add_str(out, ")");
        add_completion_verbs(command, out);
        return;
    }
    strbuf_add_str(out, ") ");
    add_completion_words(command, out);
}

void help_completion_bash(struct strbuf *out)
{
    strbuf_add_str(out, "# SPDX-License-Identifier: BSD-2-Clause\n"
                        "# bash completion for erm; made by: erm completion "
                        "bash\n_erm() {\n"
                        "    local cur=${COMP_WORDS[COMP_CWORD]}"
                        " words= ids= verbs=\n"
                        "    COMPREPLY=()\n"
                        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                        "        words=\"");
    for (const struct command *const *row = commands_all(); *row; row++)
        strbuf_add_fmt(out, "%s%s", row == commands_all() ? "" : " ",
                       (*row)->name);
    strbuf_add_str(out, "\"\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (const struct command *const *row = commands_all(); *row; row++)
        add_completion_case(*row, out);
    strbuf_add_str(out,
                   "        esac\n        case $cur in\n"
                   "        -*) ;;\n"
                   "        *) words=$verbs; [ -n \"$ids\" ] &&"
                   " words=\"all last $(erm queue -q 2>/dev/null)\" ;;\n"
                   "        esac\n    fi\n"
                   "    [ -n \"$words\" ] &&\n"
                   "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                   "}\ncomplete -o bashdefault -o default -F _erm erm\n");
}
