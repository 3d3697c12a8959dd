/* SPDX-License-Identifier: BSD-2-Clause */
/* See spec_file.h. */
#include "cli/spec_file.h"

#include "base/diag.h"
#include "base/strbuf.h"
#include "cli/file_text.h"
#include "codec/jobs_file.h"

/* As the API wants them: through the codec, so that both read the same. */
static json_t *make_array(const struct jobs_file *file)
{
    json_t *specs = json_array();
    for (size_t i = 0; i < file->n; i++)
        json_array_append_new(specs, job_spec_to_json(&file->items[i].spec));
    return specs;
}

json_t *spec_file_read(const char *path, FILE *told, struct err *err)
{
    struct strbuf text, problems;
    struct jobs_file file;
    struct diags diags;
    json_t *specs = NULL;
    strbuf_init(&text);
    strbuf_init(&problems);
    jobs_file_init(&file);
    diags_init(&diags);
    if (file_text_read(path, &text, err) < 0)
        goto done;
    int rc = jobs_file_parse(text.text, text.len, &file, &diags);
    diags_format(&diags, path, text.text, &problems);
    fputs(problems.text, told);
    if (rc < 0)
        err_set(err, ERR_INPUT, "%s: nothing was submitted", path);
    else if (file.n == 0)
        err_set(err, ERR_INPUT, "%s: there is no job in it", path);
    else
        specs = make_array(&file);
done:
    diags_release(&diags);
    jobs_file_release(&file);
    strbuf_release(&problems);
    strbuf_release(&text);
    return specs;
}
