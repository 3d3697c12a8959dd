/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/wish_json.h"

static void check_progress(const uint8_t *data, size_t size)
{
    uint32_t parts = 0;
    struct err err;

    if (wish_progress_from_text((const char *)data, size, &parts, &err) == 0)
        EXPECT(parts <= PROGRESS_WHOLE);
    else
        EXPECT(err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[WISH_NAME_MAX + 1];
    char *file = fuzz_string(data, size);
    struct wish wish;
    struct err err;

    if (wish_name_of(file, name))
        EXPECT(name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL);
    free(file);
    check_progress(data, size);
    err_clear(&err);
    if (wish_from_text((const char *)data, size, &wish, &err) != 0) {
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        return 0;
    }
    EXPECT(wish.op == WISH_OFFERS || (wish.max >= 1 && wish.min <= wish.max));
    EXPECT(wish.op == WISH_OFFERS || wish.op == WISH_SET || wish.min >= 1);
    EXPECT(wish.wait >= 0);
    EXPECT(wish.nodes.n == 0 || wish.op == WISH_OFFERS ||
           wish.nodes.n == wish.max);
    wish_release(&wish);
    return 0;
}
