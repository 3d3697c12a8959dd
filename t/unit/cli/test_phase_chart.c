/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/phase_chart.h"

#define T(s) ((time_us)(1795430400 + (s)) * USEC_PER_SEC) /* 10:40:00 */

static void expect(struct phase_chart *chart, unsigned width, const char *text)
{
    struct strbuf out;
    strbuf_init(&out);
    phase_chart_format(chart, width, &out);
    assert_string_equal(out.text, text);
    strbuf_release(&out);
    phase_chart_release(chart);
}

static void test_jobs_nodes_and_time(void **state)
{
    (void)state;
    struct phase_chart chart;
    phase_chart_init(&chart);
    /* job 5 on n1 and n2 for 20 s, grows into n3 after 10 s; then job 6 */
    phase_chart_add(&chart, 5, "md", "n1", T(0), T(20), false);
    phase_chart_add(&chart, 5, "md", "n2", T(0), T(20), false);
    phase_chart_add(&chart, 5, "md", "n3", T(10), T(20), true);
    phase_chart_add(&chart, 6, "blast", "n2", T(25), T(33), false);
    expect(&chart, 40,
           "n1   |aaaaaaaaaaaaaaaaaaaa.............|\n"
           "n2   |aaaaaaaaaaaaaaaaaaaa.....bbbbbbbb|\n"
           "n3   |..........AAAAAAAAAA.............|\n"
           "      10:40:00      33 s       10:40:33\n"
           "aA job 5 (md)   b  job 6 (blast)\n"
           "capitals: nodes that a job grew into\n");
}

static void test_nodes_are_in_the_order_of_people(void **state)
{
    (void)state;
    struct phase_chart chart;
    struct strbuf out;
    phase_chart_init(&chart);
    strbuf_init(&out);
    phase_chart_add(&chart, 1, "", "n10", T(0), T(9), false);
    phase_chart_add(&chart, 1, "", "n2", T(0), T(9), false);
    phase_chart_format(&chart, 60, &out);
    assert_true(strstr(out.text, "n2 ") < strstr(out.text, "n10 "));
    assert_null(strstr(out.text, "capitals"));
    strbuf_release(&out);
    phase_chart_release(&chart);
}

static void test_the_longest_in_a_cell_is_shown(void **state)
{
    (void)state;
    struct phase_chart chart;
    phase_chart_init(&chart);
    /* a column is 10 s: job 2 has most of the third, job 3 too little */
    phase_chart_add(&chart, 1, "", "n1", T(0), T(23), false);
    phase_chart_add(&chart, 2, "", "n1", T(23), T(30), false);
    phase_chart_add(&chart, 3, "", "n1", T(323), T(324), false);
    phase_chart_add(&chart, 4, "", "n1", T(324), T(330), false);
    expect(&chart, 40,
           "n1   |aab.............................d|\n"
           "      10:40:00   5 min 30 s    10:45:30\n"
           "a  job 1   b  job 2   c  job 3\n"
           "d  job 4\n");
}

static void test_an_instant_and_nothing(void **state)
{
    (void)state;
    struct phase_chart chart;
    phase_chart_init(&chart);
    expect(&chart, 80, "");
    struct strbuf out;
    strbuf_init(&out);
    phase_chart_add(&chart, 1, "", "n1", T(5), T(5), false);
    phase_chart_add(&chart, 2, "", "n1", T(9), T(5), false); /* ends before */
    phase_chart_format(&chart, 10, &out);
    assert_non_null(strstr(out.text, "job 1"));
    strbuf_release(&out);
    phase_chart_release(&chart);
}

static void test_letters_come_round_and_names_are_harmless(void **state)
{
    (void)state;
    struct phase_chart chart;
    struct strbuf out;
    phase_chart_init(&chart);
    strbuf_init(&out);
    for (int i = 0; i < 28; i++)
        phase_chart_add(&chart, 100 + i, "\033[2J", "n1", T(i), T(i + 1),
                        false);
    phase_chart_format(&chart, 120, &out);
    assert_non_null(strstr(out.text, "z  job 125"));
    assert_non_null(strstr(out.text, "a  job 126"));
    assert_null(strchr(out.text, '\033'));
    /* no line is wider than asked */
    for (char *line = strtok(out.text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 120);
    strbuf_release(&out);
    phase_chart_release(&chart);
}

static void test_long_names_of_nodes_are_cut(void **state)
{
    (void)state;
    struct phase_chart chart;
    phase_chart_init(&chart);
    phase_chart_add(&chart, 1, "", "a-very-long-name-of-a-node.example.org",
                    T(0), T(10), false);
    expect(&chart, 50,
           "a-very-long-name-of- |aaaaaaaaaaaaaaaaaaaaaaaaaaa|\n"
           "                      10:40:00   10 s    10:40:10\n"
           "a  job 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_nodes_and_time),
        cmocka_unit_test(test_nodes_are_in_the_order_of_people),
        cmocka_unit_test(test_the_longest_in_a_cell_is_shown),
        cmocka_unit_test(test_an_instant_and_nothing),
        cmocka_unit_test(test_letters_come_round_and_names_are_harmless),
        cmocka_unit_test(test_long_names_of_nodes_are_cut),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
