// SPDX-License-Identifier: Apache-2.0
/* test_dir.c - ids, the directory of each container, its lock and the start barrier's socket. */
#include "state/state.h"

#include "../base/scratch.h"
#include "test.h"

#include <limits.h>
#include <sys/socket.h>
#include <sys/wait.h>

TEST(an_id_is_a_plain_name)
{
    static char longest[STATE_ID_MAX + 1], longer[STATE_ID_MAX + 2];
    static const struct {
        const char *id, *text;
    } rows[] = {
        { "a", "" },
        { "A-b_c.d+e0", "" },
        { "-x", "" },
        { "_", "" },
        { longest, "" },
        { longer, "container id is longer than 240 bytes" },
        { "", "container id is empty" },
        { NULL, "container id is empty" },
#define RULE ": letters, digits and _ + - . only, not starting with ."
        { ".", "invalid character in container ID '.'" RULE },
        { "..", "invalid character in container ID '..'" RULE },
        { ".a", "invalid character in container ID '.a'" RULE },
        { "a/b", "invalid character in container ID 'a/b'" RULE },
        { "/", "invalid character in container ID '/'" RULE },
        { "a b", "invalid character in container ID 'a b'" RULE },
        { "a\n", "invalid character in container ID 'a\n'" RULE },
        { "\xc3\xa9", "invalid character in container ID '\xc3\xa9'" RULE },
        { "a*", "invalid character in container ID 'a*'" RULE },
        { "a\\b", "invalid character in container ID 'a\\b'" RULE },
        { "a:b", "invalid character in container ID 'a:b'" RULE },
    };

    memset(longest, 'x', sizeof longest - 1);
    memset(longer, 'x', sizeof longer - 1);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err e = { 0 };
        int rc = state_check_id(rows[i].id, &e);

        EXPECT(rc == -e.code);
        EXPECT_STR(e.text, rows[i].text);
    }
}

TEST(a_directory_is_made_once_and_removed_with_what_is_ours)
{
    static const char *const ours[] = { "state.json", "config.json", "start", ".state.json.next" };
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    struct stat st;

    {
        auto_fd dir = state_make(s.fd, "box", &e);

        EXPECT(dir >= 0);
        EXPECT(fstat(dir, &st) == 0 && (st.st_mode & 07777) == 0700);
        for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
            EXPECT(mknodat(dir, ours[i], S_IFREG | 0600, 0) == 0);
    }
    EXPECT(state_make(s.fd, "box", &e) < 0 && e.kind == ERR_EXISTS);
    EXPECT_STR(e.text, "container with id 'box' already exists");
    EXPECT(state_remove(s.fd, "box", &e) == 0);
    EXPECT(state_remove(s.fd, "box", &e) == 0);
    EXPECT(state_open(s.fd, "box", &e) < 0 && e.kind == ERR_NOT_FOUND);
    EXPECT_STR(e.text, "container 'box' does not exist");
}

TEST(what_is_not_ours_is_not_removed)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };

    EXPECT(mkdirat(s.fd, "box", 0700) == 0 && mkdirat(s.fd, "box/mine", 0700) == 0);
    EXPECT(state_remove(s.fd, "box", &e) == -ENOTEMPTY);
    EXPECT_STR(e.text, "remove state of 'box'");
    /* Nor is anything behind a link that stands where a container's directory would. */
    EXPECT(symlinkat("box", s.fd, "link") == 0);
    EXPECT(state_open(s.fd, "link", &e) == -ENOTDIR);
    EXPECT_STR(e.text, "open state of 'link'");
    EXPECT(state_remove(s.fd, "link", &e) == -ENOTDIR);
    EXPECT(faccessat(s.fd, "box/mine", F_OK, 0) == 0);
}

TEST(the_root_is_made_private_when_asked_for)
{
    auto_scratch s = scratch_make();
    char path[256];
    struct err e = { 0 };
    struct stat st;

    snprintf(path, sizeof path, "%s/a/b", s.path);
    EXPECT(state_open_root(path, false, &e) == -ENOENT);
    {
        auto_fd root = state_open_root(path, true, &e);

        EXPECT(root >= 0 && fstat(root, &st) == 0 && (st.st_mode & 07777) == 0700);
        EXPECT(fcntl(root, F_GETFD) == FD_CLOEXEC);
    }
    EXPECT(state_open_root("", true, &e) == -EINVAL);
    EXPECT_STR(e.text, "state root '' is not a usable path");
}

static bool has_lock_file(int dirfd)
{
    return faccessat(dirfd, ".box.lock", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Read, add one, write: loses counts unless the others are kept out meanwhile. */
static bool count_once(int dirfd, struct err *e)
{
    int lock = state_lock(dirfd, "box", e), n = 0;
    auto_fd fd = openat(dirfd, "count", O_RDWR | O_CLOEXEC);
    bool good = lock >= 0 && has_lock_file(dirfd) && read(fd, &n, sizeof n) >= 0;

    n++;
    good = good && pwrite(fd, &n, sizeof n, 0) == sizeof n;
    state_unlock(dirfd, "box", lock);
    return good;
}

static int count_up(int dirfd)
{
    struct err e = { 0 };

    for (int i = 0; i < 100; i++)
        if (!count_once(dirfd, &e)) {
            printf("# %s\n", e.text);
            return 1;
        }
    return 0;
}

TEST(processes_exclude_each_other_and_leave_no_lock)
{
    auto_scratch s = scratch_make();
    auto_fd fd = openat(s.fd, "count", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int status = 0, n = 0;

    fflush(stdout);
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            _exit(count_up(s.fd));
    for (int i = 0; i < 3; i++) {
        EXPECT(wait(&status) > 0);
        EXPECT(status == 0);
    }
    EXPECT(pread(fd, &n, sizeof n, 0) == sizeof n);
    EXPECT(n == 300);
    EXPECT(!has_lock_file(s.fd));
}

TEST(a_lock_is_not_inherited_and_a_killed_holder_is_no_obstacle)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    int lock = state_lock(s.fd, "box", &e);

    EXPECT(lock >= 0);
    EXPECT(fcntl(lock, F_GETFD) == FD_CLOEXEC);
    close(lock); /* as the kernel does; the file stays */
    EXPECT(has_lock_file(s.fd));
    lock = state_lock(s.fd, "box", &e);
    EXPECT(lock >= 0);
    state_unlock(s.fd, "box", lock);
    EXPECT(!has_lock_file(s.fd));
    EXPECT(symlinkat("/etc/passwd", s.fd, ".box.lock") == 0);
    EXPECT(state_lock(s.fd, "box", &e) == -ELOOP);
    EXPECT_STR(e.text, "open lock of 'box'");
}

/* A directory whose path is longer than a socket's address. */
static int make_deep(int dirfd)
{
    char name[NAME_MAX + 1];
    int at = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);

    memset(name, 'd', NAME_MAX);
    name[NAME_MAX] = '\0';
    for (int i = 0; i < 3 && at >= 0; i++) {
        auto_fd up = at;

        at =
            mkdirat(up, name, 0700) < 0 ? -1 : openat(up, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return at;
}

TEST(the_barrier_is_reached_through_its_directory_however_deep)
{
    auto_scratch s = scratch_make();
    auto_fd deep = make_deep(s.fd);
    struct err e = { 0 };
    char word[8] = "";

    EXPECT(deep >= 0);
    EXPECT(state_barrier_connect(deep, &e) == -ENOENT);
    EXPECT_STR(e.text, "connect to the start barrier");
    {
        auto_fd listener = state_barrier_listen(deep, &e);
        auto_fd client = state_barrier_connect(deep, &e);
        auto_fd server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        EXPECT(listener >= 0 && client >= 0 && server >= 0);
        EXPECT(send(client, "word", 4, 0) == 4);
        EXPECT(recv(server, word, sizeof word, 0) == 4);
        EXPECT_STR(word, "word");
        EXPECT(state_barrier_listen(deep, &e) == -EADDRINUSE);
        EXPECT_STR(e.text, "bind the start barrier");
    }
    EXPECT(state_barrier_connect(deep, &e) == -ECONNREFUSED);
}

TEST_MAIN()
