// SPDX-License-Identifier: Apache-2.0
/* test_outer.c - rows that need the host, and the ways to clone init. */
#include "denials.h"

#include <sys/resource.h>

TEST(the_rootfs_is_where_the_path_leads_but_for_links_of_procfs)
{
    static const struct {
        const char *rootfs;
        int code;
    } rows[] = {
        { "root", 0 },      { "link", 0 },       { "./root/../root", 0 },
        { "none", ENOENT }, { "file", ENOTDIR },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
            IN_SANDBOX(CLONE_NEWNS)
            {
                char path[256], want[300], back[256] = "";
                struct err e = { 0 };
                struct init in;
                int dir = sandbox_root(&s);

                EXPECT(mkdirat(dir, "root", 0755) == 0 && symlinkat("root", dir, "link") == 0);
                EXPECT(mknodat(dir, "file", S_IFREG | 0644, 0) == 0);
                snprintf(path, sizeof path, "%s/%s", s.path, rows[i].rootfs);
                snprintf(want, sizeof want, "root.path: open '%s'", path);
                in = sandbox_init(PLAN(.rootfs = path));
                deny(&denials[k]);
                EXPECT(row_open_rootfs(&in, &e) == -rows[i].code);
                EXPECT_STR(e.text, rows[i].code ? want : "");
                EXPECT(rows[i].code || (getcwd(back, sizeof back) && strstr(back, "/root")));
            }
}

TEST(a_descriptor_of_ours_is_no_rootfs)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            char path[64];
            int dir = sandbox_root(&s);

            /* Gone by name: only the link of procfs itself would lead there. */
            EXPECT(mkdirat(dir, "gone", 0755) == 0);
            snprintf(path, sizeof path, "/proc/self/fd/%d", sandbox_open(&s, "gone", O_PATH));
            EXPECT(unlinkat(dir, "gone", AT_REMOVEDIR) == 0);
            in = sandbox_init(PLAN(.rootfs = path));
            deny(&denials[k]);
            EXPECT(row_open_rootfs(&in, &e) < 0);
        }
}

TEST(sources_that_can_not_be_cloned_here_are_left_to_init)
{
    static const struct {
        int code;
        bool fails;
    } rows[] = {
        { 0, false },      { EPERM, false }, { ENOSYS, false }, { EMFILE, false },
        { ENFILE, false }, { ENOENT, true }, { ELOOP, true },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            char top[512];
            struct err e = { 0 };
            struct init in;

            sandbox_root(&s);
            snprintf(top, sizeof top,
                     ",'mounts':[{'destination':'/t','type':'tmpfs'},{'destination':'/b','type':"
                     "'bind','source':'%s'}]",
                     s.path);
            in = sandbox_init(PLAN(.top = top));
            if (rows[i].code)
                fake_deny(__NR_open_tree, rows[i].code);
            EXPECT((row_open_sources(&in, &e) < 0) == rows[i].fails);
            EXPECT(!rows[i].fails || strstr(e.text, "mounts[1] /b: open_tree '"));
            if (!rows[i].fails)
                EXPECT(in.sources[0] == -1 && (in.sources[1] >= 0) == (rows[i].code == 0));
        }
}

TEST(many_sources_have_room)
{
    IN_SANDBOX(0)
    {
        const struct rlimit before = { 100, 300 };
        char top[16384] = ",'mounts':[";
        struct rlimit got = { 0 };
        struct err e = { 0 };
        struct init in;

        for (int i = 0; i <= 200; i++)
            strcat(top, i ? ",{'destination':'/m','type':'tmpfs'}"
                          : "{'destination':'/m','type':'tmpfs'}");
        strcat(top, "]");
        in = sandbox_init(PLAN(.top = top));
        EXPECT(setrlimit(RLIMIT_NOFILE, &before) == 0 && row_open_sources(&in, &e) == 0);
        EXPECT(getrlimit(RLIMIT_NOFILE, &got) == 0 && got.rlim_cur == 300 && got.rlim_max == 300);
    }
}

TEST(limits_are_raised_and_never_lowered)
{
    IN_SANDBOX(0)
    {
        const struct rlimit before = { 100, 200 };
        struct init in = sandbox_init(
            PLAN(.process = ",'rlimits':[{'type':'RLIMIT_NOFILE','soft':1,'hard':10}]"));
        struct rlimit got;
        struct err e = { 0 };

        EXPECT(setrlimit(RLIMIT_NOFILE, &before) == 0 && row_raise_limits(&in, &e) == 0);
        EXPECT(getrlimit(RLIMIT_NOFILE, &got) == 0 && got.rlim_cur == 100 && got.rlim_max == 200);
        in.plan = PLAN(.process = ",'rlimits':[{'type':'RLIMIT_NOFILE','soft':1,'hard':300}]");
        EXPECT_ERROR(row_raise_limits(&in, &e), e, EPERM,
                     "process.rlimits[0]: raise RLIMIT_NOFILE to 300");
    }
}

TEST(the_oom_score_is_set)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN(.process = ",'oomScoreAdj':731"));
        struct err e = { 0 };

        EXPECT(row_hide(&in, &e) == -EOPNOTSUPP && !strcmp(e.text, "still dumpable"));
        EXPECT(row_oom_score(&in, &e) == 0);
        EXPECT_STR(sandbox_read("/proc/self/oom_score_adj"), "731\n");
        fake_deny(__NR_write, EACCES);
        EXPECT_ERROR(row_oom_score(&in, &e), e, EACCES, "process.oomScoreAdj: write 731");
    }
}

TEST(namespaces_are_joined_by_the_path_in_the_configuration)
{
    static const char *const types[] = { "uts", "ipc" };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        IN_SANDBOX(CLONE_NEWUTS)
        {
            char list[256];
            struct err e = { 0 };
            struct init in;

            snprintf(list, sizeof list, "{'type':'mount'},{'type':'%s','path':'/proc/%d/ns/uts'}",
                     types[i], getpid());
            EXPECT(sethostname("there", 5) == 0);
            in = sandbox_init(PLAN(.namespaces = list));
            EXPECT((row_join(&in, &e) < 0) == (i == 1));
            EXPECT(i == 0 || strstr(e.text, "linux.namespaces[1].path: join '/proc/"));
        }
}

/* Undumpable as somebody else than root, outer's own files are not its own at first. */
TEST(own_files_are_opened_at_the_second_try)
{
    for (int denied = 0; denied < 3; denied++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(
                PLAN(.namespaces = "{'type':'mount'},{'type':'time'}",
                     .linux_ = ",'timeOffsets':{'monotonic':{'secs':1000,'nanosecs':0}}"));
            struct err e = { 0 };

            if (denied)
                fake_rule(&(struct fake_rule){ .call = __NR_openat,
                                               .any_second = true,
                                               .times = (unsigned)denied,
                                               .answer = -EACCES });
            EXPECT(row_time_offsets(&in, &e) == (denied == 2 ? -EACCES : 0));
            EXPECT_STR(e.text, denied == 2 ? "open /proc/self/timens_offsets" : "");
            EXPECT(denied == 2 || strstr(sandbox_read("/proc/self/timens_offsets"), " 1000 "));
            EXPECT(denied == 0 || prctl(PR_GET_DUMPABLE) == 0);
        }
}

/* How init is cloned: with what the kernel is made to say to the first two clone3. */
struct way {
    int first, second;
    bool fallback;          /* a second cgroup is at hand */
    unsigned clone3, clone; /* calls made in outer */
    bool joins;             /* init writes to cgroup.procs itself */
    int code;               /* what the row fails with */
};

/* Outer's half: the pid of the clone as the parent hears it. */
static void expect_cloned(const struct way *w, int sock, int rc, const struct err *e)
{
    struct boot_packet packet = { 0 };

    EXPECT(rc == -w->code);
    EXPECT_STR(e->text, w->code ? "clone" : "");
    EXPECT(fake_count(__NR_clone3) == w->clone3 && fake_count(__NR_clone) == w->clone);
    if (w->code)
        return;
    EXPECT(recv(sock, &packet, sizeof packet, 0) == sizeof packet);
    EXPECT(packet.message == BOOT_MSG_CLONED && packet.value > 0);
    /* Init holds the other end until it has ended. */
    EXPECT(recv(sock, &packet, sizeof packet, 0) == 0);
}

static void clone_by(const struct way *w, const struct scratch *s)
{
    struct init in = sandbox_init(PLAN());
    const int codes[] = { w->first, w->second };
    struct err e = { 0 };
    int pair[2], rc;

    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    in.sync = pair[1];
    in.actor = ROW_OUTER;
    in.hello.target_fd = -1;
    /* Ordinary directories: the kernel takes neither, so each clone3 with a cgroup needs a rule. */
    in.grants.cgroup_fd = openat(s->fd, "first", O_RDONLY | O_DIRECTORY);
    in.grants.cgroup_procs_fd = openat(s->fd, "first/cgroup.procs", O_WRONLY);
    in.grants.cgroup_fallback_fd =
        w->fallback ? openat(s->fd, "second", O_RDONLY | O_DIRECTORY) : -1;
    for (size_t i = 0; i < ARRAY_SIZE(codes) && codes[i]; i++)
        fake_rule(&(struct fake_rule){
            .call = __NR_clone3, .any_second = true, .times = 1, .answer = -codes[i] });
    rc = row_clone(&in, &e);
    if (rc == 0 && in.actor == ROW_INIT)
        sandbox_end(0);
    close(in.sync);
    expect_cloned(w, pair[0], rc, &e);
}

TEST(init_is_cloned_whatever_the_kernel_says_to_the_first_way)
{
    static const struct way ways[] = {
        { ENOSYS, 0, false, 1, 1, true, 0 },     /* before 5.3 */
        { EPERM, 0, false, 1, 1, true, 0 },      /* a filter */
        { EACCES, 0, false, 2, 0, true, 0 },     /* delegation */
        { EAGAIN, 0, false, 2, 0, true, 0 },     /* pids.max is 0 */
        { EBUSY, 0, false, 1, 0, false, EBUSY }, /* processes in sub-cgroups */
        { EBUSY, EACCES, true, 3, 0, true, 0 },  /* the same, and delegation */
        { EBUSY, EBUSY, true, 2, 0, false, EBUSY }, { EAGAIN, EAGAIN, false, 2, 0, false, EAGAIN },
        { ENOMEM, 0, false, 1, 0, false, ENOMEM },
    };

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        auto_scratch s = scratch_make();
        struct stat st = { 0 };

        EXPECT(mkdirat(s.fd, "first", 0700) == 0 && mkdirat(s.fd, "second", 0700) == 0);
        close(openat(s.fd, "first/cgroup.procs", O_RDWR | O_CREAT | O_EXCL, 0600));
        IN_SANDBOX(0)
        {
            clone_by(&ways[i], &s);
        }
        EXPECT(fstatat(s.fd, "first/cgroup.procs", &st, 0) == 0);
        EXPECT(st.st_size == ways[i].joins);
        if (test_failed)
            printf("# way %zu\n", i);
    }
}

TEST(a_container_is_joined_at_once_or_piece_by_piece)
{
    static const struct {
        unsigned denied; /* so many setns fail with EPERM */
        int code;
    } rows[] = { { 0, 0 }, { 1, 0 }, { 99, EPERM } };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct plan plan = { .kind = PLAN_EXEC,
                                 .join_flags = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC };
            struct init in = sandbox_init(&plan);
            struct err e = { 0 };

            in.hello.target_fd = (int)sys_pidfd_open(getpid(), 0);
            if (rows[i].denied)
                fake_rule(&(struct fake_rule){ .call = __NR_setns,
                                               .any_second = true,
                                               .times = rows[i].denied,
                                               .answer = -EPERM });
            /* Its own user namespace nobody can join again: the kernel says EINVAL. */
            if (rows[i].denied < 99)
                fake_rule(&(struct fake_rule){
                    .call = __NR_setns, .second = plan.join_flags, .answer = 0 });
            fake_rule(
                &(struct fake_rule){ .call = __NR_setns, .second = CLONE_NEWUSER, .answer = 0 });
            EXPECT(row_join_container(&in, &e) == -rows[i].code);
            EXPECT_STR(e.text, rows[i].code ? "setns" : "");
        }
}

TEST_MAIN()
