// SPDX-License-Identifier: Apache-2.0
/* test_refuse.c - properties that are not supported yet: refused when asked for, and only then. */
#include "test.h"

#include "outcome.h"

#include <errno.h>

TEST(what_is_asked_for_is_refused_by_name)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'mounts':[{'destination':'/a'},{'destination':'/b','uidMappings':"
               "[{'containerID':0,'hostID':0,'size':1}]}]"),
          "mounts[1].uidMappings is not supported yet" },
        { ROOT(",'mounts':[{'destination':'/b','gidMappings':[{}]}]"),
          "mounts[0].gidMappings is not supported yet" },
        { LINUX("'mountLabel':'system_u:object_r:x_t:s0'"),
          "linux.mountLabel is not supported yet" },
        { RESOURCES("'blockIO':{'weight':0,'weightDevice':[{'major':8}]}"),
          "linux.resources.blockIO is not supported yet" },
        { RESOURCES("'blockIO':{'weight':10}"), "linux.resources.blockIO is not supported yet" },
        { RESOURCES("'hugepageLimits':[{'pageSize':'2MB','limit':0}]"),
          "linux.resources.hugepageLimits is not supported yet" },
        { RESOURCES("'network':{'classID':1}"), "linux.resources.network is not supported yet" },
        { RESOURCES("'rdma':{'mlx5_1':{}}"), "linux.resources.rdma is not supported yet" },
        { RESOURCES("'unified':{'memory.high':''}"),
          "linux.resources.unified is not supported yet" },
        { RESOURCES("'memory':{'kernel':1}"),
          "linux.resources.memory.kernel is not supported yet" },
        { RESOURCES("'memory':{'kernelTCP':-2}"),
          "linux.resources.memory.kernelTCP is not supported yet" },
        { RESOURCES("'memory':{'useHierarchy':true}"),
          "linux.resources.memory.useHierarchy is not supported yet" },
        { RESOURCES("'memory':{'checkBeforeUpdate':true}"),
          "linux.resources.memory.checkBeforeUpdate is not supported yet" },
        { RESOURCES("'cpu':{'cpus':'0-1'}"), "linux.resources.cpu.cpus is not supported yet" },
        { RESOURCES("'cpu':{'mems':'0'}"), "linux.resources.cpu.mems is not supported yet" },
        { RESOURCES("'cpu':{'burst':1}"), "linux.resources.cpu.burst is not supported yet" },
        { RESOURCES("'cpu':{'idle':1}"), "linux.resources.cpu.idle is not supported yet" },
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
        { ROOT(",'mounts':[{'destination':'/b','uidMappings':[],'gidMappings':[]}]"), "" },
        { LINUX("'mountLabel':''"), "" },
        { RESOURCES("'blockIO':{},'hugepageLimits':[],'network':{},'rdma':{},'unified':{}"), "" },
        { RESOURCES("'blockIO':{'weight':0,'leafWeight':0,'weightDevice':[]}"), "" },
        { RESOURCES("'network':{'classID':0,'priorities':[]}"), "" },
        { RESOURCES("'memory':{'kernel':0,'kernelTCP':-1,'useHierarchy':false,"
                    "'checkBeforeUpdate':false}"),
          "" },
        { RESOURCES("'cpu':{'cpus':'','mems':'','burst':0,'idle':0}"), "" },
        { ROOT(",'vm':{}"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
