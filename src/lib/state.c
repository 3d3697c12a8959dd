/* SPDX-License-Identifier: BSD-2-Clause */
/* What the job has: its nodes, its time, what it could get. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/handle.h"
#include "lib/scan.h"

struct offer {
    int nodes;
    double until;
};

static int take_offer(void *context, struct erm_scan *s, const char *key)
{
    struct offer *offer = context;
    if (strcmp(key, "nodes") == 0)
        return erm_scan_int(s, 0, &offer->nodes);
    if (strcmp(key, "until") == 0 &&
        !erm_scan_sees_null(s)) /* null: without end */
        return erm_scan_number(s, &offer->until);
    return 1;
}

int erm_offer(erm_t *e, int *nodes, double *until)
{
    struct offer offer = {0, 0};
    struct erm_stamp stamp;
    int rc;
    if (e == NULL)
        return ERM_EINVAL;
    char *text =
        e->dir != NULL ? erm_read_file(e, "offers.json", &stamp, &rc) : NULL;
    if (text == NULL && e->dir != NULL && rc < 0)
        return rc;
    const char *why =
        text != NULL ? erm_scan_text(text, take_offer, &offer) : NULL;
    free(text);
    if (why != NULL)
        return erm_set_error(e, ERM_EFORMAT, "offers.json: %s", why);
    if (offer.until > 0 && offer.until <= erm_clock(CLOCK_REALTIME))
        offer.nodes = 0;
    if (nodes != NULL)
        *nodes = offer.nodes;
    if (until != NULL)
        *until = offer.until;
    return offer.nodes > 0;
}

/* A time as a variable has it, in quotes or not: seconds since 1970. 0 when
 * there is none. */
static double read_time(const char *text)
{
    double value = 0;
    if (text == NULL)
        return 0;
    text += *text == '\'' || *text == '"';
    for (int i = 0; i < 15 && *text >= '0' && *text <= '9'; i++)
        value = value * 10 + (*text++ - '0');
    return value;
}

/* The value of NAME= in a text of lines that a shell would source, or NULL.
 * Borrowed. */
static const char *find_variable(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "export ", 7) == 0)
            line += 7;
        if (strncmp(line, name, n) == 0 && line[n] == '=')
            return line + n + 1;
    }
    return NULL;
}

double erm_time_left(erm_t *e)
{
    struct erm_stamp stamp;
    double end;
    int rc;
    /* env.sh is kept up to date, the environment is that of the start */
    char *text = e != NULL && e->dir != NULL
                     ? erm_read_file(e, "env.sh", &stamp, &rc)
                     : NULL;
    if (text != NULL)
        end = read_time(find_variable(text, "ERM_DEADLINE"));
    else
        end = read_time(getenv("ERM_DEADLINE"));
    free(text);
    return end > 0 ? end - erm_clock(CLOCK_REALTIME) : HUGE_VAL;
}

/* The names in TEXT, between commas, blanks and line ends. */
static int split_names(struct erm *e, char *text)
{
    char *rest = text;
    e->nodes.n = 0;
    for (char *name; (name = strtok_r(NULL, ", \t\r\n", &rest)) != NULL;)
        if (erm_list_add(&e->nodes, name) < 0)
            return erm_set_no_memory(e);
    return 0;
}

/* The nodes of a program that runs alone, or has no such file: owned. */
static char *nodes_without_file(void)
{
    char host[HOST_NAME_MAX + 1] = "";
    const char *nodes = getenv("ERM_NODES");
    if (nodes != NULL && nodes[strspn(nodes, ", \t\r\n")] != '\0')
        return strdup(nodes);
    if (gethostname(host, sizeof(host) - 1) < 0 || host[0] == '\0')
        snprintf(host, sizeof(host), "localhost");
    return strdup(host);
}

static int read_nodes(struct erm *e)
{
    int rc = 0;
    char *text = NULL;
    if (e->dir != NULL)
        text = erm_read_file(e, "nodes", &e->nodes_stamp, &rc);
    if (rc < 0)
        return rc;
    if (text == NULL && (text = nodes_without_file()) == NULL)
        return erm_set_no_memory(e);
    free(e->nodes_text);
    e->nodes_text = text;
    return split_names(e, text);
}

static bool has_new_nodes(struct erm *e)
{
    struct stat st;
    char path[PATH_MAX];
    if (e->nodes_text == NULL)
        return true;
    if (e->dir == NULL)
        return false;
    snprintf(path, sizeof(path), "%s/nodes", e->dir);
    if (stat(path, &st) < 0)
        return false; /* the last ones that were known */
    struct erm_stamp stamp = erm_stamp_of(&st);
    return !erm_stamp_is_same(&stamp, &e->nodes_stamp);
}

int erm_nodes(erm_t *e, const char *const **names)
{
    if (e == NULL)
        return ERM_EINVAL;
    int rc = has_new_nodes(e) ? read_nodes(e) : 0;
    if (rc < 0)
        return rc;
    if (names != NULL)
        *names = e->nodes.items;
    return e->nodes.n;
}

const char *erm_hostfile(erm_t *e)
{
    return e != NULL ? e->hostfile : NULL;
}

const char *erm_dir(erm_t *e)
{
    return e != NULL ? e->dir : NULL;
}
