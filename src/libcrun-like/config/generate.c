// SPDX-License-Identifier: Apache-2.0
/* generate.c - the starter config.json that `davit spec` prints. */
#include "config/generate.h"

#include "base/cleanup.h"
#include "config/version.h"

/* Which of the two forms a row belongs to. */
enum { ROOTFUL = 1, ROOTLESS = 2, BOTH = 3 };

struct row {
    unsigned forms;
    const char *text; /* JSON of one array item */
};

/* clang-format off */
static const struct row capabilities[] = {
    { BOTH, "\"CAP_AUDIT_WRITE\"" },
    { BOTH, "\"CAP_KILL\"" },
    { BOTH, "\"CAP_NET_BIND_SERVICE\"" },
};

static const struct row mounts[] = {
    { BOTH, "{ \"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"nodev\"] }" },
    { BOTH, "{ \"destination\": \"/dev\", \"type\": \"tmpfs\", \"source\": \"tmpfs\",\n"
      "      \"options\": [\"nosuid\", \"strictatime\", \"mode=755\", \"size=65536k\"] }" },
    { ROOTFUL, "{ \"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"newinstance\", \"ptmxmode=0666\", \"mode=0620\", \"gid=5\"] }" },
    /* Group 5 (tty) has no mapping there. */
    { ROOTLESS, "{ \"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"newinstance\", \"ptmxmode=0666\", \"mode=0620\"] }" },
    { BOTH, "{ \"destination\": \"/dev/shm\", \"type\": \"tmpfs\", \"source\": \"shm\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"nodev\", \"mode=1777\", \"size=65536k\"] }" },
    { BOTH, "{ \"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", \"source\": \"mqueue\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"nodev\"] }" },
    { ROOTFUL, "{ \"destination\": \"/sys\", \"type\": \"sysfs\", \"source\": \"sysfs\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"nodev\", \"ro\"] }" },
    /* A new sysfs needs an own network namespace. */
    { ROOTLESS, "{ \"destination\": \"/sys\", \"type\": \"none\", \"source\": \"/sys\",\n"
      "      \"options\": [\"rbind\", \"nosuid\", \"noexec\", \"nodev\", \"ro\"] }" },
    { BOTH, "{ \"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\", \"source\": \"cgroup\",\n"
      "      \"options\": [\"nosuid\", \"noexec\", \"nodev\", \"relatime\", \"ro\"] }" },
};

static const struct row namespaces[] = {
    { BOTH, "{ \"type\": \"pid\" }" },
    { ROOTFUL, "{ \"type\": \"network\" }" },
    { BOTH, "{ \"type\": \"ipc\" }" },
    { BOTH, "{ \"type\": \"uts\" }" },
    { BOTH, "{ \"type\": \"mount\" }" },
    { BOTH, "{ \"type\": \"cgroup\" }" },
    { ROOTLESS, "{ \"type\": \"user\" }" },
};

/* Host facts and controls that procfs and sysfs show to every namespace. */
static const struct row masked_paths[] = {
    { BOTH, "\"/proc/acpi\"" },
    { BOTH, "\"/proc/asound\"" },
    { BOTH, "\"/proc/interrupts\"" },
    { BOTH, "\"/proc/kcore\"" },
    { BOTH, "\"/proc/keys\"" },
    { BOTH, "\"/proc/latency_stats\"" },
    { BOTH, "\"/proc/sched_debug\"" },
    { BOTH, "\"/proc/scsi\"" },
    { BOTH, "\"/proc/timer_list\"" },
    { BOTH, "\"/proc/timer_stats\"" },
    { BOTH, "\"/sys/devices/virtual/powercap\"" },
    { BOTH, "\"/sys/firmware\"" },
};

static const struct row readonly_paths[] = {
    { BOTH, "\"/proc/bus\"" },
    { BOTH, "\"/proc/fs\"" },
    { BOTH, "\"/proc/irq\"" },
    { BOTH, "\"/proc/sys\"" },
    { BOTH, "\"/proc/sysrq-trigger\"" },
};
/* clang-format on */

static void add_list(struct buf *b, int indent, const char *name, const struct row *rows, size_t n,
                     unsigned form)
{
    const char *comma = "";

    buf_printf(b, "%*s\"%s\": [", indent, "", name);
    for (size_t i = 0; i < n; i++) {
        if (!(rows[i].forms & form))
            continue;
        buf_printf(b, "%s\n%*s%s", comma, indent + 2, "", rows[i].text);
        comma = ",";
    }
    buf_printf(b, "\n%*s]", indent, "");
}

#define ADD_LIST(b, indent, name, rows, form)                                                      \
    add_list(b, indent, name, rows, ARRAY_SIZE(rows), form)

static void add_process(struct buf *b)
{
    static const char *const sets[] = { "bounding", "effective", "permitted" };

    buf_puts(b, "  \"process\": {\n"
                "    \"terminal\": true,\n"
                "    \"user\": { \"uid\": 0, \"gid\": 0 },\n"
                "    \"args\": [\"sh\"],\n"
                "    \"env\": [\n"
                "      \"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\n"
                "      \"TERM=xterm\"\n"
                "    ],\n"
                "    \"cwd\": \"/\",\n"
                "    \"capabilities\": {\n");
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        ADD_LIST(b, 6, sets[i], capabilities, BOTH);
        buf_puts(b, i + 1 < ARRAY_SIZE(sets) ? ",\n" : "\n");
    }
    buf_puts(b, "    },\n"
                "    \"rlimits\": [\n"
                "      { \"type\": \"RLIMIT_NOFILE\", \"soft\": 1024, \"hard\": 1024 }\n"
                "    ],\n"
                "    \"noNewPrivileges\": true\n"
                "  },\n");
}

static void add_linux(struct buf *b, unsigned form, uint32_t uid, uint32_t gid)
{
    static const char mapping[] =
        "    \"%s\": [\n      { \"containerID\": 0, \"hostID\": %u, \"size\": 1 }\n    ],\n";

    buf_puts(b, "  \"linux\": {\n");
    if (form == ROOTLESS) {
        buf_printf(b, mapping, "uidMappings", uid);
        buf_printf(b, mapping, "gidMappings", gid);
    } else {
        buf_puts(b, "    \"resources\": {\n"
                    "      \"devices\": [\n"
                    "        { \"allow\": false, \"access\": \"rwm\" }\n"
                    "      ]\n"
                    "    },\n");
    }
    ADD_LIST(b, 4, "namespaces", namespaces, form);
    buf_puts(b, ",\n");
    ADD_LIST(b, 4, "maskedPaths", masked_paths, form);
    buf_puts(b, ",\n");
    ADD_LIST(b, 4, "readonlyPaths", readonly_paths, form);
    buf_puts(b, "\n  }\n");
}

int spec_generate(bool rootless, uint32_t uid, uint32_t gid, struct buf *ret, struct err *e)
{
    unsigned form = rootless ? ROOTLESS : ROOTFUL;

    buf_puts(ret, "{\n  \"ociVersion\": \"" VERSION_OCI "\",\n");
    add_process(ret);
    buf_puts(ret, "  \"root\": { \"path\": \"rootfs\", \"readonly\": true },\n"
                  "  \"hostname\": \"davit\",\n");
    ADD_LIST(ret, 2, "mounts", mounts, form);
    buf_puts(ret, ",\n");
    add_linux(ret, form, uid, gid);
    buf_puts(ret, "}\n");
    return buf_failed(ret) ? err_os(e, ENOMEM, "generate the configuration") : 0;
}
