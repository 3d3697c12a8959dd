/* SPDX-License-Identifier: BSD-2-Clause */
/* See views_learned.h. */
#include "manager/views_learned.h"

#include <string.h>

#include "store/learned.h"

/* Rows come by name: the last object is the one to add to. */
static json_t *object_for(json_t *list, const char *name)
{
    size_t n = json_array_size(list);
    json_t *last = n > 0 ? json_array_get(list, n - 1) : NULL;
    const char *known = json_string_value(json_object_get(last, "name"));
    if (known != NULL && strcmp(known, name) == 0)
        return last;
    last = json_object();
    views_put(last, "name", views_text(name));
    views_put(last, "grow", NULL);
    views_put(last, "shrink", NULL);
    views_put(last, "restart", NULL);
    views_put(last, "rates", json_array());
    json_array_append_new(list, last);
    return last;
}

static json_t *view_resize(const struct learned_row *row)
{
    json_t *object = json_object();
    views_put(object, "n", json_integer(row->n));
    views_put(object, "mean", json_real(row->seconds / (double)row->n));
    return object;
}

static json_t *view_rate(const struct learned_row *row)
{
    json_t *object = json_object();
    views_put(object, "n_nodes", json_integer(row->n_nodes));
    views_put(object, "n", json_integer(row->n));
    views_put(object, "per_second", json_real(row->progress / row->seconds));
    return object;
}

static int add_row(void *context, const struct learned_row *row)
{
    json_t *object = object_for(context, row->name);
    if (row->op == NULL)
        json_array_append_new(json_object_get(object, "rates"), view_rate(row));
    else if (strcmp(row->op, directive_op_name(DIRECTIVE_GROW)) == 0)
        views_put(object, "grow", view_resize(row));
    else
        views_put(object, row->op, view_resize(row));
    return 0;
}

json_t *view_learned(const struct views *views, const char *name)
{
    json_t *list = json_array();
    store_each_learned(views->manager->store, name, add_row, list, NULL);
    return list;
}

json_t *view_learned_one(const struct views *views, const char *name)
{
    json_t *one, *list;
    if (name == NULL || name[0] == '\0')
        return json_null();
    list = view_learned(views, name);
    one = json_incref(json_array_get(list, 0));
    json_decref(list);
    return one != NULL ? one : json_null();
}
