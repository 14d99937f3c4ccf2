// SPDX-License-Identifier: Apache-2.0
/* test_rows.c - the two tables: whatever the plan, the order that security hangs on holds. */
#include "plan/rows.h"

#include "base/cleanup.h"
#include "plan_check.h"
#include "test.h"

/* A plan without lists. */
static struct plan made_up(enum plan_kind kind, uint32_t flags)
{
    return (struct plan){
        .magic = PLAN_MAGIC,
        .version = PLAN_VERSION,
        .size = sizeof(struct plan),
        .kind = kind,
        .flags = flags,
        .seccomp = { .count = flags & PLAN_SECCOMP ? 1 : 0 },
    };
}

TEST(every_combination_of_flags_keeps_the_order)
{
    /* Of the flags above it none decides about a row that plan_check_rows() looks at. */
    for (uint32_t flags = 0; flags < PLAN_CGROUP_NAMESPACE; flags++)
        for (int kind = PLAN_CREATE; kind <= PLAN_EXEC; kind++) {
            uint32_t process = flags & PLAN_SECCOMP ? PLAN_PROCESS : 0;
            struct plan p = made_up((enum plan_kind)kind, flags | process);
            struct plan_check c = { .p = &p };

            plan_check_rows(&c);
            if (!c.complaint[0])
                continue;
            printf("# flags 0x%x: %s\n", flags, c.complaint);
            EXPECT(!c.complaint[0]);
            return;
        }
}

TEST(exactly_one_filter_is_loaded_when_there_is_one)
{
    static const struct {
        uint32_t flags;
        bool privileged, last;
    } rows[] = {
        { 0, false, false },
        { PLAN_NO_NEW_PRIVS, false, false },
        { PLAN_SECCOMP, true, false },
        { PLAN_SECCOMP | PLAN_NO_NEW_PRIVS, false, true },
    };

    for (int kind = PLAN_CREATE; kind <= PLAN_EXEC; kind++)
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            struct plan p = made_up((enum plan_kind)kind, rows[i].flags | PLAN_PROCESS);

            EXPECT((PLACE(&p, seccomp_privileged) >= 0) == rows[i].privileged);
            EXPECT((PLACE(&p, seccomp) >= 0) == rows[i].last);
        }
}

struct order {
    int before, after;
};

#define IN_BOOT(before, after)                                                                     \
    {                                                                                              \
        BOOT_##before, BOOT_##after                                                                \
    }
#define IN_JOIN(before, after)                                                                     \
    {                                                                                              \
        JOIN_##before, JOIN_##after                                                                \
    }

static const struct order boot_orders[] = {
    IN_BOOT(claim, make_cgroup),
    IN_BOOT(make_cgroup, limit_cgroup),
    IN_BOOT(limit_cgroup, hand_over),
    IN_BOOT(make_cgroup, delegate_cgroup),
    /* The container's processes find it theirs. */
    IN_BOOT(delegate_cgroup, clone),
    IN_BOOT(hand_over, clone),
    IN_BOOT(brief, hide),
    IN_BOOT(hide, join),
    IN_BOOT(hide, clone),
    /* With the host's rights, before anything that a container controls. */
    IN_BOOT(open_sources, join),
    IN_BOOT(open_sources, clone),
    IN_BOOT(oom_score, join),
    IN_BOOT(raise_limits, join),
    IN_BOOT(net_devices, join),
    IN_BOOT(net_devices, network),
    IN_BOOT(clone, net_devices_late),
    /* Which waits for outer, so that sysctls and hooks find the devices. */
    IN_BOOT(net_devices_late, id_maps),
    IN_BOOT(net_devices, sysctls),
    IN_BOOT(time_offsets, clone),
    IN_BOOT(clone, enter_cgroups),
    IN_BOOT(map_wait, id_maps),
    IN_BOOT(id_maps, container_root),
    /* Its root is the cgroup it is made in. */
    IN_BOOT(enter_cgroups, cgroup_ns),
    IN_BOOT(io_priority, join),
    IN_BOOT(container_root, keyring),
    IN_BOOT(keyring, ids),
    IN_BOOT(attach_rootfs, mounts),
    IN_BOOT(mounts, devices),
    IN_BOOT(links, terminal),
    IN_BOOT(mounts, runtime_hooks),
    IN_BOOT(runtime_hooks, container_hooks),
    /* A hook may bring the devices whose keys are set. */
    IN_BOOT(container_hooks, sysctls),
    IN_BOOT(container_hooks, pivot),
    /* procfs is masked, and our handle on it opened before. */
    IN_BOOT(proc_handle, mask),
    IN_BOOT(label_handles, pivot),
    IN_BOOT(mask, pivot),
    IN_BOOT(pivot, root_propagation),
    IN_BOOT(pivot, root_readonly),
    IN_BOOT(root_readonly, bounding),
    IN_BOOT(root_readonly, scheduler),
    IN_BOOT(container_hooks, scheduler),
    IN_BOOT(container_hooks, scheduler_outside),
    /* While capabilities are effective. */
    IN_BOOT(scheduler, ids),
    IN_BOOT(memory_policy, ids),
    IN_BOOT(scheduler_outside, commit),
    IN_BOOT(scheduler_outside, release),
    IN_BOOT(bounding, ids),
    IN_BOOT(ids, directory),
    IN_BOOT(directory, find),
    IN_BOOT(find, commit),
    IN_BOOT(claim, make_resctrl),
    IN_BOOT(make_resctrl, clone),
    IN_BOOT(clone, join_resctrl),
    IN_BOOT(join_resctrl, commit),
    IN_BOOT(join_resctrl, release),
    IN_BOOT(filter_devices, commit),
    IN_BOOT(write_record, commit),
    IN_BOOT(filter_devices, release),
    IN_BOOT(write_record, release),
    IN_BOOT(find, release),
    IN_BOOT(commit, barrier),
    IN_BOOT(barrier, start_hooks),
    IN_BOOT(start_hooks, umask),
    IN_BOOT(start_hooks, labels),
    IN_BOOT(start_hooks, rlimits),
    IN_BOOT(labels, descriptors),
    IN_BOOT(descriptors, execute),
    /* A thread is a process to RLIMIT_NPROC, and must not share the filter. */
    IN_BOOT(descriptors, messenger),
    IN_BOOT(messenger, rlimits),
    IN_BOOT(messenger, seccomp_privileged),
    IN_BOOT(messenger, seccomp),
    IN_BOOT(agent, commit),
    IN_BOOT(agent, release),
    IN_BOOT(agent, listener),
    IN_BOOT(listener, execute),
    IN_BOOT(raise_limits, rlimits),
    IN_BOOT(ids, seccomp_privileged),
    IN_BOOT(no_new_privs, seccomp),
    IN_BOOT(ambient, seccomp_privileged),
    IN_BOOT(seccomp_privileged, capabilities),
    IN_BOOT(capabilities, seccomp),
    IN_BOOT(seccomp, execute),
};

static const struct order join_orders[] = {
    IN_JOIN(brief, hide),
    /* From the join on the container's processes can look. */
    IN_JOIN(hide, join_container),
    IN_JOIN(oom_score, join_container),
    IN_JOIN(raise_limits, join_container),
    IN_JOIN(join_container, clone),
    IN_JOIN(io_priority, join_container),
    IN_JOIN(cpus_initial, clone),
    IN_JOIN(clone, join_resctrl),
    IN_JOIN(join_resctrl, commit),
    IN_JOIN(clone, enter_cgroups),
    IN_JOIN(enter_cgroups, cgroup_ns),
    IN_JOIN(enter_cgroups, cpus_final),
    IN_JOIN(scheduler, ids),
    IN_JOIN(memory_policy, ids),
    IN_JOIN(scheduler_outside, commit),
    IN_JOIN(container_root, keyring),
    IN_JOIN(keyring, ids),
    IN_JOIN(bounding, ids),
    IN_JOIN(ids, directory),
    IN_JOIN(directory, find),
    IN_JOIN(find, commit),
    IN_JOIN(labels, descriptors),
    IN_JOIN(descriptors, execute),
    IN_JOIN(descriptors, messenger),
    IN_JOIN(messenger, rlimits),
    IN_JOIN(messenger, seccomp_privileged),
    IN_JOIN(messenger, seccomp),
    IN_JOIN(agent, commit),
    IN_JOIN(agent, listener),
    IN_JOIN(listener, execute),
    IN_JOIN(raise_limits, rlimits),
    IN_JOIN(ids, seccomp_privileged),
    IN_JOIN(no_new_privs, seccomp),
    IN_JOIN(ambient, seccomp_privileged),
    IN_JOIN(seccomp_privileged, capabilities),
    IN_JOIN(capabilities, seccomp),
    IN_JOIN(seccomp, execute),
};

static void expect_orders(enum plan_kind kind, const struct order *orders, size_t n)
{
    unsigned count;
    const struct row_info *rows = plan_rows(kind, &count);

    for (size_t i = 0; i < n; i++) {
        if (orders[i].before >= orders[i].after)
            printf("# '%s' must stand above '%s'\n", rows[orders[i].before].name,
                   rows[orders[i].after].name);
        EXPECT(orders[i].before < orders[i].after);
    }
}

TEST(what_must_come_first_comes_first)
{
    expect_orders(PLAN_CREATE, boot_orders, ARRAY_SIZE(boot_orders));
    expect_orders(PLAN_EXEC, join_orders, ARRAY_SIZE(join_orders));
}

/* Who may act between brief and clone: outer, and the parent without being waited for. Afterwards
 * outer has only rows that stand before init's first, and what is done ahead waits for nobody. */
static void expect_turns(enum plan_kind kind, unsigned brief, unsigned clone, unsigned execute)
{
    unsigned count;
    const struct row_info *rows = plan_rows(kind, &count);
    bool init_has_begun = false;

    EXPECT(rows[brief].actor == ROW_PARENT && brief == 0);
    EXPECT(rows[clone].actor == ROW_OUTER);
    for (unsigned i = brief + 1; i < count; i++) {
        enum row_actor actor = rows[i].actor;

        init_has_begun |= actor == ROW_INIT;
        if (i < clone)
            EXPECT(actor == ROW_OUTER || actor == ROW_ASIDE || actor == ROW_AHEAD);
        EXPECT(actor != ROW_OUTER || !init_has_begun);
    }
    EXPECT(execute == count - 1);
    EXPECT_STR(rows[execute].name, "execute");
}

TEST(actors_take_turns_in_a_legal_way)
{
    expect_turns(PLAN_CREATE, BOOT_brief, BOOT_clone, BOOT_execute);
    expect_turns(PLAN_EXEC, JOIN_brief, JOIN_clone, JOIN_execute);
}

/* The name is the fault point and the trace line: two of one name could not be told apart. */
TEST(names_are_unique_and_short)
{
    for (int kind = PLAN_CREATE; kind <= PLAN_EXEC; kind++) {
        unsigned count;
        const struct row_info *rows = plan_rows((enum plan_kind)kind, &count);

        for (unsigned i = 0; i < count; i++) {
            EXPECT(rows[i].when != NULL && strlen(rows[i].name) <= 32);
            for (unsigned k = i + 1; k < count; k++)
                EXPECT(strcmp(rows[i].name, rows[k].name) != 0);
        }
    }
}

/* A row of exec runs when the same row of create would, for the parts that both have. */
TEST(an_exec_without_wishes_runs_only_what_every_process_needs)
{
    struct plan p = made_up(PLAN_EXEC, PLAN_PROCESS);
    unsigned count, running = 0;
    const struct row_info *rows = plan_rows(PLAN_EXEC, &count);

    for (unsigned i = 0; i < count; i++)
        running += rows[i].when(&p);
    EXPECT(running == 16);
}

TEST_MAIN()
