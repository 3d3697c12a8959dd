/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as values, and their names in the journal. */
#include "support.h"

static void a_new_event_is_empty(void **state)
{
    struct event event;

    (void)state;
    event_init(&event, EV_DONE, 77);
    assert_int_equal(event.type, EV_DONE);
    assert_int_equal(event.now, 77);
    assert_int_equal(event.job, 0);
    assert_true(idset_is_empty(&event.nodes));
    assert_false(event.is_final || event.is_found || event.is_dependency);
    event_release(&event);
    event_release(NULL);
}

static void a_copy_shares_nothing(void **state)
{
    struct event event, copy;

    (void)state;
    event_init(&event, EV_SUBMIT, 5);
    idset_add_range(&event.nodes, 2, 4);
    job_request_init(&event.request);
    event.request.n_after = 1;
    event.request.after = malloc(sizeof *event.request.after);
    event.request.after[0] = (struct job_dependency){7, AFTER_ANY};
    event_copy(&copy, &event);
    event_release(&event);
    assert_set_equal(&copy.nodes, "2-4");
    assert_int_equal(copy.request.after[0].id, 7);
    assert_int_equal(copy.now, 5);
    event_release(&copy);
}

static void every_type_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = EV_SUBMIT; i <= EV_DELAY; i++) {
        const char *name = event_type_name((enum event_type)i);
        enum event_type type;

        assert_true(strlen(name) > 2);
        assert_int_equal(event_type_parse(name, &type), 0);
        assert_int_equal(type, i);
    }
}

static void an_unknown_name_is_no_event(void **state)
{
    enum event_type type = EV_TIMER;

    (void)state;
    assert_int_equal(event_type_parse("", &type), -1);
    assert_int_equal(event_type_parse("Submit", &type), -1);
    assert_int_equal(event_type_parse("submitted", &type), -1);
    assert_int_equal(type, EV_TIMER);
}

/* A journal of an older version is read by these. */
static void some_names_are_fixed(void **state)
{
    (void)state;
    assert_string_equal(event_type_name(EV_SUBMIT), "submit");
    assert_string_equal(event_type_name(EV_POOL_CHANGED), "pool_changed");
    assert_string_equal(event_type_name(EV_START), "start");
    assert_string_equal(event_type_name(EV_OFFER), "offer");
    assert_string_equal(event_type_name(EV_EXITED), "exited");
    assert_string_equal(event_type_name(EV_UNRESERVE), "unreserve");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_event_is_empty),
        cmocka_unit_test(a_copy_shares_nothing),
        cmocka_unit_test(every_type_has_a_name_of_its_own),
        cmocka_unit_test(an_unknown_name_is_no_event),
        cmocka_unit_test(some_names_are_fixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
