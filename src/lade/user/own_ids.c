// SPDX-License-Identifier: Apache-2.0
/* own_ids.c - reading the maps of this process' user namespace. */
#include "lade/user/own_ids.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/privilege.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Lines of "INSIDE OUTSIDE COUNT"; those that have no room are ids that are not used. */
static int read_map(const char *path, struct id_range ret[OWN_IDS_MAX], size_t *count,
                    struct err *e)
{
    auto_free char *text = NULL;
    size_t n = 0, len;

    TRY(file_read(AT_FDCWD, path, 1 << 16, &text, &len, e));
    for (const char *p = text; *p && n < OWN_IDS_MAX; p += strcspn(p, "\n"), p += *p == '\n') {
        struct id_range r;

        if (sscanf(p, "%u %u %u", &r.inside, &r.outside, &r.count) == 3)
            ret[n++] = r;
    }
    *count = n;
    return 0;
}

int own_ids_read(struct own_ids *ret, struct err *e)
{
    struct own_ids own = { .host = privilege_is_hosts_root() };

    TRY(read_map("/proc/self/uid_map", own.uids, &own.uid_count, e));
    TRY(read_map("/proc/self/gid_map", own.gids, &own.gid_count, e));
    own.single = own.uid_count == 1 && own.uids[0].count == 1;
    *ret = own;
    return 0;
}

static const struct id_range *stay(const struct id_range *ranges, size_t count, struct arena *arena)
{
    struct id_range *same = arena_new(arena, count + 1, struct id_range);

    for (size_t i = 0; same && i < count; i++)
        same[i] = (struct id_range){ ranges[i].inside, ranges[i].inside, ranges[i].count };
    return same;
}

int own_ids_maps(const struct own_ids *own, struct arena *arena, struct id_maps *ret, struct err *e)
{
    *ret = (struct id_maps){ .uid_count = own->uid_count, .gid_count = own->gid_count };
    ret->uids = stay(own->uids, own->uid_count, arena);
    ret->gids = stay(own->gids, own->gid_count, arena);
    return ret->uids && ret->gids ? 0 : err_os(e, ENOMEM, "map ids");
}

bool own_ids_are_some(void)
{
    return !privilege_is_hosts_root();
}

uint32_t own_uid_outside(void)
{
    struct own_ids own;
    struct err unused;
    uint32_t uid = geteuid();

    if (own_ids_read(&own, &unused) < 0)
        return uid;
    for (size_t i = 0; i < own.uid_count; i++)
        if (uid >= own.uids[i].inside && uid - own.uids[i].inside < own.uids[i].count)
            return own.uids[i].outside + (uid - own.uids[i].inside);
    return uid;
}
