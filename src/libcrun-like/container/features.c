// SPDX-License-Identifier: Apache-2.0
/*
 * features.c - what davit understands, as runtime-spec's features structure.
 *
 * Engines decide by it (containerd looks for `rro` among the mount options before it asks for a
 * recursively read-only mount), so it names only what works: absent means unknown, false and empty
 * mean "no" (features.md).
 */
#include "container/features.h"

#include "base/cleanup.h"
#include "mount/options.h"
#include "security/seccomp.h"

#include <ctype.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capability.h>

/* An object or array that is being written. */
struct writer {
    struct buf *buf;
    int depth;
    bool started; /* something stands in it already */
};

static void next_line(struct writer *w)
{
    buf_puts(w->buf, w->started ? ",\n" : "\n");
    for (int i = 0; i < w->depth; i++)
        buf_puts(w->buf, "  ");
    w->started = true;
}

static void write_key(struct writer *w, const char *key)
{
    next_line(w);
    if (key) {
        buf_json_string(w->buf, key);
        buf_puts(w->buf, ": ");
    }
}

static void open_bracket(struct writer *w, const char *key, const char *bracket)
{
    write_key(w, key);
    buf_puts(w->buf, bracket);
    w->depth++;
    w->started = false;
}

static void close_bracket(struct writer *w, const char *bracket)
{
    w->depth--;
    if (w->started) {
        w->started = false;
        next_line(w);
    }
    buf_puts(w->buf, bracket);
    w->started = true;
}

static void write_string(struct writer *w, const char *key, const char *value)
{
    write_key(w, key);
    buf_json_string(w->buf, value);
}

static void write_bool(struct writer *w, const char *key, bool value)
{
    write_key(w, key);
    buf_puts(w->buf, value ? "true" : "false");
}

static void write_names(struct writer *w, const char *key, const char *const *names, size_t count)
{
    open_bracket(w, key, "[");
    for (size_t i = 0; i < count; i++)
        write_string(w, NULL, names[i]);
    close_bracket(w, "]");
}

/* names ends with NULL */
static void write_list(struct writer *w, const char *key, const char *const *names)
{
    size_t count = 0;

    while (names[count])
        count++;
    write_names(w, key, names, count);
}

static void write_enabled(struct writer *w, const char *key, bool enabled)
{
    open_bracket(w, key, "{");
    write_bool(w, "enabled", enabled);
    close_bracket(w, "}");
}

/* libcap's names for all capabilities that this build knows; older kernels may know fewer. */
static void write_capabilities(struct writer *w)
{
    open_bracket(w, "capabilities", "[");
    for (cap_value_t cap = 0; cap <= CAP_LAST_CAP; cap++) {
        char *name = cap_to_name(cap);

        if (name && isalpha((unsigned char)*name)) {
            for (char *p = name; *p; p++)
                *p = (char)toupper((unsigned char)*p);
            write_string(w, NULL, name);
        }
        cap_free(name);
    }
    close_bracket(w, "]");
}

static void write_cgroup(struct writer *w)
{
    open_bracket(w, "cgroup", "{");
    write_bool(w, "v1", true);
    write_bool(w, "v2", true);
    write_bool(w, "systemd", true);
    write_bool(w, "systemdUser", true);
    write_bool(w, "rdma", true);
    close_bracket(w, "}");
}

static void write_seccomp(struct writer *w)
{
    open_bracket(w, "seccomp", "{");
    write_bool(w, "enabled", true);
    write_list(w, "actions", seccomp_action_names);
    write_list(w, "operators", seccomp_operator_names);
    write_list(w, "archs", seccomp_arch_names);
    write_list(w, "knownFlags", seccomp_flag_names);
    write_list(w, "supportedFlags", seccomp_flag_names);
    close_bracket(w, "}");
}

static void write_linux(struct writer *w)
{
    static const char *const namespaces[] = { "cgroup", "ipc",  "mount", "network",
                                              "pid",    "time", "user",  "uts" };
    static const char *const memory_modes[] = {
        "MPOL_BIND",      "MPOL_DEFAULT",        "MPOL_INTERLEAVE",         "MPOL_LOCAL",
        "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"
    };
    static const char *const memory_flags[] = { "MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
                                                "MPOL_F_STATIC_NODES" };

    open_bracket(w, "linux", "{");
    write_names(w, "namespaces", namespaces, ARRAY_SIZE(namespaces));
    write_capabilities(w);
    write_cgroup(w);
    write_seccomp(w);
    write_enabled(w, "apparmor", true);
    write_enabled(w, "selinux", true);
    open_bracket(w, "intelRdt", "{");
    write_bool(w, "enabled", true);
    write_bool(w, "schemata", true);
    write_bool(w, "monitoring", true);
    close_bracket(w, "}");
    open_bracket(w, "memoryPolicy", "{");
    write_names(w, "modes", memory_modes, ARRAY_SIZE(memory_modes));
    write_names(w, "flags", memory_flags, ARRAY_SIZE(memory_flags));
    close_bracket(w, "}");
    open_bracket(w, "mountExtensions", "{");
    write_enabled(w, "idmap", true);
    close_bracket(w, "}");
    write_enabled(w, "netDevices", true);
    close_bracket(w, "}");
}

int features_json(struct buf *ret, struct err *e)
{
    static const char *const hooks[] = { "prestart",       "createRuntime", "createContainer",
                                         "startContainer", "poststart",     "poststop" };
    /* Those that change what davit does: where on the host hooks write, whose groups the process
     * has, how linux.mountLabel is applied, which socket of the host hears of the process, what of
     * a filter is an error. */
    static const char *const annotations[] = {
        "run.oci.hooks.stderr",         "run.oci.hooks.stdout",
        "run.oci.keep_original_groups", "run.oci.mount_context_type",
        "run.oci.pidfd_receiver",       "run.oci.seccomp_fail_unknown_syscall"
    };
    struct writer w = { .buf = ret, .depth = 1 };
    size_t count;
    const char *const *options = mount_options_names(&count);

    buf_puts(ret, "{");
    write_string(&w, "ociVersionMin", "1.0.0");
    write_string(&w, "ociVersionMax", "1.3.0");
    write_names(&w, "hooks", hooks, ARRAY_SIZE(hooks));
    write_names(&w, "mountOptions", options, count);
    write_linux(&w);
    write_names(&w, "potentiallyUnsafeConfigAnnotations", annotations, ARRAY_SIZE(annotations));
    close_bracket(&w, "}");
    buf_puts(ret, "\n");
    return buf_failed(ret) ? err_os(e, ENOMEM, "write the features") : 0;
}
