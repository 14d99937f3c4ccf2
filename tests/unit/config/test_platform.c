// SPDX-License-Identifier: Apache-2.0
/* test_platform.c - the rules of the linux object and its resources. */
#include "test.h"

#include "outcome.h"

#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/stat.h>

TEST(checks_namespaces)
{
    static const struct outcome_row rows[] = {
        { LINUX("'namespaces':[{'type':'net'}]"),
          "linux.namespaces[0].type has the unknown value 'net'" },
        { LINUX("'namespaces':[{'type':'Pid'}]"),
          "linux.namespaces[0].type has the unknown value 'Pid'" },
        { LINUX("'namespaces':[{'type':'pid'},{'type':'uts'},{'type':'pid','path':'/x'}]"),
          "linux.namespaces has 'pid' twice" },
        { LINUX("'namespaces':[{'type':'network','path':'proc/1/ns/net'}]"),
          "linux.namespaces[0].path must be an absolute path, not 'proc/1/ns/net'" },
        { LINUX("'namespaces':[{'type':'user'}]"), "" },
        { LINUX("'namespaces':[]"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(fills_namespaces)
{
    static const struct {
        const char *type;
        uint32_t flag;
    } rows[] = {
        { "pid", CLONE_NEWPID },       { "network", CLONE_NEWNET },
        { "mount", CLONE_NEWNS },      { "ipc", CLONE_NEWIPC },
        { "uts", CLONE_NEWUTS },       { "user", CLONE_NEWUSER },
        { "cgroup", CLONE_NEWCGROUP }, { "time", 0x80 },
    };
    auto_outcome o = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        snprintf(o.json, sizeof o.json,
                 LINUX("'namespaces':[{'type':'%s'},{'type':'%s','path':'/ns'}]"), rows[i].type,
                 rows[(i + 1) % ARRAY_SIZE(rows)].type);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        if (!o.spec)
            continue;
        EXPECT(o.spec->linux_.namespace_count == 2);
        EXPECT(o.spec->linux_.namespaces[0].flag == rows[i].flag);
        EXPECT_STR(o.spec->linux_.namespaces[0].path, NULL);
        EXPECT_STR(o.spec->linux_.namespaces[1].path, "/ns");
    }
    EXPECT_STR(outcome_of(&o, spec_parse, LINUX("'namespaces':[{'type':'pid','path':''}]")), "");
    EXPECT(o.spec && !o.spec->linux_.namespaces[0].path);
}

TEST(checks_id_mappings)
{
#define USER_NS      "'namespaces':[{'type':'user'}],"
#define MAP(c, h, n) "[{'containerID':" c ",'hostID':" h ",'size':" n "}]"
    static const struct outcome_row rows[] = {
        { LINUX(USER_NS "'uidMappings':" MAP("0", "0", "4294967295")), "" },
        { LINUX(USER_NS "'uidMappings':" MAP("4294967294", "4294967294", "1")), "" },
        { LINUX(USER_NS "'uidMappings':" MAP("0", "1", "4294967295")),
          "linux.uidMappings[0] reaches beyond the last id, 4294967294" },
        { LINUX(USER_NS "'gidMappings':" MAP("4294967294", "0", "2")),
          "linux.gidMappings[0] reaches beyond the last id, 4294967294" },
        { LINUX(USER_NS "'gidMappings':" MAP("0", "0", "0")),
          "linux.gidMappings[0].size must be between 1 and 4294967295" },
        { LINUX(USER_NS "'gidMappings':" MAP("0", "4294967295", "1")),
          "linux.gidMappings[0].hostID must be between 0 and 4294967294" },
        { LINUX("'uidMappings':" MAP("0", "0", "1")),
          "linux.uidMappings needs a user namespace in linux.namespaces" },
        { LINUX("'gidMappings':" MAP("0", "0", "1")),
          "linux.gidMappings needs a user namespace in linux.namespaces" },
        { LINUX("'uidMappings':[],'gidMappings':[]"), "" },
        { LINUX("'namespaces':[{'type':'user','path':'/ns'}],'uidMappings':" MAP("0", "0", "1")),
          "" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, LINUX(USER_NS "'gidMappings':" MAP("1", "2", "3"))), "");
    EXPECT(o.spec && o.spec->linux_.gid_mapping_count == 1 &&
           o.spec->linux_.uid_mapping_count == 0);
    EXPECT(o.spec && o.spec->linux_.gid_mappings[0].container_id == 1 &&
           o.spec->linux_.gid_mappings[0].host_id == 2 && o.spec->linux_.gid_mappings[0].size == 3);
}

TEST(checks_time_offsets)
{
#define TIME_NS "'namespaces':[{'type':'time'}],"
    static const struct outcome_row rows[] = {
        { LINUX("'timeOffsets':{'boottime':{'secs':1}}"),
          "linux.timeOffsets needs a time namespace in linux.namespaces" },
        { LINUX("'timeOffsets':{'monotonic':{}}"),
          "linux.timeOffsets needs a time namespace in linux.namespaces" },
        { LINUX("'timeOffsets':{}"), "" },
        { LINUX(TIME_NS "'timeOffsets':{'monotonic':{'nanosecs':1000000000}}"),
          "linux.timeOffsets.monotonic.nanosecs must be between 0 and 999999999" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse,
                          LINUX(TIME_NS "'timeOffsets':{'boottime':{'secs':-7,'nanosecs':8}}")),
               "");
    EXPECT(o.spec && o.spec->linux_.boottime.has && !o.spec->linux_.monotonic.has);
    EXPECT(o.spec && o.spec->linux_.boottime.secs == -7 && o.spec->linux_.boottime.nanosecs == 8);
}

TEST(checks_devices)
{
    static const struct outcome_row rows[] = {
        { LINUX("'devices':[{'type':'c'}]"), "linux.devices[0].path is required" },
        { LINUX("'devices':[{'path':'dev/x','type':'p'}]"),
          "linux.devices[0].path must be an absolute path, not 'dev/x'" },
        { LINUX("'devices':[{'path':'/x'}]"), "linux.devices[0].type is required" },
        { LINUX("'devices':[{'path':'/x','type':'a'}]"),
          "linux.devices[0].type has the unknown value 'a'" },
        { LINUX("'devices':[{'path':'/x','type':'c','minor':1}]"),
          "linux.devices[0].major is required" },
        { LINUX("'devices':[{'path':'/x','type':'u','major':1}]"),
          "linux.devices[0].minor is required" },
        { LINUX("'devices':[{'path':'/x','type':'b','major':-1,'minor':1}]"),
          "linux.devices[0].major must be between 0 and 4095" },
        { LINUX("'devices':[{'path':'/x','type':'b','major':4095,'minor':1048576}]"),
          "linux.devices[0].minor must be between 0 and 1048575" },
        { LINUX("'devices':[{'path':'/x','type':'p','fileMode':65536}]"),
          "linux.devices[0].fileMode must be between 0 and 65535" },
        { LINUX("'devices':[{'path':'/x','type':'p','uid':4294967295}]"),
          "linux.devices[0].uid must be between 0 and 4294967294" },
        { LINUX("'devices':[{'path':'/x','type':'p'}]"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(fills_devices)
{
    auto_outcome o = { 0 };
    struct spec_device *d;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          LINUX("'devices':[{'path':'/c','type':'c','major':10,'minor':229,"
                                "'fileMode':8630,'uid':1,'gid':2},{'path':'/u','type':'u','major':1"
                                ",'minor':3},{'path':'/b','type':'b','major':8,'minor':0},"
                                "{'path':'/p','type':'p','fileMode':384}]")),
               "");
    if (!o.spec)
        return;
    d = o.spec->linux_.devices;
    EXPECT(o.spec->linux_.device_count == 4);
    EXPECT_STR(d[0].path, "/c");
    EXPECT(d[0].type == S_IFCHR && d[0].major == 10 && d[0].minor == 229);
    /* 8630 is 020666: the type bits that some engines leave in are not the mode's. */
    EXPECT(d[0].file_mode.has && d[0].file_mode.value == 0666 && d[0].uid == 1 && d[0].gid == 2);
    EXPECT(d[1].type == S_IFCHR && !d[1].file_mode.has);
    EXPECT(d[2].type == S_IFBLK && d[2].major == 8);
    EXPECT(d[3].type == S_IFIFO && d[3].file_mode.value == 0600);
}

TEST(checks_paths_and_propagation)
{
    static const struct outcome_row rows[] = {
        { LINUX("'maskedPaths':['/proc/kcore','proc/keys']"),
          "linux.maskedPaths[1] must be an absolute path, not 'proc/keys'" },
        { LINUX("'readonlyPaths':['']"), "linux.readonlyPaths[0] must not be empty" },
        { LINUX("'rootfsPropagation':'rshare'"),
          "linux.rootfsPropagation has the unknown value 'rshare'" },
    };
    static const struct {
        const char *text;
        uint32_t flag;
    } values[] = {
        { "", 0 },
        { "shared", MS_SHARED },
        { "rshared", MS_SHARED },
        { "slave", MS_SLAVE },
        { "rslave", MS_SLAVE },
        { "private", MS_PRIVATE },
        { "rprivate", MS_PRIVATE },
        { "unbindable", MS_UNBINDABLE },
        { "runbindable", MS_UNBINDABLE },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        snprintf(o.json, sizeof o.json,
                 LINUX("'rootfsPropagation':'%s','cgroupsPath':'%s','maskedPaths':['/m'],"
                       "'readonlyPaths':['/r1','/r2']"),
                 values[i].text, values[i].text);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->linux_.rootfs_propagation == values[i].flag);
        EXPECT_STR(o.spec ? o.spec->linux_.cgroups_path : "", i ? values[i].text : NULL);
        EXPECT(o.spec && o.spec->linux_.masked_paths.count == 1);
        EXPECT(o.spec && o.spec->linux_.readonly_paths.count == 2);
    }
}

TEST(checks_device_rules)
{
#define RULES(rules) RESOURCES("'devices':[" rules "]")
    static const struct outcome_row rows[] = {
        { RULES("{}"), "linux.resources.devices[0].allow is required" },
        { RULES("{'allow':true}"),
          "linux.resources.devices[0] must say in 'access' what is allowed" },
        { RULES("{'allow':true,'access':''}"),
          "linux.resources.devices[0] must say in 'access' what is allowed" },
        { RULES("{'allow':true,'access':'rx'}"),
          "linux.resources.devices[0].access must consist of r, w and m, not 'rx'" },
        { RULES("{'allow':true,'access':'r','type':'u'}"),
          "linux.resources.devices[0].type has the unknown value 'u'" },
        { RULES("{'allow':true,'access':'r','major':-2}"),
          "linux.resources.devices[0].major must be between -1 and 4294967295" },
        { RULES("{'allow':false,'minor':4294967296}"),
          "linux.resources.devices[0].minor must be between -1 and 4294967295" },
    };
    auto_outcome o = { 0 };
    struct spec_device_rule *r;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse,
                          RULES("{'allow':false},{'allow':true,'type':'c','major':1,'minor':3,"
                                "'access':'rr'},{'allow':true,'type':'b','access':'mw'},"
                                "{'allow':false,'type':'a','major':-1,'access':'m'}")),
               "");
    if (!o.spec)
        return;
    r = o.spec->linux_.resources.devices;
    EXPECT(o.spec->linux_.has_resources && o.spec->linux_.resources.device_count == 4);
    EXPECT(!r[0].allow && r[0].type == 'a' && r[0].major == -1 && r[0].minor == -1 &&
           r[0].access == (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD));
    EXPECT(r[1].allow && r[1].type == 'c' && r[1].major == 1 && r[1].minor == 3 &&
           r[1].access == DEVICE_READ);
    EXPECT(r[2].type == 'b' && r[2].major == -1 && r[2].access == (DEVICE_WRITE | DEVICE_MKNOD));
    EXPECT(r[3].type == 'a' && r[3].access == DEVICE_MKNOD);
}

TEST(checks_limits)
{
    static const struct outcome_row rows[] = {
        { RESOURCES("'memory':{'limit':-2}"),
          "linux.resources.memory.limit must be between -1 and 9223372036854775807" },
        { RESOURCES("'memory':{'limit':9223372036854775808}"),
          "linux.resources.memory.limit must be between -1 and 9223372036854775807" },
        { RESOURCES("'memory':{'swap':1.5}"), "linux.resources.memory.swap must be an integer" },
        { RESOURCES("'memory':{'swappiness':101}"),
          "linux.resources.memory.swappiness must be between 0 and 100" },
        { RESOURCES("'cpu':{'shares':-1}"),
          "linux.resources.cpu.shares must be an unsigned integer" },
        { RESOURCES("'cpu':{'quota':-2}"),
          "linux.resources.cpu.quota must be between -1 and 9223372036854775807" },
        { RESOURCES("'pids':{'limit':-2}"),
          "linux.resources.pids.limit must be between -1 and 9223372036854775807" },
        { RESOURCES("'memory':{},'cpu':{},'pids':{}"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(fills_limits)
{
    auto_outcome o = { 0 };
    struct spec_resources *r;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          RESOURCES("'memory':{'limit':1,'reservation':2,'swap':-1,'swappiness':0,"
                                    "'disableOOMKiller':true},'cpu':{'shares':3,'quota':-1,"
                                    "'period':18446744073709551615,'realtimeRuntime':5,"
                                    "'realtimePeriod':6},'pids':{'limit':0}")),
               "");
    if (!o.spec)
        return;
    r = &o.spec->linux_.resources;
    EXPECT(r->memory.limit.has && r->memory.limit.value == 1);
    EXPECT(r->memory.reservation.has && r->memory.reservation.value == 2);
    EXPECT(r->memory.swap.has && r->memory.swap.value == -1);
    EXPECT(r->memory.swappiness.has && r->memory.swappiness.value == 0);
    EXPECT(r->memory.disable_oom_killer);
    EXPECT(r->cpu.shares.has && r->cpu.shares.value == 3);
    EXPECT(r->cpu.quota.has && r->cpu.quota.value == -1);
    EXPECT(r->cpu.period.has && r->cpu.period.value == UINT64_MAX);
    EXPECT(r->cpu.realtime_runtime.has && r->cpu.realtime_runtime.value == 5);
    EXPECT(r->cpu.realtime_period.has && r->cpu.realtime_period.value == 6);
    EXPECT(r->pids_limit.has && r->pids_limit.value == 0);
    EXPECT_STR(outcome_of(&o, spec_parse, LINUX("'resources':{}")), "");
    EXPECT(o.spec && o.spec->linux_.has_resources && !o.spec->linux_.resources.pids_limit.has);
    EXPECT_STR(outcome_of(&o, spec_parse, LINUX("")), "");
    EXPECT(o.spec && !o.spec->linux_.has_resources);
}

TEST(checks_intel_rdt)
{
#define RDT(members) LINUX("'intelRdt':{" members "}")
    static const struct outcome_row rows[] = {
        { RDT(""), "" },
        { RDT("'closID':'/'"), "" },
        { RDT("'closID':'a/b'"), "linux.intelRdt.closID must be one name, or '/' alone" },
        { RDT("'closID':'..'"), "linux.intelRdt.closID '..' is no name for a class" },
        { RDT("'closID':'mon_groups'"),
          "linux.intelRdt.closID 'mon_groups' is no name for a class" },
        { RDT("'l3CacheSchema':'L3:0=f\\n'"),
          "linux.intelRdt.l3CacheSchema must not contain a newline" },
        { RDT("'memBwSchema':'L3:0=f'"), "linux.intelRdt.memBwSchema must start with MB:" },
        { RDT("'memBwSchema':'MB:0=1\\nL3:0=1'"),
          "linux.intelRdt.memBwSchema must not contain a newline" },
        { RDT("'schemata':['L3:0=f','']"), "linux.intelRdt.schemata[1] must not be empty" },
        { RDT("'schemata':['L3:0=f','MB:0=1\\n']"),
          "linux.intelRdt.schemata[1] must not contain a newline" },
        { RDT("'closID':'c','l3CacheSchema':'L3:0=f','memBwSchema':'MB:0=1',"
              "'schemata':['L2:0=1'],'enableMonitoring':true"),
          "" },
    };
    auto_outcome o = { 0 };
    struct spec_intel_rdt *r;

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[ARRAY_SIZE(rows) - 1].json), "");
    if (!o.spec)
        return;
    r = &o.spec->linux_.intel_rdt;
    EXPECT(r->has && r->monitoring && r->schemata.count == 1);
    EXPECT_STR(r->clos_id, "c");
    EXPECT_STR(r->l3_cache_schema, "L3:0=f");
    EXPECT_STR(r->mem_bw_schema, "MB:0=1");
}

TEST(checks_network_devices)
{
#define DEVICES(members) LINUX("'namespaces':[{'type':'network'}],'netDevices':{" members "}")
#define NO_NAME(name)    "linux.netDevices has '" name "', which is no name for a network device"
    static const struct outcome_row rows[] = {
        { DEVICES(""), "" },
        { DEVICES("'a':{},'b':null,'c':{'name':''},'d':{'name':'a%d'},'e':{'name':'a%d'}"), "" },
        { LINUX("'netDevices':{'a':{}}"),
          "linux.netDevices needs a network namespace in linux.namespaces" },
        { DEVICES("'a':1"), "linux.netDevices.a must be an object" },
        { DEVICES("'':{}"), NO_NAME("") },
        { DEVICES("'.':{}"), NO_NAME(".") },
        { DEVICES("'a/b':{}"), NO_NAME("a/b") },
        { DEVICES("'a:b':{}"), NO_NAME("a:b") },
        { DEVICES("'a%d':{}"), NO_NAME("a%d") },
        { DEVICES("'0123456789abcdef':{}"), NO_NAME("0123456789abcdef") },
        { DEVICES("'0123456789abcde':{}"), "" },
        { DEVICES("'a':{'name':'b c'}"),
          "linux.netDevices.a.name 'b c' is no name for a network device" },
        { DEVICES("'a':{'name':'%d'}"),
          "linux.netDevices.a.name '%d' is no name for a network device" },
        { DEVICES("'a':{'name':'b%dc'}"),
          "linux.netDevices.a.name 'b%dc' is no name for a network device" },
        { DEVICES("'a':{'name':'b%s'}"),
          "linux.netDevices.a.name 'b%s' is no name for a network device" },
        { DEVICES("'a':{'name':'x'},'b':{'name':'x'}"),
          "linux.netDevices has two devices for the name 'x'" },
        { DEVICES("'a':{'name':'b'},'b':{}"), "linux.netDevices has two devices for the name 'b'" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[1].json), "");
    if (!o.spec)
        return;
    EXPECT(o.spec->linux_.net_device_count == 4);
    EXPECT_STR(o.spec->linux_.net_devices[0].name, "a");
    EXPECT_STR(o.spec->linux_.net_devices[1].name, "c");
    EXPECT_STR(o.spec->linux_.net_devices[2].host, "d");
    EXPECT_STR(o.spec->linux_.net_devices[2].name, "a%d");
}

TEST_MAIN()
