// SPDX-License-Identifier: Apache-2.0
/* test_types.c - every property with a wrong type, given twice, null, and in other case. */
#include "test.h"

#include "outcome.h"

enum type { BOOLEAN, INTEGER, UNSIGNED, STRING, ARRAY, OBJECT };

static const struct {
    const char *phrase, *good; /* good: the value that is of this type */
} types[] = {
    [BOOLEAN] = { "must be a boolean", "true" },
    [INTEGER] = { "must be an integer", "1" },
    [UNSIGNED] = { "must be an unsigned integer", "1" },
    [STRING] = { "must be a string", "'x'" },
    [ARRAY] = { "must be an array", "[]" },
    [OBJECT] = { "must be an object", "{}" },
};

static const char *const values[] = { "true", "1", "1.5", "1e3", "'x'", "[]", "{}" };

#define USER       PROCESS(",'user':{%s}")
#define RLIMIT     PROCESS(",'rlimits':[{%s}]")
#define MOUNT      ROOT(",'mounts':[{'destination':'/x',%s}]")
#define MOUNT_MAP  ROOT(",'mounts':[{'destination':'/x','uidMappings':[{%s}]}]")
#define HOOK(kind) ROOT(",'hooks':{'" kind "':[{'path':'/x',%s}]}")
#define NAMESPACE  LINUX("'namespaces':[{%s}]")
#define MAPPING    LINUX("'namespaces':[{'type':'user'}],'uidMappings':[{%s}]")
#define CLOCK      LINUX("'namespaces':[{'type':'time'}],'timeOffsets':{'boottime':{%s}}")
#define DEVICE     LINUX("'devices':[{'path':'/x','type':'p',%s}]")
#define RULE       RESOURCES("'devices':[{'allow':false,%s}]")
#define BLOCK_IO   RESOURCES("'blockIO':{%s}")
#define WEIGHT     RESOURCES("'blockIO':{'weightDevice':[{'major':1,'minor':1,'weight':10,%s}]}")
#define RATE(more) RESOURCES("'blockIO':{'throttleReadBpsDevice':[{" more "%s}]}")
#define PAGES      "linux.resources.hugepageLimits[0]"
#define PRIORITY   "linux.resources.network.priorities[0]"
#define SYSCALL    SECCOMP(",'syscalls':[{%s}]")
#define ARGUMENT   SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ALLOW','args':[{%s}]}]")

/* A required property has no complete template, or its own value would be the second. */
static const struct {
    const char *template, *path;
    enum type type;
    bool required;
} properties[] = {
    { "{%s}", "ociVersion", STRING, true },
    { "{'ociVersion':'1.0.0',%s}", "root", OBJECT, true },
    { "{'ociVersion':'1.0.0','root':{%s}}", "root.path", STRING, true },
    { "{'ociVersion':'1.0.0','root':{'path':'r',%s}}", "root.readonly", BOOLEAN, false },
    { ROOT(",%s"), "process", OBJECT, false },
    { ROOT(",%s"), "mounts", ARRAY, false },
    { ROOT(",%s"), "hostname", STRING, false },
    { ROOT(",%s"), "domainname", STRING, false },
    { ROOT(",%s"), "hooks", OBJECT, false },
    { ROOT(",%s"), "annotations", OBJECT, false },
    { ROOT(",%s"), "linux", OBJECT, false },
    { ROOT(",%s"), "vm", OBJECT, false },
    { PROCESS(",%s"), "process.terminal", BOOLEAN, false },
    { PROCESS(",%s"), "process.consoleSize", OBJECT, false },
    { PROCESS(",'consoleSize':{%s}"), "process.consoleSize.height", UNSIGNED, true },
    { PROCESS(",'consoleSize':{'height':1,%s}"), "process.consoleSize.width", UNSIGNED, true },
    { PROCESS(",%s"), "process.user", OBJECT, false },
    { USER, "process.user.uid", UNSIGNED, false },
    { USER, "process.user.gid", UNSIGNED, false },
    { USER, "process.user.umask", UNSIGNED, false },
    { USER, "process.user.additionalGids", ARRAY, false },
    { ROOT(",'process':{'cwd':'/',%s}"), "process.args", ARRAY, true },
    { ROOT(",'process':{'args':['x'],%s}"), "process.cwd", STRING, true },
    { PROCESS(",%s"), "process.env", ARRAY, false },
    { PROCESS(",%s"), "process.capabilities", OBJECT, false },
    { PROCESS(",'capabilities':{%s}"), "process.capabilities.bounding", ARRAY, false },
    { PROCESS(",'capabilities':{%s}"), "process.capabilities.effective", ARRAY, false },
    { PROCESS(",'capabilities':{%s}"), "process.capabilities.inheritable", ARRAY, false },
    { PROCESS(",'capabilities':{%s}"), "process.capabilities.permitted", ARRAY, false },
    { PROCESS(",'capabilities':{%s}"), "process.capabilities.ambient", ARRAY, false },
    { PROCESS(",%s"), "process.rlimits", ARRAY, false },
    { RLIMIT, "process.rlimits[0].type", STRING, true },
    { PROCESS(",'rlimits':[{'type':'RLIMIT_AS',%s}]"), "process.rlimits[0].soft", UNSIGNED, true },
    { PROCESS(",'rlimits':[{'type':'RLIMIT_AS','soft':0,%s}]"), "process.rlimits[0].hard", UNSIGNED,
      true },
    { PROCESS(",%s"), "process.noNewPrivileges", BOOLEAN, false },
    { PROCESS(",%s"), "process.apparmorProfile", STRING, false },
    { PROCESS(",%s"), "process.selinuxLabel", STRING, false },
    { PROCESS(",%s"), "process.oomScoreAdj", INTEGER, false },
    { PROCESS(",%s"), "process.scheduler", OBJECT, false },
    { PROCESS(",%s"), "process.ioPriority", OBJECT, false },
    { PROCESS(",%s"), "process.execCPUAffinity", OBJECT, false },
    { ROOT(",'mounts':[{%s}]"), "mounts[0].destination", STRING, true },
    { MOUNT, "mounts[0].type", STRING, false },
    { MOUNT, "mounts[0].source", STRING, false },
    { MOUNT, "mounts[0].options", ARRAY, false },
    { MOUNT, "mounts[0].uidMappings", ARRAY, false },
    { MOUNT, "mounts[0].gidMappings", ARRAY, false },
    { MOUNT_MAP, "mounts[0].uidMappings[0].containerID", UNSIGNED, true },
    { ROOT(",'mounts':[{'destination':'/x','gidMappings':[{'containerID':0,%s}]}]"),
      "mounts[0].gidMappings[0].hostID", UNSIGNED, true },
    { ROOT(",'mounts':[{'destination':'/x','uidMappings':[{'containerID':0,'hostID':0,%s}]}]"),
      "mounts[0].uidMappings[0].size", UNSIGNED, true },
    { ROOT(",'hooks':{%s}"), "hooks.prestart", ARRAY, false },
    { ROOT(",'hooks':{%s}"), "hooks.createRuntime", ARRAY, false },
    { ROOT(",'hooks':{%s}"), "hooks.createContainer", ARRAY, false },
    { ROOT(",'hooks':{%s}"), "hooks.startContainer", ARRAY, false },
    { ROOT(",'hooks':{%s}"), "hooks.poststart", ARRAY, false },
    { ROOT(",'hooks':{%s}"), "hooks.poststop", ARRAY, false },
    { ROOT(",'hooks':{'poststop':[{%s}]}"), "hooks.poststop[0].path", STRING, true },
    { HOOK("prestart"), "hooks.prestart[0].args", ARRAY, false },
    { HOOK("createRuntime"), "hooks.createRuntime[0].env", ARRAY, false },
    { HOOK("poststart"), "hooks.poststart[0].timeout", UNSIGNED, false },
    { LINUX("%s"), "linux.namespaces", ARRAY, false },
    { NAMESPACE, "linux.namespaces[0].type", STRING, true },
    { LINUX("'namespaces':[{'type':'pid',%s}]"), "linux.namespaces[0].path", STRING, false },
    { LINUX("%s"), "linux.uidMappings", ARRAY, false },
    { LINUX("%s"), "linux.gidMappings", ARRAY, false },
    { MAPPING, "linux.uidMappings[0].containerID", UNSIGNED, true },
    { LINUX("'uidMappings':[{'containerID':0,%s}]"), "linux.uidMappings[0].hostID", UNSIGNED,
      true },
    { LINUX("'gidMappings':[{'containerID':0,'hostID':0,%s}]"), "linux.gidMappings[0].size",
      UNSIGNED, true },
    { LINUX("%s"), "linux.timeOffsets", OBJECT, false },
    { LINUX("'timeOffsets':{%s}"), "linux.timeOffsets.boottime", OBJECT, false },
    { LINUX("'timeOffsets':{%s}"), "linux.timeOffsets.monotonic", OBJECT, false },
    { CLOCK, "linux.timeOffsets.boottime.secs", INTEGER, false },
    { CLOCK, "linux.timeOffsets.boottime.nanosecs", UNSIGNED, false },
    { LINUX("%s"), "linux.devices", ARRAY, false },
    { LINUX("'devices':[{%s}]"), "linux.devices[0].path", STRING, true },
    { LINUX("'devices':[{'path':'/x',%s}]"), "linux.devices[0].type", STRING, true },
    { LINUX("'devices':[{'path':'/x','type':'c',%s}]"), "linux.devices[0].major", UNSIGNED, true },
    { LINUX("'devices':[{'path':'/x','type':'b','major':1,%s}]"), "linux.devices[0].minor",
      UNSIGNED, true },
    { DEVICE, "linux.devices[0].fileMode", UNSIGNED, false },
    { DEVICE, "linux.devices[0].uid", UNSIGNED, false },
    { DEVICE, "linux.devices[0].gid", UNSIGNED, false },
    { LINUX("%s"), "linux.cgroupsPath", STRING, false },
    { LINUX("%s"), "linux.resources", OBJECT, false },
    { RESOURCES("%s"), "linux.resources.devices", ARRAY, false },
    { RESOURCES("'devices':[{%s}]"), "linux.resources.devices[0].allow", BOOLEAN, true },
    { RULE, "linux.resources.devices[0].type", STRING, false },
    { RULE, "linux.resources.devices[0].major", INTEGER, false },
    { RULE, "linux.resources.devices[0].minor", INTEGER, false },
    { RULE, "linux.resources.devices[0].access", STRING, false },
    { RESOURCES("%s"), "linux.resources.memory", OBJECT, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.limit", INTEGER, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.reservation", INTEGER, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.swap", INTEGER, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.swappiness", UNSIGNED, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.disableOOMKiller", BOOLEAN, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.kernel", INTEGER, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.kernelTCP", INTEGER, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.useHierarchy", BOOLEAN, false },
    { RESOURCES("'memory':{%s}"), "linux.resources.memory.checkBeforeUpdate", BOOLEAN, false },
    { RESOURCES("%s"), "linux.resources.cpu", OBJECT, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.shares", UNSIGNED, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.quota", INTEGER, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.period", UNSIGNED, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.realtimeRuntime", INTEGER, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.realtimePeriod", UNSIGNED, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.cpus", STRING, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.mems", STRING, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.burst", UNSIGNED, false },
    { RESOURCES("'cpu':{%s}"), "linux.resources.cpu.idle", UNSIGNED, false },
    { RESOURCES("%s"), "linux.resources.pids", OBJECT, false },
    { RESOURCES("'pids':{%s}"), "linux.resources.pids.limit", INTEGER, false },
    { RESOURCES("%s"), "linux.resources.blockIO", OBJECT, false },
    { BLOCK_IO, "linux.resources.blockIO.weight", UNSIGNED, false },
    { BLOCK_IO, "linux.resources.blockIO.leafWeight", UNSIGNED, false },
    { BLOCK_IO, "linux.resources.blockIO.weightDevice", ARRAY, false },
    { RESOURCES("'blockIO':{'weightDevice':[{%s}]}"),
      "linux.resources.blockIO.weightDevice[0].major", UNSIGNED, true },
    { RESOURCES("'blockIO':{'weightDevice':[{'major':1,%s}]}"),
      "linux.resources.blockIO.weightDevice[0].minor", UNSIGNED, true },
    { WEIGHT, "linux.resources.blockIO.weightDevice[0].leafWeight", UNSIGNED, false },
    { BLOCK_IO, "linux.resources.blockIO.throttleReadBpsDevice", ARRAY, false },
    { BLOCK_IO, "linux.resources.blockIO.throttleWriteBpsDevice", ARRAY, false },
    { BLOCK_IO, "linux.resources.blockIO.throttleReadIOPSDevice", ARRAY, false },
    { BLOCK_IO, "linux.resources.blockIO.throttleWriteIOPSDevice", ARRAY, false },
    { RATE(""), "linux.resources.blockIO.throttleReadBpsDevice[0].major", UNSIGNED, true },
    { RATE("'major':1,"), "linux.resources.blockIO.throttleReadBpsDevice[0].minor", UNSIGNED,
      true },
    { RATE("'major':1,'minor':1,"), "linux.resources.blockIO.throttleReadBpsDevice[0].rate",
      UNSIGNED, true },
    { RESOURCES("%s"), "linux.resources.hugepageLimits", ARRAY, false },
    { RESOURCES("'hugepageLimits':[{%s}]"), PAGES ".pageSize", STRING, true },
    { RESOURCES("'hugepageLimits':[{'pageSize':'2MB',%s}]"), PAGES ".limit", UNSIGNED, true },
    { RESOURCES("%s"), "linux.resources.network", OBJECT, false },
    { RESOURCES("'network':{%s}"), "linux.resources.network.classID", UNSIGNED, false },
    { RESOURCES("'network':{%s}"), "linux.resources.network.priorities", ARRAY, false },
    { RESOURCES("'network':{'priorities':[{%s}]}"), PRIORITY ".name", STRING, true },
    { RESOURCES("'network':{'priorities':[{'name':'lo',%s}]}"), PRIORITY ".priority", UNSIGNED,
      true },
    { RESOURCES("%s"), "linux.resources.rdma", OBJECT, false },
    { RESOURCES("'rdma':{'mlx5_1':{'hcaObjects':1,%s}}"), "linux.resources.rdma.mlx5_1.hcaHandles",
      UNSIGNED, false },
    { RESOURCES("'rdma':{'mlx5_1':{'hcaHandles':1,%s}}"), "linux.resources.rdma.mlx5_1.hcaObjects",
      UNSIGNED, false },
    { RESOURCES("%s"), "linux.resources.unified", OBJECT, false },
    { LINUX("%s"), "linux.sysctl", OBJECT, false },
    { LINUX("%s"), "linux.seccomp", OBJECT, false },
    { LINUX("'seccomp':{%s}"), "linux.seccomp.defaultAction", STRING, true },
    { SECCOMP(",%s"), "linux.seccomp.defaultErrnoRet", UNSIGNED, false },
    { SECCOMP(",%s"), "linux.seccomp.architectures", ARRAY, false },
    { SECCOMP(",%s"), "linux.seccomp.flags", ARRAY, false },
    { SECCOMP(",%s"), "linux.seccomp.listenerPath", STRING, false },
    { SECCOMP(",%s"), "linux.seccomp.listenerMetadata", STRING, false },
    { SECCOMP(",%s"), "linux.seccomp.syscalls", ARRAY, false },
    { SYSCALL, "linux.seccomp.syscalls[0].names", ARRAY, true },
    { SECCOMP(",'syscalls':[{'names':['x'],%s}]"), "linux.seccomp.syscalls[0].action", STRING,
      true },
    { SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ERRNO',%s}]"),
      "linux.seccomp.syscalls[0].errnoRet", UNSIGNED, false },
    { SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ERRNO',%s}]"),
      "linux.seccomp.syscalls[0].args", ARRAY, false },
    { ARGUMENT, "linux.seccomp.syscalls[0].args[0].index", UNSIGNED, true },
    { SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,%s}]}]"),
      "linux.seccomp.syscalls[0].args[0].value", UNSIGNED, true },
    { SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':0,"
              "%s}]}]"),
      "linux.seccomp.syscalls[0].args[0].op", STRING, true },
    { SECCOMP(",'syscalls':[{'names':['x'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':0,"
              "'op':'SCMP_CMP_EQ',%s}]}]"),
      "linux.seccomp.syscalls[0].args[0].valueTwo", UNSIGNED, false },
    { LINUX("%s"), "linux.rootfsPropagation", STRING, false },
    { LINUX("%s"), "linux.maskedPaths", ARRAY, false },
    { LINUX("%s"), "linux.readonlyPaths", ARRAY, false },
    { LINUX("%s"), "linux.mountLabel", STRING, false },
    { LINUX("%s"), "linux.intelRdt", OBJECT, false },
    { LINUX("%s"), "linux.netDevices", OBJECT, false },
    { LINUX("%s"), "linux.memoryPolicy", OBJECT, false },
    { LINUX("%s"), "linux.personality", OBJECT, false },
};

static const char *name_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot ? dot + 1 : path;
}

/* Parse a property's template with the given members in it. */
static const char *parse_with(struct outcome *o, const char *template, const char *members)
{
    const char *hole = strstr(template, "%s");

    snprintf(o->json, sizeof o->json, "%.*s%s%s", (int)(hole - template), template, members,
             hole + 2);
    return outcome_of(o, spec_parse, o->json);
}

TEST(a_wrong_type_is_an_error_that_names_the_property)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(values); j++) {
            auto_outcome o = { 0 };
            char member[100], want[200];

            if (strcmp(values[j], types[properties[i].type].good) == 0)
                continue;
            snprintf(member, sizeof member, "'%s':%s", name_of(properties[i].path), values[j]);
            snprintf(want, sizeof want, "%s %s", properties[i].path,
                     types[properties[i].type].phrase);
            EXPECT_STR(parse_with(&o, properties[i].template, member), want);
            EXPECT(o.e.kind == ERR_INVALID);
        }
    }
}

TEST(a_property_given_twice_is_an_error)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        auto_outcome o = { 0 };
        char members[200], want[200];

        snprintf(members, sizeof members, "'%s':null,'%s':null", name_of(properties[i].path),
                 name_of(properties[i].path));
        snprintf(want, sizeof want, "%s is given twice", properties[i].path);
        EXPECT_STR(parse_with(&o, properties[i].template, members), want);
    }
}

/* Also tells that no template is at fault in the other tests. */
TEST(null_is_absent)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        auto_outcome o = { 0 };
        char member[100], want[200];

        snprintf(member, sizeof member, "'%s':null", name_of(properties[i].path));
        snprintf(want, sizeof want, "%s is required", properties[i].path);
        EXPECT_STR(parse_with(&o, properties[i].template, member),
                   properties[i].required ? want : "");
    }
}

TEST(a_name_in_other_case_is_another_name)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        auto_outcome o = { 0 };
        char member[100];

        if (properties[i].required)
            continue;
        snprintf(member, sizeof member, "'%s':1.5", name_of(properties[i].path));
        member[1] ^= 0x20;
        EXPECT_STR(parse_with(&o, properties[i].template, member), "");
    }
}

TEST(unknown_properties_are_ignored_in_every_object)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        auto_outcome o = { 0 };

        if (properties[i].required)
            continue;
        EXPECT_STR(
            parse_with(&o, properties[i].template, "'org.example.x':{'a':[1,{'b':null}]},'':0"),
            "");
    }
}

TEST(an_item_of_a_wrong_type_is_named)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'process':{'cwd':'/','args':['a',7]}"), "process.args[1] must be a string" },
        { ROOT(",'process':{'cwd':'/','args':['a',null]}"), "process.args[1] must be a string" },
        { PROCESS(",'env':['A=b',{}]"), "process.env[1] must be a string" },
        { PROCESS(",'user':{'additionalGids':[1,'2']}"),
          "process.user.additionalGids[1] must be an unsigned integer" },
        { PROCESS(",'capabilities':{'ambient':['CAP_KILL',5]}"),
          "process.capabilities.ambient[1] must be a string" },
        { PROCESS(",'rlimits':['x']"), "process.rlimits[0] must be an object" },
        { ROOT(",'mounts':[null]"), "mounts[0] must be an object" },
        { ROOT(",'mounts':[{'destination':'/a'},[]]"), "mounts[1] must be an object" },
        { ROOT(",'mounts':[{'destination':'/a','options':['ro',false]}]"),
          "mounts[0].options[1] must be a string" },
        { ROOT(",'hooks':{'poststop':[{'path':'/a'},'b']}"),
          "hooks.poststop[1] must be an object" },
        { ROOT(",'hooks':{'poststop':[{'path':'/a','args':[1]}]}"),
          "hooks.poststop[0].args[0] must be a string" },
        { ROOT(",'annotations':{'a':'b','c.d/e':1}"), "annotations['c.d/e'] must be a string" },
        { LINUX("'namespaces':['pid']"), "linux.namespaces[0] must be an object" },
        { LINUX("'uidMappings':[[]]"), "linux.uidMappings[0] must be an object" },
        { LINUX("'devices':[1]"), "linux.devices[0] must be an object" },
        { LINUX("'maskedPaths':['/a',1]"), "linux.maskedPaths[1] must be a string" },
        { LINUX("'readonlyPaths':[{}]"), "linux.readonlyPaths[0] must be a string" },
        { LINUX("'sysctl':{'net.x':1}"), "linux.sysctl['net.x'] must be a string" },
        { RESOURCES("'devices':[true]"), "linux.resources.devices[0] must be an object" },
        { RESOURCES("'blockIO':{'weightDevice':[1]}"),
          "linux.resources.blockIO.weightDevice[0] must be an object" },
        { RESOURCES("'hugepageLimits':['2MB']"),
          "linux.resources.hugepageLimits[0] must be an object" },
        { RESOURCES("'network':{'priorities':[1]}"),
          "linux.resources.network.priorities[0] must be an object" },
        { RESOURCES("'rdma':{'mlx5_1':1}"), "linux.resources.rdma.mlx5_1 must be an object" },
        { RESOURCES("'unified':{'pids.max':1}"),
          "linux.resources.unified['pids.max'] must be a string" },
        { SECCOMP(",'syscalls':[1]"), "linux.seccomp.syscalls[0] must be an object" },
        { SECCOMP(",'flags':[1]"), "linux.seccomp.flags[0] must be a string" },
        { SECCOMP(",'architectures':[1]"), "linux.seccomp.architectures[0] must be a string" },
        { SECCOMP(",'syscalls':[{'names':[0],'action':'SCMP_ACT_ALLOW'}]"),
          "linux.seccomp.syscalls[0].names[0] must be a string" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
