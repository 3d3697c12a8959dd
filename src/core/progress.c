/* SPDX-License-Identifier: BSD-2-Clause */
/* Progress of a job, from two reports at the same size. */
#include "core/progress.h"

#define LEAST_STEP (PROGRESS_WHOLE / 100)
#define LEAST_PAUSE USEC_PER_SEC

bool progress_is_news(const struct job *job, uint32_t n, time_us now)
{
    uint32_t step = n > job->progress ? n - job->progress : job->progress - n;

    if (n > PROGRESS_WHOLE || now - job->progressed < LEAST_PAUSE)
        return false;
    return step >= LEAST_STEP;
}

/* A job that is less far than before has gone back to a checkpoint. */
void progress_apply(struct job *job, uint32_t n, time_us now)
{
    if (job->progress_since == 0 || n < job->progress) {
        job->progress_from = n;
        job->progress_since = now;
    }
    job->progress = n;
    job->progressed = now;
}

void progress_measure_anew(struct job *job)
{
    job->progress_from = 0;
    job->progress_since = 0;
}

dur_us progress_left(const struct job *job, time_us now)
{
    dur_us planned =
        job->planned_end > now ? time_between(now, job->planned_end) : 0;
    double rate, left;

    if (job->progress <= job->progress_from || job->progress_since == 0)
        return planned;
    rate = (double)(job->progress - job->progress_from) /
           (double)(job->progressed - job->progress_since);
    left = (double)(PROGRESS_WHOLE - job->progress) / rate -
           (double)(now - job->progressed);
    if (left >= (double)planned)
        return planned;
    return left > 0 ? (dur_us)left : 0;
}
