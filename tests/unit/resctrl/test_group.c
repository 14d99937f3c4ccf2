// SPDX-License-Identifier: Apache-2.0
/*
 * test_group.c - which directories and files are touched, in a directory tree made for the test.
 *
 * This is no resctrl: the kernel fills new groups with files and takes them away again, a plain
 * directory does neither. What can be seen here is what exists before and what is asked for.
 */
#include "resctrl/resctrl.h"

#include "test.h"
#include "../base/scratch.h"

#include <errno.h>
#include <string.h>

static void put(const struct scratch *s, const char *name, const char *text)
{
    auto_fd fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static const char *text_of(const struct scratch *s, const char *name, char *room, size_t size)
{
    auto_fd fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, room, size - 1);

    room[n > 0 ? n : 0] = '\0';
    return room;
}

static bool is_there(const struct scratch *s, const char *name)
{
    return faccessat(s->fd, name, F_OK, 0) == 0;
}

static const struct resctrl_line l3_line = { "linux.intelRdt.l3CacheSchema", "L3:0=f" };

static struct resctrl_wish wish(const char *group, bool may, bool must, bool monitor, bool line)
{
    return (struct resctrl_wish){ .group = group,
                                  .may_make = may,
                                  .must_make = must,
                                  .monitor = monitor,
                                  .lines = (struct resctrl_line *)(uintptr_t)&l3_line,
                                  .line_count = line };
}

TEST(the_mount_is_found_in_mountinfo)
{
    auto_scratch s = scratch_make();
    char path[200];
    auto_free char *found = NULL;
    struct err e = { 0 };

    put(&s, "mountinfo",
        "22 1 0:20 / /sys rw - sysfs resctrl rw\n"
        "30 22 0:40 / /sys/fs/resctrl rw,nosuid shared:9 - resctrl resctrl rw\n");
    snprintf(path, sizeof path, "%s/mountinfo", s.path);
    EXPECT(resctrl_find(path, &found, &e) == 0);
    EXPECT_STR(found, "/sys/fs/resctrl");
}

TEST(without_a_mount_it_is_refused)
{
    auto_scratch s = scratch_make();
    char path[200];
    char *found = NULL;
    struct err e = { 0 };

    put(&s, "mountinfo", "22 1 0:20 / /sys rw - sysfs sysfs rw\n");
    snprintf(path, sizeof path, "%s/mountinfo", s.path);
    EXPECT(resctrl_find(path, &found, &e) == -EOPNOTSUPP);
    EXPECT_STR(e.text, "linux.intelRdt: no resctrl filesystem is mounted");
}

TEST(what_must_be_there_and_what_must_not)
{
    auto_scratch s = scratch_make();
    const struct {
        struct resctrl_wish w;
        bool good;
    } rows[] = {
        { wish("gold", false, false, false, false), true },
        { wish("none", false, false, false, false), false },
        { wish("none", true, false, false, true), true },
        { wish("box", true, true, false, false), true },
        { wish("gold", true, true, false, false), false },
        { wish(".", false, false, false, false), true },
    };

    EXPECT(mkdirat(s.fd, "gold", 0700) == 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(resctrl_group_done) struct resctrl_group g = { 0 };
        struct err e = { 0 };

        EXPECT((resctrl_locate(s.path, &rows[i].w, "box", &g, &e) == 0) == rows[i].good);
        EXPECT(!rows[i].good || g.own == rows[i].w.must_make);
    }
    EXPECT(!is_there(&s, "none") && !is_there(&s, "box"));
}

TEST(the_containers_own_group_is_made_and_removed)
{
    auto_scratch s = scratch_make();
    cleanup(resctrl_group_done) struct resctrl_group g = { 0 };
    const struct resctrl_wish w = wish("box", true, true, false, false);
    struct err e = { 0 };
    bool made = false;

    EXPECT(resctrl_locate(s.path, &w, "box", &g, &e) == 0);
    EXPECT(resctrl_make(&g, &w, &made, &e) == 0 && made && is_there(&s, "box"));
    EXPECT(resctrl_remove(&g, &e) == 0 && !is_there(&s, "box"));
    EXPECT(resctrl_remove(&g, &e) == 0);
}

TEST(a_group_that_was_there_is_compared_joined_and_kept)
{
    auto_scratch s = scratch_make();
    cleanup(resctrl_group_done) struct resctrl_group g = { 0 };
    const struct resctrl_wish w = wish("gold", true, false, true, true);
    struct err e = { 0 };
    bool made = true;
    char room[64];

    EXPECT(mkdirat(s.fd, "gold", 0700) == 0 && mkdirat(s.fd, "gold/mon_groups", 0700) == 0);
    put(&s, "gold/schemata", "  L3:0=f;1=f\n");
    put(&s, "gold/tasks", "");
    EXPECT(resctrl_locate(s.path, &w, "box", &g, &e) == 0 && !g.own);
    EXPECT(resctrl_make(&g, &w, &made, &e) == 0 && !made);
    EXPECT_STR(text_of(&s, "gold/schemata", room, sizeof room), "  L3:0=f;1=f\n");
    put(&s, "gold/mon_groups/box/tasks", "");
    EXPECT(resctrl_join(&g, 4711, &e) == 0);
    EXPECT_STR(text_of(&s, "gold/tasks", room, sizeof room), "4711\n");
    EXPECT_STR(text_of(&s, "gold/mon_groups/box/tasks", room, sizeof room), "4711\n");
    EXPECT(unlinkat(s.fd, "gold/mon_groups/box/tasks", 0) == 0);
    EXPECT(resctrl_remove(&g, &e) == 0);
    EXPECT(is_there(&s, "gold") && !is_there(&s, "gold/mon_groups/box"));
}

TEST(other_schemata_are_an_error_that_changes_nothing)
{
    auto_scratch s = scratch_make();
    cleanup(resctrl_group_done) struct resctrl_group g = { 0 };
    const struct resctrl_wish w = wish("gold", true, false, true, true);
    struct err e = { 0 };
    bool made = true;

    EXPECT(mkdirat(s.fd, "gold", 0700) == 0 && mkdirat(s.fd, "gold/mon_groups", 0700) == 0);
    put(&s, "gold/schemata", "L3:0=ff\n");
    EXPECT(resctrl_locate(s.path, &w, "box", &g, &e) == 0);
    EXPECT(resctrl_make(&g, &w, &made, &e) < 0 && !made);
    EXPECT(strstr(e.text, "linux.intelRdt.l3CacheSchema: 'L3:0=f' is not what"));
    EXPECT(!is_there(&s, "gold/mon_groups/box"));
}

/* Here the new directory stays without the kernel's files, so the line can't be written. */
TEST(a_group_that_cannot_be_filled_is_taken_back)
{
    auto_scratch s = scratch_make();
    cleanup(resctrl_group_done) struct resctrl_group g = { 0 };
    const struct resctrl_wish w = wish("gold", true, false, false, true);
    struct err e = { 0 };
    bool made = true;

    EXPECT(resctrl_locate(s.path, &w, "box", &g, &e) == 0);
    EXPECT(resctrl_make(&g, &w, &made, &e) == -ENOENT && !made);
    EXPECT(strstr(e.text, "linux.intelRdt.l3CacheSchema: open"));
    EXPECT(!is_there(&s, "gold"));
}

/* A plain file keeps every line, where the kernel would change its own: the log of what was asked.
 */
TEST(an_update_writes_the_lines_and_knows_what_stood_there)
{
    auto_scratch s = scratch_make();
    const struct resctrl_line lines[] = { { "--l3-cache-schema", "L3:0=3" },
                                          { "--mem-bw-schema", "MB:0=20" } };
    char dir[200], room[128];
    struct resctrl_group g = { .dir = dir };
    auto_free char *undo = NULL;
    struct err e = { 0 };

    snprintf(dir, sizeof dir, "%s/gold", s.path);
    EXPECT(mkdirat(s.fd, "gold", 0700) == 0);
    EXPECT(resctrl_update(&g, lines, 2, &undo, &e) == -ENOENT && !undo);
    EXPECT(!strncmp(e.text, "--l3-cache-schema: open", 23));
    put(&s, "gold/schemata", "L3CODE:0=1\n    MB:0=100\n    L3:0=ff;1=f\n");
    EXPECT(resctrl_update(&g, lines, 2, &undo, &e) == 0);
    EXPECT_STR(undo, "L3:0=ff;1=f\nMB:0=100\n");
    EXPECT(resctrl_restore(&g, undo, &e) == 0);
    EXPECT_STR(text_of(&s, "gold/schemata", room, sizeof room),
               "L3CODE:0=1\n    MB:0=100\n    L3:0=ff;1=f\n"
               "L3:0=3\nMB:0=20\nL3:0=ff;1=f\nMB:0=100\n");
}

TEST_MAIN()
