/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/requests_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct requests_file file, again;
    struct size_request request;
    size_t n;
    char *text;

    if (requests_file_parse((const char *)data, size, &file, NULL) !=
        LIST_DOC_GOOD)
        return 0;
    n = requests_file_count(&file);
    for (size_t i = n; i-- > 0;) {
        struct err err;
        if (requests_file_get(&file, i, &request, &err) < 0) {
            EXPECT(err.text[0]);
            requests_file_remove(&file, i);
            n--;
            continue;
        }
        EXPECT(request.job >= 1 && request.job <= JOB_ID_MAX);
        EXPECT(request.n_nodes >= 1);
        requests_file_mark(&file, i);
        EXPECT(requests_file_get(&file, i, &request, NULL) == 0);
        EXPECT(!request.is_pending);
    }
    text = requests_file_format(&file);
    EXPECT(requests_file_parse(text, strlen(text), &again, NULL) ==
           LIST_DOC_GOOD);
    EXPECT(requests_file_count(&again) == n);
    requests_file_release(&again);
    requests_file_release(&file);
    free(text);
    return 0;
}
