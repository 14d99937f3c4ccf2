// SPDX-License-Identifier: Apache-2.0
/* attributes.c - owner, mode, extended attributes and time of what an entry has made. */
#include "lade/layer/attributes.h"

#include "lade/layer/ids.h"
#include "lade/layer/xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int target_failed(const struct target *t, const char *what, struct err *e)
{
    return err_os(e, errno, "%s '%.*s'", what, 200, t->entry->path);
}

int attributes_plan(struct extract *x, struct target *t, struct err *e)
{
    const struct unpack_options *o = x->options;
    bool known = ids_map_uid(&o->ids, t->entry->uid, &t->uid) &&
                 ids_map_gid(&o->ids, t->entry->gid, &t->gid);

    t->mode = t->entry->mode;
    if (known)
        return 0;
    if (!o->squash_ids)
        return ids_refuse(&o->ids, t->entry->path, t->entry->uid, t->entry->gid, e);
    t->uid = t->gid = ID_AS_IT_IS;
    t->mode &= ~(unsigned)(S_ISUID | S_ISGID);
    x->result->ids_squashed++;
    return 0;
}

/* After a chown that failed. An id without a place in this process' own user namespace is EINVAL.
 * Returns 0 when it is to be left as it is, in which case set-id bits must go: they would be of
 * another user. */
static int squash(struct extract *x, const struct target *t, unsigned *mode, struct err *e)
{
    if (x->options->squash_ids && (errno == EINVAL || errno == EPERM)) {
        *mode &= ~(unsigned)(S_ISUID | S_ISGID);
        x->result->ids_squashed++;
        return 0;
    }
    if (errno == EINVAL)
        return ids_refuse(&x->options->ids, t->entry->path, t->entry->uid, t->entry->gid, e);
    return target_failed(t, "set the owner of", e);
}

static int put_xattrs(struct extract *x, const struct target *t, const struct xattr_file *f,
                      struct err *e)
{
    for (size_t i = 0; i < t->entry->xattr_count; i++)
        TRY(xattr_set(f, &t->entry->xattrs[i], &x->options->ids, &x->result->xattrs_left_out, e));
    return 0;
}

/* In this order: chown takes set-id bits and capabilities away. */
int attributes_put(struct extract *x, const struct target *t, int fd, struct err *e)
{
    struct timespec times[2] = { t->entry->mtime, t->entry->mtime };
    struct xattr_file f = { .fd = fd };
    unsigned mode = t->mode;

    if (fchown(fd, t->uid, t->gid) < 0)
        TRY(squash(x, t, &mode, e));
    if (fchmod(fd, mode) < 0)
        return target_failed(t, "set the mode of", e);
    TRY(put_xattrs(x, t, &f, e));
    return futimens(fd, times) < 0 ? target_failed(t, "set the times of", e) : 0;
}

int attributes_put_by_name(struct extract *x, const struct target *t, struct err *e)
{
    struct timespec times[2] = { t->entry->mtime, t->entry->mtime };
    char path[40 + 256];
    struct xattr_file f = { -EBADF, path };
    unsigned mode = t->mode;

    if (fchownat(t->dir, t->name, t->uid, t->gid, AT_SYMLINK_NOFOLLOW) < 0)
        TRY(squash(x, t, &mode, e));
    if (t->entry->type != TAR_SYMLINK && fchmodat(t->dir, t->name, mode, AT_SYMLINK_NOFOLLOW) < 0)
        return target_failed(t, "set the mode of", e);
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", t->dir, t->name);
    TRY(put_xattrs(x, t, &f, e));
    return utimensat(t->dir, t->name, times, AT_SYMLINK_NOFOLLOW) < 0
               ? target_failed(t, "set the times of", e)
               : 0;
}
