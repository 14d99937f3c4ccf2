// SPDX-License-Identifier: Apache-2.0
/* test_tree_copy.c - copies of trees, and layers laid over one another. */
#include "lade/bundle/tree_copy.h"

#include "../base/scratch.h"
#include "test.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int make_dir(int at, const char *name)
{
    EXPECT(mkdirat(at, name, 0755) == 0);
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void put(int dir, const char *name, const char *text)
{
    auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    EXPECT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static bool holds(int dir, const char *name, const char *text)
{
    auto_fd fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    char got[64] = { 0 };

    return fd >= 0 && read(fd, got, sizeof got - 1) >= 0 && strcmp(got, text) == 0;
}

static bool exists(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int copy(int from, int to, bool layer, struct err *e)
{
    struct tree_copy c = { .from = from, .to = to, .layer = layer };

    return tree_copy(&c, e);
}

TEST(everything_that_belongs_to_a_file_is_kept)
{
    auto_scratch s = scratch_make();
    auto_fd from = make_dir(s.fd, "from"), to = make_dir(s.fd, "to");
    auto_fd hole = -EBADF;
    struct timespec times[2] = { { 1, 5 }, { 1000000000, 123456789 } };
    struct stat a, b;
    struct err e;

    put(from, "f", "text");
    EXPECT(fchmodat(from, "f", 04755, 0) == 0);
    EXPECT(linkat(from, "f", from, "again", 0) == 0);
    EXPECT(symlinkat("/nowhere/../x", from, "l") == 0);
    EXPECT(mkfifoat(from, "p", 0640) == 0);
    close(make_dir(from, "d"));
    put(from, "d/in", "deep");
    hole = openat(from, "hole", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    EXPECT(pwrite(hole, "x", 1, 1 << 22) == 1);
    EXPECT(utimensat(from, "f", times, 0) == 0);
    EXPECT(utimensat(from, "d", times, 0) == 0);
    EXPECT(copy(from, to, false, &e) == 0);
    EXPECT(holds(to, "f", "text") && holds(to, "again", "text") && holds(to, "d/in", "deep"));
    EXPECT(fstatat(to, "f", &a, 0) == 0 && fstatat(to, "again", &b, 0) == 0);
    EXPECT(a.st_ino == b.st_ino);
    EXPECT((a.st_mode & 07777) == 04755);
    EXPECT(a.st_mtim.tv_sec == 1000000000 && a.st_mtim.tv_nsec == 123456789);
    EXPECT(fstatat(to, "d", &a, 0) == 0 && a.st_mtim.tv_sec == 1000000000);
    EXPECT(fstatat(to, "l", &a, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(a.st_mode));
    EXPECT(fstatat(to, "p", &a, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(a.st_mode));
    EXPECT(fstatat(to, "hole", &a, 0) == 0 && a.st_size == (1 << 22) + 1);
    EXPECT(a.st_blocks < 1024);
}

TEST(without_layers_nothing_is_overwritten)
{
    auto_scratch s = scratch_make();
    auto_fd from = make_dir(s.fd, "from"), to = make_dir(s.fd, "to");
    struct err e;

    put(from, "f", "new");
    put(to, "f", "old");
    EXPECT(copy(from, to, false, &e) < 0);
    EXPECT(e.code == EEXIST);
    EXPECT(holds(to, "f", "old"));
}

TEST(a_layer_hides_replaces_and_merges)
{
    auto_scratch s = scratch_make();
    auto_fd low = make_dir(s.fd, "low"), high = make_dir(s.fd, "high"), to = make_dir(s.fd, "to");
    struct err e;

    if (mknodat(high, "gone", S_IFCHR, makedev(0, 0)) < 0) {
        test_skipped = "whiteouts can't be made here";
        return;
    }
    put(low, "gone", "1");
    put(low, "stays", "2");
    put(low, "replaced", "3");
    close(make_dir(low, "merged"));
    put(low, "merged/a", "4");
    close(make_dir(low, "hidden"));
    put(low, "hidden/a", "5");
    EXPECT(symlinkat("/etc", low, "link") == 0);
    close(make_dir(low, "dir-to-file"));
    put(low, "dir-to-file/a", "6");

    put(high, "replaced", "new");
    close(make_dir(high, "merged"));
    put(high, "merged/b", "7");
    close(make_dir(high, "link"));
    put(high, "link/in", "8");
    put(high, "dir-to-file", "9");
    EXPECT(copy(low, to, true, &e) == 0);
    EXPECT(copy(high, to, true, &e) == 0);
    EXPECT(!exists(to, "gone") && holds(to, "stays", "2") && holds(to, "replaced", "new"));
    EXPECT(holds(to, "merged/a", "4") && holds(to, "merged/b", "7"));
    EXPECT(holds(to, "hidden/a", "5"));
    EXPECT(holds(to, "link/in", "8") && !exists(to, "../in"));
    EXPECT(holds(to, "dir-to-file", "9"));
}

TEST(an_opaque_directory_hides_what_is_below)
{
    auto_scratch s = scratch_make();
    auto_fd low = make_dir(s.fd, "low"), high = make_dir(s.fd, "high"), to = make_dir(s.fd, "to");
    auto_fd d = -EBADF;
    struct err e;

    close(make_dir(low, "d"));
    put(low, "d/old", "1");
    d = make_dir(high, "d");
    put(high, "d/new", "2");
    if (fsetxattr(d, "trusted.overlay.opaque", "y", 1, 0) < 0) {
        test_skipped = "trusted attributes can't be set here";
        return;
    }
    EXPECT(copy(low, to, true, &e) == 0);
    EXPECT(copy(high, to, true, &e) == 0);
    EXPECT(!exists(to, "d/old") && holds(to, "d/new", "2"));
    close(d);
    d = openat(to, "d", O_RDONLY | O_CLOEXEC);
    EXPECT(fgetxattr(d, "trusted.overlay.opaque", NULL, 0) < 0);
}

TEST_MAIN()
