/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/identity.h"

struct names {
    struct identities identities;
    size_t n;
    char *last; /* owned */
};

static int setup(void **state)
{
    struct names *names = calloc(1, sizeof(*names));

    identities_init(&names->identities);
    *state = names;
    return 0;
}

static int teardown(void **state)
{
    struct names *names = *state;

    identities_release(&names->identities);
    identities_release(NULL);
    free(names->last);
    free(names);
    return 0;
}

/* The identity of an entry without an id, borrowed until the next call. */
static const char *content(struct names *names, const char *text)
{
    json_t *object = json_loads(text, 0, NULL);
    size_t first;

    assert_non_null(object);
    free(names->last);
    names->last =
        identities_add(&names->identities, names->n++, object, 0, NULL, &first);
    json_decref(object);
    return names->last;
}

static void test_equal_entries_are_counted(void **state)
{
    char *first;

    first = strdup(content(*state, "{\"a\":1,\"b\":2}"));
    assert_int_equal(strlen(first), strlen("content:0123456789abcdef#1"));
    assert_memory_equal(first, "content:", 8);
    assert_string_equal(strchr(first, '#'), "#1");
    /* the order of keys and the white space are no content */
    content(*state, " {\"b\": 2, \"a\": 1}");
    assert_memory_equal(((struct names *)*state)->last, first, 25);
    assert_string_equal(strchr(((struct names *)*state)->last, '#'), "#2");
    content(*state, "{\"a\":1,\"b\":3}");
    assert_memory_not_equal(((struct names *)*state)->last, first, 25);
    free(first);
}

static void test_what_is_no_content(void **state)
{
    assert_non_null(strstr(content(*state, "{\"a\":1}"), "#1"));
    assert_non_null(
        strstr(content(*state, "{\"a\":1,\"status\":\"completed\"}"), "#2"));
    assert_non_null(strstr(
        content(*state, "{\"a\":1,\"comment\":1,\"_x\":2,\"x-y\":3}"), "#3"));
    assert_true(json_key_is_ignored("_"));
    assert_true(json_key_is_ignored("x-"));
    assert_false(json_key_is_ignored("x"));
    assert_false(json_key_is_ignored(""));
}

/* The hash is part of the format: it is kept in the store. */
static void test_the_hash_never_changes(void **state)
{
    assert_string_equal(content(*state, "{\"command\":\"a\"}"),
                        "content:c83302eca85cb0c1#1");
}

static void test_ids_and_labels(void **state)
{
    struct names *names = *state;
    size_t first = 99;
    char *identity;

    identity = identities_add(&names->identities, 4, NULL, 7, NULL, &first);
    assert_string_equal(identity, "id:7");
    free(identity);
    identity = identities_add(&names->identities, 5, NULL, 0, "prep", &first);
    assert_string_equal(identity, "id:prep");
    free(identity);
    assert_int_equal(first, 99);
    assert_null(identities_add(&names->identities, 6, NULL, 7, "x", &first));
    assert_int_equal(first, 4);
    assert_null(identities_add(&names->identities, 6, NULL, 0, "prep", &first));
    assert_int_equal(first, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_equal_entries_are_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_content, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_the_hash_never_changes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_ids_and_labels, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
