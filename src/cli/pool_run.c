/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes of a pool, see pool_run.h. */
#include "cli/pool_run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "cli/app_child.h"

#define LOST_CONNECTION (20 * USEC_PER_SEC)
#define KILLED (3 * USEC_PER_SEC)

/* One line a task, so that what was done counts also when the pool is killed in
 * the middle of the next one. */
static void note_done(struct pool_run *run, int task)
{
    if (run->done_file == NULL)
        return;
    fprintf(run->done_file, "%d\n", task + 1);
    fflush(run->done_file);
}

static void add_process(struct pool_run *run, pid_t pid, int task, int node,
                        uint64_t number)
{
    if (run->n_processes == run->processes_size) {
        run->processes_size = 2 * run->processes_size + 16;
        run->processes = mem_resize(run->processes, (size_t)run->processes_size,
                                    sizeof(*run->processes));
    }
    run->processes[run->n_processes++] = (struct pool_process){
        .pid = pid, .task = task, .node = node, .run = number};
}

/* erm app exec -n NODE -- COMMAND: how a node is reached is known there. */
static pid_t start_task(struct pool_run *run, int task, int node,
                        struct err *err)
{
    struct word_list words;
    char id[40], try[40];
    struct strbuf line;
    word_list_init(&words);
    word_list_add(&words, "/proc/self/exe");
    word_list_add(&words, "app");
    word_list_add(&words, "exec");
    word_list_add(&words, "-n");
    word_list_add(&words, run->pool.nodes[node].name);
    word_list_add(&words, "--");
    task_list_command(run->words, run->n_words, run->list.lines[task], &words);
    const char **argv = mem_alloc_array(words.n + 1, sizeof(*argv));
    memcpy(argv, words.words, words.n * sizeof(*argv));
    strbuf_init(&line);
    snprintf(id, sizeof(id), "ERM_TASK_ID=%d", task + 1);
    snprintf(try, sizeof(try), "ERM_TASK_TRY=%u",
             run->pool.tasks[task].n_failures + 1);
    strbuf_add_fmt(&line, "ERM_TASK=%s", run->list.lines[task]);
    const char *const env[] = {id, try, line.text, NULL};
    struct app_child child = {argv, env, -1, true};
    pid_t pid = app_child_start(&child, err);
    strbuf_release(&line);
    free(argv);
    word_list_release(&words);
    return pid;
}

int pool_run_start(struct pool_run *run, struct err *err)
{
    int task, node;
    uint64_t number;
    while (run->ended_by == 0 &&
           task_pool_start(&run->pool, &task, &node, &number)) {
        pid_t pid = start_task(run, task, node, err);
        if (pid > 0) {
            add_process(run, pid, task, node, number);
            continue;
        }
        /* too many processes: the next end makes room, if there is one */
        task_pool_cut(&run->pool, task, number);
        return run->n_processes > 0 ? 0 : -1;
    }
    return 0;
}

/* How long to wait for news of a process's node: one that fails takes its tasks
 * with it, and is missed only afterwards. */
static dur_us doubt(const struct pool_run *run, int code)
{
    if (erm_dir(run->e) == NULL)
        return 0;
    if (code == 255) /* of ssh: the connection */
        return LOST_CONNECTION;
    return code == 128 + SIGKILL || code == 128 + SIGTERM ? KILLED : 0;
}

/* Is the run of PROCESS still the one that counts? */
static bool is_its_run(const struct pool_run *run,
                       const struct pool_process *process)
{
    const struct task *task = &run->pool.tasks[process->task];
    return task->state == TASK_RUNS && task->run == process->run;
}

/* What the end of PROCESS means. One that was being ended was cut off, unless
 * it had finished its work before it heard of it. */
static void take_end(struct pool_run *run, const struct pool_process *process)
{
    int code = process->code;
    if (process->is_ending && code != 0) {
        task_pool_cut(&run->pool, process->task, process->run);
        return;
    }
    const struct task *task = &run->pool.tasks[process->task];
    bool counts = is_its_run(run, process);
    task_pool_end(&run->pool, process->task, process->run, code == 0);
    if (counts && code == 0)
        note_done(run, process->task);
    else if (counts)
        fprintf(run->told, "erm: task %d on %s: exit status %d%s: %s\n",
                process->task + 1, run->pool.nodes[process->node].name, code,
                task->state == TASK_WAITS ? ", comes again" : "",
                run->list.lines[process->task]);
}

static void kill_late(struct pool_run *run)
{
    time_us now = clock_boot_us();
    for (int i = 0; i < run->n_processes; i++) {
        struct pool_process *process = &run->processes[i];
        if (process->is_ended || !process->is_ending || process->kill_at > now)
            continue;
        kill(-process->pid, SIGKILL);
        process->kill_at = TIME_NEVER;
    }
}

/* Has PROCESS ended, and is known what that means? */
static bool is_settled(const struct pool_run *run, struct pool_process *process)
{
    int status;
    if (!process->is_ended) {
        if (waitpid(process->pid, &status, WNOHANG) != process->pid)
            return false;
        process->is_ended = true;
        process->code = app_child_status(status);
        process->judge_at =
            time_add(clock_boot_us(), doubt(run, process->code));
    }
    return process->is_ending || run->ended_by != 0 ||
           !is_its_run(run, process) || process->judge_at <= clock_boot_us();
}

void pool_run_reap(struct pool_run *run)
{
    for (int i = 0; i < run->n_processes;) {
        if (!is_settled(run, &run->processes[i])) {
            i++;
            continue;
        }
        struct pool_process process = run->processes[i];
        run->processes[i] = run->processes[--run->n_processes];
        take_end(run, &process);
    }
    kill_late(run);
}

void pool_run_end(struct pool_run *run, int node)
{
    time_us end = time_add(clock_boot_us(), run->grace);
    for (int i = 0; i < run->n_processes; i++) {
        struct pool_process *process = &run->processes[i];
        if (process->is_ending || (node >= 0 && process->node != node))
            continue;
        if (process->is_ended) { /* cut off by whatever ended it */
            process->is_ending = true;
            continue;
        }
        process->is_ending = true;
        process->kill_at = end;
        kill(-process->pid, SIGTERM);
    }
}

bool pool_run_is_on(const struct pool_run *run, int node)
{
    for (int i = 0; i < run->n_processes; i++)
        if (run->processes[i].node == node && !run->processes[i].is_ended)
            return true;
    return false;
}

time_us pool_run_next(const struct pool_run *run)
{
    time_us next = run->shrink.seq != 0 ? run->shrink.cut_at : TIME_NEVER;
    for (int i = 0; i < run->n_processes; i++) {
        const struct pool_process *process = &run->processes[i];
        time_us at = process->is_ended    ? process->judge_at
                     : process->is_ending ? process->kill_at
                                          : TIME_NEVER;
        if (at < next)
            next = at;
    }
    return next;
}
