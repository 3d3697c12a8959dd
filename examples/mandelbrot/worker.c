/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker: computes the tiles that the master gives it. TERM makes it finish
 * the one that it has and end; whatever else happens to it, the master gives
 * its tile to another one.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mandelbrot.h"
#include "wire.h"

static volatile sig_atomic_t is_leaving;

static void on_term(int signum)
{
    (void)signum;
    is_leaving = 1;
}

/* TERM is let in while the worker waits; before that it is looked for, as
 * ppoll() prefers a descriptor that is ready. */
static int wait_for(int fd, const sigset_t *let_in)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    sigset_t pending;
    while (!is_leaving) {
        sigpending(&pending);
        if (sigismember(&pending, SIGTERM))
            is_leaving = 1;
        else if (ppoll(&poll_fd, 1, NULL, let_in) == 1)
            return 0;
        else if (errno != EINTR)
            break;
    }
    return -1;
}

enum outcome { LOST, ENDED, LEFT };

/* Does what the master says, until one of the two ends. */
static enum outcome serve(int fd, const struct plan *plan,
                          const sigset_t *let_in)
{
    static uint16_t points[MAX_TILE * MAX_TILE];
    static unsigned char bytes[MAX_RESULT];
    size_t n_bytes = NUMBER_BYTES + plan_tile_bytes(plan);
    for (;;) {
        if (wait_for(fd, let_in) < 0)
            return is_leaving ? LEFT : LOST;
        if (recv(fd, bytes, NUMBER_BYTES, MSG_WAITALL) != NUMBER_BYTES)
            return LOST;
        uint32_t number = get_number(bytes);
        if (number == END)
            return ENDED;
        if (number >= plan_n_tiles(plan))
            return LOST;
        plan_compute(plan, number, points);
        put_points(bytes + NUMBER_BYTES, points, plan_tile_bytes(plan) / 2);
        if (send_all(fd, bytes, n_bytes) < 0)
            return LOST;
    }
}

/* A moment, which TERM cuts short. */
static void pause_a_little(const sigset_t *let_in)
{
    struct timespec span = {.tv_nsec = 100000000};
    ppoll(NULL, 0, &span, let_in);
}

/* Serves masters, one after the other when one is lost, until one says that
 * all is done or none is there for PATIENCE seconds. */
static int work(long patience)
{
    struct plan plan;
    sigset_t let_in, term;
    struct sigaction action = {.sa_handler = on_term};
    time_t last = time(NULL);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &let_in);
    sigdelset(&let_in, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    while (!is_leaving && time(NULL) - last <= patience) {
        int fd = find_master(&plan);
        if (fd < 0) {
            pause_a_little(&let_in);
            continue;
        }
        enum outcome outcome = serve(fd, &plan, &let_in);
        close(fd);
        if (outcome != LOST)
            return 0;
        last = time(NULL);
    }
    if (!is_leaving)
        fprintf(stderr, "mandelbrot: no master for %ld s\n", patience);
    return is_leaving ? 0 : 1;
}

static pid_t *children;
static long n_children;

static void pass_on(int signum)
{
    for (long i = 0; i < n_children; i++)
        kill(children[i], signum);
}

/* 0 when all children have ended well. */
static int wait_for_children(void)
{
    int status, worst = 0;
    while (waitpid(-1, &status, 0) > 0 || errno == EINTR)
        if (status != 0)
            worst = 1;
    return worst;
}

int run_worker(long n_processes, long patience)
{
    struct sigaction action = {.sa_handler = pass_on};
    pid_t parent = getpid();
    if (n_processes == 1)
        return work(patience);
    children = calloc((size_t)n_processes, sizeof(*children));
    if (children == NULL)
        return 1;
    for (long i = 0; i < n_processes; i++) {
        pid_t child = fork();
        if (child < 0) {
            perror("mandelbrot: fork");
            break;
        }
        if (child == 0) {
            /* none is left when the first process was killed */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(getppid() == parent ? work(patience) : 1);
        }
        children[n_children++] = child;
    }
    sigaction(SIGTERM, &action, NULL);
    return wait_for_children();
}
