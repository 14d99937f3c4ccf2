// SPDX-License-Identifier: Apache-2.0
/* test_mount.c - the mounts row: what is mounted, whichever of the kernel's calls are denied. */
#include "denials.h"
#include "mounted.h"

#include "plan/writer.h"

#include <sys/vfs.h>

static mode_t mode_of(const struct scratch *s, const char *name)
{
    struct stat st = { 0 };
    auto_fd fd = sandbox_open(s, name, O_PATH | O_NOFOLLOW);

    EXPECT(fstat(fd, &st) == 0);
    return st.st_mode;
}

struct wanted {
    const char *mount; /* the configuration's mount, without its destination; SRC is the source */
    const char *path;  /* looked at afterwards */
    unsigned long flags;
};

static void expect_mounted(const struct scratch *s, const struct wanted *w, const struct denial *d)
{
    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct init in;
        int rc;

        make_sources(s);
        deny(d);
        rc = mount_it(s, &in, w->mount, &e);
        if (rc < 0 || (flags_of(s, w->path) & w->flags) != w->flags) {
            printf("# %s with %s: %d '%s', flags %lx\n", w->mount, d->name, rc, e.text,
                   flags_of(s, w->path));
            EXPECT(rc == 0);
            EXPECT((flags_of(s, w->path) & w->flags) == w->flags);
        }
        EXPECT(!(flags_of(s, "source") & ST_RDONLY));
    }
}

TEST(every_mount_is_the_same_whichever_call_is_denied)
{
    static const struct wanted rows[] = {
        { "'type':'tmpfs','options':['nosuid','nodev','size=64k']", "root/mnt",
          ST_NOSUID | ST_NODEV },
        { "'type':'ramfs','options':['ro','noexec']", "root/mnt", ST_RDONLY | ST_NOEXEC },
        { "'type':'tmpfs','options':['noatime','nodiratime']", "root/mnt",
          ST_NOATIME | ST_NODIRATIME },
        { "'type':'tmpfs','options':['sync','lazytime']", "root/mnt", ST_SYNCHRONOUS },
        { "'type':'tmpfs','options':['silent','async','nosuid']", "root/mnt", ST_NOSUID },
        { "'type':'bind','source':'SRC/source'", "root/mnt/file", 0 },
        { "'type':'bind','source':'SRC/source/file'", "root/mnt", 0 },
        { "'type':'bind','source':'SRC/source','options':['bind','ro','nosuid']", "root/mnt/file",
          ST_RDONLY | ST_NOSUID },
        { "'type':'bind','source':'SRC/source','options':['rbind','noexec','nodev']", "root/mnt",
          ST_NOEXEC | ST_NODEV },
        { "'type':'bind','source':'SRC/source','options':['rbind','rro']", "root/mnt/file",
          ST_RDONLY },
        { "'type':'bind','source':'SRC/source','options':['rbind','rslave']", "root/mnt", 0 },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
            expect_mounted(&s, &rows[i], &denials[k]);
}

TEST(a_read_only_tmpfs_waits_for_what_is_made_in_it)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs','options':['ro']", &e) == 0);
            EXPECT(!(flags_of(&s, "root/mnt") & ST_RDONLY));
            EXPECT(row_protect(&in, &e) == 0);
            EXPECT(flags_of(&s, "root/mnt") & ST_RDONLY);
        }
}

TEST(a_remount_changes_the_filesystem_whichever_call_is_denied)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs'", &e) == 0);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'options':['remount','sync','nosuid']", &e) == 0);
            EXPECT((flags_of(&s, "root/mnt") & (ST_SYNCHRONOUS | ST_NOSUID)) ==
                   (ST_SYNCHRONOUS | ST_NOSUID));
        }
}

TEST(a_tmpfs_is_filled_from_below_whichever_call_is_denied)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            int dir = make_sources(&s);
            struct err e = { 0 };
            struct init in;

            EXPECT(mkdirat(dir, "root/mnt", 0711) == 0 && mkdirat(dir, "root/mnt/d", 0700) == 0);
            EXPECT(mknodat(dir, "root/mnt/d/pipe", S_IFIFO | 0640, 0) == 0);
            EXPECT(symlinkat("/nowhere", dir, "root/mnt/link") == 0);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs','options':['tmpcopyup']", &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(mode_of(&s, "root/mnt") == (S_IFDIR | 0711));
            EXPECT(mode_of(&s, "root/mnt/d") == (S_IFDIR | 0700));
            EXPECT(mode_of(&s, "root/mnt/d/pipe") == (S_IFIFO | 0640));
            EXPECT(S_ISLNK(mode_of(&s, "root/mnt/link")));
        }
}

TEST(access_times_are_kept_as_asked_whichever_call_is_denied)
{
    enum { RELATIME_SEEN = 0x1000 }; /* ST_RELATIME, which is the default */
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs','options':['strictatime']", &e) == 0);
            EXPECT(!(flags_of(&s, "root/mnt") & (RELATIME_SEEN | ST_NOATIME)));
            EXPECT(flags_of(&s, "root") & RELATIME_SEEN);
        }
}

/* mount(2) gives no descriptor; what is found where it mounted must be a mount. */
TEST(a_place_that_changed_while_it_was_mounted_on_is_an_error)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct init in;

        make_sources(&s);
        fake_deny(__NR_fsopen, EPERM);
        fake_rule(&(struct fake_rule){ .call = __NR_mount, .any_second = true });
        EXPECT_ERROR(mount_it(&s, &in, "'type':'tmpfs'", &e), e, EBUSY,
                     "mounts[0] /mnt: the place of tmpfs was changed meanwhile");
    }
}

TEST(what_only_one_call_can_do_is_an_error_without_it)
{
    static const struct {
        const char *mount;
        long call;
        int code;
        const char *text;
    } rows[] = {
        { "'type':'bind','source':'/'", __NR_open_tree, ENOSYS, "mounts[0] /mnt: open_tree '/'" },
        { "'type':'bind','source':'SRC/source'", __NR_move_mount, ENOSYS,
          "mounts[0] /mnt: move_mount to '/mnt'" },
        { "'type':'tmpfs'", __NR_move_mount, EPERM, "mounts[0] /mnt: move_mount tmpfs" },
        /* There are mounts below that mount(2) would leave writable. */
        { "'type':'bind','source':'/','options':['rbind','rro']", __NR_mount_setattr, ENOSYS,
          "mounts[0] /mnt: set mount attributes" },
        { "'type':'bind','source':'/','options':['rbind','rro']", __NR_mount_setattr, EPERM,
          "mounts[0] /mnt: set mount attributes" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            fake_deny(rows[i].call, rows[i].code);
            EXPECT(mount_it(&s, &in, rows[i].mount, &e) < 0);
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(what_the_filesystem_refuses_is_an_error)
{
    static const struct {
        const char *mount, *text;
        int code;
    } rows[] = {
        { "'type':'tmpfs','options':['size=nonsense']", "mounts[0] /mnt: mount tmpfs", EINVAL },
        { "'type':'nosuchfs'", "mounts[0] /mnt: mount nosuchfs", ENODEV },
        { "'type':'bind','source':'/nowhere'", "mounts[0] /mnt: open_tree '/nowhere'", ENOENT },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            EXPECT_ERROR(mount_it(&s, &in, rows[i].mount, &e), e, rows[i].code, rows[i].text);
        }
}

TEST(a_tmpfs_has_the_mode_of_the_directory_that_it_covers)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            struct stat st = { 0 };
            int dir = make_sources(&s);

            EXPECT(mkdirat(dir, "root/mnt", 0755) == 0);
            EXPECT(fchmodat(dir, "root/mnt", 01751, 0) == 0);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs'", &e) == 0);
            EXPECT(fstat(sandbox_open(&s, "root/mnt", O_PATH), &st) == 0 &&
                   (st.st_mode & 07777) == 01751);
        }
}

TEST(proc_on_a_link_is_refused)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            EXPECT(symlinkat("/source", make_sources(&s), "root/mnt") == 0);
            deny(&denials[k]);
            EXPECT_ERROR(mount_it(&s, &in, "'type':'proc'", &e), e, EINVAL,
                         "mounts[0] /mnt: '/mnt' must be an ordinary directory");
        }
}

static unsigned long filesystem_at(int fd)
{
    struct statfs st = { 0 };

    EXPECT(fstatfs(fd, &st) == 0);
    return (unsigned long)st.f_type;
}

/* The sandbox owns neither the network nor the processes nor the cgroups that it sees. */
TEST(a_kernel_filesystem_that_is_not_ours_to_make_is_the_host_s)
{
    static const struct {
        const char *mount, *host;
    } rows[] = {
        { "'type':'sysfs','options':['ro','nosuid']", "/sys" },
        { "'type':'proc','options':['ro','nosuid']", "/proc" },
        { "'type':'cgroup','options':['ro','nosuid']", "/sys/fs/cgroup" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            auto_fd host = open(rows[i].host, O_PATH | O_CLOEXEC);

            make_sources(&s);
            EXPECT(mount_it(&s, &in, rows[i].mount, &e) == 0);
            EXPECT(filesystem_at(sandbox_open(&s, "root/mnt", O_PATH)) == filesystem_at(host));
            EXPECT(flags_of(&s, "root/mnt") & ST_RDONLY && flags_of(&s, "root/mnt") & ST_NOSUID);
        }
}

TEST(the_host_s_is_no_answer_for_a_container_with_namespaces_of_its_own)
{
    static const struct {
        const char *mount, *namespaces, *text;
        long call;
    } rows[] = {
        { "'type':'sysfs'", "{'type':'mount'},{'type':'network'}", "mounts[0] /mnt: mount sysfs",
          -1 },
        { "'type':'proc'", "{'type':'mount'},{'type':'pid'}", "mounts[0] /mnt: mount proc", -1 },
        { "'type':'sysfs'", "{'type':'mount'}", "mounts[0] /mnt: mount sysfs", __NR_open_tree },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            char top[256];
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            fake_deny(rows[i].call, ENOSYS);
            snprintf(top, sizeof top, ",'mounts':[{'destination':'/mnt',%s}]", rows[i].mount);
            in = sandbox_init(PLAN(.top = top, .namespaces = rows[i].namespaces));
            in.rootfs = sandbox_open(&s, "root", O_PATH | O_DIRECTORY);
            EXPECT_ERROR(row_mounts(&in, &e), e, EPERM, rows[i].text);
        }
}

TEST(a_remount_changes_what_is_there)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            EXPECT(mount_it(&s, &in, "'type':'tmpfs','options':['nodev']", &e) == 0);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'options':['remount','ro','nosuid']", &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT((flags_of(&s, "root/mnt") & (ST_RDONLY | ST_NOSUID)) == (ST_RDONLY | ST_NOSUID));
        }
}

/* A mount of type cgroup on a host with one v1 hierarchy, whose directory is source. */
static const struct plan *plan_v1(const struct scratch *s)
{
    struct plan_hierarchy hierarchy = { 0 };
    struct plan_mount m = { .kind = PLAN_MOUNT_CGROUP, .set = MOUNT_ATTR_RDONLY };
    struct plan_writer w;
    struct plan *plan = NULL;
    struct plan_list list;
    struct err e;
    char dir[256];

    snprintf(dir, sizeof dir, "%s/source", s->path);
    plan_writer_init(&w);
    plan_header(&w)->flags = PLAN_CGROUP_V1;
    hierarchy.name = plan_add_text(&w, "memory");
    hierarchy.dir = plan_add_text(&w, dir);
    list = plan_add_items(&w, &hierarchy, 1, sizeof hierarchy);
    plan_header(&w)->hierarchies = list;
    m.where = plan_add_text(&w, "mounts[0]");
    m.destination = plan_add_text(&w, "/cgroup");
    list = plan_add_items(&w, &m, 1, sizeof m);
    plan_header(&w)->mounts = list;
    EXPECT(plan_writer_finish(&w, 0, &plan, &e) == 0);
    return plan;
}

TEST(a_v1_hierarchy_is_bound_read_only_or_not_at_all)
{
    static const struct {
        long call;
        unsigned skip;
        int code;
        const char *text;
    } rows[] = {
        { -1, 0, 0, "" },
        { __NR_mount_setattr, 0, ENOSYS, "" },
        { __NR_mount_setattr, 0, EINVAL, "mounts[0] /cgroup: bind '/source'" },
        { __NR_move_mount, 1, EINVAL, "mounts[0] /cgroup: bind '/source'" },
        { __NR_open_tree, 0, EPERM, "mounts[0] /cgroup: open_tree '/source'" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = { 0 };
            struct err e = { 0 };
            char *path;

            make_sources(&s);
            in = sandbox_init(plan_v1(&s));
            in.rootfs = sandbox_open(&s, "root", O_PATH | O_DIRECTORY);
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .any_second = true,
                                           .skip = rows[i].skip,
                                           .answer = -rows[i].code });
            EXPECT((row_mounts(&in, &e) < 0) == (rows[i].text[0] != '\0'));
            path = strstr(e.text, s.path);
            if (path)
                memmove(path, path + strlen(s.path), strlen(path + strlen(s.path)) + 1);
            EXPECT_STR(e.text, rows[i].text);
            if (!rows[i].text[0])
                EXPECT(flags_of(&s, "root/cgroup/memory/file") & ST_RDONLY);
        }
}

TEST_MAIN()
