// SPDX-License-Identifier: Apache-2.0
/* test_limits.c - the parts of linux.resources that speak of devices, pages and names. */
#include "test.h"

#include "outcome.h"

TEST(checks_memory_and_cpu)
{
    static const struct outcome_row rows[] = {
        { RESOURCES("'memory':{'kernel':-2}"),
          "linux.resources.memory.kernel must be between -1 and 9223372036854775807" },
        { RESOURCES("'memory':{'kernelTCP':-2}"),
          "linux.resources.memory.kernelTCP must be between -1 and 9223372036854775807" },
        { RESOURCES("'cpu':{'burst':-1}"),
          "linux.resources.cpu.burst must be an unsigned integer" },
        { RESOURCES("'cpu':{'idle':2}"), "linux.resources.cpu.idle must be between 0 and 1" },
        { RESOURCES("'cpu':{'cpus':'','mems':'','burst':0,'idle':0}"), "" },
    };
    auto_outcome o = { 0 };
    struct spec_resources *r;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse,
                          RESOURCES("'memory':{'kernel':1,'kernelTCP':-1,'useHierarchy':true,"
                                    "'checkBeforeUpdate':true,"
                                    "'swappiness':18446744073709551615},"
                                    "'cpu':{'cpus':'0-3,7','mems':'0','burst':5,'idle':1}")),
               "");
    if (!o.spec)
        return;
    r = &o.spec->linux_.resources;
    EXPECT(r->memory.kernel.value == 1 && r->memory.kernel_tcp.value == -1);
    EXPECT(r->memory.use_hierarchy && r->memory.check_before_update);
    EXPECT(!r->memory.swappiness.has);
    EXPECT(r->cpu.burst.has && r->cpu.burst.value == 5 && r->cpu.idle.value == 1);
    EXPECT_STR(r->cpu.cpus, "0-3,7");
    EXPECT_STR(r->cpu.mems, "0");
}

TEST(reads_changes_by_the_same_rules)
{
    static const struct outcome_row rows[] = {
        { "{}", "" },
        { "null", "linux.resources must be an object" },
        { "[]", "linux.resources must be an object" },
        { "{'pids':{'limit':-2}}",
          "linux.resources.pids.limit must be between -1 and 9223372036854775807" },
        { "{'cpu':{'idle':2}}", "linux.resources.cpu.idle must be between 0 and 1" },
        { "{'unified':{'cgroup.procs':'1'}}",
          "linux.resources.unified['cgroup.procs'] is no setting of a container" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse_resources, rows);
    EXPECT_STR(outcome_of(&o, spec_parse_resources, "{'cpu':{'idle':0},'pids':{'limit':0}}"), "");
    if (!o.spec)
        return;
    EXPECT(o.spec->linux_.has_resources && o.spec->linux_.resources.changes);
    EXPECT(o.spec->linux_.resources.cpu.idle.has);
    EXPECT(o.spec->linux_.resources.pids_limit.has);
}

TEST(checks_block_io)
{
#define IO(members) RESOURCES("'blockIO':{" members "}")
    static const struct outcome_row rows[] = {
        { IO(""), "" },
        { IO("'weight':0,'leafWeight':0,'weightDevice':[]"), "" },
        { IO("'weight':9"), "linux.resources.blockIO.weight must be between 10 and 1000" },
        { IO("'leafWeight':1001"),
          "linux.resources.blockIO.leafWeight must be between 10 and 1000" },
        { IO("'weight':65536"), "linux.resources.blockIO.weight must be between 0 and 65535" },
        { IO("'weightDevice':[{'major':8,'minor':0}]"),
          "linux.resources.blockIO.weightDevice[0] must have 'weight' or 'leafWeight'" },
        { IO("'weightDevice':[{'major':8,'minor':0,'weight':1}]"),
          "linux.resources.blockIO.weightDevice[0].weight must be between 10 and 1000" },
        { IO("'weightDevice':[{'major':4096,'minor':0,'weight':10}]"),
          "linux.resources.blockIO.weightDevice[0].major must be between 0 and 4095" },
        { IO("'throttleReadBpsDevice':[{'major':8,'minor':-1,'rate':10}]"),
          "linux.resources.blockIO.throttleReadBpsDevice[0].minor must be between 0 and 1048575" },
    };
    auto_outcome o = { 0 };
    struct spec_resources *r;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse,
                          IO("'weight':10,'leafWeight':1000,"
                             "'weightDevice':[{'major':8,'minor':1,'leafWeight':20}],"
                             "'throttleReadBpsDevice':[{'major':1,'minor':2,'rate':3}],"
                             "'throttleWriteBpsDevice':[{'major':1,'minor':2,'rate':4}],"
                             "'throttleReadIOPSDevice':[{'major':1,'minor':2,'rate':5}],"
                             "'throttleWriteIOPSDevice':[{'major':1,'minor':2,"
                             "'rate':18446744073709551615}]")),
               "");
    if (!o.spec)
        return;
    r = &o.spec->linux_.resources;
    EXPECT(r->block_io.weight.value == 10 && r->block_io.leaf_weight.value == 1000);
    EXPECT(r->block_io.device_weight_count == 1);
    EXPECT(!r->block_io.device_weights[0].weight.has);
    EXPECT(r->block_io.device_weights[0].leaf_weight.value == 20);
    EXPECT(r->block_io.throttle[THROTTLE_READ_BPS].items[0].rate == 3);
    EXPECT(r->block_io.throttle[THROTTLE_WRITE_BPS].items[0].rate == 4);
    EXPECT(r->block_io.throttle[THROTTLE_READ_IOPS].items[0].rate == 5);
    EXPECT(r->block_io.throttle[THROTTLE_WRITE_IOPS].items[0].rate == UINT64_MAX);
}

TEST(takes_no_page_size_that_is_another_file)
{
#define PAGE(size) RESOURCES("'hugepageLimits':[{'pageSize':'" size "','limit':0}]")
#define NO_PAGE(size)                                                                              \
    {                                                                                              \
        PAGE(size),                                                                                \
            "linux.resources.hugepageLimits[0].pageSize must be a size like 2MB, not '" size "'"   \
    }
    static const struct outcome_row rows[] = {
        { PAGE("64KB"), "" },
        { PAGE("2MB"), "" },
        { PAGE("1GB"), "" },
        NO_PAGE(""),
        NO_PAGE("MB"),
        NO_PAGE("02MB"),
        NO_PAGE("2"),
        NO_PAGE("2M"),
        NO_PAGE("2mb"),
        NO_PAGE("2MB/../../x"),
        NO_PAGE("../2MB"),
        NO_PAGE("2MB.."),
        NO_PAGE("12345678901MB"),
        NO_PAGE("-2MB"),
        NO_PAGE("2MB "),
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(takes_no_name_that_says_something_else)
{
#define PRIO(name) RESOURCES("'network':{'priorities':[{'name':'" name "','priority':1}]}")
#define NO_PRIO    "linux.resources.network.priorities[0].name is not the name of a network interface"
    static const struct outcome_row rows[] = {
        { PRIO("eth0"), "" },
        { PRIO("fifteen-letters"), "" },
        { PRIO("sixteen-letters-"), NO_PRIO },
        { PRIO("eth0 5\\nlo"), NO_PRIO },
        { PRIO("a/b"), NO_PRIO },
        { RESOURCES("'network':{'classID':4294967296}"),
          "linux.resources.network.classID must be between 0 and 4294967295" },
        { RESOURCES("'rdma':{'a b':{'hcaHandles':1}}"),
          "linux.resources.rdma['a b'] is not the name of an RDMA device" },
        { RESOURCES("'rdma':{'a/b':{'hcaHandles':1}}"),
          "linux.resources.rdma['a/b'] is not the name of an RDMA device" },
        { RESOURCES("'rdma':{'':{'hcaHandles':1}}"),
          "linux.resources.rdma[''] is not the name of an RDMA device" },
        { RESOURCES("'rdma':{'a':{}}"),
          "linux.resources.rdma.a must have 'hcaHandles' or 'hcaObjects'" },
        { RESOURCES("'rdma':{'a':null}"), "" },
        { RESOURCES("'rdma':{},'network':{},'hugepageLimits':[],'unified':{}"), "" },
    };
    auto_outcome o = { 0 };
    struct spec_resources *r;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse,
                          RESOURCES("'network':{'classID':1048577},"
                                    "'rdma':{'mlx5_1':{'hcaObjects':0},'rxe3':{'hcaHandles':3}}")),
               "");
    if (!o.spec)
        return;
    r = &o.spec->linux_.resources;
    EXPECT(r->network.class_id == 1048577 && r->rdma_count == 2);
    EXPECT_STR(r->rdma[0].device, "mlx5_1");
    EXPECT(!r->rdma[0].handles.has && r->rdma[0].objects.has && r->rdma[1].handles.value == 3);
}

TEST(takes_parameters_of_controllers_only)
{
#define KEY(name) RESOURCES("'unified':{'" name "':'1'}")
#define NO_KEY(name)                                                                               \
    {                                                                                              \
        KEY(name), "linux.resources.unified['" name "'] must be named CONTROLLER.PARAMETER"        \
    }
    static const struct outcome_row rows[] = {
        { KEY("memory.high"), "" },
        { KEY("hugetlb.1GB.rsvd.max"), "" },
        { KEY("cgroup.max.depth"), "" },
        { KEY("new_one.whatever"), "" },
        NO_KEY("memory/../memory.high"),
        NO_KEY("../memory.high"),
        NO_KEY(".."),
        NO_KEY(".high"),
        NO_KEY("memory."),
        NO_KEY("memory.hi gh"),
        NO_KEY("memory.-"),
        { KEY("memory"), "linux.resources.unified.memory must be named CONTROLLER.PARAMETER" },
        { KEY("cgroup.procs"),
          "linux.resources.unified['cgroup.procs'] is no setting of a container" },
        { KEY("cgroup.freeze"),
          "linux.resources.unified['cgroup.freeze'] is no setting of a container" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
