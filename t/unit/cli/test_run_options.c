/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/run_options.h"
#include "cli/shell_quote.h"

struct reading {
    struct run_options run;
    struct common_options common;
    struct err err;
    struct word_list words;
    char **argv;
    int rc;
};

static void begin(struct reading *r, const char *line)
{
    memset(r, 0, sizeof(*r));
    word_list_init(&r->words);
    assert_int_equal(shell_split(line, &r->words, NULL), 0);
    r->argv = mem_alloc_array(r->words.n + 1, sizeof(char *));
    memcpy(r->argv, r->words.words, r->words.n * sizeof(char *));
    r->rc = run_options_parse(&r->run, &r->common, (int)r->words.n, r->argv,
                              &r->err);
}

static void end(struct reading *r)
{
    word_list_release(&r->words);
    free(r->argv);
}

static void test_the_line_of_the_readme(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "erm -H hostfile -j jobs.json -N 5 -p policy.json -s 0");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.run.manager.hostfile, "hostfile");
    assert_string_equal(r.run.manager.jobs_file, "jobs.json");
    assert_string_equal(r.run.manager.policy_file, "policy.json");
    assert_int_equal(r.run.manager.n_nodes, 5);
    assert_false(r.run.manager.sched.start_at_max);
    assert_null(r.run.manager.requests_file);
    assert_false(r.run.manager.until_idle);
    assert_true(r.run.manager.sched.cooldown < 0);
    end(&r);
}

static void test_the_option_of_two_letters(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "erm -j jobs.json -jr requests.json -s 1");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.run.manager.jobs_file, "jobs.json");
    assert_string_equal(r.run.manager.requests_file, "requests.json");
    assert_true(r.run.manager.sched.start_at_max);
    end(&r);
    /* but not in a job's own command */
    begin(&r, "run -- app -jr x");
    assert_string_equal(r.run.operands[1], "-jr");
    assert_true(r.run.is_command);
    end(&r);
}

static void test_all_that_tunes_it(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "run --backfill none --backfill-order sjf --mode rigid "
              "--expand-strategy equal "
              "--shrink amdahl --cooldown 5 --evolving-delay 2m "
              "--accept-within 2s --done-within 1m "
              "--grace 3 --default-walltime 1h --launcher fake --output out "
              "--state-dir /x/.erm --until-idle -v --requests rq");
    assert_int_equal(r.rc, 0);
    const struct manager_options *m = &r.run.manager;
    assert_string_equal(m->sched.backfill, "none");
    assert_string_equal(m->sched.backfill_order, "sjf");
    assert_string_equal(m->sched.mode, "rigid");
    assert_string_equal(m->sched.expand, "equal");
    assert_string_equal(m->sched.shrink, "amdahl");
    assert_true(m->sched.cooldown == 5 * USEC_PER_SEC);
    assert_true(m->sched.evolving_delay == 120 * USEC_PER_SEC);
    assert_true(m->sched.accept_within == 2 * USEC_PER_SEC);
    assert_true(m->sched.done_within == 60 * USEC_PER_SEC);
    assert_true(m->grace == 3 * USEC_PER_SEC);
    assert_true(m->default_walltime == 3600 * USEC_PER_SEC);
    assert_string_equal(m->launcher, "fake");
    assert_string_equal(m->output_dir, "out");
    assert_string_equal(m->state_dir, "/x/.erm");
    assert_string_equal(m->requests_file, "rq");
    assert_true(m->until_idle);
    assert_int_equal(m->log_level, LOG_DEBUG);
    end(&r);
}

static void test_a_cooldown_may_be_none(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "run --cooldown 0 --default-walltime inf");
    assert_int_equal(r.rc, 0);
    assert_true(r.run.manager.sched.cooldown == 0);
    assert_true(r.run.manager.default_walltime == 0);
    end(&r);
}

static void test_where_the_nodes_come_from_and_when_they_go(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "run --nodes-from slurm --ends-in 2h --end-margin 5");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.run.manager.nodes_from, "slurm");
    assert_true(r.run.manager.ends_in == 7200 * USEC_PER_SEC);
    assert_true(r.run.manager.end_margin == 5 * USEC_PER_SEC);
    assert_true(r.run.manager.ends_at == 0);
    end(&r);
    begin(&r, "start --ends-at 2100-01-01T00:00:00Z");
    assert_int_equal(r.rc, 0);
    assert_true(r.run.manager.ends_at == 4102444800 * USEC_PER_SEC);
    assert_true(r.run.manager.ends_in == 0);
    end(&r);
}

static void test_start_stays_in_front_on_demand(void **state)
{
    (void)state;
    struct reading r;
    begin(&r, "start --foreground -q jobs.json");
    assert_int_equal(r.rc, 0);
    assert_true(r.run.is_foreground);
    assert_true(r.run.is_quiet);
    assert_int_equal(r.run.manager.log_level, LOG_WARNING);
    assert_int_equal(r.run.n_operands, 1);
    assert_false(r.run.is_command);
    end(&r);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "run -s 2",
        "run -s x",
        "run -N 0",
        "run -N -1",
        "run --grace x",
        "run --log-level loud",
        "run --cooldown ",
        "run --cooldown x",
        "run --bakfill none",
        "run --ends-in 0",
        "run --ends-at x",
        "run --ends-at 2020-01-01T00:00:00Z",
        "run --end-margin x",
        "run --ends-in 1h --ends-at 2100-01-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct reading r;
        begin(&r, bad[i]);
        assert_int_equal(r.rc, -1);
        assert_int_equal(r.err.code, ERR_USAGE);
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_of_the_readme),
        cmocka_unit_test(test_the_option_of_two_letters),
        cmocka_unit_test(test_all_that_tunes_it),
        cmocka_unit_test(test_a_cooldown_may_be_none),
        cmocka_unit_test(test_where_the_nodes_come_from_and_when_they_go),
        cmocka_unit_test(test_start_stays_in_front_on_demand),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
