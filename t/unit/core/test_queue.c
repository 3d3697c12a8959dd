/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue: its order, and queue_find() against a scan that looks at all. */
#include "support.h"

#define N_JOBS 200

/* Jobs by arrival; a queue over some of them. */
struct line {
    struct queue queue;
    struct job *jobs[N_JOBS];
    size_t n;
};

static struct job *add(struct line *line, uint32_t min_nodes, int64_t walltime,
                       int priority)
{
    struct job_request request;
    struct job *job;

    job_request_init(&request);
    request.id = (int64_t)line->n + 1;
    request.min_nodes = request.max_nodes = min_nodes;
    request.walltime = walltime < 0 ? TIME_NEVER : sec(walltime);
    request.priority = priority;
    job = job_create(&request);
    job->arrival = line->n + 1;
    job->needs = walltime < 0 ? 0 : request.walltime;
    job->length = job->shortest = request.walltime;
    line->jobs[line->n++] = job;
    queue_add(&line->queue, job);
    return job;
}

static void release(struct line *line)
{
    for (size_t i = 0; i < line->n; i++)
        job_destroy(line->jobs[i]);
}

static void the_order_is_priority_then_arrival(void **state)
{
    static const int64_t expected[] = {3, 1, 2, 5, 4};
    struct line line = {.n = 0};
    const struct job *job;
    size_t n = 0;

    (void)state;
    queue_init(&line.queue);
    assert_null(queue_first(&line.queue));
    add(&line, 1, 10, 0);
    add(&line, 1, 10, 0);
    add(&line, 1, 10, 7);
    add(&line, 1, 10, -3);
    add(&line, 1, 10, 0);
    for (job = queue_first(&line.queue); job != NULL; job = queue_next(job)) {
        assert_int_equal(queue_rank(job), n);
        assert_int_equal(job->request.id, expected[n++]);
    }
    assert_int_equal(n, 5);
    assert_int_equal(queue_count(&line.queue), 5);
    assert_null(queue_prev(queue_first(&line.queue)));
    assert_int_equal(queue_prev(line.jobs[4])->request.id, 2);
    release(&line);
}

static void a_job_that_comes_back_has_its_old_place(void **state)
{
    struct line line = {.n = 0};

    (void)state;
    queue_init(&line.queue);
    add(&line, 1, 10, 0);
    add(&line, 1, 10, 0);
    queue_remove(&line.queue, line.jobs[0]);
    assert_false(line.jobs[0]->is_queued);
    assert_ptr_equal(queue_first(&line.queue), line.jobs[1]);
    queue_add(&line.queue, line.jobs[0]);
    assert_ptr_equal(queue_first(&line.queue), line.jobs[0]);
    release(&line);
}

static void the_smallest_size_is_known(void **state)
{
    struct line line = {.n = 0};

    (void)state;
    queue_init(&line.queue);
    assert_int_equal(queue_min_nodes(&line.queue), UINT32_MAX);
    add(&line, 5, 10, 0);
    add(&line, 3, 10, 0);
    add(&line, 8, 10, 0);
    assert_int_equal(queue_min_nodes(&line.queue), 3);
    queue_remove(&line.queue, line.jobs[1]);
    assert_int_equal(queue_min_nodes(&line.queue), 5);
    release(&line);
}

static void the_longest_need_is_known(void **state)
{
    struct line line = {.n = 0};

    (void)state;
    queue_init(&line.queue);
    assert_int_equal(queue_max_needs(&line.queue), -1);
    assert_null(queue_find_longer(&line.queue, -sec(5)));
    add(&line, 1, -1, 0);
    assert_int_equal(queue_max_needs(&line.queue), 0);
    assert_null(queue_find_longer(&line.queue, 0));
    assert_ptr_equal(queue_find_longer(&line.queue, -1), line.jobs[0]);
    add(&line, 1, 70, 0);
    add(&line, 1, 80, 0);
    assert_int_equal(queue_max_needs(&line.queue), sec(80));
    assert_ptr_equal(queue_find_longer(&line.queue, sec(75)), line.jobs[2]);
    assert_null(queue_find_longer(&line.queue, sec(80)));
    queue_remove(&line.queue, line.jobs[2]);
    assert_int_equal(queue_max_needs(&line.queue), sec(70));
    release(&line);
}

static void find_takes_short_jobs_or_small_ones(void **state)
{
    struct queue_hole hole = {.n_free = 4, .n_extra = 1, .longest = sec(100)};
    struct line line = {.n = 0};

    (void)state;
    queue_init(&line.queue);
    add(&line, 5, 1, 0);   /* too large */
    add(&line, 2, 101, 0); /* too long, and more than is left over */
    add(&line, 4, 100, 0); /* just fits */
    add(&line, 1, -1, 0);  /* for ever, on the extra node */
    assert_ptr_equal(queue_find(&line.queue, NULL, &hole), line.jobs[2]);
    assert_ptr_equal(queue_find(&line.queue, line.jobs[2], &hole),
                     line.jobs[3]);
    assert_null(queue_find(&line.queue, line.jobs[3], &hole));
    hole.n_extra = 0;
    assert_null(queue_find(&line.queue, line.jobs[2], &hole));
    hole.n_free = 0;
    assert_null(queue_find(&line.queue, NULL, &hole));
    release(&line);
}

static const struct job *scan(const struct queue *queue,
                              const struct job *after,
                              const struct queue_hole *hole)
{
    const struct job *job =
        after == NULL ? queue_first(queue) : queue_next(after);

    for (; job != NULL; job = queue_next(job)) {
        if (job->request.min_nodes <= hole->n_free &&
            (job->request.walltime <= hole->longest ||
             job->request.min_nodes <= hole->n_extra))
            return job;
    }
    return NULL;
}

static void the_shortest_that_fits_is_found(void **state)
{
    struct queue_hole hole = {.n_free = 4, .n_extra = 1, .longest = sec(100)};
    struct line line = {.n = 0};

    (void)state;
    queue_init(&line.queue);
    add(&line, 5, 1, 0);  /* too large */
    add(&line, 2, 90, 0); /* there before the order was kept */
    queue_keep_shortest(&line.queue, true);
    add(&line, 4, 80, 0);
    add(&line, 3, 80, 0);
    assert_ptr_equal(queue_find_shortest(&line.queue, NULL, &hole),
                     line.jobs[2]);
    add(&line, 2, 80, 1); /* of equals the first of the queue */
    assert_ptr_equal(queue_find_shortest(&line.queue, NULL, &hole),
                     line.jobs[4]);
    hole.n_free = 2;
    hole.longest = sec(70);
    assert_null(queue_find_shortest(&line.queue, NULL, &hole));
    add(&line, 1, -1, 0); /* for ever, on the extra node */
    assert_ptr_equal(queue_find_shortest(&line.queue, NULL, &hole),
                     line.jobs[5]);
    queue_remove(&line.queue, line.jobs[5]);
    assert_null(queue_find_shortest(&line.queue, NULL, &hole));
    queue_keep_shortest(&line.queue, false);
    queue_remove(&line.queue, line.jobs[4]);
    assert_int_equal(queue_count(&line.queue), 4);
    release(&line);
}

static const struct job *scan_shortest(const struct queue *queue,
                                       const struct queue_hole *hole)
{
    const struct job *job = scan(queue, NULL, hole), *best = job;

    while (job != NULL && (job = scan(queue, job, hole)) != NULL) {
        if (job->request.walltime < best->request.walltime)
            best = job;
    }
    return best;
}

/* Looks from every place of the queue with some holes. */
static int compare(const struct line *line, uint64_t *random)
{
    int n_found = 0;

    for (int i = 0; i < 20; i++) {
        struct queue_hole hole = {.n_free = random_below(random, 20),
                                  .longest = sec(random_below(random, 120))};
        size_t j = random_below(random, (uint32_t)line->n);
        const struct job *after =
            line->jobs[j]->is_queued && i > 0 ? line->jobs[j] : NULL;
        const struct job *found;

        hole.n_extra = random_below(random, hole.n_free + 1);
        found = queue_find(&line->queue, after, &hole);
        assert_ptr_equal(found, scan(&line->queue, after, &hole));
        assert_ptr_equal(queue_find_shortest(&line->queue, NULL, &hole),
                         scan_shortest(&line->queue, &hole));
        n_found += found != NULL;
    }
    return n_found;
}

/* Whoever needs longer is found, one after the other, and nobody else. */
static int compare_longer(struct line *line, uint64_t *random)
{
    dur_us than = sec(random_below(random, 160));
    struct job *out[N_JOBS], *job;
    size_t n_longer = 0, n = 0;

    for (job = queue_first(&line->queue); job != NULL; job = queue_next(job))
        n_longer += job->needs > than;
    while ((job = queue_find_longer(&line->queue, than)) != NULL) {
        assert_true(job->needs > than);
        queue_remove(&line->queue, job);
        out[n++] = job;
    }
    assert_int_equal(n, n_longer);
    for (size_t i = 0; i < n; i++)
        queue_add(&line->queue, out[i]);
    return (int)n;
}

static void find_is_the_same_as_a_scan(void **state)
{
    uint64_t random = 5;
    int n_found = 0, n_longer = 0;

    (void)state;
    for (int round = 0; round < 50; round++) {
        struct line line = {.n = 0};

        queue_init(&line.queue);
        queue_keep_shortest(&line.queue, true);
        while (line.n < N_JOBS) {
            int64_t walltime = 1 + (int64_t)random_below(&random, 150);

            if (random_below(&random, 10) == 0)
                walltime = -1;
            add(&line, 1 + random_below(&random, 30), walltime,
                (int)random_below(&random, 3));
            if (random_below(&random, 3) == 0) {
                struct job *job =
                    line.jobs[random_below(&random, (uint32_t)line.n)];

                if (job->is_queued)
                    queue_remove(&line.queue, job);
            }
            if (line.n % 10 == 0) {
                n_found += compare(&line, &random);
                n_longer += compare_longer(&line, &random);
            }
        }
        release(&line);
    }
    assert_true(n_found > 5000);
    assert_true(n_longer > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_priority_then_arrival),
        cmocka_unit_test(a_job_that_comes_back_has_its_old_place),
        cmocka_unit_test(the_smallest_size_is_known),
        cmocka_unit_test(the_longest_need_is_known),
        cmocka_unit_test(find_takes_short_jobs_or_small_ones),
        cmocka_unit_test(the_shortest_that_fits_is_found),
        cmocka_unit_test(find_is_the_same_as_a_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
