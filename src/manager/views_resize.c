/* SPDX-License-Identifier: BSD-2-Clause */
/* See views_resize.h. */
#include "manager/views_resize.h"

#include <string.h>

#include "store/resizes.h"

/* The core says expand, people and programs grow. */
static const char *op_word(const char *op)
{
    bool is_grow = strcmp(op, directive_op_name(DIRECTIVE_GROW)) == 0;
    return is_grow ? "grow" : "shrink";
}

static int add_resize(void *context, const struct directive_row *row)
{
    json_t *object = json_object();
    bool is_over = row->closed > 0;
    views_put(object, "seq", json_integer(row->seq));
    views_put(object, "attempt", json_integer(row->attempt));
    views_put(object, "op", views_text(op_word(row->op)));
    views_put(object, "asked_by", views_text(row->asker));
    views_put(object, "for_job",
              row->for_job > 0 ? json_integer(row->for_job) : NULL);
    views_put(object, "n_nodes", json_integer(row->n));
    views_put(object, "nodelist", views_text(row->nodes));
    views_put(object, "state", views_text(row->state));
    views_put(object, "offered", views_time(row->offered));
    views_put(object, "accepted", views_time(row->accepted));
    views_put(object, "ended", views_time(row->closed));
    views_put(object, "took",
              is_over ? views_seconds(row->closed - row->offered) : NULL);
    views_put(object, "retry_after",
              row->retry > 0 ? views_seconds(row->retry) : NULL);
    views_put(object, "note", views_text(row->note == NULL ? "" : row->note));
    json_array_append_new(context, object);
    return 0;
}

json_t *view_resizes(const struct views *views, int64_t id)
{
    json_t *list = json_array();
    store_each_directive(views->manager->store, id, add_resize, list, NULL);
    return list;
}
