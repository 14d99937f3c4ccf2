// SPDX-License-Identifier: Apache-2.0
/* check.c - what this host offers, and what davit will therefore do. */
#include "container/check.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/cgroup.h"
#include "resctrl/resctrl.h"
#include "security/lsm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void check_add(struct buf *b, const char *area, const char *what, const char *found, const char *so)
{
    const char *const names[] = { "area", "what", "found", "so" };
    const char *const values[] = { area, what, found, so };

    buf_puts(b, b->len > 1 ? ",\n {" : "\n {");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        buf_printf(b, "%s\"%s\": ", i ? ", " : "", names[i]);
        buf_json_string(b, values[i]);
    }
    buf_puts(b, "}");
}

/* The first line of a small file, malloc'd; NULL when it can't be read. */
static char *first_line(const char *path)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    auto_free char *text = NULL;
    struct err ignored;

    if (fd < 0 || file_read_fd(fd, 1 << 16, &text, NULL, &ignored) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return take_ptr(text);
}

static void check_namespaces(struct buf *b)
{
    static const char *const names[] = {
        "mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time"
    };
    auto_free char *most = first_line("/proc/sys/user/max_user_namespaces");
    auto_free char *groups = first_line("/proc/self/setgroups");
    auto_buf there = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char path[64];

        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        if (access(path, F_OK) == 0)
            buf_printf(&there, "%s%s", there.len ? " " : "", names[i]);
    }
    check_add(b, "namespaces", "kinds", there.data ? there.data : "none",
              "one that is missing and asked for is an error");
    check_add(b, "namespaces", "user namespaces allowed", most ? most : "unknown",
              most && !strcmp(most, "0") ? "a user namespace is an error" : "");
    check_add(b, "namespaces", "setgroups", groups ? groups : "unknown",
              groups && !strcmp(groups, "deny") ? "additional groups are an error" : "");
}

static bool has_ranges(const char *file, const char *user)
{
    auto_free char *text = NULL;
    auto_free char *start = NULL;
    struct err ignored;

    if (file_read(AT_FDCWD, file, 1 << 20, &text, NULL, &ignored) < 0 ||
        asprintf(&start, "%s:", user) < 0)
        return false;
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
        if (!strncmp(p, start, strlen(start)))
            return true;
    return false;
}

/* From the file itself: a static program must not ask for the C library's plugins. */
static bool find_name(uid_t uid, char *ret, size_t size)
{
    auto_free char *text = NULL;
    struct err ignored;

    if (file_read(AT_FDCWD, "/etc/passwd", 1 << 20, &text, NULL, &ignored) < 0)
        return false;
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        size_t name = strcspn(p, ":\n"), password;

        if (p[name] != ':')
            continue;
        password = name + 1 + strcspn(p + name + 1, ":\n");
        if (p[password] != ':' || strtoul(p + password + 1, NULL, 10) != uid)
            continue;
        snprintf(ret, size, "%.*s", (int)name, p);
        return true;
    }
    return false;
}

static void check_user(struct buf *b)
{
    char name[64];
    bool known = find_name(geteuid(), name, sizeof name);
    bool ranges = known && has_ranges("/etc/subuid", name) && has_ranges("/etc/subgid", name);

    check_add(b, "user", "name", known ? name : "unknown",
              geteuid() ? "a container needs a user namespace" : "");
    check_add(b, "user", "subordinate ids", ranges ? "yes" : "no",
              geteuid() == 0 ? "root does not need them"
              : ranges       ? "mapped by newuidmap and newgidmap"
                             : "only the own id can be mapped");
}

static void check_cgroups(struct buf *b)
{
    cleanup(cgroup_host_done) struct cgroup_host host = { .v2 = -1 };
    struct err e;
    char line[ERR_TEXT_MAX + 64];

    if (cgroup_host_read(&host, &e) < 0) {
        err_format(&e, line, sizeof line);
        check_add(b, "cgroup", "layout", line, "no containers but with --cgroup-manager disabled");
        return;
    }
    check_add(b, "cgroup", "layout",
              host.count == 0   ? "none"
              : host.v2 < 0     ? "v1"
              : host.count == 1 ? "v2"
                                : "v1 and v2",
              host.v2 < 0 ? "the process joins each hierarchy"
                          : "containers are cloned into the v2 tree");
    for (unsigned i = 0; i < host.count; i++) {
        bool writable = access(host.h[i].mount, W_OK) == 0;
        char *controllers = host.h[i].controllers + (host.h[i].controllers[0] == ',');

        if (*controllers)
            controllers[strlen(controllers) - 1] = '\0'; /* ",cpu,cpuacct," */
        check_add(b, "cgroup", host.h[i].mount, controllers,
                  writable ? "" : "not writable: limits there are an error");
    }
}

static void check_security(struct buf *b)
{
    auto_free char *actions = first_line("/proc/sys/kernel/seccomp/actions_avail");
    auto_free char *noexec = first_line("/proc/sys/vm/memfd_noexec");
    auto_free char *resctrl = NULL;
    struct err ignored;
    bool apparmor = lsm_apparmor_enabled(), selinux = lsm_selinux_enabled();
    bool forbids = noexec && !strcmp(noexec, "2");

    check_add(b, "security", "AppArmor", apparmor ? "yes" : "no",
              apparmor ? "" : "a profile that is asked for is an error");
    check_add(b, "security", "SELinux", selinux ? "yes" : "no",
              selinux ? "" : "a label that is asked for is an error");
    check_add(b, "security", "seccomp", actions ? actions : "no",
              actions ? "" : "a filter that is asked for is an error");
    check_add(b, "security", "vm.memfd_noexec", noexec ? noexec : "unset",
              forbids ? "no container can be made" : "");
    check_add(b, "resctrl", "mount",
              resctrl_find("/proc/self/mountinfo", &resctrl, &ignored) == 0 ? resctrl : "no",
              resctrl ? "" : "linux.intelRdt is an error");
}

int check_json(struct buf *ret, struct err *e)
{
    buf_puts(ret, "[");
    check_kernel(ret);
    check_namespaces(ret);
    check_user(ret);
    check_cgroups(ret);
    check_security(ret);
    check_engines(ret);
    buf_puts(ret, "\n]\n");
    return buf_failed(ret) ? err_os(e, ENOMEM, "check") : 0;
}
