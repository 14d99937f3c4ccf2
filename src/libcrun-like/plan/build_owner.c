// SPDX-License-Identifier: Apache-2.0
/*
 * build_owner.c - whether the container's cgroup is given to its user (config-linux.md, "Cgroup
 * ownership").
 */
#include "plan/writer.h"

#include <sched.h>
#include <string.h>

/* Delegation is not safe on v1, so not on a host that mixes both. */
static bool is_pure_v2(const struct plan_input *in)
{
    for (unsigned i = 0; i < in->host->count; i++)
        if (!in->host->h[i].v2)
            return false;
    return in->host->count > 0;
}

static bool is_read_only(const struct spec_mount *m)
{
    for (size_t i = 0; i < m->options.count; i++)
        if (!strcmp(m->options.items[i], "ro"))
            return true;
    return false;
}

static bool has_writable_mount(const struct spec *s)
{
    for (size_t i = 0; i < s->mount_count; i++) {
        const struct spec_mount *m = &s->mounts[i];

        if (m->source && !strcmp(m->source, "cgroup") && !strcmp(m->destination, "/sys/fs/cgroup"))
            return !is_read_only(m);
    }
    return false;
}

bool plan_host_id(const struct spec_id_mapping *maps, size_t count, uint32_t id, uint32_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (id < maps[i].container_id || id - maps[i].container_id >= maps[i].size)
            continue;
        *ret = maps[i].host_id + (id - maps[i].container_id);
        return true;
    }
    return false;
}

/* process.user.uid as the host sees it. False when the configuration does not tell. */
static bool find_owner(const struct spec *s, uint32_t *ret)
{
    const struct spec_namespace *user = spec_namespace(s, CLONE_NEWUSER);

    *ret = s->process.user.uid;
    if (!user)
        return true;
    return !user->path && plan_host_id(s->linux_.uid_mappings, s->linux_.uid_mapping_count,
                                       s->process.user.uid, ret);
}

void plan_put_cgroup_owner(struct plan_writer *w, const struct plan_input *in)
{
    const struct spec_namespace *cgroup = spec_namespace(in->spec, CLONE_NEWCGROUP);
    uint32_t owner;

    /* Who is not root has only one id to give it to, and owns it already. */
    if (in->rootless || !in->host || !in->cgroup || !is_pure_v2(in) || !cgroup || cgroup->path)
        return;
    if (!has_writable_mount(in->spec) || !find_owner(in->spec, &owner))
        return;
    plan_header(w)->flags |= PLAN_CGROUP_DELEGATED;
    plan_header(w)->cgroup_owner = owner;
}
