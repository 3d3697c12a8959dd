/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/view_format.h"
#include "cli/view_sort.h"

#define NOW (1795430960 * USEC_PER_SEC) /* 2026-11-23T10:49:20Z */

static const char running[] =
    "{\"id\":6,\"name\":\"train\",\"kind\":\"elastic\",\"state\":\"growing\","
    "\"reason\":\"none\",\"reason_text\":\"\",\"nodelist\":\"node[04-07]\","
    "\"n_nodes\":4,\"min_nodes\":2,\"max_nodes\":6,\"priority\":5,"
    "\"walltime\":1800,\"elapsed\":182.4,\"time_left\":1617.6,"
    "\"submitted\":\"2026-11-23T10:40:00.000000Z\","
    "\"started\":\"2026-11-23T10:46:18.000000Z\",\"ended\":null,"
    "\"exit_code\":null,\"signal\":null,\"after\":[]}";
static const char waiting[] =
    "{\"id\":7,\"name\":\"blast\",\"state\":\"pending\",\"reason\":"
    "\"resources\",\"reason_text\":\"needs 2, 1 free\",\"nodelist\":\"\","
    "\"n_nodes\":0,\"min_nodes\":2,\"max_nodes\":2,\"priority\":0,"
    "\"walltime\":null,\"elapsed\":0,\"time_left\":null,\"position\":1,"
    "\"started\":null,\"after\":[{\"id\":3,\"kind\":\"ok\"},"
    "{\"id\":4,\"kind\":\"any\"}]}";
static const char ended[] =
    "{\"id\":2,\"name\":\"\",\"state\":\"failed\",\"nodelist\":\"\","
    "\"ended_by\":\"walltime\",\"n_nodes\":2,\"min_nodes\":2,\"max_nodes\":2,"
    "\"walltime\":60,\"elapsed\":61,\"time_left\":0,\"wait\":4.0,\"run\":61,"
    "\"started\":\"2026-11-22T10:46:18.000000Z\",\"exit_code\":1,\"signal\":0}";

/* The table of the three jobs in FORMAT; owned. */
static char *print(const char *name)
{
    static const char *const jobs[] = {running, waiting, ended};
    struct view_format format;
    struct table table;
    struct table_style style = {.has_header = true};
    struct view_context context = {NOW};
    struct err err;
    char *text = NULL;
    size_t n;
    assert_int_equal(view_format_parse(&format, name, &err), 0);
    table_init(&table, format.columns, format.n);
    for (size_t i = 0; i < 3; i++) {
        json_t *job = json_loads(jobs[i], 0, NULL);
        view_format_add(&format, &table, job, &context);
        json_decref(job);
    }
    FILE *out = open_memstream(&text, &n);
    table_print(&table, &style, out);
    fclose(out);
    table_release(&table);
    view_format_release(&format);
    return text;
}

static void expect(const char *name, const char *wanted)
{
    char *text = print(name);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_the_queue_as_people_see_it(void **state)
{
    (void)state;
    expect("default",
           "ID  NAME   ST  NODES  WANT   TIME       LEFT  NODELIST/REASON\n"
           " 6  train  R>      4   2-6  03:02      26:58  node[04-07]\n"
           " 7  blast  PD      -     2      -  unlimited  needs 2, 1 free\n"
           " 2  -      F       2     2  01:01          -  walltime\n");
}

static void test_fields_by_name(void **state)
{
    (void)state;
    expect("id,deps,position,exit", "ID  AFTER       POS  EXIT\n"
                                    " 6  -             -     -\n"
                                    " 7  3:ok,4:any    1     -\n"
                                    " 2  -             -   1:0\n");
    expect("id,started,wait,run", "ID  STARTED        WAIT    RUN\n"
                                  " 6  10:46:18          -      -\n"
                                  " 7  -                 -      -\n"
                                  " 2  Nov 22 10:46  00:04  01:01\n");
}

static void test_all_named_formats_are_good(void **state)
{
    (void)state;
    static const char *const names[] = {"default", "long", "deps", "why",
                                        "history"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        free(print(names[i]));
}

static void test_an_unknown_field_gets_a_suggestion(void **state)
{
    (void)state;
    struct view_format format;
    struct err err;
    assert_int_equal(view_format_parse(&format, "id,nodlist", &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.hint, "did you mean nodelist?");
    assert_int_equal(view_format_parse(&format, "zzzzzz", &err), -1);
    assert_non_null(strstr(err.hint, "help"));
    assert_int_equal(view_format_parse(&format, ",", &err), -1);
}

static void test_the_list_of_fields(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    view_format_list(out);
    fclose(out);
    assert_non_null(strstr(text, "default"));
    assert_non_null(strstr(text, "nodelist"));
    free(text);
}

static void expect_sorted(const char *key, const char *ids)
{
    json_t *jobs =
        json_loads("[{\"id\":1,\"name\":\"b\",\"priority\":2,\"n_nodes\":1},"
                   "{\"id\":2,\"name\":\"a\",\"priority\":10,\"n_nodes\":null},"
                   "{\"id\":3,\"name\":\"c\",\"priority\":2,\"n_nodes\":7}]",
                   0, NULL);
    char text[20] = "";
    size_t i;
    const json_t *job;
    view_sort(jobs, key);
    json_array_foreach(jobs, i, job)
    {
        char id[8];
        snprintf(id, sizeof(id), "%d",
                 (int)json_integer_value(json_object_get(job, "id")));
        strcat(text, id);
    }
    assert_string_equal(text, ids);
    json_decref(jobs);
}

static void test_jobs_are_sorted_by_a_field(void **state)
{
    (void)state;
    expect_sorted("name", "213");
    expect_sorted("-name", "312");
    expect_sorted("priority", "132"); /* 10 after 2; equal ones stay */
    expect_sorted("-priority", "213");
    expect_sorted("nodes", "213"); /* the column's name; null first */
    expect_sorted("nothing", "123");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_queue_as_people_see_it),
        cmocka_unit_test(test_fields_by_name),
        cmocka_unit_test(test_all_named_formats_are_good),
        cmocka_unit_test(test_an_unknown_field_gets_a_suggestion),
        cmocka_unit_test(test_the_list_of_fields),
        cmocka_unit_test(test_jobs_are_sorted_by_a_field),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
