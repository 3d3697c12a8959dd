/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/hostlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    struct hostlist list, again;
    struct strbuf folded;
    struct err err;

    hostlist_init(&list);
    hostlist_init(&again);
    strbuf_init(&folded);
    if (hostlist_parse(&list, text, &err) < 0) {
        EXPECT(err.code == ERR_INPUT && err.text[0]);
        EXPECT(list.n == 0);
    } else {
        EXPECT(list.n <= HOSTLIST_MAX);
        for (size_t i = 0; i < list.n; i++)
            EXPECT(hostname_is_valid(list.names[i]));
        hostlist_format(&list, &folded);
        EXPECT(hostlist_parse(&again, folded.text, NULL) == 0);
        EXPECT(again.n == list.n);
        for (size_t i = 0; i < list.n; i++)
            EXPECT(strcmp(again.names[i], list.names[i]) == 0);
    }
    strbuf_release(&folded);
    hostlist_release(&list);
    hostlist_release(&again);
    free(text);
    return 0;
}
