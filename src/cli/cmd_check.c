/* SPDX-License-Identifier: BSD-2-Clause */
/* erm check: says all that is wrong with a file, without running anything. */
#include <limits.h>

#include "cli/check.h"
#include "cli/commands.h"
#include "cli/file_text.h"

static const struct option_row rows[] = {
    {'q', "quiet", NULL, "the exit status only"},
    {0, NULL, NULL, NULL},
};

static int run_check(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    int status = 0;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, INT_MAX, "a file", err) < 0)
        return -1;
    for (int i = 0; i < parsed.n_operands; i++) {
        struct strbuf text, report;
        const char *path = parsed.operands[i];
        strbuf_init(&text);
        strbuf_init(&report);
        int rc = file_text_read(path, &text, err);
        if (rc == 0 && check_text(path, text.text, text.len, &report) > 0)
            status = 1;
        if (!parsed_has(&parsed, 'q'))
            fputs(report.text, cli->out);
        strbuf_release(&report);
        strbuf_release(&text);
        if (rc < 0)
            return -1;
    }
    return status;
}

const struct command command_check = {
    .name = "check",
    .group = GROUP_OTHER,
    .usage = "FILE...",
    .help = "show all that is wrong with a jobs, policy, requests or hostfile",
    .more = "What a file is, is seen from its content. The exit status is 1 "
            "when there is an\nerror.",
    .options = rows,
    .run = run_check,
};
