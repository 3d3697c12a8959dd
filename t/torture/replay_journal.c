/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the state that the journal's records give when they are replayed from
 * the first one, without any snapshot. Beside GET /v1/state of the manager that
 * wrote them, the bytes must be equal.
 *
 * usage: replay_journal STATE_DIR
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/event_json.h"
#include "codec/state_json.h"
#include "core/invariants.h"
#include "store/journal.h"
#include "store/state_dir.h"
#include "store/store.h"

static int apply(void *context, const struct record *record)
{
    struct err err;
    struct event event;

    if (event_from_text(record->text, &event, &err) != 0 ||
        sched_replay(context, &event, &err) != 0) {
        fprintf(stderr, "record %lld: %s\n", (long long)record->seq, err.text);
        return 1;
    }
    event_release(&event);
    if (invariants_hold(context, false, &err))
        return 0;
    fprintf(stderr, "record %lld: %s\n", (long long)record->seq, err.text);
    return 1;
}

int main(int argc, char **argv)
{
    struct sched_config config;
    struct state_dir dir;
    struct store *store;
    struct sched *sched;
    struct err err;
    char *text;

    if (argc != 2)
        return 2;
    if (state_dir_open(&dir, argv[1], false, &err) != 0 ||
        (store = store_open(&dir, NULL, &err)) == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    sched_config_init(&config);
    sched = sched_create(&config);
    if (store_each_record(store, 1, 0, apply, sched, &err) != 0)
        return 1;
    text = state_to_text(sched);
    printf("%s", text);
    free(text);
    sched_destroy(sched);
    store_close(store);
    state_dir_close(&dir);
    return 0;
}
