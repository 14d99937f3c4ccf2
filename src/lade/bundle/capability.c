// SPDX-License-Identifier: Apache-2.0
/* capability.c - capabilities by name, and those that a container begins with. */
#include "lade/bundle/capability.h"

#include <linux/capability.h>
#include <stddef.h>
#include <strings.h>

#define BIT(name) (UINT64_C(1) << CAP_##name)

const uint64_t capability_defaults = BIT(CHOWN) | BIT(DAC_OVERRIDE) | BIT(FOWNER) | BIT(FSETID) |
                                     BIT(KILL) | BIT(NET_BIND_SERVICE) | BIT(SETFCAP) |
                                     BIT(SETGID) | BIT(SETPCAP) | BIT(SETUID) | BIT(SYS_CHROOT);

/* By the kernel's numbers. */
static const char *const names[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

enum { COUNT = sizeof names / sizeof names[0], PREFIX = sizeof "CAP_" - 1 };

int capability_parse(const char *name, uint64_t *ret, struct err *e)
{
    const char *plain = strncasecmp(name, "CAP_", PREFIX) == 0 ? name + PREFIX : name;

    if (strcasecmp(plain, "ALL") == 0) {
        *ret = (UINT64_C(1) << COUNT) - 1;
        return 0;
    }
    for (unsigned i = 0; i < COUNT; i++)
        if (strcasecmp(plain, names[i] + PREFIX) == 0) {
            *ret = UINT64_C(1) << i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "unknown capability '%s'", name);
}

const char *capability_name(unsigned number)
{
    return number < COUNT ? names[number] : NULL;
}
