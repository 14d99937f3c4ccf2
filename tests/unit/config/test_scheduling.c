// SPDX-License-Identifier: Apache-2.0
/* test_scheduling.c - the rules of scheduler, ioPriority, execCPUAffinity, personality and
 * memoryPolicy. */
#include "test.h"

#include "outcome.h"

#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>

#define SCHEDULER(members) PROCESS(",'scheduler':{" members "}")
#define POLICY(name, more) SCHEDULER("'policy':'" name "'" more)
#define DEADLINE(more)     POLICY("SCHED_DEADLINE", more)
#define AFFINITY(list)     PROCESS(",'execCPUAffinity':{'final':'" list "'}")
#define MEMORY(members)    LINUX("'memoryPolicy':{" members "}")

TEST(checks_the_scheduler)
{
    static const struct outcome_row rows[] = {
        { SCHEDULER(""), "process.scheduler.policy is required" },
        { POLICY("SCHED_NORMAL", ""),
          "process.scheduler.policy has the unknown value 'SCHED_NORMAL'" },
        { POLICY("SCHED_OTHER", ",'nice':-20"), "" },
        { POLICY("SCHED_OTHER", ",'nice':20"),
          "process.scheduler.nice must be between -20 and 19" },
        { POLICY("SCHED_OTHER", ",'nice':-21"),
          "process.scheduler.nice must be between -20 and 19" },
        { POLICY("SCHED_IDLE", ",'priority':1"),
          "process.scheduler.priority must be 0 for SCHED_IDLE" },
        { POLICY("SCHED_FIFO", ""),
          "process.scheduler.priority must be between 1 and 99 for SCHED_FIFO" },
        { POLICY("SCHED_RR", ",'priority':100"),
          "process.scheduler.priority must be between 1 and 99 for SCHED_RR" },
        { POLICY("SCHED_RR", ",'priority':99,'nice':5"), "" },
        { POLICY("SCHED_BATCH", ",'flags':['SCHED_FLAG_NONE']"),
          "process.scheduler.flags[0] has the unknown value 'SCHED_FLAG_NONE'" },
        { POLICY("SCHED_BATCH", ",'period':1"),
          "process.scheduler has times, which are for SCHED_DEADLINE, and SCHED_BATCH" },
        { POLICY("SCHED_BATCH", ",'flags':['SCHED_FLAG_RECLAIM']"),
          "process.scheduler has flags, which are for SCHED_DEADLINE, and SCHED_BATCH" },
        { DEADLINE(",'priority':1"), "process.scheduler.priority must be 0 for SCHED_DEADLINE" },
        { DEADLINE(",'runtime':1023,'deadline':5000"),
          "process.scheduler.runtime must be at least 1024 nanoseconds" },
        { DEADLINE(",'runtime':1024"), "process.scheduler.deadline must not be below runtime" },
        { DEADLINE(",'runtime':1024,'deadline':1024"), "" },
        { DEADLINE(",'runtime':1024,'deadline':2048,'period':2047"),
          "process.scheduler.deadline must not be above period" },
        { DEADLINE(",'runtime':1024,'deadline':2048,'period':2048"), "" },
        { DEADLINE(",'runtime':-1"),
          "process.scheduler.runtime must be between 0 and 9223372036854775807" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

/* sched(7): a deadline process can't have children unless they lose the policy. */
TEST(a_deadline_process_cannot_run_start_hooks)
{
#define HOOKED(flags)                                                                              \
    ROOT(",'process':{'cwd':'/','args':['a'],'scheduler':{'policy':'SCHED_DEADLINE',"              \
         "'runtime':2000,'deadline':3000" flags "}},'hooks':{'startContainer':[{'path':'/h'}]}")
    static const struct outcome_row rows[] = {
        { HOOKED(""), "process.scheduler.flags: startContainer hooks need "
                      "SCHED_FLAG_RESET_ON_FORK under SCHED_DEADLINE" },
        { HOOKED(",'flags':['SCHED_FLAG_RESET_ON_FORK']"), "" },
        { ROOT(",'process':{'cwd':'/','args':['a'],'scheduler':{'policy':'SCHED_DEADLINE',"
               "'runtime':2000,'deadline':3000}},'linux':{'seccomp':{'listenerPath':'/x',"
               "'defaultAction':'SCMP_ACT_NOTIFY'}}"),
          "process.scheduler.flags: SCMP_ACT_NOTIFY needs SCHED_FLAG_RESET_ON_FORK under "
          "SCHED_DEADLINE" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(fills_the_scheduler)
{
    static const struct {
        const char *name;
        uint64_t flag;
    } flags[] = {
        { "RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
        { "KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
        { "KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
        { "UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
        { "UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
        { "RECLAIM", SCHED_FLAG_RECLAIM },
        { "DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
    };
    static const struct {
        const char *name;
        uint32_t policy;
        int priority;
    } policies[] = {
        { "OTHER", 0, 0 }, { "FIFO", 1, 1 }, { "RR", 2, 1 },
        { "BATCH", 3, 0 }, { "ISO", 4, 0 },  { "IDLE", 5, 0 },
    };
    auto_outcome o = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        snprintf(o.json, sizeof o.json,
                 DEADLINE(",'runtime':4096,'deadline':5000,'period':6000,'nice':3,"
                          "'flags':['SCHED_FLAG_%s']"),
                 flags[i].name);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->process.scheduler.flags == flags[i].flag);
    }
    if (!o.spec)
        return;
    EXPECT(o.spec->process.scheduler.has && o.spec->process.scheduler.policy == SCHED_DEADLINE);
    EXPECT(o.spec->process.scheduler.runtime == 4096 && o.spec->process.scheduler.nice == 3);
    EXPECT(o.spec->process.scheduler.deadline == 5000 && o.spec->process.scheduler.period == 6000);
    for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
        snprintf(o.json, sizeof o.json, POLICY("SCHED_%s", ",'priority':%d"), policies[i].name,
                 policies[i].priority);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->process.scheduler.policy == policies[i].policy);
    }
}

TEST(checks_the_io_priority)
{
#define IO(members) PROCESS(",'ioPriority':{" members "}")
    static const struct outcome_row rows[] = {
        { IO(""), "process.ioPriority.class is required" },
        { IO("'class':'IOPRIO_CLASS_BE'"), "process.ioPriority.priority is required" },
        { IO("'class':'IOPRIO_CLASS_NONE','priority':0"),
          "process.ioPriority.class has the unknown value 'IOPRIO_CLASS_NONE'" },
        { IO("'class':'IOPRIO_CLASS_RT','priority':8"),
          "process.ioPriority.priority must be between 0 and 7" },
        { IO("'class':'IOPRIO_CLASS_RT','priority':-1"),
          "process.ioPriority.priority must be between 0 and 7" },
        { IO("'class':'IOPRIO_CLASS_IDLE','priority':7"), "" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[ARRAY_SIZE(rows) - 1].json), "");
    EXPECT(o.spec && o.spec->process.io_priority.has);
    EXPECT(o.spec && o.spec->process.io_priority.class_ == IOPRIO_CLASS_IDLE);
    EXPECT(o.spec && o.spec->process.io_priority.level == 7);
}

TEST(reads_lists_of_numbers)
{
#define BAD_LIST(list)                                                                             \
    {                                                                                              \
        AFFINITY(list),                                                                            \
            "process.execCPUAffinity.final must be a list such as 0-3,7, not '" list "'"           \
    }
    static const struct outcome_row rows[] = {
        { AFFINITY(""), "" },
        { AFFINITY("0"), "" },
        { AFFINITY("8191"), "" },
        { AFFINITY("0-3,7"), "" },
        BAD_LIST("a"),
        BAD_LIST("1,"),
        BAD_LIST(",1"),
        BAD_LIST("3-1"),
        BAD_LIST("1-"),
        BAD_LIST("-1"),
        BAD_LIST("1-2-3"),
        BAD_LIST("1 "),
        BAD_LIST("0x1"),
        BAD_LIST("1,,2"),
        BAD_LIST("1-2:1/2"),
        { AFFINITY("0-8192"), "process.execCPUAffinity.final has a number above 8191" },
        { AFFINITY("18446744073709551616"),
          "process.execCPUAffinity.final has a number above 8191" },
    };
    auto_outcome o = { 0 };
    struct spec_numbers *set;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, AFFINITY("63-65,0,130,129")), "");
    if (!o.spec)
        return;
    set = &o.spec->process.exec_affinity.final;
    EXPECT(set->count == 3 && o.spec->process.exec_affinity.initial.count == 0);
    EXPECT(set->words[0] == (1 | UINT64_C(1) << 63) && set->words[1] == 3 && set->words[2] == 6);
}

TEST(checks_the_personality)
{
    static const struct outcome_row rows[] = {
        { LINUX("'personality':{}"), "linux.personality.domain is required" },
        { LINUX("'personality':{'domain':'linux'}"),
          "linux.personality.domain has the unknown value 'linux'" },
        { LINUX("'personality':{'domain':'LINUX','flags':['ADDR_NO_RANDOMIZE']}"),
          "linux.personality.flags must be empty: no flag is supported" },
        { LINUX("'personality':{'domain':'LINUX','flags':[]}"), "" },
        { LINUX("'personality':{'domain':'LINUX32'}"), "" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[4].json), "");
    EXPECT(o.spec && o.spec->linux_.personality.has && o.spec->linux_.personality.domain == 8);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[3].json), "");
    EXPECT(o.spec && o.spec->linux_.personality.has && o.spec->linux_.personality.domain == 0);
}

TEST(checks_the_memory_policy)
{
    static const struct outcome_row rows[] = {
        { MEMORY(""), "linux.memoryPolicy.mode is required" },
        { MEMORY("'mode':'bind'"), "linux.memoryPolicy.mode has the unknown value 'bind'" },
        { MEMORY("'mode':'MPOL_DEFAULT','nodes':''"), "" },
        { MEMORY("'mode':'MPOL_LOCAL'"), "" },
        { MEMORY("'mode':'MPOL_DEFAULT','nodes':'0'"),
          "linux.memoryPolicy.nodes must be empty for MPOL_DEFAULT" },
        { MEMORY("'mode':'MPOL_LOCAL','nodes':'0'"),
          "linux.memoryPolicy.nodes must be empty for MPOL_LOCAL" },
        { MEMORY("'mode':'MPOL_BIND','nodes':''"),
          "linux.memoryPolicy.nodes must name a node for MPOL_BIND" },
        { MEMORY("'mode':'MPOL_INTERLEAVE'"),
          "linux.memoryPolicy.nodes must name a node for MPOL_INTERLEAVE" },
        { MEMORY("'mode':'MPOL_PREFERRED'"), "" },
        { MEMORY("'mode':'MPOL_PREFERRED','flags':['MPOL_F_STATIC_NODES']"),
          "linux.memoryPolicy.flags must be empty where no node is named" },
        { MEMORY("'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC_NODES',"
                 "'MPOL_F_RELATIVE_NODES']"),
          "linux.memoryPolicy.flags has two flags that exclude each other" },
        { MEMORY("'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC']"),
          "linux.memoryPolicy.flags[0] has the unknown value 'MPOL_F_STATIC'" },
        { MEMORY("'mode':'MPOL_BIND','nodes':'0,x'"),
          "linux.memoryPolicy.nodes must be a list such as 0-3,7, not '0,x'" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(fills_the_memory_policy)
{
    static const struct {
        const char *name;
        uint32_t mode;
    } modes[] = {
        { "BIND", MPOL_BIND },        { "INTERLEAVE", MPOL_INTERLEAVE },
        { "WEIGHTED_INTERLEAVE", 6 }, { "PREFERRED", MPOL_PREFERRED },
        { "PREFERRED_MANY", 5 },
    };
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {
        { "NUMA_BALANCING", 1 << 13 },
        { "RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
        { "STATIC_NODES", MPOL_F_STATIC_NODES },
    };
    auto_outcome o = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        for (size_t k = 0; k < ARRAY_SIZE(flags); k++) {
            const struct spec_memory_policy *p;

            snprintf(o.json, sizeof o.json,
                     MEMORY("'mode':'MPOL_%s','nodes':'1','flags':['MPOL_F_%s']"), modes[i].name,
                     flags[k].name);
            EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
            p = o.spec ? &o.spec->linux_.memory_policy : NULL;
            EXPECT(p && p->has && p->mode == modes[i].mode && p->flags == flags[k].flag);
            EXPECT(p && p->nodes.count == 1 && p->nodes.words[0] == 2);
        }
}

TEST_MAIN()
