// SPDX-License-Identifier: Apache-2.0
/*
 * stats.h - what the files about usage share; only for stats*.c.
 *
 * Every file may be missing: kernels differ, and the container may end meanwhile. What can't be
 * read is left out.
 */
#pragma once

#include "base/buf.h"
#include "cgroup/cgroup.h"

#include <stdint.h>

struct stats {
    const struct cgroup_host *host;
    const struct cgroup *cg;
    struct buf *out;
};

/* The container's directory in the hierarchy that holds the controller, or -1. */
int stats_open(const struct stats *s, const char *on_v1, const char *on_v2, bool *ret_v2);
/* Its directory in the v2 tree, or -1. */
int stats_open_v2(const struct stats *s);

/* All of a file, malloc'd; NULL if it can't be read. */
char *stats_text(int dirfd, const char *file);
/* The number in a file, 0 if it can't be read, UINT64_MAX for "max". */
uint64_t stats_number(int dirfd, const char *file);
/* The number behind a key in text of lines "KEY NUMBER"; 0 if there is none. */
uint64_t stats_value(const char *text, const char *key);

/* "name":, with a comma before it unless it is the first of its object. */
void stats_name(struct stats *s, const char *name);
void stats_add(struct stats *s, const char *name, uint64_t value);
void stats_begin(struct stats *s, const char *name); /* "name":{ */
void stats_end(struct stats *s);                     /* } */

/* "psi": the pressure file of the v2 tree, if there is one. */
void stats_pressure(struct stats *s, const char *file);

void stats_cpu(struct stats *s);
void stats_cpuset(struct stats *s);
void stats_memory(struct stats *s);
void stats_block_io(struct stats *s);
