// SPDX-License-Identifier: Apache-2.0
/*
 * mount_source.c - the open sources row: what is mounted later and needs the host's rights.
 *
 * in->sources holds, by mount index, a detached mount from here on until it is attached, and after
 * that the tmpfs that is to become read-only at last; -1 where there is neither.
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* Room for thousands of sources: the hard limit costs nothing. The payload's own limits are set
 * later. */
static void raise_descriptor_limit(void)
{
    struct {
        uint64_t soft, hard;
    } limit;

    if (SYS_4(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.soft < limit.hard) {
        limit.soft = limit.hard;
        SYS_4(__NR_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
    }
}

int sources_make(struct init *in, struct err *e)
{
    uint32_t count = in->plan->mounts.count;
    long p;

    if (in->sources)
        return 0;
    p = vector_map(count * sizeof *in->sources);
    if (p < 0 && p > -4096)
        return err_os(e, p, "map %u sources", count);
    in->sources = (int *)p;
    for (uint32_t i = 0; i < count; i++)
        in->sources[i] = -1;
    if (count > 200)
        raise_descriptor_limit();
    return 0;
}

struct mount_new mount_new_of(const struct init *in, const struct plan_mount *m)
{
    struct mount_new new = { .type = init_text(in, m->type),
                             .source = init_text(in, m->source),
                             .data = init_text(in, m->data),
                             .destination = init_text(in, m->destination),
                             .attributes = m->set,
                             .sb_set = m->sb_set,
                             .sb_clear = m->sb_clear };

    if (!new.type)
        new.type = "none";
    /* A device that is to be read must not be written to by its filesystem, either. */
    if (new.source &&new.source[0] == '/' && (m->set & MOUNT_ATTR_RDONLY))
        new.sb_set |= MS_RDONLY;
    if (m->readonly_late)
        new.attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
    return new;
}

/* tmpfs without mode= gets the mode of the directory it covers, as users of peers expect; where
 * there is none it has the kernel's own, 1777. */
const char *mount_tmpfs_data(int root, const struct mount_new *m, char *room, size_t size)
{
    const char *data = m->data;
    struct bare_stat st;
    int below, rc;

    for (const char *p = data; p && *p; p++)
        if ((p == data || p[-1] == ',') && bare_starts_with(p, "mode="))
            return data;
    if (bare_strcmp(m->type, "tmpfs") != 0)
        return data;
    below = path_open(root, m->destination, 0);
    rc = below < 0 ? below : bare_fstat(below, &st);
    bare_close(below);
    if (rc < 0 ||
        fmt(room, size, "mode=%o%s%s", st.mode & 07777, data ? "," : "", data ? data : "") >= size)
        return data;
    return room;
}

static int open_one(const char *source, bool recursive, int *ret, struct err *e)
{
    int fd = mount_clone(AT_FDCWD, source, recursive);

    /* Without the right to clone mounts, or out of descriptors, init opens it when its turn comes,
     * in its own mount namespace. */
    if (fd == -EPERM || fd == -EMFILE || fd == -ENFILE || fd == -ENOSYS)
        return 0;
    if (fd < 0)
        return err_os(e, fd, "open_tree '%s'", source);
    *ret = fd;
    return 0;
}

int row_open_sources(struct init *in, struct err *e)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);
    int rc = sources_make(in, e);

    for (uint32_t i = 0; i < in->plan->mounts.count && rc == 0; i++) {
        if (m[i].kind != PLAN_MOUNT_BIND)
            continue;
        rc = open_one(init_text(in, m[i].source), m[i].recursive, &in->sources[i], e);
        if (rc < 0)
            err_wrap(e, "%s %s", init_text(in, m[i].where), init_text(in, m[i].destination));
    }
    return rc;
}
