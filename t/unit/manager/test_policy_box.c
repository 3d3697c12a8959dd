/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.json between erm and a client that locks and edits it too. */
#include "stage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "manager/policy_box.h"

#define ELASTIC                                                        \
    "{\"command\": \"sleep 60\", \"elastic\": true, \"min_nodes\": 2," \
    " \"max_nodes\": 3, \"walltime\": \"1:00:00\"}"
#define POLICY "policy.json"

static void start(struct stage *stage)
{
    stage->options.policy_file = POLICY;
    stage_start(stage);
}

/* An elastic job of two nodes that is offered the third. */
static int64_t start_with_offer(struct stage *stage)
{
    int64_t job;

    start(stage);
    job = stage_submit(stage, ELASTIC);
    stage_expect_file(stage, POLICY, "\"expand\"");
    return job;
}

static bool is_closed(void *context)
{
    struct stage *stage = context;
    const struct job *job = sched_job(stage->manager->sched, 1);

    return job == NULL || !job_has_open_directive(job);
}

/* What the seed's client does once it has acted. */
static void client_clears(void)
{
    int fd = open(POLICY, O_RDWR);

    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(write(fd, "{\"jobs\": []}", 12), 12);
    close(fd);
}

static void test_the_file_is_made_and_kept_inside_by_default(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    assert_true(file_has(".erm/policy.json", "{ \"jobs\": [] }"));
    assert_non_null(
        strstr(policy_box_path(stage->manager->policy), "/.erm/policy.json"));
    assert_null(policy_box_requests_path(stage->manager->policy));
}

static void test_an_entry_that_is_removed_is_done(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    assert_true(file_has(POLICY, "\"id\": \"1\""));
    assert_true(file_has(POLICY, "\"num_nodes\": 1"));
    assert_true(file_has(POLICY, "\"nodes\": \"node3\""));
    assert_true(file_has(POLICY, "\"start_after\": 0"));
    assert_int_equal(stage_size(stage, job), 2);
    client_clears();
    assert_true(stage_until(stage, is_closed, stage, 5000));
    assert_int_equal(stage_size(stage, job), 3);
    assert_int_equal(stage_count_log(stage, "expand 2 -> 3 (node3) done"), 1);
}

static void test_an_entry_is_taken_back_when_its_job_ends(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    stage_send(stage, EV_CANCEL, job);
    stage_expect(stage, job, JOB_CANCELLED);
    stage_expect_no(stage, POLICY, "\"expand\"");
    assert_true(file_has(POLICY, "\"jobs\": []"));
    assert_true(policy_box_is_quiet(stage->manager->policy));
}

static void test_a_held_lock_stops_nothing_but_the_file(void **state)
{
    struct stage *stage = *state;
    int64_t other;
    int fd;

    start(stage);
    fd = open(POLICY, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    stage_submit(stage, ELASTIC);
    stage_expect_log(stage, "offered");
    stage_wait(stage, 100);
    assert_false(file_has(POLICY, "expand"));
    other = stage_submit(stage, "{\"command\": \"true\"}");
    stage_send(stage, EV_CANCEL, other);
    stage_expect(stage, other, JOB_CANCELLED);
    close(fd);
    stage_expect_file(stage, POLICY, "\"expand\"");
}

static void test_what_makes_no_sense_is_never_overwritten(void **state)
{
    struct stage *stage = *state;
    int64_t job;

    start(stage);
    file_put(POLICY, "{\"jobs\": [{\"id\"");
    job = stage_submit(stage, ELASTIC);
    stage_expect_log(stage, "offered");
    stage_wait(stage, 300);
    assert_true(file_has(POLICY, "{\"jobs\": [{\"id\""));
    assert_false(file_has(POLICY, "expand"));
    file_put(POLICY, "");
    stage_wait(stage, 300);
    assert_false(file_has(POLICY, "expand"));
    file_put(POLICY, "{\"jobs\": []}");
    stage_expect_file(stage, POLICY, "\"expand\"");
    assert_int_equal(stage_size(stage, job), 2);
}

static void test_an_emptied_file_does_not_count_as_done(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    file_put(POLICY, " \n");
    stage_wait(stage, 1300);
    assert_int_equal(stage_size(stage, job), 2);
    file_put(POLICY, "{\"jobs\": []}");
    assert_true(stage_until(stage, is_closed, stage, 5000));
    assert_int_equal(stage_size(stage, job), 3);
}

static void test_entries_of_others_are_told_once_and_stay(void **state)
{
    struct stage *stage = *state;

    file_put(POLICY,
             "{\"note\": 7, \"jobs\": [{\"id\": \"77\", \"scale\": \"x\"}]}");
    start_with_offer(stage);
    client_clears();
    file_put(POLICY, "{\"jobs\": [{\"id\": \"77\", \"scale\": \"x\"}]}");
    stage_wait(stage, 300);
    assert_true(file_has(POLICY, "77"));
    assert_int_equal(stage_count_log(stage, "left alone"), 1);
}

static void test_an_entry_of_an_ended_job_is_cleared(void **state)
{
    struct stage *stage = *state;
    int64_t job;

    start(stage);
    job = stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, job, JOB_COMPLETED);
    file_put(POLICY, "{\"jobs\": [{\"id\": \"1\", \"scale\": \"shrink\","
                     " \"num_nodes\": 1, \"nodes\": \"node1\"}]}");
    stage_expect_no(stage, POLICY, "shrink");
}

static void
test_an_offer_that_is_not_written_yet_can_be_taken_back(void **state)
{
    struct stage *stage = *state;
    int64_t job;
    int fd;

    start(stage);
    fd = open(POLICY, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    job = stage_submit(stage, ELASTIC);
    stage_expect_log(stage, "offered");
    stage_wait(stage, 50);
    stage_send(stage, EV_CANCEL, job);
    stage_expect(stage, job, JOB_CANCELLED);
    assert_true(policy_box_is_quiet(stage->manager->policy));
    close(fd);
    stage_wait(stage, 300);
    assert_false(file_has(POLICY, "expand"));
}

static void test_a_lost_file_is_made_again_with_what_is_open(void **state)
{
    struct stage *stage = *state;
    int64_t job = start_with_offer(stage);

    unlink(POLICY);
    stage_wait(stage, 1500);
    assert_int_equal(stage_size(stage, job), 2);
    stage_expect_file(stage, POLICY, "\"expand\"");
    assert_int_equal(stage_size(stage, job), 2);
}

static void test_a_file_that_cannot_be_made_is_an_error(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage->options.policy_file = "no/such/folder/policy.json";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_non_null(strstr(err.text, "no/such/folder/policy.json"));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_file_is_made_and_kept_inside_by_default),
        STORY(test_an_entry_that_is_removed_is_done),
        STORY(test_an_entry_is_taken_back_when_its_job_ends),
        STORY(test_a_held_lock_stops_nothing_but_the_file),
        STORY(test_what_makes_no_sense_is_never_overwritten),
        STORY(test_an_emptied_file_does_not_count_as_done),
        STORY(test_entries_of_others_are_told_once_and_stay),
        STORY(test_an_entry_of_an_ended_job_is_cleared),
        STORY(test_an_offer_that_is_not_written_yet_can_be_taken_back),
        STORY(test_a_lost_file_is_made_again_with_what_is_open),
        STORY(test_a_file_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
