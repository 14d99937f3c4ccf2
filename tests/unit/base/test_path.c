// SPDX-License-Identifier: Apache-2.0
/* test_path.c - looking up and making names inside a root: the kernel's own walk is the measure. */
#include "base/path.h"

#include "base/sys.h"
#include "scratch.h"
#include "test.h"

#include <limits.h>

enum { TREES = 60, LOOKUPS = 400, NAMES = 40 };

/* A small generator of our own, so that a failure can be repeated everywhere. */
static unsigned pick(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % below;
}

/* Few names, so that random paths often meet something. */
static void random_path(unsigned *seed, unsigned most, char ret[PATH_MAX])
{
    static const char *const components[] = { "a", "b", "c", "d", "e", "..", "..", ".", "a/", "/" };
    unsigned count = 1 + pick(seed, most);
    size_t n = 0;

    ret[0] = '\0';
    if (pick(seed, 3) == 0)
        n += (size_t)sprintf(ret + n, "/");
    for (unsigned i = 0; i < count; i++) {
        const char *c = components[pick(seed, sizeof components / sizeof components[0])];

        n += (size_t)sprintf(ret + n, "%s%s", i ? "/" : "", c);
    }
}

/* Things at random places, some of which can't be made; links lead anywhere, also out and round. */
static void random_tree(unsigned *seed, const struct scratch *s)
{
    mkdirat(s->fd, "root", 0755);
    for (int i = 0; i < NAMES; i++) {
        char path[PATH_MAX] = "root/", target[PATH_MAX];
        int depth = 1 + (int)pick(seed, 4);
        size_t n = strlen(path);

        for (int k = 0; k < depth; k++)
            n += (size_t)sprintf(path + n, "%s%c", k ? "/" : "", 'a' + (int)pick(seed, 5));
        random_path(seed, 4, target);
        switch (pick(seed, 4)) {
        case 0:
            (void)!mknodat(s->fd, path, S_IFREG | 0644, 0);
            break;
        case 1:
            (void)!symlinkat(target, s->fd, path);
            break;
        default:
            mkdirat(s->fd, path, 0755);
        }
    }
}

static bool is_inside(const struct scratch *s, int fd)
{
    char link[64], path[PATH_MAX];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return false;
    path[n] = '\0';
    /* TMPDIR may be a link itself, so only what mkdtemp made and what is below counts. */
    return strstr(path, strrchr(s->path, '/')) && strstr(path, "/root");
}

static bool same_file(int a, int b)
{
    struct stat sa, sb;

    return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

static long open_by_kernel(int root, const char *path, int flags)
{
    struct open_how how = { .flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
                            .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
    long fd;

    /* Any mount or rename on the machine meanwhile makes ".." uncertain. */
    do {
        fd = sys_openat2(root, path, &how);
    } while (fd == -EAGAIN);
    return fd;
}

/* Compare one lookup; 1 when it found something. */
static int look_up(const struct scratch *s, int root, const char *path, int flags)
{
    auto_fd kernel = (int)open_by_kernel(root, path, flags);
    auto_fd walker = path_open_walker(root, path, flags);
    auto_fd usual = path_open(root, path, flags);
    bool same = kernel < 0 ? walker == kernel && usual == kernel
                           : walker >= 0 && usual >= 0 && same_file(kernel, walker) &&
                                 same_file(kernel, usual) && is_inside(s, walker);

    if (!same) {
        printf("# '%s' with 0%o: kernel %d, walker %d, path_open %d\n", path, (unsigned)flags,
               kernel, walker, usual);
        EXPECT(same);
    }
    return kernel >= 0;
}

TEST(the_walker_finds_what_openat2_finds)
{
    static const int flags[] = { 0, O_NOFOLLOW, O_DIRECTORY, O_NOFOLLOW | O_DIRECTORY };
    unsigned seed = 20240607, found = 0;

    for (int tree = 0; tree < TREES && !test_failed; tree++) {
        auto_scratch s = scratch_make();
        auto_fd root = -EBADF;

        random_tree(&seed, &s);
        root = openat(s.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        for (int i = 0; i < LOOKUPS && !test_failed; i++) {
            char path[PATH_MAX];

            random_path(&seed, 7, path);
            found += (unsigned)look_up(&s, root, path, flags[pick(&seed, 4)]);
        }
    }
    /* Otherwise only errors were compared. */
    EXPECT(test_failed || found > TREES * LOOKUPS / 20);
    EXPECT(test_failed || found < TREES * LOOKUPS * 19 / 20);
}

static const struct {
    const char *link, *target;
} links[] = {
    { "abs", "/dir/file" },    { "rel", "dir/file" },     { "up", "../../../dir" },
    { "self", "self" },        { "ping", "pong" },        { "pong", "ping" },
    { "slash", "dir/" },       { "file-slash", "file/" }, { "dot", "." },
    { "root", "/" },           { "dangling", "/none/x" }, { "dir/back", "../file" },
    { "chain0", "chain1/" },   { "chain1", "chain2" },    { "chain2", "//dir//" },
    { "many", "dot/dot/dot" },
};

static void make_links(const struct scratch *s)
{
    EXPECT(mkdirat(s->fd, "root", 0755) == 0 && mkdirat(s->fd, "root/dir", 0755) == 0);
    EXPECT(mknodat(s->fd, "root/file", S_IFREG | 0644, 0) == 0);
    EXPECT(mknodat(s->fd, "root/dir/file", S_IFREG | 0644, 0) == 0);
    /* What a walk that leaves the root would find. */
    EXPECT(mkdirat(s->fd, "dir", 0755) == 0 && mkdirat(s->fd, "none", 0755) == 0);
    for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
        char path[64];

        snprintf(path, sizeof path, "root/%s", links[i].link);
        EXPECT(symlinkat(links[i].target, s->fd, path) == 0);
    }
}

TEST(slashes_dots_and_links_mean_what_they_mean_to_the_kernel)
{
    static const char *const tails[] = { "",    "/",        "//",    "/.",     "/./",
                                         "/..", "/../file", "/file", "/file/", "/none" };
    static const char *const heads[] = { "",     ".",    "..",  "/",         "dir",
                                         "file", "none", "/..", "dir/../up", "./dir//back" };
    static const int flags[] = { 0, O_NOFOLLOW, O_DIRECTORY, O_NOFOLLOW | O_DIRECTORY };
    auto_scratch s = scratch_make();
    auto_fd root = -EBADF;
    char path[PATH_MAX];

    make_links(&s);
    root = openat(s.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t t = 0; t < ARRAY_SIZE(tails); t++)
        for (size_t f = 0; f < ARRAY_SIZE(flags); f++) {
            for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
                snprintf(path, sizeof path, "%s%s", links[i].link, tails[t]);
                look_up(&s, root, path, flags[f]);
            }
            for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
                snprintf(path, sizeof path, "%s%s", heads[i], tails[t]);
                if (path[0])
                    look_up(&s, root, path, flags[f]);
            }
        }
}

TEST(as_many_links_are_followed_as_the_kernel_follows)
{
    auto_scratch s = scratch_make();
    auto_fd root = -EBADF;

    EXPECT(mkdirat(s.fd, "root", 0755) == 0);
    root = openat(s.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    EXPECT(mkdirat(root, "l0", 0755) == 0);
    for (int i = 1; i <= 42; i++) {
        char name[8], target[8];

        snprintf(name, sizeof name, "l%d", i);
        snprintf(target, sizeof target, "l%d", i - 1);
        EXPECT(symlinkat(target, root, name) == 0);
    }
    EXPECT(look_up(&s, root, "l39", 0) == 1);
    EXPECT(look_up(&s, root, "l40", 0) == 1);
    EXPECT(look_up(&s, root, "l41", 0) == 0);
    EXPECT(path_open_walker(root, "l41", 0) == -ELOOP);
}

TEST(too_long_names_are_refused)
{
    auto_scratch s = scratch_make();
    char path[PATH_LENGTH_MAX + 2];

    memset(path, 'x', sizeof path);
    path[256] = '\0';
    EXPECT(path_open(s.fd, path, 0) == -ENAMETOOLONG);
    EXPECT(path_open_walker(s.fd, path, 0) == -ENAMETOOLONG);
    EXPECT(path_make(s.fd, path, PATH_MAKE_DIR) == -ENAMETOOLONG);
    path[255] = '\0';
    EXPECT(path_open_walker(s.fd, path, 0) == -ENOENT);
    for (size_t i = 0; i < PATH_LENGTH_MAX; i++)
        path[i] = i % 2 ? '/' : 'a';
    path[PATH_LENGTH_MAX] = '\0';
    EXPECT(path_open(s.fd, path, 0) == -ENAMETOOLONG);
    EXPECT(path_open_walker(s.fd, path, 0) == -ENAMETOOLONG);
    EXPECT(path_make(s.fd, path, PATH_MAKE_DIR) == -ENAMETOOLONG);
}

/* made: where the thing then is, below the scratch directory; or rc is the error. */
static const struct {
    const char *path;
    enum path_make what;
    const char *made;
    int rc;
} making[] = {
    { "new", PATH_MAKE_DIR, "root/new", 0 },
    { "new", PATH_MAKE_FILE, "root/new", 0 },
    { "/x/y/z", PATH_MAKE_DIR, "root/x/y/z", 0 },
    { "p/q/r", PATH_MAKE_FILE, "root/p/q/r", 0 },
    { "slashes//", PATH_MAKE_DIR, "root/slashes", 0 },
    { "file-slash//", PATH_MAKE_FILE, "root/file-slash", 0 },
    { "../../above", PATH_MAKE_DIR, "root/above", 0 },
    { "m/../n", PATH_MAKE_FILE, "root/n", 0 },
    /* What exists stays what it is. */
    { "file", PATH_MAKE_DIR, "root/file", 0 },
    { "dir", PATH_MAKE_FILE, "root/dir", 0 },
    { "/", PATH_MAKE_DIR, "root", 0 },
    { ".", PATH_MAKE_FILE, "root", 0 },
    { "file/below", PATH_MAKE_DIR, NULL, -ENOTDIR },
    { "to-file/below", PATH_MAKE_FILE, NULL, -ENOTDIR },
    /* Behind a dangling link its target is made, inside the root whatever the link says. */
    { "absolute", PATH_MAKE_FILE, "root/run/a/resolv.conf", 0 },
    { "etc/relative", PATH_MAKE_FILE, "root/run/b/resolv.conf", 0 },
    { "escaping", PATH_MAKE_DIR, "root/outside/c", 0 },
    { "chain", PATH_MAKE_FILE, "root/run/d", 0 },
    { "to-dir/sub", PATH_MAKE_DIR, "root/run/e/sub", 0 },
    { "through/leaf", PATH_MAKE_FILE, "root/dir/leaf", 0 },
    { "loop", PATH_MAKE_DIR, NULL, -ELOOP },
    { "loop/x", PATH_MAKE_DIR, NULL, -ELOOP },
    { "loop2", PATH_MAKE_FILE, NULL, -ELOOP },
};

static void make_dangling(int root)
{
    static const char *const made[][2] = {
        { "/run/a/resolv.conf", "absolute" },
        { "../run/b/resolv.conf", "etc/relative" },
        { "../../outside/c", "escaping" },
        { "chain2", "chain" },
        { "/run/d", "chain2" },
        { "run/e", "to-dir" },
        { "/dir", "through" },
        { "file", "to-file" },
        { "loop", "loop" },
        { "dir/../loop3", "loop2" },
        { "/loop2", "loop3" },
    };

    EXPECT(mkdirat(root, "dir", 0755) == 0 && mkdirat(root, "etc", 0755) == 0);
    EXPECT(mknodat(root, "file", S_IFREG | 0644, 0) == 0);
    for (size_t i = 0; i < ARRAY_SIZE(made); i++)
        EXPECT(symlinkat(made[i][0], root, made[i][1]) == 0);
}

static void make_one(const struct scratch *s, int root, size_t i)
{
    auto_fd fd = path_make(root, making[i].path, making[i].what), want = -EBADF;
    struct stat before, after;

    if (!making[i].made) {
        EXPECT(fd == making[i].rc);
        return;
    }
    want = openat(s->fd, making[i].made, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || want < 0 || !same_file(fd, want)) {
        printf("# path_make('%s'): %d, '%s': %d\n", making[i].path, fd, making[i].made, want);
        test_failed = true;
        return;
    }
    /* A second time it is found. */
    EXPECT(fstat(fd, &before) == 0);
    cleanup_fd(&fd);
    fd = path_make(root, making[i].path, making[i].what);
    EXPECT(fd >= 0 && fstat(fd, &after) == 0 && before.st_ino == after.st_ino);
}

TEST(missing_names_are_made_inside_the_root)
{
    auto_scratch s = scratch_make();
    auto_fd root = -EBADF;
    struct stat st;

    EXPECT(mkdirat(s.fd, "root", 0755) == 0);
    root = openat(s.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    make_dangling(root);
    for (size_t i = 0; i < ARRAY_SIZE(making); i++)
        make_one(&s, root, i);
    EXPECT(fstatat(s.fd, "outside", &st, 0) < 0 && errno == ENOENT);
    EXPECT(fstatat(s.fd, "root/x/y/z", &st, 0) == 0 && S_ISDIR(st.st_mode));
    EXPECT(fstatat(s.fd, "root/p/q/r", &st, 0) == 0 && S_ISREG(st.st_mode));
    EXPECT(fstatat(s.fd, "root/run/a/resolv.conf", &st, 0) == 0 && S_ISREG(st.st_mode));
    EXPECT(fstatat(s.fd, "root/outside/c", &st, 0) == 0 && S_ISDIR(st.st_mode));
}

TEST(the_parent_is_made_and_the_name_handed_back)
{
    static const struct {
        const char *path, *dir, *name;
    } rows[] = {
        { "a/b/c", "root/a/b", "c" },
        { "/leaf", "root", "leaf" },
        { "leaf", "root", "leaf" },
        { "d//e", "root/d", "e" },
    };
    auto_scratch s = scratch_make();
    auto_fd root = -EBADF;

    EXPECT(mkdirat(s.fd, "root", 0755) == 0);
    root = openat(s.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *name = NULL;
        auto_fd fd = path_make_parent(root, rows[i].path, &name);
        auto_fd want = openat(s.fd, rows[i].dir, O_PATH | O_CLOEXEC);

        EXPECT(fd >= 0 && want >= 0 && same_file(fd, want));
        EXPECT_STR(name, rows[i].name);
    }
}

TEST_MAIN()
