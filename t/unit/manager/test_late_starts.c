/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts that wait for room on the disk. */
#include "stage.h"

#include "manager/late_starts.h"

/* A launcher that has no room while a file of that name is there. */
static bool is_full(void)
{
    return file_has("disk-full", "yes");
}

struct full_launcher {
    struct launcher launcher;
    struct launcher_ops ops;
    struct launcher *real; /* owned */
};

static struct launcher *real_of(struct launcher *launcher)
{
    return ((struct full_launcher *)(void *)launcher)->real;
}

static int full_start(struct launcher *launcher,
                      const struct launch_request *request, struct err *err)
{
    struct launcher *real = real_of(launcher);

    if (is_full())
        return err_set(err, ERR_FULL, "no room");
    return real->ops->start(real, request, err);
}

static int full_terminate(struct launcher *launcher,
                          const struct launch_key *key, dur_us grace,
                          struct err *err)
{
    struct launcher *real = real_of(launcher);

    return real->ops->terminate(real, key, grace, err);
}

static void full_destroy(struct launcher *launcher)
{
    struct launcher *real = real_of(launcher);

    real->ops->destroy(real);
    free(launcher);
}

static void start_full(struct stage *stage)
{
    struct full_launcher *full = calloc(1, sizeof(*full));

    file_put("disk-full", "yes");
    stage_start(stage);
    full->real = stage->manager->launcher;
    full->ops = *full->real->ops;
    full->ops.start = full_start;
    full->ops.terminate = full_terminate;
    full->ops.destroy = full_destroy;
    full->launcher.ops = &full->ops;
    stage->manager->launcher = &full->launcher;
}

static void test_a_start_waits_for_room(void **state)
{
    struct stage *stage = *state;

    start_full(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_wait(stage, 3200);
    assert_int_equal(stage_state(stage, 1), JOB_STARTING);
    assert_int_equal(stage_state(stage, 2), JOB_STARTING);
    file_put("disk-full", "no");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_expect(stage, 2, JOB_RUNNING);
    assert_int_equal(stage_count_log(stage, "could not be started"), 0);
    assert_int_equal(sched_job(stage->manager->sched, 1)->n_start_failures, 0);
}

static void test_a_start_that_waits_can_be_cancelled(void **state)
{
    struct stage *stage = *state;

    start_full(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_wait(stage, 50);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_false(late_starts_remove(stage->manager->late_starts, 1));
}

static void test_what_is_over_is_not_started(void **state)
{
    struct stage *stage = *state;
    struct late_starts *late;

    stage_start(stage);
    late = stage->manager->late_starts;
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    late_starts_add(late, 1, 1);
    late_starts_add(late, 77, 1);
    late_starts_add(late, 78, 1);
    assert_true(late_starts_remove(late, 77));
    assert_false(late_starts_remove(late, 77));
    stage_wait(stage, 3200);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    assert_false(late_starts_remove(late, 78));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_a_start_waits_for_room),
        STORY(test_a_start_that_waits_can_be_cancelled),
        STORY(test_what_is_over_is_not_started),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
