/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"

#define S USEC_PER_SEC
#define MIN (60 * S)
#define H (60 * MIN)
#define D (24 * H)

struct row {
    const char *text;
    dur_us d;
};

static void expect(const char *text, enum duration_style style, dur_us d,
                   bool is_ambiguous)
{
    struct err err = {0};
    dur_us out = -1;
    bool ambiguous = !is_ambiguous;
    if (duration_parse(text, style, &out, &ambiguous, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    if (out != d)
        fail_msg("%s: %lld us", text, (long long)out);
    assert_int_equal(ambiguous, is_ambiguous);
}

/* Fails with SAYS in the text, and touches neither *OUT nor *AMBIGUOUS. */
static void expect_error(const char *text, enum duration_style style,
                         const char *says)
{
    struct err err = {0};
    dur_us out = -7;
    bool ambiguous = true;
    if (duration_parse(text, style, &out, &ambiguous, &err) == 0)
        fail_msg("'%s' is accepted", text);
    assert_int_equal(err.code, ERR_INPUT);
    if (!strstr(err.text, says))
        fail_msg("'%s': %s", text, err.text);
    assert_true(strlen(err.hint) > 0);
    assert_true(out == -7);
    assert_true(ambiguous);
}

static void test_clear_forms_are_read_everywhere(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1:30:00", 90 * MIN},
        {"0:00:01", S},
        {"00:05:00", 5 * MIN},
        {"100:00:00", 100 * H},
        {"1:2:3", H + 2 * MIN + 3 * S},
        {"1-12", 36 * H},
        {"2-00", 2 * D},
        {"1-12:30", 36 * H + 30 * MIN},
        {"1-12:30:15", 36 * H + 30 * MIN + 15 * S},
        {"0-1:00:00", H},
        {"90s", 90 * S},
        {"30m", 30 * MIN},
        {"1.5h", 90 * MIN},
        {"2d", 2 * D},
        {"0.5d", 12 * H},
        {"0.000001s", 1},
        {"0.1s", 100000},
        {"1.0000009s", S},
        {"1h30m", 90 * MIN},
        {"1d2h3m4s", D + 2 * H + 3 * MIN + 4 * S},
        {"PT30M", 30 * MIN},
        {"PT1H30M", 90 * MIN},
        {"P1DT2H", 26 * H},
        {"P2D", 2 * D},
        {"PT0.5H", 30 * MIN},
        {"PT90S", 90 * S},
        {"inf", TIME_NEVER},
        {"unlimited", TIME_NEVER},
        {"UNLIMITED", TIME_NEVER},
        {"none", TIME_NEVER},
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        expect(rows[i].text, DURATION_STRICT, rows[i].d, false);
        expect(rows[i].text, DURATION_SEED, rows[i].d, false);
    }
}

static void test_seed_reads_ambiguous_forms_its_way(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"30", 30 * S},   {"90.5", 90 * S + S / 2},
        {"0.25", S / 4},  {"100000000", DURATION_MAX},
        {"1:30", 90 * S}, {"90:00", 90 * MIN},
        {"000:01", S},
    };
    for (size_t i = 0; i < N_OF(rows); i++)
        expect(rows[i].text, DURATION_SEED, rows[i].d, true);
}

static void test_strict_refuses_a_plain_number(void **state)
{
    (void)state;
    struct err err = {0};
    dur_us out;
    assert_int_equal(duration_parse("30", DURATION_STRICT, &out, NULL, &err),
                     -1);
    assert_string_equal(err.text,
                        "'30' is ambiguous (minutes in Slurm, seconds in PBS)");
    assert_string_equal(err.hint, "write 30m or 30s");
    expect_error("90.5", DURATION_STRICT, "ambiguous");
}

static void test_strict_refuses_two_fields(void **state)
{
    (void)state;
    struct err err = {0};
    dur_us out;
    assert_int_equal(duration_parse("1:30", DURATION_STRICT, &out, NULL, &err),
                     -1);
    assert_string_equal(err.text, "'1:30' is ambiguous (minutes and seconds in "
                                  "Slurm, hours and minutes in LSF)");
    assert_string_equal(err.hint, "write 1m30s or 1h30m");
    expect("1m30s", DURATION_STRICT, 90 * S, false); /* so the hint works */
    expect("1h30m", DURATION_STRICT, 90 * MIN, false);
    expect("90m00s", DURATION_STRICT, 90 * MIN, false);
}

static void test_the_hint_shows_the_forms(void **state)
{
    (void)state;
    struct err err = {0};
    dur_us out;
    duration_parse("soon", DURATION_STRICT, &out, NULL, &err);
    assert_string_equal(err.text,
                        "'soon' is not a duration: a number is expected");
    assert_string_equal(err.hint, "write 90s, 30m, 1.5h, 2d, 1:30:00, "
                                  "1-12:00:00, PT30M or unlimited");
}

static void test_bad_ones_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"", "a number is expected"},
        {" 30m", "a number is expected"},
        {":30:00", "a number is expected"},
        {"1::00", "a number is expected"},
        {"1-", "a number is expected"},
        {"P", "a number is expected"},
        {"PT", "a number is expected"},
        {"P1DT", "a number is expected"},
        {"m", "a number is expected"},
        {".5h", "a number is expected"},
        {"+5m", "a number is expected"},
        {"$(reboot)", "a number is expected"},
        {"infinity", "a number is expected"},
        {"12:99:00", "00 to 59"},
        {"12:00:60", "00 to 59"},
        {"1:005:00", "00 to 59"},
        {"1:00:0.5", "00 to 59"},
        {"1-12:60", "00 to 59"},
        {"1-24", "00 to 23"},
        {"1-012", "00 to 23"},
        {"1-1.5", "00 to 23"},
        {"1.5-12", "whole number"},
        {"1:00:00:00", "too many ':'"},
        {"1-1:2:3:4", "too many ':'"},
        {"1.5:00:00", "before ':'"},
        {"1:30:00x", "after the time"},
        {"1-12h", "after the time"},
        {"30m ", "a number is expected"},
        {"30m5", "the unit"},
        {"1m2h", "the unit"},
        {"1h1h", "the unit"},
        {"30M", "the unit"},
        {"30min", "a number is expected"},
        {"1e3", "the unit"},
        {"5 m", "the unit"},
        {"1dT2h", "after the unit"},
        {"P1M", "the unit"},
        {"P30S", "the unit"},
        {"PT1D", "the unit"},
        {"PT1S1M", "the unit"},
        {"PT1HT1M", "second 'T'"},
        {"pt30m", "a number is expected"},
        {"1.h", "after '.'"},
        {"1.", "after '.'"},
        {"1.2.3", "the unit"},
        {"-5m", "negative"},
        {"-1:00:00", "negative"},
        {"1:-5:00", "negative"},
        {"PT-5M", "negative"},
        {"1--2", "negative"},
        {"0", "longer than zero"},
        {"0s", "longer than zero"},
        {"0:00:00", "longer than zero"},
        {"0-00", "longer than zero"},
        {"0.0000001s", "longer than zero"},
        {"100000001s", "the longest is"},
        {"100000000.1s", "the longest is"},
        {"1158d", "the longest is"},
        {"1157d24h", "the longest is"},
        {"9223372036854775807s", "the longest is"},
        {"99999999999999999999999999:00:00", "the longest is"},
        {"99999999999999999999d99999999999999999999h", "the longest is"},
        {"99999999999999999999-23:59:59", "the longest is"},
        {"P99999999999999999999DT99999999999999H", "the longest is"},
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        expect_error(rows[i].text, DURATION_STRICT, rows[i].says);
        expect_error(rows[i].text, DURATION_SEED, rows[i].says);
    }
}

static void test_optional_arguments(void **state)
{
    (void)state;
    dur_us out = 0;
    assert_int_equal(duration_parse("5m", DURATION_STRICT, &out, NULL, NULL),
                     0);
    assert_true(out == 5 * MIN);
    assert_int_equal(duration_parse("x", DURATION_STRICT, &out, NULL, NULL),
                     -1);
    assert_int_equal(duration_parse("5", DURATION_STRICT, &out, NULL, NULL),
                     -1);
}

static void test_long_text_is_quoted_in_part(void **state)
{
    (void)state;
    struct err err = {0};
    dur_us out;
    char text[3000];
    memset(text, '7', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(duration_parse(text, DURATION_SEED, &out, NULL, &err), -1);
    assert_non_null(strstr(err.text, "the longest is"));
    memset(text, '0', 2000);
    text[2000] = '1';
    text[2001] = '\0';
    assert_int_equal(duration_parse(text, DURATION_STRICT, &out, NULL, &err),
                     -1);
    assert_non_null(strstr(err.text, "ambiguous (minutes in Slurm"));
    text[1999] = ':';
    text[2001] = '0';
    text[2002] = '\0';
    assert_int_equal(duration_parse(text, DURATION_STRICT, &out, NULL, &err),
                     -1);
    assert_non_null(strstr(err.text, "hours and minutes in LSF"));
}

static void test_format(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"00:00", 0},
        {"00:01", S / 2},
        {"00:59", 59 * S},
        {"01:30", 90 * S},
        {"59:59", H - S},
        {"1:00:00", H - S / 2},
        {"1:00:00", H},
        {"23:59:59", D - S},
        {"1-00:00:00", D},
        {"1-12:30:15", 36 * H + 30 * MIN + 15 * S},
        {"1157-09:46:40", DURATION_MAX},
        {"unlimited", TIME_NEVER},
        {"-01:30", -90 * S},
        {"106751991-04:00:55", TIME_NEVER - 1},
        {"-106751991-04:00:55", INT64_MIN},
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        char buf[DURATION_TEXT_MAX];
        assert_ptr_equal(duration_format(rows[i].d, buf), buf);
        assert_string_equal(buf, rows[i].text);
    }
}

static void test_human(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0 ms", 0},
        {"0 ms", -5 * S},
        {"250 ms", 250000},
        {"999 ms", 999499},
        {"1.0 s", 999500},
        {"4.2 s", 4200000},
        {"9.9 s", 9949999},
        {"10 s", 9950000},
        {"59 s", 59 * S},
        {"1 min", 59 * S + 600000},
        {"3 min 20 s", 200 * S},
        {"59 min 59 s", H - S},
        {"1 h", H - S / 2},
        {"2 h 5 min", 2 * H + 5 * MIN + 10 * S},
        {"1 d", D - S},
        {"2 d 4 h", 52 * H},
        {"106751991 d 4 h", TIME_NEVER - 1},
        {"unlimited", TIME_NEVER},
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        char buf[DURATION_TEXT_MAX];
        assert_ptr_equal(duration_human(rows[i].d, buf), buf);
        assert_string_equal(buf, rows[i].text);
    }
}

/* What is written can be read again, in the seed's style. */
static void test_format_and_parse_agree(void **state)
{
    (void)state;
    uint64_t seed = 31;
    for (int i = 0; i < 5000; i++) {
        char buf[DURATION_TEXT_MAX];
        uint32_t range = i % 2 ? 4000 : 100000000;
        dur_us d = (1 + (dur_us)random_below(&seed, range)) * S, out = 0;
        duration_format(d, buf);
        assert_int_equal(duration_parse(buf, DURATION_SEED, &out, NULL, NULL),
                         0);
        assert_true(out == d);
    }
}

/* Whatever people write, the answer is a good span or an error. */
static void test_random_text(void **state)
{
    (void)state;
    static const char chars[] = "0123456789::--..dhmsPTDHMS xinf";
    uint64_t seed = 1234;
    for (int i = 0; i < 100000; i++) {
        char text[16];
        uint32_t len = random_below(&seed, sizeof(text));
        for (uint32_t j = 0; j < len; j++)
            text[j] = chars[random_below(&seed, sizeof(chars) - 1)];
        text[len] = '\0';
        dur_us out = 0;
        if (duration_parse(text, DURATION_SEED, &out, NULL, NULL) == 0)
            assert_true(out > 0 && (out <= DURATION_MAX || out == TIME_NEVER));
        else
            assert_true(out == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_forms_are_read_everywhere),
        cmocka_unit_test(test_seed_reads_ambiguous_forms_its_way),
        cmocka_unit_test(test_strict_refuses_a_plain_number),
        cmocka_unit_test(test_strict_refuses_two_fields),
        cmocka_unit_test(test_the_hint_shows_the_forms),
        cmocka_unit_test(test_bad_ones_say_why),
        cmocka_unit_test(test_optional_arguments),
        cmocka_unit_test(test_long_text_is_quoted_in_part),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_human),
        cmocka_unit_test(test_format_and_parse_agree),
        cmocka_unit_test(test_random_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
