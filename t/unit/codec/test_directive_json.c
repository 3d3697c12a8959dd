/* SPDX-License-Identifier: BSD-2-Clause */
/* What a job reads when it is asked for something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "codec/directive_json.h"

static void add(struct hostlist *list, const char *names)
{
    hostlist_init(list);
    assert_int_equal(hostlist_parse(list, names, NULL), 0);
}

static void test_a_shrink(void **state)
{
    struct hostlist current, delta, target;
    struct strbuf text;
    struct directive_note note = {
        .seq = 7,
        .epoch = 3,
        .op = DIRECTIVE_SHRINK,
        .on_deadline = DEADLINE_FORCE,
        .has_choice = true,
        .reason = "job 41 needs 1 node",
        .current = &current,
        .delta = &delta,
        .target = &target,
        .offered = 1763849970100001,
        .accept_by = 1763850000 * USEC_PER_SEC,
        .done_by = TIME_NEVER,
    };

    (void)state;
    add(&current, "n1,n2");
    add(&delta, "n2");
    add(&target, "n1");
    strbuf_init(&text);
    directive_to_text(&note, &text);
    assert_string_equal(
        text.text,
        "{\"v\":1,\"seq\":7,\"epoch\":3,\"op\":\"shrink\",\"state\":"
        "\"offered\","
        "\"reason\":\"job 41 needs 1 node\",\"forced\":true,"
        "\"on_deadline\":\"force\",\"choice\":true,"
        "\"current\":[\"n1\",\"n2\"],\"delta\":[\"n2\"],\"target\":[\"n1\"],"
        "\"offered\":1763849970.100001,\"accept_by\":1763850000,"
        "\"done_by\":null}\n");
    strbuf_reset(&text);
    note.op = DIRECTIVE_GROW;
    note.on_deadline = DEADLINE_KEEP;
    directive_to_text(&note, &text);
    assert_non_null(strstr(text.text, "\"op\":\"grow\""));
    assert_non_null(strstr(text.text, "\"forced\":false"));
    strbuf_release(&text);
    hostlist_release(&current);
    hostlist_release(&delta);
    hostlist_release(&target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shrink),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
