// SPDX-License-Identifier: Apache-2.0
/*
 * test_pack_changes.c - what was changed, made into a layer.
 *
 * The layer on top of what was there before must be what is there now.
 */
#include "packing.h"

#include "lade/layer/tar.h"

static void make_lower(void)
{
    static const char *const dirs[] = { "lower/d",       "lower/d/e",    "lower/gone",
                                        "lower/gone/in", "lower/opaque", "lower/same" };
    static const char *const files[] = { "lower/d/kept",    "lower/d/changed", "lower/d/e/deep",
                                         "lower/d/deleted", "lower/gone/in/f", "lower/opaque/x",
                                         "lower/opaque/y",  "lower/same/f",    "lower/to_dir",
                                         "lower/mode",      "lower/attribute" };

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        EXPECT(mkdir(dirs[i], 0755) == 0);
    EXPECT(chmod("lower/d", 01711) == 0);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        workspace_file(files[i], "old");
        set_time(files[i], 1000, 7);
    }
    EXPECT(symlink("old", "lower/link") == 0);
    set_time("lower/link", 1000, 0);
    for (size_t i = ARRAY_SIZE(dirs); i-- > 0;)
        set_time(dirs[i], 1000, 0);
    set_time("lower", 1000, 0);
}

/* What a container might do; cwd is the root of it. */
static void change_tree(void)
{
    workspace_file("d/new", "new");
    set_time("d/new", 2000, 0);
    EXPECT(unlink("d/changed") == 0);
    workspace_file("d/changed", "new");
    set_time("d/changed", 2000, 0);
    EXPECT(unlink("d/deleted") == 0);
    EXPECT(unlink("gone/in/f") == 0 && rmdir("gone/in") == 0 && rmdir("gone") == 0);
    EXPECT(unlink("opaque/x") == 0 && unlink("opaque/y") == 0 && rmdir("opaque") == 0);
    EXPECT(mkdir("opaque", 0700) == 0);
    workspace_file("opaque/x", "new");
    set_time("opaque/x", 2000, 0);
    set_time("opaque", 2000, 0);
    EXPECT(unlink("to_dir") == 0 && mkdir("to_dir", 0711) == 0);
    set_time("to_dir", 2000, 0);
    EXPECT(chmod("mode", 0604) == 0);
    EXPECT(unlink("link") == 0 && symlink("new", "link") == 0);
    set_time("link", 2000, 0);
    EXPECT(mkdir("added", 0755) == 0);
    workspace_file("added/one", "1");
    EXPECT(link("added/one", "added/two") == 0);
    set_time("added/one", 2000, 0);
    set_time("added", 2000, 0);
    set_time("d", 1000, 0);
}

/* Mounts "merged" over lower, with changes going to "upper". */
static int mount_overlay(void)
{
    char options[200];

    EXPECT(mkdir("upper", 0755) == 0 && mkdir("work", 0755) == 0 && mkdir("merged", 0755) == 0);
    EXPECT(chmod("upper", 0755) == 0);
    set_time("upper", 1000, 0);
    snprintf(options, sizeof options,
             "lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off%s",
             workspace_is_root ? "" : ",userxattr");
    EXPECT(mount("overlay", "merged", "overlay", 0, options) == 0);
    return open("merged", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static const char *list_archive(const struct buf *a)
{
    static char text[4096];
    struct archive_source source = { a->data, a->len, 0, 0 };
    struct byte_source from = { read_archive, &source };
    const struct tar_entry *entry;
    auto_tar *t = NULL;
    struct err e;

    text[0] = '\0';
    EXPECT(tar_new(&from, &t, &e) == 0);
    while (tar_next(t, &entry, &e) > 0) {
        strcat(text, entry->path);
        strcat(text, " ");
    }
    return text;
}

#define ALL_CHANGES                                                                                \
    "added/ added/one added/two d/ d/changed d/.wh.deleted d/new .wh.gone link mode opaque/ "      \
    "opaque/.wh.y opaque/x to_dir/ "

TEST(an_upper_directory_is_a_layer)
{
    IN_WORKSPACE
    {
        int lower = workspace_dir("lower"), merged, upper;
        auto_buf a = { 0 };

        make_lower();
        merged = mount_overlay();
        EXPECT(fchdir(merged) == 0);
        change_tree();
        EXPECT(chdir("..") == 0);
        upper = open("upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        EXPECT_STR(pack(&a, upper, .source.form = CHANGES_OVERLAY, .source.lower = lower), "");
        EXPECT_STR(list_archive(&a), ALL_CHANGES);
        EXPECT_STR(unpack(lower, &a), "");
        EXPECT_STR(tree(lower), tree(merged));
    }
}

/* The layers below are not always at hand. */
TEST(an_upper_directory_alone_is_a_layer_too)
{
    IN_WORKSPACE
    {
        int lower = workspace_dir("lower"), merged, upper;
        auto_buf a = { 0 };

        make_lower();
        merged = mount_overlay();
        EXPECT(fchdir(merged) == 0);
        change_tree();
        EXPECT(chdir("..") == 0);
        upper = open("upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        EXPECT_STR(pack(&a, upper, .source.form = CHANGES_OVERLAY), "");
        EXPECT_STR(list_archive(&a),
                   "./ added/ added/one added/two d/ d/changed d/.wh.deleted d/new .wh.gone link "
                   "mode opaque/ opaque/.wh..wh..opq opaque/x to_dir/ to_dir/.wh..wh..opq ");
        EXPECT_STR(unpack(lower, &a), "");
        EXPECT_STR(tree(lower), tree(merged));
    }
}

TEST(the_difference_of_two_trees_is_a_layer)
{
    IN_WORKSPACE
    {
        int lower = workspace_dir("lower"), root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 };

        make_lower();
        EXPECT_STR(pack(&a, lower), "");
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(pack(&a, root, .source.lower = lower), "");
        EXPECT(pack_got.entries == 0);
        EXPECT(fchdir(root) == 0);
        change_tree();
        EXPECT(chdir("..") == 0);
        set_time("root", 1000, 0);
        EXPECT_STR(pack(&b, root, .source.lower = lower), "");
        EXPECT_STR(list_archive(&b),
                   ".wh.gone added/ added/one added/two d/ d/.wh.deleted d/changed d/new link mode "
                   "opaque/ opaque/.wh.y opaque/x to_dir/ ");
        EXPECT_STR(unpack(lower, &b), "");
        EXPECT_STR(tree(lower), tree(root));
    }
}

TEST(attributes_alone_are_a_difference)
{
    IN_WORKSPACE
    {
        int lower = workspace_dir("lower"), root = workspace_dir("root");
        auto_buf a = { 0 };

        workspace_file("lower/f", "x");
        workspace_file("root/f", "x");
        set_time("lower/f", 1, 0);
        set_time("root/f", 1, 0);
        EXPECT_STR(pack(&a, root, .source.lower = lower), "");
        EXPECT(pack_got.entries == 0);
        EXPECT(setxattr("root/f", "user.a", "1", 1, 0) == 0);
        EXPECT_STR(pack(&a, root, .source.lower = lower), "");
        EXPECT_STR(list_archive(&a), "f ");
        EXPECT(setxattr("lower/f", "user.a", "2", 1, 0) == 0);
        EXPECT_STR(pack(&a, root, .source.lower = lower), "");
        EXPECT_STR(list_archive(&a), "f ");
        EXPECT(setxattr("lower/f", "user.a", "1", 1, 0) == 0);
        EXPECT_STR(pack(&a, root, .source.lower = lower), "");
        EXPECT(pack_got.entries == 0);
    }
}

/* What a runtime has made to mount at. */
TEST(empty_places_are_left_out)
{
    static const char *const places[] = { "dev",  "etc/hosts", "etc/resolv.conf",
                                          "full", "old",       "used" };

    IN_WORKSPACE
    {
        int lower = workspace_dir("lower"), root = workspace_dir("root");
        auto_buf a = { 0 };

        EXPECT(mkdir("lower/old", 0700) == 0 && mkdir("root/old", 0711) == 0);
        EXPECT(mkdir("root/dev", 0755) == 0 && mkdir("root/etc", 0755) == 0 &&
               mkdir("root/used", 0755) == 0);
        workspace_file("root/etc/hosts", "");
        workspace_file("root/etc/other", "");
        workspace_file("root/etc/resolv.conf", "content");
        workspace_file("root/used/f", "x");
        set_time("root", 1, 0);
        EXPECT_STR(pack(&a, root, .source.lower = lower, .source.places = places,
                        .source.place_count = ARRAY_SIZE(places)),
                   "");
        EXPECT_STR(list_archive(&a), "etc/ etc/other etc/resolv.conf old/ used/ used/f ");
    }
}

TEST(notes_of_overlayfs_are_refused)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        EXPECT(mkdir("root/d", 0755) == 0);
        EXPECT(setxattr("root/d", "user.overlay.redirect", "/other", 6, 0) == 0);
        EXPECT_STR(pack(&a, root, .source.form = CHANGES_OVERLAY),
                   "'d' is only a note of overlayfs about another file");
        EXPECT_STR(pack(&a, root), "");
    }
}

TEST_MAIN()
