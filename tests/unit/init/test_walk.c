// SPDX-License-Identifier: Apache-2.0
/* test_walk.c - whole conversations: the parent's own walk with a hosted outer and init. */
#include "denials.h"

#include "boot/boot.h"

#include <poll.h>
#include <sys/mman.h>

void init_main(long *stack) __attribute__((noreturn));

/* The sealed executable serves as a payload that is there everywhere: without an argument it ends
 * with status 2. */
enum { PAYLOAD_STATUS = 2 };
extern const unsigned char davit_init_bytes[];
extern const size_t davit_init_size;

static void make_rootfs(const struct scratch *s)
{
    int fd = openat(sandbox_root(s), "payload", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

    EXPECT(write(fd, davit_init_bytes, davit_init_size) == (ssize_t)davit_init_size);
    close(fd);
}

/* As boot_start() does it, but with the hosted build in the child. */
static void start_hosted(struct boot *b)
{
    char name[] = "davit-init", number[16];
    int pair[2];

    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    snprintf(number, sizeof number, "%d", pair[1]);
    b->sync = pair[0];
    b->outer = fork();
    if (b->outer == 0) {
        long stack[] = { 2, (long)name, (long)number, 0, 0 };

        close(pair[0]);
        init_main(stack);
    }
    close(pair[1]);
}

static boot_handler *const handlers[BOOT_ROW_COUNT] = {
    [BOOT_brief] = boot_row_brief,           [BOOT_claim] = boot_row_nothing,
    [BOOT_make_cgroup] = boot_row_nothing,   [BOOT_limit_cgroup] = boot_row_nothing,
    [BOOT_hand_over] = boot_row_hand_over,   [BOOT_filter_devices] = boot_row_nothing,
    [BOOT_write_record] = boot_await_init,   [BOOT_id_maps] = boot_row_id_maps,
    [BOOT_runtime_hooks] = boot_row_nothing, [BOOT_commit] = boot_row_nothing,
    [BOOT_release] = boot_row_nothing,
};

/* A container with what many rows need; no procfs, as an outer container may forbid one. */
static const struct plan *plan_all(const struct scratch *s)
{
    return PLAN(.args = "'/payload'", .rootfs = s->path,
                .namespaces = "{'type':'mount'},{'type':'uts'},{'type':'ipc'},{'type':'pid'},"
                              "{'type':'network'}",
                .process = ",'noNewPrivileges':true,'oomScoreAdj':500,"
                           "'rlimits':[{'type':'RLIMIT_NOFILE','soft':64,'hard':64}]",
                .linux_ = ",'maskedPaths':['/payload-not','/dev/full'],'readonlyPaths':['/data']",
                .top =
                    ",'hostname':'box','mounts':[{'destination':'/dev','type':'tmpfs','options':["
                    "'nosuid','mode=755']},{'destination':'/data','type':'tmpfs'}],'hooks':{"
                    "'createContainer':[{'path':'/bin/true'}]}");
}

static int boot_it(struct boot *b, const struct plan *plan, struct err *e)
{
    boot_init(b, plan);
    b->handlers = handlers;
    start_hosted(b);
    return boot_run(b, e);
}

static int reap(struct boot *b)
{
    int status = 0;

    EXPECT(waitpid(b->init, &status, __WALL) == b->init);
    boot_keep(b);
    boot_done(b);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

TEST(a_container_runs_whichever_call_is_denied)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct boot b;

            sandbox_needs_ids(); /* or no groups may be set */
            make_rootfs(&s);
            deny(&denials[k]);
            EXPECT(boot_it(&b, plan_all(&s), &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(e.text[0] || reap(&b) == PAYLOAD_STATUS);
        }
}

TEST(a_guess_of_a_network_changes_nothing)
{
    static const char *const namespaces[] = { "{'type':'mount'},{'type':'network'}",
                                              "{'type':'mount'}" };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
        IN_SANDBOX(CLONE_NEWNS | CLONE_NEWNET)
        {
            struct err e = { 0 };
            struct boot b;

            sandbox_needs_ids(); /* or no groups may be set */
            make_rootfs(&s);
            boot_init(&b,
                      PLAN(.args = "'/payload'", .rootfs = s.path, .namespaces = namespaces[i]));
            b.handlers = handlers;
            start_hosted(&b);
            boot_hint_network(&b);
            EXPECT(boot_run(&b, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(e.text[0] || reap(&b) == PAYLOAD_STATUS);
        }
}

TEST(a_user_namespace_of_its_own_is_mapped)
{
    static const int codes[] = { 0, ENOSYS, EPERM };
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            const struct plan *plan =
                PLAN(.args = "'/payload'", .rootfs = s.path,
                     .namespaces = "{'type':'mount'},{'type':'pid'},{'type':'user'}",
                     .linux_ = ",'uidMappings':[{'containerID':0,'hostID':0,'size':1}],"
                               "'gidMappings':[{'containerID':0,'hostID':0,'size':1}]");
            struct err e = { 0 };
            struct boot b;

            sandbox_needs_ids(); /* or no groups may be set */
            make_rootfs(&s);
            if (codes[k])
                fake_deny(__NR_clone3, codes[k]);
            EXPECT(boot_it(&b, plan, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(e.text[0] || reap(&b) == PAYLOAD_STATUS);
        }
}

/* What fails is said by the row's name, init and outer are gone, and nobody waits for anybody. */
TEST(a_row_that_fails_ends_it_all)
{
    static const struct {
        long call;
        int code;
        const char *text;
    } rows[] = {
        { __NR_open_tree, ENOSYS, "attach rootfs: open_tree" },
        { __NR_move_mount, EPERM, "attach rootfs: move_mount" },
        { __NR_sethostname, EPERM, "set hostname: sethostname 'box'" },
        { __NR_pivot_root, EINVAL, "pivot root: pivot_root" },
        { __NR_execve, ENOEXEC,
          "createContainer hooks: hooks.createContainer[0] '/bin/true': "
          "execve" },
        { __NR_capset, EPERM, "raise ambient set: capset" },
        { __NR_prlimit64, EPERM, "raise rlimits: process.rlimits[0]: read RLIMIT_NOFILE" },
        { __NR_unshare, ENOSPC, "unshare network: unshare" },
        { __NR_clone3, ENOMEM, "clone init: clone" },
        { __NR_pidfd_open, ENOSYS, "pidfd_open" },
        { __NR_pidfd_open, EPERM, "pidfd_open" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct boot b;

            sandbox_needs_ids(); /* or no groups may be set */
            make_rootfs(&s);
            fake_deny(rows[i].call, rows[i].code);
            EXPECT(boot_it(&b, plan_all(&s), &e) == -rows[i].code);
            if (!strstr(e.text, rows[i].text))
                EXPECT_STR(e.text, rows[i].text);
            boot_done(&b);
            EXPECT(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD);
        }
}

/* Init waits for the parent's row, which fails: it must be killed, by whatever means are left. */
TEST(a_row_of_the_parent_that_fails_ends_it_all)
{
    static const long denied[] = { -1, __NR_pidfd_send_signal };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(denied); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct boot b;

            make_rootfs(&s);
            fake_deny(denied[i], EPERM);
            boot_init(&b, PLAN(.args = "'/payload'", .rootfs = s.path,
                               .top = ",'hooks':{'createRuntime':[{'path':'/bin/true'}]}"));
            b.handlers = handlers;
            b.hello.fault = BOOT_FAULT_FAIL;
            b.hello.fault_row = BOOT_runtime_hooks;
            start_hosted(&b);
            EXPECT_ERROR(boot_run(&b, &e), e, EIO, "createRuntime hooks: fault point");
            boot_done(&b);
            EXPECT(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD);
        }
}

TEST(init_left_by_its_parent_ends)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct boot b;
        int status = 0;

        make_rootfs(&s);
        boot_init(&b, plan_all(&s));
        start_hosted(&b);
        EXPECT(boot_row_brief(&b, &e) == 0);
        close(b.sync);
        EXPECT(waitpid(b.outer, &status, 0) == b.outer && WEXITSTATUS(status) == 1);
    }
}

TEST(a_plan_of_another_build_is_refused)
{
    IN_SANDBOX(0)
    {
        struct plan odd = { .magic = PLAN_MAGIC, .version = PLAN_VERSION + 1, .size = sizeof odd };
        struct err e = { 0 };
        struct boot b;

        boot_init(&b, &odd);
        start_hosted(&b);
        EXPECT(boot_row_brief(&b, &e) == 0);
        EXPECT_ERROR(boot_await_init(&b, &e), e, EPROTO, "the plan is not of this build");
        boot_done(&b);
    }
}

TEST(a_fault_is_met_at_its_row)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct boot b;

        make_rootfs(&s);
        boot_init(&b, plan_all(&s));
        b.handlers = handlers;
        b.hello.fault = BOOT_FAULT_FAIL;
        b.hello.fault_row = BOOT_mask;
        EXPECT(boot_trace_open(&b, &e) == 0);
        start_hosted(&b);
        EXPECT_ERROR(boot_run(&b, &e), e, EIO, "mask paths: fault point");
        EXPECT(b.trace->count > 10);
        boot_done(&b);
    }
}

TEST_MAIN()
