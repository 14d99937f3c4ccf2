// SPDX-License-Identifier: Apache-2.0
/* xattr_read.c - the extended attributes that a file has. */
#include "lade/layer/xattr.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

enum { NAMES_MAX = 64 << 10, COUNT_MAX = 512 };

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct tar_xattr *)a)->name, ((const struct tar_xattr *)b)->name);
}

/* One that was removed since the list was made is not there. */
static int add(struct xattrs *x, const char *path, const char *name, char *buffer, struct err *e)
{
    struct tar_xattr *to = &x->items[x->count];
    ssize_t len = lgetxattr(path, name, buffer, TAR_XATTR_MAX);

    if (len < 0 && (errno == ENODATA || errno == ENOENT))
        return 0;
    if (len < 0)
        return err_os(e, errno, "read attribute '%.*s'", 80, name);
    to->name = arena_strdup(&x->arena, name);
    to->value = arena_memdup(&x->arena, buffer, (size_t)len);
    to->len = (size_t)len;
    if (!to->name || !to->value)
        return err_os(e, ENOMEM, "read attributes");
    x->count++;
    return 0;
}

int xattrs_read(int dir, const char *name, struct xattrs *ret, struct err *e)
{
    char path[40 + 256], few[256], *names = few;
    auto_free char *many = NULL, *buffer = NULL;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir, name);
    n = llistxattr(path, few, sizeof few);
    if (n < 0 && errno == ERANGE) {
        names = many = malloc(NAMES_MAX);
        n = many ? llistxattr(path, many, NAMES_MAX) : -1;
    }
    if (n < 0 && (errno == ENOTSUP || errno == ENOENT))
        return 0;
    if (n < 0)
        return err_os(e, errno, "list attributes");
    for (const char *at = names; at < names + n; at += strlen(at) + 1) {
        if (xattr_is_host_bound(at))
            continue;
        if (!buffer)
            buffer = malloc(TAR_XATTR_MAX);
        if (!ret->items)
            ret->items = arena_new(&ret->arena, COUNT_MAX, struct tar_xattr);
        if (!buffer || !ret->items)
            return err_os(e, ENOMEM, "read attributes");
        if (ret->count == COUNT_MAX)
            return err_set(e, ERR_UNSUPPORTED, "a file has more than %d attributes", COUNT_MAX);
        TRY(add(ret, path, at, buffer, e));
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_name);
    return 0;
}

/* 1, or 0: it can't be mapped. */
static int map_one(struct xattrs *x, struct tar_xattr *xattr, const struct id_maps *maps,
                   struct err *e)
{
    bool capability = strcmp(xattr->name, "security.capability") == 0;
    uint8_t *value;

    if (!capability && strncmp(xattr->name, "system.posix_acl_", 17) != 0)
        return 1;
    value = arena_alloc(&x->arena, xattr->len + IDS_CAPABILITY_SIZE, 1);
    if (!value)
        return err_os(e, ENOMEM, "read attributes");
    if (capability) {
        xattr->len = ids_map_capability(maps, xattr->value, xattr->len, value);
    } else {
        memcpy(value, xattr->value, xattr->len);
        if (!ids_map_acl(maps, value, xattr->len))
            return 0;
    }
    xattr->value = value;
    return xattr->len > 0;
}

int xattrs_map(struct xattrs *x, const struct id_maps *maps, struct err *e)
{
    size_t kept = 0;

    if (!maps->uid_count && !maps->gid_count)
        return 0;
    for (size_t i = 0; i < x->count; i++) {
        int rc = map_one(x, &x->items[i], maps, e);

        if (rc < 0)
            return rc;
        if (rc)
            x->items[kept++] = x->items[i];
    }
    x->count = kept;
    return 0;
}

bool xattrs_equal(const struct xattrs *a, const struct xattrs *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (by_name(&a->items[i], &b->items[i]) != 0 || a->items[i].len != b->items[i].len ||
            memcmp(a->items[i].value, b->items[i].value, a->items[i].len) != 0)
            return false;
    return true;
}

void xattrs_done(struct xattrs *x)
{
    arena_done(&x->arena);
    *x = (struct xattrs){ 0 };
}
