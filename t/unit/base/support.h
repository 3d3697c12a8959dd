/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of base share: random numbers that are the same in every
 * run, and a look at a program that is expected to abort.
 */
#ifndef ERM_T_BASE_SUPPORT_H
#define ERM_T_BASE_SUPPORT_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift64*; SEED must not be 0 at the start. */
static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545f4914f6cdd1d;
}

/* 0 .. N - 1 */
static inline uint32_t random_below(uint64_t *seed, uint32_t n)
{
    return (uint32_t)((random_next(seed) >> 32) % n);
}

/* True when F aborts, which it does in a child with its stderr on FD. */
static inline bool aborts_to(void (*f)(void), int fd)
{
    pid_t child = fork();
    if (child == 0) {
        dup2(fd, STDERR_FILENO);
        f();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static inline bool aborts(void (*f)(void))
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool did = aborts_to(f, null);
    close(null);
    return did;
}

#endif
