/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app pool: many tasks on the nodes that the job has at the time. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/app.h"
#include "cli/app_signals.h"
#include "cli/commands.h"
#include "cli/file_text.h"
#include "cli/number.h"
#include "cli/pool_run.h"
#include "cli/time_text.h"

#define LOOK (1 * USEC_PER_SEC)
#define TASKS_MAX 10000000

enum {
    KEY_RETRIES = OPTION_FIRST_KEY,
    KEY_KEEP_GOING,
    KEY_KEEP_NODES,
    KEY_GRACE,
    KEY_AGAIN
};

static const struct option_row rows[] = {
    {'f', "file", "FILE", "the tasks, a line each (-: standard input)"},
    {'j', "slots", "N", "run N at a time on each node (default: its slots)"},
    {KEY_RETRIES, "retries", "N", "run a task that fails N times more (0)"},
    {KEY_KEEP_GOING, "keep-going", NULL, "when a task has failed, too"},
    {KEY_KEEP_NODES, "keep-nodes", NULL,
     "give none back when there is nothing left to start"},
    {KEY_GRACE, "grace", "SPAN", "between TERM and KILL of a task (5s)"},
    {KEY_AGAIN, "again", NULL,
     "all tasks, also those done by an attempt before"},
    {0, NULL, NULL, NULL},
};

struct pool_options {
    const char *file; /* borrowed */
    int64_t slots, retries;
    dur_us grace;
    bool keeps_going, keeps_nodes, is_again;
    char **words; /* borrowed */
    int n_words;
};

static int take_option(struct pool_options *pool, int key, const char *value,
                       struct err *err)
{
    switch (key) {
    case 'f':
        pool->file = value;
        return 0;
    case 'j':
        return number_parse("--slots", value, 1, 10000, &pool->slots, err);
    case KEY_RETRIES:
        return number_parse("--retries", value, 0, 1000000, &pool->retries,
                            err);
    case KEY_KEEP_GOING:
        pool->keeps_going = true;
        return 0;
    case KEY_KEEP_NODES:
        pool->keeps_nodes = true;
        return 0;
    case KEY_AGAIN:
        pool->is_again = true;
        return 0;
    default:
        return time_text_span_or_none("--grace", value, &pool->grace, err);
    }
}

static int read_pool(struct pool_options *pool, struct cli *cli, int argc,
                     char **argv, struct err *err)
{
    struct options options;
    int key, rc = 0;
    memset(pool, 0, sizeof(*pool));
    pool->grace = 5 * USEC_PER_SEC;
    options_init(&options, rows, &cli->common, argc, argv, true);
    while (rc == 0 && (key = options_next(&options, err)) >= 0)
        rc = take_option(pool, key, options.value, err);
    pool->words = options.operands;
    pool->n_words = options.n_operands;
    options_release(&options);
    if (rc < 0 || key != OPTIONS_END)
        return -1;
    if (pool->file == NULL)
        return err_set(err, ERR_USAGE,
                       "the file with the tasks (-f) is missing");
    if (pool->n_words == 0)
        return err_set(err, ERR_USAGE, "the command is missing");
    return 0;
}

/* ---- what an attempt before has done ---- */

static void skip_done(struct pool_run *run, const char *path)
{
    struct strbuf text;
    strbuf_init(&text);
    if (file_text_read(path, &text, NULL) == 0)
        for (char *rest = text.text, *line; (line = strsep(&rest, "\n"));) {
            long task = strtol(line, NULL, 10);
            /* the last line may be half a number: it has no end then */
            if (rest != NULL && task >= 1 && task <= run->list.n)
                task_pool_skip(&run->pool, (int)task - 1);
        }
    strbuf_release(&text);
}

/* In the mailbox, which lives over all attempts of the job. */
static void open_done_file(struct pool_run *run,
                           const struct pool_options *options)
{
    struct strbuf path;
    uint64_t number =
        task_list_hash(&run->list, options->words, options->n_words);
    if (erm_dir(run->e) == NULL)
        return;
    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/pool.%016" PRIx64 ".done", erm_dir(run->e),
                   number);
    if (!options->is_again)
        skip_done(run, path.text);
    run->done_file = fopen(path.text, options->is_again ? "we" : "ae");
    if (run->done_file == NULL)
        fprintf(run->told, "erm: %s: %s: what is done is not noted\n",
                path.text, strerror(errno));
    strbuf_release(&path);
}

/* ---- the work ---- */

static void tell_progress(struct pool_run *run)
{
    time_us now = clock_boot_us();
    const struct task_pool *pool = &run->pool;
    if (pool->n_tasks == 0 || now - run->told_progress < LOOK)
        return;
    run->told_progress = now;
    erm_progress(run->e, (double)(pool->n_done + pool->n_failed) /
                             (double)pool->n_tasks);
}

/* The first signal ends the pool in order; a second one does not wait. */
static void take_signals(struct pool_run *run)
{
    int signal;
    while ((signal = app_signals_next(NULL)) != 0) {
        if (signal == SIGCHLD || signal == SIGUSR1 || signal == SIGUSR2)
            continue;
        if (run->ended_by != 0)
            run->grace = 0;
        run->ended_by = signal;
        for (int i = 0; i < run->n_processes; i++)
            run->processes[i].is_ending &= run->grace > 0;
        pool_run_end(run, -1);
    }
}

static int poll_ms(const struct pool_run *run)
{
    dur_us left = pool_run_next(run) - clock_boot_us();
    if (left < 0)
        left = 0;
    return (int)((left < LOOK ? left : LOOK) / USEC_PER_MSEC) + 1;
}

static int work(struct pool_run *run, int signals, struct err *err)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {erm_fd(run->e), POLLIN, 0}};
    for (;;) {
        take_signals(run);
        pool_run_reap(run);
        bool is_over = run->ended_by != 0 || task_pool_is_over(&run->pool);
        if (is_over && run->n_processes == 0)
            return 0;
        pool_run_follow(run);
        if (pool_run_start(run, err) < 0)
            return -1;
        pool_run_give_back(run);
        tell_progress(run);
        poll(fds, 2, poll_ms(run));
    }
}

static void tell_end(const struct pool_run *run)
{
    const struct task_pool *pool = &run->pool;
    int n_nodes = 0;
    for (int i = 0; i < pool->n_nodes; i++)
        n_nodes += pool->nodes[i].n_slots > 0;
    fprintf(run->told,
            "erm: %d tasks: %d done, %d failed, %d not run; %u runs repeated; "
            "%d nodes used\n",
            pool->n_tasks, pool->n_done, pool->n_failed, pool->n_waiting,
            pool->n_again, n_nodes);
}

static int finish(struct pool_run *run)
{
    const struct task_pool *pool = &run->pool;
    tell_end(run);
    run->told_progress = 0;
    tell_progress(run);
    if (run->ended_by != 0)
        return 128 + run->ended_by;
    return pool->n_done == pool->n_tasks ? 0 : 1;
}

static int run_tasks(struct pool_run *run, const struct pool_options *options,
                     struct err *err)
{
    int signals = app_signals_open(err);
    if (signals < 0)
        return -1;
    task_pool_init(&run->pool, run->list.n, (unsigned)options->retries,
                   options->keeps_going);
    open_done_file(run, options);
    int rc = work(run, signals, err);
    int status = rc < 0 ? -1 : finish(run);
    if (run->done_file != NULL)
        fclose(run->done_file);
    pool_run_forget_shrink(run);
    task_pool_release(&run->pool);
    free(run->processes);
    return status;
}

static int run_pool(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct pool_options options;
    struct strbuf text;
    if (read_pool(&options, cli, argc, argv, err) < 0)
        return -1;
    strbuf_init(&text);
    if (file_text_read(options.file, &text, err) < 0) {
        strbuf_release(&text);
        return -1;
    }
    struct pool_run run = {.words = options.words,
                           .n_words = options.n_words,
                           .slots = (unsigned)options.slots,
                           .grace = options.grace,
                           .keeps_nodes = options.keeps_nodes,
                           .told = cli->err};
    run.shrink.cut_at = TIME_NEVER;
    task_list_init(&run.list, strbuf_detach(&text));
    run.e = erm_open();
    int status = run.list.n > TASKS_MAX
                     ? err_set(err, ERR_INPUT, "%s: more than %d tasks",
                               options.file, TASKS_MAX)
                 : run.e == NULL ? err_set(err, ERR_SYSTEM, "no memory")
                                 : run_tasks(&run, &options, err);
    erm_close(run.e);
    task_list_release(&run.list);
    return status;
}

const struct command command_app_pool = {
    .name = "app pool",
    .group = GROUP_RESIZE,
    .usage = "-f FILE [OPTIONS] -- COMMAND... [{}]",
    .help = "run a command for each line of a file, on all nodes of the job",
    .more = "As many at a time as the nodes have slots; the line stands in the "
            "place of {}, or\nat the end. One word is a line for sh. A task "
            "knows ERM_TASK, ERM_TASK_ID (its line),\nERM_TASK_TRY and "
            "ERM_NODE. Nodes that come are used; on nodes that are to go the "
            "tasks\nare finished, or, when most of the time is over, ended and "
            "run elsewhere. What an\nattempt of the job before has done is not "
            "run again. At the end nodes are given back\nas they fall idle. "
            "Exit status: 0 all done, 1 some not, 128 + a signal.",
    .options = rows,
    .run = run_pool,
};
