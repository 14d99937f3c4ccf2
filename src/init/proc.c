// SPDX-License-Identifier: Apache-2.0
/* proc.c - writes to procfs through a handle that nobody could mount over (P5, P6): sysctls,
 * labels. */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static int private_procfs(bool only_processes)
{
    int fs = (int)sys_fsopen("proc", FSOPEN_CLOEXEC), fd;
    long rc = 0;

    if (fs < 0)
        return fs;
    if (only_processes) /* since 5.8; without it there is more to see, nothing less */
        sys_fsconfig(fs, FSCONFIG_SET_STRING, "subset", "pid", 0);
    rc = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    fd = rc < 0 ? (int)rc
                : (int)sys_fsmount(fs, FSMOUNT_CLOEXEC,
                                   MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    bare_close(fs);
    return fd;
}

int row_proc_handle(struct init *in, struct err *e)
{
    struct bare_stat st;

    in->procfs = private_procfs(in->plan->sysctls.count == 0);
    /* Not ours to mount (nested, masked): the host's, without what is mounted over it, or as it is.
     */
    if (in->procfs < 0)
        in->procfs = mount_clone(AT_FDCWD, "/proc", false);
    if (in->procfs < 0)
        in->procfs = bare_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (in->procfs < 0)
        return err_os(e, in->procfs, "open /proc");
    if (bare_fs_magic(in->procfs) != PROC_SUPER_MAGIC || bare_fstat(in->procfs, &st) < 0 ||
        st.ino != 1)
        return err_set(e, ERR_INVALID, "/proc is not a procfs");
    return 0;
}

/* Are both on the same mount? So nothing lies over what was opened, nor over what leads there. */
static bool is_same_mount(int a, int b)
{
    struct statx x, y;

    return SYS_5(__NR_statx, a, "", AT_EMPTY_PATH, STATX_MNT_ID, &x) == 0 &&
           SYS_5(__NR_statx, b, "", AT_EMPTY_PATH, STATX_MNT_ID, &y) == 0 &&
           (x.stx_mask & y.stx_mask & STATX_MNT_ID) && x.stx_mnt_id == y.stx_mnt_id;
}

static int open_below(int procfs, const char *path, int flags)
{
    struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC | O_NOCTTY),
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS };
    long fd = sys_openat2(procfs, path, &how);
    int place;

    if (fd != -ENOSYS && fd != -EPERM)
        return (int)fd;
    /* Looked at before it is opened: opening a device or a pipe can have effects. */
    place = bare_openat(procfs, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (place < 0)
        return place;
    fd = is_same_mount(procfs, place)
             ? bare_openat(procfs, path, flags | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0)
             : -EXDEV;
    bare_close(place);
    if (fd >= 0 && !is_same_mount(procfs, (int)fd)) {
        bare_close((int)fd);
        return -EXDEV;
    }
    return (int)fd;
}

int row_sysctls(struct init *in, struct err *e)
{
    const struct plan_sysctl *s = plan_items(in->plan, in->plan->sysctls);

    for (uint32_t i = 0; i < in->plan->sysctls.count; i++) {
        const char *key = init_text(in, s[i].key), *value = init_text(in, s[i].value);
        char path[PATH_LENGTH_MAX];
        long rc;
        int fd;

        fmt(path, sizeof path, "sys/%s", init_text(in, s[i].path));
        fd = open_below(in->procfs, path, O_WRONLY);
        if (fd < 0)
            return err_os(e, fd, "linux.sysctl.%s: open", key);
        rc = bare_write(fd, value, bare_strlen(value));
        bare_close(fd);
        if (rc < 0)
            return err_os(e, rc, "linux.sysctl.%s: write '%s'", key, value);
    }
    return 0;
}

/* One of our own attributes, of which some modules have a directory of theirs. */
static int open_attribute(const struct init *in, const char *module, const char *name)
{
    char path[64];
    int fd, pid = (int)SYS_0(__NR_getpid);

    fmt(path, sizeof path, "%d/attr/%s/%s", pid, module, name);
    fd = open_below(in->procfs, path, O_RDWR);
    if (fd == -ENOENT) { /* before per-module directories (SELinux: always) */
        fmt(path, sizeof path, "%d/attr/%s", pid, name);
        fd = open_below(in->procfs, path, O_RDWR);
    }
    return fd;
}

int label_new_keys(const struct init *in, struct err *e)
{
    const char *label = init_text(in, in->plan->selinux);
    int fd = label ? open_attribute(in, "selinux", "keycreate") : -ENOENT;
    long rc;

    if (fd == -ENOENT)
        return 0;
    if (fd < 0)
        return err_os(e, fd, "open `/proc/self/attr/keycreate`");
    rc = bare_write(fd, label, bare_strlen(label));
    bare_close(fd);
    return rc < 0 ? err_os(e, rc, "process.selinuxLabel: write '%s' to `/proc/self/attr/keycreate`",
                           label)
                  : 0;
}

/* Opened while our procfs is at hand; the label acts on the next execve, so it is written last. */
static int open_label(struct init *in, const char *module, struct err *e)
{
    int fd = open_attribute(in, module, "exec");

    /* By the name and in the quotes that podman looks for; a one-digit pid would not be found. */
    return fd < 0 ? err_os(e, fd, "open `/proc/self/attr/exec`") : fd;
}

int row_label_handles(struct init *in, struct err *e)
{
    if (in->plan->apparmor) {
        in->apparmor_fd = open_label(in, "apparmor", e);
        if (in->apparmor_fd < 0)
            return in->apparmor_fd;
    }
    if (in->plan->selinux) {
        in->selinux_fd = open_label(in, "selinux", e);
        if (in->selinux_fd < 0)
            return in->selinux_fd;
    }
    return 0;
}

/* USER:ROLE:TYPE of a SELinux context. The kernel has a spelling of its own for the categories that
 * follow: c1,c2,c3 is read back as c1.c3. */
static void cut_categories(char *context)
{
    unsigned colons = 0;

    while (*context && (*context != ':' || ++colons < 3))
        context++;
    *context = '\0';
}

/* One write, then read back: a label that was asked for and did not stick is an error (P6). */
static int write_label(int fd, const char *text, const char *expected, const char *field,
                       struct err *e)
{
    char back[512];
    unsigned length = bare_strlen(text);
    long n = bare_write(fd, text, length);

    if (n < 0 || (unsigned long)n != length)
        return err_os(e, n < 0 ? n : -EIO, "%s: write '%s' to `/proc/self/attr/exec`", field, text);
    n = sys_pread_start(fd, back, sizeof back - 1);
    if (n < 0)
        return err_os(e, n, "%s: read `/proc/self/attr/exec` back", field);
    back[n] = '\0';
    if (!bare_starts_with(back, expected))
        return err_set(e, ERR_UNSUPPORTED, "%s: '%s' did not take effect", field, text);
    return 0;
}

int row_labels(struct init *in, struct err *e)
{
    const char *profile = init_text(in, in->plan->apparmor);
    const char *label = init_text(in, in->plan->selinux);

    if (profile) {
        char text[512];

        fmt(text, sizeof text, "exec %s", profile);
        if (write_label(in->apparmor_fd, text, profile, "process.apparmorProfile", e) < 0)
            return -e->code;
    }
    if (label) {
        char type[512];

        fmt(type, sizeof type, "%s", label);
        cut_categories(type);
        if (write_label(in->selinux_fd, label, type, "process.selinuxLabel", e) < 0)
            return -e->code;
    }
    return 0;
}
