/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of actions: it grows, is emptied and used again. */
#include "support.h"

static void actions_come_out_in_order_and_zeroed(void **state)
{
    struct actions actions;

    (void)state;
    actions_init(&actions);
    for (int i = 0; i < 100; i++) {
        struct action *action = actions_add(&actions, ACT_START);

        assert_int_equal(action->job, 0);
        assert_true(idset_is_empty(&action->nodes));
        action->job = i;
        idset_add(&action->nodes, (uint32_t)i);
    }
    assert_int_equal(actions.n, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(actions.items[i].job, i);
        assert_true(idset_has(&actions.items[i].nodes, (uint32_t)i));
    }
    actions_release(&actions);
}

static void clearing_keeps_memory_and_setting(void **state)
{
    struct actions actions;
    size_t size;

    (void)state;
    actions_init(&actions);
    actions.without_records = true;
    err_set(&actions.err, ERR_CONFLICT, "no");
    idset_add(&actions_add(&actions, ACT_OFFER)->nodes, 9);
    event_init(&actions_add(&actions, ACT_RECORD)->event, EV_DRAIN, 1);
    idset_add(&actions.items[1].event.nodes, 3);
    actions.retry_after = 5;
    size = actions.size;
    actions_clear(&actions);
    assert_int_equal(actions.n, 0);
    assert_int_equal(actions.size, size);
    assert_true(actions.without_records);
    assert_int_equal(actions.retry_after, 0);
    assert_int_equal(actions.err.code, ERR_NONE);
    assert_true(idset_is_empty(&actions_add(&actions, ACT_KILL)->nodes));
    actions_release(&actions);
    assert_int_equal(actions.n + actions.size, 0);
    actions_release(NULL);
}

static void phases_have_names(void **state)
{
    (void)state;
    assert_string_equal(phase_why_name(PHASE_START), "start");
    assert_string_equal(phase_why_name(PHASE_GROW), "grow");
    assert_string_equal(phase_why_name(PHASE_SHRINK), "shrink");
    assert_string_equal(phase_why_name(PHASE_FORCED), "forced");
    assert_string_equal(phase_why_name(PHASE_RESTART), "restart");
    assert_string_equal(phase_why_name(PHASE_LOST), "lost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_come_out_in_order_and_zeroed),
        cmocka_unit_test(clearing_keeps_memory_and_setting),
        cmocka_unit_test(phases_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
