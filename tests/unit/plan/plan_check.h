// SPDX-License-Identifier: Apache-2.0
/*
 * plan_check.h - what must hold for every plan that was built, whatever it was built from.
 *
 * The sealed executable trusts the plan: it follows offsets without looking. So every offset must
 * stay inside the block and every text must end in it. Used by the unit, golden and fuzz rings.
 */
#pragma once

#include "base/sys.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#define PLAN_CHECK_NAMESPACES                                                                      \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP | CLONE_NEWTIME)

struct plan_check {
    const struct plan *p;
    char complaint[256]; /* of the first thing that is wrong; "" when nothing is */
};

static inline void plan_check_that(struct plan_check *c, bool holds, const char *what)
{
    if (!holds && !c->complaint[0])
        snprintf(c->complaint, sizeof c->complaint, "not true: %s", what);
}

#define CHECK_THAT(c, cond) plan_check_that(c, cond, #cond)

static inline void plan_check_text(struct plan_check *c, plan_str s, bool required,
                                   const char *what)
{
    const char *block = (const char *)c->p;

    if (c->complaint[0])
        return;
    if (!s && required)
        snprintf(c->complaint, sizeof c->complaint, "%s is absent", what);
    else if (s && (s < sizeof *c->p || s >= c->p->size))
        snprintf(c->complaint, sizeof c->complaint, "%s is at %u of %u", what, s, c->p->size);
    else if (s && !memchr(block + s, '\0', c->p->size - s))
        snprintf(c->complaint, sizeof c->complaint, "%s at %u has no end", what, s);
}

#define TEXT_NEEDED(c, s)  plan_check_text(c, s, true, #s)
#define TEXT_ALLOWED(c, s) plan_check_text(c, s, false, #s)

/* The items of a list, or NULL when there is nothing (right) to look at. */
static inline const void *plan_check_list(struct plan_check *c, struct plan_list l, size_t size,
                                          const char *what)
{
    uint64_t end = l.offset + (uint64_t)l.count * size;

    if (c->complaint[0] || !l.count)
        return NULL;
    if (l.offset < sizeof *c->p || l.offset % 8 || end > c->p->size) {
        snprintf(c->complaint, sizeof c->complaint, "%s is at %u to %llu of %u", what, l.offset,
                 (unsigned long long)end, c->p->size);
        return NULL;
    }
    return plan_items(c->p, l);
}

/* Runs the body for every item of a list, as long as nothing is wrong with the list. */
#define FOR_ITEMS(c, type, item, list)                                                             \
    for (const type *item = plan_check_list(c, list, sizeof(type), #list),                         \
                    *item##_end = item ? item + (list).count : NULL;                               \
         item && item < item##_end; item++)

static inline void plan_check_strings(struct plan_check *c, struct plan_list list)
{
    FOR_ITEMS(c, plan_str, item, list)
    TEXT_NEEDED(c, *item);
}

static inline bool plan_check_absolute(const struct plan_check *c, plan_str s)
{
    return !c->complaint[0] && plan_text(c->p, s)[0] == '/';
}

static inline void plan_check_hooks(struct plan_check *c, struct plan_list list)
{
    FOR_ITEMS(c, struct plan_hook, h, list)
    {
        TEXT_NEEDED(c, h->where);
        TEXT_NEEDED(c, h->path);
        CHECK_THAT(c, plan_check_absolute(c, h->path));
        plan_check_strings(c, h->args);
        plan_check_strings(c, h->env);
    }
}

static inline void plan_check_paths(struct plan_check *c, struct plan_list list)
{
    FOR_ITEMS(c, struct plan_path, path, list)
    {
        TEXT_NEEDED(c, path->where);
        TEXT_NEEDED(c, path->path);
        CHECK_THAT(c, plan_check_absolute(c, path->path));
    }
}

static inline void plan_check_namespaces(struct plan_check *c)
{
    const struct plan *p = c->p;
    uint32_t joined = 0;

    FOR_ITEMS(c, struct plan_join, j, p->joins)
    {
        TEXT_NEEDED(c, j->where);
        TEXT_NEEDED(c, j->path);
        CHECK_THAT(c, j->flag && !(j->flag & (j->flag - 1)));
        CHECK_THAT(c, !(joined & j->flag));
        joined |= j->flag;
    }
    CHECK_THAT(c, p->kind == PLAN_EXEC || joined == p->join_flags);
    CHECK_THAT(c, !(p->clone_flags & p->join_flags));
    CHECK_THAT(c, !(p->flags & PLAN_NET_BY_OUTER) ||
                      !((p->clone_flags | p->join_flags) & CLONE_NEWNET));
    CHECK_THAT(c, !((p->clone_flags | p->join_flags) & ~(uint32_t)PLAN_CHECK_NAMESPACES));
    /* They are made by the two rows that say when, not by clone3. */
    CHECK_THAT(c, !(p->clone_flags & (CLONE_NEWCGROUP | CLONE_NEWTIME)));
    CHECK_THAT(c, !(p->uid_map || p->gid_map) || (p->clone_flags & CLONE_NEWUSER));
    CHECK_THAT(c, !(p->clone_flags & CLONE_NEWUSER) || (p->uid_map && p->gid_map));
    FOR_ITEMS(c, struct plan_net_device, d, p->net_devices)
    {
        TEXT_NEEDED(c, d->where);
        TEXT_NEEDED(c, d->host);
        TEXT_NEEDED(c, d->name);
    }
    TEXT_ALLOWED(c, p->time_offsets);
    TEXT_ALLOWED(c, p->uid_map);
    TEXT_ALLOWED(c, p->gid_map);
    TEXT_ALLOWED(c, p->hostname);
    TEXT_ALLOWED(c, p->domainname);
}

static inline void plan_check_mounts(struct plan_check *c)
{
    FOR_ITEMS(c, struct plan_mount, m, c->p->mounts)
    {
        TEXT_NEEDED(c, m->where);
        TEXT_NEEDED(c, m->destination);
        CHECK_THAT(c, plan_check_absolute(c, m->destination));
        CHECK_THAT(c, m->kind <= PLAN_MOUNT_REMOUNT);
        TEXT_ALLOWED(c, m->type);
        TEXT_ALLOWED(c, m->source);
        TEXT_ALLOWED(c, m->data);
        TEXT_ALLOWED(c, m->uid_map);
        TEXT_ALLOWED(c, m->gid_map);
        TEXT_ALLOWED(c, m->idmap_path);
        CHECK_THAT(c, m->idmap <= PLAN_IDMAP_TREE && m->label <= PLAN_LABEL_ATTRIBUTE);
        /* By a namespace of the mount's own or by one that is there, and only what is new. */
        CHECK_THAT(c, !m->idmap == !(m->idmap_path || (m->uid_map && m->gid_map)));
        CHECK_THAT(c, !m->idmap || m->kind == PLAN_MOUNT_BIND || m->kind == PLAN_MOUNT_FS);
        CHECK_THAT(c, !(m->copy_up || m->readonly_late) || m->kind == PLAN_MOUNT_FS);
        CHECK_THAT(c, !m->label || (c->p->mount_label && c->p->mount_context));
        CHECK_THAT(c, m->kind != PLAN_MOUNT_BIND || plan_check_absolute(c, m->source));
        CHECK_THAT(c, m->kind != PLAN_MOUNT_FS || m->type);
        /* An access-time mode is set after its whole field was cleared. */
        CHECK_THAT(c, !(m->set & m->clear & ~(uint64_t)MOUNT_ATTR__ATIME));
        CHECK_THAT(c, !(m->rec_set & m->rec_clear & ~(uint64_t)MOUNT_ATTR__ATIME));
        CHECK_THAT(c, !(m->sb_set & m->sb_clear));
    }
}

static inline void plan_check_files(struct plan_check *c)
{
    const struct plan *p = c->p;

    plan_check_mounts(c);
    TEXT_ALLOWED(c, p->mount_label);
    TEXT_ALLOWED(c, p->mount_context);
    FOR_ITEMS(c, struct plan_device, d, p->devices)
    {
        TEXT_NEEDED(c, d->where);
        TEXT_NEEDED(c, d->path);
        CHECK_THAT(c, plan_check_absolute(c, d->path));
        CHECK_THAT(c, d->mode <= 07777);
    }
    FOR_ITEMS(c, struct plan_link, l, p->links)
    {
        TEXT_NEEDED(c, l->path);
        TEXT_NEEDED(c, l->target);
    }
    plan_check_paths(c, p->masked);
    plan_check_paths(c, p->readonly);
    FOR_ITEMS(c, struct plan_sysctl, s, p->sysctls)
    {
        TEXT_NEEDED(c, s->key);
        TEXT_NEEDED(c, s->path);
        TEXT_NEEDED(c, s->value);
    }
}

static inline void plan_check_process(struct plan_check *c)
{
    const struct plan *p = c->p;

    plan_check_strings(c, p->args);
    plan_check_strings(c, p->env);
    (void)plan_check_list(c, p->groups, sizeof(uint32_t), "p->groups");
    (void)plan_check_list(c, p->seccomp, 8, "p->seccomp");
    FOR_ITEMS(c, struct plan_rlimit, r, p->rlimits)
    {
        TEXT_NEEDED(c, r->name);
        CHECK_THAT(c, r->soft <= r->hard);
    }
    FOR_ITEMS(c, struct plan_scheduler, s, p->scheduler)
    {
        TEXT_NEEDED(c, s->name);
        CHECK_THAT(c, s->size == PLAN_SCHED_ATTR_SIZE);
    }
    CHECK_THAT(c, p->scheduler.count <= 1);
    (void)plan_check_list(c, p->memory_nodes, 8, "p->memory_nodes");
    (void)plan_check_list(c, p->cpus_initial, 8, "p->cpus_initial");
    (void)plan_check_list(c, p->cpus_final, 8, "p->cpus_final");
    CHECK_THAT(c, p->kind == PLAN_EXEC || !(p->cpus_initial.count + p->cpus_final.count));
    CHECK_THAT(c, !(p->flags & PLAN_MEMORY_POLICY) == !p->memory_mode_name);
    TEXT_ALLOWED(c, p->search_path);
    TEXT_ALLOWED(c, p->apparmor);
    TEXT_ALLOWED(c, p->selinux);
    TEXT_ALLOWED(c, p->keyring);
    TEXT_ALLOWED(c, p->listener);
    CHECK_THAT(c, !p->listener || (p->flags & PLAN_SECCOMP));
    CHECK_THAT(c, !(p->flags & PLAN_KEYRING) == !p->keyring);
    CHECK_THAT(c, !(p->flags & PLAN_SECCOMP) == !p->seccomp.count);
    if (!(p->flags & PLAN_PROCESS))
        return;
    CHECK_THAT(c, p->args.count > 0);
    TEXT_NEEDED(c, p->cwd);
    CHECK_THAT(c, plan_check_absolute(c, p->cwd));
    CHECK_THAT(c, p->umask <= 0777);
    CHECK_THAT(c, p->uid != UINT32_MAX && p->gid != UINT32_MAX);
}

static inline void plan_check_cgroups(struct plan_check *c)
{
    const struct plan *p = c->p;

    TEXT_ALLOWED(c, p->cgroup_path);
    TEXT_ALLOWED(c, p->resctrl_group);
    FOR_ITEMS(c, struct plan_resctrl_line, l, p->resctrl_lines)
    {
        TEXT_NEEDED(c, l->where);
        TEXT_NEEDED(c, l->text);
        CHECK_THAT(c, !strchr(plan_text(p, l->text), '\n'));
    }
    FOR_ITEMS(c, struct plan_hierarchy, h, p->hierarchies)
    {
        TEXT_NEEDED(c, h->name);
        TEXT_ALLOWED(c, h->options);
        TEXT_ALLOWED(c, h->dir);
    }
    FOR_ITEMS(c, struct plan_cgroup_write, w, p->cgroup_writes)
    {
        TEXT_ALLOWED(c, w->controller);
        TEXT_NEEDED(c, w->file);
        TEXT_NEEDED(c, w->value);
        TEXT_NEEDED(c, w->where);
        CHECK_THAT(c, w->hierarchy < p->hierarchies.count);
        CHECK_THAT(c, !strchr(plan_text(p, w->file), '/'));
    }
    (void)plan_check_list(c, p->device_program, 8, "p->device_program");
}

/* A row's place in the plan's table, -1 when it does not run. */
static inline int plan_check_row(const struct plan *p, enum boot_row boot, enum join_row join)
{
    unsigned count;
    const struct row_info *rows = plan_rows((enum plan_kind)p->kind, &count);
    int at = p->kind == PLAN_EXEC ? (int)join : (int)boot;

    return rows[at].when(p) ? at : -1;
}

#define PLACE(p, id) plan_check_row(p, BOOT_##id, JOIN_##id)

/* The order that security hangs on. */
static inline void plan_check_rows(struct plan_check *c)
{
    const struct plan *p = c->p;
    int privileged = PLACE(p, seccomp_privileged), last = PLACE(p, seccomp);
    int ids = PLACE(p, ids), no_new_privs = PLACE(p, no_new_privs);
    int capabilities = PLACE(p, capabilities);
    int filters = (privileged >= 0) + (last >= 0), filter = privileged > last ? privileged : last;

    CHECK_THAT(c, PLACE(p, brief) >= 0 && PLACE(p, brief) < PLACE(p, clone));
    CHECK_THAT(c, PLACE(p, clone) < PLACE(p, execute));
    CHECK_THAT(c, filters == (p->flags & PLAN_SECCOMP ? 1 : 0));
    if (!filters)
        return;
    CHECK_THAT(c, ids >= 0 && ids < filter);
    CHECK_THAT(c, (no_new_privs >= 0) == (last >= 0));
    CHECK_THAT(c, no_new_privs < filter);
    /* Without no_new_privs loading needs CAP_SYS_ADMIN, with it nothing. */
    CHECK_THAT(c, last >= 0 ? capabilities < last : privileged < capabilities);
}

/* NULL when all is well; otherwise what is not, in c->complaint. */
static inline const char *plan_check(struct plan_check *c, const struct plan *p)
{
    *c = (struct plan_check){ .p = p };
    CHECK_THAT(c, p->magic == PLAN_MAGIC && p->version == PLAN_VERSION);
    CHECK_THAT(c, p->size >= sizeof *p && p->size % 8 == 0);
    TEXT_NEEDED(c, p->id);
    TEXT_NEEDED(c, p->bundle);
    TEXT_NEEDED(c, p->rootfs);
    plan_check_namespaces(c);
    plan_check_files(c);
    plan_check_hooks(c, p->create_container);
    plan_check_hooks(c, p->start_container);
    TEXT_ALLOWED(c, p->state_head);
    TEXT_ALLOWED(c, p->state_tail);
    TEXT_ALLOWED(c, p->start_head);
    TEXT_ALLOWED(c, p->start_tail);
    plan_check_process(c);
    plan_check_cgroups(c);
    plan_check_rows(c);
    return c->complaint[0] ? c->complaint : NULL;
}
