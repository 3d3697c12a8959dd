/* SPDX-License-Identifier: BSD-2-Clause */
/* Lost nodes: by rule and by state of the job. */
#include "support.h"

/* Job 1 has nodes 0-2 of 4 and needs two. */
static struct story *a_story(const char *rule, const char *then)
{
    char submit[120];

    snprintf(submit, sizeof submit,
             "submit 1 elastic min=2 max=4 pref=3 wall=900 loss=%s", rule);
    return STORY("config cooldown=0 mode=rigid", "nodes 4", submit, then);
}

static void each_rule_in_each_state(void **state)
{
    static const struct {
        const char *rule, *then, *lost, *expected;
    } rows[] = {
        {"end", "started 1", "node_down 1", "kill 1 for node_fail\n"},
        {"end", "timer", "node_down 1", "kill 1 for node_fail\n"},
        {"shrink", "started 1", "node_down 1",
         "directive 1 shrink forced by node loss 1 seq 1\n"
         "phase 1 lost 0,2\nrelease 1 1\n"},
        {"shrink", "timer", "node_down 1", "kill 1 for restart\n"},
        {"shrink", "started 1", "node_down 1-2", "kill 1 for node_fail\n"},
        {"shrink", "started 1", "node_down 3", ""},
        {"restart", "started 1", "node_down 1", "kill 1 for restart\n"},
        {"restart", "timer", "node_down 1", "kill 1 for restart\n"},
        {"restart", "started 1", "node_down 0,2", "kill 1 for node_fail\n"},
        {"shrink", "started 1; requeue 1", "node_down 1", ""},
        {"restart", "started 1; cancel 1", "node_down 0-2", ""},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct story *story = a_story(rows[i].rule, rows[i].then);

        tell(story, rows[i].lost, rows[i].expected);
        story_destroy(story);
    }
}

/* The loss is a directive of its own, with a number of its own, and the job may
 * be offered others for them at once. */
static void a_loss_is_a_directive(void **state)
{
    struct story *story = a_story("shrink", "started 1");
    const struct job *job = job_of(story, 1);

    (void)state;
    tell(story, "[5] node_down 1",
         "directive 1 shrink forced by node loss 1 seq 1\n"
         "phase 1 lost 0,2\nrelease 1 1\n");
    assert_int_equal(job->directive.seq, 1);
    assert_int_equal(job->directive.state, DIRECTIVE_FORCED);
    assert_int_equal(job->directive.asker, ASKED_BY_NODE_LOSS);
    assert_true(job->directive.offered == at(5));
    assert_true(job->no_resize_before <= at(5));
    tell(story, "config mode=elastic", "");
    tell(story, "[6] timer", "offer 1 expand 3 seq 2\n");
    story_destroy(story);
}

/* Several nodes of several jobs at once. */
static void each_job_loses_its_own(void **state)
{
    struct story *story =
        STORY("config mode=rigid", "nodes 6",
              "submit 1 elastic min=1 max=2 pref=2 wall=90 loss=shrink",
              "submit 2 elastic min=1 max=3 pref=3 wall=90 loss=shrink",
              "submit 3 wall=90", "started 1; started 2; started 3");

    (void)state;
    tell(story, "node_down 1-3,5",
         "directive 1 shrink forced by node loss 1 seq 1\n"
         "phase 1 lost 0\nrelease 1 1\n"
         "directive 2 shrink forced by node loss 2-3 seq 2\n"
         "phase 2 lost 4\nrelease 2 2-3\n"
         "kill 3 for node_fail\n");
    tell(story, "state",
         "nodes 0=allocated:1 1-3=down 4=allocated:2 5=down:3\n");
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_in_each_state),
        cmocka_unit_test(a_loss_is_a_directive),
        cmocka_unit_test(each_job_loses_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
