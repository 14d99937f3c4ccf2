// SPDX-License-Identifier: Apache-2.0
/* test_dir.c - lookups that stay below, with openat2 and without, and walks through deep trees. */
#include "base/cleanup.h"
#include "cgroup/dir.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int make_tree(char path[64])
{
    snprintf(path, 64, "/tmp/davit-test-XXXXXX");
    if (!mkdtemp(path))
        return -1;
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int remove_child(int parentfd, const char *name, void *data)
{
    ++*(unsigned *)data;
    return unlinkat(parentfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int count_directory(int dirfd, void *data)
{
    ++*(unsigned *)data;
    return dirfd < 0;
}

/* What a lookup of path below a prepared tree answers: 0 or -errno. */
static int look_up(int dirfd, const char *path)
{
    int fd = cgroup_dir_openat(dirfd, path, O_PATH | O_DIRECTORY);

    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

/* Exit status 0 when all is as it should be; run as it is and under a filter. */
static int check_lookups(int dirfd)
{
    return look_up(dirfd, "a/b") == 0 && look_up(dirfd, "a") == 0 &&
                   look_up(dirfd, "./a//b/") == 0 && look_up(dirfd, "nothing") == -ENOENT &&
                   look_up(dirfd, "file") == -ENOTDIR && look_up(dirfd, "link") < 0 &&
                   look_up(dirfd, "link/b") < 0 && look_up(dirfd, "..") == -EXDEV &&
                   look_up(dirfd, "a/../../x") == -EXDEV
               ? 0
               : 1;
}

static int check_without_openat2(int dirfd, int answer)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = { .len = ARRAY_SIZE(code), .filter = code };
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
            _exit(2);
        _exit(check_lookups(dirfd));
    }
    waitpid(pid, &status, 0);
    return status;
}

TEST(lookups_stay_below)
{
    char path[64];
    auto_fd dir = make_tree(path);

    EXPECT(mkdirat(dir, "a", 0755) == 0 && mkdirat(dir, "a/b", 0755) == 0);
    EXPECT(symlinkat("a", dir, "link") == 0);
    EXPECT(mknodat(dir, "file", S_IFREG | 0600, 0) == 0);
    EXPECT(check_lookups(dir) == 0);
    EXPECT(check_without_openat2(dir, ENOSYS) == 0);
    EXPECT(check_without_openat2(dir, EPERM) == 0);
    unlinkat(dir, "link", 0);
    unlinkat(dir, "file", 0);
    unlinkat(dir, "a/b", AT_REMOVEDIR);
    unlinkat(dir, "a", AT_REMOVEDIR);
    EXPECT(rmdir(path) == 0);
}

TEST(a_directory_elsewhere_is_no_cgroup)
{
    EXPECT(cgroup_dir_open("/tmp") == -ENOENT);
    EXPECT(cgroup_dir_open("/no/such/place") == -ENOENT);
}

TEST(reads_and_writes_short_files)
{
    char path[64], text[8];
    auto_fd dir = make_tree(path);

    EXPECT(mknodat(dir, "f", S_IFREG | 0600, 0) == 0);
    EXPECT(cgroup_file_read(dir, "f", text, sizeof text) == 0 && text[0] == '\0');
    EXPECT(cgroup_file_write(dir, "f", "one\n") == 0);
    EXPECT(cgroup_file_read(dir, "f", text, sizeof text) == 3);
    EXPECT_STR(text, "one");
    EXPECT(cgroup_file_write(dir, "f", "0123456789") == 0);
    EXPECT(cgroup_file_read(dir, "f", text, sizeof text) == 7);
    EXPECT_STR(text, "0123456");
    EXPECT(cgroup_file_read(dir, "g", text, sizeof text) == -ENOENT);
    EXPECT(cgroup_file_write(dir, "g", "x") == -ENOENT);
    unlinkat(dir, "f", 0);
    EXPECT(rmdir(path) == 0);
}

/* A container makes its own tree; it must not be able to exhaust our fds with it. */
TEST(walks_deep_and_wide_trees_with_few_fds)
{
    enum { DEEP = 600, WIDE = 300 };
    unsigned entered = 0, removed = 0;
    char path[64], name[16];
    auto_fd dir = make_tree(path), at = openat(dir, ".", O_PATH | O_CLOEXEC);
    struct rlimit old, few = { 32, 32 };

    for (int i = 0; i < WIDE; i++) {
        snprintf(name, sizeof name, "w%d", i);
        EXPECT(mkdirat(dir, name, 0755) == 0);
    }
    for (int i = 0; i < DEEP; i++) {
        int next;

        EXPECT(mkdirat(at, "d", 0755) == 0);
        next = openat(at, "d", O_PATH | O_CLOEXEC);
        cleanup_fd(&at);
        at = next;
    }
    getrlimit(RLIMIT_NOFILE, &old);
    few.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_NOFILE, &few);
    EXPECT(cgroup_walk(dir, &(struct cgroup_walk){ .enter = count_directory, .data = &entered }) ==
           0);
    EXPECT(cgroup_walk(dir, &(struct cgroup_walk){ .leave = remove_child, .data = &removed }) == 0);
    setrlimit(RLIMIT_NOFILE, &old);
    EXPECT(entered == 1 + WIDE + DEEP);
    EXPECT(removed == WIDE + DEEP);
    EXPECT(rmdir(path) == 0);
}

static int stop(int dirfd, void *data)
{
    ++*(unsigned *)data;
    return dirfd >= 0 ? -ECANCELED : 0;
}

TEST(an_error_ends_a_walk)
{
    unsigned seen = 0;
    char path[64];
    auto_fd dir = make_tree(path);

    EXPECT(mkdirat(dir, "a", 0755) == 0);
    EXPECT(cgroup_walk(dir, &(struct cgroup_walk){ .enter = stop, .data = &seen }) == -ECANCELED);
    EXPECT(seen == 1);
    unlinkat(dir, "a", AT_REMOVEDIR);
    EXPECT(rmdir(path) == 0);
}

TEST_MAIN()
