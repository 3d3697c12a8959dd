/* SPDX-License-Identifier: BSD-2-Clause */
/* Are hosts other machines? 192.0.2.0/24 is nobody's (RFC 5737), and so is
 * .invalid (RFC 6761). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dvm/place.h"

static enum place place_of(const char *names)
{
    struct hostlist list;
    enum place place;

    hostlist_init(&list);
    assert_int_equal(hostlist_parse(&list, names, NULL), 0);
    place = place_of_hosts(&list);
    hostlist_release(&list);
    return place;
}

static void test_this_machine(void **state)
{
    (void)state;
    assert_int_equal(place_of("localhost"), PLACE_SLICES);
    assert_int_equal(place_of("localhost,127.0.1.1"), PLACE_SLICES);
}

static void test_names_that_do_not_resolve(void **state)
{
    (void)state;
    assert_int_equal(place_of("a.invalid"), PLACE_UNKNOWN);
    assert_int_equal(place_of("localhost,a.invalid"), PLACE_UNKNOWN);
}

static void test_other_machines(void **state)
{
    (void)state;
    assert_int_equal(place_of("192.0.2.1"), PLACE_REMOTE);
    assert_int_equal(place_of("localhost,192.0.2.1"), PLACE_REMOTE);
    assert_int_equal(place_of("192.0.2.1,a.invalid"), PLACE_REMOTE);
    assert_int_equal(place_of("a.invalid,192.0.2.1"), PLACE_REMOTE);
}

static void test_few_names_are_asked_about(void **state)
{
    (void)state;
    assert_int_equal(
        place_of("a.invalid,b.invalid,c.invalid,d.invalid,192.0.2.1"),
        PLACE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_names_that_do_not_resolve),
        cmocka_unit_test(test_other_machines),
        cmocka_unit_test(test_few_names_are_asked_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
