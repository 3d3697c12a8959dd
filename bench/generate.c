/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints a generated trace. usage: generate JOBS NODES LOAD SEED */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/lublin.h"

int main(int argc, char **argv)
{
    struct lublin_options options;
    struct strbuf text;
    struct swf swf;
    struct err err;

    if (argc != 5) {
        fprintf(stderr, "usage: generate JOBS NODES LOAD SEED\n");
        return 2;
    }
    options = (struct lublin_options){
        .n_jobs = strtoul(argv[1], NULL, 10),
        .n_nodes = (uint32_t)strtoul(argv[2], NULL, 10),
        .load = strtod(argv[3], NULL),
        .seed = strtoull(argv[4], NULL, 10),
    };
    swf_init(&swf);
    strbuf_init(&text);
    if (lublin_generate(&swf, &options, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    swf_write(&swf, &text);
    fwrite(text.text, 1, text.len, stdout);
    strbuf_release(&text);
    swf_release(&swf);
    return 0;
}
