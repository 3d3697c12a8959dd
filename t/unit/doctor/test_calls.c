/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/strbuf.h"
#include "doctor/calls.h"

#define N 40

struct heard {
    char out[2000], error[2000];
    dur_us after;
};

static void take(void *context, const struct call_line *line)
{
    struct heard *heard = context;
    char *to = line->is_error ? heard->error : heard->out;

    strncat(to, line->text, 900);
    strcat(to, "|");
    heard->after = line->after;
}

/* Runs REQUESTS on this machine through the program ./rsh. */
static struct call call_one(const char *host, const char *requests,
                            dur_us limit, struct heard *heard)
{
    struct calls_how how = {
        .rsh = "./rsh", .rsh_how = "an ssh -v", .limit = limit};
    struct call call = {.host = host, .input = requests, .context = heard};

    *heard = (struct heard){0};
    calls_run(&how, &call, 1, take);
    return call;
}

#define SOON (20 * USEC_PER_SEC)

static void test_requests_are_served(void **state)
{
    struct heard heard;
    struct call call;

    (void)state;
    write_program("rsh", "echo host $1 by $ERM_RSH >&2; exec sh -c \"$2\"");
    call = call_one("n1", "ping 1\nping 2\n", SOON, &heard);
    assert_int_equal(call.status, 0);
    assert_false(call.is_late);
    assert_string_equal(heard.out, "pong 1|pong 2|");
    assert_string_equal(heard.error, "host n1 by an ssh -v|");
    assert_in_range(heard.after, 1, SOON);
    call = call_one(NULL, "ping 3\n", SOON, &heard);
    assert_string_equal(heard.out, "pong 3|");
    assert_string_equal(heard.error, "");
}

/* More than a pipe holds. */
static void test_many_requests(void **state)
{
    struct heard heard;
    struct strbuf text;

    (void)state;
    strbuf_init(&text);
    for (int i = 0; i < 20000; i++)
        strbuf_add_str(&text, "nothing 0\n");
    strbuf_add_str(&text, "ping 7\n");
    write_program("rsh", "exec sh -c \"$2\"");
    call_one("n1", text.text, SOON, &heard);
    assert_string_equal(heard.out, "pong 7|");
    strbuf_release(&text);
}

static void test_failures(void **state)
{
    struct heard heard;
    struct call call;

    (void)state;
    write_program("rsh", "printf 'no\\r\\nlast\\0x' >&2; exit 255");
    call = call_one("n1", "ping 1\n", SOON, &heard);
    assert_int_equal(call.status, 255);
    assert_string_equal(heard.error, "no|last?x|");
    write_program("rsh", "kill -9 $$");
    assert_int_equal(call_one("n1", "", SOON, &heard).status, 137);
    unlink("rsh");
    assert_int_equal(call_one("n1", "", SOON, &heard).status, -1);
}

static void test_one_that_is_late_is_ended(void **state)
{
    struct heard heard;
    struct call call;
    int pid = 0;

    (void)state;
    write_program("rsh", "sleep 1000 & echo $!; wait");
    call = call_one("n1", "ping 1\n", 300 * USEC_PER_MSEC, &heard);
    assert_true(call.is_late);
    assert_int_equal(sscanf(heard.out, "%d|", &pid), 1);
    for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
        usleep(10000); /* until init has reaped it */
    assert_int_equal(kill(pid, 0), -1);
}

/* A login script may leave something behind that keeps the outputs open. */
static void test_the_end_of_the_process_counts(void **state)
{
    struct heard heard;
    struct call call;

    (void)state;
    write_program("rsh", "setsid sleep 30 & echo hello $!; exit 3");
    call = call_one("n1", "", SOON, &heard);
    assert_int_equal(call.status, 3);
    assert_false(call.is_late);
    assert_memory_equal(heard.out, "hello ", 6);
    kill(atoi(heard.out + 6), SIGKILL);
}

/* Sixteen at a time, each for half a second: three rounds, not forty. */
static void test_many_hosts(void **state)
{
    static struct heard heard[N];
    struct calls_how how = {.rsh = "./rsh", .rsh_how = "x", .limit = SOON};
    struct call calls[N] = {{0}};
    int64_t begun = clock_boot_us();

    (void)state;
    write_program("rsh", "sleep 0.5; echo $1");
    for (int i = 0; i < N; i++) {
        heard[i] = (struct heard){0};
        calls[i] = (struct call){
            .host = i % 2 ? "odd" : "even", .input = "", .context = &heard[i]};
    }
    calls_run(&how, calls, N, take);
    for (int i = 0; i < N; i++)
        assert_string_equal(heard[i].out, i % 2 ? "odd|" : "even|");
    assert_in_range(clock_boot_us() - begun, USEC_PER_SEC, 15 * USEC_PER_SEC);
}

/* What is asked on behalf of a person is no part of the job it was typed in. */
static void test_the_key_of_a_job_is_not_passed_on(void **state)
{
    struct heard heard;

    (void)state;
    setenv("ERM_DVM_KEY", "1f2e3d4c.7.1", 1);
    write_program("rsh", "echo key $ERM_DVM_KEY");
    call_one("n1", "", SOON, &heard);
    assert_string_equal(heard.out, "key|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_served),
        cmocka_unit_test(test_many_requests),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_one_that_is_late_is_ended),
        cmocka_unit_test(test_the_end_of_the_process_counts),
        cmocka_unit_test(test_many_hosts),
        cmocka_unit_test(test_the_key_of_a_job_is_not_passed_on),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
