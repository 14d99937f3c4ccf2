// SPDX-License-Identifier: Apache-2.0
/*
 * message.h - what parent, outer, init and `start` say to each other, one SOCK_SEQPACKET packet
 * each.
 *
 * Parent, outer and init are always of one build (outer's and init's bytes are inside the parent).
 * `start` may be a later build than the init it wakes: struct barrier_packet never changes its
 * layout, only BARRIER_VERSION and the meaning of new messages may grow.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/*          name       sender   carries                       meaning */
#define BOOT_MESSAGES(X)                                                                          \
    X(HELLO,     "parent", "struct boot_hello, descriptors", "the plan and late facts, first of all")  \
    X(CLONED,    "outer",  "value: pid",                  "init exists")                               \
    X(TURN,      "init",   "row",                         "I stand before your row")                   \
    X(DONE,      "parent", "row, value, descriptors",     "the row is done, go on")                    \
    X(TERMINAL,  "init",   "one descriptor",              "the pty's master side")                     \
    X(LISTENER,  "init",   "one descriptor",              "the filter is in, this is its listener")    \
    X(FAILED,    "both",   "row, err",                    "the row failed, I am leaving")
/* clang-format on */

#define BOOT_MESSAGE_ENUM(name, sender, carries, meaning) BOOT_MSG_##name,
enum boot_message { BOOT_MESSAGES(BOOT_MESSAGE_ENUM) BOOT_MSG_COUNT };

struct boot_packet {
    uint32_t message; /* enum boot_message */
    uint32_t row;     /* index into the plan's table */
    int32_t value;
    struct err err; /* FAILED only */
};

enum { BOOT_PROCS_MAX = 16 };

/* A row at which the test build acts, and how. */
enum boot_fault { BOOT_FAULT_NONE, BOOT_FAULT_FAIL, BOOT_FAULT_KILL, BOOT_FAULT_STOP };

/* The first packet. The descriptors that are not negative come with it, in this order. */
struct boot_hello {
    int32_t plan_fd;
    int32_t target_fd;         /* exec: pidfd of the container's init */
    int32_t trace_fd;          /* shared struct boot_trace */
    uint32_t preserve_fds;     /* 3 .. 3+n-1 are the payload's */
    uint32_t fault_row, fault; /* enum boot_fault */
};

/* May come before the first packet, and only helps: what the plan will probably ask for. */
struct boot_hint {
    uint32_t clone_flags; /* CLONE_NEWNET: a network namespace, made by outer */
};

/* Handed over later, when the parent has them: with the DONE of "hand over", whose value says which
 * of the first eight come (bits 0 to 7) and how many procs (from bit 8 on), in this order. */
struct boot_grants {
    int32_t cgroup_fd;                /* v2 directory to clone into */
    int32_t cgroup_procs_fd;          /* its cgroup.procs, for where clone3 is missing */
    int32_t cgroup_fallback_fd;       /* exec: the cgroup of the container's init, when different */
    int32_t cgroup_fallback_procs_fd; /* its cgroup.procs */
    int32_t barrier_fd;               /* listening socket of the start barrier */
    int32_t hook_out_fd, hook_err_fd; /* where init's hooks write */
    int32_t own_fd;                   /* detached mount for the plan's mount with own set */
    int32_t procs_fd[BOOT_PROCS_MAX]; /* v1 tasks files, open for writing */
    uint32_t procs_count;
};

#define BOOT_GRANTS_NONE                                                                           \
    (struct boot_grants)                                                                           \
    {                                                                                              \
        .cgroup_fd = -1, .cgroup_procs_fd = -1, .cgroup_fallback_fd = -1,                          \
        .cgroup_fallback_procs_fd = -1, .barrier_fd = -1, .own_fd = -1, .hook_out_fd = -1,         \
        .hook_err_fd = -1                                                                          \
    }

enum { BOOT_GRANTS_MAX = 8 + BOOT_PROCS_MAX };

/* Shared, append-only timeline: a writer takes a slot by adding to count. */
enum { BOOT_TRACE_SLOTS = 4094 };

struct boot_trace_event {
    uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC */
    uint32_t row;
    uint16_t actor; /* enum row_actor */
    uint16_t pad;
};

struct boot_trace {
    uint32_t count, pad;
    struct boot_trace_event events[BOOT_TRACE_SLOTS];
};

enum { BARRIER_MAGIC = 0x64727562, BARRIER_VERSION = 1 };

enum barrier_message {
    BARRIER_START = 1,    /* start -> init: go on */
    BARRIER_FAILED = 2,   /* init -> start: err says why; end of file without it means success */
    BARRIER_LISTENER = 3, /* init -> start, with the seccomp listener's descriptor */
};

struct barrier_packet {
    uint32_t magic, version, message;
    int32_t code;  /* errno */
    uint32_t kind; /* enum err_kind */
    char text[ERR_TEXT_MAX];
};
_Static_assert(sizeof(struct barrier_packet) == 508 && offsetof(struct barrier_packet, text) == 20,
               "what an earlier build's init sends and takes");
