// SPDX-License-Identifier: Apache-2.0
/*
 * test_whiteout.c - one layer on top of another.
 *
 * Each case is unpacked twice: applied to one directory, and as two layers that overlayfs puts
 * together. Both must be what is written here.
 */
#include "unpacking.h"

struct layering {
    const char *name;
    struct member lower[8], upper[8]; /* up to the first without a name */
    const char *tree;
};

/* clang-format off */
static const struct layering cases[] = {
    { "R69: a whiteout removes a file, and itself",
      { { "d/a", .text = "1" }, { "d/b", .text = "2" } },
      { { "d/.wh.a", .text = "" } },
      "d d 755 0:0 0\nd/b f 644 0:0 0 2\n" },
    { "R69: a whiteout removes a directory with all in it",
      { { "d/e/f/g", .text = "1" }, { "d/b", .text = "2" } },
      { { "d/.wh.e", .text = "" } },
      "d d 755 0:0 0\nd/b f 644 0:0 0 2\n" },
    { "R69: the type of a whiteout does not matter",
      { { "a", .text = "1" }, { "b", .text = "2" }, { "c", .text = "3" } },
      { { ".wh.a", .type = '5' }, { ".wh.b", .type = '2', .link = "/" }, { ".wh.c", .type = '1', .link = "x" } },
      "" },
    { "V7: a whiteout before a file of its layer leaves that alone",
      { { "f", .text = "old" } },
      { { ".wh.f", .text = "" }, { "f", .text = "new" } },
      "f f 644 0:0 0 new\n" },
    { "V7: and behind it",
      { { "f", .text = "old" } },
      { { "f", .text = "new" }, { ".wh.f", .text = "" } },
      "f f 644 0:0 0 new\n" },
    { "V7: a directory that is gone and comes again is empty",
      { { "d/old", .text = "1" }, { "d/both", .text = "1" } },
      { { ".wh.d", .text = "" }, { "d/", .type = '5', .mode = 0700 }, { "d/both", .text = "2" } },
      "d d 700 0:0 0\nd/both f 644 0:0 0 2\n" },
    { "V7: also when it is said behind it",
      { { "d/old", .text = "1" }, { "d/sub/old", .text = "1" }, { "d/both", .text = "1" } },
      { { "d/", .type = '5', .mode = 0700 }, { "d/both", .text = "2" }, { "d/sub/new", .text = "2" }, { ".wh.d", .text = "" } },
      "d d 700 0:0 0\nd/both f 644 0:0 0 2\nd/sub d 755 0:0 0\nd/sub/new f 644 0:0 0 2\n" },
    { "R70: an opaque directory hides what is below",
      { { "d/", .type = '5', .mode = 0711 }, { "d/old", .text = "1" }, { "d/sub/old", .text = "1" } },
      { { "d/.wh..wh..opq", .text = "" } },
      "d d 711 0:0 0\n" },
    { "V7: children before the mark stay",
      { { "d/old", .text = "1" }, { "d/sub/old", .text = "1" } },
      { { "d/new", .text = "2" }, { "d/sub/new", .text = "2" }, { "d/.wh..wh..opq", .text = "" } },
      "d d 755 0:0 0\nd/new f 644 0:0 0 2\nd/sub d 755 0:0 0\nd/sub/new f 644 0:0 0 2\n" },
    { "R70: and behind it",
      { { "d/old", .text = "1" }, { "d/sub/old", .text = "1" } },
      { { "d/.wh..wh..opq", .text = "" }, { "d/new", .text = "2" }, { "d/sub/new", .text = "2" } },
      "d d 755 0:0 0\nd/new f 644 0:0 0 2\nd/sub d 755 0:0 0\nd/sub/new f 644 0:0 0 2\n" },
    { "R71: no whiteout is left in an opaque directory",
      { { "d/a", .text = "1" }, { "d/b", .text = "1" } },
      { { "d/.wh.a", .text = "" }, { "d/.wh..wh..opq", .text = "" }, { "d/.wh.b", .text = "" } },
      "d d 755 0:0 0\n" },
    { "R70: the root may be opaque",
      { { "a", .text = "1" }, { "d/b", .text = "1" }, { "e/f", .text = "1" } },
      { { "d/new", .text = "2" }, { ".wh..wh..opq", .text = "" }, { "c", .text = "2" } },
      "c f 644 0:0 0 2\nd d 755 0:0 0\nd/new f 644 0:0 0 2\n" },
    { "R69: what aufs has left means nothing",
      { { "a", .text = "1" }, { "plnk", .text = "1" } },
      { { ".wh..wh.plnk/", .type = '5' }, { ".wh..wh.aufs", .text = "" } },
      "a f 644 0:0 0 1\nplnk f 644 0:0 0 1\n" },
    { "R69: what is not there can be said to be gone",
      { { "a", .text = "1" } },
      { { ".wh.b", .text = "" } },
      "a f 644 0:0 0 1\n" },
    { "R69: a whiteout is about a link, not where it leads",
      { { "a", .text = "1" }, { "l", .type = '2', .link = "a" } },
      { { ".wh.l", .text = "" } },
      "a f 644 0:0 0 1\n" },
    { "R72: the way to a whiteout may lead over links of the layer below",
      { { "real/x", .text = "1" }, { "link", .type = '2', .link = "real" } },
      { { "link/.wh.x", .text = "" }, { "link/new", .text = "2" } },
      "link l 777 0:0 0 -> real\nreal d 755 0:0 0\nreal/new f 644 0:0 0 2\n" },
    { "R68: a file takes a directory's place, and a directory a file's",
      { { "d/x", .text = "1" }, { "f", .text = "1" } },
      { { "d", .text = "2" }, { "f/", .type = '5' }, { "f/y", .text = "2" } },
      "d f 644 0:0 0 2\nf d 755 0:0 0\nf/y f 644 0:0 0 2\n" },
    { "R68: a directory that was a file meanwhile is a new one",
      { { "d/x", .text = "1" } },
      { { "d", .text = "2" }, { "d/", .type = '5', .mode = 0700 } },
      "d d 700 0:0 0\n" },
    { "R68: also when it is only on the way",
      { { "d/x", .text = "1" } },
      { { "d", .text = "2" }, { "d/y", .text = "2" } },
      "d d 755 0:0 0\nd/y f 644 0:0 0 2\n" },
    { "R68: a link to a directory gives way to a directory",
      { { "real/x", .text = "1" }, { "d", .type = '2', .link = "real" } },
      { { "d/", .type = '5' }, { "d/y", .text = "2" } },
      "d d 755 0:0 0\nd/y f 644 0:0 0 2\nreal d 755 0:0 0\nreal/x f 644 0:0 0 1\n" },
    { "R73: a hard link to a file of the layer below",
      { { "d/x", .text = "1", .mode = 0640, .mtime = 5 } },
      { { "e/y", .type = '1', .link = "d/x" } },
      "d d 755 0:0 5\nd/x f 640 0:0 5 1\ne d 755 0:0 0\ne/y f 640 0:0 5 #d/x\n" },
    { "R83: directories that are passed through stay as they were",
      { { "d/", .type = '5', .mode = 01770, .mtime = 5, .pax = { "SCHILY.xattr.user.a=b" } } },
      { { "d/e", .text = "2", .mtime = 6 } },
      "d d 1770 0:0 5 {user.a=b}\nd/e f 644 0:0 6 2\n" },
    { "R83: what a whiteout takes out of a directory of its layer does not show",
      { { "d/e/old", .text = "1" }, { "d/f/old", .text = "1" } },
      { { "d/", .type = '5', .mtime = 5 }, { "d/e/", .type = '5', .mtime = 6 }, { "d/e/new", .text = "2" },
        { "d/f/", .type = '5', .mtime = 7 }, { "d/f/.wh.old", .text = "" }, { ".wh.d", .text = "" } },
      "d d 755 0:0 5\nd/e d 755 0:0 6\nd/e/new f 644 0:0 0 2\nd/f d 755 0:0 7\n" },
    { "R68: attributes of a directory are replaced",
      { { "d/", .type = '5', .mode = 01770, .mtime = 5, .pax = { "SCHILY.xattr.user.a=b" } }, { "d/x", .text = "1" } },
      { { "d/", .type = '5', .mtime = 6 } },
      "d d 755 0:0 6\nd/x f 644 0:0 0 1\n" },
};
/* clang-format on */

static void make(struct buf *a, const struct member *members)
{
    for (size_t i = 0; i < 8 && members[i].name; i++)
        add_member(a, &members[i]);
    add_end(a);
}

/* The trees "upper" over "lower" of the workspace as overlayfs shows them. */
static const char *merged(void)
{
    const char *more = workspace_is_root ? "" : ",userxattr";
    int dir = workspace_dir("merged");
    char options[200];

    snprintf(options, sizeof options, "lowerdir=upper:lower%s", more);
    EXPECT(mount("overlay", "merged", "overlay", MS_RDONLY, options) == 0);
    close(dir);
    dir = open("merged", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return tree(dir);
}

static void expect_tree(const struct layering *c, const char *got, const char *how)
{
    if (strcmp(got, c->tree) == 0)
        return;
    printf("# %s, %s\n", c->name, how);
    EXPECT_STR(got, c->tree);
}

TEST(applied_to_one_directory)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        IN_WORKSPACE
        {
            int root = workspace_dir("root");
            auto_buf lower = { 0 }, upper = { 0 };

            make(&lower, cases[i].lower);
            make(&upper, cases[i].upper);
            EXPECT_STR(unpack(root, &lower), "");
            EXPECT_STR(unpack(root, &upper), "");
            expect_tree(&cases[i], tree(root), "applied");
        }
}

TEST(R71_put_together_by_overlayfs)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        IN_WORKSPACE
        {
            int below = workspace_dir("lower"), root = workspace_dir("upper");
            auto_buf lower = { 0 }, upper = { 0 };
            bool user = !workspace_is_root;

            make(&lower, cases[i].lower);
            make(&upper, cases[i].upper);
            EXPECT_STR(unpack(below, &lower, .overlay = true, .user_xattrs = user), "");
            EXPECT_STR(unpack(root, &upper, .overlay = true, .lower = below, .user_xattrs = user),
                       "");
            expect_tree(&cases[i], merged(), "by overlayfs");
        }
}

/* V7: layers that are unpacked at the same time know nothing of one another. */
static bool needs_the_layer_below(const struct layering *c)
{
    return strncmp(c->name, "R72", 3) == 0 || strncmp(c->name, "R73", 3) == 0 ||
           strncmp(c->name, "R83", 3) == 0 || strstr(c->name, "root may be") ||
           strstr(c->name, "hides what is below");
}

TEST(V7_whiteouts_are_kept_without_the_layer_below)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (needs_the_layer_below(&cases[i]))
            continue;
        IN_WORKSPACE
        {
            int below = workspace_dir("lower"), root = workspace_dir("upper");
            auto_buf lower = { 0 }, upper = { 0 };
            bool user = !workspace_is_root;

            make(&lower, cases[i].lower);
            make(&upper, cases[i].upper);
            EXPECT_STR(unpack(root, &upper, .overlay = true, .user_xattrs = user), "");
            EXPECT_STR(unpack(below, &lower, .overlay = true, .user_xattrs = user), "");
            expect_tree(&cases[i], merged(), "each for itself");
        }
    }
}

TEST(R70_an_opaque_root_needs_the_layer_below)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = ".wh..wh..opq", .text = "");
        EXPECT_STR(unpack(root, &a, .overlay = true), "hide all layers below without knowing them");
    }
}

TEST(R71_marks_are_what_overlayfs_reads)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "d/.wh..wh..opq", .text = "");
        add(&a, .name = "e/.wh.x", .text = "");
        EXPECT_STR(unpack(root, &a, .overlay = true, .user_xattrs = true), "");
        EXPECT_STR(tree(root), "d d 755 0:0 0 {user.overlay.opaque=y}\n"
                               "e d 755 0:0 0\n"
                               "e/x c 0 0:0 0 0,0\n");
    }
}

TEST(R71_no_device_of_an_archive_is_a_whiteout)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "f", .type = '3');
        EXPECT_STR(unpack(root, &a, .overlay = true),
                   "device 'f' of an archive would be a whiteout");
    }
}

TEST(R73_what_is_hidden_can_not_be_linked_to)
{
    for (int overlay = 0; overlay < 2; overlay++)
        IN_WORKSPACE
        {
            int below = workspace_dir("lower"), root = workspace_dir("root");
            auto_buf lower = { 0 }, a = { 0 };

            add(&lower, .name = "f", .text = "x");
            add(&a, .name = ".wh.f", .text = "");
            add(&a, .name = "h", .type = '1', .link = "f");
            EXPECT_STR(unpack(overlay ? below : root, &lower, .overlay = overlay), "");
            EXPECT_STR(unpack(root, &a, .overlay = overlay, .lower = below), "link 'h' to 'f'");
        }
}

TEST(V6_whiteouts_of_nothing_are_errors)
{
    static const char *const names[] = { ".wh.", ".wh..", ".wh...", "d/.wh...", "x/../.wh.." };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        for (int overlay = 0; overlay < 2; overlay++)
            IN_WORKSPACE
            {
                int root = workspace_dir("root");
                auto_buf a = { 0 };

                add(&a, .name = names[i], .text = "");
                EXPECT(strstr(unpack(root, &a, .overlay = overlay), "whiteout of nothing"));
            }
}

TEST(V6_nothing_is_below_a_whiteout)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = ".wh.d/x", .text = "");
        EXPECT_STR(unpack(root, &a), "an archive has something below a whiteout, '.wh.d'");
        EXPECT_STR(tree(root), "");
    }
}

TEST(V6_whiteouts_stay_inside)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), outside = workspace_dir("outside");
        char cwd[200], target[250];
        auto_buf a = { 0 }, b = { 0 };

        workspace_file("outside/file", "canary");
        EXPECT(getcwd(cwd, sizeof cwd));
        snprintf(target, sizeof target, "%s/outside", cwd);
        add(&a, .name = "a", .type = '2', .link = target);
        add(&a, .name = "r", .type = '2', .link = "../outside");
        add(&a, .name = "etc/x", .text = "1");
        add(&b, .name = "a/.wh.file", .text = "");
        add(&b, .name = "r/.wh.file", .text = "");
        add(&b, .name = "r/.wh..wh..opq", .text = "");
        add(&b, .name = "../outside/.wh.file", .text = "");
        add(&b, .name = "x/../.wh.etc", .text = "");
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(unpack(root, &b), "");
        EXPECT(strstr(tree(outside), "file f 600 0:0"));
        EXPECT(access("root/etc", F_OK) < 0);
    }
}

TEST_MAIN()
