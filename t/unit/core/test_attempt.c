/* SPDX-License-Identifier: BSD-2-Clause */
/* How attempts start and end, and what the job is then. */
#include "support.h"

/* Nodes come back unless the job starts again on them. */
static bool comes_to(const char *told, const char *expected)
{
    static const char released[] = "release 1 0\n";
    bool is_released = strncmp(told, released, strlen(released)) == 0;

    if (is_released == (strncmp(expected, "restart", 7) == 0))
        return false;
    return strncmp(told + (is_released ? strlen(released) : 0), expected,
                   strlen(expected)) == 0;
}

/* What an attempt comes to, by how it ended and what had been asked. */
static void how_attempts_end(void **state)
{
    static const struct {
        const char *options, *asked, *end, *expected;
    } rows[] = {
        {"", "timer", "exited 1", "finish 1 completed"},
        {"", "timer", "exited 1 code=3", "finish 1 failed code 3"},
        {"", "timer", "exited 1 signal=11", "finish 1 failed signal 11"},
        {"requeue", "timer", "exited 1 code=3", "finish 1 failed code 3"},
        {"", "timer", "exited 1 by=walltime signal=15",
         "finish 1 timeout signal 15"},
        {"", "timer", "exited 1 by=request", "finish 1 cancelled"},
        {"", "timer", "lost 1", "finish 1 lost"},
        {"requeue", "timer", "lost 1", "requeued 1"},
        {"", "cancel 1", "exited 1 by=request", "finish 1 cancelled"},
        {"requeue", "cancel 1", "exited 1 by=request", "finish 1 cancelled"},
        {"", "cancel 1", "exited 1", "finish 1 completed"},
        {"", "cancel 1", "exited 1 by=walltime", "finish 1 timeout"},
        {"requeue", "cancel 1", "lost 1", "finish 1 cancelled"},
        {"", "requeue 1", "exited 1 by=request", "requeued 1"},
        {"", "requeue 1", "lost 1", "requeued 1"},
        {"", "requeue 1", "exited 1 code=1", "finish 1 failed code 1"},
        {"", "requeue 1; cancel 1", "exited 1 by=request",
         "finish 1 cancelled"},
        {"", "requeue 1; node_down 0", "exited 1 by=request",
         "finish 1 node_fail"},
        {"", "node_down 0", "exited 1 by=request", "finish 1 node_fail"},
        {"", "node_down 0", "lost 1", "finish 1 node_fail"},
        {"requeue", "node_down 0", "lost 1", "requeued 1"},
        {"requeue", "node_down 0", "exited 1 by=request", "requeued 1"},
        {"requeue", "node_down 0; cancel 1", "exited 1 by=request",
         "finish 1 cancelled"},
        {"requeue", "cancel 1; node_down 0", "exited 1 by=request",
         "finish 1 cancelled"},
        {"", "node_down 0", "exited 1", "finish 1 completed"},
        {"loss=restart", "timer", "exited 1 by=node_lost", "restart 1"},
        {"loss=restart", "node_down 0", "exited 1 by=request", "requeued 1"},
        {"loss=restart", "node_down 0; cancel 1", "exited 1 by=request",
         "finish 1 cancelled"},
        {"loss=restart", "cancel 1", "exited 1 by=node_lost",
         "finish 1 cancelled"},
        {"loss=restart", "requeue 1", "exited 1 by=node_lost", "requeued 1"},
        {"loss=shrink", "node_down 0", "exited 1 by=request",
         "finish 1 node_fail"},
        {"loss=shrink", "timer", "exited 1 by=node_lost", "finish 1 node_fail"},
        {"elastic resize=app", "timer", "exited 1 code=85", "restart 1"},
        {"elastic resize=app", "cancel 1", "exited 1 code=85",
         "finish 1 cancelled"},
        {"elastic resize=app", "requeue 1", "exited 1 code=85", "requeued 1"},
        {"elastic resize=app", "node_down 0", "exited 1 code=85",
         "finish 1 node_fail"},
        {"elastic resize=app", "timer", "exited 1 by=walltime code=85",
         "finish 1 timeout code 85"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct err err = {.code = ERR_NONE};
        struct strbuf told;
        struct story *story;
        char submit[120];

        snprintf(submit, sizeof submit, "submit 1 wall=100 %s",
                 rows[i].options);
        story = STORY("nodes 1", submit, "started 1", rows[i].asked);
        strbuf_init(&told);
        assert_int_equal(story_line(story, rows[i].end, &told, &err), 0);
        if (!comes_to(told.text, rows[i].expected))
            fail_msg("%s; %s: %s", rows[i].asked, rows[i].end, told.text);
        strbuf_release(&told);
        story_destroy(story);
    }
}

static void a_start_that_fails_ends_as_asked_meanwhile(void **state)
{
    struct story *story = STORY("nodes 2", "submit 1 wall=9", "submit 2 wall=9",
                                "cancel 1", "requeue 2");

    (void)state;
    tell(story, "start_failed 1", "release 1 0\nfinish 1 cancelled\n");
    tell(story, "start_failed 2", "release 2 1\nrequeued 2\n");
    assert_int_equal(job_of(story, 2)->ending, ENDING_NOT);
    assert_int_equal(job_of(story, 2)->attempt, 1);
    tell(story, "[2] timer", "start 2 on 0\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_attempts_end),
        cmocka_unit_test(a_start_that_fails_ends_as_asked_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
