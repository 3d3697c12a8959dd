/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/words.h"
#include "core/event.h"
#include "core/job.h"

static int count(const char *const *words)
{
    int n = 0;

    while (words[n])
        n++;
    return n;
}

/* A constant that is added to the core needs its word here. */
static void test_every_constant_has_a_word(void **state)
{
    (void)state;
    assert_int_equal(count(words_kind), JOB_EVOLVING + 1);
    assert_int_equal(count(words_resize), RESIZE_WORKERS + 1);
    assert_int_equal(count(words_deadline), DEADLINE_CANCEL + 1);
    assert_int_equal(count(words_dependency), AFTER_NOT_OK + 1);
    assert_int_equal(count(words_state), JOB_N_STATES);
    assert_int_equal(count(words_ending), ENDING_CANCEL + 1);
    assert_int_equal(count(words_loss), LOSS_RESTARTS + 1);
    assert_int_equal(count(words_answer), ANSWER_DENIED + 1);
    assert_int_equal(count(words_op), DIRECTIVE_SHRINK + 1);
    assert_int_equal(count(words_directive), DIRECTIVE_FORCED + 1);
    assert_int_equal(count(words_asker), ASKED_BY_NODE_LOSS + 1);
    assert_int_equal(count(words_exit), EXITED_NODE_LOST + 1);
}

static void test_the_words_are_those_of_the_core(void **state)
{
    (void)state;
    for (int i = 0; words_kind[i]; i++)
        assert_string_equal(words_kind[i], job_kind_name(i));
    for (int i = 0; words_state[i]; i++)
        assert_string_equal(words_state[i], job_state_name(i));
    for (int i = 0; words_directive[i]; i++)
        assert_string_equal(words_directive[i], directive_state_name(i));
    for (int i = 0; words_resize[i]; i++)
        assert_string_equal(words_resize[i], resize_mode_name(i));
    for (int i = 0; words_loss[i]; i++)
        assert_string_equal(words_loss[i], loss_rule_name(i));
    for (int i = 0; words_answer[i]; i++)
        assert_string_equal(words_answer[i], wish_answer_name(i));
}

static void test_looking_up(void **state)
{
    (void)state;
    assert_int_equal(word_index(words_op, "expand"), DIRECTIVE_GROW);
    assert_int_equal(word_index(words_op, "shrink"), DIRECTIVE_SHRINK);
    assert_int_equal(word_index(words_op, "EXPAND"), -1);
    assert_int_equal(word_index(words_op, ""), -1);
    assert_int_equal(word_index(words_op, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_constant_has_a_word),
        cmocka_unit_test(test_the_words_are_those_of_the_core),
        cmocka_unit_test(test_looking_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
