// SPDX-License-Identifier: Apache-2.0
/*
 * boot.h - the parent's side: it walks the same table as outer and init and runs its own rows.
 *
 * Life of a struct boot: fill in plan, handlers, data and the hello descriptors; boot_run() walks
 * the table; boot_done() closes everything and, unless boot_keep() was called, kills what was
 * started.
 */
#pragma once

#include "base/err.h"
#include "plan/message.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct boot;
typedef int boot_handler(struct boot *b, struct err *e);

struct boot {
    const struct plan *plan;
    boot_handler *const *handlers; /* by row; NULL for rows that are not the parent's */
    void *data;                    /* of the handlers */

    /* Descriptors in these two are the parent's; owned, closed by boot_done(). */
    struct boot_hello hello;   /* filled before boot_run() */
    struct boot_grants grants; /* filled before the "hand over" row */
    struct boot_area *area;    /* outer's stack until its execve; spawn.c */
    int sync;                  /* conversation */
    pid_t outer;               /* 0 once reaped */
    pid_t init;                /* 0 before CLONED */
    int init_pidfd;
    int terminal;        /* the pty's master, -1 without */
    int listener;        /* of the seccomp filter, -1 without */
    int32_t done_value;  /* goes out with the next DONE */
    bool peer_failed;    /* outer or init said FAILED, */
    unsigned failed_row; /* in this row */
    bool kept;
    struct boot_trace *trace; /* mapped when a trace is wanted */
    unsigned row;             /* the parent's place in the table */
    bool turn_waits;          /* a TURN came before it was asked for */
    unsigned turn_row;
};

void boot_init(struct boot *b, const struct plan *plan);
void boot_done(struct boot *b);

/* Start outer, which then waits for the first row. Before anything else, as it takes as long as
 * reading a configuration. Descriptors 3 to 2+preserve_fds go to the payload. */
int boot_start(struct boot *b, unsigned preserve_fds, struct err *e);

/* Tell outer that a new network namespace will probably be wanted of it: making one takes about as
 * long as reading a configuration. */
void boot_hint_network(struct boot *b);

/* Walk the whole table. For a plan with a start barrier it returns when init was told DONE for the
 * last parent row; otherwise when the payload's execve has succeeded. */
int boot_run(struct boot *b, struct err *e);

/* The container lives on without us. */
void boot_keep(struct boot *b);

/* Handlers that every caller uses as they are. */
int boot_row_brief(struct boot *b, struct err *e);     /* spawn.c */
int boot_row_id_maps(struct boot *b, struct err *e);   /* id_maps.c */
int boot_row_scheduler(struct boot *b, struct err *e); /* scheduler.c */
int boot_row_hand_over(struct boot *b, struct err *e); /* parent.c */
int boot_row_nothing(struct boot *b, struct err *e);   /* where only the DONE matters */

/* Why outer could not be executed: a positive errno, 0 when it was. Frees the area. */
int boot_area_release(struct boot *b);

/* Does this errno of a send mean that nobody holds the other end any more? */
bool boot_peer_left(int code);

/* Nobody holds the other end of the conversation any more: say who was lost, and how. */
int boot_lost(struct boot *b, const char *waiting_for, struct err *e);

/* Wait until init is known (its CLONED has arrived). */
int boot_await_init(struct boot *b, struct err *e);

/* Wait until the seccomp filter is in force and b->listener has come. */
int boot_await_listener(struct boot *b, struct err *e);

/* trace.c: b->trace and hello.trace_fd; afterwards the timeline as Chrome trace JSON into path. */
int boot_trace_open(struct boot *b, struct err *e);
int boot_trace_write(const struct boot *b, const char *path, struct err *e);
void boot_trace_row(struct boot *b, uint64_t begin_ns);

/* executable.c: a sealed file with outer's and init's code, made once per process. Borrowed; but
 * where it can't be sealed it is made for this call alone, and *ret_own is the same, to be closed.
 */
int boot_executable(int *ret_own, struct err *e);

/* fault.c: what $DAVIT_FAULT ("row name:fail|kill|stop") asks of this plan's table. Only the test
 * build looks. kind: enum boot_fault; row: index. */
int boot_fault_read(const struct plan *p, uint32_t *ret_row, uint32_t *ret_fault, struct err *e);

/* The same for a step of start or delete, which walk no table of a plan. */
int boot_fault_step(const char *name, struct err *e);

#define auto_boot __attribute__((__cleanup__(boot_done))) struct boot
