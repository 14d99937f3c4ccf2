// SPDX-License-Identifier: Apache-2.0
/* test_unpack_ids.c - what of a layer depends on who unpacks it: owners, attributes, devices. */
#include "unpacking.h"

TEST(R77_attributes_of_the_host_are_left_out)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "f", .text = "",
            .pax = { "SCHILY.xattr.user.mine=1", "SCHILY.xattr.security.selinux=label",
                     "SCHILY.xattr.security.ima=x", "SCHILY.xattr.security.evm=x",
                     "SCHILY.xattr.system.nfs4_acl=x" });
        add(&a, .name = "l", .type = '2', .link = "f", .pax = { "SCHILY.xattr.user.on_link=1" });
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "f f 644 0:0 0 {user.mine=1}\nl l 777 0:0 0 -> f\n");
        EXPECT(unpack_got.xattrs_left_out == 5);
    }
}

TEST(V13_overlayfs_marks_of_an_image_are_left_out)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "d/", .type = '5',
            .pax = { "SCHILY.xattr.trusted.overlay.redirect=/../../canary",
                     "SCHILY.xattr.trusted.overlay.opaque=y", "SCHILY.xattr.user.overlay.opaque=y",
                     "LIBARCHIVE.xattr.user.overlay%2Emetacopy=eQ" });
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "d d 755 0:0 0\n");
        EXPECT_STR(unpack(root, &a, .overlay = true), "");
        EXPECT_STR(tree(root), "d d 755 0:0 0\n");
        EXPECT(unpack_got.xattrs_left_out == 4);
    }
}

/* A capability of version 2 as layers have it: cap_net_raw+ep. */
#define CAPABILITY_2                                                                               \
    "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

static void add_with_attribute(struct buf *a, const char *name, const char *key, const void *value,
                               size_t len)
{
    auto_buf record = { 0 };

    buf_printf(&record, "%02zu SCHILY.xattr.%s=", 3 + 13 + strlen(key) + 1 + len + 1, key);
    buf_add(&record, value, len);
    buf_puts(&record, "\n");
    put_extension(a, 'x', record.data, record.len);
    add(a, .name = name, .text = "x");
}

TEST(R77_capabilities_count_where_the_container_has_its_root)
{
    static const struct id_range map[] = { { 0, 100000, 65536 } };

    IN_WORKSPACE
    {
        int root = workspace_dir("root"), mapped = workspace_dir("mapped");
        auto_buf a = { 0 };

        NEEDS_ROOT;
        add_with_attribute(&a, "ping", "security.capability", CAPABILITY_2, 20);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "ping f 644 0:0 0 x {security.capability="
                               "0100000200200000000000000000000000000000}\n");
        EXPECT_STR(unpack(mapped, &a, .ids = { map, map, 1, 1 }), "");
        EXPECT_STR(tree(mapped), "ping f 644 100000:100000 0 x {security.capability="
                                 "0100000300200000000000000000000000000000a0860100}\n");
    }
}

TEST(R77_lists_of_rights_name_mapped_ids)
{
    static const struct id_range map[] = { { 0, 100000, 65536 } };
    static const char acl[] =
        "\2\0\0\0\1\0\6\0\xff\xff\xff\xff\2\0\7\0\xe8\3\0\0\4\0\4\0\xff\xff\xff\xff"
        "\x10\0\7\0\xff\xff\xff\xff\x20\0\4\0\xff\xff\xff\xff";

    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, bad = { 0 };

        NEEDS_ROOT;
        add_with_attribute(&a, "f", "system.posix_acl_access", acl, sizeof acl - 1);
        EXPECT_STR(unpack(root, &a, .ids = { map, map, 1, 1 }), "");
        EXPECT(strstr(tree(root), "02000700888a0100")); /* user:101000:rwx */
        add_with_attribute(&bad, "f", "system.posix_acl_access", acl, 9);
        EXPECT_STR(unpack(root, &bad, .ids = { map, map, 1, 1 }),
                   "an archive has an ACL with ids that are not mapped");
    }
}

TEST(R78_devices_may_be_left_out)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "c", .type = '3', .major = 1, .minor = 3);
        add(&a, .name = "b", .type = '4', .major = 8);
        add(&a, .name = "p", .type = '6');
        EXPECT_STR(unpack(root, &a, .no_devices = true), "");
        EXPECT_STR(tree(root), "p p 644 0:0 0\n");
        EXPECT(unpack_got.devices_left_out == 2);
    }
}

/* V12: rootless, no device of the host comes to be. */
TEST(V12_a_device_without_root_is_an_error)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        if (workspace_is_root)
            EXPECT(workspace_become_root());
        add(&a, .name = "sda", .type = '4', .major = 8);
        EXPECT_STR(unpack(root, &a), "create device 'sda'");
        EXPECT_STR(tree(root), "");
    }
}

TEST(R79_ids_are_mapped_or_refused)
{
    static const struct id_range uids[] = { { 0, 1000, 1 }, { 1, 100000, 65535 } },
                                 gids[] = { { 0, 2000, 10 } };

    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 }, c = { 0 };

        NEEDS_ROOT;
        add(&a, .name = "a", .text = "");
        add(&a, .name = "b", .text = "", .uid = 1, .gid = 9);
        add(&a, .name = "c", .text = "", .uid = 65535);
        EXPECT_STR(unpack(root, &a, .ids = { uids, gids, 2, 1 }), "");
        EXPECT_STR(tree(root), "a f 644 1000:2000 0\n"
                               "b f 644 100000:2009 0\n"
                               "c f 644 165534:2000 0\n");
        add(&b, .name = "d", .text = "", .uid = 65536);
        EXPECT_STR(unpack(root, &b, .ids = { uids, gids, 2, 1 }),
                   "'d' belongs to uid 65536, which is not mapped (see /etc/subuid)");
        add(&c, .name = "d", .text = "", .gid = 10);
        EXPECT_STR(unpack(root, &c, .ids = { uids, gids, 2, 1 }),
                   "'d' belongs to gid 10, which is not mapped (see /etc/subgid)");
        c.len = 0;
        add(&c, .name = "d", .text = "", .pax = { "uid=4294967295" });
        EXPECT_STR(unpack(root, &c),
                   "'d' belongs to uid 4294967295, which is not mapped (see /etc/subuid)");
    }
}

TEST(R79_in_a_user_namespace_too)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        if (workspace_is_root)
            EXPECT(workspace_become_root());
        add(&a, .name = "d", .text = "", .uid = 33, .gid = 34, .mode = 06755);
        EXPECT_STR(unpack(root, &a), "'d' belongs to uid 33 and gid 34, which are not both mapped "
                                     "(see /etc/subuid and /etc/subgid)");
        EXPECT_STR(unpack(root, &a, .squash_ids = true), "");
        EXPECT_STR(tree(root), "d f 755 0:0 0\n"); /* set-id would be root's now */
        EXPECT(unpack_got.ids_squashed == 1);
    }
}

TEST_MAIN()
