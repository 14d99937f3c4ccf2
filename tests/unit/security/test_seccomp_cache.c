// SPDX-License-Identifier: Apache-2.0
/* test_seccomp_cache.c - what is kept, what is trusted, what is thrown away. */
#include "security/seccomp_cache.h"

#include "base/cleanup.h"

#include "test.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

/* Any file will do for "the library that made it". */
static const char library[] = "/proc/self/exe";

struct cache {
    char path[64];
    int fd;
};

static void cache_done(struct cache *c)
{
    auto_dir dir = fdopendir(c->fd);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    rmdir(c->path);
}

static struct cache cache_new(void)
{
    struct cache c = { .path = "/tmp/davit-test-cache-XXXXXX", .fd = -1 };

    if (mkdtemp(c.path))
        c.fd = open(c.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return c;
}

/* Also hands out the name of the last one. */
static size_t count_files(const struct cache *c, char ret_name[NAME_MAX + 1])
{
    auto_dir dir = opendir(c->path);
    struct dirent *entry;
    size_t count = 0;

    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (ret_name)
            snprintf(ret_name, NAME_MAX + 1, "%s", entry->d_name);
    }
    return count;
}

/* An allow rule for one call. */
struct filter {
    struct spec_seccomp s;
    struct spec_seccomp_rule rule;
    struct spec_seccomp_arg arg;
    char *name;
};

static void filter_init(struct filter *f, const char *name)
{
    *f = (struct filter){ .name = (char *)name };
    f->rule = (struct spec_seccomp_rule){ .names = { &f->name, 1 }, .action = ACT_ALLOW };
    f->s = (struct spec_seccomp){ .default_action = ACT_ERRNO, .rules = &f->rule };
    f->s.rule_count = 1;
}

static const struct sock_filter insns[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_STMT(BPF_RET | BPF_K, 0x7fff0000),
};

static void write_entry(const struct cache *c, const struct seccomp_key *key)
{
    struct seccomp_program p = { .insns = (struct sock_filter *)insns, .count = 2 };

    seccomp_cache_write(c->fd, key, library, &p);
}

static bool reads(const struct cache *c, const struct seccomp_key *key)
{
    cleanup(seccomp_program_done) struct seccomp_program p = { 0 };

    if (!seccomp_cache_read(c->fd, key, &p))
        return false;
    EXPECT(p.count == ARRAY_SIZE(insns) && memcmp(p.insns, insns, sizeof insns) == 0);
    return true;
}

TEST(gives_back_what_was_kept)
{
    cleanup(cache_done) struct cache c = cache_new();
    struct seccomp_key key, other;
    struct filter f;

    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &key);
    filter_init(&f, "write");
    seccomp_cache_key(&f.s, &other);
    EXPECT(!reads(&c, &key));
    write_entry(&c, &key);
    EXPECT(reads(&c, &key));
    EXPECT(!reads(&c, &other));
    EXPECT(count_files(&c, NULL) == 1);
}

TEST(every_part_of_the_filter_is_in_the_key)
{
    static char x86[] = "SCMP_ARCH_X86", *archs[] = { x86 };
    static char r[] = "r", ead[] = "ead", *cut[] = { r, ead };
    enum { VARIANTS = 13 };
    struct seccomp_key keys[VARIANTS];

    for (int i = 0; i < VARIANTS; i++) {
        struct filter f;

        filter_init(&f, i == 1 ? "write" : "read");
        f.s.default_action = i == 2 ? ACT_KILL : ACT_ERRNO;
        f.s.default_errno_ret = (struct spec_opt_u64){ i == 3 || i == 4, i == 4 };
        f.s.architectures = (struct spec_strings){ archs, i == 5 };
        f.s.rule_count = i != 6;
        f.rule.action = i == 7 ? ACT_LOG : ACT_ALLOW;
        f.rule.errno_ret = (struct spec_opt_u64){ i == 8, 1 };
        f.rule.args = &f.arg;
        f.rule.arg_count = i >= 9 && i <= 11;
        f.arg = (struct spec_seccomp_arg){ .op = 1, .value = i == 10, .value_two = i == 11 };
        if (i == 12)
            f.rule.names = (struct spec_strings){ cut, 2 };
        seccomp_cache_key(&f.s, &keys[i]);
        for (int j = 0; j < i; j++)
            EXPECT(memcmp(&keys[i], &keys[j], sizeof keys[i]) != 0);
    }
}

TEST(the_flags_are_not_in_the_program)
{
    struct seccomp_key a, b;
    struct filter f;

    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &a);
    f.s.flags = 2;
    f.s.has_flags = true;
    seccomp_cache_key(&f.s, &b);
    EXPECT(memcmp(&a, &b, sizeof a) == 0);
}

/* One entry, spoilt by spoil(): not used any more. */
static void expect_not_trusted(void (*spoil)(int dirfd, const char *name))
{
    cleanup(cache_done) struct cache c = cache_new();
    struct seccomp_key key;
    struct filter f;
    char name[NAME_MAX + 1] = "";

    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &key);
    write_entry(&c, &key);
    EXPECT(reads(&c, &key));
    EXPECT(count_files(&c, name) == 1);
    spoil(c.fd, name);
    EXPECT(!reads(&c, &key));
    unlinkat(c.fd, name, AT_REMOVEDIR);
    write_entry(&c, &key);
    EXPECT(reads(&c, &key)); /* and can be replaced */
}

static void make_group_writable(int dirfd, const char *name)
{
    fchmodat(dirfd, name, 0620, 0);
}

static void make_world_writable(int dirfd, const char *name)
{
    fchmodat(dirfd, name, 0602, 0);
}

static void replace_by_link(int dirfd, const char *name)
{
    renameat(dirfd, name, dirfd, "elsewhere");
    EXPECT(symlinkat("elsewhere", dirfd, name) == 0);
}

static void replace_by_fifo(int dirfd, const char *name)
{
    unlinkat(dirfd, name, 0);
    EXPECT(mkfifoat(dirfd, name, 0600) == 0);
}

static void replace_by_directory(int dirfd, const char *name)
{
    unlinkat(dirfd, name, 0);
    EXPECT(mkdirat(dirfd, name, 0700) == 0);
}

TEST(trusts_only_a_file_that_nobody_else_can_write)
{
    expect_not_trusted(make_group_writable);
    expect_not_trusted(make_world_writable);
    expect_not_trusted(replace_by_link);
    expect_not_trusted(replace_by_fifo);
    expect_not_trusted(replace_by_directory);
}

static void give_away(int dirfd, const char *name)
{
    EXPECT(fchownat(dirfd, name, 65534, (gid_t)-1, 0) == 0);
}

TEST(trusts_only_its_own_files)
{
    if (geteuid() == 0)
        expect_not_trusted(give_away);
    else
        printf("# SKIP giving a file away needs root\n");
}

TEST(notices_every_kind_of_damage)
{
    cleanup(cache_done) struct cache c = cache_new();
    char name[NAME_MAX + 1] = "", whole[1024], spoilt[1024];
    struct seccomp_key key;
    struct filter f;
    ssize_t size;

    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &key);
    write_entry(&c, &key);
    EXPECT(count_files(&c, name) == 1);
    auto_fd fd = openat(c.fd, name, O_RDWR | O_CLOEXEC);
    size = pread(fd, whole, sizeof whole, 0);
    EXPECT(size > 16 && size < (ssize_t)sizeof whole);
    for (ssize_t i = 0; i < size; i++) { /* any byte, and any end */
        memcpy(spoilt, whole, sizeof spoilt);
        spoilt[i] ^= 1;
        EXPECT(pwrite(fd, spoilt, (size_t)size, 0) == size && !reads(&c, &key));
        EXPECT(pwrite(fd, whole, (size_t)size, 0) == size && reads(&c, &key));
        EXPECT(ftruncate(fd, i) == 0 && !reads(&c, &key));
        EXPECT(pwrite(fd, whole, (size_t)size, 0) == size && reads(&c, &key));
    }
    EXPECT(pwrite(fd, "12345678", 8, size) == 8 && !reads(&c, &key));
}

TEST(a_renamed_entry_is_of_no_use)
{
    cleanup(cache_done) struct cache c = cache_new();
    char name[NAME_MAX + 1] = "", other_name[NAME_MAX + 1] = "";
    struct seccomp_key key, other;
    struct filter f;

    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &key);
    filter_init(&f, "write");
    seccomp_cache_key(&f.s, &other);
    write_entry(&c, &other);
    EXPECT(count_files(&c, other_name) == 1);
    unlinkat(c.fd, other_name, 0);
    write_entry(&c, &key);
    EXPECT(count_files(&c, name) == 1);
    EXPECT(renameat(c.fd, name, c.fd, other_name) == 0);
    EXPECT(!reads(&c, &other));
}

TEST(another_libseccomp_makes_entries_stale)
{
    cleanup(cache_done) struct cache c = cache_new();
    char path[128];
    struct seccomp_program p = { .insns = (struct sock_filter *)insns, .count = 2 };
    struct seccomp_key key;
    struct filter f;

    snprintf(path, sizeof path, "%s/libseccomp", c.path);
    auto_fd fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    filter_init(&f, "read");
    seccomp_cache_key(&f.s, &key);
    seccomp_cache_write(c.fd, &key, path, &p);
    EXPECT(reads(&c, &key));
    EXPECT(write(fd, "2.6", 3) == 3);
    EXPECT(!reads(&c, &key));
    seccomp_cache_write(c.fd, &key, path, &p);
    EXPECT(reads(&c, &key));
    unlink(path);
    EXPECT(!reads(&c, &key));
}

TEST(keeps_a_bounded_number_of_entries)
{
    cleanup(cache_done) struct cache c = cache_new();
    struct seccomp_key key = { 0 }, last;

    for (int i = 0; i < SECCOMP_CACHE_ENTRIES_MAX + 20; i++) {
        key.digest[0] = (uint8_t)i;
        write_entry(&c, &key);
        EXPECT(reads(&c, &key));
        EXPECT(count_files(&c, NULL) <= SECCOMP_CACHE_ENTRIES_MAX);
        last = key;
    }
    EXPECT(count_files(&c, NULL) == SECCOMP_CACHE_ENTRIES_MAX);
    EXPECT(reads(&c, &last));
}

TEST(leaves_other_files_in_the_directory_alone)
{
    cleanup(cache_done) struct cache c = cache_new();
    auto_fd fd = openat(c.fd, "README.bpf", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    struct seccomp_key key = { 0 };

    for (int i = 0; i < SECCOMP_CACHE_ENTRIES_MAX + 5; i++) {
        key.digest[0] = (uint8_t)i;
        write_entry(&c, &key);
    }
    EXPECT(fd >= 0 && faccessat(c.fd, "README.bpf", F_OK, 0) == 0);
}

TEST(compiles_once)
{
    cleanup(cache_done) struct cache c = cache_new();
    cleanup(seccomp_program_done) struct seccomp_program cold = { 0 }, warm = { 0 }, none = { 0 };
    char name[NAME_MAX + 1] = "";
    struct stat before, after;
    struct filter f;
    struct err e = { 0 };

    filter_init(&f, "read");
    EXPECT(seccomp_compile(&f.s, -1, &none, &e) == 0);
    EXPECT(seccomp_compile(&f.s, c.fd, &cold, &e) == 0);
    EXPECT(count_files(&c, name) == 1);
    EXPECT(fstatat(c.fd, name, &before, 0) == 0);
    EXPECT(before.st_uid == geteuid() && (before.st_mode & 07777) == 0600);
    EXPECT(seccomp_compile(&f.s, c.fd, &warm, &e) == 0);
    EXPECT(fstatat(c.fd, name, &after, 0) == 0);
    EXPECT(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    EXPECT(cold.count > 0 && cold.count == none.count && warm.count == none.count);
    EXPECT(memcmp(cold.insns, warm.insns, cold.count * sizeof *cold.insns) == 0);
    EXPECT(memcmp(cold.insns, none.insns, cold.count * sizeof *cold.insns) == 0);
}

TEST(an_unusable_directory_is_no_error)
{
    auto_fd fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup(seccomp_program_done) struct seccomp_program p = { 0 };
    struct err e = { 0 };
    struct filter f;

    filter_init(&f, "read");
    EXPECT(seccomp_compile(&f.s, fd, &p, &e) == 0);
    EXPECT(p.count > 0);
}

TEST_MAIN()
