/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/hostlist.h"
#include "codec/hostfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hostfile file, again;
    struct strbuf text, same;
    struct diags diags;

    hostfile_init(&file);
    hostfile_init(&again);
    diags_init(&diags);
    strbuf_init(&text);
    strbuf_init(&same);
    EXPECT((hostfile_parse((const char *)data, size, &file, &diags) == 0) ==
           (diags.n_errors == 0));
    for (size_t i = 0; i < file.n; i++) {
        EXPECT(hostname_is_valid(file.nodes[i].name));
        EXPECT(file.nodes[i].slots <= HOSTFILE_SLOTS_MAX);
    }
    hostfile_format(&file, &text);
    if (file.n > 0)
        EXPECT(hostfile_parse(text.text, text.len, &again, &diags) == 0);
    hostfile_format(&again, &same);
    EXPECT(strcmp(text.text, same.text) == 0);
    strbuf_release(&text);
    strbuf_release(&same);
    diags_release(&diags);
    hostfile_release(&file);
    hostfile_release(&again);
    return 0;
}
