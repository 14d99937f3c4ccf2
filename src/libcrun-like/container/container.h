// SPDX-License-Identifier: Apache-2.0
/* container.h - the verbs, on the library's own types; api.c translates davit.h to this. */
#pragma once

#include "base/err.h"
#include "davit.h"
#include "plan/plan.h"
#include "state/state.h"

#include <stdbool.h>

struct davit_context {
    char *root;
    bool host_root; /* not of some user namespace only */
    enum davit_cgroup_manager cgroup_manager;
    bool strict;
    void (*warn)(void *data, const char *line);
    void *data;
    char *notify_socket; /* NULL: none */
};

void context_warn(const davit_context *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* create.c; run.c */
int container_create(davit_context *c, const char *id, const struct davit_create_options *o,
                     struct err *e);
int container_run(davit_context *c, const char *id, const struct davit_run_options *o,
                  int *ret_status, struct err *e);
int container_start(davit_context *c, const char *id, struct err *e);
int container_exec(davit_context *c, const char *id, const struct davit_exec_options *o,
                   int *ret_status, struct err *e);
int container_state(davit_context *c, const char *id, char **ret_json, struct err *e);
int container_list(davit_context *c, char **ret_json, struct err *e);
int container_kill(davit_context *c, const char *id, int sig, bool all, struct err *e);
int container_delete(davit_context *c, const char *id, bool force, struct err *e);
int container_ps(davit_context *c, const char *id, char **ret_json, struct err *e);
int container_update(davit_context *c, const char *id, const struct davit_update_options *o,
                     struct err *e);
int container_stats(davit_context *c, const char *id, char **ret_json, struct err *e);
int container_events(davit_context *c, const char *id, const struct davit_events_options *o,
                     struct err *e);
int container_pause(davit_context *c, const char *id, struct err *e);
int container_resume(davit_context *c, const char *id, struct err *e);
int container_plan(davit_context *c, const char *id, const struct davit_create_options *o,
                   bool json, char **ret_text, struct err *e);
int container_mounts(davit_context *c, const char *id, const char *json, bool remove,
                     struct err *e);
int signal_parse(const char *text, struct err *e);
