/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged journals: records of random worlds are dropped, doubled, swapped and
 * changed, and then replayed. Each one that does not fit has to be refused and
 * to change nothing; none may bring the program down.
 *
 * usage: damaged_journal [SEEDS [EVENTS [FIRST]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_text.h"
#include "world.h"

#define DAMAGES 40

static uint32_t random_id(struct world *world)
{
    return 1 + world_random(world, (uint32_t)world->last_id + 1);
}

static void change(struct world *world, struct event *event)
{
    switch (world_random(world, 10)) {
    case 0:
        event->job = random_id(world);
        break;
    case 1:
        event->attempt += world_random(world, 3);
        break;
    case 2:
        event->seq += world_random(world, 3);
        break;
    case 3:
        idset_add(&event->nodes, world_random(world, world->n_nodes + 2));
        break;
    case 4:
        idset_remove(&event->nodes, world_random(world, world->n_nodes));
        break;
    case 5:
        event->op = (enum directive_op)world_random(world, 2);
        break;
    case 6:
        event->for_job = random_id(world);
        break;
    case 7:
        event->when = world->now - world_random(world, 100) * USEC_PER_SEC;
        break;
    case 8:
        idset_clear(&event->nodes);
        break;
    default:
        if (event->type != EV_SUBMIT)
            event->type =
                (enum event_type)(EV_UPDATE + world_random(world, EV_FORCE));
    }
}

struct damage {
    size_t at;
    int times; /* how often the record at AT is there */
    bool is_changed, is_swapped;
};

/* Replays one record; when it is refused the state must be as before. */
static bool replay_one(struct sched *copy, const struct event *record,
                       bool is_watched, unsigned long *n_refused)
{
    struct strbuf before, after;
    struct err err;
    bool is_good = true;

    strbuf_init(&before);
    strbuf_init(&after);
    if (is_watched)
        state_add_text(&before, copy);
    if (sched_replay(copy, record, &err) < 0) {
        ++*n_refused;
        if (is_watched)
            state_add_text(&after, copy);
        is_good = strcmp(before.text, after.text) == 0;
    }
    strbuf_release(&before);
    strbuf_release(&after);
    return is_good;
}

static bool replay_damaged(struct world *world, const struct damage *damage,
                           unsigned long *n_refused)
{
    struct sched *copy = sched_create(sched_config(world->sched));
    bool is_good = true;

    for (size_t i = 0; is_good && i < world->n_records; i++) {
        bool is_near = i >= damage->at && i < damage->at + 20;
        size_t j = i;
        struct event record;

        if (damage->is_swapped && i / 2 == damage->at / 2 &&
            (i ^ 1) < world->n_records)
            j = i ^ 1;
        event_copy(&record, &world->records[j]);
        if (i == damage->at && damage->is_changed)
            change(world, &record);
        for (int n = i == damage->at ? damage->times : 1; is_good && n > 0; n--)
            is_good = replay_one(copy, &record, is_near, n_refused);
        event_release(&record);
    }
    sched_destroy(copy);
    return is_good;
}

int main(int argc, char **argv)
{
    int n_seeds = argc > 1 ? atoi(argv[1]) : 100;
    int n_events = argc > 2 ? atoi(argv[2]) : 200;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    unsigned long n_refused = 0;

    for (int i = 0; i < n_seeds; i++) {
        struct sched_config config;
        struct world *world;

        world_config(first + (uint64_t)i, &config);
        world = world_create(first + (uint64_t)i, &config);
        for (int j = 0; j < n_events; j++)
            world_turn(world);
        for (int j = 0; j < DAMAGES; j++) {
            struct damage damage = {
                .at = world_random(world, (uint32_t)world->n_records),
                .times = j % 4,
                .is_changed = j % 4 == 1,
                .is_swapped = j % 4 == 3,
            };

            if (!replay_damaged(world, &damage, &n_refused)) {
                printf("seed %d: a refused record changed the state\n",
                       (int)first + i);
                return 1;
            }
        }
        world_destroy(world);
    }
    printf("%d journals, %d damages each, %lu records refused\n", n_seeds,
           DAMAGES, n_refused);
    return n_refused > 0 ? 0 : 1;
}
