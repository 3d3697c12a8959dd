/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random event streams through sched_step(), all invariants checked after
 * every event; then everything is let end (nothing may be left), and the
 * records are replayed, which must give the same state.
 *
 * usage: random_events [SEEDS [EVENTS [FIRST [JOURNAL]]]]
 * exit: 0 none violated, 1 violated (the seed is printed). The records are
 * written to the file JOURNAL, a line each and an empty one after each seed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "audit.h"
#include "core/invariants.h"
#include "state_text.h"
#include "world.h"
#ifdef WITH_STATE_JSON
#include "codec/event_json.h"
#include "codec/state_json.h"
#include <string.h>
#endif

struct totals {
    unsigned long events, jobs, grows, shrinks, reserved, timed, restarts;
    unsigned long restarted, lost, chosen;
    unsigned long granted, queued, denied, delayed, offered;
    unsigned long scaled;
};

#ifdef WITH_STATE_JSON
/* The snapshot, written and read again, gives the same bytes. */
static bool snapshot_is_equal(const struct sched *sched, struct err *err)
{
    char *text = state_to_text(sched), *again;
    struct sched *copy =
        state_from_text(text, strlen(text), sched_config(sched), err);
    bool is_equal = copy != NULL;

    if (is_equal) {
        again = state_to_text(copy);
        is_equal = strcmp(text, again) == 0 ||
                   err_set(err, ERR_CONFLICT, "I6: the snapshot differs") == 0;
        free(again);
    }
    is_equal = is_equal && invariants_hold(copy, false, err);
    sched_destroy(copy);
    free(text);
    return is_equal;
}

static void write_journal(const struct world *world, FILE *journal)
{
    for (size_t i = 0; journal != NULL && i < world->n_records; i++) {
        char *text = event_to_text(&world->records[i]);

        fprintf(journal, "%s\n", text);
        free(text);
    }
    if (journal != NULL)
        fputc('\n', journal);
}
#else
static void write_journal(const struct world *world, FILE *journal)
{
    (void)world;
    (void)journal;
}

static bool snapshot_is_equal(const struct sched *sched, struct err *err)
{
    (void)sched;
    (void)err;
    return true;
}
#endif

/* The records alone, applied in order, give the state that is live now. */
static bool replay_is_equal(const struct world *world, struct err *err)
{
    struct sched *copy =
        state_replay(world->sched, world->records, world->n_records, err);

    sched_destroy(copy);
    return copy != NULL && snapshot_is_equal(world->sched, err);
}

static void watch(void *watcher, const struct actions *actions, bool is_resumed)
{
    audit_read(watcher, actions, is_resumed);
}

/* What the state shows, what the auditor saw, and what the world noticed. */
static bool is_good(const struct world *world, struct err *err)
{
    const struct audit *audit = world->watcher;

    if (!invariants_hold(world->sched, true, err))
        return false;
    if (audit->error[0] != '\0')
        return err_set(err, ERR_CONFLICT, "%s", audit->error) == 0;
    return world->error[0] == '\0' ||
           err_set(err, ERR_CONFLICT, "%s", world->error) == 0;
}

/* The manager dies and comes back. */
static bool restart(struct world *world, struct err *err)
{
    struct sched *again =
        state_replay(world->sched, world->records, world->n_records, err);

    if (again == NULL)
        return false;
    world_restart(world, again);
    return is_good(world, err);
}

/* A life of N_EVENTS, and what it leaves behind. */
static bool live(struct world *world, int n_events, struct totals *totals,
                 struct err *err)
{
    for (int i = 0; i < n_events; i++) {
        world_turn(world);
        totals->events++;
        if (!is_good(world, err))
            return false;
        if (world_random(world, 200) != 0)
            continue;
        totals->restarts++;
        if (!restart(world, err))
            return false;
    }
    if (!replay_is_equal(world, err))
        return false;
    if (!world_drain(world, 40 * n_events))
        return err_set(err, ERR_CONFLICT,
                       "I20: jobs are left that never end") == 0;
    return is_good(world, err) && replay_is_equal(world, err);
}

static bool run_seed(uint64_t seed, int n_events, struct totals *totals,
                     FILE *journal, struct err *err)
{
    struct sched_config config;
    struct world *world;
    struct audit *audit = audit_create();
    bool is_alive;

    world_config(seed, &config);
    world = world_create(seed, &config);
    audit_read(audit, &world->actions, false);
    world->watch = watch;
    world->watcher = audit;
    is_alive = live(world, n_events, totals, err);
    totals->jobs += world->n_finished;
    totals->grows += world->n_grows;
    totals->shrinks += world->n_shrinks;
    totals->reserved += world->n_reserved;
    totals->timed += world->n_timed;
    totals->restarted += world->n_restarted;
    totals->lost += world->n_lost;
    totals->chosen += world->n_chosen;
    totals->granted += world->n_granted;
    totals->queued += world->n_queued;
    totals->denied += world->n_denied;
    totals->delayed += world->n_delayed;
    totals->offered += world->n_offered;
    totals->scaled += world->n_scaled;
    write_journal(world, journal);
    world_destroy(world);
    audit_destroy(audit);
    return is_alive;
}

static void tell(int n_seeds, const struct totals *totals)
{
    printf("%d seeds, %lu events, %lu jobs ended, %lu grows, %lu shrinks, "
           "%lu reservations, %lu before an end, %lu restarts of the manager, "
           "%lu of jobs in place, %lu losses, %lu choices, wishes: %lu "
           "granted, %lu queued, %lu denied, %lu with a delay, %lu as "
           "offered, %lu limits by size: 0 violations\n",
           n_seeds, totals->events, totals->jobs, totals->grows,
           totals->shrinks, totals->reserved, totals->timed, totals->restarts,
           totals->restarted, totals->lost, totals->chosen, totals->granted,
           totals->queued, totals->denied, totals->delayed, totals->offered,
           totals->scaled);
}

/* A world in which nothing happens proves nothing. */
static bool is_lively(const struct totals *totals)
{
    return totals->grows > 0 && totals->shrinks > 0 && totals->reserved > 0 &&
           totals->timed > 0 && totals->restarts > 0 && totals->restarted > 0 &&
           totals->lost > 0 && totals->chosen > 0 && totals->granted > 0 &&
           totals->queued > 0 && totals->denied > 0 && totals->delayed > 0 &&
           totals->offered > 0 && totals->scaled > 0;
}

int main(int argc, char **argv)
{
    int n_seeds = argc > 1 ? atoi(argv[1]) : 2000;
    int n_events = argc > 2 ? atoi(argv[2]) : 1000;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    FILE *journal = argc > 4 ? fopen(argv[4], "we") : NULL;
    struct totals totals = {0};
    struct err err = {.code = ERR_NONE};

    for (int i = 0; i < n_seeds; i++) {
        if (!run_seed(first + (uint64_t)i, n_events, &totals, journal, &err)) {
            printf("seed %llu: %s\n", (unsigned long long)first + i, err.text);
            return 1;
        }
    }
    if (journal != NULL && fclose(journal) != 0)
        return 1;
    tell(n_seeds, &totals);
    return is_lively(&totals) ? 0 : 1;
}
