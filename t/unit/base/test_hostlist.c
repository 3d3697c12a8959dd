/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/hostlist.h"

struct row {
    const char *expression;
    const char *other;
};

static char *join(const struct hostlist *list)
{
    struct strbuf out;
    strbuf_init(&out);
    hostlist_join(list, ",", &out);
    return strbuf_detach(&out);
}

static char *format(const struct hostlist *list)
{
    struct strbuf out;
    strbuf_init(&out);
    hostlist_format(list, &out);
    return strbuf_detach(&out);
}

static void parse(struct hostlist *list, const char *expression)
{
    struct err err = {0};
    hostlist_init(list);
    if (hostlist_parse(list, expression, &err) < 0)
        fail_msg("%s", err.text);
}

static void expect_names(const char *expression, const char *names)
{
    struct hostlist list;
    parse(&list, expression);
    char *joined = join(&list);
    assert_string_equal(joined, names);
    free(joined);
    hostlist_release(&list);
}

/* NAMES are written as EXPRESSION, which reads as NAMES again. */
static void expect_form(const char *names, const char *expression)
{
    struct hostlist list;
    parse(&list, names);
    char *text = format(&list);
    assert_string_equal(text, expression);
    free(text);
    hostlist_release(&list);
    expect_names(expression, names);
}

static void test_rfc_29_vectors(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", ""},
        {"foox,fooy,fooz", "foox,fooy,fooz"},
        {"[1-3,5-6]", "1,2,3,5,6"},
        {"foo[1-5]", "foo1,foo2,foo3,foo4,foo5"},
        {"foo[0-4]-eth2", "foo0-eth2,foo1-eth2,foo2-eth2,foo3-eth2,foo4-eth2"},
        {"foo1,foo1,foo1", "foo1,foo1,foo1"},
        {"[00-02]", "00,01,02"},
        {"[00-2]", "00,01,02"},
        {"foo[1,1,2,1]", "foo1,foo1,foo2,foo1"},
        {"[005,4,11-13]", "005,004,011,012,013"},
    };
    for (size_t i = 0; i < N_OF(rows); i++)
        expect_names(rows[i].expression, rows[i].other);
}

static void test_padding(void **state)
{
    (void)state;
    expect_names("n[01-04,7]", "n01,n02,n03,n04,n07");
    expect_names("n[08-11]", "n08,n09,n10,n11");
    expect_names("n[098-101,1000]", "n098,n099,n100,n101,n1000");
    expect_names("n[9,010]", "n9,n010"); /* a later number may have its own */
    expect_names("n[9-10]", "n9,n10");
    expect_names("n[0,00]", "n0,n00");
}

static void test_several_items(void **state)
{
    (void)state;
    expect_names("a[1-2],b,c[07]x,a1", "a1,a2,b,c07x,a1");
    expect_names("node-1.cluster_2.org", "node-1.cluster_2.org");
    expect_names("n[999999999999999999]", "n999999999999999999");
}

static void test_parse_adds_to_the_list(void **state)
{
    (void)state;
    struct hostlist list;
    parse(&list, "a,b");
    assert_int_equal(hostlist_parse(&list, "c[1-2]", NULL), 0);
    assert_int_equal(list.n, 4);
    assert_string_equal(list.names[3], "c2");
    hostlist_release(&list);
    assert_int_equal(list.n, 0);
    hostlist_release(NULL);
}

static void test_bad_ones_are_named(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"node[5-1]", "'node[5-1]': the range 5-1 goes down"},
        {"a,node[1,[2]]", "'node[1,[2]]': brackets inside brackets"},
        {"r[1-2]n[1-2]", "'r[1-2]n[1-2]': more than one pair of brackets"},
        {"node[1-2", "'node[1-2': '[' without ']'"},
        {"node1-2]", "'node1-2]': ']' without '['"},
        {"node]1[", "']' without '['"},
        {"n[1]]", "']' without '['"},
        {"a,,b", "'': an empty item"},
        {",a", "'': an empty item"},
        {"a,", "'': an empty item"},
        {",", "'': an empty item"},
        {"n[]", "'n[]': a number is missing in the brackets"},
        {"n[,1]", "a number is missing"},
        {"n[1,]", "a number is missing"},
        {"n[1,,2]", "a number is missing"},
        {"n[-1]", "a number is missing"},
        {"n[1-]", "a number is missing"},
        {"n[1-2-3]", "'-' after a number in the brackets"},
        {"n[a-b]", "'a' in the brackets is not a number"},
        {"n[1x]", "'x' after a number in the brackets"},
        {"n[0x1-2]", "'x' after a number"},
        {"n[1234567890123456789]", "more than 18 digits"},
        {"-oX", "'-oX': a name must not begin with '-'"},
        {"-oProxyCommand=x", "'=' is not allowed"},
        {".hidden", "a name must not begin with '.'"},
        {"a;b", "'a;b': ';' is not allowed"},
        {"a b", "'a b': a space is not allowed"},
        {" a", "a space is not allowed"},
        {"a, b", "' b': a space is not allowed"},
        {"n[1 ,2]", "a space is not allowed"},
        {"a\tb", "the byte 0x09 is not allowed"},
        {"a\n", "the byte 0x0a is not allowed"},
        {"n\xc3\xb6", "the byte 0xc3 is not allowed"},
        {"$(touch x)", "'$' is not allowed"},
        {"user@host", "'@' is not allowed"},
        {"../x", "'/' is not allowed"},
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct err err = {0};
        struct hostlist list;
        parse(&list, "old1,old2");
        if (hostlist_parse(&list, rows[i].expression, &err) == 0)
            fail_msg("%s is accepted", rows[i].expression);
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.text, rows[i].other))
            fail_msg("%s: %s", rows[i].expression, err.text);
        assert_true(strlen(err.hint) > 0);
        assert_int_equal(list.n, 2); /* nothing was added */
        assert_string_equal(list.names[1], "old2");
        hostlist_release(&list);
    }
}

static void test_a_late_error_takes_all_back(void **state)
{
    (void)state;
    struct hostlist list;
    parse(&list, "a");
    assert_int_equal(hostlist_parse(&list, "b[1-100],c[3-2]", NULL), -1);
    assert_int_equal(list.n, 1);
    hostlist_release(&list);
}

static void expect_too_many(const char *expression)
{
    struct err err = {0};
    struct hostlist list;
    hostlist_init(&list);
    assert_int_equal(hostlist_parse(&list, expression, &err), -1);
    assert_non_null(strstr(err.text, "more than 100000 hosts"));
    assert_int_equal(list.n, 0);
    hostlist_release(&list);
}

static void test_there_is_a_limit(void **state)
{
    (void)state;
    struct hostlist list;
    parse(&list, "n[1-100000]");
    assert_int_equal(list.n, HOSTLIST_MAX);
    /* the limit is of one expression, not of the list */
    assert_int_equal(hostlist_parse(&list, "m[1-100000]", NULL), 0);
    assert_int_equal(list.n, 2 * HOSTLIST_MAX);
    hostlist_release(&list);

    expect_too_many("n[0-100000]");
    expect_too_many("n[1-99999],a,b");
    expect_too_many("n[1-100000,1]");
    expect_too_many("n[0-999999999999999999]");
}

static void test_names_are_not_too_long(void **state)
{
    (void)state;
    char name[300];
    struct hostlist list;
    hostlist_init(&list);
    memset(name, 'a', sizeof(name));
    name[HOSTNAME_MAX] = '\0';
    assert_true(hostname_is_valid(name));
    assert_int_equal(hostlist_parse(&list, name, NULL), 0);
    strcpy(name + HOSTNAME_MAX - 3, "[100]");
    assert_int_equal(hostlist_parse(&list, name, NULL), 0);
    strcpy(name + HOSTNAME_MAX - 3, "a[100]");

    struct err err = {0};
    assert_int_equal(hostlist_parse(&list, name, &err), -1);
    assert_non_null(strstr(err.text, "aaa...': longer than 253 characters"));
    assert_int_equal(list.n, 2);
    hostlist_release(&list);

    memset(name, 'a', sizeof(name));
    name[HOSTNAME_MAX + 1] = '\0';
    assert_false(hostname_is_valid(name));
}

static void test_valid_names(void **state)
{
    (void)state;
    static const char *const good[] = {"a",  "node01", "A_b-c.d", "10.0.0.1",
                                       "_x", "a-",     "a."};
    static const char *const bad[] = {"",    "-a",  ".a",  "a b", "a,b",
                                      "a[1", "a/b", "a\n", "a:b", "a@b"};
    for (size_t i = 0; i < N_OF(good); i++)
        assert_true(hostname_is_valid(good[i]));
    for (size_t i = 0; i < N_OF(bad); i++)
        assert_false(hostname_is_valid(bad[i]));
}

static void test_find(void **state)
{
    (void)state;
    struct hostlist list;
    parse(&list, "a[1-3],a2");
    assert_int_equal(hostlist_find(&list, "a1"), 0);
    assert_int_equal(hostlist_find(&list, "a2"), 1);
    assert_int_equal(hostlist_find(&list, "a"), -1);
    assert_int_equal(hostlist_find(&list, "A1"), -1);
    hostlist_release(&list);
    assert_int_equal(hostlist_find(&list, "a1"), -1);
}

static void test_join(void **state)
{
    (void)state;
    struct hostlist list;
    struct strbuf out;
    parse(&list, "a[1-3]");
    strbuf_init(&out);
    strbuf_add_str(&out, "hosts: ");
    hostlist_join(&list, " | ", &out);
    assert_string_equal(out.text, "hosts: a1 | a2 | a3");
    strbuf_release(&out);
    hostlist_release(&list);
}

static void test_short_forms(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", ""},
        {"a", "a"},
        {"a1", "a1"},
        {"a,b,c", "a,b,c"},
        {"node01,node02,node03,x", "node[01-03],x"},
        {"n1,n2,n4,n5,n9", "n[1-2,4-5,9]"},
        {"n9,n10,n11", "n[9-11]"},
        {"n09,n10,n11", "n[09-11]"},
        {"n99,n100", "n[99-100]"},
        {"n10,n09", "n10,n09"}, /* one bracket cannot pad only one */
        {"n1,n01,n001", "n1,n01,n001"},
        {"n3,n2,n1", "n[3,2,1]"}, /* the order is kept */
        {"n1,n1,n2", "n[1,1-2]"}, /* and repeats */
        {"1,2,3", "[1-3]"},
        {"n1-ib,n2-ib,n3-ib", "n[1-3]-ib"},
        {"n1.c2.org,n2.c2.org,n3.c2.org", "n[1-3].c2.org"},
        {"r1n1,r1n2,r2n1,r2n2", "r1n[1-2],r2n[1-2]"},
        {"10.0.0.1,10.0.0.2,10.0.1.1", "10.0.0.[1-2],10.0.1.1"},
        {"a1,b1,b2,a2", "a1,b[1-2],a2"},
        {"a1,a,a2", "a1,a,a2"},
        {"n0,n1", "n[0-1]"},
        {"n00,n01", "n[00-01]"},
        {"n1234567890123456789012,n1234567890123456789013",
         "n1234567890123456789012,n1234567890123456789013"},
    };
    for (size_t i = 0; i < N_OF(rows); i++)
        expect_form(rows[i].expression, rows[i].other);
}

static void test_a_big_cluster_is_one_item(void **state)
{
    (void)state;
    struct hostlist list;
    parse(&list, "rack7-node[00001-99999].site4.example.org");
    char *text = format(&list);
    assert_string_equal(text, "rack7-node[00001-99999].site4.example.org");
    free(text);
    hostlist_release(&list);
}

/* Whatever names there are, the short form reads as the same list. */
static void test_random_names_come_back(void **state)
{
    (void)state;
    static const char *const parts[] = {"n", "rack", "-", "x.", "0", "1",
                                        "2", "9",    "0", "1",  "10"};
    uint64_t seed = 5;
    for (int round = 0; round < 3000; round++) {
        struct hostlist list, again;
        hostlist_init(&list);
        for (uint32_t n = random_below(&seed, 12); n > 0; n--) {
            char name[32] = "a";
            if (random_below(&seed, 2))
                name[0] = '\0';
            strcat(name, parts[4 + random_below(&seed, 7)]);
            for (uint32_t len = random_below(&seed, 4); len > 0; len--)
                strcat(name, parts[random_below(&seed, N_OF(parts))]);
            hostlist_add(&list, name);
        }
        char *text = format(&list), *names = join(&list);
        parse(&again, text);
        char *names_again = join(&again);
        assert_string_equal(names_again, names);
        assert_int_equal(again.n, list.n);
        free(text);
        free(names);
        free(names_again);
        hostlist_release(&list);
        hostlist_release(&again);
    }
}

/* Whatever text there is, it gives good names or an error. */
static void test_random_text(void **state)
{
    (void)state;
    static const char chars[] = "ab01239,,[[]]--. ;";
    uint64_t seed = 6;
    for (int round = 0; round < 100000; round++) {
        char text[14];
        struct hostlist list;
        uint32_t len = random_below(&seed, sizeof(text));
        for (uint32_t i = 0; i < len; i++)
            text[i] = chars[random_below(&seed, sizeof(chars) - 1)];
        text[len] = '\0';
        hostlist_init(&list);
        if (hostlist_parse(&list, text, NULL) < 0)
            assert_int_equal(list.n, 0);
        for (size_t i = 0; i < list.n; i++)
            assert_true(hostname_is_valid(list.names[i]));
        hostlist_release(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_29_vectors),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_several_items),
        cmocka_unit_test(test_parse_adds_to_the_list),
        cmocka_unit_test(test_bad_ones_are_named),
        cmocka_unit_test(test_a_late_error_takes_all_back),
        cmocka_unit_test(test_there_is_a_limit),
        cmocka_unit_test(test_names_are_not_too_long),
        cmocka_unit_test(test_valid_names),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_short_forms),
        cmocka_unit_test(test_a_big_cluster_is_one_item),
        cmocka_unit_test(test_random_names_come_back),
        cmocka_unit_test(test_random_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
