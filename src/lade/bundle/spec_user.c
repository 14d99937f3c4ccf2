// SPDX-License-Identifier: Apache-2.0
/* spec_user.c - the profile of a user without privileges. */
#include "lade/bundle/spec.h"

#include <string.h>

/* Group 5 (tty) is not there when a user has only one. */
static int leave_out_group(struct spec *s, struct err *e)
{
    struct spec_mount *m = spec_mount_at(s, "/dev/pts");
    struct texts kept = { 0 };

    for (size_t i = 0; m && i < m->options.count; i++)
        if (strncmp(m->options.items[i], "gid=", 4) != 0)
            TRY(texts_add(s->arena, &kept, m->options.items[i], e));
    if (m)
        m->options = kept;
    return 0;
}

/* A new sysfs is only for whoever owns the network namespace. */
static int bind_sys(struct spec *s, struct err *e)
{
    struct spec_mount *m = spec_mount_at(s, "/sys");

    if (!m)
        return 0;
    *m = (struct spec_mount){ .destination = "/sys", .type = "none", .source = "/sys" };
    return texts_split(s->arena, &m->options, "rbind,nosuid,noexec,nodev,ro", ',', e);
}

int spec_for_user(struct spec *s, bool host_network, struct err *e)
{
    struct own_ids own;

    TRY(own_ids_read(&own, e));
    s->no_cgroup = true;
    s->limits.pids = 0;
    if (own.single)
        TRY(leave_out_group(s, e));
    return host_network ? bind_sys(s, e) : 0;
}

int spec_check_user(struct spec *s, struct err *e)
{
    struct own_ids own;
    struct id_maps maps;
    uint32_t unused;

    TRY(own_ids_read(&own, e));
    maps = (struct id_maps){ own.uids, own.gids, own.uid_count, own.gid_count };
    if (!ids_map_uid(&maps, s->user.uid, &unused) || !ids_map_gid(&maps, s->user.gid, &unused))
        return err_set(e, ERR_UNSUPPORTED,
                       "user %u:%u is not among your ids (see /etc/subuid and /etc/subgid)",
                       s->user.uid, s->user.gid);
    if (own.single)
        s->group_count = 0;
    return 0;
}
