/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "codec/jobs_file.h"

/* A usable job can be stored and read back, and has an identity. */
static void check_spec(const struct job_spec *spec)
{
    char *text = job_spec_to_text(spec), *again;
    struct job_spec copy;

    EXPECT(spec->identity && *spec->identity);
    EXPECT(*spec->command);
    EXPECT(spec->request.min_nodes >= 1);
    EXPECT(spec->request.min_nodes <= spec->request.max_nodes);
    EXPECT(spec->request.walltime > 0);
    EXPECT(job_spec_from_text(text, &copy, NULL) == 0);
    again = job_spec_to_text(&copy);
    EXPECT(strcmp(text, again) == 0);
    free(text);
    free(again);
    job_spec_release(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *source = fuzz_string(data, size);
    struct jobs_file file;
    struct diags diags;
    struct strbuf told;
    int rc;

    jobs_file_init(&file);
    diags_init(&diags);
    strbuf_init(&told);
    rc = jobs_file_parse((const char *)data, size, &file, &diags);
    EXPECT((rc == 0) == (diags.n_errors == 0));
    EXPECT(rc < 0 || file.n + file.n_skipped == file.n_entries);
    EXPECT(!file.is_partial || file.n == 0);
    for (size_t i = 0; i < file.n; i++)
        check_spec(&file.items[i].spec);
    for (size_t i = 0; i < diags.n; i++)
        EXPECT(diags.items[i].line >= 1 && diags.items[i].column >= 1);
    diags_format(&diags, "jobs.json", source, &told);
    strbuf_release(&told);
    diags_release(&diags);
    jobs_file_release(&file);
    free(source);
    return 0;
}
