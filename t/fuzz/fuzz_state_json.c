/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/state_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sched_config config;
    struct sched *sched;
    char *first, *second;
    struct err err;

    sched_config_init(&config);
    sched = state_from_text((const char *)data, size, &config, &err);
    if (!sched) {
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        return 0;
    }
    first = state_to_text(sched);
    sched_destroy(sched);
    sched = state_from_text(first, strlen(first), &config, &err);
    EXPECT(sched);
    second = state_to_text(sched);
    EXPECT(strcmp(first, second) == 0);
    sched_destroy(sched);
    free(first);
    free(second);
    return 0;
}
