// SPDX-License-Identifier: Apache-2.0
/* create.h - a container in the making: what create and run share. */
#pragma once

#include "boot/boot.h"
#include "container/notify.h"
#include "container/prepare.h"
#include "hooks/output.h"

/*
 * Life: creation_init(), creation_begin() parses, plans and walks the table; then either
 * creation_keep() (the container is there) or nothing; creation_done() releases, and undoes
 * everything when it was not kept.
 */
struct creation {
    davit_context *context;
    const char *id;
    const struct davit_create_options *options;
    bool detached; /* a terminal goes to the console socket, not to us */
    struct bundle bundle;
    struct prepared prepared;
    struct boot boot;
    struct state_record record;
    int rootfd, dirfd, lock;
    struct notify notify;
    struct hook_output output;
    int agent;                        /* connection to the seccomp agent, -1 without */
    bool resctrl_there, resctrl_made; /* resctrl's part is done; its directory is new */
    bool claimed, cgroup_made, hooks_run, kept;
};

int creation_begin(struct creation *k, bool barrier, struct err *e);
/* create_record.c: the record of a container that is being created. */
int creation_fill_record(struct creation *k, struct err *e);

/* create_cgroup.c: the rows about the cgroup. */
boot_handler creation_row_make_cgroup, creation_row_limit_cgroup, creation_row_delegate_cgroup,
    creation_row_filter_devices;
/* davit-bus kept init's place in the scope, and is not to be seen when init is inside; on v1 that
 * may still have to join. */
void creation_leave_scope(struct creation *k);
int creation_undo_cgroup(struct creation *k, struct err *e);

void creation_keep(struct creation *k);
void creation_done(struct creation *k);

#define auto_creation __attribute__((__cleanup__(creation_done))) struct creation

void creation_init(struct creation *k, davit_context *c, const char *id,
                   const struct davit_create_options *o);
