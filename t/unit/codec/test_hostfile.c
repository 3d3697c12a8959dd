/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/hostfile.h"

/* Reads TEXT; returns what hostfile_format() makes of it, and in TOLD all
 * problems; both to be released. */
static void read_hosts(const char *text, size_t len, struct strbuf *hosts,
                       struct strbuf *told)
{
    struct hostfile file;
    struct diags diags;
    int rc;

    hostfile_init(&file);
    diags_init(&diags);
    strbuf_init(hosts);
    strbuf_init(told);
    rc = hostfile_parse(text, len, &file, &diags);
    assert_int_equal(rc, diags.n_errors ? -1 : 0);
    hostfile_format(&file, hosts);
    for (size_t i = 0; i < diags.n; i++)
        strbuf_add_fmt(told, "%u:%u: %s%s%s\n", diags.items[i].line,
                       diags.items[i].column, diags.items[i].text,
                       diags.items[i].hint ? "; " : "",
                       diags.items[i].hint ? diags.items[i].hint : "");
    hostfile_release(&file);
    diags_release(&diags);
}

static void expect(const char *text, const char *hosts)
{
    struct strbuf found, told;

    read_hosts(text, strlen(text), &found, &told);
    assert_string_equal(told.text, "");
    assert_string_equal(found.text, hosts);
    strbuf_release(&found);
    strbuf_release(&told);
}

static void expect_problem(const char *text, const char *problem)
{
    struct strbuf found, told;

    read_hosts(text, strlen(text), &found, &told);
    assert_contains(told.text, problem);
    strbuf_release(&found);
    strbuf_release(&told);
}

static void test_bare_names(void **state)
{
    (void)state;
    expect("st33\nst34\nst35\n", "st33\nst34\nst35\n");
    expect("st33", "st33\n");
    expect("st33\r\nst34\r\n", "st33\nst34\n");
    expect("10.0.0.1\nn1.example.org\n", "10.0.0.1\nn1.example.org\n");
}

static void test_comments_and_blanks(void **state)
{
    (void)state;
    expect("# all\n\n  st33  # the first\n\t\n#st34\nst35#x\n", "st33\nst35\n");
}

static void test_slots(void **state)
{
    (void)state;
    expect("a slots=4\nb slots = 8\nc\tslots= 2 max_slots=4\n"
           "d max-slots=9\ne slots=100000\n",
           "a slots=4\nb slots=8\nc slots=2\nd\ne slots=100000\n");
}

static void test_repeats_add_up(void **state)
{
    (void)state;
    /* PBS_NODEFILE: one line per slot */
    expect("a\na\nb\na\n", "a slots=3\nb\n");
    expect("a slots=2\na slots=3\n", "a slots=5\n");
    expect("a slots=2\na\n", "a slots=3\n");
    expect("a\na slots=2\n", "a slots=3\n");
    expect("a slots=100000\na slots=100000\n", "a slots=100000\n");
}

static void test_ranges(void **state)
{
    (void)state;
    expect("node[01-03,7] slots=2\nnode02\n",
           "node01 slots=2\nnode02 slots=3\nnode03 slots=2\nnode07 slots=2\n");
    expect("a,b[1-2]\n", "a\nb1\nb2\n");
}

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    expect("a slots=4\nb\nc slots=1\n", "a slots=4\nb\nc slots=1\n");
}

static void test_bad_names(void **state)
{
    (void)state;
    expect_problem("a\n  -oProxyCommand=x\n", "2:3: ");
    expect_problem("a;b\n", "1:1: ");
    expect_problem("a\n$(x)\n", "2:1: ");
    expect_problem("me@host\n", "1:1: user@host is not supported; set the "
                                "user in ~/.ssh/config");
    expect_problem("n1:4\n", "write \"name slots=4\" for \"name:4\"");
    expect_problem("node[1-\n", "1:1: ");
    expect_problem("=4\n", "1:1: ");
    expect_problem("\x1b[2J\n", "1:1: ");
}

static void test_bad_options(void **state)
{
    (void)state;
    expect_problem("a slot=4\n",
                   "1:3: unknown word \"slot\"; did you mean \"slots\"?");
    expect_problem("a b\n", "1:3: unknown word \"b\"; slots=N is all that may "
                            "follow the host");
    expect_problem("a slots\n", "1:8: '=' and a number are expected");
    expect_problem("a slots=\n", "1:9: a number of slots from 1 to 100000");
    expect_problem("a slots=0\n", "1:9: a number of slots from 1 to 100000");
    expect_problem("a slots=-1\n", "1:9: a number of slots");
    expect_problem("a slots=100001\n", "1:9: a number of slots");
    expect_problem("a slots=9999999999999999\n", "1:9: a number of slots");
    expect_problem("a slots=2=3\n", "1:10: unknown word \"\"");
}

static void test_no_host_at_all(void **state)
{
    (void)state;
    expect_problem("", "1:1: no host in it; write one host name per line");
    expect_problem("# nothing\n\n", "1:1: no host in it");
}

static void test_good_lines_beside_bad_ones(void **state)
{
    struct strbuf found, told;
    const char *text = "a\nb;c\nd slots=x\ne\n";

    (void)state;
    read_hosts(text, strlen(text), &found, &told);
    assert_string_equal(found.text, "a\ne\n");
    assert_contains(told.text, "2:1: ");
    assert_contains(told.text, "3:9: ");
    strbuf_release(&found);
    strbuf_release(&told);
}

static void test_nul_bytes(void **state)
{
    struct strbuf found, told;

    (void)state;
    read_hosts("a\nb\0c\nd\n", 8, &found, &told);
    assert_string_equal(found.text, "a\nd\n");
    assert_contains(told.text, "2:1: a NUL byte");
    strbuf_release(&found);
    strbuf_release(&told);
}

static void test_too_many_hosts(void **state)
{
    (void)state;
    expect_problem("a[1-60000]\nb[1-60000]\n", "2:1: more than 100000 hosts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bare_names),
        cmocka_unit_test(test_comments_and_blanks),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_repeats_add_up),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_no_host_at_all),
        cmocka_unit_test(test_good_lines_beside_bad_ones),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_too_many_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
