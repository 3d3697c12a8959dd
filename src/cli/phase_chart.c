/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cell shows the job that had the node longest within the cell's span, so
 * that short jobs are not lost to long neighbours more than they must.
 */
#include "cli/phase_chart.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/duration.h"

#define WIDTH_MIN 40
#define NAME_WIDTH_MAX 20

void phase_chart_init(struct phase_chart *chart)
{
    memset(chart, 0, sizeof(*chart));
}

void phase_chart_release(struct phase_chart *chart)
{
    for (size_t i = 0; i < chart->n_nodes; i++)
        free(chart->nodes[i]);
    for (size_t i = 0; i < chart->n_jobs; i++)
        free(chart->jobs[i].name);
    free(chart->nodes);
    free(chart->jobs);
    free(chart->bars);
    phase_chart_init(chart);
}

/* A linear search: a pool that is drawn as text is small. */
static size_t node_index(struct phase_chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->n_nodes; i++)
        if (strcmp(chart->nodes[i], name) == 0)
            return i;
    chart->nodes =
        mem_resize(chart->nodes, chart->n_nodes + 1, sizeof(*chart->nodes));
    chart->nodes[chart->n_nodes] = mem_strdup(name);
    return chart->n_nodes++;
}

/* NAME without what could move the cursor. Returns owned. */
static char *clean_copy(const char *name)
{
    char *copy = mem_strdup(name);
    for (char *c = copy; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return copy;
}

/* A job's bars come together mostly: look from the end. */
static size_t job_index(struct phase_chart *chart, int64_t id, const char *name)
{
    for (size_t i = chart->n_jobs; i-- > 0;)
        if (chart->jobs[i].id == id)
            return i;
    chart->jobs =
        mem_resize(chart->jobs, chart->n_jobs + 1, sizeof(*chart->jobs));
    chart->jobs[chart->n_jobs] = (struct chart_job){id, clean_copy(name), 0};
    return chart->n_jobs++;
}

void phase_chart_add(struct phase_chart *chart, int64_t id, const char *name,
                     const char *node, time_us start, time_us end,
                     bool is_grown)
{
    if (chart->n_bars == chart->bars_size) {
        chart->bars_size = chart->bars_size == 0 ? 64 : chart->bars_size * 2;
        chart->bars =
            mem_resize(chart->bars, chart->bars_size, sizeof(*chart->bars));
    }
    size_t job = job_index(chart, id, name);
    chart->jobs[job].has_grown = chart->jobs[job].has_grown || is_grown;
    chart->bars[chart->n_bars++] =
        (struct chart_bar){node_index(chart, node), job, start,
                           end < start ? start : end, is_grown};
}

struct frame {
    time_us start, end;
    size_t columns;
    size_t name_width;
};

/* From the first start to the last end, and what the names leave of WIDTH. */
static struct frame make_frame(const struct phase_chart *chart, unsigned width)
{
    struct frame frame = {chart->bars[0].start, chart->bars[0].end, 0, 4};
    for (size_t i = 1; i < chart->n_bars; i++) {
        const struct chart_bar *bar = &chart->bars[i];
        frame.start = bar->start < frame.start ? bar->start : frame.start;
        frame.end = bar->end > frame.end ? bar->end : frame.end;
    }
    for (size_t i = 0; i < chart->n_nodes; i++)
        if (strlen(chart->nodes[i]) > frame.name_width)
            frame.name_width = strlen(chart->nodes[i]);
    if (frame.name_width > NAME_WIDTH_MAX)
        frame.name_width = NAME_WIDTH_MAX;
    if (width < WIDTH_MIN)
        width = WIDTH_MIN;
    frame.columns = width - frame.name_width - 3; /* " |" and "|" */
    if (frame.end == frame.start)
        frame.end++;
    return frame;
}

/* Where column I of the frame begins. */
static time_us column_start(const struct frame *frame, size_t i)
{
    double part = (double)i / (double)frame->columns;
    return frame->start + (time_us)(part * (double)(frame->end - frame->start));
}

/* After 26 jobs the letters begin again; the legend has each. */
static char symbol(const struct chart_bar *bar)
{
    return (char)((bar->is_grown ? 'A' : 'a') + (int)(bar->job % 26));
}

/* Draws BAR over ROW where it has more of a cell than what is there; BEST
 * holds how much that is. */
static void draw_bar(const struct frame *frame, const struct chart_bar *bar,
                     char *row, dur_us *best)
{
    double scale = (double)frame->columns / (double)(frame->end - frame->start);
    size_t first = (size_t)((double)(bar->start - frame->start) * scale);
    for (size_t i = first > 0 ? first - 1 : 0; i < frame->columns; i++) {
        time_us start = column_start(frame, i);
        time_us end = column_start(frame, i + 1);
        if (start > bar->end)
            break;
        start = start > bar->start ? start : bar->start;
        end = end < bar->end ? end : bar->end;
        if (end - start <= best[i])
            continue;
        best[i] = end - start;
        row[i] = symbol(bar);
    }
}

/* n2 before n10, as people count. */
static int compare_names(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Draws the bars of the node NAME into ROW. */
static void draw_node(const struct phase_chart *chart,
                      const struct frame *frame, const char *name, char *row)
{
    dur_us *best = mem_alloc_array(frame->columns, sizeof(*best));
    memset(row, '.', frame->columns);
    for (size_t i = 0; i < chart->n_bars; i++)
        if (chart->nodes[chart->bars[i].node] == name)
            draw_bar(frame, &chart->bars[i], row, best);
    free(best);
}

/* One line per node. */
static void add_rows(const struct phase_chart *chart, const struct frame *frame,
                     struct strbuf *out)
{
    char *row = mem_alloc(frame->columns + 1);
    char **names = mem_alloc_array(chart->n_nodes, sizeof(*names));
    memcpy(names, chart->nodes, chart->n_nodes * sizeof(*names));
    qsort(names, chart->n_nodes, sizeof(*names), compare_names);
    for (size_t i = 0; i < chart->n_nodes; i++) {
        draw_node(chart, frame, names[i], row);
        strbuf_add_fmt(out, "%-*.*s |%s|\n", (int)frame->name_width,
                       (int)frame->name_width, names[i], row);
    }
    free(names);
    free(row);
}

/* "     10:00:00 ...... 10:05:00" under the rows. */
static void add_axis(const struct frame *frame, struct strbuf *out)
{
    char first[16], last[16], span[DURATION_TEXT_MAX];
    struct tm tm;
    time_t seconds = (time_t)(frame->start / USEC_PER_SEC);
    strftime(first, sizeof(first), "%H:%M:%S", localtime_r(&seconds, &tm));
    seconds = (time_t)(frame->end / USEC_PER_SEC);
    strftime(last, sizeof(last), "%H:%M:%S", localtime_r(&seconds, &tm));
    duration_human(frame->end - frame->start, span);
    int room = (int)frame->columns - 16;
    int left = (room - (int)strlen(span)) / 2;
    strbuf_add_fmt(out, "%*s%s%*s%s%*s%s\n", (int)frame->name_width + 2, "",
                   first, left, "", span, room - left - (int)strlen(span), "",
                   last);
}

/* As many jobs on a line as fit into WIDTH. */
static void add_legend(const struct phase_chart *chart, unsigned width,
                       struct strbuf *out)
{
    struct strbuf entry;
    size_t line = 0;
    bool has_grown = false;
    strbuf_init(&entry);
    for (size_t i = 0; i < chart->n_jobs; i++) {
        const struct chart_job *job = &chart->jobs[i];
        strbuf_reset(&entry);
        strbuf_add_fmt(&entry, "%c%c job %" PRId64, (char)('a' + i % 26),
                       job->has_grown ? (char)('A' + i % 26) : ' ', job->id);
        if (job->name[0] != '\0')
            strbuf_add_fmt(&entry, " (%s)", job->name);
        if (line > 0 && line + entry.len + 3 > width) {
            strbuf_add_char(out, '\n');
            line = 0;
        }
        strbuf_add_fmt(out, "%s%s", line > 0 ? "   " : "", entry.text);
        line += entry.len + (line > 0 ? 3 : 0);
        has_grown = has_grown || job->has_grown;
    }
    strbuf_add_char(out, '\n');
    if (has_grown)
        strbuf_add_str(out, "capitals: nodes that a job grew into\n");
    strbuf_release(&entry);
}

void phase_chart_format(const struct phase_chart *chart, unsigned width,
                        struct strbuf *out)
{
    if (chart->n_bars == 0)
        return;
    struct frame frame = make_frame(chart, width);
    add_rows(chart, &frame, out);
    add_axis(&frame, out);
    add_legend(chart, width, out);
}
