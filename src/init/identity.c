// SPDX-License-Identifier: Apache-2.0
/* identity.c - user, groups and capabilities, each read back (P12). */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>

struct caps {
    uint64_t effective, permitted, inheritable;
};

static long caps_get(struct caps *ret)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { 0 };
    long rc = SYS_2(__NR_capget, &header, data);

    ret->effective = (uint64_t)data[1].effective << 32 | data[0].effective;
    ret->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
    ret->inheritable = (uint64_t)data[1].inheritable << 32 | data[0].inheritable;
    return rc;
}

static long caps_set(const struct caps *c)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = {
        { (uint32_t)c->effective, (uint32_t)c->permitted, (uint32_t)c->inheritable },
        { (uint32_t)(c->effective >> 32), (uint32_t)(c->permitted >> 32),
          (uint32_t)(c->inheritable >> 32) },
    };

    return SYS_2(__NR_capset, &header, data);
}

long identity_raise(uint64_t *ret_before)
{
    struct caps c;
    long rc = caps_get(&c);

    *ret_before = c.effective;
    c.effective = c.permitted;
    return rc < 0 ? rc : caps_set(&c);
}

long identity_lower(uint64_t before)
{
    struct caps c;
    long rc = caps_get(&c);

    c.effective = before;
    return rc < 0 ? rc : caps_set(&c);
}

int row_bounding(struct init *in, struct err *e)
{
    for (int cap = 0; cap < 64; cap++) {
        long rc;

        if (in->plan->caps.bounding >> cap & 1)
            continue;
        rc = SYS_5(__NR_prctl, PR_CAPBSET_DROP, cap, 0, 0, 0);
        if (rc == -EINVAL) /* past the last one this kernel knows */
            break;
        if (rc < 0)
            return err_os(e, rc, "drop capability %d", cap);
    }
    return 0;
}

/* The payload's own descriptors become its user's, as it may want to open /dev/stdout anew. */
static void give_stdio(struct init *in)
{
    for (int fd = 0; fd < 3; fd++) {
        struct bare_stat st;
        uint32_t gid;

        if (bare_fstat(fd, &st) < 0 || (st.rdev_major == 1 && st.rdev_minor == 3))
            continue;
        /* A terminal's group is the one that may write to terminals. */
        gid = (st.mode & S_IFMT) == S_IFCHR ? st.gid : in->plan->gid;
        /* Read-only filesystems, unmapped owners: not ours to change. */
        if (st.uid != in->plan->uid || st.gid != gid)
            SYS_3(__NR_fchown, fd, in->plan->uid, gid);
    }
}

static int set_groups(struct init *in, struct err *e)
{
    const uint32_t *groups = plan_items(in->plan, in->plan->groups);
    long rc;

    if (in->plan->flags & PLAN_KEEP_GROUPS)
        return 0;
    if (in->setgroups_denied || (in->plan->flags & PLAN_GROUPS_FIXED))
        return in->plan->groups.count == 0
                   ? 0
                   : err_set(e, ERR_INVALID,
                             "process.user.additionalGids: this user namespace "
                             "may not set groups");
    rc = SYS_2(__NR_setgroups, in->plan->groups.count, groups);
    /* Joined by exec: denied when it was made, and it says so by EPERM to its own root. */
    if (rc == -EPERM && in->plan->groups.count == 0 && (in->plan->join_flags & 0x10000000))
        return 0;
    return rc < 0 ? err_os(e, rc, "setgroups") : 0;
}

static int verify_ids(struct init *in, struct err *e)
{
    uint32_t u[3], g[3];

    SYS_3(__NR_getresuid, &u[0], &u[1], &u[2]);
    SYS_3(__NR_getresgid, &g[0], &g[1], &g[2]);
    for (int i = 0; i < 3; i++)
        if (u[i] != in->plan->uid || g[i] != in->plan->gid)
            return err_set(e, ERR_UNSUPPORTED, "ids are %u:%u, not %u:%u", u[i], g[i],
                           in->plan->uid, in->plan->gid);
    return 0;
}

int row_ids(struct init *in, struct err *e)
{
    uint32_t uid = in->plan->uid, gid = in->plan->gid;
    long rc;

    give_stdio(in);
    if (set_groups(in, e) < 0)
        return -e->code;
    /* Permitted capabilities survive the change; the last rows need some of them. */
    rc = SYS_5(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (rc < 0)
        return err_os(e, rc, "prctl PR_SET_KEEPCAPS");
    rc = SYS_3(__NR_setresgid, gid, gid, gid);
    if (rc < 0)
        return err_os(e, rc, "process.user.gid: setresgid %u", gid);
    rc = SYS_3(__NR_setresuid, uid, uid, uid);
    if (rc < 0)
        return err_os(e, rc, "process.user.uid: setresuid %u", uid);
    /* Becoming another user made us dumpable as that user (P11). */
    SYS_5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    return verify_ids(in, e);
}

int row_ambient(struct init *in, struct err *e)
{
    struct caps c;
    long rc = caps_get(&c);

    if (rc < 0)
        return err_os(e, rc, "capget");
    /* A capability nobody here holds can't be granted (config.md: a warning, given by the parent).
     */
    c.inheritable = in->plan->caps.inheritable & (c.permitted | c.inheritable);
    c.effective = c.permitted;
    rc = caps_set(&c);
    if (rc < 0)
        return err_os(e, rc, "capset");
    rc = SYS_5(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (rc < 0 && rc != -EINVAL)
        return err_os(e, rc, "clear ambient set");
    for (int cap = 0; cap < 64; cap++) {
        uint64_t bit = UINT64_C(1) << cap;

        if (!(in->plan->caps.ambient & bit & c.permitted & c.inheritable))
            continue;
        rc = SYS_5(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
        if (rc < 0)
            return err_os(e, rc, "raise ambient capability %d", cap);
    }
    return 0;
}

int row_capabilities(struct init *in, struct err *e)
{
    struct caps have, want, got;
    long rc = caps_get(&have);

    if (rc < 0)
        return err_os(e, rc, "capget");
    want.permitted = in->plan->caps.permitted & have.permitted;
    want.effective = in->plan->caps.effective & want.permitted;
    want.inheritable = have.inheritable;
    rc = caps_set(&want);
    if (rc < 0)
        return err_os(e, rc, "capset");
    rc = caps_get(&got);
    if (rc < 0 || got.permitted != want.permitted || got.effective != want.effective ||
        got.inheritable != want.inheritable)
        return err_set(e, ERR_UNSUPPORTED, "capabilities did not take effect");
    return 0;
}
