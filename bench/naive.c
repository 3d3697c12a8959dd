/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reference to hold erm's simulator against: batch scheduling of a trace with
 * vectors, and a sort in each pass. It shares no code with erm, reads SWF by
 * itself, and follows the words of the literature, not those of src/core:
 *
 *  fcfs  the queue's head starts while it fits
 *  easy  Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995: others may
 *        start if they do not delay the head by what is planned
 *  sjbf  Tsafrir, Etsion, Feitelson, TPDS 18(6), 2007: as easy, candidates by
 *        rising estimate
 *  cons  Mu'alem and Feitelson, TPDS 12(6), 2001: each job of the queue has a
 *        reservation; all are planned anew in each pass
 *
 * batch order: at an instant all ends, all submits, one pass. pyss order (of
 * the simulator that the SC'15 study used): a pass for each event, submits
 * before ends, ends in the order of the starts, and what is planned to end now
 * counts as free already.
 *
 * usage: naive [-p POLICY] [-e req|act] [-o batch|pyss] [-n NODES] [-h HEAD]
 *              [-c CSV] TRACE
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

typedef int64_t seconds;

struct job {
    long id, place; /* place: in the file */
    seconds submit, run, requested;
    seconds limit; /* by which the scheduler plans */
    seconds start; /* -1 until then */
    long size;
    size_t turn; /* how many had started before it */
};

struct list { /* of indexes of jobs */
    size_t *items, n;
};

struct step { /* FREE nodes from WHEN on */
    seconds when;
    long free;
};

static struct job *jobs;
static size_t n_jobs, n_started, n_passes;
static struct list queue, running;
static long n_nodes, n_free;
static enum policy { FCFS, EASY, SJBF, CONS } policy = EASY;
static bool is_pyss;

static seconds planned_end(size_t i)
{
    return jobs[i].start + jobs[i].limit;
}

static seconds real_end(size_t i)
{
    return jobs[i].start + jobs[i].run;
}

static void start(size_t i, seconds now)
{
    jobs[i].start = now;
    jobs[i].turn = n_started++;
    n_free -= jobs[i].size;
    running.items[running.n++] = i;
}

/* Takes the started ones out of the queue, from FIRST on. */
static void close_gaps(size_t first)
{
    size_t n = first;

    for (size_t i = first; i < queue.n; i++)
        if (jobs[queue.items[i]].start < 0)
            queue.items[n++] = queue.items[i];
    queue.n = n;
}

static void start_heads(seconds now)
{
    size_t n = 0;

    while (n < queue.n && jobs[queue.items[n]].size <= n_free)
        start(queue.items[n++], now);
    if (n > 0)
        close_gaps(0);
}

static int by_planned_end(const void *left, const void *right)
{
    seconds a = planned_end(*(const size_t *)left);
    seconds b = planned_end(*(const size_t *)right);

    return (a > b) - (a < b);
}

static int by_estimate(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;

    if (jobs[a].limit != jobs[b].limit)
        return jobs[a].limit < jobs[b].limit ? -1 : 1;
    return (a > b) - (a < b);
}

static void backfill(seconds now)
{
    const struct job *head = &jobs[queue.items[0]];
    size_t n_candidates = queue.n - 1;
    size_t *candidates = queue.items + 1;
    seconds shadow = now;
    long extra = n_free;

    if (n_free == 0 || n_candidates == 0)
        return;
    qsort(running.items, running.n, sizeof(size_t), by_planned_end);
    for (size_t i = 0; extra < head->size; i++) {
        extra += jobs[running.items[i]].size;
        shadow = planned_end(running.items[i]);
        /* all that ends then */
        while (i + 1 < running.n && planned_end(running.items[i + 1]) == shadow)
            extra += jobs[running.items[++i]].size;
    }
    extra -= head->size;
    if (policy == SJBF) {
        candidates = malloc(n_candidates * sizeof(size_t));
        memcpy(candidates, queue.items + 1, n_candidates * sizeof(size_t));
        qsort(candidates, n_candidates, sizeof(size_t), by_estimate);
    }
    for (size_t i = 0; i < n_candidates && n_free > 0; i++) {
        const struct job *job = &jobs[candidates[i]];
        bool is_in_time = now + job->limit <= shadow;
        if (job->size > n_free || (!is_in_time && job->size > extra))
            continue;
        if (!is_in_time)
            extra -= job->size;
        start(candidates[i], now);
    }
    if (policy == SJBF)
        free(candidates);
    close_gaps(1);
}

/* Where in the profile SIZE nodes are free for LIMIT seconds, earliest. */
static size_t earliest(const struct step *steps, size_t n, long size,
                       seconds limit)
{
    size_t first = 0;

    for (size_t i = 0; i < n; i++) {
        if (steps[i].free < size)
            first = i + 1;
        else if (i + 1 == n || steps[i + 1].when >= steps[first].when + limit)
            break;
    }
    return first;
}

/* The step that begins WHEN; split off if there is none. */
static size_t step_at(struct step *steps, size_t *n, seconds when)
{
    size_t i = *n;

    while (steps[i - 1].when > when)
        i--;
    if (steps[i - 1].when == when)
        return i - 1;
    memmove(&steps[i + 1], &steps[i], (*n - i) * sizeof(*steps));
    steps[i] = (struct step){when, steps[i - 1].free};
    (*n)++;
    return i;
}

static void replan(seconds now)
{
    struct step *steps = malloc((running.n + 2 * queue.n + 2) * sizeof(*steps));
    size_t n = 1;

    qsort(running.items, running.n, sizeof(size_t), by_planned_end);
    steps[0] = (struct step){now, n_free};
    for (size_t i = 0; i < running.n; i++) {
        seconds end = planned_end(running.items[i]);
        if (steps[n - 1].when < end) {
            steps[n] = (struct step){end, steps[n - 1].free};
            n++;
        }
        steps[n - 1].free += jobs[running.items[i]].size;
    }
    /* Without a free node now no more job can start now. */
    for (size_t i = 0; i < queue.n && n_free > 0; i++) {
        const struct job *job = &jobs[queue.items[i]];
        size_t first = earliest(steps, n, job->size, job->limit);
        seconds from = steps[first].when;
        size_t last = step_at(steps, &n, from + job->limit);
        for (size_t at = first; at < last; at++)
            steps[at].free -= job->size;
        if (from == now)
            start(queue.items[i], now);
    }
    free(steps);
    close_gaps(0);
}

static void pass(seconds now)
{
    n_passes++;
    if (policy == CONS) {
        if (queue.n > 0 && n_free > 0)
            replan(now);
        return;
    }
    start_heads(now);
    if (policy != FCFS && queue.n > 1)
        backfill(now);
}

static seconds next_end(void)
{
    seconds next = INT64_MAX;

    for (size_t i = 0; i < running.n; i++)
        if (real_end(running.items[i]) < next)
            next = real_end(running.items[i]);
    return next;
}

static void end(size_t place)
{
    n_free += jobs[running.items[place]].size;
    memmove(&running.items[place], &running.items[place + 1],
            (running.n - place - 1) * sizeof(size_t));
    running.n--;
}

/* Ends what ends NOW, or of that only what was planned to. */
static void end_all(seconds now, bool is_planned)
{
    for (size_t i = 0; i < running.n;) {
        size_t job = running.items[i];
        if (real_end(job) == now && (!is_planned || planned_end(job) == now))
            end(i);
        else
            i++;
    }
}

static int by_turn(const void *left, const void *right)
{
    size_t a = jobs[*(const size_t *)left].turn;
    size_t b = jobs[*(const size_t *)right].turn;

    return (a > b) - (a < b);
}

static void end_job(size_t job)
{
    for (size_t i = 0; i < running.n; i++) {
        if (running.items[i] == job) {
            end(i);
            return;
        }
    }
}

/* Ends come in the order of the starts: so they were put into the events. */
static void pyss_instant(seconds now, size_t *next)
{
    size_t *ending = malloc((running.n + 1) * sizeof(size_t)), n = 0;

    for (size_t i = 0; i < running.n; i++)
        if (real_end(running.items[i]) == now)
            ending[n++] = running.items[i];
    qsort(ending, n, sizeof(size_t), by_turn);
    end_all(now, true);
    while (*next < n_jobs && jobs[*next].submit == now) {
        queue.items[queue.n++] = (*next)++;
        pass(now);
    }
    for (size_t i = 0; i < n; i++) {
        end_job(ending[i]);
        pass(now);
    }
    free(ending);
}

static void batch_instant(seconds now, size_t *next)
{
    end_all(now, false);
    while (*next < n_jobs && jobs[*next].submit == now)
        queue.items[queue.n++] = (*next)++;
    pass(now);
}

static void simulate(void)
{
    size_t next = 0;

    while (next < n_jobs || running.n > 0) {
        seconds now = next_end();
        if (next < n_jobs && jobs[next].submit < now)
            now = jobs[next].submit;
        if (is_pyss)
            pyss_instant(now, &next);
        else
            batch_instant(now, &next);
    }
}

/* The strong filter of the SC'15 study; false drops the job. */
static bool is_kept(const double *fields, struct job *job)
{
    double used = fields[4], requested = fields[7];

    if (used > (double)n_nodes || requested > (double)n_nodes)
        return false;
    if (used <= 0 && requested <= 0)
        return false;
    if (fields[3] < 1 || fields[8] < 1 || fields[1] < 0)
        return false;
    *job = (struct job){.id = (long)fields[0],
                        .submit = (seconds)fields[1],
                        .run = (seconds)fields[3],
                        .requested = (seconds)fields[8],
                        .start = -1,
                        .size = (long)(requested > 0 ? requested : used)};
    if (job->requested < job->run)
        job->requested = job->run;
    return true;
}

static int by_submit(const void *left, const void *right)
{
    const struct job *a = left, *b = right;

    if (a->submit != b->submit)
        return a->submit < b->submit ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void read_trace(const char *path, size_t head, bool is_actual)
{
    gzFile file = gzopen(path, "rb");
    char line[4096];
    size_t size = 0;

    if (!file) {
        perror(path);
        exit(1);
    }
    while (n_jobs < head && gzgets(file, line, sizeof(line))) {
        double fields[9];
        char *at = line;
        if (sscanf(line, "; MaxProcs: %ld", &n_nodes) == 1 || line[0] == ';')
            continue;
        for (int i = 0; i < 9; i++)
            fields[i] = strtod(at, &at);
        if (n_jobs == size) {
            size = size ? 2 * size : 1024;
            jobs = realloc(jobs, size * sizeof(*jobs));
        }
        if (!is_kept(fields, &jobs[n_jobs]))
            continue;
        jobs[n_jobs].limit =
            is_actual ? jobs[n_jobs].run : jobs[n_jobs].requested;
        jobs[n_jobs].place = (long)n_jobs;
        n_jobs++;
    }
    gzclose(file);
    qsort(jobs, n_jobs, sizeof(*jobs), by_submit);
    queue.items = malloc(n_jobs * sizeof(size_t));
    running.items = malloc(n_jobs * sizeof(size_t));
    n_free = n_nodes;
}

static void write_csv(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        perror(path);
        exit(1);
    }
    fputs("job,submit,start,end,procs,run,req\n", file);
    for (size_t i = 0; i < n_jobs; i++)
        fprintf(file,
                "%ld,%" PRId64 ",%" PRId64 ",%" PRId64 ",%ld,%" PRId64
                ",%" PRId64 "\n",
                jobs[i].id, jobs[i].submit, jobs[i].start, real_end(i),
                jobs[i].size, jobs[i].run, jobs[i].requested);
    fclose(file);
}

static double bounded_slowdown(const struct job *job)
{
    double wait = (double)(job->start - job->submit), run = (double)job->run;
    double slowdown = (wait + run) / (run > 10 ? run : 10);

    return slowdown > 1 ? slowdown : 1;
}

static void print_metrics(double cpu)
{
    double n = (double)n_jobs, wait = 0, slowdown = 0, turnaround = 0, work = 0;
    seconds most = 0, last = 0;

    for (size_t i = 0; i < n_jobs; i++) {
        seconds waited = jobs[i].start - jobs[i].submit;
        wait += (double)waited;
        turnaround += (double)(waited + jobs[i].run);
        slowdown += bounded_slowdown(&jobs[i]);
        work += (double)jobs[i].run * (double)jobs[i].size;
        most = waited > most ? waited : most;
        last = real_end(i) > last ? real_end(i) : last;
    }
    last -= n_jobs > 0 ? jobs[0].submit : 0;
    printf(
        "n=%zu P=%ld meanwait=%.3f bsld10=%.5f meanturn=%.3f maxwait=%" PRId64
        " makespan=%" PRId64 " util=%.5f passes=%zu secs=%.3f "
        "jobs_per_s=%.0f\n",
        n_jobs, n_nodes, wait / n, slowdown / n, turnaround / n, most, last,
        work / ((double)n_nodes * (double)last), n_passes, cpu, n / cpu);
}

static bool set_policy(const char *name)
{
    static const char *const names[] = {"fcfs", "easy", "sjbf", "cons"};

    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            policy = (enum policy)i;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    const char *csv = NULL;
    size_t head = SIZE_MAX;
    bool is_actual = false, is_good = true;
    long nodes = 0;
    int option;

    while ((option = getopt(argc, argv, "p:e:o:n:h:c:")) != -1) {
        switch (option) {
        case 'p':
            is_good &= set_policy(optarg);
            break;
        case 'e':
            is_actual = strcmp(optarg, "act") == 0;
            break;
        case 'o':
            is_pyss = strcmp(optarg, "pyss") == 0;
            break;
        case 'n':
            nodes = atol(optarg);
            break;
        case 'h':
            head = strtoul(optarg, NULL, 10);
            break;
        case 'c':
            csv = optarg;
            break;
        default:
            is_good = false;
        }
    }
    if (!is_good || optind + 1 != argc) {
        fprintf(stderr, "usage: see the head of bench/naive.c\n");
        return 2;
    }
    n_nodes = nodes;
    read_trace(argv[optind], head, is_actual);
    clock_t begin = clock();
    simulate();
    print_metrics((double)(clock() - begin) / CLOCKS_PER_SEC);
    if (csv)
        write_csv(csv);
    return 0;
}
