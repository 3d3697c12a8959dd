/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See lublin.h. Written from the paper's description; the numbers are those of
 * its table for batch jobs. Logarithms of sizes are to base 2, those of times
 * natural.
 */
#include "sim/lublin.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/job.h"
#include "sim/random.h"

/* Size: one node, or 2^x with x from a two-stage uniform distribution. */
#define SERIAL_SHARE 0.2927
#define POWER_OF_TWO_SHARE 0.6686 /* of all jobs */
#define SIZE_LOW 1.2
#define SIZE_MIDDLE 2.0 /* below the logarithm of the machine's size */
#define SIZE_SMALL_SHARE 0.875

/* Run time: e^x with x from one of two gamma distributions. The larger the
 * job, the less likely is the first, the short one. */
#define SHORT_SHAPE 6.57
#define SHORT_SCALE 0.823
#define LONG_SHAPE 639.1
#define LONG_SCALE 0.0156
#define SHORT_PER_NODE (-0.003)
#define SHORT_SHARE 0.6986
#define RUN_LOG_MOST 12 /* 45 hours */

/* Arrivals: e^x seconds, x from a gamma distribution, between two jobs on a
 * clock that runs fast by day and slowly by night. */
#define GAP_SHAPE (6.0415 * 1.0519) /* of the rush hours, and all over it */
#define GAP_SCALE 0.8531
#define GAP_LOG_MOST 13 /* five days */

/* How many jobs come in each half hour: a gamma distribution over the day,
 * which begins where fewest come. */
#define BUCKETS 48
#define BUCKET_SECONDS 1800
#define DAY_SECONDS (BUCKETS * BUCKET_SECONDS)
#define DAY_SHAPE 6.1271
#define DAY_SCALE 5.2740
#define DAY_FIRST 11 /* its first half hour is that before 5:30 */

#define LOAD_LEAST 0.01
#define LOAD_MOST 100.0

/* Of each half hour of the day: seconds of the busy clock that have passed
 * when it begins; over the whole day as many as of the other. */
struct day {
    double begins[BUCKETS + 1];
};

/* The share of a half hour but for a constant factor: the density's integral,
 * by Simpson's rule. */
static double density(double x)
{
    return exp((DAY_SHAPE - 1) * log(x) - x / DAY_SCALE);
}

static double bucket_weight(double middle)
{
    return (density(middle - 0.5) + 4 * density(middle) +
            density(middle + 0.5)) /
           6;
}

static void day_init(struct day *day)
{
    double weights[BUCKETS], sum = 0;

    for (int i = DAY_FIRST; i < DAY_FIRST + BUCKETS; i++) {
        double weight = bucket_weight(i);
        weights[(i - 1) % BUCKETS] = weight;
        sum += weight;
    }
    day->begins[0] = 0;
    for (int i = 0; i < BUCKETS; i++)
        day->begins[i + 1] = day->begins[i] + DAY_SECONDS * weights[i] / sum;
}

/* Seconds since the first midnight when BUSY seconds of the busy clock have
 * passed. */
static double day_time(const struct day *day, double busy)
{
    double days = floor(busy / DAY_SECONDS);
    double rest = busy - days * DAY_SECONDS;
    int i = 0;

    while (i < BUCKETS - 1 && day->begins[i + 1] <= rest)
        i++;
    double length = day->begins[i + 1] - day->begins[i];
    double into = (rest - day->begins[i]) / length;
    return days * DAY_SECONDS + (i + into) * BUCKET_SECONDS;
}

static double uniform(struct random *random, double from, double to)
{
    return from + (to - from) * random_unit(random);
}

static double size_log(struct random *random, double high)
{
    double low = fmin(SIZE_LOW, high);
    double middle = fmax(high - SIZE_MIDDLE, low);

    return random_unit(random) <= SIZE_SMALL_SHARE
               ? uniform(random, low, middle)
               : uniform(random, middle, high);
}

static int64_t draw_size(struct random *random, uint32_t n_nodes)
{
    double kind = random_unit(random);
    int64_t size;

    if (kind <= SERIAL_SHARE)
        return 1;
    double x = size_log(random, log2(n_nodes));
    if (kind <= SERIAL_SHARE + POWER_OF_TWO_SHARE)
        x = round(x);
    size = llround(exp2(x));
    /* Rounding may have left the machine: to the next power of two in it. */
    while (size > n_nodes)
        size /= 2;
    return size;
}

/* e^x with x of a gamma distribution, no more than e^MOST. */
static double draw_time(struct random *random, double shape, double scale,
                        double most)
{
    double x;

    do {
        x = random_gamma(random, shape, scale);
    } while (x > most);
    return exp(x);
}

static int64_t draw_run(struct random *random, int64_t size)
{
    double short_share = SHORT_PER_NODE * (double)size + SHORT_SHARE;
    double run = random_unit(random) <= short_share
                     ? draw_time(random, SHORT_SHAPE, SHORT_SCALE, RUN_LOG_MOST)
                     : draw_time(random, LONG_SHAPE, LONG_SCALE, RUN_LOG_MOST);

    return run < 1 ? 1 : (int64_t)run;
}

/* What the user of a job of RUN seconds asks for. The share of it that jobs use
 * is about as often small as large (Mu'alem and Feitelson, TPDS 12(6), 2001),
 * and people ask for round times (Tsafrir, Etsion and Feitelson, JSSPP 2005).
 */
static int64_t draw_request(struct random *random, int64_t run)
{
    static const int64_t minutes[] = {1,   5,   10,  15,   20,   30,   45,
                                      60,  90,  120, 180,  240,  360,  480,
                                      600, 720, 960, 1080, 1440, 2160, 2880};
    size_t n = sizeof(minutes) / sizeof(*minutes);
    double wanted = (double)run / random_unit(random);

    for (size_t i = 0; i < n; i++)
        if ((double)minutes[i] * 60 >= wanted)
            return minutes[i] * 60;
    return minutes[n - 1] * 60;
}

static int check(const struct lublin_options *options, struct err *err)
{
    double load = options->load;

    if (options->n_jobs < 1 || options->n_jobs > JOB_ID_MAX)
        return err_set(err, ERR_INPUT, "1 to %d jobs are expected", JOB_ID_MAX);
    if (options->n_nodes < 1)
        return err_set(err, ERR_INPUT, "at least one node is expected");
    if (load != 0 && !(load >= LOAD_LEAST && load <= LOAD_MOST))
        return err_set(err, ERR_INPUT, "a load from %g to %g is expected",
                       LOAD_LEAST, LOAD_MOST);
    return 0;
}

/* By how much the gaps are to be stretched so that the load is met: WORK node
 * seconds until LAST on the busy clock. */
static double stretch(const struct lublin_options *options, double work,
                      double last)
{
    return options->load > 0 ? work / (options->n_nodes * options->load * last)
                             : 1;
}

int lublin_generate(struct swf *out, const struct lublin_options *options,
                    struct err *err)
{
    struct random random = {splitmix64(options->seed)};
    double *arrivals, busy = 0, work = 0;
    struct day day;

    if (check(options, err) < 0)
        return -1;
    arrivals = mem_alloc_array(options->n_jobs, sizeof(*arrivals));
    day_init(&day);
    out->max_procs = out->max_nodes = options->n_nodes;
    for (size_t i = 0; i < options->n_jobs; i++) {
        struct swf_job job = SWF_JOB_UNKNOWN;
        busy += draw_time(&random, GAP_SHAPE, GAP_SCALE, GAP_LOG_MOST);
        arrivals[i] = busy;
        job.id = (int64_t)i + 1;
        job.procs_used = job.procs_requested =
            draw_size(&random, options->n_nodes);
        job.run = draw_run(&random, job.procs_used);
        job.requested_time = draw_request(&random, job.run);
        job.status = 1;
        work += (double)job.run * (double)job.procs_used;
        swf_add(out, &job);
    }
    double factor = stretch(options, work, busy);
    for (size_t i = 0; i < options->n_jobs; i++)
        out->jobs[i].submit = (int64_t)day_time(&day, factor * arrivals[i]);
    free(arrivals);
    return 0;
}
