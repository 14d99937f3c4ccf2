// SPDX-License-Identifier: Apache-2.0
/* test_copy_up.c - what tmpcopyup copies, how, and which failure says what. */
#include "sandbox.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { LARGE = 8 << 20, BLOCK = 65536 };

static int open_in(const struct scratch *s, const char *name)
{
    return sandbox_open(s, name, O_RDONLY | O_DIRECTORY);
}

/* "from" and "to" in a tmpfs. */
static void make_places(const struct scratch *s)
{
    int dir = sandbox_root(s);

    EXPECT(mkdirat(dir, "from", 0755) == 0 && mkdirat(dir, "to", 0700) == 0);
}

static int copy(const struct scratch *s, const char *data, struct err *e)
{
    auto_fd from = open_in(s, "from"), to = open_in(s, "to");

    return copy_up(from, to, data, e);
}

static void make_file(int dir, const char *name, const char *text, mode_t mode)
{
    auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    EXPECT(fchmod(fd, mode) == 0);
}

static const char *content_of(const struct scratch *s, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", s->path, name);
    return sandbox_read(path);
}

static struct stat look_at(const struct scratch *s, const char *name)
{
    struct stat st = { 0 };
    auto_fd fd = sandbox_open(s, name, O_PATH | O_NOFOLLOW);

    EXPECT(fstat(fd, &st) == 0);
    return st;
}

TEST(a_tree_is_copied_with_content_modes_owners_and_times)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        const struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
        struct err e = { 0 };
        struct stat st;
        char link[32] = "";
        int from;

        sandbox_needs_ids();
        make_places(&s);
        from = open_in(&s, "from");
        EXPECT(mkdirat(from, "dir", 0710) == 0);
        make_file(from, "dir/file", "content\n", 0640);
        make_file(from, "tool", "#!", 04755);
        EXPECT(fchownat(from, "tool", 3, 4, 0) == 0 && fchmodat(from, "tool", 04755, 0) == 0);
        EXPECT(symlinkat("dir/file", from, "link") == 0);
        EXPECT(mknodat(from, "pipe", S_IFIFO, 0) == 0 && fchmodat(from, "pipe", 0620, 0) == 0);
        EXPECT(utimensat(from, "dir/file", times, 0) == 0);
        EXPECT(copy(&s, NULL, &e) == 0);
        EXPECT_STR(e.text, "");
        EXPECT_STR(content_of(&s, "to/dir/file"), "content\n");
        st = look_at(&s, "to/dir/file");
        EXPECT(st.st_mode == (S_IFREG | 0640) && st.st_mtim.tv_sec == 2000 &&
               st.st_mtim.tv_nsec == 7);
        st = look_at(&s, "to/tool");
        EXPECT(st.st_mode == (S_IFREG | 04755) && st.st_uid == 3 && st.st_gid == 4);
        EXPECT(look_at(&s, "to/dir").st_mode == (S_IFDIR | 0710));
        EXPECT(look_at(&s, "to/pipe").st_mode == (S_IFIFO | 0620));
        EXPECT(readlinkat(open_in(&s, "to"), "link", link, sizeof link - 1) == 8);
        EXPECT_STR(link, "dir/file");
        /* The mode of the tmpfs itself is what its options say. */
        EXPECT(look_at(&s, "to").st_mode == (S_IFDIR | 0700));
    }
}

TEST(attributes_come_along)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        char path[256], value[16] = "";

        make_places(&s);
        make_file(open_in(&s, "from"), "file", "", 0600);
        snprintf(path, sizeof path, "%s/from/file", s.path);
        if (setxattr(path, "user.note", "hello", 5, 0) < 0)
            _exit(SANDBOX_NO_XATTRS);
        EXPECT(copy(&s, NULL, &e) == 0);
        snprintf(path, sizeof path, "%s/to/file", s.path);
        EXPECT(getxattr(path, "user.note", value, sizeof value) == 5);
        EXPECT_STR(value, "hello");
    }
}

TEST(an_attribute_that_has_gone_is_left_out_and_one_that_can_not_be_read_is_an_error)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };

        make_places(&s);
        make_file(open_in(&s, "from"), "file", "", 0600);
        fake_rule(&(struct fake_rule){ .call = __NR_listxattr, .any_second = true, .answer = 1 });
        fake_rule(&(struct fake_rule){
            .call = __NR_getxattr, .any_second = true, .times = 2, .answer = -ENODATA });
        fake_deny(__NR_getxattr, EIO);
        EXPECT(copy(&s, NULL, &e) == 0);
        EXPECT(unlinkat(open_in(&s, "to"), "file", 0) == 0);
        EXPECT_ERROR(copy(&s, NULL, &e), e, EIO, "copy an attribute of 'file'");
    }
}

/* A block of data at the end of a large hole, and a file that ends in a hole. */
TEST(holes_stay_holes)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct stat st;
        char byte = 0;
        int from;

        make_places(&s);
        from = open_in(&s, "from");
        make_file(from, "end", "", 0600);
        EXPECT(pwrite(openat(from, "end", O_WRONLY), "x", 1, LARGE - 1) == 1);
        make_file(from, "start", "start", 0600);
        EXPECT(ftruncate(openat(from, "start", O_WRONLY), LARGE) == 0);
        EXPECT(copy(&s, NULL, &e) == 0);
        st = look_at(&s, "to/end");
        EXPECT(st.st_size == LARGE && st.st_blocks * 512 <= BLOCK);
        EXPECT(pread(sandbox_open(&s, "to/end", O_RDONLY), &byte, 1, LARGE - 1) == 1);
        EXPECT(byte == 'x');
        st = look_at(&s, "to/start");
        EXPECT(st.st_size == LARGE && st.st_blocks * 512 <= BLOCK);
        EXPECT(!strcmp(content_of(&s, "to/start"), "start"));
    }
}

TEST(a_filesystem_without_holes_is_copied_whole)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };

        make_places(&s);
        make_file(open_in(&s, "from"), "file", "content", 0600);
        /* SEEK_DATA and SEEK_HOLE, which come first */
        fake_rule(&(struct fake_rule){
            .call = __NR_lseek, .any_second = true, .times = 2, .answer = -EINVAL });
        EXPECT(copy(&s, NULL, &e) == 0);
        EXPECT_STR(content_of(&s, "to/file"), "content");
    }
}

/* Somebody may change the directory while it is copied. */
TEST(what_is_gone_or_shorter_by_now_is_no_error)
{
    static const struct fake_rule rows[] = {
        { .call = __NR_openat, .any_second = true, .skip = 2, .times = 1, .answer = -ENOENT },
        { .call = __NR_read, .any_second = true, .times = 1, .answer = 0 },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };

            make_places(&s);
            make_file(open_in(&s, "from"), "file", "content", 0600);
            fake_rule(&rows[i]);
            EXPECT(copy(&s, NULL, &e) == 0);
            EXPECT_STR(e.text, "");
        }
}

/* The file belongs to root of the user namespace then, whose power no program may borrow. */
TEST(an_owner_that_is_not_mapped_takes_the_set_id_bits_along)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };

        make_places(&s);
        make_file(open_in(&s, "from"), "tool", "#!", 06755);
        fake_deny(__NR_fchownat, EINVAL);
        EXPECT(copy(&s, NULL, &e) == 0);
        EXPECT(look_at(&s, "to/tool").st_mode == (S_IFREG | 0755));
    }
}

TEST(options_that_name_an_owner_win_over_the_directory_s)
{
    static const struct {
        const char *data;
        uid_t want;
    } rows[] = {
        { NULL, 3 }, { "size=1m", 3 }, { "size=1m,uid=0", 0 }, { "gid=0", 0 }, { "xuid=0", 3 },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };

            sandbox_needs_ids();
            make_places(&s);
            EXPECT(fchown(open_in(&s, "from"), 3, 3) == 0);
            EXPECT(copy(&s, rows[i].data, &e) == 0);
            EXPECT(look_at(&s, "to").st_uid == rows[i].want);
        }
}

TEST(what_is_mounted_below_becomes_an_empty_place)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        char path[256], file[256];
        int from;

        make_places(&s);
        from = open_in(&s, "from");
        EXPECT(mkdirat(from, "dir", 0755) == 0);
        make_file(from, "file", "own", 0600);
        snprintf(path, sizeof path, "%s/from/dir", s.path);
        EXPECT(mount("tmpfs", path, "tmpfs", 0, NULL) == 0);
        make_file(open_in(&s, "from/dir"), "secret", "secret", 0600);
        snprintf(path, sizeof path, "%s/from/dir/secret", s.path);
        snprintf(file, sizeof file, "%s/from/file", s.path);
        EXPECT(mount(path, file, NULL, MS_BIND, NULL) == 0);
        EXPECT(copy(&s, NULL, &e) == 0);
        EXPECT(faccessat(open_in(&s, "to/dir"), "secret", F_OK, 0) < 0);
        EXPECT_STR(content_of(&s, "to/file"), "");
    }
}

TEST(a_tree_without_a_bottom_is_refused)
{
    enum { DEPTH = 130 };
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        int dir;

        make_places(&s);
        dir = open_in(&s, "from");
        for (int i = 0; i < DEPTH; i++) {
            EXPECT(mkdirat(dir, "d", 0755) == 0);
            dir = openat(dir, "d", O_RDONLY | O_DIRECTORY);
        }
        EXPECT(copy(&s, NULL, &e) == -EINVAL);
        EXPECT(strstr(e.text, "has more than 128 directories above it") != NULL);
    }
}

TEST(whichever_call_fails_the_error_says_what_was_copied)
{
    static const struct {
        long call;
        unsigned skip;
        const char *text;
        int code;
    } rows[] = {
        { __NR_openat, 0, "open the directory", ENFILE },
        { __NR_openat, 2, "open 'dir'", EIO },
        { __NR_openat, 3, "open 'dir'", EMFILE },
        { __NR_openat, 4, "open 'dir'", EMFILE },
        { __NR_getdents64, 0, "read ''", EIO },
        { __NR_mkdirat, 0, "make 'dir'", ENOSPC },
        { __NR_fchownat, 0, "set the owner of 'dir'", EPERM },
        { __NR_fchmodat, 0, "set the mode of 'dir'", EPERM },
        { __NR_utimensat, 0, "set the times of 'dir'", EPERM },
        { __NR_listxattr, 0, "list the attributes of 'dir'", EIO },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };

            make_places(&s);
            EXPECT(mkdirat(open_in(&s, "from"), "dir", 0755) == 0);
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .any_second = true,
                                           .skip = rows[i].skip,
                                           .times = 1,
                                           .answer = -rows[i].code });
            EXPECT_ERROR(copy(&s, NULL, &e), e, rows[i].code, rows[i].text);
        }
}

TEST(whichever_call_fails_for_a_file_the_error_names_it)
{
    static const struct {
        const char *name;
        long call;
        unsigned skip;
        const char *text;
        int code;
    } rows[] = {
        { "file", __NR_openat, 3, "make 'file'", EDQUOT },
        { "file", __NR_openat, 4, "open 'file'", EACCES },
        { "file", __NR_ftruncate, 0, "copy 'file'", EFBIG },
        { "file", __NR_write, 0, "copy 'file'", ENOSPC },
        { "file", __NR_read, 0, "copy 'file'", EIO },
        { "link", __NR_readlinkat, 0, "read the link 'link'", EIO },
        { "link", __NR_symlinkat, 0, "make the link 'link'", ENOSPC },
        { "pipe", __NR_mknodat, 0, "make 'pipe'", EPERM },
        { "pipe", __NR_openat, 3, "open 'pipe'", EMFILE },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            int from;

            make_places(&s);
            from = open_in(&s, "from");
            if (rows[i].name[0] == 'f')
                make_file(from, "file", "content", 0600);
            else if (rows[i].name[0] == 'l')
                EXPECT(symlinkat("nowhere", from, "link") == 0);
            else
                EXPECT(mknodat(from, "pipe", S_IFIFO | 0600, 0) == 0);
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .any_second = true,
                                           .skip = rows[i].skip,
                                           .times = 1,
                                           .answer = -rows[i].code });
            EXPECT_ERROR(copy(&s, NULL, &e), e, rows[i].code, rows[i].text);
        }
}

TEST_MAIN()
