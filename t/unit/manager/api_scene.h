/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests of the API share: a whole manager in a folder of its own, but for
 * the launcher: that starts nothing, the test says what became of a job. The
 * clients are on the same loop.
 */
#ifndef ERM_T_MANAGER_API_SCENE_H
#define ERM_T_MANAGER_API_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "base/strbuf.h"
#include "launch/launcher.h"
#include "manager/context.h"

struct scene {
    char path[256]; /* of the folder, which is the working folder */
    char socket[300];
    struct manager manager;
    struct launcher launcher;
    int last_signal;   /* that the launcher was asked to send */
    int64_t signalled; /* to which job */
};

/* cmocka's set-up and tear-down: five nodes n1..n5 with two slots each. */
int scene_enter(void **state);
int scene_leave(void **state);
/* One round of the loop, then the end of the turn. */
void scene_turn(struct scene *scene);

/* What a client got. */
struct reply {
    int status;   /* 0: the connection ended without an answer */
    char *body;   /* owned */
    json_t *json; /* owned; NULL when the body is not JSON */
};
void reply_release(struct reply *reply);
/* Asks on a new connection and waits for the answer. BODY may be NULL. */
struct reply ask(struct scene *scene, const char *method, const char *path,
                 const char *body);
/* The same, checks the status and returns the owned JSON. */
json_t *ask_json(struct scene *scene, int status, const char *method,
                 const char *path, const char *body);

/* A connection of its own. */
struct peer {
    int fd;
    struct strbuf got;
};
void peer_connect(struct peer *peer, const struct scene *scene);
void peer_close(struct peer *peer);
void peer_send(struct peer *peer, const char *text);
void peer_ask(struct peer *peer, const char *method, const char *path,
              const char *body);
/* Turns the loop until TEXT was received (true), the other side has closed or
 * MILLISECONDS are over. */
bool peer_expect(struct peer *peer, struct scene *scene, const char *text,
                 long milliseconds);
/* Turns the loop until a whole answer has come. */
struct reply peer_reply(struct peer *peer, struct scene *scene);
/* Has the other side closed? */
bool peer_is_closed(struct peer *peer, struct scene *scene, long milliseconds);

/* Submits one entry of a jobs file by the API; its id. */
int64_t submit(struct scene *scene, const char *spec);
/* What the launcher would say. */
void job_started(struct scene *scene, int64_t id);
void job_exited(struct scene *scene, int64_t id, int code);
void job_answers(struct scene *scene, int64_t id, enum event_type type);
enum job_state job_state_of(const struct scene *scene, int64_t id);

/* By path: "jobs.0.name". Fails the test when there is no such value. */
const json_t *at(const json_t *json, const char *path);
const char *text_at(const json_t *json, const char *path);
int64_t int_at(const json_t *json, const char *path);
bool is_null_at(const json_t *json, const char *path);
#define assert_contains(text, part)                         \
    do {                                                    \
        if (strstr((text), (part)) == NULL)                 \
            fail_msg("'%s' is not in: %s", (part), (text)); \
    } while (0)

#endif
