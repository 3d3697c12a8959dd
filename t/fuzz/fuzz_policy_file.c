/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/policy_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct policy_entry offer = {
        .id = 2, .op = DIRECTIVE_SHRINK, .n_nodes = 1, .nodes = "a,b"};
    struct policy_file file, again;
    struct policy_entry entry;
    char buf[80], *text, *same;
    size_t n;

    if (policy_file_parse((const char *)data, size, &file, NULL) !=
        LIST_DOC_GOOD)
        return 0;
    for (size_t i = 0; i < policy_file_count(&file); i++) {
        policy_file_entry(&file, i, &entry);
        EXPECT(entry.id >= 0 && entry.id <= JOB_ID_MAX);
        policy_file_describe(&file, i, buf, sizeof(buf));
    }
    policy_file_remove(&file, offer.id);
    n = policy_file_count(&file);
    policy_file_add(&file, &offer);
    EXPECT(policy_file_find(&file, offer.id, &entry));
    EXPECT(entry.op == DIRECTIVE_SHRINK && strcmp(entry.nodes, "a,b") == 0);

    /* what is written can be read, and the offer taken back */
    text = policy_file_format(&file);
    EXPECT(policy_file_parse(text, strlen(text), &again, NULL) ==
           LIST_DOC_GOOD);
    same = policy_file_format(&again);
    EXPECT(strcmp(text, same) == 0);
    EXPECT(policy_file_remove(&again, offer.id) == 1);
    EXPECT(policy_file_count(&again) == n);
    policy_file_release(&again);
    policy_file_release(&file);
    free(text);
    free(same);
    return 0;
}
