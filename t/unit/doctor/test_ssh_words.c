/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "doctor/ssh_words.h"

static void assert_word(const char *text, const char *word)
{
    assert_string_equal(ssh_words_find(text, false)->word, word);
    assert_true(ssh_words_find(text, false)->hint[0] != '\0');
}

static void test_the_usual_causes_are_known(void **state)
{
    (void)state;
    assert_word("erm@n1: Permission denied (publickey,password).\n", "no key");
    assert_word("No ED25519 host key is known for n1\n"
                "Host key verification failed.\n",
                "unknown host key");
    assert_word("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n"
                "Host key verification failed.\n",
                "host key changed");
    assert_word("ssh: Could not resolve hostname n9: Name or service not "
                "known\n",
                "unknown name");
    assert_word("ssh: connect to host n1 port 22: Connection refused\n",
                "refused");
    assert_word("ssh: connect to host n1 port 22: Connection timed out\n",
                "no connection");
    assert_word("ssh: connect to host n1 port 22: No route to host\n",
                "no connection");
    assert_word("erm-rsh: 52: exec: ssh: not found\n", "no ssh");
    assert_word("something new\n", "no ssh");
}

static void test_a_host_that_says_nothing(void **state)
{
    (void)state;
    assert_string_equal(ssh_words_find("", true)->word, "no answer");
    assert_string_equal(ssh_words_find("", false)->word, "no ssh");
}

static void assert_last(const char *text, const char *wanted)
{
    struct strbuf last;

    strbuf_init(&last);
    ssh_words_last(text, &last);
    assert_string_equal(last.text, wanted);
    strbuf_release(&last);
}

static void test_the_last_line(void **state)
{
    (void)state;
    assert_last("", "");
    assert_last("\n\n", "");
    assert_last("a\nb\n\n", "b");
    assert_last("a\nb", "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_usual_causes_are_known),
        cmocka_unit_test(test_a_host_that_says_nothing),
        cmocka_unit_test(test_the_last_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
