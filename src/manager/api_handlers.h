/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handlers of the API's requests, by file. What each one does is said in
 * doc/api.md under its path.
 */
#ifndef ERM_MANAGER_API_HANDLERS_H
#define ERM_MANAGER_API_HANDLERS_H

#include "manager/api_route.h"

/* api_manager.c */
api_handler_f api_get_status, api_get_state, api_post_reload, api_post_stop;
/* api_jobs.c */
api_handler_f api_get_jobs, api_get_job, api_get_why;
/* api_submit.c */
api_handler_f api_post_jobs;
/* api_wait.c */
api_handler_f api_get_wait;
/* api_change.c */
api_handler_f api_post_cancel, api_post_hold, api_post_release,
    api_post_requeue, api_post_update;
/* api_resize.c */
api_handler_f api_post_resize;
/* api_nodes.c */
api_handler_f api_get_nodes, api_post_drain, api_post_resume, api_post_add,
    api_post_remove;
/* api_events.c */
api_handler_f api_get_events;
/* api_history.c */
api_handler_f api_get_history, api_get_learned;

#endif
