/* SPDX-License-Identifier: BSD-2-Clause */
/* erm run: a manager in the foreground, in this process. See
 * manager_command.h. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/duration.h"
#include "cli/manager_command.h"
#include "cli/run_options.h"
#include "cli/shell_quote.h"
#include "cli/submit_options.h"
#include "codec/job_spec.h"

/* "resizes  3 expands, 1 shrinks (350 ms on average); 1 refused, 1 forced" */
static void print_resizes(const struct cli *cli,
                          const struct manager_summary *summary)
{
    const uint32_t counts[] = {summary->n_refused, summary->n_resizes_failed,
                               summary->n_expired, summary->n_forced};
    static const char *const names[] = {"refused", "failed", "expired",
                                        "forced"};
    const char *separator = "; ";
    char text[DURATION_TEXT_MAX];
    fprintf(cli->out, "%-12s %" PRIu32 " expands, %" PRIu32 " shrinks",
            "resizes", summary->n_grows, summary->n_shrinks);
    if (summary->mean_resize > 0)
        fprintf(cli->out, " (%s on average)",
                duration_human(summary->mean_resize, text));
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        if (counts[i] == 0)
            continue;
        fprintf(cli->out, "%s%" PRIu32 " %s", separator, counts[i], names[i]);
        separator = ", ";
    }
    fputc('\n', cli->out);
}

/* What the run amounted to; kinds of ends that did not happen are left out. */
static void print_summary(const struct cli *cli,
                          const struct manager_summary *summary)
{
    static const char format[] = "%-12s %s\n";
    char text[DURATION_TEXT_MAX];
    uint32_t counts[] = {summary->n_completed, summary->n_failed,
                         summary->n_timeout, summary->n_cancelled,
                         summary->n_other};
    static const char *const names[] = {"completed", "failed", "timeout",
                                        "cancelled", "other"};
    fprintf(cli->out, "%-12s %" PRIu32, "jobs", summary->n_jobs);
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        if (counts[i] > 0)
            fprintf(cli->out, ", %" PRIu32 " %s", counts[i], names[i]);
    fputc('\n', cli->out);
    fprintf(cli->out, format, "makespan",
            duration_human(summary->makespan, text));
    fprintf(cli->out, "%-12s %.0f %%\n", "utilisation",
            summary->utilisation * 100);
    fprintf(cli->out, format, "mean wait",
            duration_human(summary->mean_wait, text));
    print_resizes(cli, summary);
    if (summary->n_left > 0)
        fprintf(cli->out, "%-12s %" PRIu32 " %s for another allocation\n",
                "left", summary->n_left, summary->n_left == 1 ? "job" : "jobs");
    if (summary->n_rejected > 0)
        fprintf(cli->out, "%-12s %" PRIu32 " bad %s of the jobs file\n",
                "rejected", summary->n_rejected,
                summary->n_rejected == 1 ? "entry" : "entries");
}

/* The jobs' own, if one failed; else whether all of the file was taken and
 * has been run. */
static int exit_status(const struct manager_summary *summary)
{
    if (summary->highest_exit != 0)
        return summary->highest_exit;
    return summary->n_rejected > 0 || summary->n_left > 0 ? 1 : 0;
}

/* Makes SPEC (initialised) the one job of `run -- COMMAND`. */
static int make_job(const struct run_options *run, struct job_spec *spec,
                    struct err *err)
{
    char cwd[PATH_MAX];
    struct submit_options submit;
    struct job_spec made;
    submit_options_init(&submit);
    char *command = shell_command(run->operands, run->n_operands);
    submit_options_set_command(&submit, command);
    if (getcwd(cwd, sizeof(cwd)) != NULL)
        json_object_set_new(submit.spec, "cwd", json_string(cwd));
    int rc = job_spec_from_json(submit.spec, &made, err);
    if (rc == 0) {
        job_spec_release(spec);
        *spec = made;
    }
    free(command);
    submit_options_release(&submit);
    return rc;
}

/* What the operands mean: a jobs file or one command; both end when done. */
static int take_operands(struct run_options *run, struct job_spec *spec,
                         struct err *err)
{
    if (run->n_operands == 0)
        return 0;
    if (run->is_command) {
        if (make_job(run, spec, err) < 0)
            return -1;
        run->manager.first_jobs = spec;
        run->manager.n_first_jobs = 1;
    } else {
        if (run->n_operands > 1 || run->manager.jobs_file != NULL) {
            err_set(err, ERR_USAGE, "%s: one jobs file at a time",
                    run->operands[run->n_operands - 1]);
            return err_hint(err, "for a command write: erm run -- COMMAND");
        }
        run->manager.jobs_file = run->operands[0];
    }
    run->manager.until_idle = !run->is_staying;
    return 0;
}

/* Blocks until the manager ends. Signals are its own business. */
static int run_manager(struct cli *cli, const struct run_options *run,
                       struct err *err)
{
    struct manager_summary summary;
    fflush(cli->out);
    if (run_options_serve(run, &summary, err) < 0)
        return -1;
    if (!summary.is_idle) {
        cli_tell(cli, "stopped; running jobs go on, and the next start with "
                      "the same state takes them back");
        return 0;
    }
    if (!run->is_quiet)
        print_summary(cli, &summary);
    return exit_status(&summary);
}

int manager_command_run(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct run_options run;
    struct job_spec spec;
    if (run_options_parse(&run, &cli->common, argc, argv, err) < 0)
        return -1;
    job_spec_init(&spec);
    int rc = take_operands(&run, &spec, err);
    if (rc == 0)
        rc = run_manager(cli, &run, err);
    job_spec_release(&spec);
    return rc;
}
