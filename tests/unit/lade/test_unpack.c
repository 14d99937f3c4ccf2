// SPDX-License-Identifier: Apache-2.0
/* test_unpack.c - layers made into files: what each kind of entry becomes, and limits. */
#include "packed.h"
#include "unpacking.h"

TEST(R68_every_kind_of_entry)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        NEEDS_ROOT;
        add(&a, .name = "d/", .type = '5', .mode = 01777, .uid = 1, .gid = 2, .mtime = 3);
        add(&a, .name = "d/f", .text = "text", .uid = 70000, .mtime = 1700000000);
        add(&a, .name = "d/h", .type = '1', .link = "d/f");
        add(&a, .name = "l", .type = '2', .link = "../x", .uid = 5, .mtime = 9);
        add(&a, .name = "c", .type = '3', .major = 1, .minor = 3, .mode = 0666);
        add(&a, .name = "b", .type = '4', .major = 8, .minor = 300, .gid = 6, .mode = 0660);
        add(&a, .name = "p", .type = '6', .mode = 0622);
        add_end(&a);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "b b 660 0:6 0 8,300\n"
                               "c c 666 0:0 0 1,3\n"
                               "d d 1777 1:2 3\n"
                               "d/f f 644 70000:0 1700000000 text\n"
                               "d/h f 644 70000:0 1700000000 #d/f\n"
                               "l l 777 5:0 9 -> ../x\n"
                               "p p 622 0:0 0\n");
        EXPECT(unpack_got.entries == 7 && unpack_got.compression == COMPRESSION_NONE);
    }
}

TEST(R67_digests_of_both_sides)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, gzip = { 0 };
        struct digest packed, plain;
        struct err e;

        add(&a, .name = "f", .text = "text");
        add_end(&a);
        buf_puts(&a, "what stands behind the end is part of it");
        add_gzip(&gzip, a.data, a.len);
        buf_puts(&gzip, "here, too");
        EXPECT_STR(unpack(root, &gzip), "");
        EXPECT(digest_of(DIGEST_SHA256, gzip.data, gzip.len, &packed, &e) == 0);
        EXPECT(digest_of(DIGEST_SHA256, a.data, a.len, &plain, &e) == 0);
        EXPECT_STR(unpack_got.digest.text, packed.text);
        EXPECT_STR(unpack_got.diff_id.text, plain.text);
        EXPECT(unpack_got.size == gzip.len && unpack_got.diff_size == a.len);
        EXPECT(unpack_got.compression == COMPRESSION_GZIP);
    }
}

TEST(R66_the_root_gets_what_its_entry_says)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };
        struct stat st;

        add(&a, .name = "./", .type = '5', .mode = 0711, .mtime = 77);
        add(&a, .name = "./f", .text = "x", .mtime = 88);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT(fstat(root, &st) == 0 && (st.st_mode & 07777) == 0711 && st.st_mtim.tv_sec == 77);
    }
}

TEST(R68_a_directory_over_a_directory_keeps_what_is_in_it)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 };

        add(&a, .name = "d/", .type = '5', .mode = 0700, .mtime = 1,
            .pax = { "SCHILY.xattr.user.old=1" });
        add(&a, .name = "d/kept", .text = "x");
        add(&a, .name = "f", .text = "file");
        add(&a, .name = "e/", .type = '5');
        add(&a, .name = "e/gone", .text = "x");
        add(&b, .name = "d/", .type = '5', .mode = 0755, .mtime = 2,
            .pax = { "SCHILY.xattr.user.new=2" });
        add(&b, .name = "f/", .type = '5');
        add(&b, .name = "e", .text = "now a file");
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(unpack(root, &b), "");
        EXPECT_STR(tree(root), "d d 755 0:0 2 {user.new=2}\n"
                               "d/kept f 644 0:0 0 x\n"
                               "e f 644 0:0 0 now a file\n"
                               "f d 755 0:0 0\n");
    }
}

TEST(V15_an_existing_inode_is_never_written_to)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), outside = workspace_dir("outside");
        auto_buf a = { 0 };

        workspace_file("outside/canary", "canary");
        EXPECT(link("outside/canary", "root/f") == 0 && link("outside/canary", "root/g") == 0);
        add(&a, .name = "f", .text = "overwritten", .mode = 0777, .mtime = 5);
        add(&a, .name = "x", .text = "x");
        add(&a, .name = "g", .type = '1', .link = "x");
        EXPECT(utimensat(outside, "canary", (struct timespec[2]){ { 1, 0 }, { 1, 0 } }, 0) == 0);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(outside), "canary f 600 0:0 1 canary\n");
        EXPECT_STR(tree(root), "f f 777 0:0 5 overwritten\n"
                               "g f 644 0:0 0 x\n"
                               "x f 644 0:0 0 #g\n");
    }
}

TEST(R73_hard_links_into_a_layer_below)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

        add(&a, .name = "d/f", .text = "x");
        add(&a, .name = "d/l", .type = '2', .link = "nowhere");
        EXPECT_STR(unpack(root, &a), "");
        add(&b, .name = "h", .type = '1', .link = "/d/f");
        add(&b, .name = "s", .type = '1', .link = "d/l"); /* the link itself */
        add(&b, .name = "h", .type = '1', .link = "h");   /* to itself: it stays */
        EXPECT_STR(unpack(root, &b), "");
        EXPECT_STR(tree(root), "d d 755 0:0 0\n"
                               "d/f f 644 0:0 0 x\n"
                               "d/l l 777 0:0 0 -> nowhere\n"
                               "h f 644 0:0 0 #d/f\n"
                               "s l 777 0:0 0 #d/l\n");
        add(&c, .name = "h2", .type = '1', .link = "missing");
        EXPECT_STR(unpack(root, &c), "link 'h2' to 'missing'");
        add(&d, .name = "h2", .type = '1', .link = "d");
        EXPECT_STR(unpack(root, &d), "'h2' of an archive is a link to a directory");
        d.len = 0;
        add(&d, .name = "h2", .type = '1', .link = "..");
        EXPECT_STR(unpack(root, &d), "'h2' of an archive is a link to the root");
    }
}

TEST(R74_missing_parents_are_made)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "a/b/c", .text = "x", .mtime = 7);
        add(&a, .name = "f", .text = "x");
        add(&a, .name = "f/g", .text = "y", .mtime = 8); /* its parent is no directory */
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "a d 755 0:0 7\n"
                               "a/b d 755 0:0 7\n"
                               "a/b/c f 644 0:0 7 x\n"
                               "f d 755 0:0 8\n"
                               "f/g f 644 0:0 8 y\n");
    }
}

TEST(R75_nothing_that_comes_later_takes_attributes_away)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        NEEDS_ROOT;
        add(&a, .name = "su", .text = "x", .mode = 06755, .uid = 1, .gid = 2);
        add(&a, .name = "d/", .type = '5', .mode = 02555, .uid = 3, .gid = 4, .mtime = 5);
        add(&a, .name = "d/e/", .type = '5', .mode = 1, .mtime = 6);
        add(&a, .name = "d/e/f", .text = "x", .mtime = 7);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "d d 2555 3:4 5\n"
                               "d/e d 1 0:0 6\n"
                               "d/e/f f 644 0:0 7 x\n"
                               "su f 6755 1:2 0 x\n");
    }
}

/* Directories are gone back to in any order. */
TEST(R75_times_of_directories_in_any_order)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "a/", .type = '5', .mtime = 1);
        add(&a, .name = "b/", .type = '5', .mtime = 2);
        add(&a, .name = "a/c/", .type = '5', .mtime = 3);
        add(&a, .name = "b/f", .text = "x", .mtime = 9);
        add(&a, .name = "a/c/f", .text = "x", .mtime = 9);
        add(&a, .name = "a/f", .text = "x", .mtime = 9);
        add(&a, .name = "l", .type = '2', .link = "a/c", .mtime = 9);
        add(&a, .name = "l/g", .text = "x", .mtime = 9);
        add(&a, .name = "b/h", .type = '1', .link = "a/c/f");
        add(&a, .name = "late/f", .text = "x", .mtime = 9);
        add(&a, .name = "late/", .type = '5', .mtime = 4, .mode = 0500);
        add(&a, .name = "late/g", .text = "x", .mtime = 9);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "a d 755 0:0 1\n"
                               "a/c d 755 0:0 3\n"
                               "a/c/f f 644 0:0 9 x\n"
                               "a/c/g f 644 0:0 9 x\n"
                               "a/f f 644 0:0 9 x\n"
                               "b d 755 0:0 2\n"
                               "b/f f 644 0:0 9 x\n"
                               "b/h f 644 0:0 9 #a/c/f\n"
                               "l l 777 0:0 9 -> a/c\n"
                               "late d 500 0:0 4\n"
                               "late/f f 644 0:0 9 x\n"
                               "late/g f 644 0:0 9 x\n");
    }
}

/* Without rights over others' files, a directory that shuts its owner out must still take files. */
TEST(R75_modes_of_directories_come_last)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };
        struct stat st;

        NEEDS_ROOT;
        EXPECT(fchown(root, 1000, 1000) == 0 && setresgid(1000, 1000, 1000) == 0 &&
               setresuid(1000, 1000, 1000) == 0);
        add(&a, .name = "d/", .type = '5', .mode = 0555, .uid = 1000, .gid = 1000, .mtime = 5);
        add(&a, .name = "d/e/", .type = '5', .mode = 1, .uid = 1000, .gid = 1000, .mtime = 6);
        add(&a, .name = "d/e/f", .text = "x", .uid = 1000, .gid = 1000, .mtime = 7);
        EXPECT_STR(unpack(root, &a), "");
        EXPECT(stat("root/d", &st) == 0 && (st.st_mode & 07777) == 0555 && st.st_mtime == 5);
        EXPECT(stat("root/d/e", &st) == 0 && (st.st_mode & 07777) == 1 && st.st_mtime == 6);
        EXPECT(chmod("root/d/e", 0700) == 0 && stat("root/d/e/f", &st) == 0 && st.st_size == 1);
    }
}

TEST(R76_sparse_files_have_holes)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, huge = { 0 };
        char text[4] = "";
        struct stat st;
        auto_fd fd = -EBADF;

        add(&a, .name = "s", .text = "abcde",
            .pax = { "GNU.sparse.size=1000000000", "GNU.sparse.map=0,3,999999998,2" });
        EXPECT_STR(unpack(root, &a), "");
        fd = open("root/s", O_RDONLY | O_CLOEXEC);
        EXPECT(fstat(fd, &st) == 0 && st.st_size == 1000000000 && st.st_blocks < 1000);
        EXPECT(pread(fd, text, 3, 999999997) == 3 && memcmp(text, "\0de", 3) == 0);
        add(&huge, .name = "s", .text = "",
            .pax = { "GNU.sparse.size=9000000000000000000", "GNU.sparse.map=" });
        EXPECT_STR(unpack(root, &huge), "'s' has more than 68719476736 bytes");
    }
}

TEST(R80_times_before_the_epoch_and_parts_of_seconds)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        add(&a, .name = "f", .text = "", .pax = { "mtime=1700000000.123456789" });
        add(&a, .name = "old", .text = "", .pax = { "mtime=-86400.5" });
        EXPECT_STR(unpack(root, &a), "");
        EXPECT_STR(tree(root), "f f 644 0:0 1700000000.123456789\n"
                               "old f 644 0:0 -86401.500000000\n");
    }
}

TEST(R81_entries_and_bytes_are_limited)
{
    static const struct unpack_limits few = { .entries = 3, .bytes = 1 << 20, .ratio = 200 },
                                      small = { .entries = 100, .bytes = 4096, .ratio = 200 };

    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 };
        static const char zeros[8192];

        for (int i = 0; i < 4; i++)
            add(&a, .name = "f", .text = "");
        EXPECT_STR(unpack(root, &a, .limits = &few), "the layer has more than 3 entries");
        add(&b, .name = "f", .data = zeros, .size = sizeof zeros);
        EXPECT_STR(unpack(root, &b, .limits = &small),
                   "the uncompressed layer has more than 4096 bytes");
    }
}

/* V9: very many zeros in few bytes, in one entry. */
TEST(V9_a_bomb_goes_off_at_its_ratio)
{
    static const struct unpack_limits limits = {
        .entries = 10, .bytes = UINT64_C(1) << 40, .ratio = 200, .ratio_from = 8 << 20
    };

    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, gzip = { 0 };
        static char zeros[4 << 20];
        struct stat st;

        add(&a, .name = "f", .raw_size = "77777777777");
        add_gzip(&gzip, a.data, a.len);
        for (int i = 0; i < 20; i++)
            add_gzip(&gzip, zeros, sizeof zeros);
        EXPECT_STR(unpack(root, &gzip, .limits = &limits),
                   "the layer grows to more than 200 times its size");
        EXPECT(stat("root/f", &st) == 0 && st.st_size < 20 << 20);
    }
}

TEST(R81_paths_have_limits)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 }, c = { 0 };
        char name[300], deep[2 * 300 + 10] = "path=", long_name[400] = "path=";

        memset(name, 'n', sizeof name);
        name[255] = '\0';
        add(&a, .name = "x", .text = "", .pax = { strcat(long_name, name) });
        EXPECT_STR(unpack(root, &a), "");
        add(&b, .name = "x", .text = "", .pax = { strcat(long_name, "n") });
        EXPECT(strstr(unpack(root, &b), "is too long or too deep"));
        for (int i = 0; i < 300; i++)
            strcat(deep, "d/");
        add(&c, .name = "x", .text = "", .pax = { deep });
        EXPECT(strstr(unpack(root, &c), "is too long or too deep"));
    }
}

TEST(R83_two_unpackings_are_equal)
{
    IN_WORKSPACE
    {
        int one = workspace_dir("one"), two = workspace_dir("two");
        auto_buf a = { 0 }, b = { 0 };
        struct stat first, second;

        add(&a, .name = "a/b/c", .text = "x", .mtime = 7);
        add(&a, .name = "d/", .type = '5', .mtime = 8);
        add(&b, .name = "a/b/e", .text = "y", .mtime = 9); /* passes through a and a/b */
        add(&b, .name = "d/.wh.x", .text = "", .mtime = 10);
        EXPECT_STR(unpack(one, &a), "");
        EXPECT_STR(unpack(one, &b), "");
        EXPECT_STR(unpack(two, &a), "");
        EXPECT_STR(unpack(two, &b), "");
        EXPECT_STR(tree(one), "a d 755 0:0 7\n"
                              "a/b d 755 0:0 7\n"
                              "a/b/c f 644 0:0 7 x\n"
                              "a/b/e f 644 0:0 9 y\n"
                              "d d 755 0:0 8\n");
        EXPECT_STR(tree(one), tree(two));
        EXPECT(fstat(one, &first) == 0 && fstat(two, &second) == 0);
        EXPECT(first.st_mtim.tv_sec == 7 && second.st_mtim.tv_sec == 7);
    }
}

/* V14: whatever the failure, both threads end. */
TEST(V14_cut_anywhere_it_ends)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 }, gzip = { 0 };
        char content[3000];

        for (size_t i = 0; i < sizeof content; i++)
            content[i] = (char)(i * i * 31 >> 3);
        for (int i = 0; i < 10; i++)
            add(&a, .name = "f", .data = content, .size = sizeof content);
        add_end(&a);
        add_gzip(&gzip, a.data, a.len);
        for (size_t len = gzip.len - 1; len > 200; len -= 211) {
            gzip.len = len;
            if (!*unpack(root, &gzip))
                EXPECT_STR("cut", "an error");
        }
    }
}

TEST_MAIN()
