/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An elastic program: counts primes with one worker process per node, and
 * starts or stops workers when policy.json tells it to.
 *
 * usage: elastic_primes --nodelist n1,n2 --job_id 2 [--seconds N]
 *
 * The main process deals blocks of numbers to idle workers through pipes. Twice
 * a second it looks for the first entry with its id in $ERM_POLICY_FILE: for
 * "expand" it starts a worker for each node named, for "shrink" it lets the
 * workers of those nodes finish their block and end. Then it removes its
 * entries under flock(2), in place: that tells the manager "done".
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORKERS 256
#define BLOCK 4000  /* numbers in a block */
#define POLL_MS 500 /* how often policy.json is looked at */

struct worker {
    char node[64];
    pid_t pid;
    int to, from; /* pipes: block number out, count of primes in */
    int block;    /* being worked on, -1 none */
    int is_leaving;
    int n_blocks; /* done */
};

struct state {
    struct worker workers[MAX_WORKERS];
    int n_workers;
    int next_block, n_done;
    time_t end; /* no new block from then on */
    long n_primes;
    const char *job_id, *policy_file;
};

static int is_prime(long n)
{
    if (n < 2)
        return 0;
    for (long d = 2; d * d <= n; d++) {
        if (n % d == 0)
            return 0;
    }
    return 1;
}

/* A worker: one block number in, one count out, until the pipe closes. */
static void work(int from, int to)
{
    int block;

    while (read(from, &block, sizeof block) == sizeof block) {
        long n_primes = 0;

        /* Large numbers, so that every block costs about the same. */
        for (long i = 0; i < BLOCK; i++)
            n_primes += is_prime(20000000L + (long)block * BLOCK + i);
        if (write(to, &n_primes, sizeof n_primes) != sizeof n_primes)
            break;
    }
    _exit(0);
}

static void start_worker(struct state *state, const char *node)
{
    struct worker *worker = &state->workers[state->n_workers];
    int to[2], from[2];

    if (state->n_workers == MAX_WORKERS || pipe2(to, O_CLOEXEC) < 0 ||
        pipe2(from, O_CLOEXEC) < 0) {
        perror("elastic_primes: cannot start a worker");
        exit(1);
    }
    memset(worker, 0, sizeof *worker);
    snprintf(worker->node, sizeof worker->node, "%s", node);
    worker->block = -1;
    worker->pid = fork();
    if (worker->pid < 0) {
        perror("elastic_primes: fork");
        exit(1);
    }
    if (worker->pid == 0) {
        /* Only this worker's own ends may stay open, or its siblings would
         * never see the end of their pipes. */
        for (int i = 0; i < state->n_workers; i++) {
            close(state->workers[i].to);
            close(state->workers[i].from);
        }
        close(to[1]);
        close(from[0]);
        work(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    worker->to = to[1];
    worker->from = from[0];
    state->n_workers++;
    printf("worker on %s started (%d now)\n", node, state->n_workers);
}

static void stop_worker(struct state *state, int i)
{
    struct worker *worker = &state->workers[i];

    close(worker->to);
    close(worker->from);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    printf("worker on %s stopped after %d blocks (%d left)\n", worker->node,
           worker->n_blocks, state->n_workers - 1);
    state->workers[i] = state->workers[--state->n_workers];
}

/* Runs ONE for each name of a comma-separated list. */
static void for_each_node(const char *list, struct state *state,
                          void (*one)(struct state *, const char *))
{
    char *copy = strdup(list), *rest = copy, *name;

    while ((name = strsep(&rest, ",")) != NULL) {
        if (*name != '\0')
            one(state, name);
    }
    free(copy);
}

static void mark_leaving(struct state *state, const char *node)
{
    for (int i = 0; i < state->n_workers; i++) {
        if (strcmp(state->workers[i].node, node) == 0)
            state->workers[i].is_leaving = 1;
    }
}

static int n_leaving(const struct state *state)
{
    int n = 0;

    for (int i = 0; i < state->n_workers; i++)
        n += state->workers[i].is_leaving;
    return n;
}

/* ---- policy.json, as the manager and other clients use it ---- */

static int is_mine(const json_t *entry, const char *job_id)
{
    const char *id = json_string_value(json_object_get(entry, "id"));

    return id != NULL && strcmp(id, job_id) == 0;
}

/* The first entry of this job, owned; NULL: none, or somebody is writing. */
static json_t *read_entry(const struct state *state)
{
    int fd = open(state->policy_file, O_RDONLY | O_CLOEXEC);
    json_t *file = NULL, *entry, *found = NULL;
    size_t i;

    if (fd < 0)
        return NULL;
    if (flock(fd, LOCK_SH) == 0)
        file = json_loadfd(fd, 0, NULL);
    close(fd);
    json_array_foreach(json_object_get(file, "jobs"), i, entry)
    {
        if (found == NULL && is_mine(entry, state->job_id))
            found = json_incref(entry);
    }
    json_decref(file);
    return found;
}

/* Removes all entries of this job, in place and under the lock: "done". */
static void remove_entries(const struct state *state)
{
    int fd = open(state->policy_file, O_RDWR | O_CLOEXEC);
    json_t *file, *jobs;
    char *text;

    if (fd < 0)
        return;
    flock(fd, LOCK_EX);
    file = json_loadfd(fd, 0, NULL);
    jobs = json_object_get(file, "jobs");
    for (size_t i = json_array_size(jobs); i-- > 0;) {
        if (is_mine(json_array_get(jobs, i), state->job_id))
            json_array_remove(jobs, i);
    }
    text = file == NULL ? NULL : json_dumps(file, JSON_INDENT(2));
    if (text != NULL && pwrite(fd, text, strlen(text), 0) > 0 &&
        ftruncate(fd, (off_t)strlen(text)) == 0)
        fsync(fd);
    free(text);
    json_decref(file);
    close(fd);
}

/* Acts on the outstanding entry, if there is one. A shrink is done only when
 * the workers of those nodes have ended. */
static void follow_policy(struct state *state)
{
    json_t *entry;
    const char *scale, *nodes;

    if (state->policy_file == NULL || n_leaving(state) > 0)
        return;
    entry = read_entry(state);
    scale = json_string_value(json_object_get(entry, "scale"));
    nodes = json_string_value(json_object_get(entry, "nodes"));
    if (scale != NULL && nodes != NULL && strcmp(scale, "expand") == 0) {
        printf("told to expand to %s\n", nodes);
        for_each_node(nodes, state, start_worker);
        remove_entries(state);
    } else if (scale != NULL && nodes != NULL) {
        printf("told to shrink by %s\n", nodes);
        for_each_node(nodes, state, mark_leaving);
        if (n_leaving(state) == 0)
            remove_entries(state);
    }
    json_decref(entry);
}

/* ---- dealing blocks ---- */

static void deal(struct state *state)
{
    for (int i = state->n_workers; i-- > 0;) {
        struct worker *worker = &state->workers[i];

        if (worker->block >= 0)
            continue;
        if (worker->is_leaving) {
            stop_worker(state, i);
            if (n_leaving(state) == 0)
                remove_entries(state);
        } else if (time(NULL) < state->end) {
            worker->block = state->next_block++;
            if (write(worker->to, &worker->block, sizeof worker->block) < 0)
                perror("elastic_primes: write");
        }
    }
}

static void collect(struct state *state)
{
    struct pollfd fds[MAX_WORKERS];
    int n = state->n_workers;

    for (int i = 0; i < n; i++)
        fds[i] =
            (struct pollfd){.fd = state->workers[i].from, .events = POLLIN};
    poll(fds, (nfds_t)n, POLL_MS);
    for (int i = 0; i < n; i++) {
        struct worker *worker = &state->workers[i];
        long n_primes;

        if (!(fds[i].revents & (POLLIN | POLLHUP)))
            continue;
        if (read(worker->from, &n_primes, sizeof n_primes) != sizeof n_primes) {
            fprintf(stderr, "elastic_primes: the worker on %s is gone\n",
                    worker->node);
            exit(1);
        }
        state->n_primes += n_primes;
        state->n_done++;
        worker->block = -1;
        worker->n_blocks++;
    }
}

static const char *option(int argc, char **argv, const char *name,
                          const char *otherwise)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    }
    return otherwise;
}

int main(int argc, char **argv)
{
    static struct state state;
    struct timespec last = {0}, now;

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    state.job_id = option(argc, argv, "--job_id", "0");
    state.policy_file = getenv("ERM_POLICY_FILE");
    state.end = time(NULL) + atoi(option(argc, argv, "--seconds", "10"));
    for_each_node(option(argc, argv, "--nodelist", "here"), &state,
                  start_worker);
    while (time(NULL) < state.end || state.n_done < state.next_block) {
        deal(&state);
        collect(&state);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec != last.tv_sec ||
            now.tv_nsec - last.tv_nsec > POLL_MS * 1000000L) {
            follow_policy(&state);
            last = now;
        }
    }
    while (state.n_workers > 0)
        stop_worker(&state, state.n_workers - 1);
    printf("%ld primes in %d blocks\n", state.n_primes, state.n_done);
    return 0;
}
