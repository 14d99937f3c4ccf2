// SPDX-License-Identifier: Apache-2.0
/*
 * test_pack.c - files made into layers.
 *
 * What is packed is unpacked again, by what test_unpack.c has looked at, and compared as a tree.
 */
#include "packing.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

/* What is there is the same, in whatever order it was made. */
static void make_tree(bool backwards)
{
    static const char *const names[] = { "a", "b", "z" };
    char path[32];

    EXPECT(mkdir("root/d", 01750) == 0 && chmod("root/d", 01750) == 0);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "root/d/%s", names[backwards ? 2 - i : i]);
        workspace_file(path, "text");
        set_time(path, 1700000000, 5000);
    }
    EXPECT(link("root/d/b", "root/linked") == 0);
    EXPECT(symlink("d/../nowhere", "root/d/link") == 0);
    EXPECT(mkfifo("root/fifo", 0640) == 0 && chmod("root/fifo", 0642) == 0);
    workspace_file("root/su", "x");
    EXPECT(chmod("root/su", 06711) == 0);
    EXPECT(setxattr("root/su", "user.b", "2", 1, 0) == 0 &&
           setxattr("root/su", "user.a", "\1\0\2", 3, 0) == 0);
    set_time("root/su", -2, 250000000);
    set_time("root/fifo", 5, 0);
    set_time("root/d/link", 6, 0);
    set_time("root/d", 7, 0);
    set_time("root", 8, 0);
}

TEST(a_tree_survives)
{
    for (enum compression c = COMPRESSION_NONE; c <= COMPRESSION_ZSTD; c++)
        IN_WORKSPACE
        {
            int root = workspace_dir("root"), copy = workspace_dir("copy");
            auto_buf a = { 0 };
            struct stat st;

            make_tree(false);
            EXPECT_STR(pack(&a, root, .compression = c), "");
            EXPECT_STR(unpack(copy, &a), "");
            EXPECT_STR(tree(copy), tree(root));
            EXPECT(strstr(tree(copy), "su f 6711 0:0 -2.250000000 x {user."));
            EXPECT(strstr(tree(copy), "{user.a=010002}") && strstr(tree(copy), "{user.b=2}"));
            EXPECT(fstat(copy, &st) == 0 && st.st_mtim.tv_sec == 8);
            EXPECT(unpack_got.compression == c);
            EXPECT_STR(unpack_got.digest.text, pack_got.digest.text);
            EXPECT_STR(unpack_got.diff_id.text, pack_got.diff_id.text);
            EXPECT(pack_got.size == a.len && unpack_got.diff_size == pack_got.diff_size);
            EXPECT(pack_got.entries == 9 && unpack_got.entries == 9);
        }
}

TEST(the_same_tree_is_the_same_bytes)
{
    int pair[2];
    char digests[2][DIGEST_TEXT_SIZE] = { "" };

    EXPECT(pipe(pair) == 0);
    for (int i = 0; i < 2; i++) {
        IN_WORKSPACE
        {
            int root = workspace_dir("root");
            auto_buf a = { 0 };

            make_tree(i == 1);
            EXPECT_STR(pack(&a, root, .compression = COMPRESSION_GZIP), "");
            EXPECT(a.len > 10 && memcmp(a.data, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10) == 0);
            EXPECT(write(pair[1], pack_got.digest.text, DIGEST_TEXT_SIZE) == DIGEST_TEXT_SIZE);
        }
        EXPECT(read(pair[0], digests[i], DIGEST_TEXT_SIZE) == DIGEST_TEXT_SIZE);
    }
    EXPECT_STR(digests[0], digests[1]);
    close(pair[0]);
    close(pair[1]);
}

TEST(what_has_no_room_in_a_header)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), copy = workspace_dir("copy");
        char path[300] = "root/", target[1000];
        auto_buf a = { 0 };

        NEEDS_ROOT;
        memset(path + 5, 'p', 250);
        memset(target, 't', sizeof target - 1);
        target[sizeof target - 1] = '\0';
        workspace_file(path, "x");
        set_time(path, 5, 0);
        EXPECT(chown(path, 3000000000U, 2097152) == 0);
        EXPECT(symlink(target, "root/l") == 0 && mkdir("root/100", 0755) == 0);
        set_time("root/l", 20000000000, 1);
        set_time("root/100", 0, 0);
        EXPECT_STR(pack(&a, root), "");
        EXPECT_STR(unpack(copy, &a), "");
        EXPECT_STR(tree(copy), tree(root));
    }
}

TEST(devices_and_sockets)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), copy = workspace_dir("copy");
        struct sockaddr_un name = { AF_UNIX, "root/socket" };
        auto_fd s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto_buf a = { 0 };

        NEEDS_ROOT;
        EXPECT(mknod("root/c", S_IFCHR | 0600, makedev(1, 3)) == 0 &&
               mknod("root/b", S_IFBLK | 0600, makedev(259, 70000)) == 0);
        EXPECT(bind(s, (struct sockaddr *)&name, sizeof name) == 0);
        EXPECT_STR(pack(&a, root), "");
        EXPECT(pack_got.sockets_left_out == 1 && unlink("root/socket") == 0);
        EXPECT_STR(unpack(copy, &a), "");
        EXPECT_STR(tree(copy), tree(root));
    }
}

TEST(later_times_may_be_cut)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), copy = workspace_dir("copy");
        auto_buf a = { 0 };

        workspace_file("root/new", "x");
        workspace_file("root/old", "x");
        workspace_file("root/same", "x");
        set_time("root/old", 99, 5);
        set_time("root/same", 100, 5);
        EXPECT_STR(pack(&a, root, .clamp = true, .clamp_to = 100), "");
        EXPECT_STR(unpack(copy, &a), "");
        EXPECT_STR(tree(copy), "new f 600 0:0 100 x\n"
                               "old f 600 0:0 99.000000005 x\n"
                               "same f 600 0:0 100 x\n");
    }
}

TEST(names_of_whiteouts_are_refused)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };

        EXPECT(mkdir("root/d", 0755) == 0);
        workspace_file("root/d/.wh.x", "x");
        EXPECT_STR(pack(&a, root), "'d/.wh.x' can't be in a layer: its name would be a whiteout");
    }
}

/* As the files of a container in a user namespace are. */
TEST(ids_are_mapped_back)
{
    static const struct id_range map[] = { { 0, 100000, 65536 } };
    static const char capability[] = "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0";

    IN_WORKSPACE
    {
        int root = workspace_dir("root"), copy = workspace_dir("copy"),
            again = workspace_dir("again");
        auto_buf a = { 0 };

        NEEDS_ROOT;
        workspace_file("root/f", "x");
        set_time("root", 1, 0);
        EXPECT(chown("root/f", 5, 6) == 0);
        EXPECT(setxattr("root/f", "security.capability", capability, 20, 0) == 0);
        EXPECT_STR(pack(&a, root), "");
        EXPECT_STR(unpack(copy, &a, .ids = { map, map, 1, 1 }), "");
        EXPECT(strstr(tree(copy), "f f 600 100005:100006") && strstr(tree(copy), "a0860100}"));
        EXPECT_STR(pack(&a, copy, .ids = { map, map, 1, 1 }), "");
        EXPECT_STR(unpack(again, &a), "");
        EXPECT_STR(tree(again), tree(root));
        EXPECT(chown("copy/f", 5, 6) == 0);
        EXPECT_STR(pack(&a, copy, .ids = { map, map, 1, 1 }),
                   "'f' belongs to uid 5, which is not mapped (see /etc/subuid)");
    }
}

/* --- V55: a container that is still running, and hostile --- */

static bool changing = true;

static void *keep_changing(void *data)
{
    int root = *(int *)data;

    for (unsigned i = 0; __atomic_load_n(&changing, __ATOMIC_RELAXED); i++) {
        auto_fd fd = -EBADF;

        unlinkat(root, "d/f", 0);
        if (i % 4 == 0)
            mkfifoat(root, "d/f", 0600);
        else if (i % 4 == 1)
            EXPECT(symlinkat("../../outside/canary", root, "d/f") == 0);
        else
            fd = openat(root, "d/f", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            EXPECT(ftruncate(fd, 1000000) == 0);
            fsetxattr(fd, "user.a", "long value", 10, 0);
            fremovexattr(fd, "user.a");
            EXPECT(ftruncate(fd, 10) == 0);
        }
        renameat2(root, "d", root, "trap", RENAME_EXCHANGE);
    }
    return NULL;
}

TEST(V55_a_tree_that_changes_meanwhile)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root"), good = 0;
        pthread_t thread;

        EXPECT(mkdir("outside", 0755) == 0 && mkdir("root/d", 0755) == 0);
        workspace_file("outside/canary", "secret");
        EXPECT(symlink("../outside", "root/trap") == 0);
        EXPECT(pthread_create(&thread, NULL, keep_changing, &root) == 0);
        for (int round = 0; round < 300; round++) {
            auto_buf a = { 0 };

            good += !*pack(&a, root);
            EXPECT(!memmem(a.data ? a.data : "", a.len, "secret", 6));
        }
        __atomic_store_n(&changing, false, __ATOMIC_RELAXED);
        pthread_join(thread, NULL);
        printf("# %d of 300 were packed\n", good);
    }
}

static int refuse(void *user, const void *data, size_t len, struct err *e)
{
    size_t *left = user;

    if (len > *left)
        return err_os(e, ENOSPC, "no room");
    *left -= len;
    return 0;
}

TEST(V14_a_sink_that_fails_ends_it)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_fd fd = open("root/f", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        size_t left = 0;

        EXPECT(ftruncate(fd, 10 << 20) == 0);
        for (size_t room = 0; room < 10 << 20; room = room * 2 + 4096) {
            struct pack_options options = { .source = { .root = root, .lower = -EBADF } };
            struct byte_sink to = { refuse, &left };
            struct err e;

            left = room;
            EXPECT(pack_layer(&options, &to, &pack_got, &e) < 0);
            EXPECT_STR(e.text, "no room");
        }
    }
}

TEST_MAIN()
