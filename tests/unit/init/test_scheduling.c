// SPDX-License-Identifier: Apache-2.0
/* test_scheduling.c - rows for how the kernel treats the process. */
#include "sandbox.h"

#include "plan/writer.h"

#include <linux/ioprio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

TEST(the_io_priority_is_the_configuration_s)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.process = ",'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':6}"));
        struct err e = { 0 };

        EXPECT(row_io_priority(&in, &e) == 0);
        EXPECT(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) ==
               IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
        fake_deny(__NR_ioprio_set, EPERM);
        EXPECT_ERROR(row_io_priority(&in, &e), e, EPERM, "process.ioPriority: ioprio_set 0x4006");
    }
}

TEST(the_personality_is_the_configuration_s)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN(.linux_ = ",'personality':{'domain':'LINUX32'}"));
        struct err e = { 0 };

        EXPECT(row_personality(&in, &e) == 0);
        EXPECT(personality(0xffffffff) == PER_LINUX32);
        fake_deny(__NR_personality, EINVAL);
        EXPECT_ERROR(row_personality(&in, &e), e, EINVAL,
                     "linux.personality.domain: personality 0x8");
    }
}

/* The kernel may be without such policies, so what it is asked for is looked at. */
TEST(the_memory_policy_reaches_the_kernel_with_all_its_nodes)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.linux_ = ",'memoryPolicy':{'mode':'MPOL_BIND','nodes':'1,64'}"));
        struct fake_arguments asked = { 0 };
        struct err e = { 0 };

        fake_rule(
            &(struct fake_rule){ .call = __NR_set_mempolicy, .any_second = true, .times = 1 });
        EXPECT(row_memory_policy(&in, &e) == 0);
        EXPECT(fake_last(__NR_set_mempolicy, &asked));
        EXPECT(asked.a == 2 && asked.c == 129);
        EXPECT(((const uint64_t *)asked.b)[0] == 2 && ((const uint64_t *)asked.b)[1] == 1);
        fake_deny(__NR_set_mempolicy, EINVAL);
        EXPECT_ERROR(row_memory_policy(&in, &e), e, EINVAL,
                     "linux.memoryPolicy: set_mempolicy MPOL_BIND");
    }
}

TEST(a_memory_policy_without_nodes_names_none)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.linux_ = ",'memoryPolicy':{'mode':'MPOL_LOCAL','nodes':''}"));
        struct fake_arguments asked = { 0 };
        struct err e = { 0 };

        fake_rule(&(struct fake_rule){ .call = __NR_set_mempolicy, .any_second = true });
        EXPECT(row_memory_policy(&in, &e) == 0);
        EXPECT(fake_last(__NR_set_mempolicy, &asked) && !asked.b && asked.c == 0);
    }
}

/* The nice value is one that everybody may have. */
TEST(the_scheduler_and_its_nice_value_are_the_configuration_s)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.process = ",'scheduler':{'policy':'SCHED_BATCH','nice':19}"));
        struct err e = { 0 };

        EXPECT(row_scheduler(&in, &e) == 0);
        EXPECT(sched_getscheduler(0) == SCHED_BATCH && getpriority(PRIO_PROCESS, 0) == 19);
        EXPECT(fake_count(__NR_setpriority) == 0);
        fake_deny(__NR_sched_setattr, EPERM);
        EXPECT_ERROR(row_scheduler(&in, &e), e, EPERM,
                     "process.scheduler: sched_setattr SCHED_BATCH");
    }
}

TEST(a_policy_without_nice_values_keeps_one_for_later)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(
            PLAN(.process = ",'scheduler':{'policy':'SCHED_FIFO','priority':1,'nice':19}"));
        struct err e = { 0 };

        fake_rule(&(struct fake_rule){ .call = __NR_sched_setattr, .any_second = true });
        EXPECT(row_scheduler(&in, &e) == 0);
        EXPECT(getpriority(PRIO_PROCESS, 0) == 19);
        fake_deny(__NR_setpriority, EACCES);
        EXPECT_ERROR(row_scheduler(&in, &e), e, EACCES, "process.scheduler.nice: setpriority 19");
    }
}

/* The one CPU that is named, for the next process and for the one after it. */
static const struct plan *plan_affinity(unsigned cpu)
{
    uint64_t words[16] = { 0 };
    struct plan *plan = NULL;
    struct plan_writer w;
    struct plan_list list;
    struct err e;

    words[cpu / 64] = UINT64_C(1) << cpu % 64;
    plan_writer_init(&w);
    list = plan_add_items(&w, words, ARRAY_SIZE(words), sizeof *words);
    plan_header(&w)->cpus_initial = plan_header(&w)->cpus_final = list;
    EXPECT(plan_writer_finish(&w, 0, &plan, &e) == 0);
    plan_writer_done(&w);
    return plan;
}

TEST(the_cpus_are_those_of_the_list)
{
    int (*const rows[])(struct init *, struct err *) = { row_cpus_initial, row_cpus_final };
    static const char *const errors[] = {
        "process.execCPUAffinity.initial: sched_setaffinity",
        "process.execCPUAffinity.final: sched_setaffinity",
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct err e = { 0 };
            struct init in;
            cpu_set_t set;
            int cpu = 0;

            EXPECT(sched_getaffinity(0, sizeof set, &set) == 0);
            while (cpu < 1023 && !CPU_ISSET(cpu, &set))
                cpu++;
            in = sandbox_init(plan_affinity((unsigned)cpu));
            EXPECT(rows[i](&in, &e) == 0);
            EXPECT(sched_getaffinity(0, sizeof set, &set) == 0);
            EXPECT(CPU_COUNT(&set) == 1 && CPU_ISSET(cpu, &set));
            fake_deny(__NR_sched_setaffinity, EINVAL);
            EXPECT_ERROR(rows[i](&in, &e), e, EINVAL, errors[i]);
        }
}

TEST_MAIN()
