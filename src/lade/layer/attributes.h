// SPDX-License-Identifier: Apache-2.0
/* attributes.h - owner, mode, extended attributes and time of what an entry has made. */
#pragma once

#include "lade/layer/extract.h"

/* What is being made, and where. */
struct target {
    const struct tar_entry *entry;
    int dir;
    const char *name;
    uint32_t uid, gid; /* on this side of the maps; ID_AS_IT_IS: not to be set */
    unsigned mode;
};

#define ID_AS_IT_IS UINT32_MAX

/* Find owner and mode; entry is set. ERR_INVALID, naming the id, when it is not mapped. */
int attributes_plan(struct extract *x, struct target *t, struct err *e);

/* Of a file or directory that is open. */
int attributes_put(struct extract *x, const struct target *t, int fd, struct err *e);
/* Of what can't be opened without effect: links, devices, FIFOs. */
int attributes_put_by_name(struct extract *x, const struct target *t, struct err *e);

/* An error of the last system call, about the entry. */
int target_failed(const struct target *t, const char *what, struct err *e);
