/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest way to be elastic with liberm: a loop of steps, and between two
 * steps a look whether the job is to have another size. Each step counts the
 * primes of the next block, divided among one process for each node.
 *
 * usage: elastic_loop [BLOCKS]        as a job: "type": "elastic",
 *                                     "resize": "app"
 */
#include <erm.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 200000L

static long count_primes(long first, long last)
{
    long n_primes = 0;
    for (long n = first < 2 ? 2 : first; n < last; n++) {
        long d = 2;
        while (d * d <= n && n % d != 0)
            d++;
        n_primes += d * d > n;
    }
    return n_primes;
}

/* One process for each node, each with its share; their sum. */
static long do_step(long block, int n_nodes)
{
    long sum = 0, part;
    int ends[2];
    if (pipe(ends) < 0)
        return -1;
    for (int i = 0; i < n_nodes; i++) {
        if (fork() == 0) {
            part = count_primes(block * BLOCK + BLOCK * i / n_nodes,
                                block * BLOCK + BLOCK * (i + 1) / n_nodes);
            _exit(write(ends[1], &part, sizeof(part)) != sizeof(part));
        }
    }
    close(ends[1]);
    while (read(ends[0], &part, sizeof(part)) == sizeof(part))
        sum += part;
    close(ends[0]);
    while (wait(NULL) > 0)
        ;
    return sum;
}

/* The size from now on. */
static int follow_directive(erm_t *e, int n_nodes)
{
    erm_directive d;
    int rc = erm_poll(e, &d);
    if (rc == 1) {
        /* nothing runs between two steps: it is done as soon as it is said */
        printf("%s from %d to %d nodes\n",
               d.op == ERM_GROW ? "grows" : "shrinks", d.n_cur, d.n_target);
        rc = erm_done(e, d.seq, NULL, 0);
        n_nodes = d.n_target;
    }
    if (rc < 0)
        fprintf(stderr, "elastic_loop: %s\n", erm_error(e));
    return n_nodes;
}

int main(int argc, char **argv)
{
    int n_blocks = argc > 1 ? atoi(argv[1]) : 50;
    long n_primes = 0;
    erm_t *e = erm_open();
    int n_nodes = erm_nodes(e, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < n_blocks && n_nodes > 0; i++) {
        n_nodes = follow_directive(e, n_nodes);
        n_primes += do_step(i, n_nodes);
        erm_progress(e, (i + 1.0) / n_blocks);
    }
    printf("%ld primes below %ld\n", n_primes, n_blocks * BLOCK);
    erm_close(e);
    return n_nodes > 0 ? 0 : 1;
}
