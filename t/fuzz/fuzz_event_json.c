/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/event_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size), *first, *second;
    struct event event;
    struct err err;

    if (event_from_text(text, &event, &err) < 0) {
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        free(text);
        return 0;
    }
    first = event_to_text(&event);
    event_release(&event);
    EXPECT(event_from_text(first, &event, NULL) == 0);
    second = event_to_text(&event);
    EXPECT(strcmp(first, second) == 0);
    event_release(&event);
    free(first);
    free(second);
    free(text);
    return 0;
}
