// SPDX-License-Identifier: Apache-2.0
/* xattr.c - extended attributes that come with files. */
#include "lade/layer/xattr.h"

#include "base/cleanup.h"
#include "lade/layer/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

enum { NAMES_MAX = 64 << 10 };

bool xattr_is_host_bound(const char *name)
{
    static const char *const names[] = { "security.selinux", "security.ima", "security.evm",
                                         "system.nfs4_acl" };
    static const char *const prefixes[] = { "trusted.overlay.", "user.overlay.", "security.SMACK64",
                                            "security.apparmor" };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* A filesystem without such attributes; user attributes on what is no file; attributes that only
 * the host's root may set. What a program relies on to be kept from something is not among them. */
static bool is_harmless(int code, const char *name)
{
    static const char *const prefixes[] = { "user.", "trusted.", "security." };

    if (code == ENOTSUP)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (code == EPERM && strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static int set(const struct xattr_file *f, const char *name, const void *value, size_t len,
               uint64_t *left_out, struct err *e)
{
    int rc = f->fd >= 0 ? fsetxattr(f->fd, name, value, len, 0)
                        : lsetxattr(f->path, name, value, len, 0);

    if (rc == 0)
        return 0;
    if (!is_harmless(errno, name))
        return err_os(e, errno, "set attribute '%.*s'", 80, name);
    (*left_out)++;
    return 0;
}

static int set_acl(const struct xattr_file *f, const struct tar_xattr *xattr,
                   const struct id_maps *maps, uint64_t *left_out, struct err *e)
{
    auto_free uint8_t *value = malloc(xattr->len + 1);

    if (!value)
        return err_os(e, ENOMEM, "unpack a layer");
    memcpy(value, xattr->value, xattr->len);
    if (!ids_map_acl(maps, value, xattr->len))
        return err_set(e, ERR_INVALID, "an archive has an ACL with ids that are not mapped");
    return set(f, xattr->name, value, xattr->len, left_out, e);
}

int xattr_set(const struct xattr_file *f, const struct tar_xattr *xattr, const struct id_maps *maps,
              uint64_t *left_out, struct err *e)
{
    bool mapped = maps->uid_count || maps->gid_count;
    uint8_t capability[IDS_CAPABILITY_SIZE];
    size_t len;

    if (xattr_is_host_bound(xattr->name)) {
        (*left_out)++;
        return 0;
    }
    if (mapped && strncmp(xattr->name, "system.posix_acl_", 17) == 0)
        return set_acl(f, xattr, maps, left_out, e);
    if (mapped && strcmp(xattr->name, "security.capability") == 0) {
        len = ids_map_capability(maps, xattr->value, xattr->len, capability);
        if (len)
            return set(f, xattr->name, capability, len, left_out, e);
        (*left_out)++; /* it would be worth nothing, or too much */
        return 0;
    }
    return set(f, xattr->name, xattr->value, xattr->len, left_out, e);
}

int xattr_clear(int fd, struct err *e)
{
    auto_free char *names = malloc(NAMES_MAX);
    ssize_t n = names ? flistxattr(fd, names, NAMES_MAX) : -1;

    if (!names)
        return err_os(e, ENOMEM, "clear attributes");
    if (n < 0)
        return errno == ENOTSUP ? 0 : err_os(e, errno, "list attributes");
    for (char *name = names; name < names + n; name += strlen(name) + 1)
        if (!xattr_is_host_bound(name) && fremovexattr(fd, name) < 0 && errno != ENODATA &&
            errno != ENOTSUP)
            return err_os(e, errno, "clear attribute '%.*s'", 80, name);
    return 0;
}
