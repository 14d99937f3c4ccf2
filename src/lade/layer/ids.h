// SPDX-License-Identifier: Apache-2.0
/* ids.h - whom files belong to when the container has a user namespace. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct id_range {
    uint32_t inside, outside, count;
};

/* Ids of an archive (inside) to ids of files (outside), also in ACLs and capabilities. A count of
 * 0: as they are. */
struct id_maps {
    const struct id_range *uids, *gids;
    size_t uid_count, gid_count;
};

/* The other way; the ranges are in the arena. */
int ids_reverse(const struct id_maps *maps, struct arena *arena, struct id_maps *ret,
                struct err *e);

/* False: not mapped, or no id at all. */
bool ids_map_uid(const struct id_maps *maps, uint64_t id, uint32_t *ret);
bool ids_map_gid(const struct id_maps *maps, uint64_t id, uint32_t *ret);

/* The error that names the one of both that has no place here. */
int ids_refuse(const struct id_maps *maps, const char *path, uint64_t uid, uint64_t gid,
               struct err *e);

enum { IDS_CAPABILITY_SIZE = 24 };

/* A security.capability that counts where the maps put its root; file capabilities are worth
 * nothing in a user namespace else (capabilities(7), "Namespaced file capabilities"). Returns the
 * number of bytes in ret, or 0: it is none that could be mapped. */
size_t ids_map_capability(const struct id_maps *maps, const void *value, size_t len,
                          uint8_t ret[IDS_CAPABILITY_SIZE]);

/* The ids in a system.posix_acl_access or system.posix_acl_default, in place. False: it is damaged
 * or names an id that is not mapped. */
bool ids_map_acl(const struct id_maps *maps, uint8_t *value, size_t len);
