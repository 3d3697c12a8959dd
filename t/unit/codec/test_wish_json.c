/* SPDX-License-Identifier: BSD-2-Clause */
/* Wishes of jobs and what they are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "codec/wish_json.h"

static struct wish parse(const char *text)
{
    struct wish wish;
    struct err err;

    err_clear(&err);
    if (wish_from_text(text, strlen(text), &wish, &err) != 0)
        fail_msg("%s: %s", text, err.text);
    return wish;
}

static void asks(const char *text, enum wish_op op, uint32_t min, uint32_t max)
{
    struct wish wish = parse(text);

    assert_int_equal(wish.op, op);
    assert_int_equal(wish.min, min);
    assert_int_equal(wish.max, max);
    wish_release(&wish);
}

static void refuses(const char *text, const char *why)
{
    struct wish wish;
    struct err err;

    err_clear(&err);
    assert_int_equal(wish_from_text(text, strlen(text), &wish, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    if (strstr(err.text, why) == NULL)
        fail_msg("%s: told \"%s\", not \"%s\"", text, err.text, why);
}

static void test_how_many(void **state)
{
    (void)state;
    asks("{\"op\": \"grow\", \"min\": 1, \"max\": 4}", WISH_GROW, 1, 4);
    asks("{\"op\": \"grow\", \"max\": 4}", WISH_GROW, 4, 4);
    asks("{\"op\": \"shrink\", \"min\": 2}", WISH_SHRINK, 2, 2);
    asks("{\"op\": \"set\", \"max\": 3}", WISH_SET, 0, 3);
    asks("{\"op\": \"set\", \"min\": 2, \"max\": 3}", WISH_SET, 2, 3);
    asks("{\"op\": \"release\", \"nodes\": [\"n3\", \"n4\"]}", WISH_RELEASE, 2,
         2);
    asks("{\"op\": \"offers\"}", WISH_OFFERS, 0, 0);
    asks("{\"op\": \"grow\", \"max\": 2, \"nodes\": []}", WISH_GROW, 2, 2);
}

static void test_wait_and_reason(void **state)
{
    struct wish wish = parse("{\"op\": \"grow\", \"max\": 1, \"wait\": 120,"
                             " \"reason\": \"more tasks\", \"other\": {}}");

    (void)state;
    assert_int_equal(wish.wait, 120 * USEC_PER_SEC);
    assert_string_equal(wish.reason, "more tasks");
    wish_release(&wish);
}

static void test_what_is_wrong_is_named(void **state)
{
    (void)state;
    refuses("{", "1:");
    refuses("{\"op\": \"expand\", \"max\": 1}",
            "op: one of grow, shrink, release, set, offers is expected, found "
            "expand");
    refuses("{\"op\": \"grow\"}",
            "max: grow needs a number of nodes, or names");
    refuses("{\"op\": \"set\"}", "max: set needs a number of nodes");
    refuses("{\"op\": \"set\", \"nodes\": [\"n1\"]}", "nodes: set goes by");
    refuses("{\"op\": \"grow\", \"min\": 0, \"max\": 1}",
            "min: a whole number");
    refuses("{\"op\": \"grow\", \"max\": 1.5}", "max: a whole number");
    refuses("{\"op\": \"grow\", \"max\": 100001}", "max: a whole number");
    refuses("{\"op\": \"grow\", \"min\": 3, \"max\": 2}",
            "min: 3 is more than max, 2");
    refuses("{\"op\": \"grow\", \"max\": 1, \"nodes\": [\"n1\"]}",
            "nodes: either names or a number");
    refuses("{\"op\": \"grow\", \"max\": 1, \"wait\": \"2m\"}",
            "wait: a number of seconds");
}

static void named(const char *file, const char *expected)
{
    char name[WISH_NAME_MAX + 1];

    assert_int_equal(wish_name_of(file, name), expected != NULL);
    if (expected != NULL)
        assert_string_equal(name, expected);
}

static void test_names(void **state)
{
    char longest[WISH_NAME_MAX + 8], name[WISH_NAME_MAX + 1];

    (void)state;
    named("more.json", "more");
    named("w1.5-host_a.json", "w1.5-host_a");
    named(".json", NULL);
    named(".more.json", NULL);
    named("more", NULL);
    named("more.json.tmp", NULL);
    named("mo re.json", NULL);
    named("m\303\266re.json", NULL);
    memset(longest, 'x', sizeof(longest));
    strcpy(longest + WISH_NAME_MAX, ".json");
    assert_true(wish_name_of(longest, name));
    strcpy(longest + WISH_NAME_MAX + 1, ".json");
    assert_false(wish_name_of(longest, name));
}

static void answered(const struct wish_answer_note *note, const char *expected)
{
    struct strbuf text;

    strbuf_init(&text);
    wish_answer_to_text(note, &text);
    assert_string_equal(text.text, expected);
    strbuf_release(&text);
}

static void test_answers(void **state)
{
    struct wish_answer_note note = {
        .status = ANSWER_GRANTED, .granted = 4, .seq = 9};

    (void)state;
    answered(&note, "{\"status\":\"granted\",\"granted\":4,\"seq\":9}\n");
    note = (struct wish_answer_note){.status = ANSWER_QUEUED,
                                     .until = 1763850120500000};
    answered(&note, "{\"status\":\"queued\",\"granted\":0,"
                    "\"until\":1763850120.5}\n");
    note = (struct wish_answer_note){.status = ANSWER_DENIED,
                                     .reason = "no \"nodes\" \377",
                                     .retry_after = 30 * USEC_PER_SEC};
    answered(&note, "{\"status\":\"denied\",\"granted\":0,"
                    "\"reason\":\"no \\\"nodes\\\" ?\",\"retry_after\":30}\n");
    note.reason = NULL;
    note.retry_after = 0;
    answered(&note, "{\"status\":\"denied\",\"granted\":0,"
                    "\"retry_after\":null}\n");
}

static void test_offers(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text);
    wish_offers_to_text(3, 1763853600 * USEC_PER_SEC, &text);
    wish_offers_to_text(0, TIME_NEVER, &text);
    assert_string_equal(text.text, "{\"nodes\":3,\"until\":1763853600}\n"
                                   "{\"nodes\":0,\"until\":null}\n");
    strbuf_release(&text);
}

static long progress(const char *text)
{
    struct err err;
    uint32_t parts = 0;

    return wish_progress_from_text(text, strlen(text), &parts, &err) == 0
               ? (long)parts
               : -1;
}

static void test_progress(void **state)
{
    (void)state;
    assert_int_equal(progress("0.25\n"), 250000);
    assert_int_equal(progress("0"), 0);
    assert_int_equal(progress("1.0 \n"), 1000000);
    assert_int_equal(progress("1e-3"), 1000);
    assert_int_equal(progress(""), -1);
    assert_int_equal(progress("\n"), -1);
    assert_int_equal(progress("1.1"), -1);
    assert_int_equal(progress("-0.1"), -1);
    assert_int_equal(progress("nan"), -1);
    assert_int_equal(progress("0x1p-1"), -1);
    assert_int_equal(progress("0.5 0.6"), -1);
    assert_int_equal(progress("half"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_wait_and_reason),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_offers),
        cmocka_unit_test(test_progress),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
