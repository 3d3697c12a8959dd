/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs by id. Pages appear as ids are used, so a high id costs one page. */
#include "core/job_table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

void job_table_init(struct job_table *table)
{
    *table = (struct job_table){.pages = NULL};
}

void job_table_release(struct job_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->n_pages; i++) {
        for (size_t j = 0; table->pages[i] != NULL && j < JOB_PAGE; j++)
            job_destroy(table->pages[i]->jobs[j]);
        free(table->pages[i]);
    }
    free(table->pages);
    job_table_init(table);
}

/* The page of ID or NULL. */
static struct job_page *find_page(const struct job_table *table, int64_t id)
{
    if (id < 1 || (size_t)(id / JOB_PAGE) >= table->n_pages)
        return NULL;
    return table->pages[id / JOB_PAGE];
}

static struct job_page *make_page(struct job_table *table, int64_t id)
{
    size_t i = (size_t)(id / JOB_PAGE);

    assert(id >= 1 && id <= JOB_ID_MAX);
    if (i >= table->n_pages) {
        table->pages = mem_resize(table->pages, i + 1, sizeof *table->pages);
        while (table->n_pages <= i)
            table->pages[table->n_pages++] = NULL;
    }
    if (table->pages[i] == NULL)
        table->pages[i] = mem_alloc(sizeof **table->pages);
    if (id > table->max_id)
        table->max_id = id;
    return table->pages[i];
}

struct job *job_table_get(const struct job_table *table, int64_t id)
{
    struct job_page *page = find_page(table, id);

    return page == NULL ? NULL : page->jobs[id % JOB_PAGE];
}

void job_table_add(struct job_table *table, struct job *job)
{
    int64_t id = job->request.id;
    struct job_page *page = make_page(table, id);

    assert(page->jobs[id % JOB_PAGE] == NULL);
    assert(page->outcome[id % JOB_PAGE] == 0);
    page->jobs[id % JOB_PAGE] = job;
    table->n_live++;
}

struct job *job_table_end(struct job_table *table, int64_t id,
                          enum job_state outcome)
{
    struct job_page *page = find_page(table, id);
    struct job *job = page->jobs[id % JOB_PAGE];

    assert(job != NULL && job_state_is_terminal(outcome));
    page->jobs[id % JOB_PAGE] = NULL;
    page->outcome[id % JOB_PAGE] = (uint8_t)(outcome + 1);
    table->n_live--;
    return job;
}

void job_table_set_ended(struct job_table *table, int64_t id,
                         enum job_state outcome)
{
    make_page(table, id)->outcome[id % JOB_PAGE] = (uint8_t)(outcome + 1);
}

bool job_table_outcome(const struct job_table *table, int64_t id,
                       enum job_state *out)
{
    struct job_page *page = find_page(table, id);

    if (page == NULL || page->outcome[id % JOB_PAGE] == 0)
        return false;
    *out = (enum job_state)(page->outcome[id % JOB_PAGE] - 1);
    return true;
}

struct job *job_table_next(const struct job_table *table, int64_t after)
{
    for (int64_t id = after + 1; id <= table->max_id; id++) {
        struct job_page *page = find_page(table, id);

        if (page == NULL)
            id += JOB_PAGE - 1 - id % JOB_PAGE;
        else if (page->jobs[id % JOB_PAGE] != NULL)
            return page->jobs[id % JOB_PAGE];
    }
    return NULL;
}

int64_t job_table_next_ended(const struct job_table *table, int64_t after)
{
    for (int64_t id = after + 1; id <= table->max_id; id++) {
        struct job_page *page = find_page(table, id);

        if (page == NULL)
            id += JOB_PAGE - 1 - id % JOB_PAGE;
        else if (page->outcome[id % JOB_PAGE] != 0)
            return id;
    }
    return 0;
}
