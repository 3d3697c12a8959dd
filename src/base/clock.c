/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the clocks of the system. The wall clock is read once, at the start;
 * after that only CLOCK_BOOTTIME counts, which also runs during suspend.
 */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec ts;
    int status = clock_gettime(id, &ts);
    assert(status == 0);
    return (int64_t)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

void clock_init(struct clock *clock, time_us not_before)
{
    time_us wall = clock_wall_us();
    clock->boot_base = clock_boot_us();
    clock->base = wall > not_before ? wall : not_before;
}

time_us clock_now(const struct clock *clock)
{
    return time_add(clock->base, clock_boot_us() - clock->boot_base);
}

int64_t clock_boot_us(void)
{
    return read_us(CLOCK_BOOTTIME);
}

time_us clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

time_us time_add(time_us t, dur_us d)
{
    time_us sum;
    if (t == TIME_NEVER || d == TIME_NEVER)
        return TIME_NEVER;
    if (__builtin_add_overflow(t, d, &sum))
        return d > 0 ? TIME_NEVER : INT64_MIN;
    return sum;
}

dur_us time_between(time_us since, time_us when)
{
    return when == TIME_NEVER ? TIME_NEVER : when - since;
}
