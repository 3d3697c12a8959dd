/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/duration.h"

static void check(const char *text, enum duration_style style)
{
    char buf[DURATION_TEXT_MAX];
    struct err err;
    bool is_ambiguous;
    dur_us d = -1, again;

    if (duration_parse(text, style, &d, &is_ambiguous, &err) < 0) {
        EXPECT(d == -1);
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        return;
    }
    EXPECT(d > 0 && (d <= DURATION_MAX || d == TIME_NEVER));
    EXPECT(style == DURATION_SEED || !is_ambiguous);
    duration_human(d, buf);
    duration_format(d, buf);
    /* what is written is read as the same, to the second */
    if (d >= USEC_PER_SEC) {
        EXPECT(duration_parse(buf, DURATION_SEED, &again, NULL, NULL) == 0);
        EXPECT(again == d || (again - d <= USEC_PER_SEC / 2 &&
                              d - again <= USEC_PER_SEC / 2));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);

    check(text, DURATION_SEED);
    check(text, DURATION_STRICT);
    free(text);
    return 0;
}
