// SPDX-License-Identifier: Apache-2.0
/* test_options.c - mount options one by one, in conflict, and the wrong ones. */
#include "mount/options.h"

#include "base/cleanup.h"

#include "test.h"

#include <linux/mount.h>

#define LIST_MAX 8

static int parse(const char *const list[LIST_MAX], struct arena *arena, struct mount_options *ret,
                 struct err *e)
{
    struct spec_mount m = { .options = { .items = (char **)list } };

    while (m.options.count < LIST_MAX && list[m.options.count])
        m.options.count++;
    return mount_options_parse(&m, "mounts[3]", arena, ret, e);
}

static void expect_options(const char *label, const struct mount_options *got,
                           const struct mount_options *want)
{
    bool same = got->set == want->set && got->clear == want->clear &&
                got->rec_set == want->rec_set && got->rec_clear == want->rec_clear &&
                got->sb_set == want->sb_set && got->sb_clear == want->sb_clear &&
                got->bind == want->bind && got->recursive_bind == want->recursive_bind &&
                got->remount == want->remount && got->idmap == want->idmap &&
                got->recursive_idmap == want->recursive_idmap && got->copy_up == want->copy_up &&
                got->propagation_count == want->propagation_count &&
                memcmp(got->propagation, want->propagation, sizeof got->propagation) == 0;

    if (!same)
        printf("# options %s: set %#llx clear %#llx rec %#llx %#llx sb %#x %#x\n", label,
               (unsigned long long)got->set, (unsigned long long)got->clear,
               (unsigned long long)got->rec_set, (unsigned long long)got->rec_clear, got->sb_set,
               got->sb_clear);
    EXPECT(same);
    EXPECT_STR(got->data, want->data);
}

/* The whole of config.md's table, one option at a time. */
// clang-format off
static const struct {
    const char *name;
    struct mount_options want;
} each[] = {
    { "async",          { .sb_clear = MS_SYNCHRONOUS } },
    { "atime",          { .clear = MOUNT_ATTR__ATIME } },
    { "bind",           { .bind = true } },
    { "defaults",       { .set = 0 } },
    { "dev",            { .clear = MOUNT_ATTR_NODEV } },
    { "diratime",       { .clear = MOUNT_ATTR_NODIRATIME } },
    { "dirsync",        { .sb_set = MS_DIRSYNC } },
    { "exec",           { .clear = MOUNT_ATTR_NOEXEC } },
    { "idmap",          { .idmap = true } },
    { "iversion",       { .sb_set = MS_I_VERSION } },
    { "lazytime",       { .sb_set = MS_LAZYTIME } },
    { "loud",           { .sb_clear = MS_SILENT } },
    { "mand",           { .sb_set = MS_MANDLOCK } },
    { "noatime",        { .set = MOUNT_ATTR_NOATIME, .clear = MOUNT_ATTR__ATIME } },
    { "nodev",          { .set = MOUNT_ATTR_NODEV } },
    { "nodiratime",     { .set = MOUNT_ATTR_NODIRATIME } },
    { "noexec",         { .set = MOUNT_ATTR_NOEXEC } },
    { "noiversion",     { .sb_clear = MS_I_VERSION } },
    { "nolazytime",     { .sb_clear = MS_LAZYTIME } },
    { "nomand",         { .sb_clear = MS_MANDLOCK } },
    { "norelatime",     { .set = 0 } },
    { "nostrictatime",  { .clear = MOUNT_ATTR__ATIME } },
    { "nosuid",         { .set = MOUNT_ATTR_NOSUID } },
    { "nosymfollow",    { .set = MOUNT_ATTR_NOSYMFOLLOW } },
    { "private",        { .propagation = { MS_PRIVATE }, .propagation_count = 1 } },
    { "ratime",         { .rec_clear = MOUNT_ATTR__ATIME } },
    { "rbind",          { .bind = true, .recursive_bind = true } },
    { "rdev",           { .rec_clear = MOUNT_ATTR_NODEV } },
    { "rdiratime",      { .rec_clear = MOUNT_ATTR_NODIRATIME } },
    { "relatime",       { .clear = MOUNT_ATTR__ATIME } },
    { "remount",        { .remount = true } },
    { "rexec",          { .rec_clear = MOUNT_ATTR_NOEXEC } },
    { "ridmap",         { .idmap = true, .recursive_idmap = true } },
    { "rnoatime",       { .rec_set = MOUNT_ATTR_NOATIME, .rec_clear = MOUNT_ATTR__ATIME } },
    { "rnodev",         { .rec_set = MOUNT_ATTR_NODEV } },
    { "rnodiratime",    { .rec_set = MOUNT_ATTR_NODIRATIME } },
    { "rnoexec",        { .rec_set = MOUNT_ATTR_NOEXEC } },
    { "rnorelatime",    { .set = 0 } },
    { "rnostrictatime", { .rec_clear = MOUNT_ATTR__ATIME } },
    { "rnosuid",        { .rec_set = MOUNT_ATTR_NOSUID } },
    { "rnosymfollow",   { .rec_set = MOUNT_ATTR_NOSYMFOLLOW } },
    { "ro",             { .set = MOUNT_ATTR_RDONLY } },
    { "rprivate",       { .propagation = { MS_PRIVATE | MS_REC }, .propagation_count = 1 } },
    { "rrelatime",      { .rec_clear = MOUNT_ATTR__ATIME } },
    { "rro",            { .rec_set = MOUNT_ATTR_RDONLY } },
    { "rrw",            { .rec_clear = MOUNT_ATTR_RDONLY } },
    { "rshared",        { .propagation = { MS_SHARED | MS_REC }, .propagation_count = 1 } },
    { "rslave",         { .propagation = { MS_SLAVE | MS_REC }, .propagation_count = 1 } },
    { "rstrictatime",   { .rec_set = MOUNT_ATTR_STRICTATIME, .rec_clear = MOUNT_ATTR__ATIME } },
    { "rsuid",          { .rec_clear = MOUNT_ATTR_NOSUID } },
    { "rsymfollow",     { .rec_clear = MOUNT_ATTR_NOSYMFOLLOW } },
    { "runbindable",    { .propagation = { MS_UNBINDABLE | MS_REC }, .propagation_count = 1 } },
    { "rw",             { .clear = MOUNT_ATTR_RDONLY } },
    { "shared",         { .propagation = { MS_SHARED }, .propagation_count = 1 } },
    { "silent",         { .sb_set = MS_SILENT } },
    { "slave",          { .propagation = { MS_SLAVE }, .propagation_count = 1 } },
    { "strictatime",    { .set = MOUNT_ATTR_STRICTATIME, .clear = MOUNT_ATTR__ATIME } },
    { "suid",           { .clear = MOUNT_ATTR_NOSUID } },
    { "symfollow",      { .clear = MOUNT_ATTR_NOSYMFOLLOW } },
    { "sync",           { .sb_set = MS_SYNCHRONOUS } },
    { "tmpcopyup",      { .copy_up = true } },
    { "unbindable",     { .propagation = { MS_UNBINDABLE }, .propagation_count = 1 } },
};
// clang-format on

TEST(gives_each_option_its_meaning)
{
    for (size_t i = 0; i < ARRAY_SIZE(each); i++) {
        const char *const list[LIST_MAX] = { each[i].name };
        cleanup(arena_done) struct arena arena = { 0 };
        struct mount_options got = { 0 };
        struct err e = { 0 };

        EXPECT(parse(list, &arena, &got, &e) == 0);
        expect_options(each[i].name, &got, &each[i].want);
    }
}

TEST(names_are_sorted_and_complete)
{
    size_t count = 0;
    const char *const *names = mount_options_names(&count);

    EXPECT(count == ARRAY_SIZE(each));
    for (size_t i = 0; i < count && i < ARRAY_SIZE(each); i++) {
        EXPECT_STR(names[i], each[i].name);
        EXPECT(i == 0 || strcmp(names[i - 1], names[i]) < 0);
    }
}

TEST(later_options_override_earlier_ones)
{
    static const struct {
        const char *list[LIST_MAX];
        struct mount_options want;
    } rows[] = {
        { { "ro", "rw" }, { .clear = MOUNT_ATTR_RDONLY } },
        { { "rw", "ro" }, { .set = MOUNT_ATTR_RDONLY } },
        { { "nosuid", "nodev", "suid" }, { .set = MOUNT_ATTR_NODEV, .clear = MOUNT_ATTR_NOSUID } },
        { { "sync", "async" }, { .sb_clear = MS_SYNCHRONOUS } },
        { { "noatime", "strictatime" },
          { .set = MOUNT_ATTR_STRICTATIME, .clear = MOUNT_ATTR__ATIME } },
        { { "strictatime", "relatime" }, { .clear = MOUNT_ATTR__ATIME } },
        { { "noatime", "atime" }, { .clear = MOUNT_ATTR__ATIME } },
        { { "strictatime", "atime" },
          { .set = MOUNT_ATTR_STRICTATIME, .clear = MOUNT_ATTR__ATIME } },
        { { "noatime", "nostrictatime" },
          { .set = MOUNT_ATTR_NOATIME, .clear = MOUNT_ATTR__ATIME } },
        { { "strictatime", "nostrictatime" }, { .clear = MOUNT_ATTR__ATIME } },
        { { "noatime", "norelatime" }, { .set = MOUNT_ATTR_NOATIME, .clear = MOUNT_ATTR__ATIME } },
        { { "noatime", "nodiratime" },
          { .set = MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME, .clear = MOUNT_ATTR__ATIME } },
        { { "rnoatime", "rstrictatime" },
          { .rec_set = MOUNT_ATTR_STRICTATIME, .rec_clear = MOUNT_ATTR__ATIME } },
        { { "ro", "rrw" }, { .set = MOUNT_ATTR_RDONLY, .rec_clear = MOUNT_ATTR_RDONLY } },
        { { "bind", "rbind" }, { .bind = true, .recursive_bind = true } },
        { { "ridmap", "idmap" }, { .idmap = true, .recursive_idmap = true } },
        { { "unbindable", "rslave", "shared" },
          { .propagation = { MS_UNBINDABLE, MS_SLAVE | MS_REC, MS_SHARED },
            .propagation_count = 3 } },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(arena_done) struct arena arena = { 0 };
        struct mount_options got = { 0 };
        struct err e = { 0 };

        EXPECT(parse(rows[i].list, &arena, &got, &e) == 0);
        expect_options(rows[i].list[0], &got, &rows[i].want);
    }
}

TEST(leaves_the_rest_to_the_filesystem)
{
    static const struct {
        const char *list[LIST_MAX];
        const char *data;
    } rows[] = {
        { { NULL }, NULL },
        { { "" }, NULL },
        { { "ro" }, NULL },
        { { "size=65536k" }, "size=65536k" },
        { { "nosuid", "mode=755", "", "size=1m", "noexec" }, "mode=755,size=1m" },
        { { "RO", "ro ", "rror", "r", "idmapped" }, "RO,ro ,rror,r,idmapped" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(arena_done) struct arena arena = { 0 };
        struct mount_options got = { 0 };
        struct err e = { 0 };

        EXPECT(parse(rows[i].list, &arena, &got, &e) == 0);
        EXPECT_STR(got.data, rows[i].data);
    }
}

TEST(refuses_with_the_option_and_its_place)
{
    static const struct {
        const char *list[LIST_MAX];
        enum err_kind kind;
        const char *text;
    } rows[] = {
        { { "size=1m", "rbind", "mode=1" },
          ERR_INVALID,
          "mounts[3].options: a bind mount cannot take 'size=1m,mode=1'" },
        { { "shared", "slave", "private", "rslave", "rshared" },
          ERR_INVALID,
          "mounts[3].options: more than 4 propagation options" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(arena_done) struct arena arena = { 0 };
        struct mount_options got = { .remount = true };
        struct err e = { 0 };

        EXPECT(parse(rows[i].list, &arena, &got, &e) == -e.code);
        EXPECT(e.code > 0 && e.kind == rows[i].kind);
        EXPECT_STR(e.text, rows[i].text);
        EXPECT(got.remount && !got.bind); /* untouched on failure */
    }
}

TEST(the_type_bind_is_a_bind_and_takes_no_data)
{
    static const char *const list[] = { "ro", "size=1m" };
    struct spec_mount m = { .type = (char[]){ "bind" },
                            .options = { .items = (char **)(uintptr_t)list, .count = 1 } };
    cleanup(arena_done) struct arena arena = { 0 };
    struct mount_options got = { 0 };
    struct err e = { 0 };

    EXPECT(mount_options_parse(&m, "mounts[0]", &arena, &got, &e) == 0);
    EXPECT(got.bind && !got.recursive_bind && got.set == MOUNT_ATTR_RDONLY);
    m.options.count = 2;
    EXPECT(mount_options_parse(&m, "mounts[0]", &arena, &got, &e) < 0);
    EXPECT_STR(e.text, "mounts[0].options: a bind mount cannot take 'size=1m'");
}

TEST_MAIN()
