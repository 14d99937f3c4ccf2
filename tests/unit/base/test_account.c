// SPDX-License-Identifier: Apache-2.0
/* test_account.c - users by name: numbers, names, and files that want to be mistaken. */
#include "base/account.h"

#include "scratch.h"
#include "test.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "alice:x:1000:1001::/home/alice:/bin/sh\n"
                             "1000:x:0:0::/:/bin/sh\n"
                             "ali:x:5:6\n"
                             "short:x:7\n"
                             "nobody-here:x::\n"
                             "minus:x:-1:0::/:\n"
                             "nochange:x:4294967295:0::/:\n"
                             "alice:x:0:0::/:\n"
                             "last:x:8:9:::";
static const char group[] = "root:x:0:\nstaff:x:50:alice\n50:x:0:\nodd:x:5x:\nend:x:51";

static void put(const struct scratch *s, const char *name, const char *text)
{
    int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    EXPECT(fd >= 0);
    EXPECT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static struct scratch make_root(void)
{
    struct scratch s = scratch_make();

    EXPECT(mkdirat(s.fd, "etc", 0755) == 0);
    put(&s, "etc/passwd", passwd);
    put(&s, "etc/group", group);
    return s;
}

TEST(numbers_need_no_files)
{
    static const struct {
        const char *text;
        bool numeric;
    } rows[] = {
        { "0", true },        { "1000:33", true }, { "4294967295", true }, { "alice", false },
        { "1:staff", false }, { "", false },       { "1:", false },        { ":1", false },
        { "1x", false },      { "1:2:3", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        EXPECT(account_is_numeric(rows[i].text) == rows[i].numeric);
}

TEST(digits_are_never_looked_up_and_names_always)
{
    static const struct {
        const char *text;
        uint32_t uid, gid;
    } rows[] = {
        { "0", 0, 0 },
        { "1000", 1000, 0 }, /* there is an entry of that name, of root */
        { "1000:50", 1000, 50 },
        { "4294967294:4294967294", 4294967294, 4294967294 },
        { "alice", 1000, 1001 }, /* the first of two */
        { "ali", 5, 6 },
        { "last", 8, 9 },
        { "alice:staff", 1000, 50 },
        { "alice:50", 1000, 50 },
        { "12:staff", 12, 50 },
        { "alice:end", 1000, 51 },
    };
    auto_scratch root = make_root();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account ids = { 99, 99 };
        struct err e = { 0 };

        EXPECT(account_find(root.fd, rows[i].text, &ids, &e) == 0);
        EXPECT_STR(e.text, "");
        EXPECT(ids.uid == rows[i].uid);
        EXPECT(ids.gid == rows[i].gid);
    }
}

TEST(what_is_no_user_is_an_error)
{
    static const char *const rows[] = {
        "",
        ":",
        "1:",
        ":1",
        "alice:",
        "1:2:3",
        "4294967295",
        "4294967296",
        "10000000000000000000000",
        "1:4294967295",
        "-1",
        "+1",
        " 1",
        "0x1",
        "nobody",
        "alice:nobody",
        "alic",
        "short",
        "nobody-here",
        "minus",
        "nochange",
        "1:odd",
    };
    auto_scratch root = make_root();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account ids = { 99, 99 };
        struct err e = { 0 };

        EXPECT(account_find(root.fd, rows[i], &ids, &e) < 0);
        EXPECT(e.kind == ERR_INVALID);
        EXPECT(ids.uid == 99);
    }
}

TEST(a_file_that_is_none_is_refused_and_not_waited_for)
{
    auto_scratch root = make_root();
    struct account ids;
    struct err e = { 0 };

    EXPECT(unlinkat(root.fd, "etc/passwd", 0) == 0);
    EXPECT(account_find(root.fd, "alice", &ids, &e) < 0);
    EXPECT(e.code == ENOENT);
    EXPECT(mkfifoat(root.fd, "etc/passwd", 0644) == 0);
    EXPECT(account_find(root.fd, "alice", &ids, &e) < 0);
    EXPECT_STR(e.text, "the container's /etc/passwd is no regular file");
    EXPECT(unlinkat(root.fd, "etc/passwd", 0) == 0);
    EXPECT(mkdirat(root.fd, "etc/passwd", 0755) == 0);
    EXPECT(account_find(root.fd, "alice", &ids, &e) < 0);
    EXPECT_STR(e.text, "the container's /etc/passwd is no regular file");
}

TEST(a_link_stays_inside_the_root)
{
    auto_scratch root = make_root();
    struct account ids;
    struct err e = { 0 };

    put(&root, "users", "alice:x:77:78\n");
    EXPECT(unlinkat(root.fd, "etc/passwd", 0) == 0);
    EXPECT(symlinkat("../../../users", root.fd, "etc/passwd") == 0);
    EXPECT(account_find(root.fd, "alice", &ids, &e) == 0);
    EXPECT(ids.uid == 77);
}

TEST(a_file_without_an_end_is_not_read_to_it)
{
    auto_scratch root = make_root();
    struct account ids;
    struct err e = { 0 };
    int fd = openat(root.fd, "etc/passwd", O_WRONLY | O_CLOEXEC);

    EXPECT(ftruncate(fd, (off_t)1 << 40) == 0);
    close(fd);
    EXPECT(account_find(root.fd, "alice", &ids, &e) < 0);
}

TEST(a_number_has_the_group_that_passwd_gives_it)
{
    auto_scratch root = make_root();
    struct err e = { 0 };
    uint32_t gid = 99;

    EXPECT(account_group_of(root.fd, 1000, &gid, &e) == 0);
    EXPECT(gid == 1001);
    EXPECT(account_group_of(root.fd, 4242, &gid, &e) == 0);
    EXPECT(gid == 0);
    EXPECT(unlinkat(root.fd, "etc/passwd", 0) == 0);
    EXPECT(account_group_of(root.fd, 1000, &gid, &e) == 0);
    EXPECT(gid == 0);
    EXPECT(mkfifoat(root.fd, "etc/passwd", 0644) == 0);
    EXPECT(account_group_of(root.fd, 1000, &gid, &e) < 0);
}

TEST(groups_are_those_that_name_the_user)
{
    auto_scratch root = make_root();
    auto_arena arena = { 0 };
    struct err e = { 0 };
    uint32_t *gids = NULL;
    size_t n = 0;

    EXPECT(unlinkat(root.fd, "etc/group", 0) == 0);
    EXPECT(account_groups(root.fd, "alice", &arena, &gids, &n, &e) == 0);
    EXPECT(n == 0);
    put(&root, "etc/group",
        "a:x:1:alice\nb:x:2:bob,alice\nc:x:3:alicea,bob\nd:x:bad:alice\n"
        "e:x:4:alice,bob\nf:x:5:\ng:x:6\nh:x:7:ali");
    EXPECT(account_groups(root.fd, "alice", &arena, &gids, &n, &e) == 0);
    EXPECT(n == 3 && gids[0] == 1 && gids[1] == 2 && gids[2] == 4);
    EXPECT(account_groups(root.fd, "ali:staff", &arena, &gids, &n, &e) == 0);
    EXPECT(n == 1 && gids[0] == 7);
}

TEST_MAIN()
