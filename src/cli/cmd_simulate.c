/* SPDX-License-Identifier: BSD-2-Clause */
/* erm simulate: what other policies would have done to the same jobs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/policy_words.h"
#include "cli/simulate_load.h"
#include "cli/simulate_options.h"
#include "cli/simulate_view.h"
#include "codec/idset_text.h"
#include "sim/schedule_text.h"

/* What the functions that the simulator calls are handed. */
struct watch {
    const struct cli *cli;
    const struct workload *workload;
    const char *name; /* of the policy */
    FILE *decisions;  /* NULL = none */
};

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- while it runs ---- */

static void show_progress(void *context, size_t n_ended)
{
    const struct watch *watch = context;

    fprintf(watch->cli->err, "\r%s: %zu of %zu jobs ", watch->name, n_ended,
            watch->workload->n);
    fflush(watch->cli->err);
}

static void clear_progress(const struct cli *cli)
{
    if (cli->err_is_tty)
        fputs("\r\033[K", cli->err);
}

/* "TIME ACTION JOB NODES": those decisions that a job or a node sees. */
static void write_decision(void *context, time_us now,
                           const struct action *action)
{
    const struct watch *watch = context;
    static const char *const names[] = {
        [ACT_OFFER] = "offer",  [ACT_WITHDRAW] = "withdraw",
        [ACT_FORCE] = "force",  [ACT_KILL] = "kill",
        [ACT_FINISHED] = "end", [ACT_REQUEUED] = "requeue",
        [ACT_START] = "start",
    };
    const char *name = (size_t)action->type < sizeof(names) / sizeof(*names)
                           ? names[action->type]
                           : NULL;
    struct strbuf nodes;

    if (action->type == ACT_PHASE && action->why != PHASE_START)
        name = "resized";
    if (name == NULL)
        return;
    strbuf_init(&nodes);
    idset_format(&action->nodes, &nodes);
    fprintf(watch->decisions, "%" PRId64 ".%06" PRId64 " %s %" PRId64 " %s\n",
            now / USEC_PER_SEC, now % USEC_PER_SEC, name,
            watch->workload->jobs[action->job - 1].id,
            nodes.len > 0 ? nodes.text : "-");
    strbuf_release(&nodes);
}

/* Where sizes are not changed, a trace's job has its own. */
static enum job_kind malleable_as(const struct sched_config *config,
                                  bool is_moldable)
{
    if (is_moldable)
        return JOB_MOLDABLE;
    return config->mode == MODE_RIGID ? JOB_RIGID : JOB_ELASTIC;
}

static int run_one(const struct cli *cli,
                   const struct simulate_options *options,
                   const struct simulate_load *load, FILE *decisions,
                   const struct sim_result *baseline, struct simulate_run *run,
                   struct err *err)
{
    struct sim_options sim = options->sim;
    struct watch watch = {cli, &load->workload, run->name, decisions};
    double begin = cpu_seconds();
    int rc;

    sim.sched = run->config;
    sim.malleable_as = run->malleable_as;
    sim.context = &watch;
    if (cli->err_is_tty)
        sim.progress = show_progress;
    if (decisions != NULL)
        sim.decided = write_decision;
    if (sim.until != TIME_NEVER && load->workload.n > 0)
        sim.until = time_add(load->workload.jobs[0].submit, sim.until);
    rc = sim_run(&load->workload, &sim, &run->result, err);
    clear_progress(cli);
    run->seconds = cpu_seconds() - begin;
    if (rc == 0)
        metrics_make(&load->workload, &run->result, baseline, &run->metrics);
    return rc;
}

/* ---- files ---- */

static FILE *open_out(const struct cli *cli, const char *path, struct err *err)
{
    FILE *file = strcmp(path, "-") == 0 ? cli->out : fopen(path, "we");

    if (file == NULL)
        err_set(err, ERR_SYSTEM, "cannot write %.200s: %s", path,
                strerror(errno));
    return file;
}

static int close_out(const struct cli *cli, FILE *file, const char *path,
                     struct err *err)
{
    bool is_bad = fflush(file) != 0 || ferror(file) != 0;

    if (file != cli->out)
        is_bad = fclose(file) != 0 || is_bad;
    if (!is_bad)
        return 0;
    return err_set(err, ERR_SYSTEM, "cannot write %.200s: %s", path,
                   strerror(errno));
}

typedef void text_f(const struct workload *workload,
                    const struct sim_result *result, struct strbuf *out);

/* Does nothing without a PATH. */
static int write_file(const struct cli *cli, const char *path, text_f *make,
                      const struct simulate_load *load,
                      const struct sim_result *result, struct err *err)
{
    struct strbuf text;
    FILE *file;

    if (path == NULL)
        return 0;
    file = open_out(cli, path, err);
    if (file == NULL)
        return -1;
    strbuf_init(&text);
    make(&load->workload, result, &text);
    fwrite(text.text, 1, text.len, file);
    strbuf_release(&text);
    return close_out(cli, file, path, err);
}

static int write_files(const struct cli *cli,
                       const struct simulate_options *options,
                       const struct simulate_load *load,
                       const struct sim_result *result, struct err *err)
{
    if (write_file(cli, options->csv, schedule_text_csv, load, result, err) <
            0 ||
        write_file(cli, options->swf, schedule_text_swf, load, result, err) < 0)
        return -1;
    return write_file(cli, options->batsim, schedule_text_batsim, load, result,
                      err);
}

/* A person does not want the table among the lines of a file. */
static bool is_out_taken(const struct simulate_options *options)
{
    const char *paths[] = {options->csv, options->swf, options->batsim,
                           options->decisions};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        if (paths[i] != NULL && strcmp(paths[i], "-") == 0)
            return true;
    return false;
}

/* ---- one policy, or several ---- */

static void describe_policy(const struct sched_config *config,
                            struct strbuf *out)
{
    strbuf_add_fmt(out, "%s, backfill %s", sched_mode_name(config->mode),
                   backfill_name(config->backfill));
    if (config->backfill_order == BACKFILL_SHORTEST)
        strbuf_add_str(out, " shortest first");
    if (config->backfill == BACKFILL_CONSERVATIVE && config->backfill_depth > 0)
        strbuf_add_fmt(out, " for the first %u", config->backfill_depth);
    if (config->estimates == ESTIMATES_PREDICTED)
        strbuf_add_str(out, ", predicted run times");
    if (config->mode == MODE_ELASTIC)
        strbuf_add_fmt(out, ", sizing %s, expand %s, shrink %s",
                       sizing_name(config->sizing), config->expand->name,
                       config->shrink->name);
}

static int simulate_one(const struct cli *cli,
                        const struct simulate_options *options,
                        const struct simulate_load *load, struct err *err)
{
    struct simulate_run run = {.name = NULL};
    FILE *decisions = NULL;
    struct strbuf name;
    int rc = -1;

    if (sched_settings_make(&options->sched, &run.config, err) < 0)
        return -1;
    if (options->decisions != NULL &&
        (decisions = open_out(cli, options->decisions, err)) == NULL)
        return -1;
    run.malleable_as = malleable_as(&run.config, options->is_moldable);
    strbuf_init(&name);
    describe_policy(&run.config, &name);
    run.name = name.text;
    rc = run_one(cli, options, load, decisions, NULL, &run, err);
    if (decisions != NULL &&
        close_out(cli, decisions, options->decisions, rc < 0 ? NULL : err) < 0)
        rc = -1;
    if (rc == 0)
        rc = write_files(cli, options, load, &run.result, err);
    if (rc == 0 && options->is_json) {
        json_t *json = simulate_view_json(options, load, &run, 1);
        cli_print_json(cli, json);
        json_decref(json);
    } else if (rc == 0 && !is_out_taken(options)) {
        simulate_view_workload(cli->out, options, load);
        simulate_view_run(cli, &run);
    }
    sim_result_release(&run.result);
    strbuf_release(&name);
    return rc;
}

static int run_all(const struct cli *cli,
                   const struct simulate_options *options,
                   const struct simulate_load *load, char *words,
                   struct simulate_run *runs, size_t *n, struct err *err)
{
    char *state = NULL;

    for (char *word = strtok_r(words, ",", &state); word != NULL;
         word = strtok_r(NULL, ",", &state)) {
        struct simulate_run *run = &runs[*n];
        struct sched_settings settings = options->sched;
        char *copy = mem_strdup(word); /* is cut up */
        bool is_moldable = options->is_moldable;
        int rc = policy_words_parse(copy, &settings, &is_moldable, err);

        run->name = word;
        if (rc == 0)
            rc = sched_settings_make(&settings, &run->config, err);
        run->malleable_as = malleable_as(&run->config, is_moldable);
        if (rc == 0)
            rc = run_one(cli, options, load, NULL,
                         *n > 0 ? &runs[0].result : NULL, run, err);
        free(copy);
        if (rc < 0)
            return -1;
        if ((*n)++ > 0) { /* only the first is compared with */
            free(run->result.jobs);
            run->result.jobs = NULL;
        }
    }
    return *n > 0 ? 0
                  : err_set(err, ERR_USAGE, "--compare: a policy is missing");
}

static int compare(const struct cli *cli,
                   const struct simulate_options *options,
                   const struct simulate_load *load, struct err *err)
{
    char *words = mem_strdup(options->compare);
    struct simulate_run *runs =
        mem_alloc_array(strlen(words) + 1, sizeof(*runs));
    size_t n = 0;
    int rc = run_all(cli, options, load, words, runs, &n, err);

    if (rc == 0 && options->is_json) {
        json_t *json = simulate_view_json(options, load, runs, n);
        cli_print_json(cli, json);
        json_decref(json);
    } else if (rc == 0) {
        simulate_view_workload(cli->out, options, load);
        fputc('\n', cli->out);
        simulate_view_compare(cli, runs, n);
    }
    if (n > 0)
        sim_result_release(&runs[0].result);
    free(runs);
    free(words);
    return rc;
}

static int run_simulate(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct simulate_options options;
    struct simulate_load load;
    int rc;

    if (simulate_options_parse(&options, &cli->common, argc, argv, err) < 0 ||
        simulate_load(cli, &options.workload, &load, err) < 0)
        return -1;
    rc = options.compare != NULL ? compare(cli, &options, &load, err)
                                 : simulate_one(cli, &options, &load, err);
    simulate_load_release(&load);
    return rc;
}

const struct command command_simulate = {
    .name = "simulate",
    .aliases = "sim",
    .group = GROUP_OTHER,
    .usage = "FILE... [OPTIONS]\n--from-history [OPTIONS]\n"
             "--generate lublin:JOBS [OPTIONS]",
    .help = "show what a policy would do to the jobs of a trace or a file",
    .more = "FILE is a trace in SWF, plain or packed with gzip, or a "
            "jobs.json. The scheduler is\nthe one that erm run has, with the "
            "same options, under a virtual clock. Policies to\ncompare are "
            "words of fcfs, easy, conservative, sjf, rigid, moldable, "
            "evolving,\nelastic and OPTION=VALUE, joined by +, as in "
            "easy,easy+sjf,elastic+expand=shortest.",
    .options = simulate_option_rows,
    .run = run_simulate,
};
