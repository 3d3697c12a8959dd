/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floor: N x `true` by posix_spawn and wait, K at a time, nothing else.
 * usage: spawn_loop [N [K]]; prints jobs per second.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 2000, k = argc > 2 ? atoi(argv[2]) : 2;
    char name[] = "true";
    char *arguments[] = {name, NULL};
    struct timespec start, end;
    int n_live = 0;

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < n || n_live > 0;) {
        pid_t pid;

        if (i < n && n_live < k) {
            if (posix_spawnp(&pid, "true", NULL, NULL, arguments, environ))
                return 1;
            i++;
            n_live++;
        } else if (wait(NULL) > 0) {
            n_live--;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.0f\n", n / ((double)(end.tv_sec - start.tv_sec) +
                          (double)(end.tv_nsec - start.tv_nsec) / 1e9));
    return 0;
}
