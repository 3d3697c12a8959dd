/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast is the store: records per second by size of the transaction, whole
 * jobs per second, replay and opening. Works in $TMPDIR, which should be on
 * the disk that matters.
 */
#include "support.h"

#include "base/clock.h"
#include "store/history_view.h"
#include "store/journal.h"

#define RECORD                                                          \
    "{\"now\":1795430000000000,\"job\":123456,\"attempt\":1,\"nodes\":" \
    "\"17-24,40-47\",\"accept_by\":1795430030000000,\"when\":"          \
    "1795430300000000,\"op\":\"grow\",\"asker\":\"scheduler\",\"seq\":4711}"
#define SPEC                                                             \
    "{\"command\":\"./app --input case-17.dat --steps 10000\",\"name\":" \
    "\"case-17\",\"min_nodes\":2,\"max_nodes\":8,\"elastic\":true,"      \
    "\"walltime\":1800,\"cwd\":\"/home/user/campaign/run17\",\"env\":{"  \
    "\"OMP_NUM_THREADS\":\"4\",\"PATH\":\"/usr/bin:/bin\"},\"stdout\":"  \
    "\"erm-%j.out\"}"

static double seconds_since(int64_t start)
{
    return (double)(clock_boot_us() - start) / USEC_PER_SEC;
}

static void bench_records(struct store *store, int per_commit, int n)
{
    int64_t start = clock_boot_us();
    double seconds;

    for (int i = 0; i < n; i++) {
        MUST(store_add_record(store, 1, i, "offer", RECORD, NULL) > 0);
        if ((i + 1) % per_commit == 0)
            MUST(store_commit(store, NULL) == 0);
    }
    MUST(store_commit(store, NULL) == 0);
    seconds = seconds_since(start);
    printf("%5d records per commit: %9.0f records/s, %7.1f commits/s\n",
           per_commit, n / seconds, n / per_commit / seconds);
}

static void one_job(struct store *store, int64_t id, time_us now)
{
    static const char *const types[] = {"submit", "start", "started", "exited"};
    char identity[64];
    struct new_job job = {.id = id,
                          .identity = identity,
                          .name = "case-17",
                          .source = "jobs.json",
                          .spec = SPEC,
                          .submitted = now};
    struct job_end end = {.id = id,
                          .attempt = 1,
                          .time = now + 100,
                          .state = "completed",
                          .usage = {10, 20, 4096}};

    snprintf(identity, sizeof(identity), "id:%lld", (long long)id * 7919);
    for (int i = 0; i < 4; i++)
        store_add_record(store, now + i, id, types[i], RECORD, NULL);
    store_add_job(store, &job, NULL);
    store_job_started(store, id, 1, now + 10, NULL);
    store_phase(store, id, 1, now + 10, "n[1-2]", 2, "start", NULL);
    MUST(store_job_ended(store, &end, NULL) == 0);
}

static void bench_jobs(struct store *store, int per_commit, int n)
{
    int64_t first = store_max_job_id(store, NULL) + 1, start = clock_boot_us();

    for (int i = 0; i < n; i++) {
        one_job(store, first + i, 1000 * (first + i));
        if ((i + 1) % per_commit == 0)
            MUST(store_commit(store, NULL) == 0);
    }
    MUST(store_commit(store, NULL) == 0);
    printf("%5d jobs per commit:    %9.0f jobs/s\n", per_commit,
           n / seconds_since(start));
}

static int count_record(void *arg, const struct record *record)
{
    int64_t *n = arg;

    (void)record;
    (*n)++;
    return 0;
}

static void bench_looking(struct world *world)
{
    struct history_summary summary;
    int64_t n = 0, start = clock_boot_us();

    MUST(!store_each_record(world->store, 1, 0, count_record, &n, NULL));
    printf("reading %lld records: %.0f records/s\n", (long long)n,
           (double)n / seconds_since(start));
    start = clock_boot_us();
    MUST(!store_summary(world->store, 0, INT64_MAX, &summary, NULL));
    printf("summary over %lld jobs: %.3f s\n", (long long)summary.jobs,
           seconds_since(start));
    start = clock_boot_us();
    world_reopen(world);
    printf("close and open: %.3f s\n", seconds_since(start));
}

static void leave_unclean(void *arg)
{
    MUST(world_open(arg) == 0);
    _exit(0);
}

int main(void)
{
    void *state = NULL;
    struct world *world;
    int64_t start;

    if (world_setup_store(&state) != 0)
        return 1;
    world = state;
    bench_records(world->store, 1, 500);
    bench_records(world->store, 4, 2000);
    bench_records(world->store, 32, 16000);
    bench_records(world->store, 1000, 200000);
    bench_jobs(world->store, 8, 4000);
    bench_jobs(world->store, 100, 20000);
    bench_jobs(world->store, 1000, 100000);
    bench_looking(world);
    world_close(world);
    in_child(leave_unclean, world);
    start = clock_boot_us();
    MUST(world_open(world) == 0 && store_was_unclean(world->store));
    printf("open after an unclean end: %.3f s\n", seconds_since(start));
    return world_teardown(&state);
}
