// SPDX-License-Identifier: Apache-2.0
/* dump.h - the words for a plan's numbers, shared by dump_json.c and dump_text.c only. */
#pragma once

#include "base/buf.h"
#include "plan/plan.h"

enum { DUMP_NAMES_MAX = 80, DUMP_NAME_SIZE = 40 };

/* Names of the bits of one or more masks; a bit without a name is shown in hexadecimal. */
struct dump_names {
    size_t count;
    char items[DUMP_NAMES_MAX][DUMP_NAME_SIZE];
};

void dump_flags(uint32_t flags, struct dump_names *ret);      /* enum plan_flag */
void dump_namespaces(uint32_t flags, struct dump_names *ret); /* CLONE_NEW*: "mount", "uts", ... */
void dump_seccomp_flags(uint32_t flags, struct dump_names *ret);
void dump_scheduler_flags(uint64_t flags, struct dump_names *ret);
void dump_memory_flags(uint32_t mode, struct dump_names *ret); /* MPOL_F_* of a memory_mode */
/* "0-3,7" */
void dump_numbers(const struct plan *p, struct plan_list set, struct buf *ret);
void dump_caps(uint64_t caps, struct dump_names *ret); /* "CAP_CHOWN", ... */
/* What a mount was given, spelled as mount options and in a fixed order; "~suid" is what a bind
 * gets unless a user namespace locks it. */
void dump_mount_options(const struct plan_mount *m, struct dump_names *ret);
void dump_propagation(uint32_t flags, struct dump_names *ret);

const char *dump_mount_kind(uint32_t kind);
const char *dump_mount_label(uint32_t label);
char dump_device_type(uint32_t type);
const char *dump_actor(enum row_actor actor);

/* Namespaces made anew: those of clone3 and those that are flags. */
uint32_t dump_new_namespaces(const struct plan *p);

/* One of the lists that a row walks over, and how an item is told to people. */
struct dump_list {
    struct plan_list (*list)(const struct plan *p);
    unsigned size;                     /* of an item */
    bool (*belongs)(const void *item); /* NULL: every item does */
    void (*tell)(const struct plan *p, const void *item, struct buf *ret);
};

/* The list behind row number i of the plan's table, NULL when it has none. */
const struct dump_list *dump_row_list(const struct plan *p, unsigned i);
unsigned dump_row_items(const struct plan *p, const struct dump_list *l);
