// SPDX-License-Identifier: Apache-2.0
/* ids.c - whom files belong to when the container has a user namespace. */
#include "lade/layer/ids.h"

#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

static const struct id_range *reverse(const struct id_range *ranges, size_t count,
                                      struct arena *arena)
{
    struct id_range *back = arena_new(arena, count + 1, struct id_range);

    for (size_t i = 0; back && i < count; i++)
        back[i] = (struct id_range){ ranges[i].outside, ranges[i].inside, ranges[i].count };
    return back;
}

int ids_reverse(const struct id_maps *maps, struct arena *arena, struct id_maps *ret, struct err *e)
{
    *ret = *maps;
    ret->uids = reverse(maps->uids, maps->uid_count, arena);
    ret->gids = reverse(maps->gids, maps->gid_count, arena);
    return ret->uids && ret->gids ? 0 : err_os(e, ENOMEM, "map ids");
}

static bool map(const struct id_range *ranges, size_t count, uint64_t id, uint32_t *ret)
{
    if (id >= UINT32_MAX)
        return false;
    if (count == 0) {
        *ret = (uint32_t)id;
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (id >= ranges[i].inside && id - ranges[i].inside < ranges[i].count) {
            *ret = ranges[i].outside + (uint32_t)(id - ranges[i].inside);
            return true;
        }
    return false;
}

bool ids_map_uid(const struct id_maps *maps, uint64_t id, uint32_t *ret)
{
    return map(maps->uids, maps->uid_count, id, ret);
}

bool ids_map_gid(const struct id_maps *maps, uint64_t id, uint32_t *ret)
{
    return map(maps->gids, maps->gid_count, id, ret);
}

int ids_refuse(const struct id_maps *maps, const char *path, uint64_t uid, uint64_t gid,
               struct err *e)
{
    uint32_t mapped;
    bool uid_known = ids_map_uid(maps, uid, &mapped), gid_known = ids_map_gid(maps, gid, &mapped);

    if (!uid_known || !gid_known)
        return err_set(e, ERR_INVALID, "'%.*s' belongs to %s %llu, which is not mapped (see %s)",
                       200, path, uid_known ? "gid" : "uid",
                       (unsigned long long)(uid_known ? gid : uid),
                       uid_known ? "/etc/subgid" : "/etc/subuid");
    return err_set(e, ERR_INVALID,
                   "'%.*s' belongs to uid %llu and gid %llu, which are not both mapped (see "
                   "/etc/subuid and /etc/subgid)",
                   200, path, (unsigned long long)uid, (unsigned long long)gid);
}

/* Version 3 is version 2 and the root that it counts for. */
size_t ids_map_capability(const struct id_maps *maps, const void *value, size_t len,
                          uint8_t ret[IDS_CAPABILITY_SIZE])
{
    struct vfs_ns_cap_data data = { 0 };
    uint32_t magic, root;

    _Static_assert(sizeof data == IDS_CAPABILITY_SIZE, "XATTR_CAPS_SZ_3");
    if (len > sizeof data)
        return 0;
    memcpy(&data, value, len);
    magic = le32toh(data.magic_etc);
    if (!((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_2 && len == XATTR_CAPS_SZ_2) &&
        !((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3 && len == XATTR_CAPS_SZ_3))
        return 0;
    if (!ids_map_uid(maps, le32toh(data.rootid), &root))
        return 0;
    data.magic_etc =
        htole32((root ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2) | (magic & VFS_CAP_FLAGS_MASK));
    data.rootid = htole32(root);
    memcpy(ret, &data, sizeof data);
    return root ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2;
}

bool ids_map_acl(const struct id_maps *maps, uint8_t *value, size_t len)
{
    struct posix_acl_xattr_header header;
    struct posix_acl_xattr_entry entry;

    if (len < sizeof header || (len - sizeof header) % sizeof entry != 0)
        return false;
    memcpy(&header, value, sizeof header);
    if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
        return false;
    for (size_t at = sizeof header; at < len; at += sizeof entry) {
        uint32_t id;
        uint16_t tag;
        bool known = true;

        memcpy(&entry, value + at, sizeof entry);
        tag = le16toh(entry.e_tag);
        id = le32toh(entry.e_id);
        if (tag == ACL_USER)
            known = ids_map_uid(maps, id, &id);
        else if (tag == ACL_GROUP)
            known = ids_map_gid(maps, id, &id);
        if (!known)
            return false;
        entry.e_id = htole32(id);
        memcpy(value + at, &entry, sizeof entry);
    }
    return true;
}
