// SPDX-License-Identifier: Apache-2.0
/* test_refuse.c - properties that are not supported yet: refused when asked for, and only then. */
#include "test.h"

#include "outcome.h"

#include <errno.h>

TEST(what_is_asked_for_is_refused_by_name)
{
    static const struct outcome_row rows[] = {
        { PROCESS(",'scheduler':{'policy':'SCHED_OTHER'}"),
          "process.scheduler is not supported yet" },
        { PROCESS(",'ioPriority':{'class':'IOPRIO_CLASS_IDLE','priority':0}"),
          "process.ioPriority is not supported yet" },
        { PROCESS(",'execCPUAffinity':{'initial':'0'}"),
          "process.execCPUAffinity is not supported yet" },
        { LINUX("'intelRdt':{'enableMonitoring':true}"), "linux.intelRdt is not supported yet" },
        { LINUX("'netDevices':{'eth0':{}}"), "linux.netDevices is not supported yet" },
        { LINUX("'memoryPolicy':{'mode':'MPOL_BIND'}"), "linux.memoryPolicy is not supported yet" },
        { LINUX("'personality':{'domain':'LINUX32'}"), "linux.personality is not supported yet" },
        { LINUX("'personality':{'domain':'LINUX','flags':['ADDR_NO_RANDOMIZE']}"),
          "linux.personality is not supported yet" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_outcome o = { 0 };

        EXPECT_STR(outcome_of(&o, spec_parse, rows[i].json), rows[i].text);
        EXPECT(o.e.kind == ERR_UNSUPPORTED && o.e.code == EOPNOTSUPP);
    }
}

TEST(empty_and_default_values_are_not_asked_for)
{
    static const struct outcome_row rows[] = {
        { PROCESS(",'scheduler':{},'ioPriority':{},'execCPUAffinity':{'initial':'','final':''}"),
          "" },
        { ROOT(",'mounts':[{'destination':'/b','uidMappings':[],'gidMappings':[]}]"), "" },
        { LINUX("'intelRdt':{'closID':'','schemata':[],'enableMonitoring':false}"), "" },
        { LINUX("'netDevices':{},'memoryPolicy':{'mode':''},'mountLabel':''"), "" },
        { LINUX("'personality':{}"), "" },
        { LINUX("'personality':{'domain':'LINUX'}"), "" },
        { LINUX("'personality':{'domain':'LINUX','flags':[]}"), "" },
        { ROOT(",'vm':{}"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
