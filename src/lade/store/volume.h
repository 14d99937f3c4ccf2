// SPDX-License-Identifier: Apache-2.0
/* volume.h - named directories that outlive the bundles they are mounted into. */
#pragma once

#include "lade/store/store.h"

struct volume {
    const char *name, *path; /* path: the directory to mount, absolute */
    int64_t created;         /* seconds since 1970 */
    struct annotations labels;
    const char *user; /* a bundle that has it, or NULL */
};

struct volumes {
    struct arena arena;
    struct volume *items; /* sorted by name */
    size_t count;
};

/* [A-Za-z0-9][A-Za-z0-9_.-]{0,127} */
bool volume_name_valid(const char *name);

/* ERR_EXISTS unless it may exist. labels: NULL, or "KEY=VALUE"s, NULL-terminated. */
int volume_create(struct store *s, const char *name, const char *const *labels, bool may_exist,
                  struct err *e);

/* The directory to mount, absolute, malloc'd. ERR_NOT_FOUND. */
int volume_path(struct store *s, const char *name, char **ret, struct err *e);

/* ERR_BUSY when a bundle has it. */
int volume_remove(struct store *s, const char *name, struct err *e);

int volume_list(struct store *s, struct volumes **ret, struct err *e);
void volumes_freep(struct volumes **v);
